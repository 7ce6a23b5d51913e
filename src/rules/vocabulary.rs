//! The vocabulary: which facts there are, what values they take and what evidence they need.

use std::collections::HashMap;

use crate::domain::{
    Tier,
    fact::{FactSet, FactValue},
};

use super::{
    text::Plain,
    value::{SetValue, Value, bit},
};

/// The most codes that a fact may have, and the most facts that a vocabulary may have.
pub const MAX_CODES: usize = 64;

/// A fact's position in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub(super) u8);

impl FactId {
    /// The position, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What kind of value a fact takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Tri,
    /// A whole number.
    Int {
        /// The least that is taken.
        min: i64,
        /// The most that is taken.
        max: i64,
        /// What it counts.
        unit: String,
    },
    /// One of the codes.
    Enum(Vec<String>),
    /// Some of the codes.
    Set(Vec<String>),
}

impl Kind {
    /// The codes of an `enum` or a `set` fact.
    #[must_use]
    pub fn codes(&self) -> &[String] {
        match self {
            Self::Enum(codes) | Self::Set(codes) => codes,
            Self::Tri | Self::Int { .. } => &[],
        }
    }

    /// A code's position.
    #[must_use]
    pub fn code(&self, text: &str) -> Option<u8> {
        let at = self.codes().iter().position(|code| code == text)?;
        u8::try_from(at).ok()
    }

    /// The word for the kind in `facts.json`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Tri => "tri",
            Self::Int { .. } => "int",
            Self::Enum(_) => "enum",
            Self::Set(_) => "set",
        }
    }

    /// What may be written for the fact, for people.
    #[must_use]
    pub fn allowed(&self) -> String {
        match self {
            Self::Tri => "true, false or null".to_owned(),
            Self::Int { min, max, unit } => {
                format!("a whole number of {unit} from {min} to {max}, or null")
            }
            Self::Enum(codes) => format!("{}, or null", one_of(codes)),
            Self::Set(codes) => format!(
                "{{\"items\": [...], \"complete\": true or false}}, or null; an item is {}",
                one_of(codes)
            ),
        }
    }
}

/// "one of a, b, c"; a list as long as the postal codes of the states is cut.
fn one_of(codes: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<&str> = codes.iter().take(SHOWN).map(String::as_str).collect();
    let more = if codes.len() > SHOWN { ", ..." } else { "" };
    format!("one of {}{more}", shown.join(", "))
}

/// One fact of the vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub struct FactSpec {
    /// Its position.
    pub id: FactId,
    /// Its name, such as `site.monitor_bp`.
    pub name: String,
    /// What values it takes.
    pub kind: Kind,
    /// What it means, exactly.
    pub meaning: String,
    /// A short name for pages.
    pub label: Plain,
    /// The question that finds it out.
    pub question: Plain,
    /// The days for which a statement counts; whole days, the last one inclusive.
    pub max_age_days: u32,
    /// The weakest tier that an adverse value is accepted from.
    pub min_tier_adverse: Tier,
    /// The weakest tier that any other value is accepted from.
    pub min_tier_clearing: Tier,
    /// One bit for each adverse value (false is 0, true is 1); `None` where no value is.
    pub(super) adverse: Option<u64>,
}

impl FactSpec {
    /// True when the value is one of the fact's adverse values.
    #[must_use]
    pub fn is_adverse(&self, value: Value) -> bool {
        let code = match value {
            Value::Bool(b) => u8::from(b),
            Value::Code(code) => code,
            Value::Int(_) | Value::Set(_) => return false,
        };
        self.adverse.is_some_and(|mask| mask & bit(code) != 0)
    }

    /// True when the fact has adverse values and this is none of them.
    #[must_use]
    pub fn is_clearing(&self, value: Value) -> bool {
        self.adverse.is_some() && !self.is_adverse(value)
    }

    /// The adverse values as they are written; `None` where no value is adverse.
    #[must_use]
    pub fn adverse_values(&self) -> Option<Vec<FactValue>> {
        let mask = self.adverse?;
        Some(match &self.kind {
            Kind::Tri => [false, true]
                .into_iter()
                .filter(|b| mask & bit(u8::from(*b)) != 0)
                .map(FactValue::Bool)
                .collect(),
            Kind::Int { .. } | Kind::Enum(_) | Kind::Set(_) => {
                members(self.kind.codes(), mask).map(FactValue::Code).collect()
            }
        })
    }

    /// True when statements about a site stand before the provider's.
    #[must_use]
    pub fn site_first(&self) -> bool {
        self.name.starts_with("site.") || self.name.starts_with("offers.")
    }

    /// Checks a stated value and makes it compact.
    ///
    /// # Errors
    /// The value has the wrong type, is out of range or names a code that does not exist.
    pub fn value(&self, given: &FactValue) -> Result<Value, ValueError> {
        match (&self.kind, given) {
            (Kind::Tri, FactValue::Bool(b)) => Ok(Value::Bool(*b)),
            (Kind::Int { min, max, .. }, FactValue::Int(n)) if (min..=max).contains(&n) => {
                Ok(Value::Int(*n))
            }
            (Kind::Enum(_), FactValue::Code(text)) => match self.kind.code(text) {
                Some(code) => Ok(Value::Code(code)),
                None => Err(self.refuse("", format!("\"{text}\""))),
            },
            (Kind::Set(_), FactValue::Set(set)) => {
                let mut members = 0;
                for (at, item) in set.items.iter().enumerate() {
                    let code = self.kind.code(item);
                    let refused = || self.refuse(&format!("/items/{at}"), format!("\"{item}\""));
                    members |= bit(code.ok_or_else(refused)?);
                }
                Ok(Value::Set(SetValue { members, complete: set.complete }))
            }
            (_, FactValue::Bool(b)) => Err(self.refuse("", b.to_string())),
            (_, FactValue::Int(n)) => Err(self.refuse("", n.to_string())),
            (_, FactValue::Code(text)) => Err(self.refuse("", format!("\"{text}\""))),
            (_, FactValue::Set(_)) => Err(self.refuse("", "an object".to_owned())),
        }
    }

    /// The value as files and the API write it.
    #[must_use]
    pub fn written(&self, value: Value) -> FactValue {
        match value {
            Value::Bool(b) => FactValue::Bool(b),
            Value::Int(n) => FactValue::Int(n),
            Value::Code(code) => {
                let text = self.kind.codes().get(usize::from(code));
                FactValue::Code(text.cloned().unwrap_or_default())
            }
            Value::Set(set) => FactValue::Set(FactSet {
                items: members(self.kind.codes(), set.members).collect(),
                complete: set.complete,
            }),
        }
    }

    /// The complaint about a value; `pointer` leads from the value to its faulty part.
    pub(super) fn refuse(&self, pointer: &str, got: String) -> ValueError {
        ValueError {
            fact: self.name.clone(),
            pointer: pointer.to_owned(),
            got,
            allowed: self.kind.allowed(),
        }
    }
}

/// The codes whose bits are set, in the vocabulary's order.
fn members(codes: &[String], mask: u64) -> impl Iterator<Item = String> {
    let codes = (0_u8..).zip(codes);
    codes.filter(move |(at, _)| mask & bit(*at) != 0).map(|(_, code)| code.clone())
}

/// A value that its fact does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{fact}` takes {allowed}; got {got}")]
pub struct ValueError {
    /// The fact's name.
    pub fact: String,
    /// JSON pointer from the value to its faulty part; empty = the value itself.
    pub pointer: String,
    /// What was given.
    pub got: String,
    /// What is taken.
    pub allowed: String,
}

/// Every fact, by position and by name.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    facts: Vec<FactSpec>,
    by_name: HashMap<String, FactId>,
}

impl Vocabulary {
    /// Takes facts whose ids are their positions; the loader sees to that.
    pub(super) fn new(facts: Vec<FactSpec>) -> Self {
        let by_name = facts.iter().map(|fact| (fact.name.clone(), fact.id)).collect();
        Self { facts, by_name }
    }

    /// Every fact, in the vocabulary's order.
    #[must_use]
    pub fn facts(&self) -> &[FactSpec] {
        &self.facts
    }

    /// The position of a named fact.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<FactId> {
        self.by_name.get(name).copied()
    }

    /// One fact; `None` only for an id of another vocabulary.
    #[must_use]
    pub fn get(&self, id: FactId) -> Option<&FactSpec> {
        self.facts.get(id.index())
    }

    /// A named fact.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&FactSpec> {
        self.get(self.id(name)?)
    }

    /// A fact's name; empty for an id of another vocabulary.
    #[must_use]
    pub fn name(&self, id: FactId) -> &str {
        self.get(id).map_or("", |fact| &fact.name)
    }

    /// The known name that is written most like this one, if any is close.
    #[must_use]
    pub fn closest(&self, name: &str) -> Option<&str> {
        closest(name, self.facts.iter().map(|fact| fact.name.as_str()))
    }
}

/// The candidate that is written most like `text`, if any is close enough to be meant.
pub(super) fn closest<'a>(
    text: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    // A hostile name may be long; comparing costs its length times each candidate's.
    if text.len() > 100 {
        return None;
    }
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(text, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| distance * 3 <= candidate.len())
        .map(|(_, candidate)| candidate)
}
