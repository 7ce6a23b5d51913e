//! Opening hours of many listings: each distinct week once, with a table of its hours.

#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slots, weeks and hours are bounded by construction, and this is the innermost loop"
)]

use std::collections::HashMap;

use super::{
    columns::{WORD, bit_of, places, slots_of},
    hours::{MINUTES_PER_WEEK, WeeklyHours},
};

const HOURS: usize = MINUTES_PER_WEEK as usize / 60;

/// What a week says about one of its hours.
mod hour {
    pub(super) const CLOSED: u8 = 0;
    /// Open in all of its minutes.
    pub(super) const OPEN: u8 = 1;
    /// Open in some of its minutes.
    pub(super) const PARTLY: u8 = 2;
    pub(super) const UNKNOWN: u8 = 3;
}

/// From so many places of a leaf on, all of its places are looked up side by side.
const MANY: u32 = 12;

/// The hours of slots. For each hour of the week it knows what each week says about it, so that
/// most questions are one look into a short table.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    weeks: Vec<WeeklyHours>,
    /// By slot the number of its week; the number after the last is that of no week.
    of_slot: Box<[u32]>,
    /// By hour of the week what each week says, and what is said where there is no week.
    hours: Vec<Box<[u8]>>,
}

impl Schedules {
    /// The hours of slots, `None` = not known.
    pub(super) fn new(by_slot: &[Option<WeeklyHours>]) -> Self {
        let mut numbers: HashMap<&WeeklyHours, u32> = HashMap::new();
        let mut weeks = Vec::new();
        for week in by_slot.iter().flatten() {
            numbers.entry(week).or_insert_with(|| {
                weeks.push(week.clone());
                weeks.len() as u32 - 1
            });
        }
        if weeks.is_empty() {
            return Self::default();
        }
        let unknown = weeks.len() as u32;
        let number = |week: &WeeklyHours| numbers.get(week).copied().unwrap_or(unknown);
        let of_slot = by_slot.iter().map(|week| week.as_ref().map_or(unknown, number)).collect();
        let mut nothing = vec![hour::CLOSED; weeks.len()];
        nothing.push(hour::UNKNOWN);
        let mut hours = vec![nothing.into_boxed_slice(); HOURS];
        for (at, week) in weeks.iter().enumerate() {
            for (from, to) in
                week.intervals().iter().map(|(from, to)| (*from as usize, *to as usize))
            {
                let touched = hours.iter_mut().enumerate().take(to.div_ceil(60)).skip(from / 60);
                for (hour, said) in touched {
                    let whole = from <= hour * 60 && (hour + 1) * 60 <= to;
                    said[at] = if whole { hour::OPEN } else { hour::PARTLY };
                }
            }
        }
        Self { weeks, of_slot, hours }
    }

    /// The hours of a slot.
    pub(super) fn get(&self, slot: u32) -> Option<&WeeklyHours> {
        self.weeks.get(*self.of_slot.get(slot as usize)? as usize)
    }

    /// Of the slots of a leaf that `among` names, those that are open in a minute of the week
    /// and those whose hours are not known.
    pub(super) fn open(&self, leaf: usize, among: u64, minute: u16) -> (u64, u64) {
        let Some(hour) = self.hours.get(usize::from(minute) / 60) else { return (0, among) };
        let (open, partly, unknown) = if among.count_ones() < MANY {
            self.one_by_one(leaf, among, hour)
        } else {
            self.side_by_side(leaf, hour)
        };
        let is_open = |slot: &u32| self.get(*slot).is_some_and(|week| week.is_open(minute));
        let partly = slots_of(leaf, partly & among).filter(is_open);
        let open = partly.fold(open, |open, slot| open | bit_of(slot));
        (open & among, unknown & among)
    }

    /// The slots of a leaf that are open, partly open and unknown in an hour.
    fn side_by_side(&self, leaf: usize, hour: &[u8]) -> (u64, u64, u64) {
        let weeks = &self.of_slot[leaf * WORD..(leaf + 1) * WORD];
        let codes: [u8; WORD] = std::array::from_fn(|place| hour[weeks[place] as usize]);
        let all = |wanted: u8| places(codes.map(|code| code == wanted));
        (all(hour::OPEN), all(hour::PARTLY), all(hour::UNKNOWN))
    }

    /// The same for some of them.
    fn one_by_one(&self, leaf: usize, among: u64, hour: &[u8]) -> (u64, u64, u64) {
        let mut said = [0; 4];
        for slot in slots_of(leaf, among) {
            said[usize::from(hour[self.of_slot[slot as usize] as usize])] |= bit_of(slot);
        }
        let [_, open, partly, unknown] = said;
        (open, partly, unknown)
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        let week = |week: &WeeklyHours| size_of::<WeeklyHours>() + size_of_val(week.intervals());
        let hours: usize = self.hours.iter().map(|hour| size_of_val(&**hour)).sum();
        size_of_val(&*self.of_slot) + hours + self.weeks.iter().map(week).sum::<usize>()
    }
}
