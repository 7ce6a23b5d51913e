//! Business days: Monday to Friday without the federal holidays of the United States.
//!
//! Source of the holidays: 5 U.S.C. 6103(a); a holiday on a Saturday is observed on the Friday
//! before it and one on a Sunday on the Monday after it (6103(b) and Executive Order 11582).

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// True on a Monday to Friday that is no federal holiday.
#[must_use]
pub fn is_business_day(day: NaiveDate) -> bool {
    !is_weekend(day) && !is_holiday(day)
}

/// The nth business day after a day; the day itself where `n` is 0.
#[must_use]
pub fn after(day: NaiveDate, n: u8) -> NaiveDate {
    let mut left = n;
    let mut at = day;
    while left > 0 {
        // Past the last day of the calendar nothing can be due.
        let Some(next) = at.succ_opt() else { return at };
        at = next;
        left -= u8::from(is_business_day(at));
    }
    at
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// True on the day on which a federal holiday is observed.
fn is_holiday(day: NaiveDate) -> bool {
    // 1 January on a Saturday is observed on the last day of the year before.
    [day.year(), day.year() + 1].iter().flat_map(|year| holidays(*year)).any(|free| free == day)
}

/// The days on which the eleven holidays of a year are observed.
fn holidays(year: i32) -> impl Iterator<Item = NaiveDate> {
    use Weekday::{Mon, Thu};
    let fixed = [(1, 1, 0), (6, 19, 2021), (7, 4, 0), (11, 11, 0), (12, 25, 0)]
        .into_iter()
        .filter(move |(.., since)| year >= *since)
        .filter_map(move |(month, day, _)| NaiveDate::from_ymd_opt(year, month, day))
        .filter_map(observed);
    let nth = [(1, Mon, 3), (2, Mon, 3), (9, Mon, 1), (10, Mon, 2), (11, Thu, 4)];
    let floating = nth.into_iter().filter_map(move |(month, weekday, n)| {
        NaiveDate::from_weekday_of_month_opt(year, month, weekday, n)
    });
    fixed.chain(floating).chain(last_monday_of_may(year))
}

fn last_monday_of_may(year: i32) -> Option<NaiveDate> {
    let last = NaiveDate::from_ymd_opt(year, 5, 31)?;
    let past = last.weekday().num_days_from_monday();
    last.checked_sub_days(Days::new(past.into()))
}

/// The day on which a holiday of a fixed date is observed.
fn observed(day: NaiveDate) -> Option<NaiveDate> {
    match day.weekday() {
        Weekday::Sat => day.pred_opt(),
        Weekday::Sun => day.succ_opt(),
        _ => Some(day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_holidays_are_those_of_the_official_calendars() {
        // Source: the calendars of the Office of Personnel Management.
        let calendars: [&[&str]; 3] = [
            &[
                "2022-01-17",
                "2022-02-21",
                "2022-05-30",
                "2022-06-20",
                "2022-07-04",
                "2022-09-05",
                "2022-10-10",
                "2022-11-11",
                "2022-11-24",
                "2022-12-26",
            ],
            &[
                "2026-01-01",
                "2026-01-19",
                "2026-02-16",
                "2026-05-25",
                "2026-06-19",
                "2026-07-03",
                "2026-09-07",
                "2026-10-12",
                "2026-11-11",
                "2026-11-26",
                "2026-12-25",
            ],
            &[
                "2027-01-01",
                "2027-01-18",
                "2027-02-15",
                "2027-05-31",
                "2027-06-18",
                "2027-07-05",
                "2027-09-06",
                "2027-10-11",
                "2027-11-11",
                "2027-11-25",
                "2027-12-24",
                "2027-12-31",
            ],
        ];
        for calendar in calendars {
            let year = day(calendar[0]).year();
            let all = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days();
            let free: Vec<String> = all
                .take_while(|day| day.year() == year)
                .filter(|day| !is_weekend(*day) && !is_business_day(*day))
                .map(|day| day.to_string())
                .collect();
            assert_eq!(free, calendar, "{year}");
        }
    }

    #[test]
    fn business_days_are_counted_from_the_day_after() {
        // Over Thanksgiving of 2026 and two weekends.
        assert_eq!(after(day("2026-11-20"), 10), day("2026-12-07"));
        assert_eq!(after(day("2026-11-21"), 1), day("2026-11-23"));
        assert_eq!(after(day("2026-12-24"), 5), day("2027-01-04"));
        assert_eq!(after(day("2026-11-21"), 0), day("2026-11-21"));
        assert_eq!(after(NaiveDate::MAX, 3), NaiveDate::MAX);
    }

    #[test]
    fn the_newest_holiday_has_no_past() {
        assert!(is_business_day(day("2020-06-19")));
        assert!(!is_business_day(day("2024-06-19")));
    }
}
