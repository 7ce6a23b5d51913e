//! What anyone reports about a listing, without an account.
//!
//! A report opens a task or joins the open one on its listing and topic. It never makes a
//! finding, and how many there are raises no rank. No health details are asked for, what
//! identifies a person is refused, and a contact is sealed and forgotten in time.

pub mod personal;
pub mod quota;
pub mod tasks;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    app::App,
    catalog::Catalog,
    domain::report::{Report, ReportOutcome, ReportTask, ReportTopic, TaskState},
    store::{self, Action, Actor, ActorKind, Case, CaseKind, Reason, StoredReport},
};

/// The longest report, in bytes.
pub const TEXT_BYTES: usize = 2_048;
/// The longest contact, in characters.
const CONTACT_CHARS: usize = 200;

/// A report as it comes in.
#[derive(Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportInput {
    /// Id or slug of the clinic or provider that it is about.
    #[schema(max_length = 200, example = "calliope-health-ketamine-bethesda-md")]
    pub listing: String,
    /// What it is about.
    pub topic: ReportTopic,
    /// What is wrong, in your own words, at most 2,048 bytes. Leave out health details, names,
    /// e-mail addresses and phone numbers.
    #[schema(
        min_length = 1,
        max_length = 2048,
        example = "The clinic has moved to 12 Example Street."
    )]
    pub text: String,
    /// An e-mail address or phone if you want an answer. It is kept sealed, shown to nobody but
    /// those who work on reports, and deleted 180 days after the task is closed.
    #[serde(default)]
    #[schema(max_length = 200, example = "reader@mail.example")]
    pub contact: Option<String>,
}

/// What was reported is not for logs.
impl std::fmt::Debug for ReportInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportInput").field("topic", &self.topic).finish_non_exhaustive()
    }
}

/// What whoever reported comes back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportStatus {
    /// Where the task stands.
    pub state: TaskState,
    /// What it is about.
    pub topic: ReportTopic,
    /// The day of the report.
    pub reported_on: NaiveDate,
    /// The day on which it was done with; `null` = it is not.
    pub closed_on: Option<NaiveDate>,
    /// What became of it; `null` = nothing yet.
    pub outcome: Option<ReportOutcome>,
    /// What we have to say about it; `null` = nothing yet.
    pub answer: Option<String>,
    /// True while a contact is kept.
    pub contact_kept: bool,
}

/// A report that was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Submitted {
    /// The token of its status address, `/v1/reports/{token}`. Nobody can look it up again.
    #[schema(example = "q1Yk3b0bq5aYxV2Yx1n0yg")]
    pub token: String,
    /// How it stands.
    pub status: ReportStatus,
}

/// Why a report, or a step on one, was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Nothing public has this id or slug.
    #[error("nothing in the directory has this id or slug; search for the clinic first")]
    NoListing,
    /// A member of the input cannot be taken.
    #[error("{detail}")]
    Input {
        /// The JSON pointer to it.
        pointer: &'static str,
        /// What is wrong, and what to do.
        detail: String,
    },
    /// No report has this address, or no task this id.
    #[error("nothing was reported under this address")]
    Unknown,
    /// The task is not where that can be done.
    #[error("{0}")]
    Refused(String),
    /// The store failed, or holds what cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Takes a report.
///
/// # Errors
/// [`ReportError::NoListing`]; [`ReportError::Input`] for a text that is empty, too long or
/// holds what identifies a person, and for a contact where this directory has no key to seal
/// it; [`ReportError::Store`].
pub fn submit(app: &App, input: &ReportInput) -> Result<Submitted, ReportError> {
    let text = checked_text(&input.text)?;
    let (provider, clinic) =
        listing(&app.catalog.load(), &input.listing).ok_or(ReportError::NoListing)?;
    let id = app.clock.new_id();
    let contact = sealed_contact(app, input.contact.as_deref(), id)?;
    let contact_kept = contact.is_some();
    let token: [u8; 16] = rand::random();
    let token = URL_SAFE_NO_PAD.encode(token);
    let token_sha256 = digest(&token);
    let actor = Actor::new(ActorKind::Unauthenticated, "");
    let done = app.write(&actor, &Reason::new("reported", ""), |tx| {
        let today = tx.at().date_naive();
        let key = open_key(clinic.unwrap_or(provider), input.topic);
        let (case, task) = match tx.read().open_case(&key)? {
            Some(case) => {
                let task = parsed(&case)?;
                (case.id, task)
            }
            None => {
                let task = ReportTask {
                    provider,
                    clinic,
                    topic: input.topic,
                    state: TaskState::Open,
                    opened_on: today,
                    taken_by: None,
                    closed_on: None,
                    outcome: None,
                    answer: None,
                };
                let case = Case {
                    id: app.clock.new_id(),
                    kind: CaseKind::ReportTask,
                    provider,
                    open_key: Some(key),
                    state: TaskState::Open.to_string(),
                    closed_at: None,
                    version: 1,
                    document: written(&task)?,
                };
                tx.put_case(Action::Create, &case)?;
                (case.id, task)
            }
        };
        let document = written(&Report { on: today, text: text.clone() })?;
        tx.add_report(&StoredReport { id, case, token_sha256, document, contact })?;
        Ok::<_, ReportError>(ReportStatus::new(&task, today, contact_kept))
    })?;
    Ok(Submitted { token, status: done.value })
}

/// How a report stands, by the token of its address.
///
/// # Errors
/// [`ReportError::Unknown`], or a store that fails.
pub fn status(app: &App, token: &str) -> Result<ReportStatus, ReportError> {
    app.store.read(|reader| {
        let stored = reader.report_by_token(&digest(token))?.ok_or(ReportError::Unknown)?;
        let case = reader.case(stored.case)?.ok_or(ReportError::Unknown)?;
        let report: Report = from_json(&stored.document, stored.id)?;
        let contact_kept = stored.contact.is_some();
        Ok(ReportStatus::new(&parsed(&case)?, report.on, contact_kept))
    })
}

impl ReportStatus {
    fn new(task: &ReportTask, reported_on: NaiveDate, contact_kept: bool) -> Self {
        Self {
            state: task.state,
            topic: task.topic,
            reported_on,
            closed_on: task.closed_on,
            outcome: task.outcome,
            answer: task.answer.clone(),
            contact_kept,
        }
    }
}

/// The provider, and the clinic where one is named, of a public id or slug.
fn listing(catalog: &Catalog, key: &str) -> Option<(Uuid, Option<Uuid>)> {
    let id = Uuid::try_parse(key).ok();
    let clinic = id.and_then(|id| catalog.listing(id)).or_else(|| catalog.listing_by_slug(key));
    if let Some(clinic) = clinic {
        return Some((clinic.provider(), Some(clinic.id())));
    }
    let provider = id.and_then(|id| catalog.provider(id)).or_else(|| catalog.provider_by_slug(key));
    provider.map(|provider| (provider.id(), None))
}

/// Reports on one listing and topic share this.
fn open_key(listing: Uuid, topic: ReportTopic) -> String {
    format!("{}:{listing}:{topic}", CaseKind::ReportTask)
}

fn checked_text(text: &str) -> Result<String, ReportError> {
    let refuse =
        |detail: &str| Err(ReportError::Input { pointer: "/text", detail: detail.to_owned() });
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return refuse("say what is wrong");
    }
    if text.len() > TEXT_BYTES {
        return refuse("a report has at most 2,048 bytes; say the most important");
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return refuse("the text holds control characters");
    }
    match personal::find(text) {
        Some(found) => refuse(found.explained()),
        None => Ok(text.to_owned()),
    }
}

fn sealed_contact(
    app: &App,
    contact: Option<&str>,
    report: Uuid,
) -> Result<Option<Vec<u8>>, ReportError> {
    let refuse =
        |detail: &str| ReportError::Input { pointer: "/contact", detail: detail.to_owned() };
    let Some(contact) = contact.map(str::trim).filter(|contact| !contact.is_empty()) else {
        return Ok(None);
    };
    if contact.chars().count() > CONTACT_CHARS || contact.chars().any(char::is_control) {
        return Err(refuse("a contact is an e-mail address or a phone, of at most 200 characters"));
    }
    let key = app.contact_key.get().ok_or_else(|| {
        refuse(
            "this directory has no key to seal contacts with, so it takes none; report without \
             it, and come back to the status address",
        )
    })?;
    let sealed = key.seal(contact, report.as_bytes());
    sealed.map(Some).map_err(|_no_randomness| refuse("the contact could not be sealed"))
}

/// The SHA-256 under which a token is kept.
fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// A case's document.
pub(super) fn parsed<T: DeserializeOwned>(case: &Case) -> Result<T, store::Error> {
    from_json(&case.document, case.id)
}

fn from_json<T: DeserializeOwned>(text: &str, id: Uuid) -> Result<T, store::Error> {
    serde_json::from_str(text).map_err(|error| store::Error::Corrupt {
        what: format!("the document of {id}"),
        source: Some(Box::new(error)),
    })
}

/// A value as a document.
pub(super) fn written<T: Serialize>(value: &T) -> Result<String, store::Error> {
    serde_json::to_string(value).map_err(|error| store::Error::Corrupt {
        what: "a new document".to_owned(),
        source: Some(Box::new(error)),
    })
}
