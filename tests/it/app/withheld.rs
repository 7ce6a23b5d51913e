//! What the public must not learn: unpublished flags, prescribers, who signed.

use std::sync::Arc;

use bedside::app::{
    App,
    check::check,
    detail::{clinic, provider as detail},
};
use chrono::NaiveDate;
use rstest::rstest;
use serde_json::{Value, json};

use super::provider;
use crate::support::{
    Backend::Sqlite,
    TestDb,
    flows::{app_of, fictional, fictional_set, search},
};

/// Everything that anyone can ask about one provider, with ids told apart from each other alone.
fn told(app: &Arc<App>, key: &str) -> Value {
    let stored = provider(app, key);
    let mut answers = vec![
        json!(detail(app, &stored.slug, None).unwrap().data),
        json!(check(app, &stored.profile.name).matches),
        json!(search(app, "view=all&limit=200").data),
        json!(search(app, "view=all&limit=0").meta.left_out),
        json!(search(app, "view=default").meta.left_out),
    ];
    for site in &stored.sites {
        answers.push(json!(clinic(app, &site.slug, None).unwrap().data));
    }
    let mut text = json!(answers).to_string();
    for (at, site) in stored.sites.iter().enumerate() {
        text = text.replace(&site.id.to_string(), &format!("site {at}"));
    }
    serde_json::from_str(&text.replace(&stored.id.to_string(), "provider")).unwrap()
}

/// Asks about a provider in a database of its own.
fn told_of(row: &Value) -> Value {
    let db = TestDb::new(Sqlite).unwrap();
    told(&app_of(&db, std::slice::from_ref(row)), row["source_key"].as_str().unwrap())
}

/// What a provider's own answers say as of another date.
fn told_at(row: &Value, as_of: NaiveDate) -> String {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, std::slice::from_ref(row));
    let stored = provider(&app, row["source_key"].as_str().unwrap());
    let mut text = json!(detail(&app, &stored.slug, Some(as_of)).unwrap().data).to_string();
    for (at, site) in stored.sites.iter().enumerate() {
        text += &json!(clinic(&app, &site.slug, Some(as_of)).unwrap().data).to_string();
        text = text.replace(&site.id.to_string(), &format!("site {at}"));
    }
    text.replace(&stored.id.to_string(), "provider")
}

/// Takes the statements about some facts out of a row, with its flags.
fn silent_about(row: &Value, facts: &[&str]) -> Value {
    let mut row = row.clone();
    row.as_object_mut().unwrap().remove("flags");
    let keep = |owner: &mut Value| {
        if let Some(list) = owner.get_mut("facts").and_then(Value::as_array_mut) {
            list.retain(|fact| !facts.contains(&fact["name"].as_str().unwrap()));
        }
    };
    keep(&mut row);
    if let Some(sites) = row.get_mut("sites").and_then(Value::as_array_mut) {
        sites.iter_mut().for_each(keep);
    }
    row
}

/// The facts that a row states and an answer does not know.
fn unknown_though_stated<'r>(row: &'r Value, told: &Value) -> Vec<&'r str> {
    let of = |owner: &'r Value| -> Vec<&'r Value> {
        owner["facts"].as_array().map(|list| list.iter().collect()).unwrap_or_default()
    };
    let sites = row["sites"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut stated: Vec<&str> = of(row)
        .into_iter()
        .chain(sites.iter().flat_map(of))
        .filter(|fact| !fact["value"].is_null())
        .map(|fact| fact["name"].as_str().unwrap())
        .collect();
    let answers = told.as_array().unwrap();
    // The sites' own answers come last; without a site the provider's own counts.
    let shown = if sites.is_empty() { &answers[..1] } else { &answers[5..] };
    stated.retain(|name| {
        shown.iter().any(|answer| {
            let facts = answer["facts"].as_array().unwrap();
            facts.iter().any(|fact| fact["name"] == *name && fact["value"].is_null())
        })
    });
    stated
}

/// A provider of the set whose published flags nobody has decided about yet.
fn undecided(key: &str) -> Value {
    let mut row = fictional(key);
    for flag in row["flags"].as_array_mut().unwrap() {
        *flag = json!({"rule": flag["rule"], "state": "proposed"});
    }
    row
}

#[rstest]
#[case::before("F080", "2026-01-05")]
#[case::while_it_lasts("F080", "2026-12-15")]
#[case::once_it_has_aged("F080", "2027-10-01")]
#[case::of_a_site("F060", "2027-10-01")]
fn asking_about_another_date_shows_nothing_more(#[case] key: &str, #[case] as_of: NaiveDate) {
    let row = undecided(key);
    let hidden = unknown_though_stated(&row, &told_of(&row));
    assert_eq!(told_at(&row, as_of), told_at(&silent_about(&row, &hidden), as_of), "{hidden:?}");
}

#[rstest]
#[case::proposed("F080")]
#[case::notified("F081")]
#[case::answered("F082")]
#[case::nobody_in_the_room("F060")]
#[case::excluded("F062")]
#[case::short_watch("F065")]
fn a_flag_that_nobody_has_published_looks_like_facts_that_nobody_knows(#[case] key: &str) {
    let row = undecided(key);
    let told = told_of(&row);
    let hidden = unknown_though_stated(&row, &told);
    assert!(!hidden.is_empty(), "something is withheld");
    assert_eq!(told[0]["safety"]["status"], "insufficient_information");
    assert_eq!(told[0]["flags"], json!([]));
    let twin = told_of(&silent_about(&row, &hidden));
    assert_eq!(told, twin, "{hidden:?}");
}

#[test]
fn a_finding_about_one_site_is_not_told_by_the_others() {
    // An official act about the whole provider is a finding only where ketamine is known to be
    // offered: at the first site, and nowhere else.
    let mut row = fictional("F001");
    for fact in row["facts"].as_array_mut().unwrap() {
        if fact["name"] == "cred.license_status" {
            fact["value"] = json!("revoked");
        }
    }
    row["evidence"].as_array_mut().unwrap().push(json!({
        "tier": "E1", "kind": "regulator-action", "url": "https://board.example/act",
        "captured_on": "2026-10-19", "excerpt": "sentinel of the act"
    }));
    let act = row["evidence"].as_array().unwrap().len() - 1;
    for fact in row["facts"].as_array_mut().unwrap() {
        if fact["name"] == "cred.license_status" {
            fact["evidence"] = json!([act]);
        }
    }
    row["sites"].as_array_mut().unwrap().push(json!({
        "source_key": "F001-2", "name": "Second door (fictional)",
        "address": {"city": "Bethesda", "state": "MD", "postal_code": "20814"}
    }));
    let told = told_of(&row);
    let text = told.to_string();
    assert!(!text.contains(r#""value":"revoked""#) && !text.contains("sentinel of the act"));
    assert_eq!(told, told_of(&silent_about_act(&row)));

    // Once it is published, it is told with its evidence.
    row["flags"] = json!([{"rule": "KTS-021", "state": "published", "published_on": "2026-10-20"}]);
    let told = told_of(&row);
    assert_eq!(told[0]["safety"]["status"], "flagged");
    assert!(told[5].to_string().contains("sentinel of the act"));
}

/// The same without the act.
fn silent_about_act(row: &Value) -> Value {
    let mut row = silent_about(row, &["cred.license_status"]);
    row["evidence"].as_array_mut().unwrap().pop();
    row
}

#[test]
fn where_doses_are_taken_is_told_flag_or_no_flag() {
    let told = told_of(&fictional("F080"));
    assert_eq!(told[0]["dosing"]["where"], "at_home");
    assert!(!told[0]["dosing"]["source"].is_null());
    let facts = told[0]["facts"].as_array().unwrap();
    for name in ["takehome.offered", "telehealth.used"] {
        let fact = facts.iter().find(|fact| fact["name"] == name).unwrap();
        assert_eq!(fact["value"], true, "{name}");
    }
}

#[test]
fn no_answer_names_prescribers_or_who_signed() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let mut asked = 0;
    for row in fictional_set() {
        let key = row["source_key"].as_str().unwrap();
        if row["listing_state"] != "published" {
            continue;
        }
        asked += 1;
        let text = told(&app, key).to_string();
        for secret in [
            "prescribers",
            "attested_by",
            "Sample Prescriber",
            "Dr. Former",
            "Dr. Avery",
            "EXAMPLE-F",
        ] {
            assert!(!text.contains(secret), "{key} tells {secret}");
        }
        for flag in row["flags"].as_array().into_iter().flatten() {
            let hidden = ["proposed", "notified", "answered", "dismissed"]
                .contains(&flag["state"].as_str().unwrap());
            let shown = detail(&app, &provider(&app, key).slug, None).unwrap().data.item.flags;
            assert_eq!(shown.iter().any(|shown| shown.rule == flag["rule"]), !hidden, "{key}");
        }
    }
    assert!(asked > 80, "{asked}");
}
