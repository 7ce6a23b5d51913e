//! Listings through the API: who may, over which version, once, and where old addresses lead.

use bedside::auth::Role;
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    accounts::Person,
    app::{Reply, TestApp},
};

const CLINICS: &str = "/v1/admin/clinics";

/// A new listing that shares nothing with another of a different number.
fn listing(number: u16) -> Json {
    json!({
        "source_key": format!("API{number}"),
        "name": format!("{} (fictional)", ["Quill House", "Sable Point", "Umber Court"][usize::from(number % 3)]),
        "website": format!("https://api-{number}.example/"),
        "fictional": true,
        "sites": [{
            "source_key": "main",
            "address": {"line1": format!("{number} Sample Street"), "city": "Bethesda",
                "state": "MD", "postal_code": "20814"},
            "phone": format!("+1605555{:04}", 100 + number),
        }],
        "evidence": [{"tier": "E1", "kind": "registry-record", "captured_on": "2026-11-20",
            "note": format!("record {number}")}],
    })
}

fn body(mut more: Json) -> String {
    more["reason_code"] = json!("test");
    more["reason"] = json!("for a test");
    more.to_string()
}

/// A change over a version.
fn change(app: &TestApp, who: &Person, path: &str, version: i64, more: Json) -> Reply {
    let tag = format!("\"{version}\"");
    app.send_as(who, "POST", &format!("{CLINICS}/{path}"), &[("If-Match", &tag)], body(more))
}

fn create(app: &TestApp, who: &Person, number: u16) -> Json {
    let made = app.post_as(who, CLINICS, body(json!({"listing": listing(number)}))).expect(201);
    let data = made.json()["data"].clone();
    let id = data["id"].as_str().unwrap();
    assert_eq!(made.header("location"), Some(format!("{CLINICS}/{id}").as_str()));
    assert_eq!(made.header("etag"), Some("\"1\""));
    data
}

/// A public listing with its only site: (listing, site, slug of the site).
fn published(app: &TestApp, number: u16) -> (String, String, String) {
    let (editor, verifier) = (app.as_role(Role::Editor), app.as_role(Role::Verifier));
    let id = create(app, &editor, number)["id"].as_str().unwrap().to_owned();
    let seen = app.get_as(&editor, &format!("{CLINICS}/{id}")).expect(200).json();
    let site = seen["data"]["sites"][0].clone();
    let confirmed = json!({"site": site["id"], "evidence": 0});
    change(app, &verifier, &format!("{id}/confirm-address"), 1, confirmed).expect(200);
    change(app, &editor, &format!("{id}/submit"), 2, json!({})).expect(200);
    change(app, &verifier, &format!("{id}/take"), 3, json!({})).expect(200);
    change(app, &verifier, &format!("{id}/publish"), 4, json!({})).expect(200);
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    (id, text(&site["id"]), text(&site["slug"]))
}

#[rstest]
fn a_listing_is_written_by_one_and_published_by_another(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let (editor, verifier) = (app.as_role(Role::Editor), app.as_role(Role::Verifier));
    let admin = app.as_role(Role::Admin);
    let id = create(&app, &admin, 1)["id"].as_str().unwrap().to_owned();
    let path = |verb: &str| format!("{id}/{verb}");

    // Over which version is always said.
    let bare = app.post_as(&admin, &format!("{CLINICS}/{id}/submit"), body(json!({})));
    bare.expect(428).expect_problem("precondition-required");
    let stale = change(&app, &admin, &path("submit"), 7, json!({})).expect(412);
    assert_eq!(stale.expect_problem("precondition-failed")["current_version"], 1);

    let early = change(&app, &verifier, &path("publish"), 1, json!({})).expect(409);
    let early = early.expect_problem("illegal-transition");
    assert_eq!(early["possible"], json!(["submit", "delist", "merge"]));
    change(&app, &admin, &path("submit"), 1, json!({})).expect(200);
    let taken = change(&app, &verifier, &path("take"), 2, json!({})).expect(200);
    assert_eq!(taken.header("etag"), Some("\"3\""));
    let held = change(&app, &verifier, &path("publish"), 3, json!({})).expect(409);
    assert_eq!(held.expect_problem("held")["holds"][0]["kind"], "address");

    let seen = app.get_as(&editor, &format!("{CLINICS}/{id}")).expect(200);
    assert_eq!(seen.header("etag"), Some("\"3\""));
    let site = seen.json()["data"]["sites"][0].clone();
    let confirmation = json!({"site": site["id"], "evidence": 0});
    change(&app, &editor, &path("confirm-address"), 3, confirmation.clone()).expect(403);
    change(&app, &verifier, &path("confirm-address"), 3, confirmation).expect(200);
    change(&app, &admin, &path("publish"), 4, json!({})).expect(403).expect_problem("four-eyes");
    change(&app, &editor, &path("publish"), 4, json!({})).expect(403).expect_problem("forbidden");
    change(&app, &verifier, &path("publish"), 4, json!({})).expect(200);

    // The id of a site is that of its listing, and the public sees it at once.
    let of_site = app.get_as(&editor, &format!("{CLINICS}/{}", site["id"].as_str().unwrap()));
    assert_eq!(of_site.expect(200).json()["data"]["id"], id.as_str());
    app.get(&format!("/v1/clinics/{}", site["slug"].as_str().unwrap())).expect(200);

    let versions = app.get_as(&editor, &format!("{CLINICS}/{id}/versions")).expect(200).json();
    let told: Vec<&str> = versions["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["action"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["create", "submit", "take", "confirm", "publish"]);
    let diff = app.get_as(&editor, &format!("{CLINICS}/{id}/diff?from=1&to=5")).expect(200).json();
    let state = diff["data"].as_array().unwrap().iter().find(|c| c["pointer"] == "/listing_state");
    assert_eq!(state.unwrap()["after"], "published");
}

#[test]
fn what_a_role_may_not_do_is_refused() {
    let app = TestApp::with_database();
    let viewer = app.as_role(Role::Viewer);
    let officer = app.as_role(Role::ComplianceOfficer);
    let id = create(&app, &officer, 1)["id"].as_str().unwrap().to_owned();
    app.get(CLINICS).expect(401).expect_problem("unauthenticated");
    app.post(CLINICS, body(json!({"listing": listing(2)}))).expect(401);
    app.get_as(&viewer, CLINICS).expect(200);
    app.post_as(&viewer, CLINICS, body(json!({"listing": listing(2)}))).expect(403);
    change(&app, &viewer, &format!("{id}/items"), 1, json!({})).expect(403);
    change(&app, &officer, &format!("{id}/submit"), 1, json!({})).expect(200);
    for verb in ["take", "suspend", "delist", "merge", "release"] {
        change(&app, &officer, &format!("{id}/{verb}"), 2, json!({})).expect(403);
    }
    app.post_as(&officer, &format!("{CLINICS}/publish-batch"), body(json!({"ids": [id]})))
        .expect(403);
}

#[test]
fn a_mistake_is_named_at_its_place() {
    let app = TestApp::with_database();
    let editor = app.as_role(Role::Editor);
    let mut bad = listing(1);
    bad["sites"][0]["phone"] = json!("12");
    let refused = app.post_as(&editor, CLINICS, body(json!({"listing": bad}))).expect(422);
    let refused = refused.expect_problem("invalid-listing");
    assert_eq!(refused["errors"][0]["pointer"], "/listing/sites/0/phone");
    app.post_as(&editor, CLINICS, body(json!({"listing": listing(1), "colour": 1})))
        .expect(400)
        .expect_problem("invalid-body");
    let id = create(&app, &editor, 1)["id"].as_str().unwrap().to_owned();
    let patch = |headers: &[(&str, &str)], more: Json| {
        app.send_as(&editor, "PATCH", &format!("{CLINICS}/{id}"), headers, body(more))
    };
    let first = [("If-Match", "\"1\"")];
    let refused = patch(&first, json!({"profile": {"colour": 1}})).expect(422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/profile/colour");
    let patched = patch(&first, json!({"profile": {"website": null}})).expect(200);
    assert_eq!(patched.json()["data"]["version"], 2);
    for tag in ["1", "x", "\"1\"x"] {
        patch(&[("If-Match", tag)], json!({})).expect(400);
    }
    patch(&[("If-Match", "*")], json!({})).expect(428);
    patch(&[("If-Match", "W/\"2\"")], json!({})).expect(412);
    patch(&[("If-Match", "\"2\""), ("Idempotency-Key", "bare")], json!({})).expect(400);
    app.send_as(&editor, "POST", CLINICS, &[], r#"{"reason_code": "Not Snake", "listing": {}}"#)
        .expect(400);
    for nobody in ["nobody", "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"] {
        app.get_as(&editor, &format!("{CLINICS}/{nobody}")).expect(404);
        app.get_as(&editor, &format!("{CLINICS}/{nobody}/versions")).expect(404);
    }
    app.get_as(&editor, &format!("{CLINICS}/{id}/diff?from=1&to=9")).expect(404);
    app.get_as(&editor, &format!("{CLINICS}/{id}/diff?from=1")).expect(400);
    app.get_as(&editor, &format!("{CLINICS}?colour=1")).expect(400);
    let verifier = app.as_role(Role::Verifier);
    change(&app, &verifier, &format!("{id}/approve"), 2, json!({})).expect(404);
}

#[rstest]
fn of_two_racing_changes_one_is_told_that_it_lost(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let editor = app.as_role(Role::Editor);
    let id = create(&app, &editor, 1)["id"].as_str().unwrap().to_owned();
    for version in 1..=100_i64 {
        let tag = format!("\"{version}\"");
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let racers: Vec<_> = ["one", "two"]
                .map(|name| {
                    let (app, editor, id, tag) = (&app, &editor, &id, &tag);
                    scope.spawn(move || {
                        let said = format!("{version} {name}");
                        let more = json!({"profile": {"description": said}});
                        let path = format!("{CLINICS}/{id}");
                        let headers = [("If-Match", tag.as_str())];
                        app.send_as(editor, "PATCH", &path, &headers, body(more)).status
                    })
                })
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect();
            racers
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "over version {version}");
    }
}

#[rstest]
fn the_same_key_fifty_times_at_once_has_one_effect(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let editor = app.as_role(Role::Editor);
    let send = |number: u16| {
        let headers = [("Idempotency-Key", "\"k-1\"")];
        app.send_as(&editor, "POST", CLINICS, &headers, body(json!({"listing": listing(number)})))
    };
    let replies: Vec<Reply> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..50).map(|_| scope.spawn(|| send(1))).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let (made, others): (Vec<&Reply>, Vec<&Reply>) =
        replies.iter().partition(|reply| reply.status == 201);
    assert!(!made.is_empty());
    assert!(made.iter().all(|reply| reply.body == made[0].body), "one answer");
    for other in others {
        other.expect_problem("request-in-progress");
    }
    assert_eq!(send(1).expect(201).body, made[0].body, "later too");
    send(2).expect(422).expect_problem("idempotency-key-reused");
    let found = app.get_as(&editor, &format!("{CLINICS}?source=API")).expect(200).json();
    assert_eq!(found["meta"]["total"], 1);
}

#[rstest]
fn old_addresses_of_a_duplicate_lead_to_the_survivor(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let verifier = app.as_role(Role::Verifier);
    let (duplicate, from, slug) = published(&app, 1);
    let (survivor, to, _) = published(&app, 2);
    let more = json!({"survivor": survivor, "sites": [{"from": from, "to": to}]});
    change(&app, &verifier, &format!("{duplicate}/merge"), 5, more).expect(200);
    for key in [&from, &slug] {
        let moved = app.get(&format!("/v1/clinics/{key}")).expect(308);
        assert_eq!(moved.header("location"), Some(format!("/v1/clinics/{to}").as_str()));
    }
    let moved = app.get(&format!("/v1/providers/{duplicate}")).expect(308);
    assert_eq!(moved.header("location"), Some(format!("/v1/providers/{survivor}").as_str()));
    change(&app, &verifier, &format!("{duplicate}/unmerge"), 6, json!({})).expect(200);
    app.get(&format!("/v1/clinics/{slug}")).expect(200);
}
