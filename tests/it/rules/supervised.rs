//! The steps to a supervised label.

use bedside::{
    domain::SafetyStatus,
    rules::{Basis, FactState, Facts, Rulebook, Step},
};
use serde_json::{Value as Json, json};

use super::{base, date, facts, rulebook};

fn on(day: &str) -> Basis {
    Basis::on(date(day))
}

/// The steps in short: `ask fact`, `change fact`, `clear RULE`, `confirm RULE`.
fn steps(rulebook: &Rulebook, facts: &Facts, basis: &Basis) -> Vec<String> {
    let steps = rulebook.to_supervised(facts, basis);
    steps
        .iter()
        .map(|step| match step {
            Step::Ask { fact, .. } => format!("ask {}", fact.name),
            Step::Change { fact } => format!("change {}", fact.name),
            Step::Clear { rule } => format!("clear {}", rule.id),
            Step::Confirm { rule } => format!("confirm {}", rule.id),
        })
        .collect()
}

#[test]
fn each_listing_is_told_what_is_missing() {
    let rulebook = rulebook();
    let worked: [(&str, Json, &[&str]); 12] = [
        ("CLINIC", json!({}), &[]),
        ("CLINIC", json!({"offers.racemic_ketamine": false}), &[]),
        ("CLINIC", json!({"site.monitor_spo2": null}), &["ask site.monitor_spo2"]),
        ("CLINIC", json!({"site.acls_on_site": null}), &[]),
        ("CLINIC", json!({"takehome.offered": null}), &["ask takehome.offered"]),
        ("CLINIC", json!({"takehome.offered": true}), &["ask takehome.supervision"]),
        (
            "CLINIC",
            json!({"telehealth.prescribes_ketamine": null}),
            &["ask telehealth.prescribes_ketamine"],
        ),
        ("CLINIC", json!({"offers.esketamine": null}), &["ask offers.esketamine"]),
        (
            "CLINIC",
            json!({"site.rescue_equipment": false, "mobile.iv_outside_facility": null}),
            &["clear KTS-034", "ask mobile.iv_outside_facility"],
        ),
        (
            "ESK",
            json!({"takehome.offered": true, "takehome.supervision": "lay_person"}),
            &["change takehome.supervision"],
        ),
        ("ESK", json!({"esk.monitor_minutes": null}), &["ask esk.monitor_minutes"]),
        ("TELE", json!({}), &["clear KTS-001", "change site.dosing_on_site"]),
    ];
    for (name, changes, expected) in worked {
        let facts = facts(&rulebook, &[&base(name), &changes]);
        assert_eq!(steps(&rulebook, &facts, &on("2026-11-21")), expected, "{name} with {changes}");
    }
    // A law that nobody has confirmed is a curator's step.
    let video = json!({"takehome.supervision": "live_video_clinician"});
    let tele = facts(&rulebook, &[&base("TELE"), &video]);
    assert_eq!(
        steps(&rulebook, &tele, &on("2027-01-01")),
        ["clear KTS-005", "change site.dosing_on_site", "confirm KTS-011"]
    );
}

/// The questions to a listing of which nothing is known, with the rules that wait for each.
#[test]
fn an_empty_listing_is_asked_the_key_questions_once() {
    let rulebook = rulebook();
    let asked = steps(&rulebook, &rulebook.no_facts(), &on("2026-11-21"));
    assert_eq!(
        asked,
        [
            "ask offers.racemic_ketamine",
            "ask offers.esketamine",
            "ask site.dosing_on_site",
            "ask site.clinician_present_during_dosing",
            "ask site.prescriber_availability",
            "ask site.monitor_bp",
            "ask site.monitor_hr",
            "ask site.monitor_spo2",
            "ask site.rescue_equipment",
            "ask telehealth.prescribes_ketamine",
            "ask takehome.offered",
            "ask mobile.iv_outside_facility",
            "ask cred.dea_status",
            "ask cred.license_status",
            "ask cred.license_state_match",
            "ask excl.leie",
            "ask screen.medical_and_psych_eval",
            "ask screen.contraindications",
        ]
    );
}

/// Good answers to all questions earn the label, and no question can be left out.
#[test]
fn the_questions_are_enough_and_none_is_idle() {
    let rulebook = rulebook();
    let basis = on("2026-11-21");
    let good: Json = {
        let mut good = base("CLINIC");
        for (name, value) in base("ESK").as_object().unwrap() {
            if name.starts_with("esk.") {
                good[name] = value.clone();
            }
        }
        good["takehome.supervision"] = json!("in_person_clinician");
        good
    };
    let label = |facts: &Facts| {
        matches!(
            rulebook.evaluate(facts, &basis).status,
            SafetyStatus::SupervisedInPerson | SafetyStatus::SupervisedHybrid
        )
    };
    let clinic = base("CLINIC");
    let names: Vec<&String> = clinic.as_object().unwrap().keys().collect();
    // Every third, fifth and seventh fact missing, from every start.
    for (stride, start) in [3, 5, 7].into_iter().flat_map(|s| (0..s).map(move |at| (s, at))) {
        let mut gaps = serde_json::Map::new();
        for name in names.iter().skip(start).step_by(stride) {
            gaps.insert((*name).clone(), Json::Null);
        }
        let before = facts(&rulebook, &[&clinic, &Json::Object(gaps)]);
        let answers = facts(&rulebook, &[&good]);
        let asked: Vec<_> = rulebook
            .to_supervised(&before, &basis)
            .into_iter()
            .map(|step| match step {
                Step::Ask { fact, .. } => fact.id,
                other => panic!("nothing is wrong here: {other:?}"),
            })
            .collect();
        let answered = |left_out: Option<usize>| {
            let mut after = before.clone();
            for (at, id) in asked.iter().enumerate() {
                if left_out != Some(at) {
                    assert!(matches!(answers.get(*id), FactState::Known(_)));
                    after.set(*id, answers.get(*id));
                }
            }
            after
        };
        assert!(label(&answered(None)), "stride {stride} from {start}: {asked:?}");
        for at in 0..asked.len() {
            assert!(!label(&answered(Some(at))), "stride {stride} from {start}: {at} is idle");
        }
    }
}
