//! One clinic, its course cost, and clinics side by side.

use serde_json::Value as Json;

use crate::support::app::TestApp;

fn some_clinics(app: &TestApp) -> Vec<Json> {
    let answer = app.get("/v1/clinics?state=NY&state=CA&state=TX&view=all").expect(200).json();
    answer["data"].as_array().unwrap().clone()
}

#[test]
fn a_clinic_is_found_by_id_and_by_slug() {
    let app = TestApp::start();
    for item in some_clinics(&app).iter().take(3) {
        let path = item["links"]["self"].as_str().unwrap();
        let by_id = app.get(path).expect(200);
        assert_eq!(by_id.header("cache-control"), Some("private, no-cache"));
        let slug = item["slug"].as_str().unwrap();
        let by_slug = app.get(&format!("/v1/clinics/{slug}")).expect(200).json();
        assert_eq!(by_id.json()["data"]["id"], by_slug["data"]["id"]);
        assert!(by_slug["data"]["facts"].as_array().unwrap().len() > 40);
        let tag = by_id.header("etag").unwrap();
        app.get_with(path, &[("If-None-Match", tag)]).expect(304);
        app.get(&format!("{path}?as_of=1999-01-01")).expect(200);
        app.get(&format!("{path}?as_of=yesterday")).expect(400).expect_problem("invalid-parameter");
    }
    for missing in
        ["nobody", "0197ffff-ffff-7fff-bfff-ffffffffffff", "%00", "a%2Fb", "%F0%9F%92%89"]
    {
        let reply = app.get(&format!("/v1/clinics/{missing}")).expect(404);
        assert_eq!(reply.expect_problem("not-found")["instance"], "/v1/clinics/{id}");
    }
}

#[test]
fn a_course_cost_is_itemised_for_what_was_asked() {
    let app = TestApp::start();
    let clinics = some_clinics(&app);
    let priced = clinics
        .iter()
        .find(|item| item["course_cost"]["state"] == "complete")
        .expect("a clinic with a complete cost");
    let path = format!("/v1/clinics/{}/course-cost", priced["slug"].as_str().unwrap());
    let cost = app.get(&path).expect(200).json();
    assert_eq!(cost["data"]["min_cents"], priced["course_cost"]["min_cents"]);
    assert!(!cost["data"]["items"].as_array().unwrap().is_empty());
    let one = app.get(&format!("{path}?sessions=1")).expect(200).json();
    assert_eq!(
        (&one["data"]["sessions"], &one["data"]["sessions_assumed"]),
        (&1.into(), &false.into())
    );
    for bad in ["sessions=0", "sessions=61", "sessions=x", "route=drip", "route=iv&route=im"] {
        app.get(&format!("{path}?{bad}")).expect(400).expect_problem("invalid-parameter");
    }
    app.get(&format!("{path}?route=rectal")).expect(422).expect_problem("not-offered");
    app.get("/v1/clinics/nobody/course-cost").expect(404).expect_problem("not-found");
}

#[test]
fn two_to_five_different_clinics_are_compared() {
    let app = TestApp::start();
    let slugs: Vec<String> = some_clinics(&app)
        .iter()
        .map(|item| item["slug"].as_str().unwrap().to_owned())
        .take(6)
        .collect();
    let joined = app.get(&format!("/v1/clinics/compare?ids={},{}", slugs[1], slugs[0])).expect(200);
    let repeated = app.get(&format!("/v1/clinics/compare?ids={}&ids={}", slugs[1], slugs[0]));
    assert_eq!(joined.json()["data"], repeated.expect(200).json()["data"]);
    let order: Vec<Json> =
        joined.json()["data"].as_array().unwrap().iter().map(|c| c["slug"].clone()).collect();
    assert_eq!(order, [slugs[1].as_str(), slugs[0].as_str()]);
    let twice = format!("{0},{0}", slugs[0]);
    for bad in ["", &slugs[0], &twice, &slugs.join(","), "a,,b", "a b,c"] {
        let reply = app.get(&format!("/v1/clinics/compare?ids={}", bad.replace(' ', "+")));
        reply.expect(400).expect_problem("invalid-parameter");
    }
    app.get("/v1/clinics/compare").expect(400).expect_problem("invalid-parameter");
    let problem = app
        .get(&format!("/v1/clinics/compare?ids={},nobody", slugs[0]))
        .expect(404)
        .expect_problem("not-found");
    assert!(problem["detail"].as_str().unwrap().starts_with("nobody: "), "{problem}");
}
