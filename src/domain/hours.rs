//! Opening hours: whether a site is open at a moment, and when it opens next.
//!
//! Hours are in the site's own civil time. A site without stated hours is neither open nor
//! closed: that is not known. On a day for which nothing is stated, while other days have
//! hours, the site is closed.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, Utc, Weekday};
use chrono_tz::Tz;

use super::{Day, offer::Hours};

/// Days after which a week of hours repeats itself.
const WEEK: u64 = 7;

/// Length of `YYYY-MM-DDTHH:MM`.
const LOCAL_LENGTH: usize = 16;

/// A text that is no local civil time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a local time is written YYYY-MM-DDTHH:MM, as in 2026-11-21T14:30")]
pub struct NoLocalTime;

/// Reads a civil time as it is written in `open_at`: `YYYY-MM-DDTHH:MM`, without a zone.
///
/// # Errors
/// For every other text, also for times that no calendar has.
pub fn parse_local(text: &str) -> Result<NaiveDateTime, NoLocalTime> {
    let is_plain = text.len() == LOCAL_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-T:".contains(&byte));
    let parsed = is_plain.then(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok());
    parsed.flatten().ok_or(NoLocalTime)
}

/// The civil time that clocks show in a zone at an instant.
#[must_use]
pub fn local_time(instant: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    instant.with_timezone(&zone).naive_local()
}

/// Whether a site is open at a local civil time; none where its hours are not known.
///
/// It is open from the minute at which it opens until just before the one at which it closes.
#[must_use]
pub fn is_open(hours: &[Hours], at: NaiveDateTime) -> Option<bool> {
    if hours.is_empty() {
        return None;
    }
    // Hours past midnight began the day before.
    let yesterday = at.date().checked_sub_days(Days::new(1));
    let mut spans = [yesterday, Some(at.date())]
        .into_iter()
        .flatten()
        .flat_map(|date| hours.iter().filter_map(move |hours| span(hours, date)));
    Some(spans.any(|(opens, closes)| opens <= at && at < closes))
}

/// Whether a site in a zone is open at an instant; none where its hours are not known.
#[must_use]
pub fn is_open_now(hours: &[Hours], instant: DateTime<Utc>, zone: Tz) -> Option<bool> {
    is_open(hours, local_time(instant, zone))
}

/// The first local civil time, at or after the given one, at which a site opens its doors;
/// none where its hours are not known or name no day.
#[must_use]
pub fn next_opening(hours: &[Hours], at: NaiveDateTime) -> Option<NaiveDateTime> {
    (0..=WEEK)
        .filter_map(|days| at.date().checked_add_days(Days::new(days)))
        .flat_map(|date| hours.iter().filter_map(move |hours| span(hours, date)))
        .map(|(opens, _)| opens)
        .filter(|opens| *opens >= at)
        .min()
}

/// From when until when a site is open by these hours if they begin on this date.
fn span(hours: &Hours, date: NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)> {
    if !hours.days.contains(&Day::from(date.weekday())) {
        return None;
    }
    let until =
        if hours.closes <= hours.opens { date.checked_add_days(Days::new(1))? } else { date };
    Some((date.and_time(hours.opens), until.and_time(hours.closes)))
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Self::Mo,
            Weekday::Tue => Self::Tu,
            Weekday::Wed => Self::We,
            Weekday::Thu => Self::Th,
            Weekday::Fri => Self::Fr,
            Weekday::Sat => Self::Sa,
            Weekday::Sun => Self::Su,
        }
    }
}
