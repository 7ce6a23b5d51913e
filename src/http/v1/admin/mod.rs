//! What only people with an account may do.

pub mod clients;
pub mod clinics;
pub mod users;

use std::collections::BTreeSet;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, EntityTag, HeaderValue},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{
        problem::{FieldError, Kind, Location, Problem},
        reply::{self, Caching, Media},
    },
    store::Reason,
};

/// The most characters of a reason in somebody's own words.
const LONGEST_REASON: usize = 2_000;

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountReason)]
pub struct ReasonBody {
    /// Why, as a snake_case code.
    #[schema(max_length = 64, pattern = "^[a-z][a-z0-9_]{0,63}$", example = "left_the_team")]
    reason_code: String,
    /// Why, in your own words.
    #[schema(nullable = false, max_length = 2000, example = "Ben works elsewhere now.")]
    #[serde(default, deserialize_with = "given")]
    reason: Option<String>,
}

impl ReasonBody {
    /// The reason, as the journal has it.
    ///
    /// # Errors
    /// A code that is none, or a text that is too long.
    pub fn reason(self) -> Result<Reason, Problem> {
        because(Some(self.reason_code), self.reason, "")
    }
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

/// A list in which nothing is given twice.
///
/// # Errors
/// Those of its type, and for what is given twice.
pub fn distinct<'de, T: Deserialize<'de> + Ord, D: Deserializer<'de>>(
    value: D,
) -> Result<BTreeSet<T>, D::Error> {
    let list = Vec::<T>::deserialize(value)?;
    let given = list.len();
    let distinct: BTreeSet<T> = list.into_iter().collect();
    if distinct.len() == given { Ok(distinct) } else { Err(D::Error::custom("given twice")) }
}

/// The same for a list that may be left out.
///
/// # Errors
/// See [`distinct`].
pub fn given_distinct<'de, T: Deserialize<'de> + Ord, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<BTreeSet<T>>, D::Error> {
    distinct(value).map(Some)
}

/// The reason of a change, with a code for where none is given.
///
/// # Errors
/// A code that is none, or a text that is too long.
pub fn because(
    code: Option<String>,
    text: Option<String>,
    otherwise: &str,
) -> Result<Reason, Problem> {
    let code = code.unwrap_or_else(|| otherwise.to_owned());
    let text = text.unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_code = (1..=64).contains(&code.len())
        && code.bytes().all(plain)
        && code.starts_with(|first: char| first.is_ascii_lowercase());
    if !is_code {
        let detail = "expected a code of at most 64 of `a-z`, `0-9` and `_`, a letter first";
        return Err(bad_member("/reason_code", detail.into()));
    }
    if text.chars().count() > LONGEST_REASON {
        let detail = format!("expected at most {LONGEST_REASON} characters");
        return Err(bad_member("/reason", detail));
    }
    Ok(Reason::new(code, text))
}

/// The problem of a body in which one member is wrong.
#[must_use]
pub fn bad_member(pointer: &str, detail: String) -> Problem {
    let errors =
        vec![FieldError::new(Location::Pointer(pointer.to_owned()), "invalid", detail.clone())];
    Problem::new(Kind::InvalidBody, format!("{pointer}: {detail}")).with_errors(errors)
}

/// The id in an address; whatever cannot be one is not found.
///
/// # Errors
/// 404.
pub fn item(id: &str) -> Result<Uuid, Problem> {
    // One form alone: another spelling of an id is another address.
    let parsed = Uuid::parse_str(id).ok().filter(|parsed| parsed.to_string() == id);
    parsed.ok_or_else(|| Problem::of(Kind::NotFound))
}

/// The version that a change is made from.
///
/// # Errors
/// 428 where the request does not say it, 412 where what it says is no version of ours.
pub fn if_match(request: &HttpRequest) -> Result<i64, Problem> {
    let given = request
        .headers()
        .get(header::IF_MATCH)
        .ok_or_else(|| Problem::of(Kind::PreconditionRequired))?;
    let tag = given.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
    tag.and_then(|tag| tag.parse().ok()).ok_or_else(|| Problem::of(Kind::PreconditionFailed))
}

/// An answer about one thing in a version.
///
/// # Errors
/// A mistake of ours.
pub fn versioned(
    media: Media,
    version: i64,
    value: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let mut response = reply::whole(media, Caching::NoStore, reply::json(value)?);
    reply::set_tag(&mut response, &EntityTag::new_strong(version.to_string()));
    Ok(response)
}

/// An answer about one thing that has just been made.
///
/// # Errors
/// A mistake of ours.
pub fn created(
    media: Media,
    at: &str,
    version: i64,
    value: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let mut response = versioned(media, version, value)?;
    *response.status_mut() = actix_web::http::StatusCode::CREATED;
    // An address of ours is always a header value.
    if let Ok(at) = HeaderValue::from_str(at) {
        response.headers_mut().insert(header::LOCATION, at);
    }
    Ok(response)
}
