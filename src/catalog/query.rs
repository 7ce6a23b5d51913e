//! What can be asked of the catalog, and what it answers.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    listing::{Listing, ListingClass},
    names::NameQuery,
};
use crate::domain::{
    Accepting, CredentialCode, CredentialTier, Indication, PaymentCode, Route, SafetyStatus,
    UsState, place::LatLon,
};

/// Where to look.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Place {
    /// Everywhere; listings without a position too.
    #[default]
    Everywhere,
    /// Within a great-circle distance, the edge included.
    Circle {
        /// The middle.
        center: LatLon,
        /// Metres.
        radius_m: f64,
    },
    /// Within a box of degrees, the edges included; where `west` is greater than `east` it
    /// crosses the antimeridian.
    Box {
        /// Least latitude.
        south: f64,
        /// Longitude of the western edge.
        west: f64,
        /// Greatest latitude.
        north: f64,
        /// Longitude of the eastern edge.
        east: f64,
    },
}

/// The order of the hits; ties go by id, and what has no value comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// Nearest first; by name where the place is no circle.
    #[default]
    Distance,
    /// Cheapest complete course first.
    CourseCost,
    /// Cheapest session first.
    SessionPrice,
    /// By folded name.
    Name,
    /// Newest verification first.
    VerifiedAt,
}

/// The classes that an answer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View(u8);

impl View {
    /// Accredited and supervised.
    pub const DEFAULT: Self = Self::of(&[ListingClass::Accredited]);
    /// Supervised.
    pub const SUPERVISED: Self = Self::of(&[ListingClass::NotAccredited, ListingClass::Accredited]);
    /// All but closed sites and sites without dosing.
    pub const ALL: Self = Self::of(&[
        ListingClass::OutOfScope,
        ListingClass::Flagged,
        ListingClass::InsufficientInformation,
        ListingClass::Caution,
        ListingClass::NotAccredited,
        ListingClass::Accredited,
    ]);

    /// Every class; for counting what a place holds.
    pub(super) const EVERY: Self = Self::of(&ListingClass::ALL);

    const fn of(mut classes: &[ListingClass]) -> Self {
        let mut bits = 0;
        while let [class, rest @ ..] = classes {
            bits |= 1 << class.index();
            classes = rest;
        }
        Self(bits)
    }

    /// Whether the view shows a class.
    #[must_use]
    pub const fn shows(self, class: ListingClass) -> bool {
        self.0 >> class.index() & 1 == 1
    }
}

/// What a listing must be. An empty list asks nothing; several values of one list are
/// alternatives; different lists must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// State of the address.
    pub states: Vec<UsState>,
    /// Safety status; the caller widens the view.
    pub statuses: Vec<SafetyStatus>,
    /// Routes given on site.
    pub routes: Vec<Route>,
    /// What is treated.
    pub indications: Vec<Indication>,
    /// Ways to pay.
    pub payments: Vec<PaymentCode>,
    /// Ways to pay, none of which may be offered.
    pub payments_not: Vec<PaymentCode>,
    /// Languages.
    pub languages: Vec<String>,
    /// Payers, in any case.
    pub payers: Vec<String>,
    /// Credentials.
    pub credentials: Vec<CredentialCode>,
    /// Credential tiers.
    pub credential_tiers: Vec<CredentialTier>,
    /// Whether new patients are taken.
    pub accepting: Vec<Accepting>,
    /// Whether integration therapy is offered.
    pub integration: Option<bool>,
    /// Whether there is follow-up.
    pub follow_up: Option<bool>,
    /// Greatest session price in US cents, included.
    pub max_session_cents: Option<u32>,
    /// Greatest course cost in US cents, included.
    pub max_course_cents: Option<u32>,
    /// First day of verification that counts.
    pub verified_since: Option<NaiveDate>,
    /// Not known to look on this day as on the catalog's own.
    pub differs_on: Option<NaiveDate>,
    /// Open in this minute of the week ([`super::minute_of_week`]).
    pub open_at: Option<u16>,
}

/// One search.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Where to look.
    pub place: Place,
    /// Words that one of the names must match.
    pub names: Option<NameQuery>,
    /// What a listing must be.
    pub filters: Filters,
    /// Which classes the hits may have.
    pub view: View,
    /// Whether listings with an unknown value under a filter follow the known ones.
    pub include_unknown: bool,
    /// The order.
    pub sort: Sort,
    /// Where the last page ended.
    pub after: Option<SortKey>,
    /// The greatest number of hits; 0 counts only.
    pub limit: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            place: Place::Everywhere,
            names: None,
            filters: Filters::default(),
            view: View::DEFAULT,
            include_unknown: false,
            sort: Sort::Distance,
            after: None,
            limit: 20,
        }
    }
}

impl Query {
    /// The sort that applies: without a circle there is no distance, and the order is by name.
    #[must_use]
    pub const fn sort(&self) -> Sort {
        match (self.sort, self.place) {
            (Sort::Distance, Place::Everywhere | Place::Box { .. }) => Sort::Name,
            (sort, _) => sort,
        }
    }
}

/// What a hit is ordered by.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum KeyValue {
    /// Metres.
    Distance(f64),
    /// US cents.
    Cents(u32),
    /// Folded name.
    Name(String),
    /// Day of verification; later days come first.
    Day(NaiveDate),
    /// No value; after every value.
    Missing,
}

impl KeyValue {
    /// The order of two values of the same sort.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Distance(a), Self::Distance(b)) => a.total_cmp(b),
            (Self::Cents(a), Self::Cents(b)) => a.cmp(b),
            (Self::Name(a), Self::Name(b)) => a.cmp(b),
            (Self::Day(a), Self::Day(b)) => b.cmp(a),
            (a, b) => a.is_missing().cmp(&b.is_missing()),
        }
    }

    const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// The place of a hit in the whole order; a page's last key resumes after it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SortKey {
    /// Whether it stands in the section with an unknown value under a filter.
    pub unknown: bool,
    /// The value sorted by.
    pub value: KeyValue,
    /// The site's id.
    pub id: Uuid,
}

impl SortKey {
    /// The order of two keys of the same sort.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.unknown
            .cmp(&other.unknown)
            .then_with(|| self.value.order(&other.value))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// A listing that was found.
#[derive(Debug, Clone)]
pub struct Hit<'a> {
    /// The listing.
    pub listing: &'a Listing,
    /// Where it is.
    pub point: Option<LatLon>,
    /// Metres from the middle of the circle; none without a circle.
    pub distance_m: Option<f64>,
    /// Whether a value under a filter is unknown.
    pub unknown: bool,
}

/// How many published listings of the place the answer left out, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// A value under a filter is unknown.
    pub unknown: u64,
    /// By class, in the order of [`ListingClass::ALL`]; zero for those in the view.
    pub by_class: [u64; 8],
}

impl LeftOut {
    /// Adds what another part of the catalog left out.
    pub(super) fn add(&mut self, other: &Self) {
        self.unknown += other.unknown;
        for (sum, more) in self.by_class.iter_mut().zip(other.by_class) {
            *sum += more;
        }
    }

    /// Names and counts in the order of precedence, `unknown` first.
    pub fn reasons(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let classes = ListingClass::ALL.iter().map(|class| class.as_str()).zip(self.by_class);
        std::iter::once(("unknown", self.unknown)).chain(classes)
    }

    /// All that was left out.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.unknown + self.by_class.iter().sum::<u64>()
    }
}

/// The answer to a query.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// The page.
    pub hits: Vec<Hit<'a>>,
    /// All matches of place, filters and view.
    pub total: u64,
    /// Published listings of the place that are no match but do not fail a filter.
    pub left_out: LeftOut,
    /// Where the next page starts; none after the last.
    pub next: Option<SortKey>,
}
