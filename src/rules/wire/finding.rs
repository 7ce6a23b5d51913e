//! How the API shows a finding, and what still stands before a supervised label.

use chrono::NaiveDate;
use serde::Serialize;

use crate::{
    domain::{Severity, Tier, UnknownReason, fact::FactValue},
    rules::{
        Basis, FactId, FactSpec, Facts, Finding, LegalStatus, Outcome, Part, Plain, ResolvedFacts,
        Rulebook, Step, Tri,
    },
};

/// A rule's outcome with everything that led to it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FindingAnswer {
    /// The rule's id.
    pub rule: String,
    /// The rule's version.
    pub version: u32,
    /// What became of the rule.
    pub outcome: Outcome,
    /// Whether it stands in the way of a supervised label as undetermined.
    pub blocks: bool,
    /// How serious a finding is.
    pub severity: Severity,
    /// `US`, or `US-` and a state.
    pub jurisdiction: String,
    /// One line.
    pub title: String,
    /// The rule's message; what is said when the rule is triggered.
    pub message: String,
    /// The message in plain words.
    pub plain: Plain,
    /// What to show for this outcome, in plain words: an undetermined rule names what could not
    /// be verified and accuses nobody.
    pub text: Plain,
    /// The known facts that the outcome rests on.
    pub facts: Vec<FindingFact>,
    /// The facts that are missing.
    pub missing: Vec<MissingFact>,
    /// True when the law is not confirmed for the date and the rule is undetermined for it.
    pub law_unconfirmed: bool,
    /// The legal side; null for a policy rule.
    pub law: Option<LawAnswer>,
    /// The clauses that decided.
    pub decided: Vec<DecidedClause>,
    /// Keys of the sources that the rule rests on.
    pub citations: Vec<String>,
    /// What clears the finding.
    pub clears_when: String,
    /// The date of the evaluation.
    pub as_of: NaiveDate,
    /// The rulebook's version.
    pub rulebook_version: u32,
    /// The provider's reply, unedited; null where there is none.
    pub provider_reply: Option<String>,
}

/// A fact that an outcome rests on, with where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FindingFact {
    /// The fact's name.
    pub name: String,
    /// Its short name on pages.
    pub label: Plain,
    /// Its value.
    pub value: FactValue,
    /// The number of the deciding statement's strongest piece of evidence in this answer's list of
    /// evidence; absent where the value was taken as resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_id: Option<u32>,
    /// The tier of that statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The day that it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<NaiveDate>,
    /// The last day on which it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// True when the provider disputes the value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disputed: bool,
}

/// A fact that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MissingFact {
    /// The fact's name.
    pub fact: String,
    /// Its short name on pages.
    pub label: Plain,
    /// Why it is not known.
    pub reason: UnknownReason,
}

/// The legal side of a law rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LawAnswer {
    /// Where the law stands.
    pub status: LegalStatus,
    /// The last day for which a curator's check is accepted, or assumed to be; null = never
    /// confirmed.
    pub confirmed_through: Option<NaiveDate>,
}

/// A clause that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DecidedClause {
    /// The half of the rule that it stands in.
    pub part: Part,
    /// Its text.
    pub clause: String,
    /// What it came to; null = unknown.
    pub result: Option<bool>,
}

impl FindingAnswer {
    /// Shows a finding; `resolved` adds where the facts come from.
    #[must_use]
    pub fn new(
        rulebook: &Rulebook,
        finding: &Finding<'_>,
        facts: &Facts,
        resolved: Option<&ResolvedFacts>,
        as_of: NaiveDate,
    ) -> Self {
        let rule = finding.rule;
        let spec = |id: &FactId| rulebook.vocabulary().get(*id);
        Self {
            rule: rule.id.clone(),
            version: rule.version,
            outcome: finding.outcome,
            blocks: finding.blocks,
            severity: rule.severity,
            jurisdiction: rule.jurisdiction.clone(),
            title: rule.title.clone(),
            message: rule.message.clone(),
            plain: rule.plain.clone(),
            text: rulebook.finding_text(finding),
            facts: finding
                .facts
                .iter()
                .filter_map(spec)
                .filter_map(|spec| FindingFact::new(spec, facts, resolved))
                .collect(),
            missing: finding
                .missing
                .iter()
                .filter_map(spec)
                .map(|spec| MissingFact {
                    fact: spec.name.clone(),
                    label: spec.label.clone(),
                    reason: facts.get(spec.id).gap(),
                })
                .collect(),
            law_unconfirmed: finding.law_unconfirmed,
            law: rule.law.map(|law| LawAnswer {
                status: law.status,
                confirmed_through: finding.confirmed_through,
            }),
            decided: finding
                .decided
                .iter()
                .map(|decided| DecidedClause {
                    part: decided.part,
                    clause: decided.clause.to_owned(),
                    result: match decided.result {
                        Tri::True => Some(true),
                        Tri::False => Some(false),
                        Tri::Unknown => None,
                    },
                })
                .collect(),
            citations: rule.citations.clone(),
            clears_when: rule.clears_when.clone(),
            as_of,
            rulebook_version: rulebook.version(),
            provider_reply: None,
        }
    }
}

impl FindingFact {
    fn new(spec: &FactSpec, facts: &Facts, resolved: Option<&ResolvedFacts>) -> Option<Self> {
        let value = spec.written(facts.get(spec.id).known()?);
        let from = resolved.and_then(|resolved| resolved.get(spec.id));
        Some(Self {
            name: spec.name.clone(),
            label: spec.label.clone(),
            value,
            evidence_id: from.and_then(|fact| fact.n),
            tier: from.and_then(|fact| fact.tier),
            observed_on: from.and_then(|fact| fact.observed_on),
            valid_until: from.and_then(|fact| fact.valid_until),
            disputed: from.is_some_and(|fact| fact.disputed_by.is_some()),
        })
    }
}

/// What kind of step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// A finding to clear.
    Clear,
    /// A known fact that no supervised label allows.
    Change,
    /// A law that a curator has to confirm.
    Confirm,
    /// A fact to find out.
    Ask,
}

/// One thing that stands between a listing and a supervised label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StepAnswer {
    /// What kind of step it is.
    pub kind: StepKind,
    /// The fact to find out or to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The question that finds it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Plain>,
    /// Why the fact is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<UnknownReason>,
    /// The rules that are concerned; none where the status itself asks.
    pub rules: Vec<String>,
    /// What the finding says, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Plain>,
    /// What clears the finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clears_when: Option<String>,
}

impl StepAnswer {
    /// Every step to a supervised label.
    #[must_use]
    pub fn list(rulebook: &Rulebook, facts: &Facts, basis: &Basis) -> Vec<Self> {
        rulebook.to_supervised(facts, basis).iter().map(Self::from).collect()
    }

    fn bare(kind: StepKind) -> Self {
        Self {
            kind,
            fact: None,
            question: None,
            reason: None,
            rules: Vec::new(),
            text: None,
            clears_when: None,
        }
    }

    fn about(self, fact: &FactSpec) -> Self {
        Self { fact: Some(fact.name.clone()), question: Some(fact.question.clone()), ..self }
    }
}

impl From<&Step<'_>> for StepAnswer {
    fn from(step: &Step<'_>) -> Self {
        match step {
            Step::Ask { fact, reason, rules } => Self {
                reason: Some(*reason),
                rules: rules.iter().map(|&id| id.to_owned()).collect(),
                ..Self::bare(StepKind::Ask).about(fact)
            },
            Step::Change { fact } => Self::bare(StepKind::Change).about(fact),
            Step::Clear { rule } => Self {
                rules: vec![rule.id.clone()],
                text: Some(rule.plain.clone()),
                clears_when: Some(rule.clears_when.clone()),
                ..Self::bare(StepKind::Clear)
            },
            Step::Confirm { rule } => Self {
                rules: vec![rule.id.clone()],
                clears_when: Some(rule.clears_when.clone()),
                ..Self::bare(StepKind::Confirm)
            },
        }
    }
}
