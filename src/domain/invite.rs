//! Invitations to a clinic, and what it answers.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{codes::codes, fact::FactValue};

codes! {
    /// Where an invitation stands.
    InviteState {
        /// The link serves until it expires.
        Open = "open",
        /// It was taken back.
        Revoked = "revoked",
    }
}

codes! {
    /// Where an answer stands.
    AnswerState {
        /// No verifier has looked at it, and it counts for nothing.
        Pending = "pending",
        /// It became a signed statement.
        Accepted = "accepted",
        /// It was not taken.
        Rejected = "rejected",
    }
}

/// A link that a clinic was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// The provider.
    pub provider: Uuid,
    /// The clinic; none = the provider itself.
    pub clinic: Option<Uuid>,
    /// Where it is sent: a phone or a web address, or an e-mail address on that web address.
    pub contact: String,
    /// The source in which the contact was found.
    pub source: String,
    /// Where it stands.
    pub state: InviteState,
    /// The day on which it was made.
    pub issued_on: NaiveDate,
    /// The last day on which it serves.
    pub expires_on: NaiveDate,
    /// Who made it, by id.
    pub issued_by: String,
    /// SHA-256 of the documents that came by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// What a clinic answered to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The invitation that it came by.
    pub invite: Uuid,
    /// The provider.
    pub provider: Uuid,
    /// The clinic; none = the provider itself.
    pub clinic: Option<Uuid>,
    /// The fact's name in the vocabulary.
    pub fact: String,
    /// The value that is attested.
    pub value: FactValue,
    /// SHA-256 of the documents that are sent with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    /// Who signs it: name and role; for administrators only.
    pub attested_by: String,
    /// The day.
    pub answered_on: NaiveDate,
    /// Where it stands.
    pub state: AnswerState,
    /// The day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Who decided, by id.
    pub decided_by: Option<String>,
}
