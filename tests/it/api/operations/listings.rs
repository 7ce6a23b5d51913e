//! The operations on listings.

use std::sync::atomic::{AtomicU16, Ordering};

use bedside::auth::Role;
use serde_json::{Value as Json, json};

use super::{Asks, Call, Row};
use crate::support::{accounts::Person, app::TestApp};

const CLINICS: &str = "/v1/admin/clinics";

/// A body with a reason.
fn body(mut more: Json) -> Json {
    more["reason_code"] = json!("test");
    more["reason"] = json!("for a test");
    more
}

/// A new listing that shares nothing with another.
fn listing() -> Json {
    static COUNT: AtomicU16 = AtomicU16::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    body(json!({"listing": {
        "source_key": format!("ROW{n}"),
        "name": format!("Row Number {n} House (fictional)"),
        "website": format!("https://row-{n}.example/"),
        "fictional": true,
        "sites": [{"source_key": "main", "phone": format!("+1915555{:04}", 100 + n % 100),
            "address": {"line1": format!("{n} Row Street"), "city": "El Paso", "state": "TX",
                "postal_code": "79901"}}],
        "evidence": [{"tier": "E1", "kind": "registry-record", "captured_on": "2026-11-20",
            "note": format!("record {n}")}],
    }}))
}

/// A draft with its only site.
fn draft(app: &TestApp, by: &Person) -> (String, Json) {
    let made = app.post_as(by, CLINICS, listing().to_string()).expect(201).json();
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    let seen = app.get_as(by, &format!("{CLINICS}/{id}")).expect(200).json();
    (id, seen["data"]["sites"][0]["id"].clone())
}

/// Takes a draft's steps so far, each over the version that the one before made.
fn after(app: &TestApp, by: &Person, id: &str, steps: &[(&str, Json)]) {
    for (version, (step, more)) in (1..).zip(steps) {
        let tag = format!("\"{version}\"");
        let path = format!("{CLINICS}/{id}/{step}");
        let more = body(more.clone()).to_string();
        app.send_as(by, "POST", &path, &[("If-Match", &tag)], more).expect(200);
    }
}

/// A listing that waits for somebody to publish it: at version 4.
fn reviewed(app: &TestApp) -> String {
    let writer = app.as_role(Role::Admin);
    let (id, site) = draft(app, &writer);
    let confirmed = json!({"site": site, "evidence": 0});
    let steps = [("confirm-address", confirmed), ("submit", json!({})), ("take", json!({}))];
    after(app, &writer, &id, &steps);
    id
}

/// A request about a draft in its first version.
fn about(app: &TestApp, path: &str, more: Json) -> Call {
    let admin = app.as_role(Role::Admin);
    let (id, site) = draft(app, &admin);
    let mut more = more;
    if more.get("site").is_some() {
        more["site"] = site;
    }
    let body = if more.is_null() { Json::Null } else { body(more) };
    Call::by(&admin, format!("{CLINICS}/{id}{path}"), body).if_match(1)
}

const VIEW: Asks = Asks::Named("view_admin");
const EDIT: Asks = Asks::Named("edit_listings");
const PUBLISH: Asks = Asks::Named("publish_listings");

/// See the head of the file.
pub const LISTINGS: &[Row] = &[
    Row {
        operation: "GET /v1/admin/clinics",
        asks: VIEW,
        works: Some(|app| Call::by(&app.as_role(Role::Viewer), CLINICS, Json::Null)),
    },
    Row {
        operation: "GET /v1/admin/clinics/duplicates",
        asks: VIEW,
        works: Some(|app| {
            Call::by(&app.as_role(Role::Viewer), format!("{CLINICS}/duplicates"), Json::Null)
        }),
    },
    Row {
        operation: "POST /v1/admin/clinics",
        asks: EDIT,
        works: Some(|app| Call::by(&app.as_role(Role::Editor), CLINICS, listing())),
    },
    Row {
        operation: "POST /v1/admin/clinics/publish-batch",
        asks: PUBLISH,
        works: Some(|app| {
            let verifier = app.as_role(Role::Verifier);
            let path = format!("{CLINICS}/publish-batch");
            let mut ask = body(json!({"ids": [reviewed(app)]}));
            let shown = app.post_as(&verifier, &path, ask.to_string()).expect(200).json();
            ask["digest"] = shown["digest"].clone();
            Call::by(&verifier, path, ask)
        }),
    },
    Row {
        operation: "GET /v1/admin/clinics/{id}",
        asks: VIEW,
        works: Some(|app| about(app, "", Json::Null)),
    },
    Row {
        operation: "PATCH /v1/admin/clinics/{id}",
        asks: EDIT,
        works: Some(|app| about(app, "", json!({"profile": {"description": "New."}}))),
    },
    Row {
        operation: "GET /v1/admin/clinics/{id}/versions",
        asks: VIEW,
        works: Some(|app| about(app, "/versions", Json::Null)),
    },
    Row {
        operation: "GET /v1/admin/clinics/{id}/diff",
        asks: VIEW,
        works: Some(|app| about(app, "/diff?from=1&to=1", Json::Null)),
    },
    Row {
        operation: "POST /v1/admin/clinics/{id}/items",
        asks: EDIT,
        works: Some(|app| {
            let fact = json!({"name": "telehealth.used", "value": false, "evidence": [0]});
            about(app, "/items", json!({"facts": [fact]}))
        }),
    },
    Row {
        operation: "POST /v1/admin/clinics/{id}/submit",
        asks: EDIT,
        works: Some(|app| about(app, "/submit", json!({}))),
    },
    Row { operation: "POST /v1/admin/clinics/{id}/release", asks: PUBLISH, works: None },
    Row {
        operation: "POST /v1/admin/clinics/{id}/confirm-address",
        asks: Asks::Named("verify_evidence"),
        works: Some(|app| about(app, "/confirm-address", json!({"site": null, "evidence": 0}))),
    },
    Row {
        operation: "POST /v1/admin/clinics/{id}/merge",
        asks: PUBLISH,
        works: Some(|app| {
            let admin = app.as_role(Role::Admin);
            let ((id, site), (survivor, _)) = (draft(app, &admin), draft(app, &admin));
            let sites = json!([{"from": site, "to": null}]);
            let path = format!("{CLINICS}/{id}/merge");
            Call::by(&admin, path, body(json!({"survivor": survivor, "sites": sites}))).if_match(1)
        }),
    },
    Row {
        operation: "POST /v1/admin/clinics/{id}/{verb}",
        asks: PUBLISH,
        works: Some(|app| {
            let path = format!("{CLINICS}/{}/publish", reviewed(app));
            Call::by(&app.as_role(Role::Verifier), path, body(json!({}))).if_match(4)
        }),
    },
];
