//! `POST /v1/evaluations`: a request checked member by member, and its answer.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{
    domain::{
        SafetyStatus,
        fact::{FactSet, FactValue},
    },
    rules::{
        Basis, Counts, FactSpec, FactState, Facts, Plain, Rulebook, Value, ValueError, Which,
        vocabulary::closest,
    },
};

use super::{
    finding::{FindingAnswer, StepAnswer},
    schema::{FactsGiven, LawDates},
};

/// Facts to evaluate, taken as resolved: no tier, no age, no conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluationRequest {
    /// The civil date to evaluate for; absent = today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<NaiveDate>,
    /// What is known, by the fact's name; null and absent both mean unknown.
    pub facts: FactsGiven,
    /// What to assume about the law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assume: Option<Assume>,
}

/// What to assume about the law.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assume {
    /// For law rules by id, the date through which the law is taken to be confirmed: it replaces
    /// the rulebook's date, earlier or later.
    #[serde(default)]
    pub law_confirmed_through: LawDates,
}

/// What the engine says about the facts. This is its own result, not what a listing may show.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvaluationAnswer {
    /// The overall status.
    pub status: SafetyStatus,
    /// The words that it is shown with.
    pub display: Plain,
    /// The date of the evaluation.
    pub as_of: NaiveDate,
    /// The rulebook that decided.
    pub rulebook: RulebookRef,
    /// How many findings there are of each severity, and how many rules are undetermined.
    pub counts: Counts,
    /// Triggered rules of every severity, sorted.
    pub triggered: Vec<String>,
    /// Undetermined rules that stand in the way of a supervised label, sorted.
    pub blocking: Vec<String>,
    /// Every undetermined rule, sorted.
    pub undetermined: Vec<String>,
    /// Triggered and undetermined rules with their trace; every rule where all are asked for.
    pub findings: Vec<FindingAnswer>,
    /// What still stands between these facts and a supervised label.
    pub to_supervised: Vec<StepAnswer>,
}

/// Which rulebook it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RulebookRef {
    /// Its version, from 1.
    pub version: u32,
    /// SHA-256 of its content.
    pub hash: String,
}

impl From<&Rulebook> for RulebookRef {
    fn from(rulebook: &Rulebook) -> Self {
        Self { version: rulebook.version(), hash: rulebook.hash().to_owned() }
    }
}

/// A member of a body that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the member.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// Evaluates a request body.
///
/// # Errors
/// Every member that is unknown or has a wrong type or value.
pub fn evaluate_request(
    rulebook: &Rulebook,
    body: &Json,
    today: NaiveDate,
    which: Which,
) -> Result<EvaluationAnswer, Vec<FieldError>> {
    let (facts, basis) = read(rulebook, body, today)?;
    let evaluation = rulebook.evaluate(&facts, &basis);
    let ids = |set| rulebook.ids(set).map(str::to_owned).collect();
    Ok(EvaluationAnswer {
        status: evaluation.status,
        display: rulebook.display(&evaluation, &facts, &basis, None),
        as_of: basis.as_of,
        rulebook: rulebook.into(),
        counts: evaluation.counts,
        triggered: ids(evaluation.triggered),
        blocking: ids(evaluation.blocking),
        undetermined: ids(evaluation.undetermined),
        findings: rulebook
            .findings(&facts, &basis, which)
            .iter()
            .map(|finding| FindingAnswer::new(rulebook, finding, &facts, None, basis.as_of))
            .collect(),
        to_supervised: StepAnswer::list(rulebook, &facts, &basis),
    })
}

/// Reads a request body as far as it goes, so that every fault is named at once.
fn read(
    rulebook: &Rulebook,
    body: &Json,
    today: NaiveDate,
) -> Result<(Facts, Basis), Vec<FieldError>> {
    let mut reader = Reader { rulebook, errors: Vec::new() };
    let mut facts = rulebook.no_facts();
    let mut basis = Basis::on(today);
    let Some(body) = reader.object(body, "") else { return Err(reader.errors) };
    for (name, member) in body {
        match name.as_str() {
            "as_of" if member.is_null() => {}
            "as_of" => {
                if let Some(date) = reader.date(member, "/as_of") {
                    basis.as_of = date;
                }
            }
            "facts" => reader.facts(member, &mut facts),
            "assume" if member.is_null() => {}
            "assume" => reader.assume(member, &mut basis),
            other => reader.unknown(&format!("/{}", escape(other)), "as_of, facts, assume"),
        }
    }
    if !body.contains_key("facts") {
        reader.fault("/facts", "this member is needed; {} where nothing is known");
    }
    if reader.errors.is_empty() { Ok((facts, basis)) } else { Err(reader.errors) }
}

struct Reader<'a> {
    rulebook: &'a Rulebook,
    errors: Vec<FieldError>,
}

impl Reader<'_> {
    fn fault(&mut self, pointer: &str, detail: impl Into<String>) {
        self.errors.push(FieldError { pointer: pointer.to_owned(), detail: detail.into() });
    }

    fn unknown(&mut self, pointer: &str, known: &str) {
        self.fault(pointer, format!("unknown member; known are {known}"));
    }

    fn object<'j>(&mut self, json: &'j Json, pointer: &str) -> Option<&'j Map<String, Json>> {
        if json.is_object() {
            return json.as_object();
        }
        self.fault(pointer, format!("an object is needed here, got {}", kind_of(json)));
        None
    }

    fn date(&mut self, json: &Json, pointer: &str) -> Option<NaiveDate> {
        let date = json.as_str().and_then(civil_date);
        if date.is_none() {
            self.fault(
                pointer,
                format!("a date like \"2026-11-21\" is needed, got {}", kind_of(json)),
            );
        }
        date
    }

    fn facts(&mut self, json: &Json, facts: &mut Facts) {
        let Some(members) = self.object(json, "/facts") else { return };
        for (name, value) in members {
            let pointer = format!("/facts/{}", escape(name));
            let Some(spec) = self.rulebook.vocabulary().named(name) else {
                let meant = self.rulebook.vocabulary().closest(name);
                let hint = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
                self.fault(&pointer, format!("there is no such fact{hint}"));
                continue;
            };
            match fact_value(spec, value) {
                Ok(Some(value)) => facts.set(spec.id, FactState::Known(value)),
                Ok(None) => {}
                Err(error) => {
                    let at = format!("{pointer}{}", error.pointer);
                    self.fault(&at, format!("this takes {}; got {}", error.allowed, error.got));
                }
            }
        }
    }

    fn assume(&mut self, json: &Json, basis: &mut Basis) {
        let Some(members) = self.object(json, "/assume") else { return };
        for (name, member) in members {
            if name != "law_confirmed_through" {
                let pointer = format!("/assume/{}", escape(name));
                self.unknown(&pointer, "law_confirmed_through");
                continue;
            }
            let within = "/assume/law_confirmed_through";
            let Some(dates) = self.object(member, within) else { return };
            for (id, date) in dates {
                let pointer = format!("{within}/{}", escape(id));
                match self.rulebook.rule(id) {
                    Some((at, rule)) if rule.law.is_some() => {
                        if let Some(date) = self.date(date, &pointer) {
                            basis.confirmed_through.insert(at, date);
                        }
                    }
                    Some(_) => self.fault(&pointer, "this is a policy rule; it follows no law"),
                    None => {
                        let ids = self.rulebook.rules().iter().map(|rule| rule.id.as_str());
                        let hint = closest(id, ids)
                            .map(|id| format!("; did you mean {id}?"))
                            .unwrap_or_default();
                        self.fault(&pointer, format!("there is no such rule{hint}"));
                    }
                }
            }
        }
    }
}

/// The value of a fact as JSON; null is no value.
fn fact_value(spec: &FactSpec, json: &Json) -> Result<Option<Value>, ValueError> {
    let refuse = |pointer: &str, json: &Json| Err(spec.refuse(pointer, kind_of(json)));
    let given = match json {
        Json::Null => return Ok(None),
        Json::Bool(b) => FactValue::Bool(*b),
        Json::Number(number) => match whole(number) {
            Some(number) => FactValue::Int(number),
            None => return refuse("", json),
        },
        Json::String(text) => FactValue::Code(text.clone()),
        Json::Array(_) => return refuse("", json),
        Json::Object(members) => {
            let mut items = Vec::new();
            for (name, member) in members {
                match (name.as_str(), member) {
                    ("items", Json::Array(list)) => {
                        for (at, item) in list.iter().enumerate() {
                            match item.as_str() {
                                Some(code) => items.push(code.to_owned()),
                                None => return refuse(&format!("/items/{at}"), item),
                            }
                        }
                    }
                    ("complete", Json::Bool(_)) => {}
                    (name, member) => return refuse(&format!("/{}", escape(name)), member),
                }
            }
            match (members.get("items"), members.get("complete").and_then(Json::as_bool)) {
                (Some(_), Some(complete)) => FactValue::Set(FactSet { items, complete }),
                _ => return Err(spec.refuse("", "an object without items or complete".to_owned())),
            }
        }
    };
    spec.value(&given).map(Some)
}

/// A whole number, also where it is written like 60.0: JSON knows no other difference.
fn whole(number: &serde_json::Number) -> Option<i64> {
    let text = number.to_string();
    text.strip_suffix(".0").unwrap_or(&text).parse().ok()
}

/// A date in the one form `YYYY-MM-DD`; chrono alone would take others too.
fn civil_date(text: &str) -> Option<NaiveDate> {
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if text.len() != 10 || !shape { None } else { text.parse().ok() }
}

/// A member's name in a JSON pointer. Source: RFC 6901, section 3.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What a faulty member is, short enough for a message whatever was sent.
fn kind_of(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(text) if text.chars().count() <= 60 => format!("\"{text}\""),
        Json::String(_) => "a long text".to_owned(),
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}
