//! What only people with an account may do.

mod accounts;
pub mod answers;
pub mod clients;
pub mod clinics;
pub mod evidence;
pub mod flags;
pub mod invites;
pub mod queue;
pub mod reports;
pub mod statements;
pub mod users;

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::flags::PAGE;
use crate::{
    app::{App, request::DEFAULT_LIMIT},
    domain::provider::Provider,
    http::{
        params::{Kind as Shape, Param, Params},
        problem::{FieldError, Kind, Location, Problem},
    },
    store::Reason,
};

/// A provider's id as a parameter, always to be given.
pub static PROVIDER_ID: Param = Param::one(
    "provider",
    Shape::Shaped { check: is_uuid, pattern: UUID, words: "a UUID" },
    "01976e3c-0000-7000-8000-000000000001",
    "The provider's id.",
)
.needed();

/// A provider's id as a parameter that narrows a list.
pub(super) static PROVIDER: Param = Param::one(
    "provider",
    Shape::Shaped { check: is_uuid, pattern: UUID, words: "a provider's id" },
    "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11",
    "The id of a provider.",
);
pub(super) static AFTER: Param = Param::one(
    "after",
    Shape::Shaped { check: is_uuid, pattern: UUID, words: "an id" },
    "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11",
    "Continue behind the thing of this id.",
);

/// The shape of a UUID as a regular expression.
pub const UUID: &str = "^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$";

/// True for a UUID in its usual form.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::parse_str(text).is_ok()
}

/// The id in an address; whatever cannot be one is not found.
fn id_in(text: &str) -> Result<Uuid, Problem> {
    // One form alone: another spelling of an id is another address.
    let parsed = Uuid::parse_str(text).ok().filter(|parsed| parsed.to_string() == text);
    parsed.ok_or_else(|| Problem::of(Kind::NotFound))
}

/// Which part of a list is wanted.
struct Part {
    /// Behind which thing it begins.
    after: Option<Uuid>,
    limit: u16,
}

impl Part {
    fn of(params: &mut Params<'_>) -> Self {
        let limit = params.integer(&PAGE).unwrap_or(DEFAULT_LIMIT);
        Self { after: uuid(params, &AFTER), limit }
    }
}

/// An id as a parameter.
fn uuid(params: &mut Params<'_>, param: &'static Param) -> Option<Uuid> {
    params.text(param).and_then(|id| id.parse().ok())
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TransitionBody)]
pub struct Transition {
    /// A snake_case code.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,63}$", example = "routine_check")]
    reason_code: String,
    /// In your own words; may be empty.
    #[schema(max_length = 2000, example = "")]
    #[serde(default)]
    reason: String,
}

impl Transition {
    /// The same for the journal.
    fn why(&self) -> Result<Reason, Problem> {
        reason(&self.reason_code, &self.reason)
    }
}

/// The provider of a list, in its newest version.
///
/// # Errors
/// There is none, or the database does not answer.
pub fn stored(app: &App, id: &str) -> Result<Provider, Problem> {
    let id: Uuid = id.parse().map_err(|_error| Problem::of(Kind::NotFound))?;
    let found = app.store.read(|reader| reader.provider(id))?;
    found.ok_or_else(|| Problem::new(Kind::NotFound, "There is no provider with this id."))
}

/// The longest reason, in characters.
const MOST_REASON: usize = 2_000;

/// Why something is done, as a body says it: a snake_case code and a text.
///
/// # Errors
/// A code of another shape, or a text that is too long.
pub fn reason(code: &str, text: &str) -> Result<Reason, Problem> {
    let shaped = (1..=64).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !shaped {
        return Err(refused("/reason_code", "a code of up to 64 small letters, digits and `_`"));
    }
    if text.chars().count() > MOST_REASON {
        return Err(refused("/reason", "at most 2,000 characters"));
    }
    Ok(Reason::new(code, text))
}

/// A value of a body that cannot be.
#[must_use]
pub fn refused(pointer: &str, wanted: &str) -> Problem {
    bad_member(pointer, format!("write {wanted}"))
}

/// The problem of a body in which one member is wrong.
#[must_use]
pub fn bad_member(pointer: &str, detail: String) -> Problem {
    let place = Location::Pointer(pointer.to_owned());
    let errors = vec![FieldError::new(place, "invalid", detail.clone())];
    Problem::new(Kind::InvalidBody, format!("{pointer}: {detail}")).with_errors(errors)
}

/// A member that may be left out but, if it is there, is not null.
///
/// # Errors
/// Those of its type.
pub fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

/// A text of 1 to `most` characters without control characters but line breaks and tabs.
fn text(pointer: &str, text: &str, most: usize) -> Result<String, Problem> {
    let text = text.trim();
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t' && c != '\r';
    if text.is_empty() || text.chars().count() > most || text.chars().any(odd) {
        let detail = format!("expected 1 to {most} characters without control characters");
        return Err(wrong(pointer, "invalid", &detail));
    }
    Ok(text.to_owned())
}

/// The problem that a member of a body is.
fn wrong(pointer: &str, code: &'static str, detail: &str) -> Problem {
    let error = FieldError::new(Location::Pointer(pointer.to_owned()), code, detail);
    Problem::new(Kind::InvalidBody, format!("{pointer}: {detail}")).with_errors(vec![error])
}
