//! Providers and the check of one.

use serde_json::{Value as Json, json};

use crate::support::app::TestApp;

#[test]
fn providers_are_listed_page_by_page_and_found_by_what_identifies_them() {
    let app = TestApp::start();
    let mut path = "/v1/providers?limit=40".to_owned();
    let mut found: Vec<Json> = Vec::new();
    loop {
        let reply = app.get(&path).expect(200);
        let page = reply.json();
        let link = reply.header("link").unwrap();
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["links"]["next"].as_str() {
            Some(next) => {
                assert!(link.contains(&format!("<{next}>; rel=\"next\"")), "{link}");
                path = next.to_owned();
            }
            None => {
                assert!(!link.contains("rel=\"next\""));
                assert_eq!(page["meta"]["total"], found.len());
                break;
            }
        }
    }
    assert!(found.len() >= 60);
    assert!(found.iter().any(|provider| provider["sites"].as_array().unwrap().is_empty()));
    for provider in found.iter().take(5) {
        let slug = provider["slug"].as_str().unwrap();
        let detail = app.get(&format!("/v1/providers/{slug}")).expect(200).json();
        assert_eq!(detail["data"]["id"], provider["id"]);
        let Some(website) = provider["website"].as_str() else { continue };
        let host = website.split("//").nth(1).unwrap().trim_end_matches('/');
        let by_domain = app.get(&format!("/v1/providers?domain={host}")).expect(200).json();
        assert_eq!(by_domain["data"][0]["id"], provider["id"]);
    }
    app.get("/v1/providers?npi=123").expect(400).expect_problem("invalid-parameter");
    app.get("/v1/providers?cursor=x").expect(400).expect_problem("invalid-cursor");
    app.get("/v1/providers/nobody").expect(404).expect_problem("not-found");
}

#[test]
fn a_check_says_the_same_by_address_and_by_body() {
    let app = TestApp::start();
    let page = app.get("/v1/providers?limit=5").expect(200).json();
    for provider in page["data"].as_array().unwrap() {
        let name = provider["name"].as_str().unwrap();
        let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let by_address = app.get(&format!("/v1/check?q={encoded}")).expect(200);
        let by_body = app.post("/v1/check", json!({"q": name}).to_string()).expect(200);
        assert_eq!(by_body.header("cache-control"), Some("no-store"));
        assert_eq!(by_address.json(), by_body.json());
        let first = &by_address.json()["matches"][0];
        assert_eq!(first["id"], provider["id"]);
        assert!(first["dosing"]["where"].is_string());
    }
    let nobody = app.get("/v1/check?q=nobody-at-all.example").expect(200).json();
    assert_eq!(nobody["result"], "not_found");
    assert!(nobody["note"].as_str().unwrap().contains("does not mean"));
    app.get("/v1/check").expect(400).expect_problem("invalid-parameter");
    app.get("/v1/check?q=+").expect(400).expect_problem("invalid-parameter");
    app.post("/v1/check", "{}").expect(400).expect_problem("invalid-body");
    app.post("/v1/check", "{\"q\": 5}").expect(400).expect_problem("invalid-body");
}
