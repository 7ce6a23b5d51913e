//! Sorting a million things by what lies scattered over memory: each key is fetched once into a
//! row beside its number, and the row is sorted.

/// Bytes of a text that are compared at once.
const STEP: usize = size_of::<u128>();

/// The numbers below `count`, ordered by their keys, those with equal keys by number.
pub(super) fn by_number<K: Ord>(count: u32, key: impl Fn(u32) -> K) -> Vec<u32> {
    let mut keyed: Vec<(K, u32)> = (0..count).map(|number| (key(number), number)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, number)| number).collect()
}

/// The numbers below `count`, ordered by their texts, those with equal texts by number. A text
/// holds no NUL.
pub(super) fn by_text<'t>(count: u32, text: impl Fn(u32) -> &'t str) -> Vec<u32> {
    let mut keyed: Vec<(u128, u32)> = (0..count).map(|number| (0, number)).collect();
    sort_from(&mut keyed, 0, &text);
    keyed.into_iter().map(|(_, number)| number).collect()
}

/// Sorts numbers whose texts agree in their first `at` bytes.
fn sort_from<'t>(keyed: &mut [(u128, u32)], at: usize, text: &impl Fn(u32) -> &'t str) {
    for (key, number) in &mut *keyed {
        *key = key_at(text(*number), at);
    }
    keyed.sort_unstable();
    for same in keyed.chunk_by_mut(|(a, _), (b, _)| a == b) {
        // A key that ends in zero holds the end of its text.
        if let [(key, _), _, ..] = *same
            && key.trailing_zeros() < u8::BITS
        {
            sort_from(same, at.saturating_add(STEP), text);
        }
    }
}

/// A step of a text's bytes as a number of the same order.
fn key_at(text: &str, at: usize) -> u128 {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let mut bytes = [0; STEP];
    for (byte, own) in bytes.iter_mut().zip(rest) {
        *byte = *own;
    }
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_ordered_as_texts_and_equal_ones_by_number() {
        let long = "ketamine clinic of the north";
        let texts = [
            "b",
            long,
            "",
            "ketamine clinic of the",
            "ketamine clinic ",
            "ketamine clinic",
            long,
            "ketamine clinic of the north east and far beyond",
            "a",
            "\u{fc}ber",
            "",
        ];
        let text = |number| texts[usize::try_from(number).unwrap()];
        let mut wanted: Vec<u32> = (0..11).collect();
        wanted.sort_by_key(|number| text(*number));
        assert_eq!(by_text(11, text), wanted);
        assert_eq!(by_text(0, |_| ""), Vec::<u32>::new());
    }

    #[test]
    fn equal_numbers_keep_their_order() {
        let keys = [3, 1, 2, 1, 3];
        assert_eq!(by_number(5, |number| keys[usize::try_from(number).unwrap()]), [1, 3, 2, 0, 4]);
    }
}
