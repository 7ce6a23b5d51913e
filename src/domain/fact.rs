//! A fact's value as it is written in files, forms and the API, before a vocabulary
//! has checked its name and type.

use serde::{Deserialize, Serialize};

/// A stated value: a truth value, a whole number, a code, or a set of codes.
///
/// `null` (unknown) is the absence of a `FactValue`, never a value of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum FactValue {
    /// The value of a `tri` fact.
    Bool(bool),
    /// The value of an `int` fact, in the fact's unit.
    Int(i64),
    /// The value of an `enum` fact.
    Code(String),
    /// The value of a `set` fact.
    Set(FactSet),
}

/// A set of codes that is either all there is (`complete`) or some of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactSet {
    /// The members that are known.
    pub items: Vec<String>,
    /// True when there are no other members.
    pub complete: bool,
}
