//! What still stands between a listing and a supervised label, as questions in plain words.

use crate::domain::{SafetyStatus, Severity, UnknownReason};

use super::{
    evaluate::{Basis, Setting},
    finding::{Finding, Which},
    rule::{Outcome, Rule},
    rulebook::Rulebook,
    tri::Tri,
    value::{FactState, Facts, SetValue, Value, bit},
    vocabulary::{FactId, FactSpec, Kind},
};

/// One thing that stands in the way.
#[derive(Debug, Clone)]
pub enum Step<'a> {
    /// A fact to find out.
    Ask {
        /// The fact.
        fact: &'a FactSpec,
        /// Why it is not known.
        reason: UnknownReason,
        /// The rules that wait for it, by id; none where the status itself asks.
        rules: Vec<&'a str>,
    },
    /// A known fact that no supervised label allows, with no rule that says so.
    Change {
        /// The fact.
        fact: &'a FactSpec,
    },
    /// A finding to clear.
    Clear {
        /// Its rule.
        rule: &'a Rule,
    },
    /// A law that a curator has to confirm.
    Confirm {
        /// Its rule.
        rule: &'a Rule,
    },
}

impl Rulebook {
    /// The steps to a supervised label: findings to clear, facts to change, laws to confirm, and
    /// the questions whose good answers are enough. No question can be left out of the list, and
    /// none is asked that a better answer to another makes idle: a clinic that sends nothing home
    /// is not asked who watches the dose there. Empty where the label is earned, and where the
    /// listing offers neither ketamine nor esketamine.
    #[must_use]
    pub fn to_supervised(&self, facts: &Facts, basis: &Basis) -> Vec<Step<'_>> {
        let status = self.evaluate(facts, basis).status;
        if matches!(
            status,
            SafetyStatus::SupervisedInPerson
                | SafetyStatus::SupervisedHybrid
                | SafetyStatus::OutOfScope
        ) {
            return Vec::new();
        }
        let findings = self.findings(facts, basis, Which::Reported);
        let mut steps: Vec<Step<'_>> = Vec::new();
        let serious = |rule: &Rule| matches!(rule.severity, Severity::Critical | Severity::Major);
        steps.extend(
            findings
                .iter()
                .filter(|f| f.outcome == Outcome::Triggered && serious(f.rule))
                .map(|f| Step::Clear { rule: f.rule }),
        );
        steps.extend(self.to_change(facts, &steps).map(|fact| Step::Change { fact }));
        steps.extend(
            findings
                .iter()
                .filter(|f| f.blocks && f.law_unconfirmed && f.missing.is_empty())
                .map(|f| Step::Confirm { rule: f.rule }),
        );
        let asked = self.questions(facts, basis, &findings);
        steps.extend(asked.into_iter().filter_map(|id| {
            let reason = facts.get(id).gap();
            let waits = |f: &&Finding<'_>| f.blocks && f.missing.contains(&id);
            let mut rules: Vec<&str> =
                findings.iter().filter(waits).map(|f| f.rule.id.as_str()).collect();
            rules.sort_unstable();
            Some(Step::Ask { fact: self.vocabulary().get(id)?, reason, rules })
        }));
        steps
    }

    /// The known facts that the status itself stumbles over, unless a finding names them.
    fn to_change<'a>(
        &'a self,
        facts: &Facts,
        steps: &[Step<'a>],
    ) -> impl Iterator<Item = &'a FactSpec> + use<'a> {
        let core = self.core();
        let setting = Setting::read(core, facts);
        let bad = [
            (core.dosing_on_site, setting.dosing_on_site == Tri::False),
            (core.takehome_supervision, setting.takehome_in_order() == Tri::False),
            (core.mobile, setting.mobile == Tri::True),
        ];
        let named: Vec<FactId> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Clear { rule } => Some(rule.reads.iter().copied()),
                _ => None,
            })
            .flatten()
            .collect();
        let ids = bad.into_iter().filter(move |(id, bad)| *bad && !named.contains(id));
        ids.filter_map(|(id, _)| self.vocabulary().get(id))
    }

    /// The unknown facts to ask for: imagine a good answer to everything that might matter, then
    /// take back, last fact first, each answer that nothing waits for.
    fn questions(&self, facts: &Facts, basis: &Basis, findings: &[Finding<'_>]) -> Vec<FactId> {
        let core = self.core();
        let unknown = |id: FactId| facts.get(id).known().is_none();
        let of_status =
            [core.racemic, core.esketamine, core.dosing_on_site, core.takehome, core.mobile];
        let mut asked: Vec<FactId> = of_status.into_iter().filter(|id| unknown(*id)).collect();
        // A good answer may open a guard, so every fact of a rule that could block is looked at.
        let waiting = findings.iter().filter(|finding| finding.blocks);
        asked.extend(waiting.flat_map(|finding| finding.missing.iter().copied()));
        asked.sort_unstable();
        asked.dedup();

        let mut imagined = facts.clone();
        for id in &asked {
            if let Some(value) = self.good_answer(*id, facts) {
                imagined.set(*id, FactState::Known(value));
            }
        }
        // What opens by a good answer is asked in the same round.
        loop {
            let more: Vec<FactId> = self
                .findings(&imagined, basis, Which::Reported)
                .into_iter()
                .filter(|finding| finding.blocks)
                .flat_map(|finding| finding.missing)
                .filter(|id| !asked.contains(id))
                .collect();
            if more.is_empty() {
                break;
            }
            for id in more {
                if let (Some(value), false) = (self.good_answer(id, facts), asked.contains(&id)) {
                    imagined.set(id, FactState::Known(value));
                }
                asked.push(id);
            }
        }
        asked.sort_unstable();
        asked.dedup();

        let mut needed = Vec::new();
        for id in asked.into_iter().rev() {
            let answer = imagined.get(id);
            imagined.set(id, facts.get(id));
            if self.waits_for(id, &imagined, basis) {
                imagined.set(id, answer);
                needed.push(id);
            }
        }
        needed.reverse();
        needed
    }

    /// True when the status or a rule that blocks waits for a fact that is unknown here.
    fn waits_for(&self, id: FactId, facts: &Facts, basis: &Basis) -> bool {
        let core = self.core();
        let setting = Setting::read(core, facts);
        if [core.racemic, core.esketamine, core.dosing_on_site, core.mobile].contains(&id) {
            return true;
        }
        let of_takehome = [core.takehome, core.takehome_supervision].contains(&id);
        if of_takehome && setting.takehome_in_order() == Tri::Unknown {
            return true;
        }
        self.readers(id).any(|(at, rule)| {
            let verdict = self.verdict(at, rule, facts, basis);
            rule.blocks(verdict) && verdict.facts_missing
        })
    }

    /// The answer that serves a supervised label best. For what is offered it is ketamine, unless
    /// that is known to be absent; for any other fact the value under which the fewest conditions
    /// hold and the most fail.
    fn good_answer(&self, id: FactId, facts: &Facts) -> Option<Value> {
        let core = self.core();
        let setting = Setting::read(core, facts);
        if id == core.racemic {
            return Some(Value::Bool(setting.esketamine != Tri::True));
        }
        if id == core.esketamine {
            return Some(Value::Bool(setting.racemic == Tri::False));
        }
        if id == core.dosing_on_site {
            return Some(Value::Bool(true));
        }
        if let FactState::Known(Value::Set(open)) = facts.get(id) {
            return Some(Value::Set(SetValue { complete: true, ..open }));
        }
        let mut alone = self.no_facts();
        let spec = self.vocabulary().get(id)?;
        candidates(spec).into_iter().min_by_key(|value| {
            alone.set(id, FactState::Known(*value));
            let results = |wanted| {
                let rules = self.readers(id).map(|(_, rule)| rule);
                rules
                    .flat_map(|rule| rule.condition.clauses())
                    .filter(|clause| clause.fact() == Some(id) && clause.eval(&alone) == wanted)
                    .count()
            };
            let holds = self.readers(id).filter(|(_, r)| r.condition.eval(&alone) == Tri::True);
            let adverse = spec.is_adverse(*value);
            (holds.count(), adverse, results(Tri::True))
        })
    }
}

/// The values to choose from; of equal ones the first is taken.
fn candidates(spec: &FactSpec) -> Vec<Value> {
    match &spec.kind {
        Kind::Tri => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Int { min, max, .. } => vec![Value::Int(*max), Value::Int(*min)],
        Kind::Enum(codes) => (0_u8..).zip(codes).map(|(code, _)| Value::Code(code)).collect(),
        Kind::Set(codes) => {
            let every = (0_u8..).zip(codes).fold(0, |mask, (code, _)| mask | bit(code));
            let set = |members| Value::Set(SetValue { members, complete: true });
            vec![set(0), set(every)]
        }
    }
}
