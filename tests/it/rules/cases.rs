//! `cases.json` and `triples.json`.

use bedside::{
    domain::SafetyStatus,
    rules::{Basis, Finding, Outcome, Rulebook, Source, Sources, Which},
};
use serde_json::Value as Json;

use super::{data, date, facts, rulebook};

/// The rulebook with some rules patched for one case.
fn patched(changes: &Json) -> Rulebook {
    let mut rules = data("rules.json");
    for rule in rules.as_array_mut().unwrap() {
        let id = rule["id"].as_str().unwrap().to_owned();
        for (field, value) in changes[&id].as_object().into_iter().flatten() {
            rule[field] = value.clone();
        }
    }
    let text = rules.to_string();
    let sources = Sources::replaced_by(&[Source { name: "patched", text: &text }]).unwrap();
    Rulebook::load(&sources).unwrap_or_else(|errors| panic!("{errors}"))
}

fn ids(list: &Json) -> Vec<String> {
    serde_json::from_value(list.clone()).unwrap()
}

#[test]
fn every_case_has_the_status_and_the_lists_that_it_expects() {
    let all = data("cases.json");
    for case in all["cases"].as_array().unwrap() {
        let title = format!("case {}: {}", case["n"], case["title"]);
        let rulebook = patched(&case["rule_changes"]);
        let base = &all["bases"][case["base"].as_str().unwrap()];
        let facts = facts(&rulebook, &[base, &case["changes"]]);
        let basis = Basis::on(date(case["as_of"].as_str().unwrap()));
        let evaluation = rulebook.evaluate(&facts, &basis);
        let listed = |set| rulebook.ids(set).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(evaluation.status.as_str(), case["status"].as_str().unwrap(), "{title}");
        assert_eq!(listed(evaluation.triggered), ids(&case["triggered"]), "{title}");
        assert_eq!(listed(evaluation.blocking), ids(&case["blocking"]), "{title}");
        assert_eq!(listed(evaluation.undetermined), ids(&case["undetermined"]), "{title}");
        let counts = evaluation.counts;
        let triggered = counts.critical + counts.major + counts.minor + counts.info;
        assert_eq!(u32::from(triggered), evaluation.triggered.len(), "{title}");
        assert_eq!(u32::from(counts.undetermined), evaluation.undetermined.len(), "{title}");

        let reported = rulebook.findings(&facts, &basis, Which::Reported);
        let (worst, all) = rulebook.worst_findings(&evaluation, &facts, &basis, 5);
        let named = |f: &Finding<'_>| (f.rule.id.clone(), f.outcome, f.missing.clone());
        let first: Vec<_> = reported.iter().take(5).map(named).collect();
        assert_eq!(worst.iter().map(named).collect::<Vec<_>>(), first, "{title}");
        assert_eq!(all, reported.len(), "{title}");
    }
}

#[test]
fn every_rule_can_trigger_be_clear_and_stay_undetermined() {
    let rulebook = rulebook();
    let triples = data("triples.json");
    let triples = triples.as_array().unwrap();
    let mut named: Vec<&str> = triples.iter().map(|t| t["rule"].as_str().unwrap()).collect();
    named.sort_unstable();
    let every: Vec<&str> = rulebook.rules().iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(named, every, "one triple for each rule");
    for triple in triples {
        let id = triple["rule"].as_str().unwrap();
        let expected: Vec<Outcome> = match triple.get("outcomes") {
            Some(own) => serde_json::from_value(own.clone()).unwrap(),
            None => vec![Outcome::Triggered, Outcome::Clear, Outcome::Undetermined],
        };
        for (variant, expected) in ["triggered", "clear", "undetermined"].iter().zip(expected) {
            if triple[*variant].is_null() {
                continue;
            }
            let facts = facts(&rulebook, &[&triple["given"], &triple[*variant]]);
            let basis = Basis::on(date(triple["as_of"].as_str().unwrap()));
            let findings = rulebook.findings(&facts, &basis, Which::All);
            let finding = findings.iter().find(|finding| finding.rule.id == id).unwrap();
            assert_eq!(finding.outcome, expected, "{id} {variant}");
            if expected == Outcome::Undetermined {
                let missing: Vec<&str> =
                    finding.missing.iter().map(|f| rulebook.vocabulary().name(*f)).collect();
                assert_eq!(missing, ids(&triple["missing"]), "{id} missing");
                assert_eq!(finding.law_unconfirmed, triple["law_unconfirmed"] == true, "{id} law");
            } else {
                assert!(finding.missing.is_empty(), "{id} {variant} misses nothing");
            }
        }
        if let Some(assumed) = triple.get("assumed") {
            let (at, _) = rulebook.rule(id).unwrap();
            let mut basis = Basis::on(date(triple["as_of"].as_str().unwrap()));
            let through = date(assumed["law_confirmed_through"].as_str().unwrap());
            basis.confirmed_through.insert(at, through);
            let facts = facts(&rulebook, &[&triple["given"], &assumed["triggered"]]);
            assert!(rulebook.evaluate(&facts, &basis).triggered.has(at), "{id} assumed");
        }
    }
}

/// Cases of our own around the steps of the status, worked by hand from the README.
#[test]
fn the_steps_of_the_status_stand_in_their_order() {
    use SafetyStatus::*;
    let rulebook = rulebook();
    let worked = [
        ("CLINIC", r#"{}"#, SupervisedInPerson),
        // Step 1 comes before everything, and needs both to be known.
        (
            "CLINIC",
            r#"{"offers.racemic_ketamine": false, "cred.dea_status": "revoked"}"#,
            OutOfScope,
        ),
        ("EMPTY", r#"{"offers.racemic_ketamine": false, "offers.esketamine": false}"#, OutOfScope),
        ("ESK", r#"{"offers.esketamine": null}"#, InsufficientInformation),
        // Step 2 comes before the unknowns of step 3.
        ("EMPTY", r#"{"offers.racemic_ketamine": true, "cred.dea_status": "expired"}"#, Flagged),
        ("CLINIC", r#"{"cred.dea_status": "suspended", "site.dosing_on_site": null}"#, Flagged),
        // Step 3: what is offered and where doses are taken.
        ("EMPTY", r#"{}"#, InsufficientInformation),
        ("CLINIC", r#"{"site.dosing_on_site": null}"#, InsufficientInformation),
        ("CLINIC", r#"{"offers.esketamine": null}"#, InsufficientInformation),
        ("ESK", r#"{"offers.racemic_ketamine": null}"#, InsufficientInformation),
        // A known concern never makes an unverified clinic look verified.
        (
            "CLINIC",
            r#"{"site.rescue_equipment": false, "site.monitor_spo2": null}"#,
            InsufficientInformation,
        ),
        // Step 4: a major finding, or nothing dosed on site.
        ("CLINIC", r#"{"site.rescue_equipment": false}"#, Caution),
        ("CLINIC", r#"{"site.dosing_on_site": false}"#, Caution),
        ("TELE", r#"{"takehome.supervision": "in_person_clinician"}"#, Caution),
        (
            "CLINIC",
            r#"{"site.rescue_equipment": false, "takehome.offered": null, "takehome.supervision": "in_person_clinician", "mobile.iv_outside_facility": null, "mobile.prescriber_in_person_eval_first": true}"#,
            Caution,
        ),
        // A minor finding and an undetermined rule that only discloses change nothing.
        ("CLINIC", r#"{"price.published_or_gfe": false}"#, SupervisedInPerson),
        ("CLINIC", r#"{"site.acls_on_site": null, "excl.sam": null}"#, SupervisedInPerson),
        // Step 5: take-home and mobile dosing.
        (
            "CLINIC",
            r#"{"takehome.offered": true, "takehome.supervision": "in_person_clinician"}"#,
            SupervisedHybrid,
        ),
        ("CLINIC", r#"{"takehome.offered": true}"#, InsufficientInformation),
        ("CLINIC", r#"{"takehome.offered": null}"#, InsufficientInformation),
        (
            "ESK",
            r#"{"takehome.offered": true, "takehome.supervision": "lay_person"}"#,
            InsufficientInformation,
        ),
        ("ESK", r#"{"takehome.offered": null}"#, InsufficientInformation),
        ("CLINIC", r#"{"mobile.iv_outside_facility": null}"#, InsufficientInformation),
        (
            "CLINIC",
            r#"{"mobile.iv_outside_facility": true, "mobile.prescriber_in_person_eval_first": true}"#,
            InsufficientInformation,
        ),
        ("ESK", r#"{"mobile.iv_outside_facility": null}"#, InsufficientInformation),
        // Steps 6 and 7: the stronger label needs every absence to be known.
        ("CLINIC", r#"{"telehealth.used": true}"#, SupervisedHybrid),
        ("CLINIC", r#"{"telehealth.used": null}"#, SupervisedHybrid),
        ("ESK", r#"{}"#, SupervisedInPerson),
    ];
    for (name, changes, expected) in worked {
        let facts =
            facts(&rulebook, &[&super::base(name), &serde_json::from_str(changes).unwrap()]);
        let evaluation = rulebook.evaluate(&facts, &Basis::on(date("2026-11-21")));
        assert_eq!(evaluation.status, expected, "{name} with {changes}");
    }
}

/// What blocks, on the days around a law's dates.
#[test]
fn laws_follow_their_dates_and_their_confirmation() {
    let rulebook = rulebook();
    let tele = super::base("TELE");
    let alabama = serde_json::json!({
        "takehome.supervision": "live_video_clinician",
        "telehealth.patient_states": {"items": ["AL"], "complete": true},
        "telehealth.in_person_at_least_annually": null,
        "telehealth.in_person_eval_before_rx": true,
    });
    let outcome = |facts: &bedside::rules::Facts, id: &str, on: &str, assumed: Option<&str>| {
        let (at, _) = rulebook.rule(id).unwrap();
        let mut basis = Basis::on(date(on));
        basis.confirmed_through.extend(assumed.map(|day| (at, date(day))));
        let findings = rulebook.findings(facts, &basis, Which::All);
        let finding = findings.iter().find(|finding| finding.rule.id == id).unwrap().clone();
        (finding.outcome, finding.blocks)
    };
    use Outcome::*;
    let facts = |changes: &Json| facts(&rulebook, &[&tele, changes]);
    // A fact is missing, so the unconfirmed state law blocks after all.
    let missing = facts(&alabama);
    assert_eq!(outcome(&missing, "KTS-AL-01", "2026-11-21", None), (Undetermined, true));
    assert_eq!(outcome(&missing, "KTS-AL-01", "2022-07-10", None), (NotInForce, false));
    assert_eq!(outcome(&missing, "KTS-AL-01", "2022-07-11", None), (Undetermined, true));
    let mut known = alabama.clone();
    known["telehealth.in_person_at_least_annually"] = false.into();
    let known = facts(&known);
    assert_eq!(outcome(&known, "KTS-AL-01", "2024-12-31", None), (Triggered, false));
    assert_eq!(outcome(&known, "KTS-AL-01", "2025-01-01", None), (Undetermined, false));
    // The assumed date replaces the rulebook's, earlier or later.
    assert_eq!(outcome(&known, "KTS-AL-01", "2025-01-01", Some("2025-01-01")), (Triggered, false));
    assert_eq!(
        outcome(&known, "KTS-AL-01", "2024-12-31", Some("2024-12-30")),
        (Undetermined, false)
    );
    // Past an end date it is taken, and the rule is out of force there all the same.
    let base = facts(&serde_json::json!({}));
    assert_eq!(outcome(&base, "KTS-010", "2026-12-31", None), (Triggered, false));
    assert_eq!(outcome(&base, "KTS-010", "2027-01-01", Some("2027-06-30")), (NotInForce, false));
    assert_eq!(outcome(&base, "KTS-010", "2026-12-31", Some("2027-06-30")), (Triggered, false));
    assert_eq!(outcome(&base, "KTS-010", "2023-05-11", None), (NotInForce, false));
    // A condition that fails is clear although nobody confirmed the law.
    let examined = facts(&serde_json::json!({"telehealth.in_person_eval_before_rx": true}));
    assert_eq!(outcome(&examined, "KTS-011", "2027-05-01", None), (Clear, false));
    let nowhere = facts(&serde_json::json!({"telehealth.prescribes_ketamine": false}));
    assert_eq!(outcome(&nowhere, "KTS-011", "2027-05-01", None), (NotApplicable, false));
    // A rule without a first day is in force on every day before its last.
    let carolina = serde_json::json!({
        "telehealth.patient_states": {"items": ["SC"], "complete": true},
        "state_auth.sc_schedule_iii": false,
    });
    assert_eq!(outcome(&facts(&carolina), "KTS-SC-01", "1999-01-01", None), (Triggered, false));
}
