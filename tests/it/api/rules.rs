//! The rulebook, the vocabulary and evaluations.

use serde_json::{Value as Json, json};

use crate::support::app::TestApp;

#[test]
fn rules_and_facts_are_all_there_with_their_rulebook() {
    let app = TestApp::start();
    let rules = app.get("/v1/rules").expect(200).json();
    assert_eq!(rules["data"].as_array().unwrap().len(), 45);
    assert_eq!(rules["meta"]["rulebook"]["version"], 1);
    let facts = app.get("/v1/facts").expect(200).json();
    assert_eq!(facts["data"].as_array().unwrap().len(), 59);
    let rule = app.get("/v1/rules/KTS-001").expect(200).json();
    assert_eq!(rule["data"]["id"], "KTS-001");
    for key in rule["data"]["citations"].as_array().unwrap() {
        assert!(rule["citations"][key.as_str().unwrap()]["text"].is_string(), "{key}");
    }
    let tag = app.get("/v1/rules").header("etag").unwrap().to_owned();
    app.get_with("/v1/rules", &[("If-None-Match", &tag)]).expect(304);
    app.get("/v1/rules/KTS-999").expect(404).expect_problem("not-found");
}

fn evaluate(app: &TestApp, body: &Json) -> Json {
    let reply = app.post("/v1/evaluations", body.to_string()).expect(200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply.json()
}

#[test]
fn facts_are_evaluated_for_a_date() {
    let app = TestApp::start();
    let nothing = evaluate(&app, &json!({"facts": {}}));
    assert_eq!(nothing["as_of"], "2026-11-21");
    assert_eq!(nothing["status"], "insufficient_information");
    assert_eq!(nothing["triggered"], json!([]));
    let all = app.post("/v1/evaluations?all=true", "{\"facts\":{}}").expect(200).json();
    assert_eq!(all["findings"].as_array().unwrap().len(), 45);
    let dated = evaluate(&app, &json!({"as_of": "2027-01-01", "facts": {"telehealth.used": true}}));
    assert_eq!(dated["as_of"], "2027-01-01");
}

#[test]
fn what_cannot_be_evaluated_is_told_with_pointers() {
    let app = TestApp::start();
    let pointers = |body: Json| {
        let reply = app.post("/v1/evaluations", body.to_string()).expect(422);
        let problem = reply.expect_problem("invalid-facts");
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().map(|e| e["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(pointers(json!({"facts": {"no.such": true}})), ["/facts/no.such"]);
    assert_eq!(pointers(json!({"facts": {"telehealth.used": 5}})), ["/facts/telehealth.used"]);
    assert_eq!(pointers(json!({"facts": {}, "as_of": "x"})), ["/as_of"]);
    assert_eq!(pointers(json!({})), ["/facts"]);
    assert_eq!(pointers(json!([])), [""]);
    assert_eq!(pointers(json!({"facts": {}, "fact": {}})), ["/fact"]);
    for body in ["", "{", "{\"facts\":{},\"facts\":{}}", "{\"facts\":{\"a\":1,\"a\":2}}", "{} {}"] {
        app.post("/v1/evaluations", body).expect(400).expect_problem("invalid-body");
    }
    let deep = format!("{{\"facts\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    app.post("/v1/evaluations", deep).expect(400).expect_problem("invalid-body");
    app.post("/v1/evaluations?all=2", "{\"facts\":{}}")
        .expect(400)
        .expect_problem("invalid-parameter");
}
