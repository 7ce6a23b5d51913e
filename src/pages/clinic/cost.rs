//! What a course costs at a clinic: itemised, by route, and worked out for a patient's numbers.

use url::form_urlencoded;

use crate::{
    app::{App, answer::ClinicDetail, detail},
    domain::{
        Product, Route,
        course_cost::{AssumptionCode, CostState, CourseCost, CourseCostError, MAX_SESSIONS},
    },
    pages::{format, lang::Lang},
};

use super::view;

/// The most months that a price can be spread over.
const MAX_MONTHS: u8 = 60;
/// Days of the first year that a course with no stated length leaves for later sessions.
const DAYS_IN_A_YEAR: u16 = 365;
/// How long a first course lasts where the clinic does not say, weeks.
const COURSE_WEEKS: u8 = 4;

/// What the calculator was asked.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    route: Option<Route>,
    sessions: Option<u8>,
    sessions_text: String,
    months: Option<u8>,
    insurer: bool,
    wrong_sessions: bool,
}

impl Asked {
    /// Reads a query string; empty fields ask for nothing.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            match (name.as_ref(), value) {
                (_, "") => {}
                ("route", code) => asked.route = code.parse().ok(),
                ("sessions", n) => {
                    asked.sessions = n.parse().ok().filter(|n| (1..=MAX_SESSIONS).contains(n));
                    asked.wrong_sessions = asked.sessions.is_none();
                    asked.sessions_text = n.chars().take(4).collect();
                }
                ("months", n) => {
                    asked.months = n.parse().ok().filter(|n| (1..=MAX_MONTHS).contains(n));
                }
                ("insurer", yes) => asked.insurer = yes == "yes",
                _ => {}
            }
        }
        asked
    }

    /// The question as the end of an address.
    #[must_use]
    pub fn to_query(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        if let Some(route) = self.route {
            out.append_pair("route", route.as_str());
        }
        if let Some(sessions) = self.sessions {
            out.append_pair("sessions", &sessions.to_string());
        }
        if let Some(months) = self.months {
            out.append_pair("months", &months.to_string());
        }
        if self.insurer {
            out.append_pair("insurer", "yes");
        }
        let query = out.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

/// The calculator's form.
#[derive(Debug)]
pub struct Calculator {
    /// The routes that the clinic offers.
    pub routes: Vec<Choice>,
    /// What was typed.
    pub sessions: String,
    /// What was typed.
    pub months: String,
    /// True when a plan may pay.
    pub insurer: bool,
    /// Why the question could not be answered.
    pub error: Option<String>,
}

/// A choice of the form.
#[derive(Debug)]
pub struct Choice {
    /// Its wire value.
    pub value: &'static str,
    /// Its name.
    pub text: String,
    /// True for the one that was asked for.
    pub chosen: bool,
}

impl Calculator {
    /// The form as it was filled in.
    #[must_use]
    pub fn new(app: &App, lang: Lang, clinic: &ClinicDetail, asked: &Asked) -> Self {
        let error =
            match detail::course_cost(app, &clinic.item.slug, asked.route, asked.sessions, None) {
                _ if asked.wrong_sessions => Some("calc-error-sessions"),
                Ok(Err(CourseCostError::Sessions)) => Some("calc-error-sessions"),
                Ok(Err(CourseCostError::RouteNotOffered(_))) => Some("calc-error-route"),
                Ok(Ok(_)) | Err(_) => None,
            };
        Self {
            routes: clinic
                .item
                .routes
                .iter()
                .map(|route| Choice {
                    value: route.as_str(),
                    text: lang.t(&format!("route-{route}")).into_owned(),
                    chosen: asked.route == Some(*route),
                })
                .collect(),
            sessions: asked.sessions_text.clone(),
            months: asked.months.map(|months| months.to_string()).unwrap_or_default(),
            insurer: asked.insurer,
            error: error.map(|key| lang.t(key).into_owned()),
        }
    }
}

/// A course's cost, line by line.
#[derive(Debug)]
pub struct CostView {
    /// The parts.
    pub lines: Vec<CostLine>,
    /// What the sum is called.
    pub total_label: String,
    /// The sum.
    pub total: String,
    /// The sum in monthly parts.
    pub monthly: Option<String>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
}

/// One part of a course's cost.
#[derive(Debug)]
pub struct CostLine {
    /// What it buys.
    pub what: String,
    /// The price of one.
    pub each: String,
    /// How many.
    pub quantity: u32,
    /// The price of all.
    pub sum: String,
    /// The day on which the price was read.
    pub seen: String,
}

impl CostView {
    /// The cost that was asked for, or the clinic's own figure where that cannot be answered.
    #[must_use]
    pub fn new(app: &App, lang: Lang, clinic: &ClinicDetail, asked: &Asked) -> Self {
        let found = detail::course_cost(app, &clinic.item.slug, asked.route, asked.sessions, None);
        match found {
            Ok(Ok(cost)) => Self::of(lang, &cost, asked.months),
            _ => Self::of(lang, &clinic.course_cost_detail, asked.months),
        }
    }

    fn of(lang: Lang, cost: &CourseCost, months: Option<u8>) -> Self {
        let complete = cost.state == CostState::Complete;
        let label = if complete { "cost-total-complete" } else { "cost-total-at-least" };
        let lines = cost.items.iter().map(|item| CostLine {
            what: lang.t(&format!("kind-{}", item.kind)).into_owned(),
            each: format::money_range(item.unit_min_cents, item.unit_max_cents),
            quantity: item.quantity,
            sum: format::money_range(item.min_cents, item.max_cents),
            seen: format::date(lang, item.observed_on),
        });
        let known = cost.state != CostState::Unpublished;
        let route = cost.route.map(|route| lang.t(&format!("route-short-{route}")));
        let total_label = match route {
            Some(route) => format!("{} ({route})", lang.t(label)),
            None => lang.t(label).into_owned(),
        };
        Self {
            lines: if known { lines.collect() } else { Vec::new() },
            total_label,
            total: amount(cost).unwrap_or_default(),
            monthly: months.and_then(|months| monthly(lang, cost, months)),
            assumptions: cost
                .assumptions
                .iter()
                .filter(|_| known)
                .map(|assumption| {
                    let text = lang.t(&assumption_key(assumption.code));
                    // The conditions are the clinic's own words, after the colon.
                    let own = Some(&assumption.text)
                        .filter(|_| assumption.code == AssumptionCode::Conditions);
                    match own.and_then(|own| own.split_once(": ")) {
                        Some((_, words)) => format!("{text} {words}"),
                        None => text.into_owned(),
                    }
                })
                .collect(),
        }
    }
}

fn assumption_key(code: AssumptionCode) -> String {
    let wire = serde_json::to_value(code).ok();
    let name = wire.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
    format!("assume-{name}")
}

fn amount(cost: &CourseCost) -> Option<String> {
    let min = cost.min_cents?;
    Some(format::money_range(min, cost.max_cents.unwrap_or(min)))
}

fn monthly(lang: Lang, cost: &CourseCost, months: u8) -> Option<String> {
    let part = |cents: i64| {
        // Rounded up to a whole dollar: too little would be a promise.
        let parts = i64::from(months).saturating_mul(100);
        cents
            .saturating_add(parts.saturating_sub(1))
            .checked_div(parts)
            .map(|d| d.saturating_mul(100))
    };
    let min = cost.min_cents?;
    let shown = format::money_range(part(min)?, part(cost.max_cents.unwrap_or(min))?);
    let values = [("months", months.to_string()), ("value", shown)];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    Some(lang.args("cost-monthly", &values).into_owned())
}

/// One way of treatment, to set beside the others.
#[derive(Debug)]
pub struct Way {
    /// Its name.
    pub name: String,
    /// What a first course costs.
    pub cost: String,
    /// Trips to the clinic.
    pub trips: String,
    /// What payers do, with dates.
    pub coverage: Vec<String>,
    /// What the first year costs, as a range.
    pub year: String,
}

/// IV, IM and nasal treatment side by side, as far as the clinic offers them.
#[must_use]
pub fn ways(app: &App, lang: Lang, clinic: &ClinicDetail) -> Vec<Way> {
    let compared = [Route::Iv, Route::Im, Route::Nasal];
    let offered = compared.into_iter().filter(|route| clinic.item.routes.contains(route));
    offered.filter_map(|route| way(app, lang, clinic, route)).collect()
}

fn way(app: &App, lang: Lang, clinic: &ClinicDetail, route: Route) -> Option<Way> {
    let cost = detail::course_cost(app, &clinic.item.slug, Some(route), None, None).ok()?.ok()?;
    let unpublished = || lang.t("not-published").into_owned();
    let shown = match cost.state {
        CostState::Complete => amount(&cost),
        CostState::AtLeast => {
            amount(&cost).map(|amount| lang.t1("course-at-least", &amount).into_owned())
        }
        CostState::Unpublished => None,
    };
    let sessions =
        if cost.sessions_assumed { "course-sessions-assumed" } else { "course-sessions" };
    let fits = |product: Option<Product>| match product {
        None | Some(Product::Unspecified) => true,
        Some(Product::EsketamineSpravato) => route == Route::Nasal,
        Some(_) => route != Route::Nasal,
    };
    let coverage: Vec<_> =
        clinic.coverage_details.iter().filter(|coverage| fits(coverage.product)).cloned().collect();
    Some(Way {
        name: lang.t(&format!("route-{route}")).into_owned(),
        cost: shown.unwrap_or_else(unpublished),
        trips: lang.count(sessions, cost.sessions.into()).into_owned(),
        coverage: view::coverage(lang, &coverage),
        year: year(lang, clinic, &cost),
    })
}

/// The first year: from the course alone to the course with every later session.
fn year(lang: Lang, clinic: &ClinicDetail, cost: &CourseCost) -> String {
    let unknown = || lang.t("ways-year-unknown").into_owned();
    let course = clinic.course.as_ref();
    let Some(interval) = course.and_then(|c| c.maintenance_interval_days).filter(|days| *days > 0)
    else {
        return unknown();
    };
    let session = cost.items.iter().find(|item| item.kind == crate::domain::PriceKind::Session);
    let (Some(min), Some(max), Some(session)) = (cost.min_cents, cost.max_cents, session) else {
        return unknown();
    };
    let weeks = course.and_then(|c| c.induction_weeks_min).unwrap_or(COURSE_WEEKS);
    let left = DAYS_IN_A_YEAR.saturating_sub(u16::from(weeks).saturating_mul(7));
    let later = i64::from(left / interval).saturating_mul(session.unit_max_cents);
    format::money_range(min, max.saturating_add(later))
}
