//! A fact's value as it is written in files, forms and the API, before a vocabulary
//! has checked its name and type.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// A stated value: a truth value, a whole number, a code, or a set of codes.
///
/// `null` (unknown) is the absence of a `FactValue`, never a value of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
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

/// Written out, since a derived one would also read a set from a list, and could not say
/// what it expects.
impl<'de> Deserialize<'de> for FactValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = FactValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, a whole number, a code, or a set with `items` and `complete`")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<FactValue, E> {
        Ok(FactValue::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<FactValue, E> {
        Ok(FactValue::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<FactValue, E> {
        i64::try_from(value).map(FactValue::Int).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<FactValue, E> {
        Ok(FactValue::Code(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<FactValue, E> {
        Ok(FactValue::Code(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FactValue, A::Error> {
        FactSet::deserialize(MapAccessDeserializer::new(map)).map(FactValue::Set)
    }
}
