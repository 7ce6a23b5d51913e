//! What the application logs: the public record, what the clock changes, and nothing that the
//! public must not learn.

use std::sync::Arc;

use bedside::{
    app::{App, public_log::everything},
    config::Operator,
    log::leaf::PublicAction,
    store::{JournalFilter, MetaKey},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::provider;
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{INITIAL, TODAY, app_of, app_on, fictional, fictional_set, file, import, noon},
};

/// Every change in the log.
fn changes(app: &App) -> Vec<Value> {
    json!(app.changes(0, 500).unwrap())["data"].as_array().unwrap().clone()
}

/// The log with what chance and time decide taken out.
fn shape(app: &App, key: &str) -> String {
    let stored = provider(app, key);
    let mut text = String::new();
    for mut change in changes(app) {
        change["at"] = Value::Null;
        text += &change.to_string();
    }
    for (at, site) in stored.sites.iter().enumerate() {
        text = text.replace(&site.id.to_string(), &format!("site {at}"));
    }
    text.replace(&stored.id.to_string(), "provider")
}

#[test]
fn every_listing_that_is_shown_is_in_the_log_and_no_other() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let shown = changes(&app);
    let mut expected = 0;
    for row in fictional_set() {
        let stored = provider(&app, row["source_key"].as_str().unwrap());
        let id = stored.id.to_string();
        let found: Vec<&Value> = shown.iter().filter(|change| change["provider"] == id).collect();
        match row["listing_state"].as_str().unwrap() {
            "published" => {
                expected += 1;
                assert_eq!(found.len(), 1);
                assert_eq!(found[0]["action"], "published");
                assert_eq!(found[0]["record"]["slug"], stored.slug);
            }
            gone @ ("delisted" | "merged") => {
                expected += 1;
                assert_eq!((found.len(), &found[0]["action"]), (1, &json!(gone)));
                assert_eq!(found[0]["record"], Value::Null);
                assert_eq!(found[0]["reason"], "import");
            }
            _ => assert_eq!(found.len(), 0, "{row}"),
        }
    }
    assert!(expected > 50 && shown.len() == expected);
    let text = json!(shown).to_string();
    for secret in ["prescribers", "attested_by", "source_key", "Sample Prescriber", "proposed"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn a_record_says_what_the_answers_say() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let mut compared = 0;
    for change in changes(&app) {
        let Some(record) = change.get("record").filter(|record| !record.is_null()) else {
            continue;
        };
        let id = change["provider"].as_str().unwrap();
        let served = json!(bedside::app::detail::provider(&app, id, None).unwrap().data);
        let mut differences = bedside::verify::Differences::default();
        differences.provider(record, &served);
        for clinic in record["clinics"].as_array().unwrap() {
            let id = clinic["id"].as_str().unwrap();
            let served = json!(bedside::app::detail::clinic(&app, id, None).unwrap().data);
            differences.clinic(clinic, &served);
            compared += 1;
        }
        assert_eq!(differences.0, Vec::<String>::new());
        // The comparison is one: anything else is noticed.
        let mut other = served.clone();
        other["name"] = json!("Another");
        other["facts"][0]["value"] = json!(null);
        other["facts"][0]["reason"] = json!("withdrawn");
        other["flags"] = json!([{"rule": "KTS-001"}]);
        let mut differences = bedside::verify::Differences::default();
        differences.provider(record, &other);
        assert_eq!(differences.0.len(), 3, "{:?}", differences.0);
    }
    assert!(compared > 50);
}

/// A provider of the set whose flags nobody has decided about yet.
fn undecided(key: &str) -> Value {
    let mut row = fictional(key);
    for flag in row["flags"].as_array_mut().unwrap() {
        *flag = json!({"rule": flag["rule"], "state": "proposed"});
    }
    row
}

#[rstest]
fn a_proposed_flag_leaves_no_trace(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("F080", "F081", "F060", "F065")] key: &str,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let mut silent = undecided(key);
    silent.as_object_mut().unwrap().remove("flags");
    let app = app_of(&db, std::slice::from_ref(&silent));
    let before = shape(&app, key);
    app.keep_log().unwrap();
    let head = app.log.head().unwrap();
    // Somebody proposes it, tells the provider, and has an answer.
    for state in ["proposed", "notified", "answered"] {
        let mut row = undecided(key);
        for flag in row["flags"].as_array_mut().unwrap() {
            flag["state"] = json!(state);
            flag["notified_on"] = json!("2026-11-10");
        }
        let report = import(&app.store, &file(&[row]), INITIAL).unwrap();
        assert_eq!(report.updated, 1, "{report}");
        app.catch_up().unwrap();
        app.keep_log().unwrap();
        assert_eq!(shape(&app, key), before, "{state}");
        assert_eq!(app.log.head().unwrap().note, head.note, "{state}");
    }
    // Published, it is told with its dates.
    let report = import(&app.store, &file(&[fictional_published(key)]), INITIAL).unwrap();
    assert_eq!(report.updated, 1, "{report}");
    let last = changes(&app).pop().unwrap();
    assert_eq!(last["action"], "changed");
    assert_eq!(last["record"]["flags"][0]["state"], "published");
    assert!(changes(&app).len() == 2);
}

/// The provider with its flags on display.
fn fictional_published(key: &str) -> Value {
    let mut row = undecided(key);
    for flag in row["flags"].as_array_mut().unwrap() {
        flag["state"] = json!("published");
        flag["notified_on"] = json!("2026-11-01");
        flag["published_on"] = json!("2026-11-20");
    }
    row
}

#[rstest]
#[case("F080")]
#[case("F060")]
fn an_unpublished_finding_is_logged_as_facts_that_nobody_knows(#[case] key: &str) {
    let told = |row: &Value| {
        let db = TestDb::new(Sqlite).unwrap();
        let app = app_of(&db, std::slice::from_ref(row));
        shape(&app, key)
    };
    let row = undecided(key);
    let mut twin = row.clone();
    twin.as_object_mut().unwrap().remove("flags");
    assert_eq!(told(&row), told(&twin));
    let stated = twin.to_string();
    // With the facts that it rests on taken out, nothing in the record is another.
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, std::slice::from_ref(&row));
    let record = changes(&app)[0]["record"].clone();
    let known: Vec<&str> = [&record]
        .into_iter()
        .chain(record["clinics"].as_array().unwrap())
        .flat_map(|one| one["facts"].as_array().unwrap())
        .map(|fact| fact["name"].as_str().unwrap())
        .collect();
    let drop_unknown = |owner: &mut Value| {
        if let Some(facts) = owner["facts"].as_array_mut() {
            facts.retain(|fact| known.contains(&fact["name"].as_str().unwrap()));
        }
    };
    drop_unknown(&mut twin);
    if let Some(sites) = twin.get_mut("sites").and_then(Value::as_array_mut) {
        sites.iter_mut().for_each(drop_unknown);
    }
    assert_ne!(twin.to_string(), stated, "something is withheld");
    assert_eq!(told(&row), told(&twin));
}

#[rstest]
fn the_turn_of_the_date_is_logged_and_told_in_the_journal(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let report = import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    assert_eq!(report.failed, 0);
    let (app, clock) = app_on(&db, TODAY);
    let before = changes(&app).len();
    let head = app.store.read(|reader| reader.head()).unwrap();
    app.catch_up().unwrap();
    assert_eq!(app.store.read(|reader| reader.head()).unwrap(), head, "nothing has happened");

    clock.set(noon("2027-11-21"));
    app.catch_up().unwrap();
    let entries =
        app.store.read(|reader| reader.journal(&JournalFilter::default(), head, 10)).unwrap();
    assert_eq!(entries.len(), 1, "one entry says it all");
    assert_eq!(entries[0].entity.id, MetaKey::Published.as_str());
    assert_eq!(entries[0].reason.code, "date_turned");
    let statuses: usize = entries[0].reason.text.split(' ').next().unwrap().parse().unwrap();
    assert!(statuses > 10, "{}", entries[0].reason.text);
    let after = changes(&app);
    assert!(after.len() > before + 10);
    assert!(after[before..].iter().all(|change| change["action"] == "changed"));
    // Asked again, and by another process, nothing more is said.
    app.catch_up().unwrap();
    let (other, _) = app_on(&db, "2027-11-21");
    assert_eq!(changes(&other).len(), after.len());
    other.keep_log().unwrap();
    let checked = everything(&other.store, other.log.verifier()).unwrap();
    assert_eq!(checked.faults, Vec::<String>::new());
}

#[rstest]
fn a_database_from_before_there_was_a_log_gets_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    db.execute("DELETE FROM log_entries; DELETE FROM log_latest; DELETE FROM log_tiles");
    let (app, _) = app_on(&db, TODAY);
    let logged = changes(&app);
    assert!(logged.len() > 50);
    assert!(logged.iter().any(|change| change["action"] == json!(PublicAction::Delisted)));
    let filter = JournalFilter::default();
    let journal = app.store.read(|reader| reader.journal(&filter, 0, 10_000)).unwrap();
    assert!(journal.iter().any(|entry| entry.reason.code == "log_begun"));
    app.keep_log().unwrap();
    assert_eq!(app.log.head().unwrap().size, logged.len() as u64);
}

#[test]
fn proofs_and_tiles_are_those_of_the_signed_tree() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    assert_eq!(app.log_proof(0).unwrap(), None, "nothing is signed yet");
    app.keep_log().unwrap();
    let size = app.log.head().unwrap().size;
    for index in [0, size / 2, size - 1] {
        let proof = app.log_proof(index).unwrap().unwrap();
        assert!(proof.starts_with("c2sp.org/tlog-proof@v1\nextra "));
        assert!(proof.contains(&format!("\nindex {index}\n")));
        assert!(proof.ends_with(&app.log.head().unwrap().note));
    }
    assert_eq!(app.log_proof(size).unwrap(), None);
    // What does not lead to the signed root is not shown.
    db.execute("UPDATE log_entries SET leaf_hash = (SELECT leaf_hash FROM log_entries WHERE idx = 1) WHERE idx = 0");
    assert!(app.log_proof(1).is_err());
}

#[test]
fn an_application_with_a_log_of_its_own_name() {
    let db = TestDb::new(Sqlite).unwrap();
    let settings = bedside::app::public_log::LogSettings {
        origin: Some("directory.example/log".into()),
        ..Default::default()
    };
    let (app, clock) = app_on(&db, TODAY);
    drop(app);
    let app = App::open_with(db.store(), clock, Operator::default(), &settings).unwrap();
    app.keep_log().unwrap();
    let summary = app.log_summary();
    assert_eq!(summary.origin, "directory.example/log");
    let head = summary.checkpoint.unwrap();
    assert_eq!(head.size, 0);
    assert!(head.note.starts_with("directory.example/log\n0\n"));
    assert!(summary.vkey.starts_with("directory.example/log+"));
    let _: Arc<App> = app;
}
