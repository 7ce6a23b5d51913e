//! The parts of a detail answer: facts, prices, evidence, flags, all from the public view.

use std::collections::BTreeSet;

use super::{ProviderPicture, SitePicture, Subject};
use crate::{
    app::answer::{
        Claimed, ClinicDetail, EvidenceView, FactView, FlagView, PriceView, ProviderDetail,
    },
    domain::{
        FlagState, UnknownReason,
        offer::Price,
        provider::{Kept, Provider, Site, Statement, standing},
    },
    rules::{
        FactState, Lang, Which,
        wire::{FindingAnswer, StepAnswer},
    },
};

/// The standing statements about a provider, and one of its sites, that are public.
pub(super) fn public_statements<'p>(
    whole: &'p ProviderPicture<'_>,
    site: Option<&'p Site>,
    subject: &'p Subject,
) -> impl Iterator<Item = &'p Kept<Statement>> {
    let vocabulary = whole.easel.rulebook.vocabulary();
    let of_site = site.map_or([].as_slice(), |site| site.facts.as_slice());
    whole.provider.facts.iter().chain(of_site).filter(move |kept| {
        let withheld =
            vocabulary.id(&kept.item.name).is_some_and(|id| subject.public.withheld.contains(&id));
        kept.stands() && !withheld
    })
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
        let (findings, to_supervised) = decided(whole, self.subject);
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
            facts: facts(whole, Some(self.site), self.subject),
            prices: prices(provider, &self.site.prices, true)
                .chain(prices(provider, &provider.prices, false))
                .collect(),
            course_cost_detail: self.offer().own(),
            payment_details: standing(&provider.payments).cloned().collect(),
            coverage_details: standing(&provider.coverage).cloned().collect(),
            price_guarantee: provider.profile.price_guarantee.clone(),
            credential_details: super::credentials::views(self.site, provider, whole.easel.as_of),
            findings,
            flags: whole.flags(),
            to_supervised,
            evidence: evidence(whole, Some(self.site), self.subject),
        }
    }
}

impl ProviderPicture<'_> {
    /// Everything that is public about the provider.
    #[must_use]
    pub fn detail(&self) -> ProviderDetail {
        let provider = &self.provider;
        let own = self.own();
        let (findings, to_supervised) = decided(self, own);
        ProviderDetail {
            item: self.item(),
            description: provider.profile.description.clone(),
            facts: facts(self, None, own),
            prices: prices(provider, &provider.prices, false).collect(),
            payments: standing(&provider.payments).cloned().collect(),
            coverage: standing(&provider.coverage).cloned().collect(),
            price_guarantee: provider.profile.price_guarantee.clone(),
            findings,
            to_supervised,
            evidence: evidence(self, None, own),
        }
    }

    /// The flags that are, or once were, on display.
    pub(super) fn flags(&self) -> Vec<FlagView> {
        standing(&self.provider.flags)
            .filter(|flag| match flag.state {
                FlagState::Published | FlagState::Appealed | FlagState::DisplaySuspended => true,
                FlagState::Cleared | FlagState::Expired => flag.published_on.is_some(),
                FlagState::Proposed
                | FlagState::Notified
                | FlagState::Answered
                | FlagState::Dismissed => false,
            })
            .map(|flag| FlagView {
                rule: flag.rule.clone(),
                state: flag.state,
                notified_on: flag.notified_on,
                published_on: flag.published_on,
                closed_on: flag.closed_on,
                reply: flag.reply.clone(),
            })
            .collect()
    }
}

impl ProviderPicture<'_> {
    /// The provider's reply to a published flag under a rule.
    fn reply(&self, rule: &str) -> Option<String> {
        self.flags().into_iter().find(|flag| flag.rule == rule)?.reply
    }
}

/// Findings and open questions of the public view.
fn decided(
    whole: &ProviderPicture<'_>,
    subject: &Subject,
) -> (Vec<FindingAnswer>, Vec<StepAnswer>) {
    let rulebook = whole.easel.rulebook;
    let view = &subject.public;
    let findings = rulebook
        .findings(&view.compact, &view.basis, Which::Reported)
        .iter()
        .map(|finding| {
            let resolved = Some(&view.facts);
            FindingAnswer::new(rulebook, finding, &view.compact, resolved, view.basis.as_of)
        })
        .map(|finding| FindingAnswer { provider_reply: whole.reply(&finding.rule), ..finding })
        .collect();
    (findings, StepAnswer::list(rulebook, &view.compact, &view.basis))
}

fn facts(whole: &ProviderPicture<'_>, site: Option<&Site>, subject: &Subject) -> Vec<FactView> {
    let vocabulary = whole.easel.rulebook.vocabulary();
    let statements: Vec<&Kept<Statement>> = public_statements(whole, site, subject).collect();
    let stated = |n: u32| statements.iter().find(|kept| kept.n == n).copied();
    let evidence = |n: &u32| stated(*n).map(|kept| kept.item.evidence.clone()).unwrap_or_default();
    vocabulary
        .facts()
        .iter()
        .zip(subject.facts().iter())
        .map(|(spec, resolved)| FactView {
            name: spec.name.clone(),
            label: spec.label.text(Lang::En).to_owned(),
            value: resolved.state.known().map(|value| spec.written(value)),
            reason: unknown(resolved.state),
            tier: resolved.tier,
            observed_on: resolved.observed_on,
            valid_until: resolved.valid_until,
            evidence: resolved.n.iter().chain(&resolved.with).flat_map(evidence).collect(),
            disputed: resolved.disputed_by.is_some(),
            claims: resolved
                .claims
                .iter()
                .filter_map(|n| stated(*n))
                .filter_map(|kept| {
                    Some(Claimed {
                        value: kept.item.value.clone()?,
                        tier: whole.provider.strongest_tier(&kept.item.evidence),
                        observed_on: kept
                            .item
                            .observed_on
                            .or_else(|| whole.provider.newest_capture(&kept.item.evidence)),
                        evidence: kept.item.evidence.clone(),
                    })
                })
                .collect(),
        })
        .collect()
}

fn prices<'p>(
    provider: &'p Provider,
    prices: &'p [Kept<Price>],
    of_site: bool,
) -> impl Iterator<Item = PriceView> + 'p {
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
        evidence: price.evidence.clone(),
    })
}

/// The evidence that something public names. What only withheld statements name is withheld.
fn evidence(
    whole: &ProviderPicture<'_>,
    site: Option<&Site>,
    subject: &Subject,
) -> Vec<EvidenceView> {
    let provider = &whole.provider;
    let statements = public_statements(whole, site, subject).flat_map(|k| &k.item.evidence);
    let site_prices = site.map_or([].as_slice(), |site| site.prices.as_slice());
    let credentials = site.map_or([].as_slice(), |site| site.credentials.as_slice());
    let named: BTreeSet<u32> = statements
        .chain(standing(site_prices).flat_map(|price| &price.evidence))
        .chain(standing(&provider.prices).flat_map(|price| &price.evidence))
        .chain(standing(credentials).flat_map(|credential| &credential.evidence))
        .copied()
        .collect();
    named
        .into_iter()
        .filter_map(|n| Some((n, &provider.evidence.get(usize::try_from(n).ok()?)?.item)))
        .map(|(n, evidence)| EvidenceView {
            n,
            tier: evidence.tier,
            kind: evidence.kind,
            url: evidence.url.clone(),
            captured_on: evidence.captured_on,
            sha256: evidence.sha256.clone(),
            excerpt: evidence.excerpt.clone(),
            note: evidence.note.clone(),
        })
        .collect()
}

/// Why a fact is not known.
const fn unknown(state: FactState) -> Option<UnknownReason> {
    match state {
        FactState::Known(_) => None,
        FactState::Unknown(reason) => Some(reason),
    }
}
