//! Open, closed, or not known.

use bedside::domain::{
    hours::{is_open, is_open_now, next_opening, parse_local},
    offer::Hours,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use rstest::rstest;

/// `["mo tu", "09:00", "17:00"]` and so on.
fn hours(spans: &[(&str, &str, &str)]) -> Vec<Hours> {
    let one = |(days, opens, closes): &(&str, &str, &str)| {
        let days: Vec<_> = days.split(' ').collect();
        let json = serde_json::json!({"days": days, "opens": opens, "closes": closes});
        serde_json::from_value(json).unwrap()
    };
    spans.iter().map(one).collect()
}

fn office() -> Vec<Hours> {
    hours(&[("mo tu we th", "09:00", "17:00"), ("fr", "09:00", "12:00"), ("fr", "13:00", "15:30")])
}

fn at(text: &str) -> NaiveDateTime {
    parse_local(text).unwrap()
}

#[rstest]
#[case::monday_at_opening("2026-11-23T09:00", true)]
#[case::monday_before("2026-11-23T08:59", false)]
#[case::monday_last_minute("2026-11-23T16:59", true)]
#[case::monday_at_closing("2026-11-23T17:00", false)]
#[case::friday_lunch("2026-11-27T12:30", false)]
#[case::friday_afternoon("2026-11-27T13:00", true)]
#[case::friday_after("2026-11-27T15:30", false)]
#[case::sunday("2026-11-22T10:00", false)]
fn office_hours(#[case] time: &str, #[case] open: bool) {
    assert_eq!(is_open(&office(), at(time)), Some(open));
}

#[rstest]
#[case::evening("2026-11-27T22:00", true)]
#[case::past_midnight("2026-11-28T01:59", true)]
#[case::closed_at_two("2026-11-28T02:00", false)]
#[case::the_night_before("2026-11-27T01:00", false)]
fn hours_past_midnight(#[case] time: &str, #[case] open: bool) {
    assert_eq!(is_open(&hours(&[("fr", "20:00", "02:00")]), at(time)), Some(open));
}

#[test]
fn the_same_time_twice_is_a_whole_day() {
    let always = hours(&[("mo tu we th fr sa su", "00:00", "00:00")]);
    let saturday = hours(&[("sa", "08:00", "08:00")]);
    for time in ["2026-11-21T00:00", "2026-11-22T23:59"] {
        assert_eq!(is_open(&always, at(time)), Some(true));
    }
    assert_eq!(is_open(&saturday, at("2026-11-22T07:59")), Some(true));
    assert_eq!(is_open(&saturday, at("2026-11-22T08:00")), Some(false));
    assert_eq!(is_open(&saturday, at("2026-11-21T07:59")), Some(false));
}

#[test]
fn unknown_hours_are_neither_open_nor_closed() {
    assert_eq!(is_open(&[], at("2026-11-23T10:00")), None);
    assert_eq!(next_opening(&[], at("2026-11-23T10:00")), None);
}

#[rstest]
#[case::before_opening("2026-11-23T07:00", "2026-11-23T09:00")]
#[case::as_it_opens("2026-11-23T09:00", "2026-11-23T09:00")]
#[case::while_open("2026-11-23T09:01", "2026-11-24T09:00")]
#[case::over_lunch("2026-11-27T12:00", "2026-11-27T13:00")]
#[case::over_the_weekend("2026-11-27T16:00", "2026-11-30T09:00")]
#[case::over_the_year("2027-01-01T16:00", "2027-01-04T09:00")]
fn the_next_opening(#[case] time: &str, #[case] opens: &str) {
    assert_eq!(next_opening(&office(), at(time)), Some(at(opens)));
}

#[test]
fn one_day_a_week_opens_again_after_seven_days() {
    let saturday = hours(&[("sa", "08:00", "10:00")]);
    let next = next_opening(&saturday, at("2026-11-21T08:01"));
    assert_eq!(next, Some(at("2026-11-28T08:00")));
}

#[rstest]
// 14:30 UTC is 09:30 in New York in winter and 10:30 in summer.
#[case("2026-11-23T14:30:00Z", "America/New_York", true)]
#[case("2026-11-23T14:00:00Z", "America/New_York", true)]
#[case("2026-11-23T13:59:00Z", "America/New_York", false)]
#[case("2026-07-20T13:00:00Z", "America/New_York", true)]
#[case("2026-07-20T12:59:00Z", "America/New_York", false)]
// Arizona keeps no summer time, the Navajo Nation does.
#[case("2026-07-20T15:30:00Z", "America/Phoenix", false)]
#[case("2026-07-20T15:30:00Z", "America/Denver", true)]
// Monday morning in Washington is still Sunday night in Honolulu and Monday night in Guam.
#[case("2026-11-23T09:00:00Z", "Pacific/Honolulu", false)]
#[case("2026-11-22T23:30:00Z", "Pacific/Guam", true)]
fn open_now_goes_by_the_clock_on_the_wall(
    #[case] instant: DateTime<Utc>,
    #[case] zone: Tz,
    #[case] open: bool,
) {
    assert_eq!(is_open_now(&office(), instant, zone), Some(open));
}

#[rstest]
#[case("2026-11-21")]
#[case("2026-11-21T9:00")]
#[case("2026-11-21 09:00")]
#[case("2026-11-21T09:00Z")]
#[case("2026-11-21T09:00:00")]
#[case("2026-02-30T09:00")]
#[case("2026-11-21T24:00")]
#[case("2026-11-21T09:60")]
#[case("+026-11-21T09:00")]
#[case("2026-11-21T09:0０")]
#[case("")]
fn what_is_no_local_time_is_refused(#[case] text: &str) {
    assert!(parse_local(text).is_err());
}

proptest! {
    #[test]
    fn it_is_open_when_it_opens_and_not_before(
        minutes in 0_i64..60 * 24 * 400, days in proptest::sample::subsequence(
            vec!["mo", "tu", "we", "th", "fr", "sa", "su"], 1..=7),
        opens in 0_u32..24, length in 1_u32..24,
    ) {
        let closes = (opens + length) % 24;
        let (opens, closes) = (format!("{opens:02}:00"), format!("{closes:02}:00"));
        let hours = hours(&[(&days.join(" "), &opens, &closes)]);
        let now = at("2026-01-01T00:00") + chrono::TimeDelta::minutes(minutes);
        let next = next_opening(&hours, now).unwrap();
        prop_assert!(next >= now && next - now < chrono::TimeDelta::days(7));
        prop_assert_eq!(is_open(&hours, next), Some(true));
        if is_open(&hours, now) == Some(false) && next > now {
            let before = next - chrono::TimeDelta::minutes(1);
            prop_assert_eq!(is_open(&hours, before), Some(false));
        }
    }
}
