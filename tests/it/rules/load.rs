//! What a rulebook that is not as it must be says about itself.

use bedside::rules::{LoadErrors, Rulebook, Source, Sources};
use serde_json::{Value as Json, json};

use super::data;

/// Loads the built-in rulebook with one file changed.
fn load_with(name: &str, change: impl FnOnce(&mut Json)) -> Result<Rulebook, LoadErrors> {
    let mut json = data(name);
    change(&mut json);
    let text = json.to_string();
    Rulebook::load(&Sources::replaced_by(&[Source { name, text: &text }])?)
}

fn item<'a>(list: &'a mut Json, key: &str, name: &str) -> &'a mut Json {
    list.as_array_mut().unwrap().iter_mut().find(|item| item[key] == name).unwrap()
}

fn rule_fault(rule: &str, field: &str, value: Json) -> String {
    let loaded = load_with("rules.json", |rules| item(rules, "id", rule)[field] = value);
    loaded.expect_err(field).to_string()
}

fn fact_fault(fact: &str, field: &str, value: Json) -> String {
    let loaded = load_with("facts.json", |facts| item(facts, "name", fact)[field] = value);
    loaded.expect_err(field).to_string()
}

#[test]
fn a_faulty_rule_is_named_with_field_place_and_reason() {
    for (rule, field, value, message) in [
        (
            "KTS-030",
            "condition",
            json!("site.clinician_presnt_during_dosing == false"),
            "rules.json: rule KTS-030: condition at character 1: unknown fact \
             `site.clinician_presnt_during_dosing`; did you mean \
             `site.clinician_present_during_dosing`?",
        ),
        (
            "KTS-030",
            "condition",
            json!("true && (site.monitor_bp == 3)"),
            "rules.json: rule KTS-030: condition at character 10: wrong type: `site.monitor_bp` is \
             a tri fact: compare it with == or != to true or false",
        ),
        (
            "KTS-001",
            "applies_to",
            json!("cred.dea_status == \"actve\""),
            "rules.json: rule KTS-001: applies_to at character 20: `cred.dea_status` has no value \
             \"actve\"; its values are active, expired, suspended, revoked, surrendered",
        ),
        (
            "KTS-001",
            "condition",
            json!("site.monitor_bp =="),
            "rules.json: rule KTS-001: condition at character 19: syntax error: expected a fact, a \
             value, `!`, `(` or `[`, found the end",
        ),
        (
            "KTS-001",
            "citations",
            json!(["D1", "D99"]),
            "rules.json: rule KTS-001: citations: there is no citation `D99`",
        ),
        (
            "KTS-001",
            "plain",
            json!(null),
            "rules.json: rule KTS-001: plain: the plain text in `en` and `es` is missing",
        ),
        (
            "KTS-001",
            "plain",
            json!({"en": "Fine.", "es": " "}),
            "rules.json: rule KTS-001: plain: the `es` text is missing",
        ),
        (
            "KTS-001",
            "plain",
            json!({"en": "This is safe.", "es": "Bien."}),
            "rules.json: rule KTS-001: plain: the word \"safe\" may not be used",
        ),
        (
            "KTS-001",
            "plain",
            json!({"en": "Fine.", "es": "Un producto aprobado."}),
            "rules.json: rule KTS-001: plain: the word \"aprobado\" may not be used",
        ),
        ("KTS-001", "version", json!(0), "version: versions count from 1"),
        ("KTS-001", "message", json!(""), "message: a text is needed here"),
        ("KTS-001", "jurisdiction", json!("US-ZZ"), "jurisdiction: this is `US`, or `US-`"),
        ("KTS-001", "effective_to", json!("2027-01-01"), "effective_to: a policy rule has none"),
        ("KTS-010", "legal_status", json!(null), "legal_status: a law rule needs one"),
        (
            "KTS-010",
            "law_confirmed_through",
            json!("2027-01-01"),
            "law_confirmed_through: no check reaches past the published end of a law",
        ),
        ("KTS-010", "effective_from", json!("2027-05-12"), "effective_from: this lies after"),
        ("KTS-010", "effective_from", json!("2023-13-01"), "rule KTS-010: "),
        ("KTS-001", "severity", json!("grave"), "unknown variant `grave`"),
        ("KTS-001", "colour", json!("red"), "unknown field `colour`"),
    ] {
        let fault = rule_fault(rule, field, value);
        assert!(fault.contains(message), "{field}: {fault}");
    }
}

#[test]
fn a_faulty_fact_is_named_with_field_and_reason() {
    for (fact, field, value, message) in [
        ("site.monitor_bp", "question", json!(null), "facts.json: fact site.monitor_bp: "),
        ("site.monitor_bp", "min_tier_clearing", json!("E6"), "E5 and E6 never back a value"),
        ("site.monitor_bp", "adverse_values", json!(["no"]), "is no value that tri fact"),
        ("telehealth.used", "adverse_values", json!(null), "without adverse values both tiers"),
        ("cred.dea_status", "values", json!([]), "1 to 64 different values"),
        ("cred.dea_status", "values", json!(["a", "a"]), "1 to 64 different values"),
        ("cred.dea_status", "values", json!("states"), "there is no list of values `states`"),
        ("esk.monitor_minutes", "min", json!(500), "an int fact needs a unit and min up to max"),
        ("site.monitor_bp", "values", json!(["a"]), "only enum and set facts have values"),
        ("site.monitor_bp", "unit", json!("mmHg"), "only int facts have a unit"),
        ("site.monitor_bp", "name", json!("bp"), "a name is `group.fact` in lower case"),
        ("takehome.supervision", "values", json!(["none", "lay_person"]), "takehome.supervision"),
    ] {
        let fault = fact_fault(fact, field, value);
        assert!(fault.contains(message), "{fact} {field}: {fault}");
    }
    // The status reads some facts by name; a vocabulary without them is no vocabulary.
    let loaded = load_with("facts.json", |facts| {
        facts.as_array_mut().unwrap().retain(|fact| fact["name"] != "telehealth.used");
    });
    let fault = loaded.expect_err("a fact is missing").to_string();
    assert!(fault.contains("the overall status needs a tri fact `telehealth.used`"), "{fault}");
}

#[test]
fn every_fault_is_reported_at_once() {
    let loaded = load_with("rules.json", |rules| {
        item(rules, "id", "KTS-001")["condition"] = json!("nothing");
        item(rules, "id", "KTS-002")["plain"] = json!(null);
        item(rules, "id", "KTS-003")["id"] = json!("KTS-004");
    });
    let LoadErrors(faults) = loaded.expect_err("three faults");
    let mut items: Vec<&str> = faults.iter().map(|fault| fault.item.as_str()).collect();
    items.sort_unstable();
    assert_eq!(items, ["rule KTS-001", "rule KTS-002", "rule KTS-004"]);
}

/// A faulty fact is named once, and not again by every rule that reads it.
#[test]
fn a_fault_is_not_repeated_by_what_rests_on_it() {
    let fault = fact_fault("offers.racemic_ketamine", "type", json!("bool"));
    assert_eq!(fault.lines().count(), 1, "{fault}");
}

#[test]
fn a_file_is_known_by_its_content() {
    let faults = |text: &str| {
        let loaded = Sources::replaced_by(&[Source { name: "mine.json", text }]);
        loaded.map(|_| ()).expect_err(text).to_string()
    };
    assert!(faults("{").contains("mine.json: EOF while parsing"));
    assert!(faults("[1, 2]").contains("mine.json: this is neither"));
    assert!(faults("3").contains("mine.json: this is neither"));

    let twice = [Source { name: "a", text: "{}" }, Source { name: "b", text: "{}" }];
    let fault = Sources::replaced_by(&twice).map(|_| ()).expect_err("twice").to_string();
    assert_eq!(fault, "b: a second file of citations; give one at a time");

    let citations = Source { name: "c", text: "{}" };
    let loaded = Rulebook::load(&Sources::replaced_by(&[citations]).unwrap());
    assert!(loaded.expect_err("nothing is left to cite").to_string().contains("no citation `D1`"));

    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(faults(&deep).contains("recursion limit"));
}

#[test]
fn the_hash_is_of_the_content_and_of_nothing_else() {
    let before = super::rulebook().hash().to_owned();
    assert_eq!(before.len(), 64);
    let reordered = load_with("rules.json", |rules| rules.as_array_mut().unwrap().reverse());
    assert_eq!(reordered.unwrap().hash(), before);
    for (file, key, name, field) in [
        ("rules.json", "id", "KTS-001", "rationale"),
        ("facts.json", "name", "site.monitor_bp", "meaning"),
    ] {
        let changed = load_with(file, |list| item(list, key, name)[field] = json!("other"));
        assert_ne!(changed.unwrap().hash(), before, "{file}");
    }
    let plain = json!({"en": "Other words.", "es": "Otras palabras."});
    let changed = load_with("rules.json", |rules| item(rules, "id", "KTS-001")["plain"] = plain);
    assert_ne!(changed.unwrap().hash(), before);
    let changed = load_with("citations.json", |all| all["D1"]["checked"] = json!("again"));
    assert_ne!(changed.unwrap().hash(), before);
}

/// A change of the rulebook is a new version; this keeps it from happening unnoticed.
#[test]
fn the_content_is_that_of_its_version() {
    let rulebook = super::rulebook();
    let versions = data("versions.json");
    let current = versions.as_array().unwrap().last().unwrap();
    assert_eq!(current["version"], rulebook.version());
    assert_eq!(
        current["hash"],
        rulebook.hash(),
        "the rulebook's content changed: add a version to rulebook/versions.json"
    );
}
