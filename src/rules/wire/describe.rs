//! How the API describes a rule and a fact.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    domain::{Severity, Tier, fact::FactValue},
    rules::{FactSpec, IfUndetermined, Kind, LegalStatus, Plain, Rule, RuleKind, Rulebook},
};

/// A rule as the API describes it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RuleAnswer {
    /// Such as `KTS-001`.
    pub id: String,
    /// Its version, from 1.
    pub version: u32,
    /// How serious a finding is.
    pub severity: Severity,
    /// What the rule does while undetermined.
    pub if_undetermined: IfUndetermined,
    /// `US`, or `US-` and a state.
    pub jurisdiction: String,
    /// One line.
    pub title: String,
    /// Ours, or a law's.
    pub kind: RuleKind,
    /// Where the law stands; null for a policy rule.
    pub legal_status: Option<LegalStatus>,
    /// First day, inclusive; null = no start is named.
    pub effective_from: Option<NaiveDate>,
    /// Last day, inclusive; null = no end is published.
    pub effective_to: Option<NaiveDate>,
    /// The last day for which a curator's check of the law is accepted.
    pub law_confirmed_through: Option<NaiveDate>,
    /// The guard: whom the rule speaks of.
    pub applies_to: String,
    /// What triggers it.
    pub condition: String,
    /// What a finding says.
    pub message: String,
    /// The message in plain words.
    pub plain: Plain,
    /// Why the rule exists.
    pub rationale: String,
    /// Keys of the sources it rests on.
    pub citations: Vec<String>,
    /// What clears a finding.
    pub clears_when: String,
    /// The names of the facts that it reads.
    pub reads: Vec<String>,
}

impl RuleAnswer {
    /// Describes a rule of this rulebook.
    #[must_use]
    pub fn new(rulebook: &Rulebook, rule: &Rule) -> Self {
        let law = rule.law;
        Self {
            id: rule.id.clone(),
            version: rule.version,
            severity: rule.severity,
            if_undetermined: rule.if_undetermined,
            jurisdiction: rule.jurisdiction.clone(),
            title: rule.title.clone(),
            kind: rule.kind(),
            legal_status: law.map(|law| law.status),
            effective_from: law.and_then(|law| law.effective_from),
            effective_to: law.and_then(|law| law.effective_to),
            law_confirmed_through: law.and_then(|law| law.confirmed_through),
            applies_to: rule.applies_to.source().to_owned(),
            condition: rule.condition.source().to_owned(),
            message: rule.message.clone(),
            plain: rule.plain.clone(),
            rationale: rule.rationale.clone(),
            citations: rule.citations.clone(),
            clears_when: rule.clears_when.clone(),
            reads: rule.reads.iter().map(|id| rulebook.vocabulary().name(*id).to_owned()).collect(),
        }
    }
}

/// A fact of the vocabulary as the API describes it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FactAnswer {
    /// Such as `site.monitor_bp`.
    pub name: String,
    /// `tri`, `int`, `enum` or `set`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What it means, exactly.
    pub meaning: String,
    /// A short name.
    pub label: Plain,
    /// The question that finds it out.
    pub question: Plain,
    /// The codes of an `enum` or `set` fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// What an `int` fact counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The least that an `int` fact takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The most that an `int` fact takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// The days for which a statement counts.
    pub max_age_days: u32,
    /// The weakest tier that an adverse value is accepted from.
    pub min_tier_adverse: Tier,
    /// The weakest tier that any other value is accepted from.
    pub min_tier_clearing: Tier,
    /// The adverse values; null = no value is.
    pub adverse_values: Option<Vec<FactValue>>,
}

impl From<&FactSpec> for FactAnswer {
    fn from(fact: &FactSpec) -> Self {
        let (unit, min, max) = match &fact.kind {
            Kind::Int { unit, min, max } => (Some(unit.clone()), Some(*min), Some(*max)),
            Kind::Tri | Kind::Enum(_) | Kind::Set(_) => (None, None, None),
        };
        let codes = fact.kind.codes();
        Self {
            name: fact.name.clone(),
            kind: fact.kind.name(),
            meaning: fact.meaning.clone(),
            label: fact.label.clone(),
            question: fact.question.clone(),
            values: (!codes.is_empty()).then(|| codes.to_vec()),
            unit,
            min,
            max,
            max_age_days: fact.max_age_days,
            min_tier_adverse: fact.min_tier_adverse,
            min_tier_clearing: fact.min_tier_clearing,
            adverse_values: fact.adverse_values(),
        }
    }
}
