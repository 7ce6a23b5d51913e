//! A flag as everybody may see it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{EvidenceKind, FlagState, Severity, Tier, fact::FactValue, flag::Suspension};

/// A flag that is, or once was, on display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlagView {
    /// The flag's id.
    #[schema(example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11.12")]
    pub id: String,
    /// The rule.
    #[schema(example = "KTS-001")]
    pub rule: String,
    /// The rule's version; `null` = not recorded.
    pub rule_version: Option<u32>,
    /// How serious the finding is.
    pub severity: Severity,
    /// `US`, or `US-` and a state.
    pub jurisdiction: String,
    /// Where it stands.
    pub state: FlagState,
    /// The same in words, with the finding's reason and source while it is on display.
    pub text: String,
    /// The clinics that it is about; empty = all of the provider's, or the provider itself.
    pub clinics: Vec<Uuid>,
    /// The day on which the provider was told; `null` = not recorded.
    pub notified_on: Option<NaiveDate>,
    /// The day on which it became public; `null` = not recorded.
    pub published_on: Option<NaiveDate>,
    /// The last day on which its evidence counts; `null` = not recorded.
    pub expires_on: Option<NaiveDate>,
    /// The last day on which the provider may appeal; `null` = there is no such day.
    pub appeal_by: Option<NaiveDate>,
    /// The day on which an appeal came in; `null` = none did.
    pub appealed_on: Option<NaiveDate>,
    /// The last day for the answer to the appeal; `null` = none is open.
    pub answer_by: Option<NaiveDate>,
    /// The time for which display is or was suspended; `null` = it never was.
    pub suspended: Option<Suspension>,
    /// The day on which it ended; `null` = it has not.
    pub closed_on: Option<NaiveDate>,
    /// True once it has moved to history.
    pub history: bool,
    /// The provider's reply, unedited; `null` = none.
    pub reply: Option<String>,
    /// What the finding rests on; empty unless it is on display.
    pub evidence: Vec<FlagEvidence>,
}

/// A fact that a finding rests on, with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlagEvidence {
    /// The fact's name in the vocabulary.
    #[schema(example = "takehome.supervision")]
    pub fact: String,
    /// The fact in a few words.
    pub label: String,
    /// Its value.
    pub value: FactValue,
    /// The strength of the evidence; `null` = there is none.
    pub tier: Option<Tier>,
    /// The day that it speaks of; `null` = not known.
    pub observed_on: Option<NaiveDate>,
    /// The pieces of evidence.
    pub sources: Vec<FlagSource>,
}

/// A piece of evidence behind a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlagSource {
    /// What it is.
    pub kind: EvidenceKind,
    /// Where it was seen; `null` = not on the web.
    pub url: Option<String>,
    /// The day on which it was seen; `null` = not known.
    pub captured_on: Option<NaiveDate>,
    /// SHA-256 of the capture; `null` = none was kept.
    pub sha256: Option<String>,
    /// What it says; `null` = not quoted.
    pub excerpt: Option<String>,
}
