//! The search over the wire: shapes, links, tags, refusals. What it finds is tested with the
//! catalog.

use serde_json::{Value as Json, json};

use crate::support::app::TestApp;

fn ids(answer: &Json) -> Vec<String> {
    let list = answer["data"].as_array().unwrap();
    list.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_address_and_a_body_find_the_same() {
    let app = TestApp::start();
    let by_address = app.get("/v1/clinics?postal_code=10001&view=all&radius=100&route=iv&route=im");
    let by_body = app.post(
        "/v1/clinics/search",
        json!({"postal_code": "10001", "view": "all", "radius": 100, "route": ["iv", "im"]})
            .to_string(),
    );
    assert_eq!(by_address.header("cache-control"), Some("private, no-cache"));
    assert_eq!(by_body.header("cache-control"), Some("no-store"));
    assert_eq!(by_body.header("etag"), None);
    let (by_address, by_body) = (by_address.expect(200).json(), by_body.expect(200).json());
    assert!(!ids(&by_address).is_empty());
    assert_eq!(by_address["data"], by_body["data"]);
    assert_eq!(by_address["meta"]["total"], by_body["meta"]["total"]);
    assert_eq!(by_address["meta"]["crisis"]["us"], "988");
    assert_eq!(by_address["meta"]["operator"]["name"], "Test Directory");
    assert_eq!(by_address["meta"]["fictional"], true);
}

#[test]
fn pages_follow_each_other_to_the_end() {
    let app = TestApp::start();
    let all = ids(&app.get("/v1/clinics?state=NY&state=CA&view=all&limit=200").expect(200).json());
    assert!(all.len() > 5, "{}", all.len());
    let mut path = "/v1/clinics?state=NY&state=CA&view=all&limit=3".to_owned();
    let mut found = Vec::new();
    loop {
        let reply = app.get(&path).expect(200);
        let (page, link) = (reply.json(), reply.header("link").unwrap());
        assert_eq!(page["links"]["self"], path);
        assert!(link.starts_with(&format!("<{path}>; rel=\"self\"")), "{link}");
        found.extend(ids(&page));
        match page["links"]["next"].as_str() {
            Some(next) => {
                assert!(link.ends_with(&format!("<{next}>; rel=\"next\"")), "{link}");
                path = next.to_owned();
            }
            None => break,
        }
    }
    assert_eq!(found, all);

    // By body: the same body goes to the next address.
    let body = json!({"state": ["NY", "CA"], "view": "all", "limit": 4}).to_string();
    let mut path = "/v1/clinics/search".to_owned();
    let mut found = Vec::new();
    loop {
        let page = app.post(&path, &body).expect(200).json();
        found.extend(ids(&page));
        match page["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, all);
}

#[test]
fn a_cursor_serves_its_own_query_only() {
    let app = TestApp::start();
    let page = app.get("/v1/clinics?state=NY&state=CA&view=all&limit=1").expect(200).json();
    let next = page["links"]["next"].as_str().unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap();
    let other = format!("/v1/clinics?state=NY&view=all&cursor={cursor}");
    app.get(&other).expect(400).expect_problem("cursor-mismatch");
    let mut forged = cursor.to_owned();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'B' } else { 'A' });
    let forged = format!("/v1/clinics?state=NY&state=CA&view=all&cursor={forged}");
    app.get(&forged).expect(400).expect_problem("invalid-cursor");
    app.get("/v1/clinics?state=NY&cursor=abc").expect(400).expect_problem("invalid-cursor");
    // Another page size is the same query.
    let wider = format!("/v1/clinics?state=CA&state=NY&view=all&limit=7&cursor={cursor}");
    app.get(&wider).expect(200);
}

#[test]
fn places_that_nobody_knows_are_404_and_ambiguous_ones_422() {
    let app = TestApp::start();
    for path in [
        "/v1/clinics?postal_code=99999",
        "/v1/clinics?q=99999",
        "/v1/clinics?city=Zzyzxville&state=MD",
    ] {
        app.get(path).expect(404).expect_problem("place-not-found");
    }
    let reply = app.get("/v1/clinics?q=springfield").expect(422);
    let problem = reply.expect_problem("ambiguous-place");
    let candidates = problem["candidates"].as_array().unwrap();
    assert!(candidates.len() > 1);
    assert!(candidates.iter().all(|place| place["label"].is_string() && place["lat"].is_f64()));
}

#[test]
fn too_precise_an_address_is_pointed_to_the_body() {
    let app = TestApp::start();
    let reply = app.get("/v1/clinics?lat=40.7484&lon=-73.99&view=all").expect(400);
    let problem = reply.expect_problem("too-precise");
    assert!(problem["detail"].as_str().unwrap().contains("POST /v1/clinics/search"));
    assert_eq!(problem["errors"][0]["parameter"], "lat");
    app.get("/v1/clinics?lat=40.75&lon=-73.99&view=all").expect(200);
    let exact = json!({"lat": 40.748441, "lon": -73.985664, "view": "all"}).to_string();
    let answer = app.post("/v1/clinics/search", exact).expect(200).json();
    assert_eq!(answer["meta"]["origin"]["lat"], 40.748441);
}

#[test]
fn geojson_has_longitude_first() {
    let app = TestApp::start();
    let accept = [("Accept", "application/geo+json")];
    let path = "/v1/clinics?postal_code=10001&view=all&radius=200";
    let reply = app.get_with(path, &accept).expect(200);
    assert_eq!(reply.header("content-type"), Some("application/geo+json"));
    assert_eq!(reply.header("vary"), Some("Accept"));
    let features = reply.json();
    assert_eq!(features["type"], "FeatureCollection");
    let first = &features["features"][0];
    let (lon, lat) = (
        first["geometry"]["coordinates"][0].as_f64().unwrap(),
        first["geometry"]["coordinates"][1].as_f64().unwrap(),
    );
    assert!(lon < -60.0 && lat > 30.0, "{lon} {lat}");
    assert_eq!(first["properties"]["position"]["lon"], lon);
    let json = app.get(path).expect(200);
    assert_eq!(json.header("content-type"), Some("application/json"));
    assert_ne!(json.header("etag"), reply.header("etag"));
}

#[test]
fn an_unchanged_search_is_a_304_and_another_is_not() {
    let app = TestApp::start();
    let tag_of = |path: &str| app.get(path).expect(200).header("etag").unwrap().to_owned();
    let path = "/v1/clinics?postal_code=10001&view=all&route=iv&route=im";
    let tag = tag_of(path);
    assert_eq!(tag, tag_of("/v1/clinics?route=im&route=iv&view=all&postal_code=10001"));
    let given = [("If-None-Match", tag.as_str())];
    let reply = app.get_with(path, &given).expect(304);
    assert_eq!(reply.header("cache-control"), Some("private, no-cache"));
    for other in ["&limit=5", "&as_of=2026-11-20", "&sort=name"] {
        app.get_with(&format!("{path}{other}"), &given).expect(200);
    }
}

#[test]
fn the_default_view_counts_what_it_leaves_out() {
    let app = TestApp::real();
    let answer = app.get("/v1/clinics?postal_code=20814").expect(200).json();
    assert_eq!(answer["meta"]["total"], 0);
    assert_eq!(answer["meta"]["view"], "default");
    let left_out = answer["meta"]["left_out"].as_object().unwrap();
    let sum: u64 = left_out.values().map(|count| count.as_u64().unwrap()).sum();
    assert!(sum > 0, "{left_out:?}");
    let answer = app.get("/v1/clinics?postal_code=20814&view=all").expect(200).json();
    let calliope = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["name"].as_str().unwrap().contains("Calliope"))
        .expect("Calliope Health Ketamine");
    assert_eq!(calliope["safety"]["status"], "insufficient_information");
    assert!(calliope["phone"].is_string() && calliope["website"].is_string());
    assert!(calliope["address"]["line1"].is_string());
}

#[test]
fn bodies_that_are_no_question_are_refused() {
    let app = TestApp::start();
    let deep = format!("{{\"q\":{}1{}}}", "[".repeat(30_000), "]".repeat(30_000));
    let refused: &[(&[u8], u16, &str)] = &[
        (b"", 400, "invalid-body"),
        (b"[]", 400, "invalid-body"),
        (b"{\"q\":\"\xff\"}", 400, "invalid-body"),
        (b"{\"q\":\"x\"} trailing", 400, "invalid-body"),
        (b"{\"q\":\"x\",\"q\":\"y\"}", 400, "invalid-body"),
        (b"{\"lat\":389.8,\"lon\":0}", 400, "invalid-body"),
        (b"{\"lat\":1e400,\"lon\":0}", 400, "invalid-body"),
        (b"{\"bbox\":[1,2,3,1]}", 400, "invalid-body"),
        (b"{\"postal_code\":\"99999\"}", 404, "place-not-found"),
        (deep.as_bytes(), 400, "invalid-body"),
    ];
    for (body, status, kind) in refused {
        let reply = app.post("/v1/clinics/search", body);
        reply.expect(*status).expect_problem(kind);
    }
    let deeper = "[".repeat(100_000);
    app.post("/v1/clinics/search", deeper).expect(413);
}
