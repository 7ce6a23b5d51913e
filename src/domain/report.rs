//! What the public reports, and the tasks that come of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::codes::codes;

codes! {
    /// What a report is about.
    ReportTopic {
        /// Address, phone or web address.
        Contact = "contact",
        /// Opening hours, or whether new patients are taken.
        Hours = "hours",
        /// Prices, or what a course costs.
        Price = "price",
        /// Insurance and ways to pay.
        Insurance = "insurance",
        /// The place has closed or moved.
        Closed = "closed",
        /// What is said about routes, staff, monitoring or home use.
        SafetyFacts = "safety_facts",
        /// Accreditation or a certificate.
        Accreditation = "accreditation",
        /// Something that was done without the supervision that it needs.
        Supervision = "supervision",
        /// Anything else.
        Other = "other",
    }
}

codes! {
    /// Where a task stands.
    TaskState {
        /// Nobody has taken it.
        Open = "open",
        /// Somebody looks into it.
        Taken = "taken",
        /// It is done with.
        Closed = "closed",
    }
}

codes! {
    /// What became of what was reported.
    ReportOutcome {
        /// The listing was corrected.
        Corrected = "corrected",
        /// What is shown agrees with its evidence.
        NoChange = "no_change",
        /// New evidence was found and goes through the usual steps.
        EvidenceFound = "evidence_found",
        /// It could not be checked.
        NotVerifiable = "not_verifiable",
        /// Another authority was told.
        PassedOn = "passed_on",
    }
}

/// A task: what was reported on one listing and topic. It opens a review and never a finding,
/// and how many reports it has raises no rank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTask {
    /// The provider.
    pub provider: Uuid,
    /// The clinic, where one of them was meant.
    pub clinic: Option<Uuid>,
    /// What it is about.
    pub topic: ReportTopic,
    /// Where it stands.
    pub state: TaskState,
    /// The day of the first report.
    pub opened_on: NaiveDate,
    /// Who took it, by id.
    pub taken_by: Option<String>,
    /// The day on which it was done with.
    pub closed_on: Option<NaiveDate>,
    /// What became of it.
    pub outcome: Option<ReportOutcome>,
    /// What those who reported are told about it.
    pub answer: Option<String>,
}

/// What somebody reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The day.
    pub on: NaiveDate,
    /// In their own words.
    pub text: String,
}
