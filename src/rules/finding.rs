//! What an evaluation has to say about each rule: the trace behind its outcome.

use chrono::NaiveDate;

use crate::domain::Severity;

use super::{
    evaluate::{Basis, Evaluation, confirmed_through},
    expr::{Clause, Condition},
    rule::{Outcome, Rule},
    rulebook::Rulebook,
    tri::Tri,
    value::Facts,
    vocabulary::FactId,
};

/// Which rules are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Triggered and undetermined ones.
    Reported,
    /// Every rule, whatever became of it.
    All,
}

/// Which half of a rule a clause stands in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The guard.
    AppliesTo,
    /// The condition.
    Condition,
}

/// A clause that decided, and what it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided<'a> {
    /// Where it stands.
    pub part: Part,
    /// Its text.
    pub clause: &'a str,
    /// What it came to.
    pub result: Tri,
}

/// A rule's outcome with the clauses and facts that led to it.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// What became of it.
    pub outcome: Outcome,
    /// Undetermined in a way that stands in the way of a supervised label.
    pub blocks: bool,
    /// The law is not confirmed for the date, and that matters.
    pub law_unconfirmed: bool,
    /// The date through which the law counts as confirmed here.
    pub confirmed_through: Option<NaiveDate>,
    /// The known facts that the outcome rests on, in the vocabulary's order.
    pub facts: Vec<FactId>,
    /// The unknown facts without which the rule stays undetermined, in the vocabulary's order.
    pub missing: Vec<FactId>,
    /// The clauses that decided, guard first.
    pub decided: Vec<Decided<'a>>,
}

impl Rulebook {
    /// The trace of every rule that is asked for: triggered ones first, then undetermined ones
    /// that block, then the other undetermined ones, then the rest; within each the worst first,
    /// then by id.
    #[must_use]
    pub fn findings<'a>(&'a self, facts: &Facts, basis: &Basis, which: Which) -> Vec<Finding<'a>> {
        let all = self.rules().iter().enumerate();
        let traced = all.filter_map(|(at, rule)| self.finding(at, rule, facts, basis, which));
        let mut findings: Vec<Finding<'a>> = traced.collect();
        findings.sort_by_key(|finding| (order(finding), severity(finding.rule.severity)));
        findings
    }

    /// The trace of the first `most` rules that [`Self::findings`] reports, and how many it
    /// reports in all. Only those that are shown are traced, since a directory of many listings
    /// shows a few of each.
    #[must_use]
    pub fn worst_findings<'a>(
        &'a self,
        evaluation: &Evaluation,
        facts: &Facts,
        basis: &Basis,
        most: usize,
    ) -> (Vec<Finding<'a>>, usize) {
        let rank = |at: usize| {
            let sets = [evaluation.triggered, evaluation.blocking, evaluation.undetermined];
            sets.iter().position(|set| set.has(at))
        };
        let all = self.rules().iter().enumerate();
        let mut reported: Vec<_> = all
            .filter_map(|(at, rule)| Some((rank(at)?, severity(rule.severity), at, rule)))
            .collect();
        reported.sort_unstable_by_key(|(rank, severity, at, _)| (*rank, *severity, *at));
        let worst = reported.iter().take(most);
        let traced = worst
            .filter_map(|(.., at, rule)| self.finding(*at, rule, facts, basis, Which::Reported))
            .collect();
        (traced, reported.len())
    }

    fn finding<'a>(
        &self,
        at: usize,
        rule: &'a Rule,
        facts: &Facts,
        basis: &Basis,
        which: Which,
    ) -> Option<Finding<'a>> {
        let verdict = self.verdict(at, rule, facts, basis);
        let reported = matches!(verdict.outcome, Outcome::Triggered | Outcome::Undetermined);
        if which == Which::Reported && !reported {
            return None;
        }
        let undecided = basis.undecided.has(at) && verdict.outcome == Outcome::Undetermined;
        let mut finding = Finding {
            rule,
            outcome: verdict.outcome,
            blocks: undecided || rule.blocks(verdict),
            law_unconfirmed: verdict.law_unconfirmed,
            confirmed_through: confirmed_through(at, rule, basis),
            facts: Vec::new(),
            missing: Vec::new(),
            decided: Vec::new(),
        };
        if verdict.outcome != Outcome::NotInForce {
            finding.trace(facts);
        }
        Some(finding)
    }
}

impl<'a> Finding<'a> {
    /// The facts that an undetermined rule is said to wait for: those that are missing, or,
    /// where a person has yet to decide, those that it would rest on. None for any other
    /// outcome, nor where the law alone is in doubt.
    #[must_use]
    pub fn unverified(&self) -> &[FactId] {
        match (self.outcome, self.missing.is_empty()) {
            (Outcome::Undetermined, false) => &self.missing,
            (Outcome::Undetermined, true) if !self.law_unconfirmed => &self.facts,
            _ => &[],
        }
    }

    /// Fills in clauses and facts. Which half of the rule decided depends on the outcome: a
    /// false guard or a false condition decides alone, a finding needs both, and an undetermined
    /// rule is held up by every half that is unknown.
    fn trace(&mut self, facts: &Facts) {
        let guard = self.rule.applies_to.eval(facts);
        let condition = self.rule.condition.eval(facts);
        let (by_guard, by_condition) = match self.outcome {
            Outcome::NotInForce => (false, false),
            Outcome::NotApplicable => (true, false),
            Outcome::Clear => (false, true),
            Outcome::Triggered | Outcome::PreviewWouldTrigger => (true, true),
            Outcome::PreviewNone => (guard != Tri::True, guard != Tri::False),
            Outcome::Undetermined => (guard == Tri::Unknown, condition == Tri::Unknown),
        };
        let rule = self.rule;
        let halves = [
            (Part::AppliesTo, &rule.applies_to, by_guard),
            (Part::Condition, &rule.condition, by_condition),
        ];
        for (part, half, decides) in halves {
            for clause in half.deciding(facts) {
                if decides {
                    let (clause, result) = (half.text(clause), clause.eval(facts));
                    self.decided.push(Decided { part, clause, result });
                }
                // What an undetermined rule is known to rest on is shown beside what is missing.
                if decides || self.outcome == Outcome::Undetermined {
                    self.cite(clause, facts);
                }
            }
            if self.outcome == Outcome::Undetermined {
                for clause in holding(half, facts) {
                    self.cite(clause, facts);
                }
            }
        }
        for list in [&mut self.facts, &mut self.missing] {
            list.sort_unstable();
            list.dedup();
        }
    }

    /// Lists a clause's fact as known or, where an undetermined rule waits for it, as missing. An
    /// open set is known in part, and what it does not say is missing.
    fn cite(&mut self, clause: &Clause, facts: &Facts) {
        let Some(fact) = clause.fact() else { return };
        match clause.eval(facts) {
            Tri::Unknown if self.outcome == Outcome::Undetermined => self.missing.push(fact),
            Tri::Unknown => {}
            Tri::True | Tri::False => self.facts.push(fact),
        }
    }
}

/// The clauses of an unknown half that hold: what speaks for the rule already.
fn holding<'a>(half: &'a Condition, facts: &Facts) -> Vec<&'a Clause> {
    let mut clauses = half.clauses();
    clauses.retain(|clause| clause.eval(facts) == Tri::True);
    clauses
}

fn order(finding: &Finding<'_>) -> u8 {
    match (finding.outcome, finding.blocks) {
        (Outcome::Triggered, _) => 0,
        (Outcome::Undetermined, true) => 1,
        (Outcome::Undetermined, false) => 2,
        (Outcome::PreviewWouldTrigger, _) => 3,
        (Outcome::Clear, _) => 4,
        (Outcome::NotApplicable, _) => 5,
        (Outcome::PreviewNone, _) => 6,
        (Outcome::NotInForce, _) => 7,
    }
}

fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 0,
        Severity::Major => 1,
        Severity::Minor => 2,
        Severity::Info => 3,
    }
}
