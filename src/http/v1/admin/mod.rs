//! What people with an account do.

pub mod answers;
pub mod flags;
pub mod invites;
pub mod reports;

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{
        params::{Kind as ParamKind, Param},
        problem::{FieldError, Kind, Location, Problem},
    },
    store::Reason,
};

pub(super) static AFTER: Param = Param::one(
    "after",
    ParamKind::Shaped { check: is_id, pattern: "^[0-9a-f-]{36}$", words: "an id" },
    "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11",
    "Continue behind the thing of this id.",
);
pub(super) static PROVIDER: Param = Param::one(
    "provider",
    ParamKind::Shaped { check: is_id, pattern: "^[0-9a-f-]{36}$", words: "a provider's id" },
    "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11",
    "The id of a provider.",
);

fn is_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok()
}

/// An id in an address; what is none names nothing.
fn id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_malformed| Problem::of(Kind::NotFound))
}

/// Why something is done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// Why, as a code of lower-case letters, digits and underscores.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[a-z0-9_]+$",
        example = "evidence_checked"
    )]
    reason_code: String,
    /// Why, in words.
    #[serde(default)]
    #[schema(max_length = 2000, example = "Confirmed by phone.")]
    reason: String,
}

impl ReasonBody {
    fn reason(self) -> Result<Reason, Problem> {
        reason(self.reason_code, self.reason)
    }
}

/// The reason of a change, as its body gives it.
fn reason(code: String, text: String) -> Result<Reason, Problem> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if code.is_empty() || code.len() > 64 || !code.chars().all(letter) {
        let detail = "expected 1 to 64 lower-case letters, digits and underscores";
        return Err(refused("/reason_code", "invalid", detail));
    }
    let text = if text.is_empty() { text } else { self::text("/reason", &text, 2_000)? };
    Ok(Reason::new(code, text))
}

/// A text of 1 to `most` characters without control characters but line breaks and tabs.
fn text(pointer: &str, text: &str, most: usize) -> Result<String, Problem> {
    let text = text.trim();
    let odd = |c: char| c.is_control() && c != '\n' && c != '\t' && c != '\r';
    if text.is_empty() || text.chars().count() > most || text.chars().any(odd) {
        let detail = format!("expected 1 to {most} characters without control characters");
        return Err(refused(pointer, "invalid", &detail));
    }
    Ok(text.to_owned())
}

/// The problem that a member of a body is.
fn refused(pointer: &str, code: &'static str, detail: &str) -> Problem {
    let error = FieldError::new(Location::Pointer(pointer.to_owned()), code, detail);
    Problem::new(Kind::InvalidBody, format!("{pointer}: {detail}")).with_errors(vec![error])
}
