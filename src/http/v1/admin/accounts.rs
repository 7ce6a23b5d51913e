//! What the operations on people and on programs share.

use std::{collections::BTreeSet, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::IntoParams;
use uuid::Uuid;

use super::{id_in, reason};
use crate::{
    http::problem::{Kind, Problem},
    store::Reason,
};

/// What a change of an account or a program says in its headers.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the document alone reads it")]
pub struct VersionHeader {
    /// The `ETag` of the version that the change is made from
    #[param(rename = "If-Match", example = "\"3\"")]
    if_match: String,
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
/// See [`reason`].
pub fn because(
    code: Option<String>,
    text: Option<String>,
    otherwise: &str,
) -> Result<Reason, Problem> {
    reason(code.as_deref().unwrap_or(otherwise), &text.unwrap_or_default())
}

/// The id and the verb in an address; whatever cannot be one is not found.
///
/// # Errors
/// 404.
pub fn step<V: FromStr>(path: &(String, String)) -> Result<(Uuid, V), Problem> {
    let verb = path.1.parse().map_err(|_unknown| Problem::of(Kind::NotFound))?;
    Ok((id_in(&path.0)?, verb))
}
