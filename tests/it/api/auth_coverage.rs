//! Every operation with every kind of caller: whoever may is let in, and nobody else.

use std::collections::BTreeSet;

use bedside::auth::{Permission, Role, Scope};

use super::operations::{Asks, Call, asked, client, operations, rows, send};
use crate::support::{
    accounts::{Person, signed_in, user},
    app::TestApp,
};

/// Methods that change something.
fn changes(operation: &str) -> bool {
    !operation.starts_with("GET ")
}

#[test]
fn every_operation_that_is_not_public_has_its_row_and_asks_what_it_says() {
    let mut complaints = Vec::new();
    let mut known = BTreeSet::new();
    for (name, operation) in operations() {
        let asks = match asked(&operation) {
            Ok(asks) => asks,
            Err(error) => {
                complaints.push(format!("{name}: {error}"));
                continue;
            }
        };
        let row = rows().find(|row| row.operation == name);
        match row {
            Some(row) if row.asks != asks => {
                complaints.push(format!("{name}: asks {asks:?}, its row says {:?}", row.asks));
            }
            None if asks != Asks::Nothing => complaints.push(format!("{name}: has no row")),
            _ => {}
        }
        known.insert(name);
    }
    for row in rows().filter(|row| !known.contains(row.operation)) {
        complaints.push(format!("{}: is no operation", row.operation));
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// Somebody who calls, with the answer that they must get.
struct Caller {
    name: String,
    authorization: Option<String>,
    /// The problem that they must get; none where they are let in.
    refused: Option<&'static str>,
}

/// Everybody who may call, each made anew: some operations end the session that they are asked
/// with.
fn callers(app: &TestApp, asks: Asks) -> Vec<Caller> {
    let mut callers = vec![Caller {
        name: "nobody".into(),
        authorization: None,
        refused: Some("unauthenticated"),
    }];
    let mut add = |name: String, authorization: &str, refused| {
        callers.push(Caller { name, authorization: Some(authorization.into()), refused });
    };
    for role in Role::ALL {
        let may = match asks {
            Asks::Nothing | Asks::Person => true,
            Asks::Named(name) => match name.parse::<Permission>() {
                Ok(permission) => role.may(permission),
                Err(_) => role.may(Permission::ViewAdmin),
            },
        };
        let person = app.as_role(*role);
        add(role.to_string(), &person.authorization, (!may).then_some("forbidden"));
    }
    let person = signed_in(app.app(), user(app.app(), &[]), true);
    let may = !matches!(asks, Asks::Named(_));
    add("no role".into(), &person.authorization, (!may).then_some("forbidden"));
    let person = signed_in(app.app(), user(app.app(), &[Role::Admin]), false);
    let half = if may { None } else { Some("second-factor-missing") };
    add("admin without a second factor".into(), &person.authorization, half);
    let gone: Person = app.as_role(Role::Admin);
    app.post_as(&gone, "/v1/auth/revoke", "{}").expect(204);
    add("admin who signed out".into(), &gone.authorization, Some("unauthenticated"));

    for (name, scopes) in [
        ("referrer's key", &[Scope::DirectoryRead][..]),
        ("bulk key", &[Scope::DirectoryRead, Scope::DirectoryBulk][..]),
    ] {
        let (_, key) = client(app, scopes);
        let may = matches!(asks, Asks::Named(asked) if scopes.iter().any(|s| s.as_str() == asked));
        add(name.into(), &key, (!may).then_some("forbidden"));
    }
    let (revoked, key) = client(app, Scope::ALL);
    let admin = app.as_role(Role::Admin);
    let path = format!("/v1/admin/clients/{}/disable", revoked.id);
    app.post_as(&admin, &path, r#"{"reason_code": "test"}"#).expect(200);
    add("revoked key".into(), &key, Some("unauthenticated"));
    callers
}

#[test]
fn every_operation_lets_in_whom_it_says_and_nobody_else() {
    let app = TestApp::with_database();
    let mut complaints = Vec::new();
    for row in rows().filter(|row| row.asks != Asks::Nothing) {
        for caller in callers(&app, row.asks) {
            // A thing that is not there: whoever is let in learns that, or that the body is bad.
            let path = row.operation.split_once(' ').unwrap().1;
            let path = path
                .replace("{id}", "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")
                .replace("{verb}", "disable")
                .replace("{sha256}", &"0".repeat(64));
            let call = Call {
                authorization: caller.authorization.clone(),
                ..Call::open(path, serde_json::json!({"no_such_member": true}))
            };
            let reply = send(&app, row.operation, &call);
            let problem =
                if reply.status >= 400 { reply.json()["type"].to_string() } else { String::new() };
            let told = problem.trim_matches('"').trim_start_matches("/problems/").to_owned();
            let good = match caller.refused {
                Some(kind) => told == kind,
                None => {
                    !matches!(
                        told.as_str(),
                        "unauthenticated" | "forbidden" | "second-factor-missing"
                    ) && reply.status < 500
                }
            };
            if !good {
                complaints.push(format!(
                    "{} by {}: {} {told}, expected {:?}",
                    row.operation, caller.name, reply.status, caller.refused
                ));
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn public_operations_ask_nobody_who_they_are() {
    let app = TestApp::with_database();
    for (name, operation) in operations() {
        if asked(&operation) != Ok(Asks::Nothing) {
            continue;
        }
        let path = name.split_once(' ').unwrap().1.replace(['{', '}'], "");
        for authorization in [None, Some("Bearer nonsense".to_owned())] {
            let call = Call { authorization, ..Call::open(path.as_str(), serde_json::json!({})) };
            let reply = send(&app, &name, &call);
            assert!(!matches!(reply.status, 401 | 403), "{name}: {}", reply.text());
        }
    }
}

#[test]
fn every_row_works() {
    let app = TestApp::with_database();
    for row in rows() {
        let (operation, Some(works)) = (row.operation, row.works) else { continue };
        let reply = send(&app, operation, &works(&app));
        assert!((200..300).contains(&reply.status), "{operation}: {}", reply.text());
        let said = operations();
        let (_, document) = said.iter().find(|(name, _)| name == operation).unwrap();
        let status = reply.status.to_string();
        assert!(document["responses"][&status].is_object(), "{operation}: {status} is not said");
        assert!(changes(operation) || reply.status == 200, "{operation}: {status}");
    }
}
