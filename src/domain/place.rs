//! Places: addresses, positions and distances.

use serde::{Deserialize, Serialize};

use super::{Precision, UsState};

/// Mean radius of the sphere on which every distance is measured, in metres.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Metres in an international mile.
pub const METRES_PER_MILE: f64 = 1_609.344;

/// A point in WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LatLon {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lon: f64,
}

/// A point and how exact it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lon: f64,
    /// What the point stands for.
    pub precision: Precision,
}

impl Position {
    /// The bare point.
    #[must_use]
    pub const fn point(&self) -> LatLon {
        LatLon { lat: self.lat, lon: self.lon }
    }
}

/// A postal address in the United States; what a source does not say is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line1: Option<String>,
    /// Suite, floor or building.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// City as written by the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<UsState>,
    /// Five-digit ZIP code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The four digits after the ZIP code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus4: Option<String>,
}

impl Address {
    /// True where a source says nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
