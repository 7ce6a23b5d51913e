//! Columns against the slots and numbers that they were made of.

use super::*;

fn some_slots(step: u32, leaves: usize) -> Vec<u32> {
    (0..(leaves * WORD) as u32).filter(|slot| slot % step == step / 2).collect()
}

#[test]
fn every_form_of_a_column_holds_the_same_slots() {
    let leaves = 200;
    for step in [1, 3, 64, 100, 999, 4000] {
        let slots = some_slots(step, leaves);
        let column = Column::new(slots.iter().rev().copied().collect(), leaves);
        let mut seen = Vec::new();
        column.for_each(|slot| seen.push(slot));
        assert_eq!(seen, slots, "step {step}");
        let mut words = vec![0; leaves];
        column.add_to(&mut words);
        let mask = column.mask(leaves);
        for (leaf, word) in words.iter().enumerate() {
            assert_eq!(mask.leaf(leaf), *word, "step {step}, leaf {leaf}");
            assert_eq!(mask.block(leaf / WORD) >> (leaf % WORD) & 1 == 1, *word != 0);
        }
        for leaves in [0..64, 64..128, 70..71, 100..128, 192..200] {
            let mut some = vec![0; leaves.len()];
            mask.add_leaves(leaves.clone(), &mut some);
            assert_eq!(some, words[leaves.clone()], "step {step}, leaves {leaves:?}");
        }
    }
}

#[test]
fn bounds_on_numbers_agree_with_the_numbers() {
    let numbers: Vec<Option<u32>> =
        (0..150_u32).map(|n| (n % 7 != 0).then_some(n * n % 41 * 100)).collect();
    let sliced = Numbers::new(&numbers, 3);
    for bound in [0, 1, 100, 150, 2_000, 4_000, 4_001, u32::MAX] {
        let rank = sliced.rank(bound);
        for (slot, number) in (0_u32..).zip(&numbers) {
            assert_eq!(sliced.get(slot), *number);
            let leaf = leaf_of(slot);
            let mut words = [0; 3];
            sliced.below(leaf / 3 * 3..3, rank, &mut words);
            let below = words[leaf] & bit_of(slot) != 0;
            assert_eq!(below, number.is_some_and(|n| n < bound), "{slot} {number:?} {bound}");
        }
    }
}
