//! `bedside rules check` and `bedside rules eval`.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::program::Program;

fn built_in(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rulebook").join(name);
    path.display().to_string()
}

#[test]
fn a_rulebook_is_checked_file_by_file() {
    let program = Program::new();
    let files = ["facts.json", "rules.json", "citations.json"].map(built_in);
    let whole = program.run(&["rules", "check", &files[0], &files[1], &files[2]]).expect(0);
    assert!(whole.out.starts_with("ok: 59 facts, 45 rules, hash "), "{}", whole.out);
    let alone = program.run(&["rules", "check", &files[1]]).expect(0);
    assert_eq!(alone.out, whole.out, "the built-in ones stand in for the rest");

    let rules = std::fs::read_to_string(&files[1]).unwrap();
    let mut broken: Value = serde_json::from_str(&rules).unwrap();
    let list = if broken.is_array() { &mut broken } else { &mut broken["rules"] };
    list[0]["condition"] = json!("takehome.offfered == true");
    program.put("broken.json", broken.to_string());
    let ran = program.run(&["rules", "check", "broken.json"]).expect(65);
    assert!(ran.err.contains("KTS-001") && ran.err.contains("takehome.offfered"), "{}", ran.err);
    program.put("no.json", "{");
    program.run(&["rules", "check", "no.json"]).expect(65);
}

#[test]
fn facts_are_decided_as_the_api_decides_them() {
    let program = Program::new();
    let facts = json!({"as_of": "2026-11-21", "facts": {
        "offers.racemic_ketamine": true, "offers.esketamine": false, "site.dosing_on_site": false,
        "takehome.offered": true, "takehome.supervision": "none",
        "takehome.routes": {"items": ["nasal"], "complete": true},
        "telehealth.used": true, "telehealth.prescribes_ketamine": true,
    }});
    program.put("facts.json", facts.to_string());
    let answer = program.run(&["rules", "eval", "facts.json"]).expect(0).json();
    assert_eq!(answer["status"], "flagged");
    assert_eq!(answer["as_of"], "2026-11-21");
    let triggered = answer["triggered"].as_array().unwrap();
    for rule in ["KTS-001", "KTS-002"] {
        assert!(triggered.contains(&json!(rule)), "{triggered:?}");
    }
    let args = ["rules", "eval", "-", "--as-of", "2027-01-02"];
    let later = program.run_with(&args, facts.to_string().as_bytes()).expect(0).json();
    assert_eq!(later["as_of"], "2027-01-02");

    let wrong = json!({"facts": {"takehome.offered": "perhaps", "nobody.knows": true}});
    let ran = program.run_with(&["rules", "eval", "-"], wrong.to_string().as_bytes()).expect(65);
    for pointer in ["/facts/takehome.offered", "/facts/nobody.knows"] {
        assert!(ran.err.contains(pointer), "{}", ran.err);
    }
    program.run_with(&["rules", "eval", "-"], b"{").expect(65);
    program.run(&["rules", "eval", "nobody.json"]).expect(66);
    program.run(&["rules", "eval", "facts.json", "--as-of", "tomorrow"]).expect(2);
}
