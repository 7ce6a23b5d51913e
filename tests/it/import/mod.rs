//! Reading, checking, merging and writing provider files.

mod check;
mod csv;
mod export;
mod files;
mod merge;
mod read;
mod schema;
mod slug;

use std::collections::HashSet;

use bedside::{
    clock::{Clock as _, SystemClock},
    domain::{UsState, fact::FactValue, place::LatLon, provider::Provider},
    import::{
        Checker, FactCheck, Line, MergeContext, Merged, Mode, Places, RowError, SlugKind,
        check::Misfit,
        read::{Row, WholeFile, providers},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

/// A small world: two states and a few ZIP codes.
pub struct World;

impl Places for World {
    fn inside_state(&self, point: LatLon, state: UsState) -> bool {
        let (south, north, west, east) = match state {
            UsState::Md => (37.8, 39.8, -79.5, -75.0),
            UsState::Nj => (38.8, 41.4, -75.6, -73.8),
            _ => return false,
        };
        (south..=north).contains(&point.lat) && (west..=east).contains(&point.lon)
    }

    fn state_of_zip(&self, zip: &str) -> Option<UsState> {
        match zip {
            "20814" => Some(UsState::Md),
            "07024" => Some(UsState::Nj),
            _ => None,
        }
    }

    fn state_named(&self, name: &str) -> Option<UsState> {
        match name.to_lowercase().as_str() {
            "maryland" | "md" => Some(UsState::Md),
            "new jersey" | "nj" => Some(UsState::Nj),
            _ => None,
        }
    }
}

impl FactCheck for World {
    fn check(&self, name: &str, value: Option<&FactValue>) -> Result<(), Misfit> {
        let misfit = |part, problem: &str| {
            Err(Misfit { part, problem: problem.to_owned(), mend: "see the vocabulary".to_owned() })
        };
        match (name, value) {
            ("telehealth.used" | "takehome.offered" | "site.dosing_on_site", value) => {
                match value {
                    None | Some(FactValue::Bool(_)) => Ok(()),
                    Some(_) => misfit("value", "it is not true or false"),
                }
            }
            ("patients.min_age_years", None | Some(FactValue::Int(_))) => Ok(()),
            ("takehome.supervision", None | Some(FactValue::Code(_))) => Ok(()),
            ("offers.routes_on_site", None | Some(FactValue::Set(_))) => Ok(()),
            _ => misfit("name", "no fact has this name"),
        }
    }

    fn knows_rule(&self, id: &str) -> bool {
        id == "KTS-002"
    }
}

pub fn today() -> NaiveDate {
    date("2026-11-21")
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn checker() -> Checker<'static> {
    Checker { places: &World, facts: &World, today: today() }
}

/// A provider with something of everything.
pub fn full() -> Value {
    serde_json::from_str(include_str!("full.json")).unwrap()
}

/// The least that a line can say.
pub fn least(key: &str) -> Value {
    json!({"source_key": key, "name": format!("Provider {key}"), "evidence": []})
}

/// Sets the value at a JSON pointer whose parent is there.
pub fn with(mut row: Value, pointer: &str, value: Value) -> Value {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match row.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[last.parse::<usize>().unwrap()] = value,
        other => other[last] = value,
    }
    row
}

/// Reads a file of such rows.
pub fn read(rows: &[Value]) -> Vec<Row> {
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    read_text(text.as_bytes())
}

pub fn read_text(text: &[u8]) -> Vec<Row> {
    providers(text, checker(), WholeFile::default()).map(Result::unwrap).collect()
}

/// The one good line of a file.
pub fn good(row: Value) -> Line {
    read(&[row]).pop().unwrap().result.unwrap()
}

/// What is wrong with the one line of a file.
pub fn errors(row: Value) -> Vec<RowError> {
    read(&[row]).pop().unwrap().result.unwrap_err()
}

/// A database as far as a merge needs one.
#[derive(Default)]
pub struct Register {
    slugs: HashSet<(SlugKind, String)>,
    pub provider: Option<Provider>,
}

impl Register {
    pub fn merge(&mut self, line: Line, mode: Mode, as_of: &str) -> Merged {
        let now: DateTime<Utc> = format!("{as_of}T12:00:00Z").parse().unwrap();
        let slugs = &mut self.slugs;
        let mut context = MergeContext {
            as_of: date(as_of),
            now,
            mode,
            new_id: &mut || SystemClock.new_id(),
            reserve_slug: &mut |kind, slug| slugs.insert((kind, slug.to_owned())),
        };
        let merged = bedside::import::merge(self.provider.as_ref(), line, &mut context);
        if let Merged::Created(provider) | Merged::Updated(provider) = &merged {
            self.provider = Some(*provider.clone());
        }
        merged
    }

    /// Merges and gives what is known then.
    pub fn know(&mut self, row: Value, as_of: &str) -> Provider {
        self.merge(good(row), Mode::Ordinary, as_of);
        self.provider.clone().unwrap()
    }
}
