//! States: names, populations, and the box that a point of a state lies in.

use crate::domain::{UsState, place::LatLon};

use super::{
    data::{DataError, Row, STATES},
    names::words,
};

/// An area between two parallels and two meridians, in WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct BBox {
    /// Southern edge.
    pub south: f64,
    /// Western edge; greater than `east` where the area crosses 180 degrees.
    pub west: f64,
    /// Northern edge.
    pub north: f64,
    /// Eastern edge.
    pub east: f64,
}

impl BBox {
    /// True for a point inside or on the edge.
    #[must_use]
    pub fn contains(&self, point: LatLon) -> bool {
        let LatLon { lat, lon } = point;
        let in_longitude = if self.west <= self.east {
            (self.west..=self.east).contains(&lon)
        } else {
            (self.west..=180.0).contains(&lon) || (-180.0..=self.east).contains(&lon)
        };
        in_longitude && (self.south..=self.north).contains(&lat)
    }
}

/// What kind of part of the United States it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// One of the fifty states.
    State,
    /// The District of Columbia.
    District,
    /// A territory.
    Territory,
}

/// A state, district or territory. Source: US Census Bureau.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct StateInfo {
    /// Postal code.
    pub code: UsState,
    /// Name in English.
    pub name: String,
    /// State, district or territory.
    pub kind: StateKind,
    /// Two-digit FIPS code.
    pub fips: String,
    /// Census region; none for territories.
    pub region: Option<String>,
    /// Census division; none for territories.
    pub division: Option<String>,
    /// People, American Community Survey 2023; in AS, GU, MP and VI the census of 2010.
    pub population: u32,
    /// The box that every point of the state lies in, with a margin.
    pub bbox: BBox,
}

/// All states, in the order of [`UsState::ALL`], and the texts that name them.
#[derive(Debug)]
pub struct States {
    all: Vec<StateInfo>,
    names: Vec<(String, UsState)>,
}

impl States {
    pub fn load() -> Result<Self, DataError> {
        let columns = [
            "code",
            "name",
            "kind",
            "fips",
            "region",
            "division",
            "population",
            "south",
            "west",
            "north",
            "east",
        ];
        let mut states = Vec::with_capacity(UsState::ALL.len());
        STATES.each_row(&columns, |row| {
            states.push(state(row)?);
            Ok(())
        })?;
        states.sort_by_key(|state| state.code);
        if !states.iter().map(|state| &state.code).eq(UsState::ALL) {
            return Err(STATES.error("a state is missing or there twice"));
        }
        let mut names: Vec<_> = states
            .iter()
            .flat_map(|info| [info.code.as_str(), &info.name].map(|text| (key(text), info.code)))
            .collect();
        names.sort();
        Ok(Self { all: states, names })
    }

    pub fn all(&self) -> &[StateInfo] {
        &self.all
    }

    pub fn get(&self, state: UsState) -> Option<&StateInfo> {
        let at = self.all.binary_search_by_key(&state, |info| info.code).ok()?;
        self.all.get(at)
    }

    /// The state that the words name, by its name or its postal code.
    pub fn named(&self, words: &[String]) -> Option<UsState> {
        let asked = words.concat();
        let at = self.names.binary_search_by(|(name, _)| name.cmp(&asked)).ok()?;
        self.names.get(at).map(|(_, state)| *state)
    }
}

/// The key of a state's name. Its words are compared as they are, since "MT" is Montana.
fn key(name: &str) -> String {
    words(name).concat()
}

fn state(row: Row<'_>) -> Result<StateInfo, DataError> {
    let optional = |column| Some(row.text(column).to_owned()).filter(|text| !text.is_empty());
    Ok(StateInfo {
        code: row.value(0)?,
        name: row.text(1).to_owned(),
        kind: match row.text(2) {
            "state" => StateKind::State,
            "district" => StateKind::District,
            "territory" => StateKind::Territory,
            other => return Err(row.error(format!("`{other}` is no kind of state"))),
        },
        fips: row.text(3).to_owned(),
        region: optional(4),
        division: optional(5),
        population: row.value(6)?,
        bbox: BBox {
            south: row.value(7)?,
            west: row.value(8)?,
            north: row.value(9)?,
            east: row.value(10)?,
        },
    })
}
