//! Which of the stated prices count.
//!
//! Of one kind, for one route: those valid on the day and read at most 730 days before; then
//! the site's before the provider's; then those that name the route, before those that name
//! none, and among them those that name the product; then of one source the newest. What
//! remains makes one range.

use chrono::{Days, NaiveDate};
use serde::Serialize;

use crate::domain::{
    PriceBasis, PriceKind, Product, Route,
    offer::Price,
    provider::{Provider, Site, standing},
};

use super::{Assumption, AssumptionCode, CourseOffer, is_for};

/// Days after which a price is too old to count.
const MAX_AGE: Days = Days::new(730);

/// Whose price it is.
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
pub enum PriceOwner {
    /// The site's own.
    Site,
    /// The provider's, for each of its sites.
    Provider,
}

/// Where a price was read: two captures of one page are one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source<'a> {
    /// A web address.
    Url(&'a str),
    /// A piece of evidence without an address, by its position.
    Evidence(u32),
}

/// A price that stands, with whose it is, when it was read and where.
#[derive(Debug, Clone)]
pub struct StatedPrice<'a> {
    /// The price.
    pub price: &'a Price,
    /// Whose it is.
    pub owner: PriceOwner,
    /// The day on which it was read; a price without one never counts.
    pub observed_on: Option<NaiveDate>,
    /// Where it was read; prices that name no source count as of one source.
    pub sources: Vec<Source<'a>>,
}

impl<'a> StatedPrice<'a> {
    /// The standing prices of a site and of its provider.
    #[must_use]
    pub fn of(provider: &'a Provider, site: &'a Site) -> Vec<Self> {
        let own = standing(&site.prices).map(|price| (price, PriceOwner::Site));
        let shared = standing(&provider.prices).map(|price| (price, PriceOwner::Provider));
        own.chain(shared)
            .map(|(price, owner)| Self {
                price,
                owner,
                observed_on: price.observed_on.or_else(|| provider.newest_capture(&price.evidence)),
                sources: price.evidence.iter().map(|at| source(provider, at)).collect(),
            })
            .collect()
    }

    /// The days from which on the price may count, or count no more.
    pub fn turning_days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let price = self.price;
        let aged = self.observed_on.and_then(|day| day.checked_add_days(MAX_AGE));
        let last_days = [price.valid_to, aged].into_iter().flatten();
        let first_days = [price.valid_from, self.observed_on].into_iter().flatten();
        first_days.chain(last_days.filter_map(|day| day.succ_opt()))
    }

    fn counts(&self, as_of: NaiveDate) -> bool {
        let price = self.price;
        let valid = price.valid_from.is_none_or(|from| from <= as_of)
            && price.valid_to.is_none_or(|to| as_of <= to);
        let fresh = self.observed_on.is_some_and(|day| {
            day <= as_of && day.checked_add_days(MAX_AGE).is_none_or(|last| as_of <= last)
        });
        valid && fresh && price.amount_cents >= 0 && basis_fits(price.kind, price.basis)
    }

    fn is_replaced_by(&self, other: &Self) -> bool {
        let shared = self.sources.iter().any(|source| other.sources.contains(source))
            || (self.sources.is_empty() && other.sources.is_empty());
        shared && self.observed_on < other.observed_on
    }
}

fn source<'a>(provider: &'a Provider, at: &'a u32) -> Source<'a> {
    let evidence = provider.cited(std::slice::from_ref(at)).next();
    evidence.and_then(|e| e.url.as_deref()).map_or(Source::Evidence(*at), Source::Url)
}

/// False for what is paid by the month, and where kind and basis contradict each other, so
/// that the price of a series is never multiplied by its sessions nor one session's taken
/// for a whole series.
const fn basis_fits(kind: PriceKind, basis: PriceBasis) -> bool {
    match (kind, basis) {
        (_, PriceBasis::PerMonth) => false,
        (PriceKind::Session, basis) => !matches!(basis, PriceBasis::PerSeries),
        (PriceKind::InductionSeries, basis) => matches!(basis, PriceBasis::PerSeries),
        _ => true,
    }
}

/// The range of the prices that count for one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub min_cents: i64,
    pub max_cents: i64,
    pub observed_on: NaiveDate,
    pub from: PriceOwner,
    pub evidence: Vec<u32>,
    /// True where all of them are for a series of sessions.
    pub per_series: bool,
    pub assumptions: Vec<Assumption>,
}

/// The range of one kind on one route.
pub fn select(offer: &CourseOffer<'_>, kind: PriceKind, route: Route) -> Option<Selected> {
    range(&remaining(offer, kind, route))
}

/// The prices of one kind on one route that count.
pub fn remaining<'o, 'a>(
    offer: &'o CourseOffer<'a>,
    kind: PriceKind,
    route: Route,
) -> Vec<&'o StatedPrice<'a>> {
    let esketamine = offer.is_esketamine(route);
    let mut prices: Vec<_> = offer
        .prices
        .iter()
        .filter(|stated| stated.price.kind == kind && stated.counts(offer.as_of))
        .filter(|stated| stated.price.route.is_none_or(|named| named == route))
        .filter(|stated| is_for(stated.price.product, esketamine))
        .collect();
    prefer(&mut prices, |stated| stated.owner == PriceOwner::Site);
    prefer(&mut prices, |stated| stated.price.route.is_some());
    prefer(&mut prices, |stated| {
        !matches!(stated.price.product, None | Some(Product::Unspecified))
    });
    let newest =
        |stated: &&StatedPrice<'_>| !prices.iter().any(|other| stated.is_replaced_by(other));
    prices.iter().copied().filter(newest).collect()
}

/// Keeps the prices of which something holds, where it holds of any.
fn prefer(prices: &mut Vec<&StatedPrice<'_>>, holds: impl Fn(&StatedPrice<'_>) -> bool) {
    if prices.iter().any(|stated| holds(stated)) {
        prices.retain(|stated| holds(stated));
    }
}

/// One range of several prices; none of none.
pub fn range(prices: &[&StatedPrice<'_>]) -> Option<Selected> {
    let first = prices.first()?;
    let lower = prices.iter().map(|stated| stated.price.amount_cents);
    let upper = prices.iter().map(|stated| {
        let Price { amount_cents, amount_max_cents, .. } = stated.price;
        amount_max_cents.unwrap_or(*amount_cents).max(*amount_cents)
    });
    let mut evidence: Vec<_> = prices.iter().flat_map(|p| p.price.evidence.clone()).collect();
    evidence.sort_unstable();
    evidence.dedup();
    let mut assumptions: Vec<_> = prices.iter().flat_map(|p| assumptions(p.price)).collect();
    assumptions.sort_by(|a, b| (a.code, &a.text).cmp(&(b.code, &b.text)));
    assumptions.dedup();
    Some(Selected {
        min_cents: lower.min()?,
        max_cents: upper.max()?,
        observed_on: prices.iter().filter_map(|stated| stated.observed_on).min()?,
        from: first.owner,
        evidence,
        per_series: prices.iter().all(|p| p.price.basis == PriceBasis::PerSeries),
        assumptions,
    })
}

fn assumptions(price: &Price) -> Vec<Assumption> {
    let visit =
        (price.kind == PriceKind::Session && price.basis == PriceBasis::PerVisit).then(|| {
            Assumption {
                code: AssumptionCode::VisitIsSession,
                text: "A price for a visit is read as the price of a session.".to_owned(),
            }
        });
    let treatment = matches!(price.kind, PriceKind::Session | PriceKind::InductionSeries);
    // Esketamine is only ever nasal.
    let says_route = price.route.is_some() || price.product == Some(Product::EsketamineSpravato);
    let route = (treatment && !says_route).then(|| Assumption {
        code: AssumptionCode::RouteNotNamed,
        text: "A price that names no route is taken for this one.".to_owned(),
    });
    let conditions = price.conditions.as_ref().map(|conditions| Assumption {
        code: AssumptionCode::Conditions,
        text: format!("A price is for those who meet its conditions: {conditions}"),
    });
    [visit, route, conditions].into_iter().flatten().collect()
}
