//! The rule engine against its tables of cases, and its properties.

mod cases;
mod language;
mod load;
mod oracle;
mod properties;
mod public;
mod speed;
mod statements;
mod subject;
mod supervised;
mod texts;
mod wire;

use bedside::{
    domain::fact::FactValue,
    rules::{FactState, Facts, Rulebook},
};
use chrono::NaiveDate;
use serde_json::Value as Json;

/// The rulebook that is part of the program.
fn rulebook() -> Rulebook {
    Rulebook::built_in().unwrap_or_else(|errors| panic!("{errors}"))
}

/// A JSON file of the rulebook.
fn data(name: &str) -> Json {
    let path = format!("{}/rulebook/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Sets facts from a JSON object; null makes a fact unknown.
fn patch(rulebook: &Rulebook, facts: &mut Facts, changes: &Json) {
    for (name, value) in changes.as_object().unwrap() {
        let spec = rulebook.vocabulary().named(name).unwrap_or_else(|| panic!("no fact {name}"));
        let given: Option<FactValue> = serde_json::from_value(value.clone()).unwrap();
        let never = rulebook.no_facts().get(spec.id);
        let state = given.map_or(never, |given| FactState::Known(spec.value(&given).unwrap()));
        facts.set(spec.id, state);
    }
}

/// Facts from JSON objects, the later ones over the earlier ones.
fn facts(rulebook: &Rulebook, layers: &[&Json]) -> Facts {
    let mut facts = rulebook.no_facts();
    layers.iter().for_each(|layer| patch(rulebook, &mut facts, layer));
    facts
}

/// One of the base sets of `cases.json`.
fn base(name: &str) -> Json {
    data("cases.json")["bases"][name].clone()
}
