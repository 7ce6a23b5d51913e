//! The public log over HTTP: the forms of C2SP, and the changes.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rstest::rstest;
use serde_json::json;

use crate::support::{
    Backend::Sqlite,
    TestDb,
    app::TestApp,
    flows::{app_of, fictional_set},
};

/// A service over the made-up set, whose log is signed, with its database.
fn service() -> (TestDb, TestApp) {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    app.keep_log().unwrap();
    (db, TestApp::on(&app))
}

#[test]
fn the_head_is_served_as_a_signed_note_for_a_moment() {
    let (_db, app) = service();
    let head = app.get("/checkpoint").expect(200);
    assert_eq!(head.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(head.header("cache-control"), Some("public, max-age=2"));
    let log = app.get("/v1/log").expect(200).json();
    assert_eq!(log["checkpoint"]["note"], head.text());
    assert_eq!(log["halted"], false);
    let lines: Vec<String> = head.text().lines().map(str::to_owned).collect();
    assert_eq!(log["origin"], lines[0].as_str());
    assert_eq!(log["checkpoint"]["size"].to_string(), lines[1]);
    assert_eq!(log["checkpoint"]["root"], lines[2].as_str());
    assert!(lines[4].starts_with(&format!("\u{2014} {} ", lines[0])));
    assert!(log["vkey"].as_str().unwrap().starts_with(&format!("{}+", lines[0])));
}

#[test]
fn a_log_that_is_not_signed_yet_says_so() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = TestApp::on(&app_of(&db, &fictional_set()[..1]));
    app.get("/checkpoint").expect(503).expect_problem("unavailable");
    assert_eq!(app.get("/v1/log").expect(200).json()["checkpoint"], json!(null));
    app.get("/tile/0/000.p/1").expect(404);
    app.get("/v1/log/proof/0").expect(404);
}

#[test]
fn tiles_hold_what_the_head_needs_and_stay_for_good() {
    let (_db, app) = service();
    let size = app.get("/v1/log").json()["checkpoint"]["size"].as_u64().unwrap();
    assert!((30..256).contains(&size), "{size}");
    let tile = app.get(&format!("/tile/0/000.p/{size}")).expect(200);
    assert_eq!(tile.header("content-type"), Some("application/octet-stream"));
    assert_eq!(tile.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(tile.body.len() as u64, size * 32);
    // A tile as it was when the log was shorter is the beginning of this one.
    assert_eq!(app.get("/tile/0/000.p/7").expect(200).body, tile.body[..7 * 32]);
    let bundle = app.get(&format!("/tile/entries/000.p/{size}")).expect(200).body;
    let entries = app.get("/v1/log/entries?limit=500").expect(200).json();
    let mut expected = Vec::new();
    for entry in entries["data"].as_array().unwrap() {
        let leaf = entry["leaf"].as_str().unwrap();
        expected.extend((leaf.len() as u16).to_be_bytes());
        expected.extend(leaf.as_bytes());
    }
    assert_eq!(bundle, expected);
    let longer = size + 1;
    for path in [
        format!("/tile/0/000.p/{longer}"),
        "/tile/0/000".into(),
        "/tile/1/000.p/1".into(),
        "/tile/0/001.p/1".into(),
        "/tile/entries/001".into(),
        "/tile/64/000".into(),
        "/tile/0/x000/001".into(),
        "/tile/0/000.p/0".into(),
        "/tile/data/000".into(),
        "/tile/0/%2e%2e".into(),
    ] {
        app.get(&path).expect(404).expect_problem("not-found");
    }
}

#[test]
fn changes_are_told_in_order_and_once() {
    let (_db, app) = service();
    let size = app.get("/v1/log").json()["checkpoint"]["size"].as_u64().unwrap();
    let mut seen = Vec::new();
    let mut since = 0;
    loop {
        let page = app.get(&format!("/v1/changes?since={since}&limit=7")).expect(200).json();
        assert_eq!(page["meta"]["size"], size);
        let data = page["data"].as_array().unwrap();
        if data.is_empty() {
            assert_eq!(page["meta"]["next"], since);
            break;
        }
        since = page["meta"]["next"].as_u64().unwrap();
        seen.extend(data.iter().map(|change| change["index"].as_u64().unwrap()));
    }
    assert_eq!(seen, (0..size).collect::<Vec<_>>());
    let page = app.get("/v1/changes?limit=500").expect(200).json();
    let changes = page["data"].as_array().unwrap();
    let gone = changes.iter().find(|change| change["action"] == "delisted").unwrap();
    assert_eq!((&gone["record"], &gone["reason"]), (&json!(null), &json!("import")));
    let merged = changes.iter().find(|change| change["action"] == "merged").unwrap();
    assert!(merged["into"].is_string());
    // Beyond the end there is nothing, and the way on is the end.
    let beyond = app.get("/v1/changes?since=999999").expect(200).json();
    assert_eq!((&beyond["data"], &beyond["meta"]["next"]), (&json!([]), &json!(size)));
}

#[test]
fn an_entry_opens_the_commitment_in_its_leaf_until_it_is_withdrawn() {
    let (_db, app) = service();
    let store = &app.shared.app.store;
    let actor = bedside::store::Actor::new(bedside::store::ActorKind::Operator, "test");
    let reason = bedside::store::Reason::new("court_order", "");
    store.write(&actor, &reason, |tx| tx.withdraw_payload(3)).unwrap();
    let page = app.get("/v1/log/entries?from=2&limit=2").expect(200).json();
    let [open, gone] = page["data"].as_array().unwrap().as_slice() else { panic!("{page}") };
    let salt = STANDARD.decode(open["salt"].as_str().unwrap()).unwrap();
    assert_eq!(salt.len(), 16);
    let leaf: bedside::log::leaf::Leaf =
        serde_json::from_str(open["leaf"].as_str().unwrap()).unwrap();
    assert!(leaf.commits_to(&salt, open["payload"].as_str().unwrap()));
    assert_eq!((&gone["salt"], &gone["payload"]), (&json!(null), &json!(null)));
    assert_eq!(gone["withdrawn"], "court_order");
    let change = app.get("/v1/changes?since=3&limit=1").expect(200).json()["data"][0].clone();
    assert_eq!((&change["record"], &change["withdrawn"]), (&json!(null), &json!("court_order")));
    app.get("/v1/log/proof/3").expect(200);
}

#[rstest]
#[case("/v1/changes?since=-1", 400)]
#[case("/v1/changes?since=x", 400)]
#[case("/v1/changes?limit=0", 400)]
#[case("/v1/changes?limit=501", 400)]
#[case("/v1/changes?from=0", 400)]
#[case("/v1/log/entries?since=0", 400)]
#[case("/v1/log?x=1", 400)]
#[case("/checkpoint?x=1", 400)]
#[case("/v1/log/proof/x", 404)]
#[case("/v1/log/proof/-1", 404)]
#[case("/v1/log/proof/99999999999999999999", 404)]
#[case("/tile/0", 404)]
fn what_cannot_be_asked_is_refused(#[case] path: &str, #[case] status: u16) {
    let app = TestApp::start();
    app.get(path).expect(status);
}

#[test]
fn without_a_database_the_head_is_told_and_the_rest_is_refused_for_now() {
    let (db, app) = service();
    std::fs::remove_file(db.file.as_ref().unwrap()).unwrap();
    app.get("/checkpoint").expect(200);
    app.get("/v1/log").expect(200);
    for path in ["/v1/changes", "/v1/log/entries", "/v1/log/proof/0", "/tile/0/000.p/1"] {
        let refused = app.get(path).expect(503);
        refused.expect_problem("unavailable");
        assert!(refused.header("retry-after").is_some());
    }
}
