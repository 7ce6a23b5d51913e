//! From facts to a status, without an allocation.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::domain::{SafetyStatus, Severity};

use super::{
    rule::{Outcome, Rule, Verdict},
    rulebook::{Core, Rulebook},
    tri::Tri,
    value::{FactState, Facts, Value},
};

/// The most rules that a rulebook may have.
pub const MAX_RULES: usize = WORDS * 64;

const WORDS: usize = 4;

/// A set of rules of one rulebook, by their position in the order of their ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RuleSet([u64; WORDS]);

impl RuleSet {
    /// True when no rule is in it.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// How many rules are in it.
    #[must_use]
    pub fn len(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// True when the rule at this position is in it.
    #[must_use]
    pub fn has(self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    /// Puts the rule at this position in.
    pub fn insert(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// The positions, in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..MAX_RULES).filter(move |at| self.has(*at))
    }
}

/// What an evaluation rests on apart from the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The civil date.
    pub as_of: NaiveDate,
    /// Dates through which laws are taken to be confirmed, by the rule's position, in place of
    /// the rulebook's: earlier or later, also past an end date.
    pub confirmed_through: BTreeMap<usize, NaiveDate>,
    /// Rules that read as undetermined and blocking where they would trigger, because no person
    /// has decided to publish the finding.
    pub undecided: RuleSet,
}

impl Basis {
    /// The rulebook as it is, on a day.
    #[must_use]
    pub const fn on(as_of: NaiveDate) -> Self {
        Self { as_of, confirmed_through: BTreeMap::new(), undecided: RuleSet([0; WORDS]) }
    }
}

/// How many findings there are of each severity, and how many rules are undetermined.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
pub struct Counts {
    /// Triggered critical rules.
    pub critical: u16,
    /// Triggered major rules.
    pub major: u16,
    /// Triggered minor rules.
    pub minor: u16,
    /// Triggered rules that only inform.
    pub info: u16,
    /// Undetermined rules, blocking or not.
    pub undetermined: u16,
}

/// The result of an evaluation in short; findings are asked for separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Evaluation {
    /// The overall status.
    pub status: SafetyStatus,
    /// The counts that stand next to it.
    pub counts: Counts,
    /// Triggered rules of every severity.
    pub triggered: RuleSet,
    /// Undetermined rules that stand in the way of a supervised label.
    pub blocking: RuleSet,
    /// Every undetermined rule, the blocking ones included.
    pub undetermined: RuleSet,
}

impl Rulebook {
    /// Evaluates every rule and the overall status.
    #[must_use]
    pub fn evaluate(&self, facts: &Facts, basis: &Basis) -> Evaluation {
        let mut counts = Counts::default();
        let mut triggered = RuleSet::default();
        let mut blocking = RuleSet::default();
        let mut undetermined = RuleSet::default();
        for (at, rule) in self.rules().iter().enumerate() {
            let verdict = self.verdict(at, rule, facts, basis);
            match verdict.outcome {
                Outcome::Triggered => {
                    triggered.insert(at);
                    match rule.severity {
                        Severity::Critical => counts.critical += 1,
                        Severity::Major => counts.major += 1,
                        Severity::Minor => counts.minor += 1,
                        Severity::Info => counts.info += 1,
                    }
                }
                Outcome::Undetermined => {
                    undetermined.insert(at);
                    counts.undetermined += 1;
                    if basis.undecided.has(at) || rule.blocks(verdict) {
                        blocking.insert(at);
                    }
                }
                Outcome::NotInForce
                | Outcome::PreviewWouldTrigger
                | Outcome::PreviewNone
                | Outcome::NotApplicable
                | Outcome::Clear => {}
            }
        }
        let status = status(self.core(), facts, counts, !blocking.is_empty());
        Evaluation { status, counts, triggered, blocking, undetermined }
    }

    /// The ids of the rules in a set, sorted.
    pub fn ids(&self, set: RuleSet) -> impl Iterator<Item = &str> {
        let rules = self.rules().iter().enumerate();
        rules.filter(move |(at, _)| set.has(*at)).map(|(_, rule)| rule.id.as_str())
    }

    /// The verdict of the rule at a position.
    pub(super) fn verdict(&self, at: usize, rule: &Rule, facts: &Facts, basis: &Basis) -> Verdict {
        let mut verdict = rule.verdict(facts, basis.as_of, confirmed_through(at, rule, basis));
        if verdict.outcome == Outcome::Triggered && basis.undecided.has(at) {
            verdict.outcome = Outcome::Undetermined;
        }
        verdict
    }
}

/// The date through which a rule's law counts as confirmed; `None` for a policy rule.
pub(super) fn confirmed_through(at: usize, rule: &Rule, basis: &Basis) -> Option<NaiveDate> {
    let law = rule.law?;
    basis.confirmed_through.get(&at).copied().or(law.confirmed_through)
}

/// The facts that the overall status reads beside the rules, as truth values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub racemic: Tri,
    pub esketamine: Tri,
    pub dosing_on_site: Tri,
    pub takehome: Tri,
    /// Take-home doses are taken with a clinician physically present.
    pub takehome_attended: Tri,
    pub telehealth: Tri,
    pub mobile: Tri,
}

impl Setting {
    pub(super) fn read(core: &Core, facts: &Facts) -> Self {
        let tri = |id| match facts.get(id) {
            FactState::Known(Value::Bool(value)) => value.into(),
            _ => Tri::Unknown,
        };
        let takehome_attended = match facts.get(core.takehome_supervision) {
            FactState::Known(Value::Code(code)) => (code == core.in_person_clinician).into(),
            _ => Tri::Unknown,
        };
        Self {
            racemic: tri(core.racemic),
            esketamine: tri(core.esketamine),
            dosing_on_site: tri(core.dosing_on_site),
            takehome: tri(core.takehome),
            takehome_attended,
            telehealth: tri(core.telehealth),
            mobile: tri(core.mobile),
        }
    }

    /// Take-home is absent, or every take-home dose is attended.
    pub(super) fn takehome_in_order(self) -> Tri {
        (!self.takehome).or(self.takehome_attended)
    }
}

/// The rulebook's seven steps, in their order.
fn status(core: &Core, facts: &Facts, counts: Counts, blocked: bool) -> SafetyStatus {
    let setting = Setting::read(core, facts);
    let unknown = |fact: Tri| fact == Tri::Unknown;
    if setting.racemic.or(setting.esketamine) == Tri::False {
        return SafetyStatus::OutOfScope;
    }
    if counts.critical > 0 {
        return SafetyStatus::Flagged;
    }
    if blocked
        || unknown(setting.dosing_on_site)
        || unknown(setting.racemic)
        || unknown(setting.esketamine)
    {
        return SafetyStatus::InsufficientInformation;
    }
    if counts.major > 0 || setting.dosing_on_site == Tri::False {
        return SafetyStatus::Caution;
    }
    if setting.takehome_in_order() != Tri::True || setting.mobile != Tri::False {
        return SafetyStatus::InsufficientInformation;
    }
    if setting.takehome == Tri::False && setting.telehealth == Tri::False {
        return SafetyStatus::SupervisedInPerson;
    }
    SafetyStatus::SupervisedHybrid
}
