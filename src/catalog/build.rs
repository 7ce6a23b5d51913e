//! Building a segment, from records or from what older segments hold.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "entries and slots are numbered here, and a build passes over all of them"
)]

use std::{collections::HashMap, sync::Arc};

use super::{
    columns::{Column, Numbers, WORD},
    hours::WeeklyHours,
    listing::{Listing, ListingRecord},
    names::{NameDraft, fold_name},
    query::Sort,
    schedules::Schedules,
    segment::{Classes, RANKED, Ranks, Segment, day_number},
    sorting::{by_number, by_text},
    space::unit_vector,
    terms::{Term, language_terms, payer_term, terms_of},
    tree::{Tree, levels},
};
use crate::domain::place::LatLon;

/// Entries gathered for a segment, in the order in which they came. Columns hold entries
/// here; they become slots when the tree is made.
#[derive(Debug)]
pub(super) struct Draft {
    listings: Vec<Arc<Listing>>,
    points: Vec<Option<LatLon>>,
    terms: Vec<Vec<u32>>,
    languages: HashMap<Box<str>, Vec<u32>>,
    payers: HashMap<Box<str>, Vec<u32>>,
    session_cents: Vec<Option<u32>>,
    course_cents: Vec<Option<u32>>,
    verified: Vec<Option<u32>>,
    steady: [Vec<Option<u32>>; 2],
    hours: Vec<Option<WeeklyHours>>,
    names: NameDraft,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            listings: Vec::new(),
            points: Vec::new(),
            terms: vec![Vec::new(); Term::COUNT],
            languages: HashMap::new(),
            payers: HashMap::new(),
            session_cents: Vec::new(),
            course_cents: Vec::new(),
            verified: Vec::new(),
            steady: Default::default(),
            hours: Vec::new(),
            names: NameDraft::default(),
        }
    }
}

impl Draft {
    /// Adds a record.
    pub(super) fn add(&mut self, record: &ListingRecord) {
        let entry = self.listings.len() as u32;
        self.listings.push(Arc::new(Listing::new(record)));
        let whole = |point: &LatLon| point.lat.is_finite() && point.lon.is_finite();
        self.points.push(record.point.filter(whole));
        for term in terms_of(record) {
            self.terms[term.index()].push(entry);
        }
        for tag in record.languages.iter().flatten() {
            for term in language_terms(tag) {
                push(&mut self.languages, &term, entry);
            }
        }
        for payer in record.payers.iter().flatten() {
            push(&mut self.payers, &payer_term(payer), entry);
        }
        self.session_cents.push(record.session_min_cents);
        self.course_cents.push(record.course_min_cents);
        self.verified.push(record.verified_on.map(day_number));
        for (days, day) in self.steady.iter_mut().zip([record.steady.start(), record.steady.end()])
        {
            days.push(Some(day_number(*day)));
        }
        self.hours.push(record.hours.clone());
        for name in std::iter::once(&record.name).chain(&record.other_names) {
            self.names.add(name, entry);
        }
    }

    /// Takes over the slots of a segment that are to stay.
    pub(super) fn add_segment(&mut self, segment: &Segment, stays: impl Fn(u32) -> bool) {
        const GONE: u32 = u32::MAX;
        let mut entries = vec![GONE; segment.leaves * WORD];
        for slot in segment.slots().filter(|slot| stays(*slot)) {
            let Some(listing) = segment.listing(slot) else { continue };
            entries[slot as usize] = self.listings.len() as u32;
            self.listings.push(Arc::clone(listing));
            self.points.push(segment.point(slot));
            self.session_cents.push(segment.session_cents.get(slot));
            self.course_cents.push(segment.course_cents.get(slot));
            self.verified.push(segment.verified.get(slot));
            for (days, numbers) in self.steady.iter_mut().zip(&segment.steady) {
                days.push(numbers.get(slot));
            }
            self.hours.push(segment.schedules.get(slot).cloned());
        }
        let entry_of = |slot: u32| Some(entries[slot as usize]).filter(|entry| *entry != GONE);
        for (into, column) in self.terms.iter_mut().zip(&segment.terms) {
            column.for_each(|slot| into.extend(entry_of(slot)));
        }
        for (into, from) in
            [(&mut self.languages, &segment.languages), (&mut self.payers, &segment.payers)]
        {
            for (text, column) in from {
                let entries = into.entry(text.clone()).or_default();
                column.for_each(|slot| entries.extend(entry_of(slot)));
            }
        }
        self.names.add_index(&segment.names, entry_of);
    }

    /// Makes the segment.
    pub(super) fn finish(self) -> Segment {
        let listings = &self.listings;
        let count = listings.len() as u32;
        let by_id = by_number(count, |entry| listings[entry as usize].id().as_u128());
        let point_of = |entry: &u32| self.points[*entry as usize];
        let (placed, unplaced): (Vec<u32>, Vec<u32>) =
            by_id.iter().partition(|entry| point_of(entry).is_some());
        let points: Vec<LatLon> = placed.iter().filter_map(point_of).collect();
        let vectors: Vec<[f32; 3]> = points.iter().copied().map(unit_vector).collect();
        let (tree, order) = Tree::new(&vectors);
        let points: Box<[LatLon]> = order.iter().map(|point| points[*point as usize]).collect();
        let arranged = order.iter().map(|point| placed[*point as usize]);
        let entries: Vec<u32> = arranged.chain(unplaced).collect();

        let placed = placed.len();
        let mut segment =
            Segment { placed, tree, spots: spots(&points), points, ..Segment::default() };
        segment.listings = entries.iter().map(|e| Arc::clone(&listings[*e as usize])).collect();
        let slots = segment.slots();
        segment.leaves = slots.clone().last().map_or(0, |last| last as usize / WORD + 1);
        let mut slot_of = vec![0; entries.len()];
        for (slot, entry) in slots.zip(&entries) {
            slot_of[*entry as usize] = slot;
        }

        let leaves = segment.leaves;
        let column = |entries: Vec<u32>| {
            Column::new(entries.into_iter().map(|entry| slot_of[entry as usize]).collect(), leaves)
        };
        segment.terms = self.terms.into_iter().map(column).collect();
        let texts = |columns: HashMap<Box<str>, Vec<u32>>| {
            let stated = columns.into_iter().filter(|(_, entries)| !entries.is_empty());
            stated.map(|(text, entries)| (text, column(entries))).collect()
        };
        segment.languages = texts(self.languages);
        segment.payers = texts(self.payers);
        segment.classes = Classes::new(&segment.terms, leaves);
        segment.session_cents =
            Numbers::new(&scatter(&self.session_cents, &slot_of, leaves), leaves);
        segment.course_cents = Numbers::new(&scatter(&self.course_cents, &slot_of, leaves), leaves);
        segment.verified = Numbers::new(&scatter(&self.verified, &slot_of, leaves), leaves);
        segment.steady = self
            .steady
            .each_ref()
            .map(|days| Numbers::new(&scatter(days, &slot_of, leaves), leaves));
        segment.schedules = Schedules::new(&scatter(&self.hours, &slot_of, leaves));
        segment.names = self.names.finish(leaves, |entry| slot_of[entry as usize]);

        // Entries are ordered by their places in the order of ids, so that ties go by id.
        let entry = |place: u32| by_id[place as usize] as usize;
        let by_slug = by_text(count, |place| listings[entry(place)].slug());
        let folded: Vec<String> =
            by_id.iter().map(|entry| fold_name(listings[*entry as usize].name())).collect();
        let cents = |of: &[Option<u32>], place| of[entry(place)].map_or(u64::MAX, u64::from);
        segment.ranks = RANKED.map(|sort| {
            let order = match sort {
                Sort::CourseCost => by_number(count, |place| cents(&self.course_cents, place)),
                Sort::SessionPrice => by_number(count, |place| cents(&self.session_cents, place)),
                Sort::VerifiedAt => by_number(count, |place| {
                    self.verified[entry(place)].map_or(u64::MAX, |day| u64::from(u32::MAX - day))
                }),
                Sort::Name | Sort::Distance => by_text(count, |place| &folded[place as usize]),
            };
            Ranks::new(order.into_iter().map(|place| slot_of[entry(place)]), &segment)
        });
        segment.by_slug = by_slug.into_iter().map(|place| slot_of[entry(place)]).collect();
        segment.by_id = by_id.iter().map(|entry| slot_of[*entry as usize]).collect();
        segment
    }
}

impl Ranks {
    /// The ranks of slots that come in order.
    fn new(order: impl Iterator<Item = u32>, segment: &Segment) -> Self {
        let mut of_slot = vec![u32::MAX; segment.leaves * WORD].into_boxed_slice();
        let mut signposts = Vec::new();
        for (rank, slot) in order.enumerate() {
            of_slot[slot as usize] = rank as u32;
            if rank % WORD == 0 {
                signposts.push(slot);
            }
        }
        let least = |ranks: &[u32]| ranks.iter().copied().min().unwrap_or(u32::MAX);
        let lowest: Vec<u32> = of_slot.chunks(WORD).map(least).collect();
        let (in_tree, after) = lowest.split_at(segment.tree.leaves.len());
        let mut levels = levels(in_tree.to_vec(), least);
        levels[0].extend_from_slice(after);
        Self { of_slot, least: levels, signposts: signposts.into_boxed_slice() }
    }
}

/// For each point the place of the first equal one.
fn spots(points: &[LatLon]) -> Box<[u32]> {
    let mut first = HashMap::new();
    (0_u32..)
        .zip(points)
        .map(|(slot, point)| {
            *first.entry((point.lat.to_bits(), point.lon.to_bits())).or_insert(slot)
        })
        .collect()
}

fn push(columns: &mut HashMap<Box<str>, Vec<u32>>, text: &str, entry: u32) {
    match columns.get_mut(text) {
        Some(entries) if entries.last() == Some(&entry) => {}
        Some(entries) => entries.push(entry),
        None => {
            columns.insert(text.into(), vec![entry]);
        }
    }
}

/// Values by entry as values by slot.
fn scatter<T: Clone>(by_entry: &[Option<T>], slot_of: &[u32], leaves: usize) -> Vec<Option<T>> {
    let mut by_slot = vec![None; leaves * WORD];
    for (value, slot) in by_entry.iter().zip(slot_of) {
        by_slot[*slot as usize].clone_from(value);
    }
    by_slot
}
