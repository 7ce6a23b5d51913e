//! A set of listings with all its indexes.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slots and leaves are bounded by construction, and this is the innermost loop"
)]

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::{
    build::Draft,
    columns::{Column, Numbers, WORD, bit_of, leaf_of},
    layers::{Kept, Table},
    listing::{Listing, ListingClass, ListingRecord},
    names::{NameIndex, fold_name},
    query::{KeyValue, Sort, SortKey},
    schedules::Schedules,
    search::Dead,
    terms::{Dimension, Term},
    tree::Tree,
};
use crate::domain::place::LatLon;

/// Listings in slots. Those with a position fill the leaves of the tree, the others the
/// leaves after it; the last leaf of each kind may have empty places.
#[derive(Debug, Default)]
pub(super) struct Segment {
    /// How many listings have a position; they have the first slots.
    pub(super) placed: usize,
    pub(super) listings: Vec<Arc<Listing>>,
    pub(super) leaves: usize,
    pub(super) tree: Tree,
    /// Where the listings of the tree are, by slot.
    pub(super) points: Box<[LatLon]>,
    /// For each slot of the tree the first slot at the very same position; slots of one
    /// position are in the order of their ids.
    pub(super) spots: Box<[u32]>,
    /// By [`Term::index`].
    pub(super) terms: Vec<Column>,
    pub(super) languages: HashMap<Box<str>, Column>,
    pub(super) payers: HashMap<Box<str>, Column>,
    pub(super) classes: Classes,
    pub(super) session_cents: Numbers,
    pub(super) course_cents: Numbers,
    /// Days since the common era began.
    pub(super) verified: Numbers,
    /// The first and the last day on which a listing is as it was drawn, like `verified`.
    pub(super) steady: [Numbers; 2],
    pub(super) schedules: Schedules,
    pub(super) names: NameIndex,
    pub(super) ranks: [Ranks; 4],
    /// Slots by id, and by slug.
    pub(super) by_id: Box<[u32]>,
    pub(super) by_slug: Box<[u32]>,
}

impl Table for Segment {
    type New<'a> = &'a ListingRecord;
    type Dead = Dead;

    fn merged(older: &[Kept<'_, Self>], new: Vec<&ListingRecord>) -> Self {
        let mut draft = Draft::default();
        for (segment, stays) in older {
            draft.add_segment(segment, stays);
        }
        new.into_iter().for_each(|record| draft.add(record));
        draft.finish()
    }

    fn len(&self) -> usize {
        self.listings.len()
    }

    fn slot_by_id(&self, id: Uuid) -> Option<u32> {
        self.find(&self.by_id, |listing| listing.id().cmp(&id))
    }

    fn id(&self, slot: u32) -> Option<Uuid> {
        self.listing(slot).map(|listing| listing.id())
    }

    fn bury(&self, slot: u32, dead: &mut Dead) {
        dead.add(self, slot);
    }

    fn is_buried(dead: &Dead, slot: u32) -> bool {
        dead.contains(slot)
    }
}

/// The class of every slot: for each leaf a word a class, side by side since a query asks for
/// several at once, and sums from the first leaf on.
#[derive(Debug, Default)]
pub(super) struct Classes {
    words: Box<[[u64; 8]]>,
    before: Box<[[u32; 8]]>,
}

impl Classes {
    pub(super) fn new(terms: &[Column], leaves: usize) -> Self {
        let mut words = vec![[0; 8]; leaves].into_boxed_slice();
        for (at, class) in ListingClass::ALL.into_iter().enumerate() {
            terms[Term::class(class).index()]
                .for_each(|slot| words[leaf_of(slot)][at] |= bit_of(slot));
        }
        let mut sums = [0; 8];
        let mut before = Vec::with_capacity(leaves + 1);
        for leaf in &words {
            before.push(sums);
            for (sum, word) in sums.iter_mut().zip(leaf) {
                *sum += word.count_ones();
            }
        }
        before.push(sums);
        Self { words, before: before.into_boxed_slice() }
    }

    /// The slots of leaves by class.
    pub(super) fn words(&self, leaves: std::ops::Range<usize>) -> &[[u64; 8]] {
        &self.words[leaves]
    }

    /// How many listings of each class some leaves hold.
    pub(super) fn count(&self, leaves: &std::ops::Range<usize>) -> [u64; 8] {
        let (from, to) = (&self.before[leaves.start], &self.before[leaves.end]);
        std::array::from_fn(|class| u64::from(to[class] - from[class]))
    }

    pub(super) fn memory(&self) -> usize {
        size_of_val(&*self.words) + size_of_val(&*self.before)
    }
}

/// The place of every slot in one order: by value, what has none last, ties by id.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    pub(super) of_slot: Box<[u32]>,
    /// The least rank under each node, level by level as in the tree; the lowest level goes
    /// on through the leaves after the tree.
    pub(super) least: Vec<Vec<u32>>,
    /// Every 64th slot of the order, to find where a key stands.
    pub(super) signposts: Box<[u32]>,
}

/// The orders that have ranks.
pub(super) const RANKED: [Sort; 4] =
    [Sort::CourseCost, Sort::SessionPrice, Sort::Name, Sort::VerifiedAt];

impl Segment {
    /// The listing of a slot.
    pub(super) fn listing(&self, slot: u32) -> Option<&Arc<Listing>> {
        self.entry(slot).and_then(|entry| self.listings.get(entry))
    }

    /// Where the listing of a slot is.
    pub(super) fn point(&self, slot: u32) -> Option<LatLon> {
        self.points.get(slot as usize).copied()
    }

    /// Where the listing of a slot stands in `listings`: the empty places at the end of the
    /// tree's last leaf are left out there.
    fn entry(&self, slot: u32) -> Option<usize> {
        let slot = slot as usize;
        let first_unplaced = self.placed.next_multiple_of(WORD);
        if slot < self.placed {
            Some(slot)
        } else {
            slot.checked_sub(first_unplaced).map(|after| self.placed + after)
        }
    }

    /// Every slot that holds a listing, in order.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> + Clone + use<> {
        let first_unplaced = self.placed.next_multiple_of(WORD);
        let unplaced = self.listings.len() - self.placed;
        let placed = 0..self.placed as u32;
        placed.chain(first_unplaced as u32..(first_unplaced + unplaced) as u32)
    }

    /// The places of a leaf that hold a listing.
    pub(super) fn filled(&self, leaf: usize) -> u64 {
        let first_unplaced = self.placed.next_multiple_of(WORD);
        let end = if leaf * WORD < first_unplaced {
            self.placed
        } else {
            first_unplaced + self.listings.len() - self.placed
        };
        match end.saturating_sub(leaf * WORD) {
            0 => 0,
            places @ 1..WORD => (1 << places) - 1,
            _ => u64::MAX,
        }
    }

    /// The slot of a listing by its slug.
    pub(super) fn slot_by_slug(&self, slug: &str) -> Option<u32> {
        self.find(&self.by_slug, |listing| listing.slug().cmp(slug))
    }

    fn find(&self, slots: &[u32], order: impl Fn(&Listing) -> Ordering) -> Option<u32> {
        let order = |slot: &u32| self.listing(*slot).map_or(Ordering::Less, |l| order(l));
        slots.binary_search_by(order).ok().map(|at| slots[at])
    }

    /// The class of a slot.
    pub(super) fn class(&self, slot: u32) -> Option<ListingClass> {
        let words = self.classes.words[leaf_of(slot)].into_iter();
        let mut classes = ListingClass::ALL.into_iter().zip(words);
        classes.find(|(_, word)| word & bit_of(slot) != 0).map(|(class, _)| class)
    }

    /// The listing of a slot with its class.
    pub(super) fn classed(&self, slot: u32) -> Option<(ListingClass, &Listing)> {
        Some((self.class(slot)?, self.listing(slot)?.as_ref()))
    }

    /// What a slot is ordered by in an order that has ranks.
    pub(super) fn key(&self, sort: Sort, unknown: bool, slot: u32) -> SortKey {
        let cents =
            |numbers: &Numbers| numbers.get(slot).map_or(KeyValue::Missing, KeyValue::Cents);
        let value = match sort {
            Sort::CourseCost => cents(&self.course_cents),
            Sort::SessionPrice => cents(&self.session_cents),
            Sort::VerifiedAt => {
                self.verified.get(slot).and_then(date_of).map_or(KeyValue::Missing, KeyValue::Day)
            }
            Sort::Name => {
                KeyValue::Name(self.listing(slot).map(|l| fold_name(l.name())).unwrap_or_default())
            }
            Sort::Distance => KeyValue::Missing,
        };
        SortKey { unknown, value, id: self.listing(slot).map(|l| l.id()).unwrap_or_default() }
    }

    /// The column of "unknown" in a dimension.
    pub(super) fn unknown(&self, dimension: Dimension) -> Option<&Column> {
        self.terms.get(Term::unknown(dimension).index())
    }

    /// Bytes on the heap, by part.
    pub(super) fn memory(&self) -> Vec<(&'static str, usize)> {
        let columns = |c: &HashMap<Box<str>, Column>| {
            c.iter().map(|(word, column)| word.len() + column.memory()).sum::<usize>()
        };
        let numbers = [&self.session_cents, &self.course_cents, &self.verified];
        let numbers = numbers.into_iter().chain(&self.steady);
        let ranks = self.ranks.iter().map(|ranks| {
            size_of_val(&*ranks.of_slot)
                + size_of_val(&*ranks.signposts)
                + ranks.least.iter().map(|level| size_of_val(&**level)).sum::<usize>()
        });
        let arc = 2 * size_of::<usize>() + size_of::<Arc<Listing>>();
        vec![
            ("tree", self.tree.memory() + size_of_val(&*self.points) + size_of_val(&*self.spots)),
            (
                "columns",
                self.terms.iter().map(Column::memory).sum::<usize>()
                    + columns(&self.languages)
                    + columns(&self.payers)
                    + self.classes.memory()
                    + numbers.map(Numbers::memory).sum::<usize>(),
            ),
            ("hours", self.schedules.memory()),
            ("orders", ranks.sum()),
            ("names", self.names.memory()),
            ("ids and slugs", size_of_val(&*self.by_id) + size_of_val(&*self.by_slug)),
            ("listings", self.listings.iter().map(|l| l.memory() + arc).sum()),
        ]
    }
}

/// A date as a number that [`Numbers`] can hold.
pub(super) fn day_number(date: NaiveDate) -> u32 {
    u32::try_from(date.num_days_from_ce()).unwrap_or_default()
}

fn date_of(days: u32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).ok()?)
}
