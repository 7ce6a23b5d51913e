//! Tasks for a person: somebody on a list may be somebody of ours, and a number or a name alone
//! does not say so.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{fact::FactValue, offer::Credential};

/// What a person decided about a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskOutcome {
    /// The entry is about them: what it says is stated.
    Confirmed,
    /// The entry is about somebody else; it opens no further task.
    Different,
    /// The entry is no longer on the list.
    Gone,
}

/// What will be stated where a task is confirmed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proposed {
    /// A fact.
    Fact {
        /// Its name.
        name: String,
        /// Its value.
        value: FactValue,
        /// The last day on which it counts, where the list prints one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_until: Option<NaiveDate>,
    },
    /// A credential, of the site that the person names.
    Credential(Box<Credential>),
}

/// An entry of a list that may be about a provider or one of its prescribers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReviewTask {
    /// The provider.
    pub provider: Uuid,
    /// The list's key.
    pub list: String,
    /// What the list is called.
    pub title: String,
    /// Where it is published.
    pub url: String,
    /// The date of the issue in which the entry was last seen.
    pub as_of: NaiveDate,
    /// What tells the entry from others.
    pub entry_key: String,
    /// Whom the entry names.
    pub named: String,
    /// The entry in short.
    pub entry: String,
    /// Who of the provider may be meant: `organisation`, or a prescriber's name.
    pub party: String,
    /// What agrees: `npi`, `licence`, `name`, `address`, `state`.
    pub agrees: Vec<String>,
    /// What will be stated where it is confirmed.
    pub proposed: Proposed,
    /// The day on which the task was opened.
    pub opened_on: NaiveDate,
    /// What was decided; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<TaskOutcome>,
    /// The day on which it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<NaiveDate>,
}
