//! What the public may see while a flag waits for a person's decision.
//!
//! A critical finding that nobody has published counts as an undetermined rule that blocks, and
//! the adverse statements that it rests on read as unknown, so that a proposed finding and an
//! unknown fact look alike. Everything public is computed from this view: counts, lists, changes,
//! the log and ETags.

use chrono::NaiveDate;

use crate::domain::{Severity, UnknownReason};

use super::{
    evaluate::{Basis, Evaluation},
    expr::Condition,
    rule::Rule,
    rulebook::Rulebook,
    statements::Resolved,
    subject::ResolvedFacts,
    value::{FactState, Facts},
    vocabulary::FactId,
};

/// Facts that say where doses are taken; they are always public. Source: the rulebook.
const ALWAYS_PUBLIC: [&str; 3] = ["takehome.offered", "site.dosing_on_site", "telehealth.used"];

/// The public's picture of one provider or site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicView {
    /// The facts as the public sees them.
    pub facts: ResolvedFacts,
    /// The same in compact form.
    pub compact: Facts,
    /// What to evaluate them on, for findings and questions.
    pub basis: Basis,
    /// The result of that.
    pub evaluation: Evaluation,
    /// The facts that were withheld. For the people who decide; never for the public.
    pub withheld: Vec<FactId>,
}

impl Rulebook {
    /// The public view on a day. `published` names the rules whose flag on this provider or site
    /// a person has published (published or under appeal).
    #[must_use]
    pub fn public_view(
        &self,
        facts: &ResolvedFacts,
        published: &[impl AsRef<str>],
        as_of: NaiveDate,
    ) -> PublicView {
        let mut basis = Basis::on(as_of);
        let mut compact = facts.facts();
        let mut withheld = Vec::new();
        let shown: Vec<&str> = published.iter().map(AsRef::as_ref).collect();
        let open = self.always_public(&compact, &basis, &shown);
        let evaluation = loop {
            let evaluation = self.evaluate(&compact, &basis);
            let unpublished = self.rules().iter().enumerate().find(|(at, rule)| {
                evaluation.triggered.has(*at)
                    && rule.severity == Severity::Critical
                    && !shown.contains(&rule.id.as_str())
            });
            let Some((at, rule)) = unpublished else { break evaluation };
            let rests_on = self.withholdable(rule, &compact, &open);
            if rests_on.is_empty() {
                // Everything that it rests on is public anyway; only the decision is not.
                basis.undecided.insert(at);
            }
            for fact in rests_on {
                compact.set(fact, FactState::Unknown(UnknownReason::NeverAsked));
                withheld.push(fact);
            }
        };
        withheld.sort_unstable();
        let mut public = facts.clone();
        for fact in &withheld {
            public.set(*fact, Resolved::unknown(UnknownReason::NeverAsked));
        }
        PublicView { facts: public, compact, basis, evaluation, withheld }
    }

    /// The same while published findings whose evidence has expired wait to be rechecked: their
    /// rules block as long as they are undetermined, whatever else they would do.
    #[must_use]
    pub fn awaiting_recheck(&self, view: PublicView, rules: &[impl AsRef<str>]) -> PublicView {
        let waiting = rules.iter().filter_map(|id| self.rule(id.as_ref()));
        let mut basis = view.basis.clone();
        for (at, _) in waiting.filter(|(at, _)| !view.evaluation.triggered.has(*at)) {
            basis.undecided.insert(at);
        }
        if basis == view.basis {
            return view;
        }
        let evaluation = self.evaluate(&view.compact, &basis);
        PublicView { basis, evaluation, ..view }
    }

    /// What is never withheld: where doses are taken, and what a published flag rests on.
    fn always_public(&self, facts: &Facts, basis: &Basis, published: &[&str]) -> Vec<FactId> {
        let named = ALWAYS_PUBLIC.iter().filter_map(|name| self.vocabulary().id(name));
        let mut open: Vec<FactId> = named.collect();
        if published.is_empty() {
            return open;
        }
        let triggered = self.evaluate(facts, basis).triggered;
        let flagged = published.iter().filter_map(|id| self.rule(id));
        for (_, rule) in flagged.filter(|(at, _)| triggered.has(*at)) {
            open.extend(resting(&rule.applies_to, facts));
            open.extend(resting(&rule.condition, facts));
        }
        open
    }

    /// The facts to withhold for a finding: those of its condition that are adverse; where there
    /// is none, such as a number of minutes, all of its condition; where those are public, the
    /// guard's.
    fn withholdable(&self, rule: &Rule, facts: &Facts, open: &[FactId]) -> Vec<FactId> {
        let hidden = |half| -> Vec<FactId> {
            let mut facts = resting(half, facts);
            facts.retain(|fact| !open.contains(fact));
            facts
        };
        let condition = hidden(&rule.condition);
        let adverse: Vec<FactId> = condition
            .iter()
            .copied()
            .filter(|id| {
                let spec = self.vocabulary().get(*id);
                spec.zip(facts.get(*id).known()).is_some_and(|(spec, v)| spec.is_adverse(v))
            })
            .collect();
        [adverse, condition, hidden(&rule.applies_to)]
            .into_iter()
            .find(|facts| !facts.is_empty())
            .unwrap_or_default()
    }
}

/// The facts that decide a half of a rule, each once.
fn resting(half: &Condition, facts: &Facts) -> Vec<FactId> {
    let mut resting: Vec<FactId> =
        half.deciding(facts).into_iter().filter_map(|clause| clause.fact()).collect();
    resting.sort_unstable();
    resting.dedup();
    resting
}
