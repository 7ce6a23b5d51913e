//! Every operation is tried, and every answer fits what the document says of it.

use std::collections::BTreeSet;

use bedside::auth::Role;
use serde_json::{Value as Json, json};

use super::{document, faults, operations};
use crate::{
    api::operations::{rows, send},
    support::{
        app::{Reply, TestApp},
        matters::matters,
    },
};

/// The answer must be one that the document describes.
fn fits(document: &Json, method: &str, template: &str, reply: &Reply) {
    let response = &document["paths"][template][method]["responses"][reply.status.to_string()];
    assert!(response.is_object(), "{method} {template}: {} is not said", reply.status);
    if reply.body.is_empty() {
        return;
    }
    let kind = reply.header("content-type").unwrap().split(';').next().unwrap().to_owned();
    let schema = &response["content"][&kind]["schema"];
    assert!(!schema.is_null(), "{method} {template}: {} as {kind} is not said", reply.status);
    if kind.ends_with("json") && kind != "application/x-ndjson" {
        let faults = faults(document, schema, &reply.json());
        assert!(faults.is_empty(), "{method} {template}: {faults:#?}");
    }
}

#[test]
fn every_operation_answers_as_the_document_says() {
    let app = TestApp::with_database();
    let admin = app.as_role(Role::Admin);
    let made = matters(app.app());
    let document = document();
    let clinic = app.get("/v1/clinics?state=NY&view=all").expect(200).json()["data"][0].clone();
    let other = app.get("/v1/clinics?state=CA&view=all").expect(200).json()["data"][0].clone();
    let slug = |item: &Json| item["slug"].as_str().unwrap().to_owned();
    let (clinic, other) = (slug(&clinic), slug(&other));
    let provider = slug(&app.get("/v1/providers").expect(200).json()["data"][0]);
    app.shared.app.keep_log().unwrap();
    let checkpoint = app.get("/checkpoint").expect(200).text();
    let size = checkpoint.lines().nth(1).unwrap().to_owned();
    let report = json!({"listing": provider, "topic": "price", "text": "It costs more."});
    let report = report.to_string();
    let why = r#"{"reason_code": "test"}"#;
    let answers = r#"{"attested_by": {"name": "A", "role": "B"}, "answers": [{"fact": "site.monitor_hr", "value": true}]}"#;
    let cases: Vec<(&str, &str, String, &str, u16)> = vec![
        ("get", "/v1", "/v1".into(), "", 200),
        (
            "get",
            "/v1/clinics",
            "/v1/clinics?postal_code=10001&view=all&radius=500&limit=100".into(),
            "",
            200,
        ),
        ("get", "/v1/clinics", "/v1/clinics?state=TX&view=all&limit=0".into(), "", 200),
        ("get", "/v1/clinics", "/v1/clinics?q=springfield".into(), "", 422),
        ("get", "/v1/clinics", "/v1/clinics?postal_code=x".into(), "", 400),
        (
            "post",
            "/v1/clinics/search",
            "/v1/clinics/search".into(),
            r#"{"q": "new york ny", "view": "all"}"#,
            200,
        ),
        ("post", "/v1/clinics/search", "/v1/clinics/search".into(), "[", 400),
        ("get", "/v1/clinics/{id}", format!("/v1/clinics/{clinic}"), "", 200),
        ("get", "/v1/clinics/{id}", "/v1/clinics/nobody".into(), "", 404),
        (
            "get",
            "/v1/clinics/{id}/course-cost",
            format!("/v1/clinics/{clinic}/course-cost"),
            "",
            200,
        ),
        (
            "get",
            "/v1/clinics/compare",
            format!("/v1/clinics/compare?ids={clinic},{other}"),
            "",
            200,
        ),
        ("get", "/v1/providers", "/v1/providers?limit=200".into(), "", 200),
        ("get", "/v1/providers/{id}", format!("/v1/providers/{provider}"), "", 200),
        ("get", "/v1/check", format!("/v1/check?q={provider}"), "", 200),
        ("post", "/v1/check", "/v1/check".into(), r#"{"q": "+1 202 555 0100"}"#, 200),
        ("get", "/v1/rules", "/v1/rules".into(), "", 200),
        ("get", "/v1/rules/{id}", "/v1/rules/KTS-011".into(), "", 200),
        ("get", "/v1/facts", "/v1/facts".into(), "", 200),
        (
            "post",
            "/v1/evaluations",
            "/v1/evaluations?all=true".into(),
            r#"{"facts": {"telehealth.used": true}}"#,
            200,
        ),
        ("post", "/v1/evaluations", "/v1/evaluations".into(), r#"{"facts": {"x": true}}"#, 422),
        ("get", "/v1/reference/{list}", "/v1/reference/payments".into(), "", 200),
        ("get", "/.well-known/jwks.json", "/.well-known/jwks.json".into(), "", 200),
        ("post", "/v1/auth/token", "/v1/auth/token".into(), r#"{"username": 1}"#, 400),
        ("get", "/checkpoint", "/checkpoint".into(), "", 200),
        ("get", "/tile/{level}/{index}", format!("/tile/0/000.p/{size}"), "", 200),
        ("get", "/v1/log", "/v1/log".into(), "", 200),
        ("get", "/v1/log/entries", "/v1/log/entries?limit=2".into(), "", 200),
        ("get", "/v1/log/proof/{index}", "/v1/log/proof/0".into(), "", 200),
        ("get", "/v1/changes", "/v1/changes?limit=2".into(), "", 200),
        ("get", "/v1/flags", "/v1/flags?limit=200".into(), "", 200),
        ("get", "/v1/replies/{token}", format!("/v1/replies/{}", made.reply), "", 200),
        (
            "post",
            "/v1/replies/{token}",
            format!("/v1/replies/{}", made.reply),
            r#"{"kind": "reply", "text": "We changed this."}"#,
            200,
        ),
        ("post", "/v1/replies/{token}/documents", "/v1/replies/x.y.z/documents".into(), "", 404),
        ("post", "/v1/reports", "/v1/reports".into(), &report, 201),
        ("get", "/v1/reports/{token}", format!("/v1/reports/{}", made.report), "", 200),
        ("get", "/v1/answers/{token}", format!("/v1/answers/{}", made.answers), "", 200),
        ("post", "/v1/answers/{token}", format!("/v1/answers/{}", made.answers), answers, 200),
        ("post", "/v1/answers/{token}/documents", "/v1/answers/x.y.z/documents".into(), "", 404),
        ("get", "/v1/admin/flags", "/v1/admin/flags?limit=200".into(), "", 200),
        ("get", "/v1/admin/flags/{id}", format!("/v1/admin/flags/{}", made.proposed), "", 200),
        (
            "post",
            "/v1/admin/flags/{id}/{verb}",
            format!("/v1/admin/flags/{}/notify", made.proposed),
            r#"{"reason_code": "test", "method": "letter", "reference": "1"}"#,
            200,
        ),
        (
            "post",
            "/v1/admin/flags/{id}/{verb}",
            format!("/v1/admin/flags/{}/publish", made.proposed),
            why,
            409,
        ),
        ("get", "/v1/admin/reports", "/v1/admin/reports".into(), "", 200),
        ("get", "/v1/admin/reports/{id}", format!("/v1/admin/reports/{}", made.task), "", 200),
        (
            "post",
            "/v1/admin/reports/{id}/{verb}",
            format!("/v1/admin/reports/{}/take", made.task),
            why,
            200,
        ),
        ("get", "/v1/admin/answers", "/v1/admin/answers".into(), "", 200),
        (
            "post",
            "/v1/admin/answers/{id}/{verb}",
            format!("/v1/admin/answers/{}/accept", made.answer),
            why,
            200,
        ),
        ("get", "/v1/admin/invites", "/v1/admin/invites".into(), "", 200),
        ("post", "/v1/admin/invites", "/v1/admin/invites".into(), "{}", 400),
        (
            "post",
            "/v1/admin/invites/{id}/{verb}",
            format!("/v1/admin/invites/{}/revoke", made.invite),
            why,
            200,
        ),
        ("get", "/healthz", "/healthz".into(), "", 200),
        ("get", "/readyz", "/readyz".into(), "", 200),
        ("get", "/metrics", "/metrics".into(), "", 200),
        ("get", "/openapi.json", "/openapi.json".into(), "", 200),
        ("get", "/problems/{type}", "/problems/gone".into(), "", 200),
        ("get", "/.well-known/security.txt", "/.well-known/security.txt".into(), "", 200),
    ];
    let mut covered = BTreeSet::new();
    for (method, template, path, body, status) in &cases {
        let reply = match *method {
            "post" => app.post_as(&admin, path, body),
            _ => app.get_as(&admin, path),
        };
        assert_eq!(reply.status, *status, "{method} {path}: {}", reply.text());
        covered.insert((method.to_string(), template.to_string()));
        fits(&document, method, template, &reply);
    }
    // What is not public or changes something has a request that works in another table, which
    // counts on a directory that nobody has touched.
    let fresh = TestApp::with_database();
    for row in rows() {
        let Some(works) = row.works else { continue };
        let reply = send(&fresh, row.operation, &works(&fresh));
        let (method, template) = row.operation.split_once(' ').unwrap();
        fits(&document, &method.to_lowercase(), template, &reply);
        covered.insert((method.to_lowercase(), template.to_owned()));
    }
    for (method, path, _) in operations(&document) {
        let elsewhere =
            path.starts_with(LISTINGS) || DESK.iter().any(|start| path.starts_with(start));
        let tried = elsewhere || covered.contains(&(method.clone(), path.clone()));
        assert!(tried, "{method} {path} is not tried");
    }
    let features = app
        .get_with("/v1/clinics?postal_code=10001&view=all", &[("Accept", "application/geo+json")]);
    let schema = &document["paths"]["/v1/clinics"]["get"]["responses"]["200"]["content"]["application/geo+json"]
        ["schema"];
    assert_eq!(faults(&document, schema, &features.json()), Vec::<String>::new());
}

/// Where administrators work on listings.
const LISTINGS: &str = "/v1/admin/clinics";

#[test]
fn every_operation_on_listings_answers_as_the_document_says() {
    let app = TestApp::with_database();
    let admin = app.as_role(Role::Admin);
    let document = document();
    let because = |mut more: Json| {
        more["reason_code"] = "test".into();
        more["reason"] = "for a test".into();
        more.to_string()
    };
    let new = |key: &str| {
        because(json!({"listing": {
            "source_key": key, "name": format!("Hazel {key} (fictional)"), "fictional": true,
            "phone": "+16055550177", "evidence": [{"tier": "E1",
                "kind": "registry-record", "captured_on": "2026-11-20"}],
            "sites": [{"source_key": "main", "address":
                {"line1": "7 Sample Street", "city": "Bethesda", "state": "MD"}}],
        }}))
    };
    let made = app.post_as(&admin, LISTINGS, new("OA1")).expect(201).json()["data"].clone();
    let id = made["id"].as_str().unwrap();
    let seen = app.get_as(&admin, &format!("{LISTINGS}/{id}")).expect(200).json();
    let site = seen["data"]["sites"][0]["id"].clone();
    let survivor = app.post_as(&admin, LISTINGS, new("OA2")).expect(201).json()["data"].clone();
    let fact = json!({"name": "telehealth.used", "value": false, "evidence": [0]});
    let merge = json!({"survivor": survivor["id"], "sites": [{"from": site, "to": null}]});
    // In the order of a listing's life: each change makes the next version.
    let cases: Vec<(&str, &str, &str, Json, u16)> = vec![
        ("post", "", "", json!({"listing": {"name": 1}}), 422),
        ("post", "", "", json!({"listing": {}, "x": 1}), 400),
        ("patch", "/{id}", "", json!({"profile": {"description": "New."}}), 200),
        ("patch", "/{id}", "", json!({"profile": {"npi": "1"}}), 422),
        ("post", "/{id}/items", "", json!({"facts": [fact]}), 200),
        ("post", "/{id}/confirm-address", "", json!({"site": site, "evidence": 0}), 200),
        ("post", "/{id}/release", "", json!({"kind": "phone", "key": "+16055550177"}), 200),
        ("post", "/{id}/submit", "", json!({}), 200),
        ("post", "/{id}/{verb}", "take", json!({}), 200),
        ("post", "/{id}/{verb}", "publish", json!({}), 403),
        ("post", "/{id}/{verb}", "resume", json!({}), 409),
        ("post", "/publish-batch", "", json!({"ids": [id]}), 200),
        ("get", "", "?state=in_review&held=true", json!(null), 200),
        ("get", "", "?state=x", json!(null), 400),
        ("get", "/{id}", "", json!(null), 200),
        ("get", "/{id}/versions", "?limit=3", json!(null), 200),
        ("get", "/{id}/diff", "?from=1&to=3", json!(null), 200),
        ("get", "/duplicates", "?limit=5", json!(null), 200),
        ("post", "/{id}/merge", "", merge, 200),
        ("get", "/{id}", "", json!(null), 200),
    ];
    let mut covered = BTreeSet::new();
    let mut version = 1_i64;
    for (method, template, more, body, status) in cases {
        let verb = if more.starts_with('?') { "" } else { more };
        let query = if more.starts_with('?') { more } else { "" };
        let path = template.replace("{id}", id).replace("{verb}", verb);
        let path = format!("{LISTINGS}{path}{query}");
        let tag = format!("\"{version}\"");
        let reply = match method {
            "get" => app.get_as(&admin, &path),
            other => {
                let headers = [("If-Match", tag.as_str())];
                app.send_as(&admin, &other.to_uppercase(), &path, &headers, because(body))
            }
        };
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        if let Some(tag) = reply.header("etag") {
            version = tag.trim_matches('"').parse().unwrap();
        }
        let template = format!("{LISTINGS}{template}");
        let response = &document["paths"][&template][method]["responses"][status.to_string()];
        let kind = reply.header("content-type").unwrap();
        let schema = &response["content"][kind]["schema"];
        assert!(!schema.is_null(), "{method} {path}: {status} as {kind} is not documented");
        let faults = faults(&document, schema, &reply.json());
        assert!(faults.is_empty(), "{method} {path}: {faults:#?}");
        covered.insert((method.to_owned(), template));
    }
    for (method, path, _) in operations(&document) {
        let here = path.starts_with(LISTINGS);
        let tried = !here || covered.contains(&(method.clone(), path.clone()));
        assert!(tried, "{method} {path} is not tried");
    }
}

/// Where people work on evidence.
const DESK: [&str; 3] = ["/v1/admin/queue", "/v1/admin/evidence", "/v1/admin/statements"];

#[test]
fn every_operation_on_evidence_answers_as_the_document_says() {
    let app = TestApp::with_database();
    let admin = app.as_role(Role::Admin);
    let document = document();
    let why = |mut more: Json| {
        more["reason_code"] = "test".into();
        more.to_string()
    };
    let folder = tempfile::tempdir().unwrap();
    app.app().evidence_dir.set(folder.path().to_owned()).unwrap();
    let provider = app.get("/v1/providers").expect(200).json()["data"][0]["id"].clone();
    let of_provider = format!("?provider={}", provider.as_str().unwrap());
    let queue = app.get_as(&admin, "/v1/admin/queue?kind=missing").expect(200).json();
    let item = queue["data"][0]["id"].as_str().unwrap().to_owned();
    let piece = json!({"provider": provider, "evidence": {"tier": "E1", "kind": "registry-record",
        "captured_on": "2026-11-20"}});
    let made = app.post_as(&admin, "/v1/admin/evidence", why(piece.clone())).expect(201).json();
    let statement = json!({"provider": provider, "statement": {"name": "excl.sam",
        "value": "no_match", "evidence": [made["number"]]}});
    let said = app.post_as(&admin, "/v1/admin/statements", why(statement.clone())).expect(201);
    let said = said.json()["id"].as_str().unwrap().to_owned();
    let file = [
        ("Authorization", admin.authorization.as_str()),
        ("Content-Type", "application/octet-stream"),
    ];
    let kept = app.request("POST", "/v1/admin/evidence/files", &file, b"%PDF-1.7 x").expect(201);
    let name = kept.json()["sha256"].as_str().unwrap().to_owned();
    let verify = json!({"method": "registry_lookup"});
    let close = json!({"outcome": "different"});
    let cases: Vec<(&str, &str, &str, &str, Json, u16)> = vec![
        ("get", "/v1/admin/queue", "", "?limit=100", json!({}), 200),
        ("get", "/v1/admin/queue", "", "?kind=x", json!({}), 400),
        ("post", "/v1/admin/queue/{id}/lease", &item, "", json!({}), 200),
        ("post", "/v1/admin/queue/{id}/renew", &item, "", json!({}), 409),
        ("post", "/v1/admin/queue/{id}/release", &item, "?x=1", json!({}), 400),
        ("post", "/v1/admin/queue/{id}/close", "task-0", "", close, 404),
        ("get", "/v1/admin/evidence", "", &of_provider, json!({}), 200),
        ("post", "/v1/admin/evidence", "", "", piece, 201),
        ("post", "/v1/admin/evidence/files", "", "", json!({}), 415),
        ("get", "/v1/admin/evidence/files/{sha256}", &name, "", json!({}), 200),
        ("get", "/v1/admin/statements", "", &of_provider, json!({}), 200),
        ("post", "/v1/admin/statements", "", "", statement, 201),
        ("post", "/v1/admin/statements/{id}/verify", &said, "", verify, 200),
        ("post", "/v1/admin/statements/{id}/withdraw", &said, "", json!({}), 200),
    ];
    let mut covered = BTreeSet::new();
    for (method, template, id, query, body, status) in cases {
        let path = template.replace("{id}", id).replace("{sha256}", id);
        let path = format!("{path}{query}");
        let reply = match method {
            "get" => app.get_as(&admin, &path),
            _ => app.post_as(&admin, &path, why(body)),
        };
        assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
        let response = &document["paths"][template][method]["responses"][status.to_string()];
        let kind = reply.header("content-type").unwrap();
        let schema = &response["content"][kind]["schema"];
        assert!(!schema.is_null(), "{method} {path}: {status} as {kind} is not documented");
        if kind.ends_with("json") {
            let faults = faults(&document, schema, &reply.json());
            assert!(faults.is_empty(), "{method} {path}: {faults:#?}");
        }
        covered.insert((method.to_owned(), template.to_owned()));
    }
    for (method, path, _) in operations(&document) {
        let here = DESK.iter().any(|start| path.starts_with(start));
        let tried = !here || covered.contains(&(method.clone(), path.clone()));
        assert!(tried, "{method} {path} is not tried");
    }
}
