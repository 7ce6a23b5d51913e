//! Free text to a place.
//!
//! A name that several states have is a place when one of them dominates: it must have
//! [`DOMINANCE`] times the people of the next, so that whoever means another is rare
//! ("Houston" is in Texas; "Portland", "Columbia" and "Springfield" have to be asked about).
//! A state is no place to search around. Where a text names a state and a place alike, it is
//! the place only if that dominates its namesakes and lies in that very state: "New York" is
//! the city, "Washington" is asked about.

use std::cmp::Reverse;

use crate::domain::UsState;

use super::{
    Gazetteer, MAX_TEXT, Place,
    names::{same_words, words},
    places::PlaceRow,
    zips::{self, is_digits},
};

/// How many times more people the meant place must have than the next one of its name.
const DOMINANCE: u32 = 20;

/// People that a namesake counts for at least, since the survey counts few or none in many
/// small places.
const FEWEST_PEOPLE: u32 = 100;

/// Most candidates of an ambiguous name.
const MAX_CANDIDATES: usize = 10;

/// The longest name of a state, in words: "U S Virgin Islands".
const MAX_STATE_WORDS: usize = 4;

/// What a free text means.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolution {
    /// One place.
    Found(Place),
    /// Several places of that name in different states, the most populous first, at most ten.
    Ambiguous(Vec<Place>),
    /// A state, which is no place to search around, and places of the same name that may be
    /// meant; none where the state dominates them.
    State {
        /// The state.
        state: UsState,
        /// Places of the same name, the most populous first, at most ten.
        places: Vec<Place>,
    },
    /// Nothing that the gazetteer knows.
    Unknown,
}

impl Gazetteer {
    /// Reads free text as a ZIP code, a city, a city with its state, or an address' last line:
    /// "20814", "bethesda md", "Bethesda, Maryland", "new york", "Bethesda, MD 20814, USA".
    #[must_use]
    pub fn resolve(&self, text: &str) -> Resolution {
        if text.len() > MAX_TEXT {
            return Resolution::Unknown;
        }
        if zips::parse(text).is_ok() {
            return self.zip(text).map_or(Resolution::Unknown, Resolution::Found);
        }
        let words = words(text);
        let words = without_country(&words);
        match split_zip(words) {
            Some((before, zip)) => self.resolve_with_zip(before, zip),
            None => self.resolve_words(words),
        }
    }

    /// A ZIP code after a city, a state or both counts when they agree with its state.
    fn resolve_with_zip(&self, before: &[String], zip: &str) -> Resolution {
        let Ok(place) = self.zip(zip) else { return Resolution::Unknown };
        let here = |other: &Place| other.state == place.state;
        let agrees = match self.resolve_words(before) {
            Resolution::Found(city) => here(&city),
            Resolution::Ambiguous(_) => {
                place.state.is_some_and(|state| self.city_of_words(before, state).is_some())
            }
            Resolution::State { state, places } => {
                place.state == Some(state) || places.iter().any(here)
            }
            Resolution::Unknown => false,
        };
        if agrees { Resolution::Found(place) } else { Resolution::Unknown }
    }

    fn resolve_words(&self, words: &[String]) -> Resolution {
        let mut namesakes = self.places.named(&self.names, words);
        namesakes.sort_by_key(|row| (Reverse(row.population), row.state));
        if let Some(state) = self.states.named(words) {
            return match dominant(&namesakes) {
                Some(row) if row.state == state => Resolution::Found(self.city_place(row)),
                _ if self.outnumbers(state, &namesakes) => {
                    Resolution::State { state, places: Vec::new() }
                }
                _ => Resolution::State { state, places: self.candidates(&namesakes) },
            };
        }
        // "Newton, IA" has the letters of Newtonia, Missouri: only a name with the same words
        // comes before a city with its state.
        let is_exact = |row: &&PlaceRow| same_words(words, self.names.get(row.name));
        if !namesakes.iter().any(is_exact)
            && let Some(place) = self.city_and_state(words)
        {
            return Resolution::Found(place);
        }
        match dominant(&namesakes) {
            Some(row) => Resolution::Found(self.city_place(row)),
            None if namesakes.is_empty() => Resolution::Unknown,
            None => Resolution::Ambiguous(self.candidates(&namesakes)),
        }
    }

    fn city_and_state(&self, words: &[String]) -> Option<Place> {
        // The longest name first, so that "Charleston West Virginia" is not in Virginia.
        let longest = MAX_STATE_WORDS.min(words.len().saturating_sub(1));
        (1..=longest)
            .rev()
            .filter_map(|count| words.split_at_checked(words.len().checked_sub(count)?))
            .find_map(|(city, state)| self.city_of_words(city, self.states.named(state)?))
    }

    /// True where a state dominates the places of its name as a place would: "Maryland" is the
    /// state, and whoever means the hamlet is rare; "Washington" may well be the city.
    fn outnumbers(&self, state: UsState, namesakes: &[&PlaceRow]) -> bool {
        let people = self.state(state).map_or(0, |info| info.population);
        let most = namesakes.first().map_or(0, |row| row.population).max(FEWEST_PEOPLE);
        people >= most.saturating_mul(DOMINANCE)
    }

    fn candidates(&self, rows: &[&PlaceRow]) -> Vec<Place> {
        rows.iter().take(MAX_CANDIDATES).map(|row| self.city_place(row)).collect()
    }
}

/// The first of places that are ordered by population, if it is alone or dominates the next.
fn dominant<'a>(namesakes: &[&'a PlaceRow]) -> Option<&'a PlaceRow> {
    match namesakes {
        [] => None,
        [only] => Some(only),
        [first, second, ..] => {
            let needed = second.population.max(FEWEST_PEOPLE).saturating_mul(DOMINANCE);
            (first.population >= needed).then_some(first)
        }
    }
}

/// The words before "USA" or "United States".
fn without_country(words: &[String]) -> &[String] {
    for country in [&["usa"][..], &["u", "s", "a"], &["united", "states"]] {
        let Some(at) = words.len().checked_sub(country.len()) else { continue };
        if let Some((before, last)) = words.split_at_checked(at)
            && !before.is_empty()
            && last == country
        {
            return before;
        }
    }
    words
}

/// The words before a ZIP code at the end, and its five digits.
fn split_zip(words: &[String]) -> Option<(&[String], &str)> {
    match words {
        [before @ .., zip] if !before.is_empty() && is_digits(zip, 5) => Some((before, zip)),
        [before @ .., zip, four]
            if !before.is_empty() && is_digits(zip, 5) && is_digits(four, 4) =>
        {
            Some((before, zip))
        }
        _ => None,
    }
}
