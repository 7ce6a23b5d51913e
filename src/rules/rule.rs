//! One rule of the rulebook, checked, and its outcome on a day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::Severity;

use super::{expr::Condition, text::Plain, tri::Tri, value::Facts, vocabulary::FactId};

/// What an undetermined rule does to the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfUndetermined {
    /// No supervised label.
    Blocks,
    /// No supervised label when a fact is missing; only shown when all that is missing is the
    /// confirmation of the law.
    BlocksOnFacts,
    /// Shown as "not verified".
    Discloses,
}

/// Where a law stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LegalStatus {
    /// In force, within its dates.
    InForce,
    /// Passed, and in force from a later date.
    Scheduled,
    /// Not law; it never touches a status.
    Proposed,
}

/// Whether a rule is ours or follows a law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// Our own policy: always in force.
    Policy,
    /// A law: in force within its dates, and trusted as long as a curator confirmed it.
    Law,
}

/// The legal side of a law rule. Dates are civil dates, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// Where it stands.
    pub status: LegalStatus,
    /// Its first day; `None` = it has been in force as long as anyone asks.
    pub effective_from: Option<NaiveDate>,
    /// Its last day; `None` = no end is published.
    pub effective_to: Option<NaiveDate>,
    /// The last day for which a curator's check is accepted; `None` = never confirmed.
    pub confirmed_through: Option<NaiveDate>,
}

/// One rule. A version is immutable: any change is a new version.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Such as `KTS-001`.
    pub id: String,
    /// Its version, from 1.
    pub version: u32,
    /// How serious a finding is.
    pub severity: Severity,
    /// What it does while undetermined.
    pub if_undetermined: IfUndetermined,
    /// `US`, or `US-` and a state.
    pub jurisdiction: String,
    /// One line.
    pub title: String,
    /// The legal side; `None` = a policy rule.
    pub law: Option<Law>,
    /// The guard: whom the rule speaks of.
    pub applies_to: Condition,
    /// What triggers it.
    pub condition: Condition,
    /// What a finding says.
    pub message: String,
    /// The message in words of reading grade 8 or lower.
    pub plain: Plain,
    /// Why the rule exists.
    pub rationale: String,
    /// Keys of `citations.json`.
    pub citations: Vec<String>,
    /// What clears a finding.
    pub clears_when: String,
    /// The facts that guard and condition read, each once, in the vocabulary's order.
    pub reads: Vec<FactId>,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The date lies outside the rule's dates.
    NotInForce,
    /// Proposed law that the facts would break.
    PreviewWouldTrigger,
    /// Proposed law that the facts are not known to break.
    PreviewNone,
    /// The guard is false.
    NotApplicable,
    /// In force, guard and condition true: a finding.
    Triggered,
    /// The condition is false.
    Clear,
    /// Facts are missing, or the law is not confirmed for the date.
    Undetermined,
}

/// The outcome of a rule with what led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What became of the rule.
    pub outcome: Outcome,
    /// Undetermined, and the law is not confirmed for the date.
    pub law_unconfirmed: bool,
    /// Undetermined, and at least one fact is missing.
    pub facts_missing: bool,
}

impl Rule {
    /// Whether the rule is ours or follows a law.
    #[must_use]
    pub const fn kind(&self) -> RuleKind {
        if self.law.is_some() { RuleKind::Law } else { RuleKind::Policy }
    }

    /// The rulebook's table of outcomes, from its first line to its last. For a law rule
    /// `confirmed_through` is the date that counts, which may be an assumed one.
    #[must_use]
    pub fn verdict(
        &self,
        facts: &Facts,
        as_of: NaiveDate,
        confirmed_through: Option<NaiveDate>,
    ) -> Verdict {
        let settled = |outcome| Verdict { outcome, law_unconfirmed: false, facts_missing: false };
        let mut in_force = Tri::True;
        if let Some(law) = self.law {
            if law.effective_from.is_some_and(|from| as_of < from)
                || law.effective_to.is_some_and(|to| as_of > to)
            {
                return settled(Outcome::NotInForce);
            }
            if law.status == LegalStatus::Proposed {
                let would = self.applies_to.eval(facts).and(self.condition.eval(facts));
                return settled(match would {
                    Tri::True => Outcome::PreviewWouldTrigger,
                    Tri::False | Tri::Unknown => Outcome::PreviewNone,
                });
            }
            if confirmed_through.is_none_or(|through| as_of > through) {
                in_force = Tri::Unknown;
            }
        }
        let guard = self.applies_to.eval(facts);
        if guard == Tri::False {
            return settled(Outcome::NotApplicable);
        }
        let condition = self.condition.eval(facts);
        match in_force.and(guard).and(condition) {
            Tri::True => settled(Outcome::Triggered),
            Tri::False => settled(Outcome::Clear),
            Tri::Unknown => Verdict {
                outcome: Outcome::Undetermined,
                law_unconfirmed: in_force == Tri::Unknown,
                facts_missing: guard.and(condition) == Tri::Unknown,
            },
        }
    }

    /// True when the verdict stands in the way of a supervised label.
    #[must_use]
    pub fn blocks(&self, verdict: Verdict) -> bool {
        verdict.outcome == Outcome::Undetermined
            && match self.if_undetermined {
                IfUndetermined::Blocks => true,
                IfUndetermined::BlocksOnFacts => verdict.facts_missing,
                IfUndetermined::Discloses => false,
            }
    }
}
