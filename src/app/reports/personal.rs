//! Finds what identifies a person in a text that nobody should have to keep.
//!
//! It looks for the obvious and says what it found, never where: its reader may be a log.

use std::ops::Range;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A social security number.
    SocialSecurity,
    /// A date of birth.
    Birth,
    /// The number of a medical record or of an insured person.
    Record,
}

impl Personal {
    /// What it is and what to do instead, for who wrote it.
    #[must_use]
    pub const fn explained(self) -> &'static str {
        match self {
            Self::Email => {
                "the text holds an e-mail address; leave it out, and use `contact` if you want an \
                 answer"
            }
            Self::Phone => {
                "the text holds a phone number; leave it out, and use `contact` if you want an \
                 answer. If a clinic's number is wrong, say where the right one stands"
            }
            Self::SocialSecurity => {
                "the text holds what looks like a social security number; leave it out"
            }
            Self::Birth => "the text holds what looks like a date of birth; leave it out",
            Self::Record => {
                "the text holds what looks like the number of a medical record or of an insured \
                 person; leave it out"
            }
        }
    }
}

/// The first thing that identifies a person, if there is any.
#[must_use]
pub fn find(text: &str) -> Option<Personal> {
    let lower = text.to_lowercase();
    if lower.split_whitespace().any(is_email) {
        return Some(Personal::Email);
    }
    let numbers = numbers(&lower);
    if numbers.iter().any(|number| number.looks_like_social_security()) {
        return Some(Personal::SocialSecurity);
    }
    if said_before(&lower, &numbers, BIRTH, |number| number.is_date()) {
        return Some(Personal::Birth);
    }
    if said_before(&lower, &numbers, RECORD, |number| number.digits.len() >= 4) {
        return Some(Personal::Record);
    }
    numbers.iter().any(Number::looks_like_phone).then_some(Personal::Phone)
}

/// Words before a date of birth.
const BIRTH: &[&str] = &["born", "birth", "dob", "d.o.b", "nacido", "nacida", "nacimiento"];

/// Words before the number of a record.
const RECORD: &[&str] = &[
    "mrn",
    "medical record",
    "patient id",
    "patient number",
    "chart number",
    "member id",
    "member number",
    "policy number",
    "expediente",
];

/// How far after its word a number belongs to it, in bytes.
const NEAR: usize = 30;

fn is_email(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let Some((name, host)) = word.split_once('@') else { return false };
    let ends = host.rsplit_once('.').is_some_and(|(before, ending)| {
        !before.is_empty() && ending.len() >= 2 && ending.chars().all(char::is_alphabetic)
    });
    !name.is_empty() && ends
}

/// A run of digits with the marks that people put between them.
#[derive(Debug)]
struct Number {
    at: Range<usize>,
    digits: String,
    /// How many digits stand between marks.
    groups: Vec<usize>,
    plus: bool,
    slashed: bool,
}

impl Number {
    /// Ten digits, or eleven that begin with a one, or any with a plus.
    fn looks_like_phone(&self) -> bool {
        let n = self.digits.len();
        if self.slashed {
            return false;
        }
        n == 10 || (n == 11 && self.digits.starts_with('1')) || (self.plus && (8..=15).contains(&n))
    }

    /// 3, 2 and 4 digits with marks between.
    fn looks_like_social_security(&self) -> bool {
        self.groups == [3, 2, 4] && !self.slashed
    }

    /// Three groups with a year, in any order, or a year alone.
    fn is_date(&self) -> bool {
        match self.groups.as_slice() {
            [4] => true,
            [4, m, d] => *m <= 2 && *d <= 2,
            [m, d, y] => *m <= 2 && *d <= 2 && (*y == 4 || *y == 2),
            // "March 4, 1985" comes as two numbers, of which the second is a year.
            _ => false,
        }
    }
}

/// Every number of a text.
fn numbers(text: &str) -> Vec<Number> {
    let mut found: Vec<Number> = Vec::new();
    let mut current: Option<Number> = None;
    let mut last_digit = 0;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            let apart = at - last_digit > 1;
            let number = current.get_or_insert_with(|| Number {
                at: at..at,
                digits: String::new(),
                groups: Vec::new(),
                plus: text.get(..at).is_some_and(|before| before.trim_end().ends_with('+')),
                slashed: false,
            });
            if number.groups.is_empty() || apart {
                number.groups.push(0);
            }
            if let Some(group) = number.groups.last_mut() {
                *group += 1;
            }
            number.digits.push(c);
            number.at.end = at + 1;
            last_digit = at;
        } else if let Some(number) = current.as_mut() {
            number.slashed |= c == '/';
            let mark = matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{2013}' | '\u{a0}');
            // Two marks may stand together, as in "301) 828", but not three.
            if !mark || at.saturating_sub(last_digit) > 3 {
                found.extend(current.take());
            }
        }
    }
    found.extend(current);
    found
}

/// True where one of these numbers follows one of these words closely.
fn said_before(
    text: &str,
    numbers: &[Number],
    words: &[&str],
    is: impl Fn(&Number) -> bool,
) -> bool {
    words.iter().any(|word| {
        text.match_indices(word).any(|(at, word)| {
            let after = at + word.len();
            let near = after..after + NEAR;
            numbers.iter().any(|number| near.contains(&number.at.start) && is(number))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_a_person_is_found() {
        for (text, what) in [
            ("write to ann.lee+k@mail.example please", Personal::Email),
            ("<ANN@MAIL.EXAMPLE>", Personal::Email),
            ("call me at (301) 828-9513", Personal::Phone),
            ("301.828.9513", Personal::Phone),
            ("+44 20 7946 0958", Personal::Phone),
            ("1 301 828 9513 in the evening", Personal::Phone),
            ("mine is 078-05-1120", Personal::SocialSecurity),
            ("078 05 1120", Personal::SocialSecurity),
            ("I was born on 3/14/1985", Personal::Birth),
            ("DOB: 1985-03-14", Personal::Birth),
            ("date of birth March 14, 1985", Personal::Birth),
            ("MRN 00482913", Personal::Record),
            ("my medical record number is 48 29 13", Personal::Record),
            ("member id: W123456789", Personal::Record),
        ] {
            assert_eq!(find(text), Some(what), "{text}");
        }
    }

    #[test]
    fn what_a_report_is_about_may_be_said() {
        for text in [
            "They moved to 1200 Main Street, Suite 300, Bethesda MD 20814-1234.",
            "On 10/12/2026 the session cost $450, not $400 to $600.",
            "The course is 6 sessions in 3 weeks; open 9:00-17:00.",
            "Since 2026-10-12 nobody is in the room @ night",
            "The page says 24/7. It was 2025.",
            "Session of 10 12 2026",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
