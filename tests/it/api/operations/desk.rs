//! The operations on the queue, on evidence and on statements.

use bedside::{
    app::queue::{Proposed, ReviewTask},
    auth::Role,
    domain::fact::FactValue,
    store::{Action, Actor, ActorKind, Reason, RecordKind},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Asks, Call, Row};
use crate::support::app::TestApp;

const QUEUE: &str = "/v1/admin/queue";
const EVIDENCE: &str = "/v1/admin/evidence";
const STATEMENTS: &str = "/v1/admin/statements";

/// A body with a reason.
fn why(mut more: Json) -> Json {
    more["reason_code"] = json!("test");
    more
}

/// The first provider of the set.
fn provider(app: &TestApp) -> Json {
    app.get("/v1/providers").expect(200).json()["data"][0]["id"].clone()
}

fn piece(provider: &Json) -> Json {
    why(json!({"provider": provider, "evidence": {"tier": "E1", "kind": "registry-record",
        "captured_on": "2026-11-20"}}))
}

/// A statement that is not recorded yet, over a piece of evidence that is.
fn statement(app: &TestApp) -> Json {
    let provider = provider(app);
    let editor = app.as_role(Role::Editor);
    let made = app.post_as(&editor, EVIDENCE, piece(&provider).to_string()).expect(201).json();
    why(json!({"provider": provider, "statement": {"name": "excl.sam",
        "value": "no_match", "evidence": [made["number"]]}}))
}

/// A request about a statement that was just recorded.
fn about_statement(app: &TestApp, verb: &str, more: Json) -> Call {
    let editor = app.as_role(Role::Editor);
    let said = app.post_as(&editor, STATEMENTS, statement(app).to_string()).expect(201).json();
    let path = format!("{STATEMENTS}/{}/{verb}", said["id"].as_str().unwrap());
    Call::by(&app.as_role(Role::Verifier), path, why(more))
}

/// The id of an item of the queue.
fn item(app: &TestApp, query: &str, fits: impl Fn(&Json) -> bool) -> String {
    let viewer = app.as_role(Role::Viewer);
    let page = app.get_as(&viewer, &format!("{QUEUE}?limit=100&{query}")).expect(200).json();
    let found = page["data"].as_array().unwrap().iter().find(|item| fits(item)).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// An open task about the first provider.
fn task(app: &TestApp) -> String {
    let now = app.app().clock.now();
    let task = ReviewTask {
        provider: provider(app).as_str().unwrap().parse().unwrap(),
        list: "leie".into(),
        title: "A list".into(),
        url: "https://list.example/".into(),
        as_of: now.date_naive(),
        entry_key: "1".into(),
        named: "Somebody".into(),
        entry: "Somebody, TX".into(),
        party: "organisation".into(),
        agrees: vec!["name".into()],
        proposed: Proposed::Fact {
            name: "excl.leie".into(),
            value: FactValue::Code("match".into()),
            valid_until: None,
        },
        opened_on: now.date_naive(),
        outcome: None,
        closed_on: None,
    };
    let id = format!("task-{}", Uuid::from_u128(app.app().clock.new_id().as_u128()).simple());
    let actor = Actor::new(ActorKind::Operator, "test");
    let put = app.app().write(&actor, &Reason::new("test", ""), |tx| {
        tx.put_record(Action::Create, (RecordKind::Task, &id), true, &task)
    });
    put.unwrap();
    id
}

const VIEW: Asks = Asks::Named("view_admin");
const EDIT: Asks = Asks::Named("edit_listings");
const VERIFY: Asks = Asks::Named("verify_evidence");

/// See the head of the file.
pub const DESK: &[Row] = &[
    Row {
        operation: "GET /v1/admin/queue",
        asks: VIEW,
        works: Some(|app| Call::by(&app.as_role(Role::Viewer), QUEUE, Json::Null)),
    },
    Row {
        operation: "POST /v1/admin/queue/{id}/lease",
        asks: EDIT,
        works: Some(|app| {
            let path = format!("{QUEUE}/{}/lease", item(app, "kind=missing", |_| true));
            Call::by(&app.as_role(Role::Editor), path, why(json!({})))
        }),
    },
    Row {
        operation: "POST /v1/admin/queue/{id}/release",
        asks: EDIT,
        works: Some(|app| {
            let editor = app.as_role(Role::Editor);
            let free = |item: &Json| item["lease"].is_null();
            let item = format!("{QUEUE}/{}", item(app, "kind=stale", free));
            app.post_as(&editor, &format!("{item}/lease"), why(json!({})).to_string()).expect(200);
            Call::by(&editor, format!("{item}/release"), why(json!({})))
        }),
    },
    Row {
        operation: "POST /v1/admin/queue/{id}/renew",
        asks: VERIFY,
        works: Some(|app| {
            let item = item(app, "kind=stale", |item| item["renewable"] == true);
            let path = format!("{QUEUE}/{item}/renew");
            Call::by(&app.as_role(Role::Verifier), path, why(json!({})))
        }),
    },
    Row {
        operation: "POST /v1/admin/queue/{id}/close",
        asks: VERIFY,
        works: Some(|app| {
            let path = format!("{QUEUE}/{}/close", task(app));
            Call::by(&app.as_role(Role::Verifier), path, why(json!({"outcome": "different"})))
        }),
    },
    Row {
        operation: "GET /v1/admin/evidence",
        asks: VIEW,
        works: Some(|app| {
            let path = format!("{EVIDENCE}?provider={}", provider(app).as_str().unwrap());
            Call::by(&app.as_role(Role::Viewer), path, Json::Null)
        }),
    },
    Row {
        operation: "POST /v1/admin/evidence",
        asks: EDIT,
        works: Some(|app| Call::by(&app.as_role(Role::Editor), EVIDENCE, piece(&provider(app)))),
    },
    Row {
        operation: "POST /v1/admin/evidence/files",
        asks: EDIT,
        works: Some(|app| {
            let bytes = format!("%PDF-1.7 {}", app.app().clock.new_id());
            let path = format!("{EVIDENCE}/files");
            Call { file: Some(bytes), ..Call::by(&app.as_role(Role::Editor), path, Json::Null) }
        }),
    },
    Row {
        operation: "GET /v1/admin/evidence/files/{sha256}",
        asks: VIEW,
        works: Some(|app| {
            let editor = app.as_role(Role::Editor);
            let headers = [
                ("Authorization", editor.authorization.as_str()),
                ("Content-Type", "application/octet-stream"),
            ];
            let path = format!("{EVIDENCE}/files");
            let kept = app.request("POST", &path, &headers, b"%PDF-1.7 x").expect(201).json();
            let path = format!("{path}/{}", kept["sha256"].as_str().unwrap());
            Call::by(&editor, path, Json::Null)
        }),
    },
    Row {
        operation: "GET /v1/admin/statements",
        asks: VIEW,
        works: Some(|app| {
            let path = format!("{STATEMENTS}?provider={}", provider(app).as_str().unwrap());
            Call::by(&app.as_role(Role::Viewer), path, Json::Null)
        }),
    },
    Row {
        operation: "POST /v1/admin/statements",
        asks: EDIT,
        works: Some(|app| Call::by(&app.as_role(Role::Editor), STATEMENTS, statement(app))),
    },
    Row {
        operation: "POST /v1/admin/statements/{id}/verify",
        asks: VERIFY,
        works: Some(|app| about_statement(app, "verify", json!({"method": "registry_lookup"}))),
    },
    Row {
        operation: "POST /v1/admin/statements/{id}/withdraw",
        asks: VERIFY,
        works: Some(|app| about_statement(app, "withdraw", json!({}))),
    },
];
