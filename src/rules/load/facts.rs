//! The vocabulary from `facts.json`.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::{
    domain::{Tier, UsState},
    rules::{
        text::Plain,
        value::bit,
        vocabulary::{FactId, FactSpec, Kind, MAX_CODES, Vocabulary},
    },
};

use super::{Faults, elements};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFact {
    name: String,
    #[serde(rename = "type")]
    kind: RawKind,
    meaning: String,
    label: Plain,
    question: Plain,
    max_age_days: u32,
    min_tier_adverse: Tier,
    min_tier_clearing: Tier,
    #[serde(default)]
    values: Option<RawValues>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    min: Option<i64>,
    #[serde(default)]
    max: Option<i64>,
    adverse_values: Option<Vec<Json>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    Tri,
    Int,
    Enum,
    Set,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawValues {
    Listed(Vec<String>),
    Named(String),
}

/// Reads every fact; what is faulty is left out and named.
pub fn read(faults: &mut Faults<'_>, text: &str) -> Vocabulary {
    let mut facts = Vec::new();
    for (item, json) in elements(faults, text, "fact", "name") {
        let raw = match serde_json::from_value::<RawFact>(json) {
            Ok(raw) => raw,
            Err(error) => {
                faults.add(&item, "", error.to_string());
                continue;
            }
        };
        match (u8::try_from(facts.len()), fact(&raw)) {
            (Ok(at), Ok(spec)) => facts.push(FactSpec { id: FactId(at), ..spec }),
            (Err(_), _) => faults.add(&item, "", "a vocabulary has at most 256 facts"),
            (_, Err((field, reason))) => faults.add(&item, field, reason),
        }
    }
    Vocabulary::new(facts)
}

type Fault = (&'static str, String);

/// One fact; its place in the vocabulary is set by the caller.
fn fact(raw: &RawFact) -> Result<FactSpec, Fault> {
    let fault = |field, reason: &str| Err((field, reason.to_owned()));
    let well_named = |part: &str| {
        !part.is_empty() && part.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'))
    };
    match raw.name.split_once('.') {
        Some((group, rest)) if well_named(group) && well_named(rest) => {}
        _ => return fault("name", "a name is `group.fact` in lower case"),
    }
    if raw.meaning.trim().is_empty() {
        return fault("meaning", "a text is needed here");
    }
    for (field, plain) in [("label", &raw.label), ("question", &raw.question)] {
        if let Some(reason) = plain.fault() {
            return Err((field, reason));
        }
    }
    for (field, tier) in
        [("min_tier_adverse", raw.min_tier_adverse), ("min_tier_clearing", raw.min_tier_clearing)]
    {
        if matches!(tier, Tier::E5 | Tier::E6) {
            return fault(field, "E5 and E6 never back a value");
        }
    }
    let kind = kind(raw)?;
    let adverse = match &raw.adverse_values {
        Some(values) => Some(adverse(&kind, values)?),
        None if raw.min_tier_adverse != raw.min_tier_clearing => {
            return fault("adverse_values", "without adverse values both tiers are the same");
        }
        None => None,
    };
    Ok(FactSpec {
        id: FactId(0),
        name: raw.name.clone(),
        kind,
        meaning: raw.meaning.clone(),
        label: raw.label.clone(),
        question: raw.question.clone(),
        max_age_days: raw.max_age_days,
        min_tier_adverse: raw.min_tier_adverse,
        min_tier_clearing: raw.min_tier_clearing,
        adverse,
    })
}

fn kind(raw: &RawFact) -> Result<Kind, Fault> {
    if !matches!(raw.kind, RawKind::Enum | RawKind::Set) && raw.values.is_some() {
        return Err(("values", "only enum and set facts have values".to_owned()));
    }
    if !matches!(raw.kind, RawKind::Int)
        && (raw.min.is_some() || raw.max.is_some() || raw.unit.is_some())
    {
        return Err(("unit", "only int facts have a unit and limits".to_owned()));
    }
    match raw.kind {
        RawKind::Tri => Ok(Kind::Tri),
        RawKind::Int => match (raw.min, raw.max, &raw.unit) {
            (Some(min), Some(max), Some(unit)) if min <= max => {
                Ok(Kind::Int { min, max, unit: unit.clone() })
            }
            _ => Err(("min", "an int fact needs a unit and min up to max".to_owned())),
        },
        RawKind::Enum => Ok(Kind::Enum(codes(raw)?)),
        RawKind::Set => Ok(Kind::Set(codes(raw)?)),
    }
}

fn codes(raw: &RawFact) -> Result<Vec<String>, Fault> {
    let codes = match &raw.values {
        Some(RawValues::Listed(codes)) => codes.clone(),
        Some(RawValues::Named(list)) if list == "usps_state" => {
            UsState::ALL.iter().map(|state| state.as_str().to_owned()).collect()
        }
        Some(RawValues::Named(list)) => {
            return Err(("values", format!("there is no list of values `{list}`")));
        }
        None => return Err(("values", "enum and set facts need values".to_owned())),
    };
    let mut sorted = codes.clone();
    sorted.sort();
    sorted.dedup();
    let empty = codes.iter().any(|code| code.trim().is_empty());
    if codes.is_empty() || codes.len() > MAX_CODES || sorted.len() != codes.len() || empty {
        return Err(("values", format!("1 to {MAX_CODES} different values are needed")));
    }
    Ok(codes)
}

fn adverse(kind: &Kind, values: &[Json]) -> Result<u64, Fault> {
    let mut mask = 0;
    for value in values {
        let code = match (kind, value) {
            (Kind::Tri, Json::Bool(b)) => Some(u8::from(*b)),
            (Kind::Enum(_), Json::String(text)) => kind.code(text),
            _ => None,
        };
        let code = code.ok_or_else(|| {
            let reason =
                format!("{value} is no value that {} fact can have as adverse", kind.name());
            ("adverse_values", reason)
        })?;
        mask |= bit(code);
    }
    Ok(mask)
}
