//! Evidence, statements and the queue, as signed-in people use them.

use std::collections::BTreeSet;

use bedside::auth::Role;
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    accounts::Person,
    app::{Reply, TestApp},
};

/// The id of a provider of the made-up set, by its slug.
fn id_of(app: &TestApp, slug: &str) -> String {
    app.get(&format!("/v1/providers/{slug}")).expect(200).json()["data"]["id"]
        .as_str()
        .unwrap()
        .into()
}

const BETHESDA: &str = "example-ketamine-of-bethesda-fictional-bethesda-md";

fn upload(app: &TestApp, who: &Person, bytes: &[u8]) -> Reply {
    let headers = [
        ("Authorization", who.authorization.as_str()),
        ("Content-Type", "application/octet-stream"),
    ];
    app.request("POST", "/v1/admin/evidence/files", &headers, bytes)
}

fn head(app: &TestApp) -> i64 {
    app.app().store.read(|reader| reader.head()).unwrap()
}

#[rstest]
fn a_file_is_kept_and_comes_back_as_an_attachment(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let folder = tempfile::tempdir().unwrap();
    app.app().evidence_dir.set(folder.path().join("evidence")).unwrap();
    let (editor, viewer) = (app.as_role(Role::Editor), app.as_role(Role::Viewer));
    let bytes = b"%PDF-1.7 a made-up certificate";
    let kept: Json = upload(&app, &editor, bytes).expect(201).json();
    assert_eq!((&kept["bytes"], &kept["media_type"]), (&json!(30), &json!("application/pdf")));
    let before = head(&app);
    assert_eq!(upload(&app, &editor, bytes).expect(201).json(), kept);
    assert_eq!(head(&app), before, "the same bytes are the same file");

    let path = format!("/v1/admin/evidence/files/{}", kept["sha256"].as_str().unwrap());
    let reply = app.get_as(&viewer, &path).expect(200);
    assert_eq!(reply.body, bytes);
    assert_eq!(reply.header("content-type"), Some("application/octet-stream"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.header("content-disposition").unwrap().starts_with("attachment"));
    app.get(&path).expect(401).expect_problem("unauthenticated");
    let unknown = format!("/v1/admin/evidence/files/{}", "0".repeat(64));
    app.get_as(&viewer, &unknown).expect(404).expect_problem("not-found");
    app.get_as(&viewer, "/v1/admin/evidence/files/..%2F..%2Fpasswd").expect(404);

    upload(&app, &viewer, bytes).expect(403).expect_problem("forbidden");
    upload(&app, &editor, b"<script>").expect(415).expect_problem("unsupported-media-type");
    let mut large = b"%PDF-".to_vec();
    large.resize(10 * 1024 * 1024 + 1, b'x');
    upload(&app, &editor, &large).expect(413).expect_problem("payload-too-large");
    large.truncate(10 * 1024 * 1024);
    upload(&app, &editor, &large).expect(201);

    // A file that is no longer what was uploaded is never given out.
    let stored = folder.path().join("evidence").join(kept["sha256"].as_str().unwrap());
    std::fs::write(&stored, b"%PDF-1.7 something else").unwrap();
    app.get_as(&viewer, &path).expect(500);
}

#[rstest]
fn a_statement_is_recorded_verified_and_withdrawn(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let (editor, verifier) = (app.as_role(Role::Editor), app.as_role(Role::Verifier));
    let provider = id_of(&app, BETHESDA);
    let piece = json!({"provider": provider, "reason_code": "read", "evidence": {"tier": "E2",
        "kind": "website-capture", "url": "https://example-ketamine-of-bethesda.example/prices",
        "captured_on": "2026-11-21", "excerpt": "Prices on this page."}});
    let post = |who: &Person, path: &str, body: &Json| app.post_as(who, path, body.to_string());
    let recorded: Json = post(&editor, "/v1/admin/evidence", &piece).expect(201).json();
    let number = recorded["number"].as_u64().unwrap();
    let statement = |value: Json| {
        json!({"provider": provider, "reason_code": "read", "statement": {
            "name": "price.published_or_gfe", "value": value, "evidence": [number]}})
    };
    let done: Json =
        post(&editor, "/v1/admin/statements", &statement(json!(true))).expect(201).json();
    let id = done["id"].as_str().unwrap();
    let verify = format!("/v1/admin/statements/{id}/verify");
    let how = json!({"method": "read_at_source", "reason_code": "routine_check",
                     "until": "2027-01-31"});
    post(&editor, &verify, &how).expect(403).expect_problem("forbidden");
    post(&verifier, &verify, &how).expect(200);
    let mut late = how.clone();
    late["until"] = json!("2031-01-01");
    post(&verifier, &verify, &late).expect(409).expect_problem("conflict");

    // The public sees the day on which it was verified, and not by whom.
    let shown = app.get(&format!("/v1/providers/{BETHESDA}")).expect(200);
    let facts = shown.json();
    let fact = facts["data"]["facts"].as_array().unwrap().iter();
    let fact = fact.clone().find(|fact| fact["name"] == "price.published_or_gfe").unwrap();
    assert_eq!(
        (&fact["value"], &fact["verified_on"], &fact["valid_until"]),
        (&json!(true), &json!("2026-11-21"), &json!("2027-01-31"))
    );
    assert!(!shown.text().contains(&verifier.user.id.to_string()));

    let list = format!("/v1/admin/statements?provider={provider}");
    let rows = app.get_as(&editor, &list).expect(200).json();
    let row = rows["data"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    assert_eq!(row["by"], "person");
    assert_eq!(row["verifications"][0]["by"], verifier.user.id.to_string());
    let withdraw = format!("/v1/admin/statements/{id}/withdraw");
    let why = json!({"reason_code": "mistake", "reason": "the page says otherwise"});
    post(&verifier, &withdraw, &why).expect(200);
    post(&verifier, &withdraw, &why).expect(404).expect_problem("not-found");
    let rows = app.get_as(&editor, &list).expect(200).json();
    let row = rows["data"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    assert_eq!(row["withdrawn_on"], "2026-11-21");
    let rows = app.get_as(&editor, &format!("/v1/admin/evidence?provider={provider}"));
    assert_eq!(rows.expect(200).json()["data"][number as usize]["by"], "person");

    // What cannot be is refused where it stands, and nothing is written.
    let before = head(&app);
    let mut bad = piece.clone();
    bad["evidence"]["tier"] = json!("E1");
    bad["evidence"]["url"] = json!("ftp://x");
    let problem = post(&editor, "/v1/admin/evidence", &bad).expect(400);
    let problem = problem.expect_problem("invalid-body");
    let places: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(BTreeSet::from_iter(places), BTreeSet::from(["/evidence/tier", "/evidence/url"]));
    let mut file = piece.clone();
    file["file"] = json!(true);
    file["evidence"]["sha256"] = json!("0".repeat(64));
    post(&editor, "/v1/admin/evidence", &file).expect(409).expect_problem("conflict");
    for (body, status) in [
        (statement(json!("yes")), 400),
        (json!({"provider": provider, "statement": {}, "reason_code": "x"}), 400),
        (
            json!({"provider": provider, "reason_code": "Not A Code", "statement":
            {"name": "price.published_or_gfe", "value": true, "evidence": [number]}}),
            400,
        ),
        (
            json!({"provider": editor.user.id, "reason_code": "read", "statement":
            {"name": "price.published_or_gfe", "value": null}}),
            404,
        ),
        (
            json!({"provider": provider, "site": provider, "reason_code": "read", "statement":
            {"name": "price.published_or_gfe", "value": null}}),
            409,
        ),
    ] {
        post(&editor, "/v1/admin/statements", &body).expect(status);
    }
    assert_eq!(head(&app), before);
}

#[test]
fn the_queue_is_worked_over_the_api() {
    let app = TestApp::with_database();
    let (editor, viewer) = (app.as_role(Role::Editor), app.as_role(Role::Viewer));
    let verifier = app.as_role(Role::Verifier);
    app.get("/v1/admin/queue").expect(401).expect_problem("unauthenticated");
    let page: Json =
        app.get_as(&viewer, "/v1/admin/queue?limit=2&published=true").expect(200).json();
    assert_eq!(page["data"].as_array().unwrap().len(), 2);
    assert_eq!(page["forecast"].as_array().unwrap().len(), 3);
    assert!(page["counts"]["missing"].as_u64().unwrap() > 0);
    let next = page["links"]["next"].as_str().unwrap();
    let more: Json = app.get_as(&viewer, next).expect(200).json();
    assert_ne!(more["data"], page["data"]);
    let other = next.replace("published=true", "published=false");
    app.get_as(&viewer, &other).expect(400).expect_problem("cursor-mismatch");
    for bad in ["kind=all", "limit=0", "provider=x", "within_days=31", "order=age"] {
        let reply = app.get_as(&viewer, &format!("/v1/admin/queue?{bad}"));
        assert_eq!(reply.status, 400, "{bad}");
    }
    let stale: Json = app.get_as(&viewer, "/v1/admin/queue?kind=stale").expect(200).json();
    let item = stale["data"][0]["id"].as_str().unwrap();
    let why = json!({"reason_code": "routine_check"}).to_string();
    let path = |verb: &str| format!("/v1/admin/queue/{item}/{verb}");
    app.post_as(&viewer, &path("lease"), &why).expect(403).expect_problem("forbidden");
    app.post_as(&editor, &path("lease"), &why).expect(200);
    app.post_as(&verifier, &path("lease"), &why).expect(409).expect_problem("conflict");
    app.post_as(&verifier, &path("renew"), &why).expect(409).expect_problem("conflict");
    let missing = json!({"reason": "no code"}).to_string();
    app.post_as(&editor, &path("release"), &missing).expect(400).expect_problem("invalid-body");
    app.post_as(&editor, &path("release"), &why).expect(204);
    let renewable = stale["data"].as_array().unwrap().iter().find(|i| i["renewable"] == true);
    if let Some(item) = renewable {
        let path = format!("/v1/admin/queue/{}/renew", item["id"].as_str().unwrap());
        let bad = json!({"reason_code": "seen", "sha256": "short"}).to_string();
        app.post_as(&verifier, &path, &bad).expect(400).expect_problem("invalid-body");
        let renewed: Json = app.post_as(&verifier, &path, &why).expect(200).json();
        assert_eq!(renewed["observed_on"], "2026-11-21");
    }
    let close = json!({"reason_code": "checked", "outcome": "different"}).to_string();
    app.post_as(&verifier, "/v1/admin/queue/task-0/close", &close).expect(404);
}
