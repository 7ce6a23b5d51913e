//! The facts of one provider or one of its sites on a day.

use chrono::{Days, NaiveDate};

use crate::domain::{
    UnknownReason, UsState,
    provider::{Kept, Provider, Site, Statement},
};

use super::{
    rulebook::Rulebook,
    statements::{About, Claim, Resolved},
    value::{FactState, Facts, Value},
    vocabulary::FactId,
};

/// Every fact of the vocabulary after resolution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedFacts(Vec<Resolved>);

impl ResolvedFacts {
    /// One fact; `None` only for an id of another vocabulary.
    #[must_use]
    pub fn get(&self, id: FactId) -> Option<&Resolved> {
        self.0.get(id.index())
    }

    /// Puts another resolution in a fact's place.
    pub fn set(&mut self, id: FactId, resolved: Resolved) {
        if let Some(slot) = self.0.get_mut(id.index()) {
            *slot = resolved;
        }
    }

    /// Every fact, in the vocabulary's order.
    pub fn iter(&self) -> impl Iterator<Item = &Resolved> {
        self.0.iter()
    }

    /// The compact form that the rules read.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.0.iter().map(|resolved| resolved.state).collect()
    }
}

impl Rulebook {
    /// Resolves statements, each with its fact, on a day. `state` is the state of the site's
    /// address, from which `site.state` is read; statements about that fact do not count.
    #[must_use]
    pub fn resolve(
        &self,
        claims: &[(FactId, Claim)],
        state: Option<UsState>,
        as_of: NaiveDate,
    ) -> ResolvedFacts {
        let mut sorted: Vec<&(FactId, Claim)> = claims.iter().collect();
        sorted.sort_by_key(|(fact, claim)| (*fact, claim.n));
        let mut rest = sorted.as_slice();
        let mut of_fact: Vec<Claim> = Vec::new();
        let mut resolved = Vec::with_capacity(self.vocabulary().facts().len());
        for spec in self.vocabulary().facts() {
            of_fact.clear();
            while let Some((&&(fact, claim), others)) = rest.split_first()
                && fact <= spec.id
            {
                of_fact.push(claim);
                rest = others;
            }
            resolved.push(if spec.id == self.core().state {
                let code = state.and_then(|state| spec.kind.code(state.as_str()));
                code.map_or(Resolved::unknown(UnknownReason::NeverAsked), |code| {
                    Resolved::given(Value::Code(code))
                })
            } else if of_fact.is_empty() {
                Resolved::unknown(UnknownReason::NeverAsked)
            } else {
                spec.resolve(&of_fact, as_of)
            });
        }
        ResolvedFacts(resolved)
    }

    /// The facts of a provider, or of one of its sites, on a day.
    #[must_use]
    pub fn facts_of(
        &self,
        provider: &Provider,
        site: Option<&Site>,
        as_of: NaiveDate,
    ) -> ResolvedFacts {
        let of_site = site.map_or([].as_slice(), |site| site.facts.as_slice());
        let claims: Vec<(FactId, Claim)> = provider
            .facts
            .iter()
            .map(|kept| (About::Provider, kept))
            .chain(of_site.iter().map(|kept| (About::Site, kept)))
            .filter_map(|(about, kept)| self.claim(provider, about, kept))
            .collect();
        let state = site.and_then(|site| site.profile.address.state);
        self.resolve(&claims, state, as_of)
    }

    /// The days from which on something that the rules read of a provider and its sites may
    /// differ from the day before: statements begin to count or count no more, laws begin, end or
    /// are no longer confirmed.
    pub fn turning_days<'a>(
        &'a self,
        provider: &'a Provider,
    ) -> impl Iterator<Item = NaiveDate> + 'a {
        let laws = self.rules().iter().filter_map(|rule| rule.law);
        let of_laws = laws.flat_map(|law| {
            let last_days = [law.effective_to, law.confirmed_through];
            law.effective_from.into_iter().chain(last_days.into_iter().filter_map(after))
        });
        let statements = provider.sites.iter().flat_map(|site| &site.facts).chain(&provider.facts);
        let of_statements = statements.flat_map(|kept| {
            let said = &kept.item;
            let seen = said.observed_on.or_else(|| provider.newest_capture(&said.evidence));
            let aged = self
                .vocabulary()
                .named(&said.name)
                .and_then(|spec| seen?.checked_add_days(Days::new(spec.max_age_days.into())));
            let last_days = [said.valid_until, aged];
            seen.into_iter().chain(last_days.into_iter().filter_map(after))
        });
        of_laws.chain(of_statements)
    }

    /// A stored statement in compact form. `None` where it fits the vocabulary no longer: such
    /// a statement cannot have been recorded under this rulebook, and states nothing in it.
    #[must_use]
    pub fn claim(
        &self,
        provider: &Provider,
        about: About,
        kept: &Kept<Statement>,
    ) -> Option<(FactId, Claim)> {
        let statement = &kept.item;
        let spec = self.vocabulary().named(&statement.name)?;
        let value = match &statement.value {
            Some(value) => Some(spec.value(value).ok()?),
            None => None,
        };
        let evidence = &statement.evidence;
        Some((
            spec.id,
            Claim {
                n: kept.n,
                about,
                value,
                reason: statement.reason,
                tier: provider.strongest_tier(evidence),
                observed_on: statement.observed_on.or_else(|| provider.newest_capture(evidence)),
                valid_until: statement.valid_until,
                withdrawn: !kept.stands(),
            },
        ))
    }

    /// The facts that a form answered with "not applicable" although a rule whose guard is true
    /// needs them: each is a task for whoever keeps the data.
    #[must_use]
    pub fn doubtful_not_applicable(&self, facts: &Facts, as_of: NaiveDate) -> Vec<FactId> {
        let basis = super::Basis::on(as_of);
        let findings = self.findings(facts, &basis, super::Which::All);
        let mut doubtful: Vec<FactId> = findings
            .iter()
            .filter(|finding| finding.rule.applies_to.eval(facts) == super::Tri::True)
            .flat_map(|finding| finding.missing.iter().copied())
            .filter(|id| facts.get(*id) == FactState::Unknown(UnknownReason::NotApplicable))
            .collect();
        doubtful.sort_unstable();
        doubtful.dedup();
        doubtful
    }
}

/// The day after a last day.
fn after(last: Option<NaiveDate>) -> Option<NaiveDate> {
    last?.succ_opt()
}
