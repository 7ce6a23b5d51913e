//! What surrounds a list of clinics: counts, place, revision and the crisis line.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ClinicItem;
use crate::{
    app::request::View,
    config::Operator,
    domain::{Precision, place::LatLon},
    gazetteer::Place,
};

/// An answer to a search.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchAnswer {
    /// The clinics of this page, in the order that was asked for.
    pub data: Vec<ClinicItem>,
    /// What the answer rests on.
    pub meta: SearchMeta,
    /// This page and the next.
    pub links: PageLinks,
}

/// What an answer to a search rests on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SearchMeta {
    /// How many clinics match place, filters and view, on all pages.
    #[schema(example = 37)]
    pub total: u64,
    /// How many clinics a page holds at most.
    #[schema(example = 20)]
    pub limit: u16,
    /// Which listings were shown.
    pub view: View,
    /// How `q` was read: `place` or `name`; absent without `q`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "place")]
    pub interpreted: Option<String>,
    /// The revision of what the public sees: how many entries the public log had. It moves with
    /// public changes alone.
    #[schema(example = 88123)]
    pub revision: u64,
    /// The civil date (UTC) for which the answer holds.
    pub as_of: NaiveDate,
    /// True when every clinic in this database is made up.
    pub fictional: bool,
    /// The centre of the search; `null` where distance plays no part.
    pub origin: Option<Origin>,
    /// The other published clinics of the same place, each counted once by the first reason
    /// that left it out.
    pub left_out: LeftOut,
    /// The cursor of the next page; `null` on the last one.
    pub next_cursor: Option<String>,
    /// Whom to call in a crisis.
    pub crisis: Crisis,
    /// Who runs this directory.
    #[schema(value_type = Operator)]
    pub operator: Arc<Operator>,
}

/// The centre of a search.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// What the centre is called.
    #[schema(example = "Bethesda, MD 20814")]
    pub label: String,
    /// How exact it is.
    pub precision: Precision,
}

/// Published clinics of the place that the answer leaves out, by the first reason that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// A value that a filter reads is not known.
    pub unknown: u64,
    /// The site is closed.
    pub closed: u64,
    /// No dose is taken at the site.
    pub no_dosing_on_site: u64,
    /// Neither ketamine nor esketamine is offered.
    pub out_of_scope: u64,
    /// A safety concern was found and published.
    pub flagged: u64,
    /// Key safety facts could not be verified.
    pub insufficient_information: u64,
    /// There are points to ask about.
    pub caution: u64,
    /// Supervised, and not accredited.
    pub not_accredited: u64,
}

/// Whom to call in a crisis.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Crisis {
    /// The Suicide and Crisis Lifeline of the United States: call or text.
    #[schema(example = "988")]
    pub us: String,
}

impl Default for Crisis {
    fn default() -> Self {
        Self { us: "988".to_owned() }
    }
}

/// This page and the next.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PageLinks {
    /// This page.
    #[serde(rename = "self")]
    pub this: String,
    /// The next page; `null` on the last one. After a search by POST, send the same body there.
    pub next: Option<String>,
}

impl Origin {
    /// A point that was asked for as such.
    #[must_use]
    pub fn of_point(point: LatLon) -> Self {
        Self {
            lat: point.lat,
            lon: point.lon,
            label: format!("{:.2}, {:.2}", point.lat, point.lon),
            precision: Precision::Unknown,
        }
    }
}

impl From<&Place> for Origin {
    fn from(place: &Place) -> Self {
        Self {
            lat: place.point.lat,
            lon: place.point.lon,
            label: place.label.clone(),
            precision: place.precision,
        }
    }
}

impl LeftOut {
    /// Reasons and counts, in their order of precedence.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("unknown", self.unknown),
            ("closed", self.closed),
            ("no_dosing_on_site", self.no_dosing_on_site),
            ("out_of_scope", self.out_of_scope),
            ("flagged", self.flagged),
            ("insufficient_information", self.insufficient_information),
            ("caution", self.caution),
            ("not_accredited", self.not_accredited),
        ]
        .into_iter()
    }
}
