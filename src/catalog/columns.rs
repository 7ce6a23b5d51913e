//! Sets of slots as bits, one word per leaf of 64 listings, kept by column.
//!
//! A column also knows which leaves of a block of 64 hold any of its bits, so that a rare
//! value passes over 4,096 listings with one word.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slots, leaves and blocks are bounded by construction, and this is the innermost loop"
)]

use std::{borrow::Cow, ops::Range};

/// Listings in a leaf, and leaves in a block: the bits of a word.
pub(super) const WORD: usize = 64;

/// The leaf that holds a slot.
pub(super) const fn leaf_of(slot: u32) -> usize {
    slot as usize / WORD
}

/// The bit of a slot within its leaf.
pub(super) const fn bit_of(slot: u32) -> u64 {
    1 << (slot as usize % WORD)
}

/// The slots that a leaf's word names, in order.
pub(super) fn slots_of(leaf: usize, mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some((leaf * WORD) as u32 + bit)
    })
}

/// The places of a leaf for which something holds, as a word.
pub(super) fn places(holds: [bool; WORD]) -> u64 {
    // Eight bytes of 0 or 1, multiplied, leave their bits in the highest byte: no bit of the sum
    // comes from two of them.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = holds.as_chunks::<8>();
    eights.iter().rev().fold(0, |bits, eight| {
        let bytes = u64::from_le_bytes(eight.map(u8::from));
        bits << u8::BITS | bytes.wrapping_mul(GATHER) >> (u64::BITS - u8::BITS)
    })
}

/// A set of slots as it is stored.
#[derive(Debug)]
pub(super) enum Column {
    /// So few that their slots, sorted, are the shortest form.
    Rare(Box<[u32]>),
    /// Words for the leaves that have any.
    Sparse(SparseWords),
    /// A word for every leaf.
    Dense(DenseWords),
}

/// Words for some leaves; a leaf's place among them is the number of leaves before it.
#[derive(Debug, Clone, Default)]
pub(super) struct SparseWords {
    present: Box<[u64]>,
    starts: Box<[u32]>,
    words: Box<[u64]>,
}

/// Words for all leaves.
#[derive(Debug, Clone)]
pub(super) struct DenseWords {
    present: Box<[u64]>,
    words: Box<[u64]>,
}

impl Column {
    /// The column of some slots, in any order, each given once.
    pub(super) fn new(mut slots: Vec<u32>, leaves: usize) -> Self {
        if slots.len() <= leaves / WORD + 1 {
            slots.sort_unstable();
            return Self::Rare(slots.into_boxed_slice());
        }
        let mut words = vec![0; leaves];
        for slot in slots {
            words[leaf_of(slot)] |= bit_of(slot);
        }
        Self::of_words(words)
    }

    /// The column of words for all leaves.
    pub(super) fn of_words(words: Vec<u64>) -> Self {
        let leaves = words.len();
        let filled = words.iter().filter(|word| **word != 0).count();
        if filled * 2 > leaves {
            Self::Dense(DenseWords::new(words))
        } else {
            Self::Sparse(SparseWords::new(&words))
        }
    }

    /// The column, ready to be asked leaf by leaf.
    pub(super) fn mask(&self, leaves: usize) -> Mask<'_> {
        match self {
            Self::Rare(slots) => Mask::of_sorted(slots, leaves),
            Self::Sparse(words) => Mask::Sparse(Cow::Borrowed(words)),
            Self::Dense(words) => Mask::Dense(Cow::Borrowed(words)),
        }
    }

    /// True where there is no slot; such a column is always [`Column::Rare`].
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Rare(slots) if slots.is_empty())
    }

    /// Every slot, in order.
    pub(super) fn for_each(&self, mut f: impl FnMut(u32)) {
        match self {
            Self::Rare(slots) => slots.iter().copied().for_each(f),
            Self::Sparse(sparse) => sparse.for_each_word(|leaf, word| {
                slots_of(leaf, word).for_each(&mut f);
            }),
            Self::Dense(dense) => {
                for (leaf, word) in dense.words.iter().enumerate() {
                    slots_of(leaf, *word).for_each(&mut f);
                }
            }
        }
    }

    /// Sets the column's bits in words for all leaves.
    pub(super) fn add_to(&self, words: &mut [u64]) {
        match self {
            Self::Rare(slots) => {
                for slot in slots {
                    words[leaf_of(*slot)] |= bit_of(*slot);
                }
            }
            Self::Sparse(sparse) => sparse.for_each_word(|leaf, word| words[leaf] |= word),
            Self::Dense(dense) => {
                for (into, word) in words.iter_mut().zip(&dense.words) {
                    *into |= word;
                }
            }
        }
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Rare(slots) => size_of_val(&**slots),
            Self::Sparse(s) => {
                size_of_val(&*s.present) + size_of_val(&*s.starts) + size_of_val(&*s.words)
            }
            Self::Dense(d) => size_of_val(&*d.present) + size_of_val(&*d.words),
        }
    }
}

impl SparseWords {
    fn new(all: &[u64]) -> Self {
        let present = summary(all);
        let words = all.iter().copied().filter(|word| *word != 0).collect();
        Self { starts: starts(&present), present, words }
    }

    fn leaf(&self, leaf: usize) -> u64 {
        let (block, bit) = (leaf / WORD, 1_u64 << (leaf % WORD));
        let present = self.present[block];
        if present & bit == 0 {
            return 0;
        }
        let before = (present & (bit - 1)).count_ones();
        self.words[(self.starts[block] + before) as usize]
    }

    fn add_leaves(&self, leaves: Range<usize>, into: &mut [u64]) {
        let (block, first) = (leaves.start / WORD, leaves.start % WORD);
        let present = self.present[block];
        let before = (present & ((1 << first) - 1)).count_ones();
        let mut words = self.words[(self.starts[block] + before) as usize..].iter();
        let here = present >> first & (u64::MAX >> (WORD - into.len()));
        for (at, word) in slots_of(0, here).zip(&mut words) {
            into[at as usize] |= word;
        }
    }

    fn for_each_word(&self, mut f: impl FnMut(usize, u64)) {
        let mut words = self.words.iter();
        for (block, present) in self.present.iter().enumerate() {
            for (leaf, word) in slots_of(block, *present).zip(&mut words) {
                f(leaf as usize, *word);
            }
        }
    }
}

impl DenseWords {
    fn new(words: Vec<u64>) -> Self {
        Self { present: summary(&words), words: words.into_boxed_slice() }
    }
}

/// For each block, which of its leaves have any bit.
fn summary(words: &[u64]) -> Box<[u64]> {
    let block = |leaves: &[u64]| {
        leaves.iter().enumerate().fold(0, |bits, (at, word)| bits | (u64::from(*word != 0) << at))
    };
    words.chunks(WORD).map(block).collect()
}

/// For each block, how many leaves with bits come before it.
fn starts(present: &[u64]) -> Box<[u32]> {
    present
        .iter()
        .scan(0, |sum, bits| {
            let start = *sum;
            *sum += bits.count_ones();
            Some(start)
        })
        .collect()
}

/// A set of slots that a query asks leaf by leaf.
#[derive(Debug)]
pub(super) enum Mask<'a> {
    /// Words for some leaves.
    Sparse(Cow<'a, SparseWords>),
    /// Words for all leaves.
    Dense(Cow<'a, DenseWords>),
}

impl Mask<'_> {
    /// The mask of sorted slots.
    pub(super) fn of_sorted(slots: &[u32], leaves: usize) -> Mask<'static> {
        let mut present = vec![0_u64; leaves.div_ceil(WORD)].into_boxed_slice();
        let mut words: Vec<u64> = Vec::new();
        let mut last = usize::MAX;
        for slot in slots {
            let leaf = leaf_of(*slot);
            if leaf != last {
                present[leaf / WORD] |= 1 << (leaf % WORD);
                words.push(0);
                last = leaf;
            }
            if let Some(word) = words.last_mut() {
                *word |= bit_of(*slot);
            }
        }
        let starts = starts(&present);
        Mask::Sparse(Cow::Owned(SparseWords { present, starts, words: words.into_boxed_slice() }))
    }

    /// The mask of words for all leaves.
    pub(super) fn of_words(words: Vec<u64>) -> Mask<'static> {
        Mask::Dense(Cow::Owned(DenseWords::new(words)))
    }

    /// The bits of a leaf.
    pub(super) fn leaf(&self, leaf: usize) -> u64 {
        match self {
            Self::Sparse(sparse) => sparse.leaf(leaf),
            Self::Dense(dense) => dense.words[leaf],
        }
    }

    /// Adds the bits of leaves, which lie in one block, to words.
    pub(super) fn add_leaves(&self, leaves: Range<usize>, into: &mut [u64]) {
        match self {
            Self::Sparse(sparse) => sparse.add_leaves(leaves, into),
            Self::Dense(dense) => {
                for (into, word) in into.iter_mut().zip(&dense.words[leaves]) {
                    *into |= word;
                }
            }
        }
    }

    /// Which leaves of a block have any bit.
    pub(super) fn block(&self, block: usize) -> u64 {
        match self {
            Self::Sparse(sparse) => sparse.present[block],
            Self::Dense(dense) => dense.present[block],
        }
    }
}

/// Whole numbers of slots, bit-sliced: the distinct values in order, and a column of words
/// for each bit of a value's place among them. A bound is then a dozen word operations for
/// 64 listings, whatever the values.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    values: Box<[u32]>,
    slices: Box<[Box<[u64]>]>,
    known: Box<[u64]>,
}

impl Numbers {
    /// The numbers of slots, `None` = not known.
    pub(super) fn new(by_slot: &[Option<u32>], leaves: usize) -> Self {
        let mut values: Vec<u32> = by_slot.iter().flatten().copied().collect();
        values.sort_unstable();
        values.dedup();
        let bits = usize::BITS - values.len().saturating_sub(1).leading_zeros();
        let mut slices = vec![vec![0_u64; leaves].into_boxed_slice(); bits as usize];
        let mut known = vec![0_u64; leaves].into_boxed_slice();
        for (slot, value) in by_slot.iter().enumerate() {
            let Some(code) = value.and_then(|value| values.binary_search(&value).ok()) else {
                continue;
            };
            let (leaf, bit) = (slot / WORD, slot % WORD);
            known[leaf] |= 1 << bit;
            for (at, slice) in slices.iter_mut().enumerate() {
                slice[leaf] |= ((code >> at & 1) as u64) << bit;
            }
        }
        Self { values: values.into_boxed_slice(), slices: slices.into_boxed_slice(), known }
    }

    /// The number of a slot.
    pub(super) fn get(&self, slot: u32) -> Option<u32> {
        let (leaf, bit) = (leaf_of(slot), bit_of(slot));
        if self.known.get(leaf)? & bit == 0 {
            return None;
        }
        let code = self
            .slices
            .iter()
            .enumerate()
            .fold(0, |code, (at, slice)| code | usize::from(slice[leaf] & bit != 0) << at);
        self.values.get(code).copied()
    }

    /// The slots of leaves whose number is known.
    pub(super) fn known(&self, leaves: Range<usize>) -> &[u64] {
        &self.known[leaves]
    }

    /// How many of the distinct values are below a number: the bound for [`Self::below`].
    pub(super) fn rank(&self, number: u32) -> usize {
        self.values.partition_point(|value| *value < number)
    }

    /// The known slots of leaves whose value is among the first `bound` distinct values.
    pub(super) fn below(&self, leaves: Range<usize>, bound: usize, below: &mut [u64]) {
        let known = &self.known[leaves.clone()];
        if bound >= self.values.len() {
            below.copy_from_slice(known);
            return;
        }
        let mut equal = [0; WORD];
        let equal = &mut equal[..known.len()];
        equal.copy_from_slice(known);
        below.fill(0);
        for (at, slice) in self.slices.iter().enumerate().rev() {
            let slice = &slice[leaves.clone()];
            if bound >> at & 1 == 1 {
                for ((below, equal), slice) in below.iter_mut().zip(&mut *equal).zip(slice) {
                    *below |= *equal & !slice;
                    *equal &= slice;
                }
            } else {
                for (equal, slice) in equal.iter_mut().zip(slice) {
                    *equal &= !slice;
                }
            }
        }
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.values) + (self.slices.len() + 1) * size_of_val(&*self.known)
    }
}

#[cfg(test)]
mod tests;
