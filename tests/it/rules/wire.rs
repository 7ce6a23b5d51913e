//! The request and the answer of an evaluation.

use bedside::rules::{
    Rulebook, Which,
    wire::{
        EvaluationAnswer, EvaluationRequest, FactAnswer, FactsGiven, FieldError, LawDates,
        RuleAnswer, evaluate_request,
    },
};
use serde_json::{Value as Json, json};

use super::{base, date, rulebook};

fn ask(rulebook: &Rulebook, body: &Json) -> Result<EvaluationAnswer, Vec<FieldError>> {
    evaluate_request(rulebook, body, date("2026-11-21"), Which::Reported)
}

#[test]
fn an_answer_has_the_members_that_clients_rely_on() {
    let rulebook = rulebook();
    let mut facts = base("TELE");
    facts["takehome.supervision"] = Json::Null;
    let body = json!({"as_of": "2026-11-21", "facts": facts});
    let answer = serde_json::to_value(ask(&rulebook, &body).unwrap()).unwrap();
    assert_eq!(answer["status"], "insufficient_information");
    assert_eq!(answer["as_of"], "2026-11-21");
    assert_eq!(answer["rulebook"], json!({"version": 1, "hash": rulebook.hash()}));
    let counts = json!({"critical": 0, "major": 0, "minor": 0, "info": 1, "undetermined": 2});
    assert_eq!(answer["counts"], counts);
    assert_eq!(answer["triggered"], json!(["KTS-010"]));
    assert_eq!(answer["blocking"], json!(["KTS-001", "KTS-005"]));
    assert_eq!(answer["undetermined"], json!(["KTS-001", "KTS-005"]));
    let findings = answer["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 3);
    let first = &findings[0];
    assert_eq!((&first["rule"], &first["outcome"]), (&json!("KTS-010"), &json!("triggered")));
    assert_eq!(first["law"], json!({"status": "in_force", "confirmed_through": "2026-12-31"}));
    assert_eq!(first["facts"][0]["name"], "telehealth.prescribes_ketamine");
    assert_eq!(first["facts"][0]["value"], true);
    assert_eq!(first["decided"][0]["clause"], "telehealth.prescribes_ketamine == true");
    let second = &findings[1];
    assert_eq!((&second["rule"], &second["version"]), (&json!("KTS-001"), &json!(1)));
    assert_eq!(second["severity"], "critical");
    assert_eq!(second["outcome"], "undetermined");
    assert_eq!(second["missing"][0]["fact"], "takehome.supervision");
    assert_eq!(second["missing"][0]["reason"], "never_asked");
    assert_eq!(second["citations"], json!(["D1", "P6", "FRADKIN", "P14"]));
    assert!(second["clears_when"].as_str().unwrap().starts_with("E3 signed policy"));
    assert!(second["message"].as_str().unwrap().starts_with("This provider prescribes"));
    assert!(second["plain"]["es"].as_str().unwrap().starts_with("Este proveedor"));
    assert_eq!(second["law"], Json::Null);
    let asked: Vec<&Json> =
        answer["to_supervised"].as_array().unwrap().iter().map(|step| &step["kind"]).collect();
    assert_eq!(asked, ["change", "ask"]);
}

#[test]
fn all_outcomes_stand_in_the_findings_where_they_are_asked_for() {
    let rulebook = rulebook();
    let body = json!({"facts": base("CLINIC")});
    let all = evaluate_request(&rulebook, &body, date("2026-11-21"), Which::All).unwrap();
    assert_eq!(all.findings.len(), rulebook.rules().len());
    assert!(ask(&rulebook, &body).unwrap().findings.is_empty());
    assert_eq!(all.as_of, date("2026-11-21"), "the date is today where none is given");
}

#[test]
fn an_assumed_date_replaces_the_rulebooks() {
    let rulebook = rulebook();
    let mut facts = base("TELE");
    facts["takehome.supervision"] = json!("live_video_clinician");
    let mut body = json!({"as_of": "2027-01-01", "facts": facts});
    let open = ask(&rulebook, &body).unwrap();
    assert_eq!(open.status.as_str(), "insufficient_information");
    assert_eq!(open.blocking, ["KTS-011"]);
    let finding = open.findings.iter().find(|finding| finding.rule == "KTS-011").unwrap();
    assert!(finding.law_unconfirmed && finding.missing.is_empty());
    body["assume"] = json!({"law_confirmed_through": {"KTS-011": "2027-03-31"}});
    let assumed = ask(&rulebook, &body).unwrap();
    assert_eq!(assumed.status.as_str(), "flagged");
    assert_eq!(assumed.triggered, ["KTS-005", "KTS-011"]);
}

#[test]
fn every_faulty_member_is_named_by_its_pointer() {
    let rulebook = rulebook();
    for (body, pointer, detail) in [
        (json!([]), "", "an object is needed here, got an array"),
        (json!({}), "/facts", "this member is needed"),
        (json!({"facts": [], "as_of": null}), "/facts", "an object is needed"),
        (json!({"facts": {}, "colour": 1}), "/colour", "known are as_of, facts, assume"),
        (json!({"facts": {}, "a/b~c": 1}), "/a~1b~0c", "unknown member"),
        (json!({"facts": {}, "as_of": "21.11.2026"}), "/as_of", "a date like \"2026-11-21\""),
        (json!({"facts": {}, "as_of": "2026-02-30"}), "/as_of", "got \"2026-02-30\""),
        (json!({"facts": {}, "as_of": "+2026-01-01"}), "/as_of", "a date like"),
        (json!({"facts": {}, "as_of": "2026-1-1"}), "/as_of", "a date like"),
        (json!({"facts": {}, "as_of": 20261121}), "/as_of", "got 20261121"),
        (
            json!({"facts": {"site.monitor_pb": true}}),
            "/facts/site.monitor_pb",
            "did you mean site.monitor_bp?",
        ),
        (json!({"facts": {"a/b": true}}), "/facts/a~1b", "there is no such fact"),
        (
            json!({"facts": {"site.monitor_bp": "yes"}}),
            "/facts/site.monitor_bp",
            "true, false or null; got \"yes\"",
        ),
        (json!({"facts": {"site.monitor_bp": 1}}), "/facts/site.monitor_bp", "got 1"),
        (json!({"facts": {"site.monitor_bp": []}}), "/facts/site.monitor_bp", "got an array"),
        (
            json!({"facts": {"esk.monitor_minutes": 481}}),
            "/facts/esk.monitor_minutes",
            "minutes from 0 to 480",
        ),
        (json!({"facts": {"esk.monitor_minutes": 1.5}}), "/facts/esk.monitor_minutes", "got 1.5"),
        (
            json!({"facts": {"esk.monitor_minutes": 1e300}}),
            "/facts/esk.monitor_minutes",
            "got 1e+300",
        ),
        (
            json!({"facts": {"esk.monitor_minutes": u64::MAX}}),
            "/facts/esk.monitor_minutes",
            "got 18446744073709551615",
        ),
        (json!({"facts": {"esk.monitor_minutes": true}}), "/facts/esk.monitor_minutes", "got true"),
        (
            json!({"facts": {"cred.dea_status": "ACTIVE"}}),
            "/facts/cred.dea_status",
            "one of active, expired",
        ),
        (json!({"facts": {"site.state": "ZZ"}}), "/facts/site.state", "one of AL, AK"),
        (json!({"facts": {"takehome.routes": ["iv"]}}), "/facts/takehome.routes", "got an array"),
        (
            json!({"facts": {"takehome.routes": {"items": ["iv"]}}}),
            "/facts/takehome.routes",
            "without items or complete",
        ),
        (
            json!({"facts": {"takehome.routes": {"items": "iv", "complete": true}}}),
            "/facts/takehome.routes/items",
            "got \"iv\"",
        ),
        (
            json!({"facts": {"takehome.routes": {"items": ["iv", "eye"], "complete": true}}}),
            "/facts/takehome.routes/items/1",
            "got \"eye\"",
        ),
        (
            json!({"facts": {"takehome.routes": {"items": ["iv", 7], "complete": true}}}),
            "/facts/takehome.routes/items/1",
            "got 7",
        ),
        (
            json!({"facts": {"takehome.routes": {"items": [], "complete": "yes"}}}),
            "/facts/takehome.routes/complete",
            "got \"yes\"",
        ),
        (
            json!({"facts": {"takehome.routes": {"items": [], "complete": true, "x/y": 1}}}),
            "/facts/takehome.routes/x~1y",
            "got 1",
        ),
        (
            json!({"facts": {"site.monitor_bp": {"items": [], "complete": true}}}),
            "/facts/site.monitor_bp",
            "got an object",
        ),
        (json!({"facts": {}, "assume": []}), "/assume", "an object is needed"),
        (
            json!({"facts": {}, "assume": {"law": {}}}),
            "/assume/law",
            "known are law_confirmed_through",
        ),
        (
            json!({"facts": {}, "assume": {"law_confirmed_through": 1}}),
            "/assume/law_confirmed_through",
            "an object is needed",
        ),
        (
            json!({"facts": {}, "assume": {"law_confirmed_through": {"KTS-01": "2027-01-01"}}}),
            "/assume/law_confirmed_through/KTS-01",
            "did you mean KTS-001?",
        ),
        (
            json!({"facts": {}, "assume": {"law_confirmed_through": {"KTS-001": "2027-01-01"}}}),
            "/assume/law_confirmed_through/KTS-001",
            "policy rule",
        ),
        (
            json!({"facts": {}, "assume": {"law_confirmed_through": {"KTS-011": "soon"}}}),
            "/assume/law_confirmed_through/KTS-011",
            "a date like",
        ),
    ] {
        let errors = ask(&rulebook, &body).expect_err(&body.to_string());
        assert_eq!(errors.len(), 1, "{body}: {errors:?}");
        assert_eq!(errors[0].pointer, pointer, "{body}: {errors:?}");
        assert!(errors[0].detail.contains(detail), "{body}: {errors:?}");
        if !pointer.is_empty() && !detail.contains("needed") {
            assert!(body.pointer(pointer).is_some(), "{pointer} leads to the member");
        }
    }
    let two = json!({"facts": {"x.y": 1, "site.monitor_bp": 2}, "as_of": 3});
    assert_eq!(ask(&rulebook, &two).expect_err("three faults").len(), 3);
}

#[test]
fn what_the_engine_takes_is_what_the_request_type_says() {
    for name in ["CLINIC", "TELE", "ESK", "EMPTY"] {
        let mut facts = base(name);
        facts["site.monitor_spo2"] = Json::Null;
        let body =
            json!({"as_of": "2026-11-21", "facts": facts, "assume": {"law_confirmed_through": {}}});
        let typed: EvaluationRequest = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(serde_json::to_value(typed).unwrap(), body);
    }
}

#[test]
fn rules_and_facts_are_described_as_their_files_say() {
    let rulebook = rulebook();
    for rule in super::data("rules.json").as_array().unwrap() {
        let (_, own) = rulebook.rule(rule["id"].as_str().unwrap()).unwrap();
        let described = serde_json::to_value(RuleAnswer::new(&rulebook, own)).unwrap();
        for (field, value) in rule.as_object().unwrap() {
            assert_eq!(&described[field], value, "{} {field}", own.id);
        }
    }
    for fact in super::data("facts.json").as_array().unwrap() {
        let own = rulebook.vocabulary().named(fact["name"].as_str().unwrap()).unwrap();
        let described = serde_json::to_value(FactAnswer::from(own)).unwrap();
        for (field, value) in fact.as_object().unwrap() {
            if value != "usps_state" {
                assert_eq!(&described[field], value, "{} {field}", own.name);
            }
        }
    }
}

/// The published schema takes what the engine takes and refuses what it refuses.
#[test]
fn the_schema_is_as_exact_as_the_engine() {
    use utoipa::PartialSchema;
    let rulebook = rulebook();
    let schema = serde_json::to_value(FactsGiven::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let both = |facts: Json| {
        let taken = ask(&rulebook, &json!({"facts": facts})).is_ok();
        assert_eq!(validator.is_valid(&facts), taken, "{facts}");
        taken
    };
    for name in ["CLINIC", "TELE", "ESK", "EMPTY"] {
        assert!(both(base(name)), "{name}");
    }
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(60.0),
        json!(60.5),
        json!(500),
        json!("active"),
        json!("NJ"),
        json!(""),
        json!([]),
        json!({}),
        json!({"items": [], "complete": true}),
        json!({"items": ["iv", "NJ"], "complete": true}),
        json!({"items": ["iv", "iv"], "complete": false}),
        json!({"items": ["PR"], "complete": false}),
        json!({"items": ["iv"], "complete": null}),
        json!({"items": ["iv"], "complete": true, "more": 1}),
    ];
    let mut taken = 0;
    for fact in rulebook.vocabulary().facts() {
        for value in &values {
            taken += usize::from(both(json!({&fact.name: value})));
        }
    }
    assert!(taken > 100);
    assert!(!both(json!({"no.fact": true})));

    let dates = serde_json::to_value(LawDates::schema()).unwrap();
    let named: Vec<&String> = dates["properties"].as_object().unwrap().keys().collect();
    let laws = rulebook.rules().iter().filter(|rule| rule.law.is_some());
    assert_eq!(named, laws.map(|rule| &rule.id).collect::<Vec<_>>());
}
