//! What the operations on people and on programs share.

use std::collections::BTreeSet;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, EntityTag, HeaderValue},
    },
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use uuid::Uuid;

use super::reason;
use crate::{
    http::{
        problem::{Kind, Problem},
        reply::{self, Caching, Media},
    },
    store::Reason,
};

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
/// See [`reason`].
pub fn because(
    code: Option<String>,
    text: Option<String>,
    otherwise: &str,
) -> Result<Reason, Problem> {
    reason(code.as_deref().unwrap_or(otherwise), &text.unwrap_or_default())
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
    *response.status_mut() = StatusCode::CREATED;
    // An address of ours is always a header value.
    if let Ok(at) = HeaderValue::from_str(at) {
        response.headers_mut().insert(header::LOCATION, at);
    }
    Ok(response)
}
