//! Opening hours of many listings: each distinct week once, with its hours as columns.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slots, weeks and hours are bounded by construction, and this is the innermost loop"
)]

use std::collections::HashMap;

use super::{
    columns::{WORD, slots_of},
    hours::{MINUTES_PER_WEEK, WeeklyHours},
};

const HOURS: usize = MINUTES_PER_WEEK as usize / 60;

/// The week of a slot whose hours are not known.
const UNKNOWN: u32 = u32::MAX;

/// The hours of slots. For each hour of the week it knows which weeks are open in all of its
/// minutes and which in some, so that most questions are one bit.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    weeks: Vec<WeeklyHours>,
    of_slot: Box<[u32]>,
    all: Vec<Box<[u64]>>,
    some: Vec<Box<[u64]>>,
}

impl Schedules {
    /// The hours of slots, `None` = not known.
    pub(super) fn new(by_slot: &[Option<WeeklyHours>]) -> Self {
        let mut numbers: HashMap<&WeeklyHours, u32> = HashMap::new();
        let mut weeks = Vec::new();
        let of_slot: Box<[u32]> = by_slot
            .iter()
            .map(|week| {
                week.as_ref().map_or(UNKNOWN, |week| {
                    *numbers.entry(week).or_insert_with(|| {
                        weeks.push(week.clone());
                        weeks.len() as u32 - 1
                    })
                })
            })
            .collect();
        if weeks.is_empty() {
            return Self::default();
        }
        let words = weeks.len().div_ceil(WORD);
        let mut all = vec![vec![0_u64; words].into_boxed_slice(); HOURS];
        let mut some = all.clone();
        for (at, week) in weeks.iter().enumerate() {
            let (word, bit) = (at / WORD, 1 << (at % WORD));
            for (from, to) in
                week.intervals().iter().map(|(from, to)| (*from as usize, *to as usize))
            {
                for hour in from / 60..to.div_ceil(60) {
                    some[hour][word] |= bit;
                    if from <= hour * 60 && (hour + 1) * 60 <= to {
                        all[hour][word] |= bit;
                    }
                }
            }
        }
        Self { weeks, of_slot, all, some }
    }

    /// The hours of a slot.
    pub(super) fn get(&self, slot: u32) -> Option<&WeeklyHours> {
        self.weeks.get(*self.of_slot.get(slot as usize)? as usize)
    }

    /// Of the slots of a leaf that `among` names, those that are open in a minute of the week
    /// and those whose hours are not known.
    pub(super) fn open(&self, leaf: usize, among: u64, minute: u16) -> (u64, u64) {
        let hour = usize::from(minute) / 60;
        let (Some(all), Some(some)) = (self.all.get(hour), self.some.get(hour)) else {
            return (0, among);
        };
        let (mut open, mut unknown) = (0, 0);
        for slot in slots_of(leaf, among) {
            let bit = 1 << (slot as usize % WORD);
            let week = self.of_slot[slot as usize];
            if week == UNKNOWN {
                unknown |= bit;
                continue;
            }
            let (word, at) = (week as usize / WORD, week as usize % WORD);
            let is_open = all[word] >> at & 1 == 1
                || (some[word] >> at & 1 == 1 && self.weeks[week as usize].is_open(minute));
            open |= if is_open { bit } else { 0 };
        }
        (open, unknown)
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        let week = |week: &WeeklyHours| size_of::<WeeklyHours>() + size_of_val(week.intervals());
        let columns: usize = self.all.iter().chain(&self.some).map(|c| size_of_val(&**c)).sum();
        size_of_val(&*self.of_slot) + columns + self.weeks.iter().map(week).sum::<usize>()
    }
}
