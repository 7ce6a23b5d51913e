//! What is decided about a provider's own facts, or about one of its sites, and what of it is
//! withheld while no person has decided yet.

use std::{borrow::Cow, collections::BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Easel, live_sites, reasons};
use crate::{
    app::answer::Safety,
    domain::{
        FlagState, SafetyStatus, Severity, Tier, UnknownReason,
        provider::{Provider, Site, standing},
    },
    rules::{FactId, FactState, Outcome, PublicView, Resolved, ResolvedFacts, Which, display},
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
        let resolve = |site: Option<&Site>| easel.rulebook.facts_of(provider, site, easel.as_of);
        let own_facts = resolve(None);
        let sites: Vec<ResolvedFacts> =
            live_sites(provider).map(|site| resolve(Some(site))).collect();
        // Evidence that has expired today has expired for whoever asks about an earlier date.
        let day = easel.as_of.max(easel.today);
        let own_flags = Shown::of(provider, provider.id, day);
        let flags: Vec<Shown<'_>> =
            live_sites(provider).map(|site| Shown::of(provider, site.id, day)).collect();
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
            let decide = |facts: &ResolvedFacts, flags: &Shown<'_>, site: Option<usize>| {
                let from_all = withheld.iter().copied().filter(|id| stated(facts, *id));
                let hidden = from_all.chain(of_today(site).iter().copied()).collect();
                Subject::new(easel, facts, hidden, flags)
            };
            let of_sites = sites
                .iter()
                .zip(&flags)
                .enumerate()
                .map(|(at, (facts, flags))| decide(facts, flags, Some(at)));
            let own = decide(&own_facts, &own_flags, None);
            let all = Self { own, sites: of_sites.collect(), withheld };
            let open = all.resting_on_published(easel);
            let pairs = all.sites.iter().zip(&sites).chain([(&all.own, &own_facts)]);
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

    /// True where a finding waits for somebody's decision.
    pub(super) fn undecided(&self) -> bool {
        let waits = |subject: &Subject| {
            !subject.withheld.is_empty() || !subject.public.basis.undecided.is_empty()
        };
        waits(&self.own) || self.sites.iter().any(waits)
    }

    /// The facts that published findings rest on.
    fn resting_on_published(&self, easel: Easel<'_>) -> Vec<FactId> {
        let flagged = |subject: &&Subject| subject.status() == SafetyStatus::Flagged;
        self.sites
            .iter()
            .chain([&self.own])
            .filter(flagged)
            .flat_map(|subject| {
                let view = &subject.public;
                easel.rulebook.findings(&view.compact, &view.basis, Which::Reported)
            })
            // In a public view only what is published is triggered.
            .filter(|finding| {
                finding.outcome == Outcome::Triggered && finding.rule.severity == Severity::Critical
            })
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
        flags: &Shown<'_>,
    ) -> Self {
        let mut facts = Cow::Borrowed(facts);
        for id in &withheld {
            facts.to_mut().set(*id, Resolved::unknown(UnknownReason::NeverAsked));
        }
        let public = easel.rulebook.public_view(&facts, &flags.published, easel.as_of);
        let public = easel.rulebook.awaiting_recheck(public, &flags.expired);
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

/// The rules of one subject's flags that matter to the public.
struct Shown<'p> {
    /// A person has published the flag, and it is on display.
    published: Vec<&'p str>,
    /// It was on display until its evidence expired, and nobody has looked again.
    expired: Vec<&'p str>,
}

impl<'p> Shown<'p> {
    fn of(provider: &'p Provider, subject: Uuid, day: NaiveDate) -> Self {
        let mut shown = Self { published: Vec::new(), expired: Vec::new() };
        for flag in standing(&provider.flags).filter(|flag| flag.is_about(subject)) {
            match flag.state_on(day) {
                FlagState::Published | FlagState::Appealed => shown.published.push(&flag.rule),
                FlagState::Expired if flag.published_on.is_some() => shown.expired.push(&flag.rule),
                _ => {}
            }
        }
        shown
    }
}
