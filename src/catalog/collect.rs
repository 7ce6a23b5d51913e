//! The page of a search: what comes after the cursor, and of that the first few.

use super::{
    layers::Table as _,
    query::{KeyValue, Query, Sort, SortKey},
    region::Region,
    segment::{RANKED, Segment},
    space::{CHORD_SLACK, chord, distance_m},
};
use crate::domain::place::LatLon;

/// A hit within a segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) unknown: bool,
    pub(super) slot: u32,
    pub(super) distance_m: Option<f64>,
}

/// Keeps the first few of many candidates.
///
/// Candidates pile up and are cut back whenever there are twice too many, which is cheaper
/// than keeping them sorted. Squared chords are exact only within a slack, so that candidates
/// within it of the last place stay until they are measured at the end; but of those at one
/// spot, where there can be thousands, only the first by id can be on the page.
pub(super) struct Collector<'a> {
    most: usize,
    /// The spots of slots where the keys are squared chords.
    spots: Option<&'a [u32]>,
    candidates: Vec<(u64, u32)>,
    threshold: u64,
    cut_at: usize,
    /// A section and spot that has given all it can, and the last of its slots that count.
    full: Option<(u64, u32, u32)>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(most: usize, spots: Option<&'a [u32]>) -> Self {
        let cut_at = most * 2 + 16;
        let candidates = Vec::with_capacity(cut_at);
        Self { most, spots, candidates, threshold: u64::MAX, cut_at, full: None }
    }

    /// Whether a candidate with this key could be among the first.
    pub(super) fn wants(&self, unknown: bool, key: u32) -> bool {
        self.limit(unknown).is_some_and(|limit| key <= limit)
    }

    /// The greatest key with which a candidate could be among the first.
    pub(super) fn limit(&self, unknown: bool) -> Option<u32> {
        let above = self.threshold.checked_sub(whole_key(unknown, 0)).filter(|_| self.most > 0)?;
        Some(u32::try_from(above).unwrap_or(u32::MAX))
    }

    /// Takes a candidate in.
    pub(super) fn push(&mut self, unknown: bool, key: u32, slot: u32) {
        if let (Some((section, spot, last)), Some(spots)) = (self.full, self.spots)
            && slot > last
            && section == u64::from(unknown)
            && spot_of(spots, slot) == spot
        {
            return;
        }
        self.candidates.push((whole_key(unknown, key), slot));
        if self.candidates.len() >= self.cut_at {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let (_, last, _) = self.candidates.select_nth_unstable(self.most - 1);
        self.threshold = if self.spots.is_some() { reach(last.0) } else { last.0 };
        self.candidates.retain(|(key, _)| *key <= self.threshold);
        if let Some(spots) = self.spots.filter(|_| self.candidates.len() > self.most) {
            self.thin(spots);
        }
        self.cut_at = (2 * self.candidates.len()).max(2 * self.most + 16);
    }

    /// Keeps of every spot only as many candidates as a page has, the first by id.
    fn thin(&mut self, spots: &[u32]) {
        let place = |key: u64, slot: u32| (key >> u32::BITS, spot_of(spots, slot));
        self.candidates.sort_unstable_by_key(|(key, slot)| (place(*key, *slot), *slot));
        let (mut run, mut length) = (None, 0);
        let (most, full) = (self.most, &mut self.full);
        self.candidates.retain(|(key, slot)| {
            let here = place(*key, *slot);
            length = if run == Some(here) { length + 1 } else { 1 };
            run = Some(here);
            if length == most {
                *full = Some((here.0, here.1, *slot));
            }
            length <= most
        });
    }

    /// The first hits in order.
    pub(super) fn finish(mut self, segment: &Segment, region: &Region) -> Vec<Found> {
        if self.candidates.len() > self.most {
            self.cut();
        }
        let unknown = |key: u64| key > u64::from(u32::MAX);
        let Region::Circle(circle) = region else {
            return self.in_rank_order(|key, slot| Found {
                unknown: unknown(key),
                slot,
                distance_m: None,
            });
        };
        let measure = |slot| segment.point(slot).map(|p| distance_m(circle.center, p));
        if self.spots.is_none() {
            return self.in_rank_order(|key, slot| Found {
                unknown: unknown(key),
                slot,
                distance_m: measure(slot),
            });
        }
        let measured = |(key, slot): &(u64, u32)| {
            (unknown(*key), measure(*slot).unwrap_or(f64::INFINITY), *slot)
        };
        let mut measured: Vec<(bool, f64, u32)> = self.candidates.iter().map(measured).collect();
        let id = |slot| segment.listing(slot).map(|listing| listing.id());
        measured.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then_with(|| id(a.2).cmp(&id(b.2)))
        });
        measured.truncate(self.most);
        let found = measured.into_iter();
        found.map(|(unknown, d, slot)| Found { unknown, slot, distance_m: Some(d) }).collect()
    }

    fn in_rank_order(mut self, found: impl Fn(u64, u32) -> Found) -> Vec<Found> {
        self.candidates.sort_unstable();
        self.candidates.truncate(self.most);
        self.candidates.iter().map(|(key, slot)| found(*key, *slot)).collect()
    }
}

fn spot_of(spots: &[u32], slot: u32) -> u32 {
    usize::try_from(slot).ok().and_then(|slot| spots.get(slot)).copied().unwrap_or(slot)
}

/// The known come before the unknown.
fn whole_key(unknown: bool, key: u32) -> u64 {
    u64::from(unknown) << u32::BITS | u64::from(key)
}

/// The key up to which a squared chord may in truth be no longer than this one.
fn reach(key: u64) -> u64 {
    let (section, bits) = (key >> u32::BITS << u32::BITS, u32::try_from(key & u64::from(u32::MAX)));
    let chord = f32::from_bits(bits.unwrap_or_default()).sqrt() + 2.0 * CHORD_SLACK;
    section | u64::from((chord * chord).to_bits())
}

/// Where the last page ended.
pub(super) struct After<'a> {
    segment: &'a Segment,
    cursor: Option<Cursor<'a>>,
}

struct Cursor<'a> {
    key: &'a SortKey,
    sort: Sort,
    center: Option<LatLon>,
    /// Keys below the first have been seen, keys from the second on have not; between them
    /// it takes the exact value and the id to say.
    between: (u32, u32),
    /// The spot and slot of the listing that the last page ended with, while it is there.
    last: Option<(u32, u32)>,
}

impl<'a> After<'a> {
    pub(super) fn new(segment: &'a Segment, query: &'a Query, region: &Region) -> Self {
        let sort = query.sort();
        let cursor = query.after.as_ref().map(|key| match (sort, &key.value, region) {
            (Sort::Distance, KeyValue::Distance(metres), Region::Circle(circle)) => {
                let chord = chord(*metres);
                let (low, high) = ((chord - CHORD_SLACK).max(0.0), chord + CHORD_SLACK);
                let between = ((low * low).to_bits(), (high * high).to_bits() + 1);
                let at_distance = |slot| {
                    segment.point(slot).map(|p| distance_m(circle.center, p)) == Some(*metres)
                };
                let last = segment.slot_by_id(key.id).filter(|slot| at_distance(*slot));
                let last = last.map(|slot| (spot_of(&segment.spots, slot), slot));
                Cursor { key, sort, center: Some(circle.center), between, last }
            }
            _ => {
                let between = rank_window(segment, sort, key);
                Cursor { key, sort, center: None, between, last: None }
            }
        });
        Self { segment, cursor }
    }

    /// Whether all of a section has been seen.
    pub(super) fn skips(&self, unknown: bool) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| cursor.key.unknown && !unknown)
    }

    /// Whether a candidate comes after where the last page ended.
    pub(super) fn precedes(&self, unknown: bool, key: u32, slot: u32) -> bool {
        self.cursor.as_ref().is_none_or(|cursor| self.follows(cursor, unknown, key, slot))
    }

    fn follows(&self, cursor: &Cursor<'_>, unknown: bool, key: u32, slot: u32) -> bool {
        if unknown != cursor.key.unknown {
            return unknown;
        }
        if key < cursor.between.0 {
            return false;
        }
        if key >= cursor.between.1 {
            return true;
        }
        if let Some((spot, last)) = cursor.last
            && spot_of(&self.segment.spots, slot) == spot
        {
            return slot > last;
        }
        let mut exact = self.segment.key(cursor.sort, unknown, slot);
        if let (Some(center), Some(point)) = (cursor.center, self.segment.point(slot)) {
            exact.value = KeyValue::Distance(distance_m(center, point));
        }
        cursor.key.order(&exact).is_lt()
    }
}

/// The ranks between which a key stands: the signposts around it.
fn rank_window(segment: &Segment, sort: Sort, key: &SortKey) -> (u32, u32) {
    let at = RANKED.iter().position(|ranked| *ranked == sort);
    let Some(ranks) = at.and_then(|at| segment.ranks.get(at)) else { return (0, 0) };
    let seen = ranks
        .signposts
        .partition_point(|slot| segment.key(sort, key.unknown, *slot).order(key).is_le());
    let rank = |signpost: usize| u32::try_from(signpost).unwrap_or(u32::MAX) * u64::BITS;
    (seen.checked_sub(1).map_or(0, |last| rank(last) + 1), rank(seen))
}
