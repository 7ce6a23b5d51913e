//! What a whole course costs at a site, itemised, with every assumption named.
//!
//! For one of the routes that a site offers and a number of sessions: the induction at the
//! cheaper of single sessions and series, one consultation, the fees and drugs that are billed
//! apart for each session, and integration therapy where a patient must take it. The figure is
//! `complete` when every part is known, `at_least` when the induction is and another part is
//! not, and `unpublished` otherwise. Which prices count is in [`select`].
//!
//! Source: `model.md`, section 5, "Course cost".

mod induction;
mod select;
mod sum;

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    PriceKind, Product, Route,
    offer::{Course, Integration},
    provider::{Provider, Site},
};

use induction::Induction;
use select::Selected;
pub use select::{PriceOwner, Source, StatedPrice};
use sum::Sum;

/// Sessions of a ketamine course where the site names no number.
const KETAMINE_SESSIONS: u8 = 6;

/// Sessions of an esketamine course where the site names no number: two a week for four weeks.
const ESKETAMINE_SESSIONS: u8 = 8;

/// Most sessions that can be asked for.
pub const MAX_SESSIONS: u8 = 60;

/// How much of a course's cost is known.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CostState {
    /// Every part is known.
    Complete,
    /// The induction is known, another part is not: the course costs at least this.
    AtLeast,
    /// The induction is not known.
    Unpublished,
}

/// What a course costs on one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CourseCost {
    /// How much of it is known.
    pub state: CostState,
    /// US cents, the sum of the lower ends of the known parts; none where unpublished.
    pub min_cents: Option<i64>,
    /// US cents, the sum of the upper ends of the known parts; none where unpublished.
    pub max_cents: Option<i64>,
    /// The route; none where the site is not known to offer any.
    pub route: Option<Route>,
    /// Treatment sessions.
    pub sessions: u8,
    /// True where neither the question nor the site named the number.
    pub sessions_assumed: bool,
    /// The known parts.
    pub items: Vec<CostItem>,
    /// Everything that was taken for granted, and what is missing.
    pub assumptions: Vec<Assumption>,
}

/// One part of a course's cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CostItem {
    /// What it buys.
    pub kind: PriceKind,
    /// The same in words.
    pub label: &'static str,
    /// US cents for one, the lower end.
    pub unit_min_cents: i64,
    /// US cents for one, the upper end.
    pub unit_max_cents: i64,
    /// How many.
    pub quantity: u32,
    /// US cents for all, the lower end.
    pub min_cents: i64,
    /// US cents for all, the upper end.
    pub max_cents: i64,
    /// The oldest day on which a price in it was read.
    pub observed_on: NaiveDate,
    /// Whose price it is.
    pub from: PriceOwner,
    /// Positions in the provider's evidence list.
    pub evidence: Vec<u32>,
}

/// Something that was taken for granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Assumption {
    /// Which one.
    pub code: AssumptionCode,
    /// The same in words.
    pub text: String,
}

/// The assumptions that a course's cost may rest on.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AssumptionCode {
    /// Nobody names the number of sessions.
    SessionsAssumed,
    /// The series does not say how many sessions it holds.
    SeriesSessionsAssumed,
    /// The series holds more sessions than are needed.
    SeriesLargerThanCourse,
    /// The consultation's price is not known and is missing in the sum.
    ConsultationUnknown,
    /// Integration therapy is mandatory, and its price is missing in the sum.
    IntegrationUnknown,
    /// Integration therapy is mandatory and counted once.
    IntegrationCountedOnce,
    /// Integration therapy is mandatory and held by the session price.
    IntegrationIncluded,
    /// A price for a visit is read as one for a session.
    VisitIsSession,
    /// A fee for a series is counted once.
    FeeCountedOnce,
    /// A price that names no route is taken for this route.
    RouteNotNamed,
    /// The price is for those who meet its conditions.
    Conditions,
}

/// The price of one session on the cheapest route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct SessionPrice {
    /// US cents, the lower end.
    pub session_min_cents: i64,
    /// US cents, the upper end.
    pub session_max_cents: i64,
    /// The route that it is for.
    pub route: Route,
}

/// Why there is no figure for what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CourseCostError {
    /// Fewer than 1 or more than [`MAX_SESSIONS`] sessions.
    #[error("sessions must be between 1 and {MAX_SESSIONS}")]
    Sessions,
    /// No accepted statement says that the site offers the route.
    #[error("the clinic is not known to offer the route `{0}`")]
    RouteNotOffered(Route),
}

/// Everything about a site that decides what a course costs there.
#[derive(Debug, Clone)]
pub struct CourseOffer<'a> {
    /// The standing prices of the site and of its provider.
    pub prices: Vec<StatedPrice<'a>>,
    /// The routes that accepted statements say are offered on site.
    pub routes: Vec<Route>,
    /// Whether an accepted statement says that esketamine is given; nasal doses are then it.
    pub esketamine: bool,
    /// The course that the site describes.
    pub course: Option<&'a Course>,
    /// Integration therapy.
    pub integration: Option<&'a Integration>,
    /// The day for which prices count.
    pub as_of: NaiveDate,
}

impl<'a> CourseOffer<'a> {
    /// A site's offer: its standing prices and its provider's, with the routes and the
    /// esketamine that accepted statements say are given there.
    #[must_use]
    pub fn of(
        provider: &'a Provider,
        site: &'a Site,
        routes: Vec<Route>,
        esketamine: bool,
        as_of: NaiveDate,
    ) -> Self {
        Self {
            prices: StatedPrice::of(provider, site),
            routes,
            esketamine,
            course: site.profile.course.as_ref(),
            integration: site.profile.integration.as_ref(),
            as_of,
        }
    }

    /// The cost on one route, for a number of sessions or for as many as the site names.
    ///
    /// # Errors
    /// When the route is not known to be offered or the number is out of range.
    pub fn cost(&self, route: Route, sessions: Option<u8>) -> Result<CourseCost, CourseCostError> {
        if sessions.is_some_and(|n| !(1..=MAX_SESSIONS).contains(&n)) {
            return Err(CourseCostError::Sessions);
        }
        if !self.routes.contains(&route) {
            return Err(CourseCostError::RouteNotOffered(route));
        }
        Ok(self.figure(route, sessions))
    }

    /// The cost on the cheapest route, for a number of sessions or for as many as the site
    /// names: the clinic's own figure.
    ///
    /// Figures that are more complete come first, then the lower minimum, then the lower
    /// maximum, then the route's code.
    ///
    /// # Errors
    /// When the number is out of range.
    pub fn cheapest(&self, sessions: Option<u8>) -> Result<CourseCost, CourseCostError> {
        if sessions.is_some_and(|n| !(1..=MAX_SESSIONS).contains(&n)) {
            return Err(CourseCostError::Sessions);
        }
        Ok(self.lowest(sessions))
    }

    /// The clinic's own figure: the cheapest route, for as many sessions as the site names.
    #[must_use]
    pub fn own(&self) -> CourseCost {
        self.lowest(None)
    }

    fn lowest(&self, sessions: Option<u8>) -> CourseCost {
        let figures = self.routes.iter().map(|route| self.figure(*route, sessions));
        let order = |cost: &CourseCost| {
            (cost.state, cost.min_cents, cost.max_cents, cost.route.map(Route::as_str))
        };
        figures.min_by_key(order).unwrap_or_else(|| self.without_route(sessions))
    }

    /// The price of one session on the cheapest route that names one; ties as in
    /// [`CourseOffer::cheapest`].
    #[must_use]
    pub fn session_price(&self) -> Option<SessionPrice> {
        let prices = self.routes.iter().filter_map(|route| {
            let session = self.select(PriceKind::Session, *route)?;
            Some(SessionPrice {
                session_min_cents: session.min_cents,
                session_max_cents: session.max_cents,
                route: *route,
            })
        });
        prices.min_by_key(|p| (p.session_min_cents, p.session_max_cents, p.route.as_str()))
    }

    fn figure(&self, route: Route, asked: Option<u8>) -> CourseCost {
        let (sessions, sessions_assumed) = self.sessions(self.is_esketamine(route), asked);
        let mut sum = Sum::default();
        if sessions_assumed {
            sum.assume(
                AssumptionCode::SessionsAssumed,
                format!("The clinic names no number of sessions; {sessions} are assumed."),
            );
        }
        let induction = Induction::cheapest(self, route, sessions);
        let induction_known = induction.is_some();
        if let Some(induction) = induction {
            induction.add_to(&mut sum, sessions);
        }
        let consultation_known = self.add_consultation(&mut sum, route);
        self.add_fees(&mut sum, route, sessions);
        let integration_known = self.add_integration(&mut sum, route);
        let state = match (induction_known, consultation_known && integration_known) {
            (true, true) => CostState::Complete,
            (true, false) => CostState::AtLeast,
            (false, _) => CostState::Unpublished,
        };
        sum.into_cost(state, Some(route), sessions, sessions_assumed)
    }

    /// The figure of a site that is not known to offer any route.
    fn without_route(&self, asked: Option<u8>) -> CourseCost {
        let (sessions, sessions_assumed) = self.sessions(false, asked);
        Sum::default().into_cost(CostState::Unpublished, None, sessions, sessions_assumed)
    }

    /// The number of sessions, and whether it is assumed.
    fn sessions(&self, esketamine: bool, asked: Option<u8>) -> (u8, bool) {
        let default = if esketamine { ESKETAMINE_SESSIONS } else { KETAMINE_SESSIONS };
        asked.or_else(|| self.course_minimum()).map_or((default, true), |n| (n, false))
    }

    fn course_minimum(&self) -> Option<u8> {
        self.course?.induction_sessions_min.filter(|n| *n > 0)
    }

    fn is_esketamine(&self, route: Route) -> bool {
        self.esketamine && route == Route::Nasal
    }

    fn select(&self, kind: PriceKind, route: Route) -> Option<Selected> {
        select::select(self, kind, route)
    }

    /// Adds the consultation and tells whether its price is known.
    fn add_consultation(&self, sum: &mut Sum, route: Route) -> bool {
        let Some(consultation) = self.select(PriceKind::Consultation, route) else {
            sum.assume(
                AssumptionCode::ConsultationUnknown,
                "The price of the first consultation is not published and is not in the sum.",
            );
            return false;
        };
        sum.add(PriceKind::Consultation, consultation, 1);
        true
    }

    fn add_fees(&self, sum: &mut Sum, route: Route, sessions: u8) {
        for kind in [PriceKind::FacilityFee, PriceKind::Medication] {
            let Some(fee) = self.select(kind, route) else { continue };
            if fee.per_series {
                let text = "A fee for a series of sessions is counted once.";
                sum.assume(AssumptionCode::FeeCountedOnce, text);
                sum.add(kind, fee, 1);
            } else {
                sum.add(kind, fee, u32::from(sessions));
            }
        }
    }

    /// Adds integration therapy where it is mandatory and tells whether its price is known.
    fn add_integration(&self, sum: &mut Sum, route: Route) -> bool {
        let Some(integration) = self.integration.filter(|i| i.mandatory == Some(true)) else {
            return true;
        };
        if integration.included_in_price == Some(true) {
            let text = "Integration therapy is mandatory and part of the session price.";
            sum.assume(AssumptionCode::IntegrationIncluded, text);
            return true;
        }
        let Some(session) = self.select(PriceKind::IntegrationSession, route) else {
            let text = "Integration therapy is mandatory; its price is not published and is not \
                        in the sum.";
            sum.assume(AssumptionCode::IntegrationUnknown, text);
            return false;
        };
        let text = "Integration therapy is mandatory; one session of it is counted.";
        sum.assume(AssumptionCode::IntegrationCountedOnce, text);
        sum.add(PriceKind::IntegrationSession, session, 1);
        true
    }
}

/// True where a price's product is the one that is given: Spravato or not; a price that names
/// none may be for either.
const fn is_for(product: Option<Product>, esketamine: bool) -> bool {
    match product {
        None | Some(Product::Unspecified) => true,
        Some(Product::EsketamineSpravato) => esketamine,
        Some(Product::KetamineInjectable | Product::KetamineCompounded) => !esketamine,
    }
}
