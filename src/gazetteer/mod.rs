//! The embedded table of ZIP codes and places, so that no address ever leaves the process.
//!
//! It turns a ZIP code, a city with its state, or free text into a point that says how exact
//! it is, tells the time zone of a point, and checks a point against its state. The tables
//! are in `data/geo`, whose README names their sources. Pure: the tables are part of the
//! binary and are parsed once.

mod data;
mod names;
mod places;
mod resolve;
mod shapes;
mod states;
mod zips;
mod zones;

use std::sync::{LazyLock, OnceLock};

use chrono_tz::Tz;

use crate::domain::{
    Precision, UsState,
    place::{LatLon, Position},
};

pub use data::DataError;
pub use resolve::Resolution;
pub use shapes::Shape;
pub use states::{BBox, StateInfo, StateKind};
pub use zips::ZipError;

use names::{Names, NamesBuilder, words};
use places::{PlaceRow, Places};
use states::States;
use zips::{ZipRow, Zips};
use zones::Zones;

/// The longest text, in bytes, that is looked at: no place of the United States has a name
/// half as long.
const MAX_TEXT: usize = 200;

/// A place that a search can start from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct Place {
    /// As it is shown: "Bethesda, MD 20814" or "Bethesda, MD".
    pub label: String,
    /// A centroid, as exact as `precision` says.
    pub point: LatLon,
    /// `zip-centroid` or `city-centroid`.
    pub precision: Precision,
    /// City; empty for the two ZIP codes that have no post town.
    pub city: String,
    /// State; none for the two ZIP codes of the Marshall Islands.
    pub state: Option<UsState>,
    /// Five-digit ZIP code, where a ZIP code was asked for.
    pub postal_code: Option<String>,
    /// County, where a ZIP code was asked for and the table knows it.
    pub county: Option<String>,
}

impl Place {
    /// The point with its precision.
    #[must_use]
    pub const fn position(&self) -> Position {
        Position { lat: self.point.lat, lon: self.point.lon, precision: self.precision }
    }
}

/// ZIP codes, places, states, time zones and boundaries of the United States.
#[derive(Debug)]
pub struct Gazetteer {
    names: Names,
    zips: Zips,
    places: Places,
    states: States,
    zones: Zones,
    state_shapes: OnceLock<Result<Vec<Shape>, DataError>>,
    county_shapes: OnceLock<Result<Vec<Shape>, DataError>>,
}

impl Gazetteer {
    /// The gazetteer of this process, parsed when it is first asked for.
    ///
    /// # Errors
    /// When an embedded table is damaged, which a test of every build rules out.
    pub fn embedded() -> Result<&'static Self, &'static DataError> {
        static EMBEDDED: LazyLock<Result<Gazetteer, DataError>> = LazyLock::new(Gazetteer::load);
        EMBEDDED.as_ref()
    }

    /// Parses the embedded tables.
    ///
    /// # Errors
    /// As [`Gazetteer::embedded`].
    pub fn load() -> Result<Self, DataError> {
        let mut names = NamesBuilder::default();
        let zips = Zips::load(&mut names)?;
        let places = Places::load(&mut names)?;
        Ok(Self {
            names: names.finish(),
            zips,
            places,
            states: States::load()?,
            zones: Zones::load()?,
            state_shapes: OnceLock::new(),
            county_shapes: OnceLock::new(),
        })
    }

    /// The place of a ZIP code, given as five digits or as ZIP+4.
    ///
    /// # Errors
    /// Tells a text that is no ZIP code from one that the table does not hold.
    pub fn zip(&self, text: &str) -> Result<Place, ZipError> {
        self.zips.find(text).map(|row| self.zip_place(row))
    }

    /// The state that a ZIP code's addresses are in.
    #[must_use]
    pub fn state_of_zip(&self, text: &str) -> Option<UsState> {
        self.zips.find(text).ok()?.state
    }

    /// Every ZIP code of the table, in order.
    pub fn zips(&self) -> impl Iterator<Item = Place> {
        self.zips.all().iter().map(|row| self.zip_place(row))
    }

    /// The most populous place of that name in the state: a Census place or one of its other
    /// names, else a post town.
    #[must_use]
    pub fn city(&self, name: &str, state: UsState) -> Option<Place> {
        if name.len() > MAX_TEXT {
            return None;
        }
        self.city_of_words(&words(name), state)
    }

    fn city_of_words(&self, words: &[String], state: UsState) -> Option<Place> {
        let rows = self.places.named(&self.names, words);
        rows.into_iter().find(|row| row.state == state).map(|row| self.city_place(row))
    }

    /// Names, regions, populations and boxes of all states, in the order of [`UsState::ALL`].
    #[must_use]
    pub fn states(&self) -> &[StateInfo] {
        self.states.all()
    }

    /// Name, region, population and box of a state.
    #[must_use]
    pub fn state(&self, state: UsState) -> Option<&StateInfo> {
        self.states.get(state)
    }

    /// The state that a text names: "MD", "Maryland" or "d.c.".
    #[must_use]
    pub fn state_named(&self, text: &str) -> Option<UsState> {
        if text.len() > MAX_TEXT {
            return None;
        }
        self.states.named(&words(text))
    }

    /// The box that every point of a state lies in.
    #[must_use]
    pub fn state_box(&self, state: UsState) -> Option<BBox> {
        self.state(state).map(|info| info.bbox)
    }

    /// True for a point that may lie in the state: one in its box.
    #[must_use]
    pub fn inside_state_box(&self, point: LatLon, state: UsState) -> bool {
        self.state_box(state).is_some_and(|bbox| bbox.contains(point))
    }

    /// True for a point outside the state's box that lies inside once latitude and longitude
    /// are exchanged.
    #[must_use]
    pub fn looks_swapped(&self, point: LatLon, state: UsState) -> bool {
        let exchanged = LatLon { lat: point.lon, lon: point.lat };
        !self.inside_state_box(point, state) && self.inside_state_box(exchanged, state)
    }

    /// The time zone of a place in a state: that of the state's nearest county point.
    #[must_use]
    pub fn time_zone(&self, point: LatLon, state: UsState) -> Option<Tz> {
        self.zones.nearest(point, state)
    }

    /// The states' outlines, for drawing; decoded when they are first asked for.
    ///
    /// # Errors
    /// As [`Gazetteer::embedded`].
    pub fn state_shapes(&self) -> Result<&[Shape], &DataError> {
        let load = || shapes::load(data::STATE_SHAPES, &self.states);
        self.state_shapes.get_or_init(load).as_deref()
    }

    /// The counties' outlines, for drawing; decoded when they are first asked for.
    ///
    /// # Errors
    /// As [`Gazetteer::embedded`].
    pub fn county_shapes(&self) -> Result<&[Shape], &DataError> {
        let load = || shapes::load(data::COUNTY_SHAPES, &self.states);
        self.county_shapes.get_or_init(load).as_deref()
    }

    fn zip_place(&self, row: &ZipRow) -> Place {
        let zip = format!("{:05}", row.zip);
        let city = self.names.get(row.city);
        let county = self.names.get(row.county);
        let town = [city, row.state.map_or("", UsState::as_str)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        Place {
            label: format!("{town} {zip}"),
            point: row.point,
            precision: Precision::ZipCentroid,
            city: city.to_owned(),
            state: row.state,
            postal_code: Some(zip),
            county: Some(county.to_owned()).filter(|county| !county.is_empty()),
        }
    }

    fn city_place(&self, row: &PlaceRow) -> Place {
        let city = self.names.get(row.name);
        Place {
            label: format!("{city}, {}", row.state),
            point: row.point,
            precision: Precision::CityCentroid,
            city: city.to_owned(),
            state: Some(row.state),
            postal_code: None,
            county: None,
        }
    }
}
