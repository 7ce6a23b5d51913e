//! The items of one provider on a date: what people have to look at, and why it matters.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::item::{Item, ItemKind, Risk, Topic};
use crate::{
    domain::{
        CredentialStatus, CredentialTier, Severity, UnknownReason,
        offer::Credential,
        provider::{Kept, Provider, Site, Statement},
    },
    rules::{
        Basis, Evaluation, FactId, FactState, Facts, Resolved, ResolvedFacts, RuleSet, Rulebook,
        Which,
    },
};

/// How far ahead an expiry is an item.
pub(super) const AHEAD: Days = Days::new(90);

/// The items of a provider on a date.
#[must_use]
pub(super) fn examine(rulebook: &Rulebook, provider: &Provider, as_of: NaiveDate) -> Vec<Item> {
    let mut found = Found::default();
    let live: Vec<&Site> =
        provider.sites.iter().filter(|site| site.withdrawn_on.is_none()).collect();
    for site in &live {
        Subject::new(rulebook, provider, Some(site), as_of).examine(&mut found);
        credentials(site, as_of, &mut found);
    }
    if live.is_empty() {
        Subject::new(rulebook, provider, None, as_of).examine(&mut found);
    }
    found.items
}

/// Items, each once: what is said about the whole provider would else appear at every site.
#[derive(Default)]
struct Found {
    items: Vec<Item>,
    of_provider: BTreeMap<FactId, usize>,
}

impl Found {
    fn add(&mut self, item: Item) {
        let (None, Topic::Fact(fact)) = (item.site, &item.topic) else {
            self.items.push(item);
            return;
        };
        match self.of_provider.get(fact).and_then(|at| self.items.get_mut(*at)) {
            Some(known) => known.risk = known.risk.min(item.risk),
            None => {
                self.of_provider.insert(*fact, self.items.len());
                self.items.push(item);
            }
        }
    }
}

/// A site, or a provider without one, on a date.
struct Subject<'a> {
    rulebook: &'a Rulebook,
    provider: &'a Provider,
    site: Option<&'a Site>,
    as_of: NaiveDate,
    resolved: ResolvedFacts,
    facts: Facts,
    evaluation: Evaluation,
}

impl<'a> Subject<'a> {
    fn new(
        rulebook: &'a Rulebook,
        provider: &'a Provider,
        site: Option<&'a Site>,
        as_of: NaiveDate,
    ) -> Self {
        let resolved = rulebook.facts_of(provider, site, as_of);
        let facts = resolved.facts();
        let evaluation = rulebook.evaluate(&facts, &Basis::on(as_of));
        Self { rulebook, provider, site, as_of, resolved, facts, evaluation }
    }

    fn examine(&self, found: &mut Found) {
        let needed = self.needed();
        let mut missing: Vec<FactId> = Vec::new();
        let mut missing_risk = Risk::Display;
        for spec in self.rulebook.vocabulary().facts() {
            let Some(fact) = self.resolved.get(spec.id) else { continue };
            let risk = needed.get(&spec.id).copied();
            match fact.state {
                FactState::Known(_) => {
                    if let Some(last) = self.expires(fact) {
                        let risk = self.risk_of_losing(spec.id);
                        found.add(self.item(ItemKind::Expiring, risk, spec.id, fact, last));
                    }
                }
                FactState::Unknown(reason) => {
                    let kind = match reason {
                        UnknownReason::Stale => ItemKind::Stale,
                        UnknownReason::BelowTier => ItemKind::BelowTier,
                        UnknownReason::Conflicting => ItemKind::Conflicting,
                        _ => {
                            // What no rule asks for is not missed.
                            if let Some(risk) = risk {
                                missing.push(spec.id);
                                missing_risk = missing_risk.min(risk);
                            }
                            continue;
                        }
                    };
                    let since = self.since(kind, spec.id, fact);
                    let risk = risk.unwrap_or(Risk::Display);
                    found.add(self.item(kind, risk, spec.id, fact, since));
                }
            }
        }
        if !missing.is_empty() {
            found.add(Item {
                kind: ItemKind::Missing,
                risk: missing_risk,
                site: self.site.map(|site| site.id),
                topic: Topic::Facts(missing.into_boxed_slice()),
                since: self.provider.created_at.date_naive(),
            });
        }
    }

    /// The unknown facts that somebody asks for, and who.
    fn needed(&self) -> BTreeMap<FactId, Risk> {
        let core = self.rulebook.core();
        let of_status =
            [core.racemic, core.esketamine, core.dosing_on_site, core.takehome, core.mobile];
        let mut needed: BTreeMap<FactId, Risk> =
            of_status.into_iter().map(|fact| (fact, Risk::Label)).collect();
        let basis = Basis::on(self.as_of);
        for finding in self.rulebook.findings(&self.facts, &basis, Which::Reported) {
            let risk = match (finding.blocks, finding.rule.severity) {
                (true, Severity::Critical) => Risk::Critical,
                (true, _) => Risk::Label,
                (false, _) => Risk::Disclosure,
            };
            for fact in finding.missing {
                let slot = needed.entry(fact).or_insert(risk);
                *slot = risk.min(*slot);
            }
        }
        needed
    }

    /// What is lost once a fact is no longer known.
    fn risk_of_losing(&self, fact: FactId) -> Risk {
        let mut without = self.facts.clone();
        without.set(fact, FactState::Unknown(UnknownReason::Stale));
        let after = self.rulebook.evaluate(&without, &Basis::on(self.as_of));
        let fresh = |after: RuleSet, before: RuleSet| -> Vec<usize> {
            after.iter().filter(|at| !before.has(*at)).collect()
        };
        let blocking = fresh(after.blocking, self.evaluation.blocking);
        let critical = |at: &usize| {
            let rule = self.rulebook.rules().get(*at);
            rule.is_some_and(|rule| rule.severity == Severity::Critical)
        };
        if blocking.iter().any(critical) {
            Risk::Critical
        } else if !blocking.is_empty() || after.status != self.evaluation.status {
            Risk::Label
        } else if !fresh(after.undetermined, self.evaluation.undetermined).is_empty() {
            Risk::Disclosure
        } else {
            Risk::Display
        }
    }

    /// The last day of a fact that runs out soon.
    fn expires(&self, fact: &Resolved) -> Option<NaiveDate> {
        let soon = self.as_of.checked_add_days(AHEAD)?;
        fact.valid_until.filter(|last| *last <= soon)
    }

    fn item(
        &self,
        kind: ItemKind,
        risk: Risk,
        fact: FactId,
        resolved: &Resolved,
        since: NaiveDate,
    ) -> Item {
        let of_provider = match resolved.n.or(resolved.aged.map(|aged| aged.n)) {
            Some(n) => self.provider.facts.iter().any(|kept| kept.n == n),
            None => {
                let of_site = self.site.map_or([].as_slice(), |site| site.facts.as_slice());
                self.statements(fact, of_site).next().is_none()
            }
        };
        let site = self.site.filter(|_| !of_provider).map(|site| site.id);
        Item { kind, risk, site, topic: Topic::Fact(fact), since }
    }

    /// The standing statements of a list about a fact.
    fn statements<'s>(
        &'s self,
        fact: FactId,
        list: &'s [Kept<Statement>],
    ) -> impl Iterator<Item = &'s Kept<Statement>> {
        let name = self.rulebook.vocabulary().name(fact);
        list.iter().filter(move |kept| kept.stands() && kept.item.name == name)
    }

    /// Since when a fact has been as it is.
    fn since(&self, kind: ItemKind, fact: FactId, resolved: &Resolved) -> NaiveDate {
        let of_site = self.site.map_or([].as_slice(), |site| site.facts.as_slice());
        let all =
            || self.statements(fact, of_site).chain(self.statements(fact, &self.provider.facts));
        let observed = |kept: &Kept<Statement>| {
            let item = &kept.item;
            item.observed_on.or_else(|| self.provider.newest_capture(&item.evidence))
        };
        let aged = resolved.aged.filter(|_| kind == ItemKind::Stale);
        let ended = aged.and_then(|aged| {
            let kept = all().find(|kept| kept.n == aged.n)?;
            let spec = self.rulebook.vocabulary().get(fact)?;
            let age = Days::new(spec.max_age_days.into());
            kept.item.valid_until.or_else(|| observed(kept)?.checked_add_days(age))
        });
        let newest = || all().filter_map(observed).max();
        ended.or_else(newest).unwrap_or_else(|| self.provider.created_at.date_naive())
    }
}

/// Credentials that have run out or do so soon.
fn credentials(site: &Site, as_of: NaiveDate, found: &mut Found) {
    let soon = as_of.checked_add_days(AHEAD).unwrap_or(as_of);
    let dated = site.credentials.iter().filter(|kept| kept.stands());
    for (kept, last) in dated.filter_map(|kept| Some((kept, kept.item.expires_on?))) {
        let active = kept.item.status.is_none_or(|status| status == CredentialStatus::Active);
        let renewed = |other: &Kept<Credential>| {
            other.stands()
                && other.item.code == kept.item.code
                && other.item.expires_on.is_some_and(|later| later > last)
        };
        if !active || last > soon || site.credentials.iter().any(renewed) {
            continue;
        }
        let kind = if last < as_of { ItemKind::Stale } else { ItemKind::Expiring };
        // A survey of the place decides whether the default search shows it.
        let risk = match kept.item.code.tier() {
            CredentialTier::A => Risk::Label,
            CredentialTier::B | CredentialTier::C => Risk::Display,
        };
        let topic = Topic::Credential(kept.n);
        found.add(Item { kind, risk, site: Some(site.id), topic, since: last });
    }
}

/// The sites of a provider that carry a name of their own in the answer.
pub(super) fn site_of(provider: &Provider, id: Uuid) -> Option<&Site> {
    provider.sites.iter().find(|site| site.id == id)
}
