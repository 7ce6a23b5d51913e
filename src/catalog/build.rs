//! Building a segment, from records or from what older segments hold.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "entries and slots are numbered here, and a build passes over all of them"
)]

use std::{cmp::Reverse, collections::HashMap, sync::Arc};

use super::{
    columns::{Column, Numbers, WORD},
    hours::WeeklyHours,
    listing::{Listing, ListingRecord},
    names::{NameDraft, fold_name},
    query::Sort,
    schedules::Schedules,
    segment::{Classes, RANKED, Ranks, Segment, day_number},
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
    terms: Vec<Vec<u32>>,
    languages: HashMap<Box<str>, Vec<u32>>,
    payers: HashMap<Box<str>, Vec<u32>>,
    session_cents: Vec<Option<u32>>,
    course_cents: Vec<Option<u32>>,
    verified: Vec<Option<u32>>,
    hours: Vec<Option<WeeklyHours>>,
    names: NameDraft,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            listings: Vec::new(),
            terms: vec![Vec::new(); Term::COUNT],
            languages: HashMap::new(),
            payers: HashMap::new(),
            session_cents: Vec::new(),
            course_cents: Vec::new(),
            verified: Vec::new(),
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
            self.session_cents.push(segment.session_cents.get(slot));
            self.course_cents.push(segment.course_cents.get(slot));
            self.verified.push(segment.verified.get(slot));
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
        let mut by_id: Vec<u32> = (0..listings.len() as u32).collect();
        by_id.sort_unstable_by_key(|entry| listings[*entry as usize].id());
        let point_of = |entry: &u32| listings[*entry as usize].point();
        let (placed, unplaced): (Vec<u32>, Vec<u32>) =
            by_id.iter().partition(|entry| point_of(entry).is_some());
        let points: Vec<LatLon> = placed.iter().filter_map(point_of).collect();
        let vectors: Vec<[f32; 3]> = points.iter().copied().map(unit_vector).collect();
        let (tree, order) = Tree::new(&vectors);
        let spots = spots(order.iter().map(|point| points[*point as usize]));
        let arranged = order.iter().map(|point| placed[*point as usize]);
        let entries: Vec<u32> = arranged.chain(unplaced).collect();

        let mut segment = Segment { placed: placed.len(), tree, spots, ..Segment::default() };
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
        segment.schedules = Schedules::new(&scatter(&self.hours, &slot_of, leaves));
        segment.names = self.names.finish(leaves, |entry| slot_of[entry as usize]);

        let mut by_slug = by_id.clone();
        by_slug.sort_by(|a, b| listings[*a as usize].slug().cmp(listings[*b as usize].slug()));
        let folded: Vec<String> = listings.iter().map(|l| fold_name(l.name())).collect();
        segment.ranks = RANKED.map(|sort| {
            let mut order = by_id.clone();
            let at = |entry: &u32| *entry as usize;
            let cents = |of: &[Option<u32>], entry: &u32| of[at(entry)].unwrap_or(u32::MAX);
            let missing = |of: &[Option<u32>], entry: &u32| of[at(entry)].is_none();
            let by = |of: &[Option<u32>], entry: &u32| (missing(of, entry), cents(of, entry));
            // The sorts are stable, so that ties stay in the order of ids.
            match sort {
                Sort::CourseCost => order.sort_by_key(|e| by(&self.course_cents, e)),
                Sort::SessionPrice => order.sort_by_key(|e| by(&self.session_cents, e)),
                Sort::VerifiedAt => order.sort_by_key(|e| Reverse(self.verified[at(e)])),
                Sort::Name | Sort::Distance => {
                    order.sort_by(|a, b| folded[at(a)].cmp(&folded[at(b)]));
                }
            }
            Ranks::new(order.iter().map(|entry| slot_of[at(entry)]), &segment)
        });
        let slots = |entries: Vec<u32>| entries.iter().map(|e| slot_of[*e as usize]).collect();
        segment.by_id = slots(by_id);
        segment.by_slug = slots(by_slug);
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
fn spots(points: impl Iterator<Item = LatLon>) -> Box<[u32]> {
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
