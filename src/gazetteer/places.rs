//! The place table: every name under which a place is found.

use std::cmp::Reverse;

use crate::domain::{UsState, place::LatLon};

use super::{
    data::{DataError, PLACES},
    names::{NameId, Names, NamesBuilder, key, key_of, same_words},
};

#[derive(Debug)]
pub struct PlaceRow {
    key: NameId,
    pub name: NameId,
    pub state: UsState,
    pub point: LatLon,
    pub population: u32,
}

/// The rows, by key, then state, then population, largest first.
#[derive(Debug)]
pub struct Places(Vec<PlaceRow>);

impl Places {
    pub fn load(names: &mut NamesBuilder) -> Result<Self, DataError> {
        let columns = ["name", "state", "lat", "lon", "population", "source"];
        let mut keyed = Vec::with_capacity(40_000);
        PLACES.each_row(&columns, |row| {
            let mut intern =
                |name: &str| names.intern(name).ok_or_else(|| row.error("too many names"));
            let key = key(row.text(0));
            let place = PlaceRow {
                key: intern(&key)?,
                name: intern(row.text(0))?,
                state: row.value(1)?,
                point: row.point(2)?,
                population: row.value(4)?,
            };
            keyed.push((key, place));
            Ok(())
        })?;
        keyed.sort_by(|(a_key, a), (b_key, b)| {
            (a_key, a.state, Reverse(a.population)).cmp(&(b_key, b.state, Reverse(b.population)))
        });
        Ok(Self(keyed.into_iter().map(|(_, row)| row).collect()))
    }

    /// One place for each state that has one of this name: of several the one whose words
    /// are the same down to their spaces, then the most populous.
    pub fn named(&self, names: &Names, words: &[String]) -> Vec<&PlaceRow> {
        let asked = key_of(words);
        let start = self.0.partition_point(|row| names.get(row.key) < asked.as_str());
        let rows = self.0.iter().skip(start).take_while(|row| names.get(row.key) == asked);
        let mut found: Vec<&PlaceRow> = Vec::new();
        for row in rows {
            match found.last_mut() {
                Some(kept) if kept.state == row.state => {
                    let exact = |row: &PlaceRow| same_words(words, names.get(row.name));
                    if exact(row) && !exact(kept) {
                        *kept = row;
                    }
                }
                _ => found.push(row),
            }
        }
        found
    }
}
