//! The parts of a detail answer: facts, prices, evidence, flags, all from the public view.

use std::collections::BTreeSet;

use super::{ProviderPicture, SitePicture, Subject, evidence::Numbers};
use crate::{
    app::answer::{Claimed, ClinicDetail, FactView, FlagView, PriceView, ProviderDetail},
    domain::{
        UnknownReason,
        offer::Price,
        provider::{Kept, Site, Statement, standing},
    },
    rules::{
        FactId, FactState, Lang, Which,
        wire::{FindingAnswer, StepAnswer},
    },
};

/// The standing statements about a provider, and one of its sites, that are public: those that
/// a shown fact rests on, those that are shown as claims, and those that say that something was
/// looked for and not found. What was superseded, has aged or was observed later is not among
/// them: it may be what a finding rested on that nobody has published.
pub(super) fn public_statements<'p>(
    whole: &'p ProviderPicture<'_>,
    site: Option<&'p Site>,
    subject: &'p Subject,
) -> impl Iterator<Item = &'p Kept<Statement>> {
    let vocabulary = whole.easel.rulebook.vocabulary();
    let withheld = |kept: &Kept<Statement>, from: &[FactId]| {
        vocabulary.id(&kept.item.name).is_some_and(|id| from.contains(&id))
    };
    let shown: BTreeSet<u32> = subject
        .facts()
        .iter()
        .flat_map(|fact| fact.n.iter().chain(&fact.with).chain(&fact.claims).copied())
        .collect();
    let as_of = whole.easel.as_of;
    let looked_for = move |kept: &Kept<Statement>| {
        let item = &kept.item;
        let seen = item.observed_on.or_else(|| whole.provider.newest_capture(&item.evidence));
        item.value.is_none() && seen.is_none_or(|day| day <= as_of)
    };
    let of_site = site.map_or([].as_slice(), |site| site.facts.as_slice());
    let of_provider = whole.provider.facts.iter();
    of_provider
        .filter(move |kept| !withheld(kept, &whole.subjects.withheld))
        .chain(of_site)
        .filter(move |kept| kept.stands() && !withheld(kept, &subject.withheld))
        .filter(move |kept| shown.contains(&kept.n) || looked_for(kept))
}

/// A detail answer in the making: about whom, and how its evidence is numbered.
pub(super) struct Parts<'p> {
    whole: &'p ProviderPicture<'p>,
    site: Option<&'p Site>,
    subject: &'p Subject,
    pub(super) numbers: Numbers,
}

impl<'p> Parts<'p> {
    pub(super) fn new(
        whole: &'p ProviderPicture<'p>,
        site: Option<&'p Site>,
        subject: &'p Subject,
    ) -> Self {
        Self { whole, site, subject, numbers: Numbers::new(whole, site, subject) }
    }
}

impl SitePicture<'_> {
    /// Everything that is public about the clinic.
    #[must_use]
    pub fn detail(&self) -> ClinicDetail {
        let whole = self.whole;
        let provider = &whole.provider;
        let profile = self.site.profile.clone();
        let address = &self.site.profile.address;
        let time_zone = self
            .position()
            .zip(address.state)
            .and_then(|(position, state)| whole.easel.gazetteer.time_zone(position.point(), state));
        let parts = Parts::new(whole, Some(self.site), self.subject);
        let (findings, to_supervised) = parts.decided();
        ClinicDetail {
            item: self.item(),
            aliases: provider.profile.aliases.clone(),
            description: provider.profile.description.clone(),
            hours: profile.hours,
            time_zone: time_zone.map(|zone| zone.name().to_owned()),
            wait_days: profile.wait_days,
            referral_required: profile.referral_required,
            accessibility: profile.accessibility,
            minimum_age: profile.minimum_age,
            maximum_age: profile.maximum_age,
            first_line: profile.first_line,
            integration_detail: profile.integration,
            follow_up: profile.follow_up,
            course: profile.course,
            facts: parts.facts(),
            prices: parts
                .prices(&self.site.prices, true)
                .chain(parts.prices(&provider.prices, false))
                .collect(),
            course_cost_detail: self.offer().own(),
            payment_details: standing(&provider.payments).cloned().collect(),
            coverage_details: standing(&provider.coverage).cloned().collect(),
            price_guarantee: provider.profile.price_guarantee.clone(),
            credential_details: super::credentials::views(
                self.site,
                provider,
                whole.easel.as_of,
                &parts.numbers,
            ),
            findings,
            flags: whole.flags_about(self.site.id),
            to_supervised,
            evidence: parts.numbers.pieces(provider),
        }
    }
}

impl ProviderPicture<'_> {
    /// Everything that is public about the provider.
    #[must_use]
    pub fn detail(&self) -> ProviderDetail {
        let provider = &self.provider;
        let parts = Parts::new(self, None, &self.subjects.own);
        let (findings, to_supervised) = parts.decided();
        ProviderDetail {
            item: self.item(),
            description: provider.profile.description.clone(),
            facts: parts.facts(),
            prices: parts.prices(&provider.prices, false).collect(),
            payments: standing(&provider.payments).cloned().collect(),
            coverage: standing(&provider.coverage).cloned().collect(),
            price_guarantee: provider.profile.price_guarantee.clone(),
            findings,
            to_supervised,
            evidence: parts.numbers.pieces(provider),
        }
    }
}

impl Parts<'_> {
    /// Findings and open questions of the public view.
    fn decided(&self) -> (Vec<FindingAnswer>, Vec<StepAnswer>) {
        let rulebook = self.whole.easel.rulebook;
        let view = &self.subject.public;
        let findings = rulebook
            .findings(&view.compact, &view.basis, Which::Reported)
            .iter()
            .map(|finding| {
                let resolved = Some(&view.facts);
                FindingAnswer::new(rulebook, finding, &view.compact, resolved, view.basis.as_of)
            })
            .map(|mut finding| {
                for fact in &mut finding.facts {
                    fact.evidence_id = fact.evidence_id.and_then(|n| self.evidence_of(n));
                }
                finding.provider_reply = self.reply(&finding.rule);
                finding
            })
            .collect();
        (findings, StepAnswer::list(rulebook, &view.compact, &view.basis))
    }

    /// The provider's reply to a published flag under a rule.
    fn reply(&self, rule: &str) -> Option<String> {
        let flags = match self.site {
            Some(site) => self.whole.flags_about(site.id),
            None => self.whole.flags(),
        };
        let on_display = |flag: &FlagView| flag.rule == rule && !flag.history;
        flags.into_iter().find(on_display)?.reply
    }

    /// The public statements of this answer.
    fn statements(&self) -> impl Iterator<Item = &Kept<Statement>> {
        public_statements(self.whole, self.site, self.subject)
    }

    /// The number of the strongest evidence of a statement.
    fn evidence_of(&self, n: u32) -> Option<u32> {
        let statement = self.statements().find(|kept| kept.n == n)?;
        self.numbers.strongest(&self.whole.provider, &statement.item.evidence)
    }

    pub(super) fn facts(&self) -> Vec<FactView> {
        let provider = &self.whole.provider;
        let vocabulary = self.whole.easel.rulebook.vocabulary();
        let statements: Vec<&Kept<Statement>> = self.statements().collect();
        let stated = |n: &u32| statements.iter().find(|kept| kept.n == *n).copied();
        let claimed = |n: &u32| {
            let statement = &stated(n)?.item;
            let cited = &statement.evidence;
            Some(Claimed {
                value: statement.value.clone()?,
                tier: provider.strongest_tier(cited),
                observed_on: statement.observed_on.or_else(|| provider.newest_capture(cited)),
                evidence: self.numbers.of(cited),
            })
        };
        vocabulary
            .facts()
            .iter()
            .zip(self.subject.facts().iter())
            .map(|(spec, resolved)| FactView {
                name: spec.name.clone(),
                label: spec.label.text(Lang::En).to_owned(),
                value: resolved.state.known().map(|value| spec.written(value)),
                reason: unknown(resolved.state),
                tier: resolved.tier,
                observed_on: resolved.observed_on,
                valid_until: resolved.valid_until,
                verified_on: resolved
                    .n
                    .and_then(|n| provider.verified(n))
                    .map(|done| done.on)
                    .filter(|day| *day <= self.whole.easel.as_of),
                evidence: resolved
                    .n
                    .iter()
                    .chain(&resolved.with)
                    .filter_map(stated)
                    .flat_map(|kept| self.numbers.of(&kept.item.evidence))
                    .collect(),
                disputed: resolved.disputed_by.is_some(),
                claims: resolved.claims.iter().filter_map(claimed).collect(),
            })
            .collect()
    }

    pub(super) fn prices(
        &self,
        prices: &[Kept<Price>],
        of_site: bool,
    ) -> impl Iterator<Item = PriceView> {
        let provider = &self.whole.provider;
        standing(prices).map(move |price| PriceView {
            of_site,
            kind: price.kind,
            route: price.route,
            product: price.product,
            amount_cents: price.amount_cents,
            amount_max_cents: price.amount_max_cents,
            basis: price.basis,
            sessions_included: price.sessions_included,
            conditions: price.conditions.clone(),
            observed_on: price.observed_on.or_else(|| provider.newest_capture(&price.evidence)),
            valid_to: price.valid_to,
            evidence: self.numbers.of(&price.evidence),
        })
    }
}

/// Why a fact is not known.
const fn unknown(state: FactState) -> Option<UnknownReason> {
    match state {
        FactState::Known(_) => None,
        FactState::Unknown(reason) => Some(reason),
    }
}
