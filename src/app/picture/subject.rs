//! What is decided about a provider's own facts, or about one of its sites, and what of it is
//! withheld while no person has decided yet.

use std::{borrow::Cow, collections::BTreeSet};

use chrono::NaiveDate;

use super::{Easel, live_sites, reasons};
use crate::{
    app::answer::Safety,
    domain::{
        FlagState, SafetyStatus, Tier, UnknownReason,
        provider::{Provider, Site, standing},
    },
    rules::{FactId, FactState, PublicView, Resolved, ResolvedFacts, Which, display},
};

/// A provider's own facts, or those of one of its sites, on a date.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) public: PublicView,
    /// Facts about which no statement is shown.
    pub(super) withheld: Vec<FactId>,
    pub(super) verified_on: Option<NaiveDate>,
}

/// A provider's subjects, all decided together.
#[derive(Debug)]
pub(super) struct Subjects {
    /// Its own facts.
    pub(super) own: Subject,
    /// Its live sites, in their order.
    pub(super) sites: Vec<Subject>,
    /// Facts about which no statement about the whole provider is shown anywhere.
    pub(super) withheld: Vec<FactId>,
}

impl Subjects {
    /// Decides about the provider and its sites.
    ///
    /// What an unpublished finding about one site rests on may be a statement about the whole
    /// provider, which its other sites and the provider itself would show. So it is withheld
    /// from all of them, unless a published finding rests on it too.
    pub(super) fn new(easel: Easel<'_>, provider: &Provider) -> Self {
        let published = published(provider);
        let resolve = |site: Option<&Site>| easel.rulebook.facts_of(provider, site, easel.as_of);
        let own = resolve(None);
        let sites: Vec<ResolvedFacts> =
            live_sites(provider).map(|site| resolve(Some(site))).collect();
        let stated = |facts: &ResolvedFacts, id: FactId| {
            let about_provider = |n: &u32| provider.facts.iter().any(|kept| kept.n == *n);
            facts.get(id).is_some_and(|fact| fact.n.iter().chain(&fact.with).any(about_provider))
        };
        // Asking about another date must not show what is withheld today.
        let today = (easel.as_of != easel.today)
            .then(|| Self::new(Easel { as_of: easel.today, ..easel }, provider));
        let of_today = |site: Option<usize>| -> &[FactId] {
            let subject = today.as_ref().and_then(|today| match site {
                Some(at) => today.sites.get(at),
                None => Some(&today.own),
            });
            subject.map_or(&[], |subject| &subject.withheld)
        };
        let mut withheld: Vec<FactId> =
            today.as_ref().map(|today| today.withheld.clone()).unwrap_or_default();
        loop {
            let decide = |facts: &ResolvedFacts, site: Option<usize>| {
                let from_all = withheld.iter().copied().filter(|id| stated(facts, *id));
                let hidden = from_all.chain(of_today(site).iter().copied()).collect();
                Subject::new(easel, facts, hidden, &published)
            };
            let of_sites = sites.iter().enumerate().map(|(at, facts)| decide(facts, Some(at)));
            let all = Self { own: decide(&own, None), sites: of_sites.collect(), withheld };
            let open = all.resting_on_published(easel, &published);
            let pairs = all.sites.iter().zip(&sites).chain([(&all.own, &own)]);
            let fresh: BTreeSet<FactId> = pairs
                .flat_map(|(subject, facts)| {
                    subject.withheld.iter().copied().filter(|id| stated(facts, *id))
                })
                .filter(|id| !all.withheld.contains(id) && !open.contains(id))
                .collect();
            if fresh.is_empty() {
                return all;
            }
            withheld = all.withheld;
            withheld.extend(fresh);
        }
    }

    /// The facts that published findings rest on.
    fn resting_on_published(&self, easel: Easel<'_>, published: &[&str]) -> Vec<FactId> {
        let flagged = |subject: &&Subject| subject.status() == SafetyStatus::Flagged;
        self.sites
            .iter()
            .chain([&self.own])
            .filter(flagged)
            .flat_map(|subject| {
                let view = &subject.public;
                easel.rulebook.findings(&view.compact, &view.basis, Which::Reported)
            })
            .filter(|finding| published.contains(&finding.rule.id.as_str()))
            .flat_map(|finding| finding.facts)
            .collect()
    }
}

impl Subject {
    /// Decides about resolved facts, of which some are withheld from the beginning.
    fn new(
        easel: Easel<'_>,
        facts: &ResolvedFacts,
        mut withheld: Vec<FactId>,
        published: &[&str],
    ) -> Self {
        let mut facts = Cow::Borrowed(facts);
        for id in &withheld {
            facts.to_mut().set(*id, Resolved::unknown(UnknownReason::NeverAsked));
        }
        let public = easel.rulebook.public_view(&facts, published, easel.as_of);
        withheld.extend(&public.withheld);
        let verified_on = easel.rulebook.verified_on(
            &public.evaluation,
            &public.facts,
            &public.compact,
            &public.basis,
        );
        Self { public, withheld, verified_on }
    }

    pub(super) const fn status(&self) -> SafetyStatus {
        self.public.evaluation.status
    }

    pub(super) fn state(&self, id: FactId) -> FactState {
        self.public.compact.get(id)
    }

    pub(super) const fn facts(&self) -> &ResolvedFacts {
        &self.public.facts
    }

    pub(super) fn safety(&self, easel: Easel<'_>) -> Safety {
        let view = &self.public;
        let (reasons, reasons_more) = reasons::reasons(easel.rulebook, view);
        let known = view.facts.iter().filter(|fact| fact.state.known().is_some());
        let mut tiers: Vec<Tier> = known.filter_map(|fact| fact.tier).collect();
        tiers.sort_by_key(|tier| tier.rank());
        tiers.dedup();
        let status = view.evaluation.status;
        let never_asked = status == SafetyStatus::InsufficientInformation
            && easel.rulebook.never_asked(&view.evaluation, &view.compact, &view.basis);
        Safety {
            status,
            text: display(status, self.verified_on, never_asked).en,
            never_asked,
            verified_on: self.verified_on,
            evidence_tiers: tiers,
            counts: view.evaluation.counts,
            reasons,
            reasons_more,
        }
    }
}

/// The rules whose flag a person has published and that is on display.
fn published(provider: &Provider) -> Vec<&str> {
    standing(&provider.flags)
        .filter(|flag| matches!(flag.state, FlagState::Published | FlagState::Appealed))
        .map(|flag| flag.rule.as_str())
        .collect()
}
