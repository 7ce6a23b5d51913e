//! Every change has its journal entry, every refusal and every reading has none.

use bedside::{
    auth::Role,
    store::{ActorKind, JournalFilter},
};
use serde_json::json;

use super::operations::{
    Asks, Call, MOST_ELSEWHERE, MOST_QUESTIONS, QUESTIONS_BY_POST, operations, rows, send,
};
use crate::support::{accounts::PASSWORD, app::TestApp};

fn head(app: &TestApp) -> i64 {
    app.app().store.read(|reader| reader.head()).unwrap()
}

#[test]
fn every_operation_that_changes_something_has_its_row() {
    let known_rows: Vec<&str> = rows().map(|row| row.operation).collect();
    let all = operations();
    for (name, _) in &all {
        let known = name.starts_with("GET ")
            || known_rows.contains(&name.as_str())
            || QUESTIONS_BY_POST.contains(&name.as_str());
        assert!(known, "{name} has no row in tests/it/api/operations.rs");
    }
    for question in QUESTIONS_BY_POST {
        assert!(all.iter().any(|(name, _)| name == question), "{question} is gone; remove it");
        assert!(!known_rows.contains(question), "{question} has a row");
    }
    let elsewhere = rows().filter(|row| row.works.is_none()).count();
    assert!(elsewhere <= MOST_ELSEWHERE, "the number may only shrink");
    assert!(QUESTIONS_BY_POST.len() <= MOST_QUESTIONS, "the list may only shrink");
}

#[test]
fn every_change_has_an_entry_of_whoever_made_it() {
    let app = TestApp::with_database();
    for row in rows() {
        let Some(works) = row.works else { continue };
        let call = works(&app);
        let before = head(&app);
        let reply = send(&app, row.operation, &call);
        assert!(reply.status < 300, "{}: {}", row.operation, reply.text());
        let entries = app
            .app()
            .store
            .read(|reader| reader.journal(&JournalFilter::default(), before, 100))
            .unwrap();
        if row.operation.starts_with("GET ") {
            assert!(entries.is_empty(), "{} wrote {entries:?}", row.operation);
            continue;
        }
        assert!(!entries.is_empty(), "{} wrote nothing", row.operation);
        for entry in entries {
            assert!(!entry.reason.code.is_empty(), "{}: no reason", row.operation);
            assert!(
                matches!(entry.actor.kind, ActorKind::Person | ActorKind::Provider)
                    || row.asks == Asks::Nothing,
                "{}: {:?}",
                row.operation,
                entry.actor
            );
            if matches!(row.asks, Asks::Named(_)) {
                assert!(entry.actor.role.is_some(), "{}: in no role", row.operation);
            }
        }
        let seen = app.app().catalog.load().revision();
        assert_eq!(seen, head(&app), "{}: the writer does not see it", row.operation);
    }
}

#[test]
fn no_refusal_has_an_entry() {
    let app = TestApp::with_database();
    let viewer = app.as_role(Role::Viewer);
    let nobody = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11";
    for row in rows() {
        let Some(works) = row.works else { continue };
        let works = works(&app);
        let before = head(&app);
        let mut refused = 0;
        let mut refuse = |call: Call| {
            let reply = send(&app, row.operation, &call);
            refused += usize::from(reply.status >= 400);
        };
        let with = |authorization: Option<String>, path: &str, body: serde_json::Value| Call {
            authorization,
            path: path.to_owned(),
            headers: works.headers.clone(),
            body,
            file: None,
        };
        let own = works.authorization.clone();
        refuse(with(None, &works.path, json!({"no_such_member": 1})));
        refuse(with(own.clone(), &works.path, json!({"no_such_member": 1})));
        refuse(with(own.clone(), &works.path, json!([])));
        if row.operation.contains("{id}") {
            let path = row.operation.split_once(' ').unwrap().1;
            let path = path.replace("{id}", nobody).replace("{verb}", "disable");
            refuse(with(own.clone(), &path, works.body.clone()));
        }
        if row.operation.starts_with("PATCH ") {
            let mut stale = with(own.clone(), &works.path, works.body.clone());
            stale.headers = vec![("If-Match", "\"999\"".into())];
            refuse(stale);
            let mut unsaid = with(own, &works.path, works.body.clone());
            unsaid.headers.clear();
            refuse(unsaid);
        }
        if matches!(row.asks, Asks::Named(_)) && !row.operation.starts_with("GET ") {
            refuse(with(Some(viewer.authorization.clone()), &works.path, works.body.clone()));
        }
        assert!(refused >= 1 || row.operation.starts_with("GET "), "{}", row.operation);
        assert_eq!(head(&app), before, "{}: a refusal was written", row.operation);
    }
    let before = head(&app);
    for (name, password) in [("nobody", PASSWORD), (viewer.user.name.as_str(), "wrong")] {
        let body = json!({"username": name, "password": password}).to_string();
        app.post("/v1/auth/token", body).expect(401);
    }
    app.post("/v1/auth/refresh", r#"{"refresh_token": "nonsense"}"#).expect(401);
    assert_eq!(head(&app), before);
}

#[test]
fn no_get_writes_anything() {
    let app = TestApp::with_database();
    let admin = app.as_role(Role::Admin);
    let before = head(&app);
    for (name, _) in operations() {
        let Some(path) = name.strip_prefix("GET ") else { continue };
        let path = path.replace(['{', '}'], "");
        app.get(&path);
        app.get_as(&admin, &path);
        app.request("HEAD", &path, &[("Authorization", &admin.authorization)], b"");
    }
    for question in QUESTIONS_BY_POST {
        app.post(question.split_once(' ').unwrap().1, "{}");
    }
    assert_eq!(head(&app), before);
}
