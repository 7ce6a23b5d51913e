//! When two names, addresses or licences count as the same.
//!
//! A list and a provider write the same thing differently: `874 PURCHASE ST` and `874 Purchase
//! Street, Suite 2`. A key keeps what both must have. Keys are only ever compared beside a
//! number (NPI, licence), or lead to a task for a person; none proves an identity alone.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words that say what kind of company it is, and nothing about which one.
const LEGAL_FORMS: &[&str] = &[
    "LLC",
    "LLP",
    "LP",
    "LTD",
    "INC",
    "INCORPORATED",
    "CORP",
    "CORPORATION",
    "CO",
    "COMPANY",
    "PC",
    "PA",
    "PLLC",
    "PLC",
    "PSC",
    "SC",
    "THE",
    "AND",
    "OF",
];

/// What stands before or behind a person's name without being part of it.
const TITLES: &[&str] = &[
    "DR", "MR", "MRS", "MS", "PROF", "JR", "SR", "II", "III", "IV", "MD", "DO", "NP", "PA", "RN",
    "APRN", "CRNA", "PMHNP", "DNP", "PHD", "FNP", "PAC", "FACEP",
];

/// Where in a street's name the name itself begins.
const DIRECTIONS: &[&str] = &[
    "N",
    "S",
    "E",
    "W",
    "NE",
    "NW",
    "SE",
    "SW",
    "NORTH",
    "SOUTH",
    "EAST",
    "WEST",
    "NORTHEAST",
    "NORTHWEST",
    "SOUTHEAST",
    "SOUTHWEST",
];

/// A text's words in capital letters without accents; whatever is no letter or digit ends a
/// word, but for apostrophes and full stops, which are dropped.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match (c, words.last_mut()) {
            ('\'' | '\u{2019}' | '.', _) => {}
            (c, Some(word)) if c.is_alphanumeric() => word.extend(c.to_uppercase()),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The key of an organisation's name; none where nothing is left of it.
#[must_use]
pub fn organisation(name: &str) -> Option<String> {
    let mut words = words(name);
    words.retain(|word| !LEGAL_FORMS.contains(&word.as_str()));
    (!words.is_empty()).then(|| words.join(" "))
}

/// A person's name in the parts that are compared, in capital letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonName {
    /// Family name.
    pub last: String,
    /// First given name.
    pub first: String,
    /// The first letter of the second given name, where it is known.
    pub middle: Option<char>,
}

impl PersonName {
    /// A name whose parts are known.
    #[must_use]
    pub fn of_parts(last: &str, first: &str, middle: &str) -> Option<Self> {
        let mut last = words(last);
        last.retain(|word| !TITLES.contains(&word.as_str()));
        let mut given = words(first).into_iter();
        let first = given.next()?;
        let middle = given.next().or_else(|| words(middle).into_iter().next());
        let middle = middle.and_then(|name| name.chars().next());
        (!last.is_empty()).then(|| Self { last: last.join(" "), first, middle })
    }

    /// What a name written in one piece may mean: where the family name begins is not written,
    /// so that `Ana Maria de la Cruz` may be of the family `Cruz`, `la Cruz` and so on.
    #[must_use]
    pub fn readings(name: &str) -> Vec<Self> {
        // Behind a comma stand titles.
        let name = name.split(',').next().unwrap_or_default();
        let mut words = words(name);
        words.retain(|word| !TITLES.contains(&word.as_str()));
        let Some((first, rest)) = words.split_first() else { return Vec::new() };
        (0..rest.len().min(5))
            .filter_map(|at| {
                let (between, last) = rest.split_at_checked(at)?;
                let middle = between.first().and_then(|name| name.chars().next());
                Some(Self { last: last.join(" "), first: first.clone(), middle })
            })
            .collect()
    }

    /// Family name and first name.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}|{}", self.last, self.first)
    }

    /// True where the second names, as far as they are known, are not different ones.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        self.last == other.last
            && self.first == other.first
            && self.middle.zip(other.middle).is_none_or(|(one, other)| one == other)
    }
}

/// The key of a street address: ZIP code, house number and the street's first word. None for a
/// box at a post office, which is no place, and where a part is missing.
#[must_use]
pub fn address(line1: &str, postal_code: &str) -> Option<String> {
    let zip = postal_code.get(..5).filter(|zip| zip.bytes().all(|b| b.is_ascii_digit()))?;
    let words = words(line1);
    let mut rest = words.iter().skip_while(|word| !is_house_number(word));
    let house = rest.next()?;
    if words.first().is_some_and(|word| word == "PO" || word == "POB") {
        return None;
    }
    let street = rest.find(|word| !DIRECTIONS.contains(&word.as_str()))?;
    Some(format!("{zip}|{house}|{street}"))
}

fn is_house_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// The key of a licence's number: its digits without leading zeros, since boards print letters
/// before them that others leave out; all of it where the digits are too few to tell.
#[must_use]
pub fn licence(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    if digits.len() >= 4 {
        return Some(digits.to_owned());
    }
    let all: String =
        number.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_uppercase();
    (!all.trim_start_matches('0').is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_is_known_by_its_words() {
        assert_eq!(organisation("Example Care, L.L.C."), organisation("THE EXAMPLE CARE LLC"));
        assert_eq!(organisation("O'Brien Café"), Some("OBRIEN CAFE".to_owned()));
        assert_eq!(organisation("LLC"), None);
    }

    #[test]
    fn a_person_may_have_a_family_name_of_several_words() {
        let listed = PersonName::of_parts("DE LA CRUZ", "ANA MARIA", "").unwrap_or_default();
        let named = PersonName::readings("Dr. Ana Maria de la Cruz, MD");
        assert!(named.iter().any(|name| name.may_be(&listed)), "{named:?}");
        let other = PersonName::of_parts("De La Cruz", "Ana", "Beatriz").unwrap_or_default();
        assert!(!named.iter().any(|name| name.may_be(&other)));
        assert_eq!(PersonName::readings("  ,"), Vec::new());
    }

    #[test]
    fn an_address_is_known_by_house_street_and_zip() {
        let one = address("874 PURCHASE ST", "027406232");
        assert_eq!(one, address("874 Purchase Street, Suite 2", "02740"));
        assert_eq!(address("100 N. Main St", "20814"), address("100 North Main Street", "20814"));
        for nowhere in [("PO BOX 12", "20814"), ("Main Street", "20814"), ("1 Main", "208")] {
            assert_eq!(address(nowhere.0, nowhere.1), None, "{nowhere:?}");
        }
    }

    #[test]
    fn a_licence_is_known_by_its_digits() {
        assert_eq!(licence("MD-0012345"), licence("12345"));
        assert_eq!(licence("A-12"), Some("A12".to_owned()));
        assert_eq!(licence(" - "), None);
    }
}
