//! Flags, reports, invitations and answers.

use bedside::auth::Role;
use serde_json::{Value as Json, json};

use super::{Asks, Call, Row, why};
use crate::support::{app::TestApp, matters};

fn officer(app: &TestApp) -> crate::support::accounts::Person {
    app.as_role(Role::ComplianceOfficer)
}

/// What people decide about providers, and what providers and patients say without an account.
pub const MATTERS: &[Row] = &[
    Row {
        operation: "GET /v1/admin/flags",
        asks: Asks::Named("view_admin"),
        works: Some(|app| Call::by(&officer(app), "/v1/admin/flags", Json::Null)),
    },
    Row {
        operation: "GET /v1/admin/flags/{id}",
        asks: Asks::Named("view_admin"),
        works: Some(|app| {
            let flag = matters::proposed(app.app()).pop().unwrap();
            Call::by(&officer(app), format!("/v1/admin/flags/{flag}"), Json::Null)
        }),
    },
    Row {
        operation: "POST /v1/admin/flags/{id}/{verb}",
        asks: Asks::Named("decide_flags"),
        works: Some(|app| {
            let flag = matters::proposed(app.app()).pop().unwrap();
            Call::by(&officer(app), format!("/v1/admin/flags/{flag}/dismiss"), why())
        }),
    },
    Row {
        operation: "POST /v1/replies/{token}",
        asks: Asks::Nothing,
        works: Some(|app| {
            let flag = matters::proposed(app.app()).pop().unwrap();
            let body = json!({"kind": "reply", "text": "We changed this."});
            Call::open(format!("/v1/replies/{}", matters::told(app.app(), flag)), body)
        }),
    },
    Row {
        operation: "POST /v1/replies/{token}/documents",
        asks: Asks::Nothing,
        works: Some(|app| {
            let flag = matters::proposed(app.app()).pop().unwrap();
            let link = matters::told(app.app(), flag);
            let call = Call::open(format!("/v1/replies/{link}/documents"), Json::Null);
            Call { file: Some("%PDF-1.7 a made-up licence".to_owned()), ..call }
        }),
    },
    Row {
        operation: "GET /v1/admin/reports",
        asks: Asks::Named("handle_reports"),
        works: Some(|app| Call::by(&officer(app), "/v1/admin/reports", Json::Null)),
    },
    Row {
        operation: "GET /v1/admin/reports/{id}",
        asks: Asks::Named("handle_reports"),
        works: Some(|app| {
            let path = format!("/v1/admin/reports/{}", matters::reported(app.app()).1);
            Call::by(&officer(app), path, Json::Null)
        }),
    },
    Row {
        operation: "POST /v1/admin/reports/{id}/{verb}",
        asks: Asks::Named("handle_reports"),
        works: Some(|app| {
            let path = format!("/v1/admin/reports/{}/take", matters::reported(app.app()).1);
            Call::by(&officer(app), path, why())
        }),
    },
    Row {
        operation: "POST /v1/reports",
        asks: Asks::Nothing,
        works: Some(|app| {
            let report = matters::report(app.app());
            let body = json!({"listing": report.listing, "topic": "hours", "text": report.text});
            Call::open("/v1/reports", body)
        }),
    },
    Row {
        operation: "GET /v1/admin/invites",
        asks: Asks::Named("view_admin"),
        works: Some(|app| Call::by(&officer(app), "/v1/admin/invites", Json::Null)),
    },
    Row {
        operation: "POST /v1/admin/invites",
        asks: Asks::Named("edit_listings"),
        works: Some(|app| {
            let input = matters::invitable(app.app());
            let body = json!({
                "listing": input.listing, "contact": input.contact, "reason_code": "test",
            });
            Call::by(&officer(app), "/v1/admin/invites", body)
        }),
    },
    Row {
        operation: "POST /v1/admin/invites/{id}/{verb}",
        asks: Asks::Named("edit_listings"),
        works: Some(|app| {
            let path = format!("/v1/admin/invites/{}/revoke", matters::invited(app.app()).0);
            Call::by(&officer(app), path, why())
        }),
    },
    Row {
        operation: "GET /v1/admin/answers",
        asks: Asks::Named("view_admin"),
        works: Some(|app| Call::by(&officer(app), "/v1/admin/answers", Json::Null)),
    },
    Row {
        operation: "POST /v1/admin/answers/{id}/{verb}",
        asks: Asks::Named("verify_evidence"),
        works: Some(|app| {
            let (_, token) = matters::invited(app.app());
            let path = format!("/v1/admin/answers/{}/reject", matters::answered(app.app(), &token));
            Call::by(&officer(app), path, why())
        }),
    },
    Row {
        operation: "POST /v1/answers/{token}",
        asks: Asks::Nothing,
        works: Some(|app| {
            let (_, token) = matters::invited(app.app());
            let body = json!({
                "attested_by": {"name": "Avery Example", "role": "medical director"},
                "answers": [{"fact": "site.monitor_bp", "value": true}],
            });
            Call::open(format!("/v1/answers/{token}"), body)
        }),
    },
    Row {
        operation: "POST /v1/answers/{token}/documents",
        asks: Asks::Nothing,
        works: Some(|app| {
            let (_, token) = matters::invited(app.app());
            let call = Call::open(format!("/v1/answers/{token}/documents"), Json::Null);
            Call { file: Some("%PDF-1.7 a made-up policy".to_owned()), ..call }
        }),
    },
];
