//! Numbers, money, dates, times, phones and distances as a reader writes them.
//!
//! Spanish here is the Spanish of the United States, which writes numbers and dollars as
//! English does there; dates and times differ.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use super::lang::Lang;

/// A whole number with its thousands set apart.
#[must_use]
pub fn number(n: impl Into<u64>) -> String {
    let digits = n.into().to_string();
    let mut out = String::with_capacity(digits.len().saturating_add(digits.len() / 3));
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len().saturating_sub(at)).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// US cents as dollars; cents only where there are any.
#[must_use]
pub fn money(cents: i64) -> String {
    let (dollars, rest) = (number(cents.unsigned_abs() / 100), cents.unsigned_abs() % 100);
    let sign = if cents < 0 { "-" } else { "" };
    if rest == 0 { format!("{sign}${dollars}") } else { format!("{sign}${dollars}.{rest:02}") }
}

/// A range of US cents; one amount where both ends are equal.
#[must_use]
pub fn money_range(min: i64, max: i64) -> String {
    if min == max { money(min) } else { format!("{}–{}", money(min), money(max)) }
}

/// A civil date in words.
#[must_use]
pub fn date(lang: Lang, date: NaiveDate) -> String {
    let month = lang.t(month_key(date.month()));
    let (day, year) = (date.day().to_string(), date.year().to_string());
    lang.args("date-long", &[("day", &day), ("month", &month), ("year", &year)]).into_owned()
}

const fn month_key(month: u32) -> &'static str {
    match month {
        1 => "month-1",
        2 => "month-2",
        3 => "month-3",
        4 => "month-4",
        5 => "month-5",
        6 => "month-6",
        7 => "month-7",
        8 => "month-8",
        9 => "month-9",
        10 => "month-10",
        11 => "month-11",
        _ => "month-12",
    }
}

/// A time of day on the twelve-hour clock.
#[must_use]
pub fn time(lang: Lang, time: NaiveTime) -> String {
    let (afternoon, hour) = time.hour12();
    let half = lang.t(if afternoon { "time-pm" } else { "time-am" });
    format!("{hour}:{:02} {half}", time.minute())
}

/// Miles: one decimal below ten, none from there on.
#[must_use]
pub fn miles(mi: f64) -> String {
    if mi < 9.95 { format!("{mi:.1}") } else { format!("{mi:.0}") }
}

/// An E.164 number of the United States as people write it; another one as it is.
#[must_use]
pub fn phone(e164: &str) -> String {
    let digits = e164.strip_prefix("+1").filter(|digits| digits.len() == 10);
    let parts = digits.and_then(|d| Some((d.get(..3)?, d.get(3..6)?, d.get(6..)?)));
    match parts {
        Some((area, exchange, line)) => format!("({area}) {exchange}-{line}"),
        None => e164.to_owned(),
    }
}

/// The host of a web address, as a name for the link to it.
#[must_use]
pub fn host(url: &str) -> String {
    let parsed = url::Url::parse(url).ok();
    let host = parsed.as_ref().and_then(|u| u.host_str());
    host.map_or_else(|| url.to_owned(), |h| h.strip_prefix("www.").unwrap_or(h).to_owned())
}

/// A web address that may become a link: only the web's own schemes.
#[must_use]
pub fn web_link(url: &str) -> Option<&str> {
    let parsed = url::Url::parse(url).ok()?;
    matches!(parsed.scheme(), "http" | "https").then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let shown: Vec<_> = [0_u64, 7, 999, 1_000, 12_345, 1_234_567].map(number).into();
        assert_eq!(shown, ["0", "7", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn dollars_show_cents_only_where_there_are_any() {
        assert_eq!(money(285_000), "$2,850");
        assert_eq!(money(95_259), "$952.59");
        assert_eq!(money(-105), "-$1.05");
        assert_eq!(money_range(40_000, 80_000), "$400–$800");
        assert_eq!(money_range(40_000, 40_000), "$400");
    }

    #[test]
    fn dates_and_times_follow_the_language() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 2).unwrap();
        assert_eq!(date(Lang::En, day), "October 2, 2026");
        assert_eq!(date(Lang::Es, day), "2 de octubre de 2026");
        let noon = NaiveTime::from_hms_opt(12, 5, 0).unwrap();
        assert_eq!(time(Lang::En, noon), "12:05 p.m.");
        assert_eq!(time(Lang::Es, noon), "12:05 p. m.");
    }

    #[test]
    fn phones_and_hosts_read_well() {
        assert_eq!(phone("+13018289513"), "(301) 828-9513");
        assert_eq!(phone("+442071838750"), "+442071838750");
        assert_eq!(host("https://www.calliope.health/a?b"), "calliope.health");
        assert_eq!(web_link("javascript:alert(1)"), None);
    }

    #[test]
    fn near_distances_have_a_decimal() {
        assert_eq!([2.499, 9.94, 9.96, 48.7].map(miles), ["2.5", "9.9", "10", "49"]);
    }
}
