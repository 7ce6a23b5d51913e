//! Opening hours as minutes of a week, so that "open at" needs no calendar.

use chrono::{Datelike, NaiveDateTime, Timelike};

use crate::domain::{Day, offer::Hours};

/// Minutes in a week; minute 0 is Monday 00:00.
pub const MINUTES_PER_WEEK: u16 = 7 * MINUTES_PER_DAY;

const MINUTES_PER_DAY: u16 = 24 * 60;

/// The minute of the week of a civil time, 0 for Monday 00:00.
///
/// The time is the clinic's own, so no time zone takes part.
#[must_use]
pub fn minute_of_week(time: NaiveDateTime) -> u16 {
    let minute = time.weekday().num_days_from_monday() * u32::from(MINUTES_PER_DAY)
        + time.hour() * 60
        + time.minute();
    u16::try_from(minute).unwrap_or_default()
}

/// When a place is open in an ordinary week: half-open intervals of minutes of the week,
/// sorted, disjoint, none touching the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeeklyHours {
    open: Box<[(u16, u16)]>,
}

impl WeeklyHours {
    /// The week that a list of stated hours makes; `None` for an empty list, which says
    /// nothing. Hours that close at or before they open run into the next day.
    #[must_use]
    pub fn new(stated: &[Hours]) -> Option<Self> {
        let mut pieces = Vec::new();
        for hours in stated {
            let (opens, closes) = (minute_of_day(hours.opens), minute_of_day(hours.closes));
            let closes = if closes <= opens { closes + MINUTES_PER_DAY } else { closes };
            for day in &hours.days {
                let midnight = day_number(*day) * MINUTES_PER_DAY;
                let (from, to) = (midnight + opens, midnight + closes);
                pieces.push((from, to.min(MINUTES_PER_WEEK)));
                if to > MINUTES_PER_WEEK {
                    pieces.push((0, to - MINUTES_PER_WEEK));
                }
            }
        }
        pieces.sort_unstable();
        let mut open: Vec<(u16, u16)> = Vec::with_capacity(pieces.len());
        for (from, to) in pieces {
            match open.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => open.push((from, to)),
            }
        }
        (!open.is_empty()).then(|| Self { open: open.into_boxed_slice() })
    }

    /// Whether it is open in a minute of the week.
    #[must_use]
    pub fn is_open(&self, minute: u16) -> bool {
        self.open.iter().any(|(from, to)| (*from..*to).contains(&minute))
    }

    /// The open intervals, half-open, in minutes of the week.
    #[must_use]
    pub fn intervals(&self) -> &[(u16, u16)] {
        &self.open
    }
}

fn minute_of_day(time: chrono::NaiveTime) -> u16 {
    u16::try_from(time.hour() * 60 + time.minute()).unwrap_or_default()
}

const fn day_number(day: Day) -> u16 {
    match day {
        Day::Mo => 0,
        Day::Tu => 1,
        Day::We => 2,
        Day::Th => 3,
        Day::Fr => 4,
        Day::Sa => 5,
        Day::Su => 6,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};

    use super::*;

    fn hours(days: &[Day], opens: (u32, u32), closes: (u32, u32)) -> Hours {
        Hours {
            days: days.to_vec(),
            opens: NaiveTime::from_hms_opt(opens.0, opens.1, 0).unwrap(),
            closes: NaiveTime::from_hms_opt(closes.0, closes.1, 0).unwrap(),
        }
    }

    fn at(day: u32, hour: u32, minute: u32) -> u16 {
        // 2026-11-16 is a Monday.
        let date = NaiveDate::from_ymd_opt(2026, 11, 16 + day).unwrap();
        minute_of_week(date.and_hms_opt(hour, minute, 0).unwrap())
    }

    #[test]
    fn the_closing_minute_is_closed_and_the_opening_minute_is_open() {
        let week = WeeklyHours::new(&[hours(&[Day::Mo, Day::Tu], (9, 0), (17, 0))]).unwrap();
        assert!(week.is_open(at(0, 9, 0)));
        assert!(week.is_open(at(1, 16, 59)));
        assert!(!week.is_open(at(0, 17, 0)));
        assert!(!week.is_open(at(2, 10, 0)));
    }

    #[test]
    fn hours_past_midnight_reach_into_the_next_day_and_the_next_week() {
        let week = WeeklyHours::new(&[hours(&[Day::Su], (22, 0), (2, 0))]).unwrap();
        assert!(week.is_open(at(6, 23, 30)));
        assert!(week.is_open(at(0, 1, 59)));
        assert!(!week.is_open(at(0, 2, 0)));
        assert!(!week.is_open(at(5, 23, 0)));
    }

    #[test]
    fn equal_times_are_a_whole_day_and_overlaps_become_one() {
        let week = WeeklyHours::new(&[
            hours(&[Day::We], (0, 0), (0, 0)),
            hours(&[Day::We], (8, 0), (12, 0)),
        ])
        .unwrap();
        assert_eq!(week.intervals(), [(2 * 1440, 3 * 1440)]);
        assert_eq!(WeeklyHours::new(&[]), None);
    }
}
