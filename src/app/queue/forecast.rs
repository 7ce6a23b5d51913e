//! Which listings lose their label by the clock alone, when, and through what.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::examine::AHEAD;
use crate::{
    app::picture::is_supervised,
    domain::{
        ListingState, UnknownReason,
        provider::{Provider, Site},
    },
    rules::{Basis, FactState, Facts, ResolvedFacts, Rulebook},
};

/// How far the forecast looks, in days.
pub const HORIZONS: [u64; 3] = [7, 30, 90];

/// How many listings lose their supervised label within a time if nobody does anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Forecast {
    /// Within so many days, counted from today.
    pub days: u64,
    /// How many published listings lose it.
    pub listings: u64,
    /// Through what: a listing counts under each cause that is enough alone.
    pub causes: Vec<Cause>,
}

/// Something that ends a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Cause {
    /// A fact that runs out, or a rule whose law changes or is no longer confirmed.
    #[schema(example = "excl.leie")]
    pub cause: String,
    /// How many listings.
    pub listings: u64,
}

/// The loss of one listing's label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loss {
    /// The first day without it.
    pub on: NaiveDate,
    /// Names of facts and ids of rules.
    pub causes: Vec<Box<str>>,
}

/// The losses of a provider's listings within the longest horizon.
pub(super) fn losses(rulebook: &Rulebook, provider: &Provider, as_of: NaiveDate) -> Vec<Loss> {
    if provider.listing_state != ListingState::Published {
        return Vec::new();
    }
    let live = provider.sites.iter().filter(|site| site.withdrawn_on.is_none());
    live.filter_map(|site| loss(rulebook, provider, site, as_of)).collect()
}

fn loss(rulebook: &Rulebook, provider: &Provider, site: &Site, as_of: NaiveDate) -> Option<Loss> {
    let supervised = |facts: &Facts, day: NaiveDate| {
        is_supervised(rulebook.evaluate(facts, &Basis::on(day)).status)
    };
    let today = rulebook.facts_of(provider, Some(site), as_of);
    if !supervised(&today.facts(), as_of) {
        return None;
    }
    let mut before = today;
    let mut seen = BTreeSet::new();
    // Facts that take another's place may run out themselves, so each day is looked at anew.
    loop {
        let day = next_turn(rulebook, &before, as_of, &seen)?;
        seen.insert(day);
        let after = rulebook.facts_of(provider, Some(site), day);
        let facts = after.facts();
        if supervised(&facts, day) {
            before = after;
            continue;
        }
        return Some(Loss { on: day, causes: causes(rulebook, &before.facts(), &facts, day) });
    }
}

/// The next day on which something may change: a fact runs out, or a law turns.
fn next_turn(
    rulebook: &Rulebook,
    facts: &ResolvedFacts,
    as_of: NaiveDate,
    seen: &BTreeSet<NaiveDate>,
) -> Option<NaiveDate> {
    let last = as_of.checked_add_days(AHEAD)?;
    let known = facts.iter().filter(|fact| fact.state.known().is_some());
    let ends = known.filter_map(|fact| fact.valid_until).filter_map(|day| day.succ_opt());
    let laws = rulebook.rules().iter().filter_map(|rule| rule.law).flat_map(|law| {
        let after = |day: Option<NaiveDate>| day.and_then(|day| day.succ_opt());
        [law.effective_from, after(law.effective_to), after(law.confirmed_through)]
    });
    let turns = ends.chain(laws.flatten());
    turns.filter(|day| *day > as_of && *day <= last && !seen.contains(day)).min()
}

/// What is enough alone to end the label on a day.
fn causes(rulebook: &Rulebook, before: &Facts, after: &Facts, day: NaiveDate) -> Vec<Box<str>> {
    let lost = |facts: &Facts| !is_supervised(rulebook.evaluate(facts, &Basis::on(day)).status);
    // With every fact still known the label goes through the law alone.
    let by_law = lost(before);
    let mut causes: Vec<Box<str>> = Vec::new();
    let mut gone: Vec<Box<str>> = Vec::new();
    for spec in rulebook.vocabulary().facts() {
        let (was, is) = (before.get(spec.id), after.get(spec.id));
        if was == is {
            continue;
        }
        gone.push(spec.name.as_str().into());
        let mut without = before.clone();
        without.set(spec.id, FactState::Unknown(UnknownReason::Stale));
        if !by_law && lost(&without) {
            causes.push(spec.name.as_str().into());
        }
    }
    if by_law {
        let evaluation = rulebook.evaluate(before, &Basis::on(day));
        let eve = day.pred_opt().unwrap_or(day);
        let earlier = rulebook.evaluate(before, &Basis::on(eve));
        let rules = rulebook.rules().iter().enumerate().filter(|(at, _)| {
            (evaluation.blocking.has(*at) && !earlier.blocking.has(*at))
                || (evaluation.triggered.has(*at) && !earlier.triggered.has(*at))
        });
        causes.extend(rules.map(|(_, rule)| Box::from(rule.id.as_str())));
    }
    // Where only all together end it, each is named.
    if causes.is_empty() { gone } else { causes }
}

/// Adds losses up.
pub(super) fn forecast<'l>(
    losses: impl Iterator<Item = &'l Loss> + Clone,
    as_of: NaiveDate,
) -> Vec<Forecast> {
    let within = |days: u64| {
        let last = as_of.checked_add_days(Days::new(days)).unwrap_or(as_of);
        let mut listings = 0_u64;
        let mut by_cause: BTreeMap<&str, u64> = BTreeMap::new();
        for loss in losses.clone().filter(|loss| loss.on <= last) {
            listings = listings.saturating_add(1);
            for cause in &loss.causes {
                let count = by_cause.entry(cause).or_default();
                *count = count.saturating_add(1);
            }
        }
        let mut causes: Vec<Cause> = by_cause
            .into_iter()
            .map(|(cause, listings)| Cause { cause: cause.to_owned(), listings })
            .collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.listings));
        Forecast { days, listings, causes }
    };
    HORIZONS.map(within).to_vec()
}
