//! What a client may ask of the search, as plain values.
//!
//! Whoever lets people in (HTTP, pages, the command line) turns text into these and has checked
//! ranges by then; the search itself never sees text that it would have to doubt. Lists are
//! sorted and hold nothing twice, so that equal questions are equal values.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use crate::domain::{
    CredentialCode, CredentialTier, Indication, PaymentCode, Route, SafetyStatus, UsState,
    place::{LatLon, METRES_PER_MILE},
};

/// The radius of a question that names none, in metres: 50 miles.
pub const DEFAULT_RADIUS_M: f64 = 50.0 * METRES_PER_MILE;

/// The largest radius, in metres: 500 miles.
pub const MAX_RADIUS_M: f64 = 500.0 * METRES_PER_MILE;

/// Listings on a page that asks for no number.
pub const DEFAULT_LIMIT: u16 = 20;

/// The most listings on a page.
pub const MAX_LIMIT: u16 = 200;

/// Where to search.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Around the centroid of a ZIP code: five digits.
    PostalCode(String),
    /// Around the most populous place of that name in the state.
    City {
        /// The place's name as it was asked for.
        city: String,
        /// Its state.
        state: UsState,
    },
    /// Around a point.
    Point(LatLon),
    /// Inside a box; there is no distance.
    Box(BoundingBox),
    /// Nowhere in particular, or wherever `q` names.
    None,
}

/// A box in WGS 84 degrees, edges included. `min_lon > max_lon` crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BoundingBox {
    /// Western edge, degrees east.
    pub min_lon: f64,
    /// Southern edge, degrees north.
    pub min_lat: f64,
    /// Eastern edge, degrees east.
    pub max_lon: f64,
    /// Northern edge, degrees north; never below `min_lat`.
    pub max_lat: f64,
}

/// Declares a closed choice of a question with its wire values; the first is the default.
macro_rules! choice {
    (
        $(#[$meta:meta])* $name:ident {
            $(#[$first_doc:meta])* $first:ident = $first_wire:literal,
            $($(#[$doc:meta])* $variant:ident = $wire:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        pub enum $name {
            $(#[$first_doc])* #[serde(rename = $first_wire)] #[schema(rename = $first_wire)] $first,
            $($(#[$doc])* #[serde(rename = $wire)] #[schema(rename = $wire)] $variant,)*
        }

        impl $name {
            /// Every choice.
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant,)*];

            /// The wire value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_wire,
                    $(Self::$variant => $wire,)*
                }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$first
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::domain::UnknownCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|choice| choice.as_str() == text).ok_or_else(|| {
                    crate::domain::UnknownCode { list: stringify!($name), code: text.to_owned() }
                })
            }
        }
    };
}

choice! {
    /// The unit of a radius.
    Unit {
        /// International miles.
        Miles = "mi",
        /// Kilometres.
        Kilometres = "km",
        /// Metres.
        Metres = "m",
    }
}

impl Unit {
    /// How many metres one unit is.
    #[must_use]
    pub const fn metres(self) -> f64 {
        match self {
            Self::Miles => METRES_PER_MILE,
            Self::Kilometres => 1_000.0,
            Self::Metres => 1.0,
        }
    }
}

choice! {
    /// Which listings a search may answer with.
    View {
        /// Published, in person, accredited and supervised.
        Default = "default",
        /// Published, in person and supervised.
        Supervised = "supervised",
        /// Every published one, each with its status.
        All = "all",
    }
}

choice! {
    /// The order of a search; ties by id, nulls last.
    Sort {
        /// Nearest first; without a centre, by name.
        Distance = "distance",
        /// Lowest course cost first.
        CourseCost = "course_cost",
        /// Lowest session price first.
        SessionPrice = "session_price",
        /// By name.
        Name = "name",
        /// Most recently verified first.
        VerifiedAt = "verified_at",
    }
}

choice! {
    /// What becomes of a listing whose value for a filter is not known.
    Unknowns {
        /// It is left out and counted.
        Exclude = "exclude",
        /// It is appended after the known ones.
        Include = "include",
    }
}

/// What a listing must have. Values of one field are alternatives, fields add up, and an empty
/// field asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Filters {
    /// Offers one of these routes on site.
    pub routes: Vec<Route>,
    /// Treats one of these.
    pub indications: Vec<Indication>,
    /// Takes one of these.
    pub payments: Vec<PaymentCode>,
    /// Takes none of these.
    pub payments_not: Vec<PaymentCode>,
    /// One of these payers pays, in network, out of network or case by case; lower case.
    pub coverage: Vec<String>,
    /// Holds one of these.
    pub credentials: Vec<CredentialCode>,
    /// Holds a credential of one of these tiers.
    pub credential_tiers: Vec<CredentialTier>,
    /// One of these is spoken: BCP 47, lower case.
    pub languages: Vec<String>,
    /// Whether new patients are taken.
    pub accepting: Option<bool>,
    /// Whether integration therapy is offered.
    pub integration: Option<bool>,
    /// Whether there is follow-up after the course.
    pub follow_up: Option<bool>,
    /// The session price is at most this, US cents.
    pub max_session_price: Option<i64>,
    /// The complete course cost is at most this, US cents.
    pub max_course_cost: Option<i64>,
    /// Has one of these statuses.
    pub statuses: Vec<SafetyStatus>,
    /// Is in one of these states, by address.
    pub states: Vec<UsState>,
    /// Open then, local time at the clinic.
    pub open_at: Option<NaiveDateTime>,
    /// Verified within so many days before the date of the answer.
    pub verified_within_days: Option<u32>,
}

/// One question to the search.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchRequest {
    /// Where.
    pub place: Place,
    /// A name; without a place it may also be one. Trimmed, never empty.
    pub q: Option<String>,
    /// How far from the centre, in metres, inclusive.
    pub radius_m: f64,
    /// The unit in which the radius was asked for.
    pub unit: Unit,
    /// What the listings must have.
    pub filters: Filters,
    /// Which listings may be shown. A status filter has made it `all`.
    pub view: View,
    /// In which order.
    pub sort: Sort,
    /// What becomes of unknown values.
    pub unknown: Unknowns,
    /// The date of the answer; absent = the catalog's.
    pub as_of: Option<NaiveDate>,
    /// How many listings on the page; 0 = only the counts.
    #[serde(skip)]
    pub limit: u16,
    /// Where the page before ended, as its answer said.
    #[serde(skip)]
    pub cursor: Option<String>,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            place: Place::None,
            q: None,
            radius_m: DEFAULT_RADIUS_M,
            unit: Unit::default(),
            filters: Filters::default(),
            view: View::default(),
            sort: Sort::default(),
            unknown: Unknowns::default(),
            as_of: None,
            limit: DEFAULT_LIMIT,
            cursor: None,
        }
    }
}

impl SearchRequest {
    /// The question in one fixed spelling, without page size and cursor: what a cursor belongs
    /// to and half of what an entity tag is made from.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        // Only maps with keys that are no strings can fail to serialise; there are none here.
        serde_json::to_vec(self).unwrap_or_default()
    }
}
