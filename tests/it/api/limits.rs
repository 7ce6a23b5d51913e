//! Rate limits: who is counted by what, what an answer says of it, and what cannot be forged.

use bedside::{
    auth::{Role, Scope},
    config::LimitArgs,
};
use serde_json::json;

use super::operations::client;
use crate::support::app::{Reply, TestApp};

const SEARCH: &str = "/v1/clinics?state=NY&view=all&limit=1";

/// Limits that also hold on this machine.
fn here() -> LimitArgs {
    LimitArgs { limit_loopback: true, ..LimitArgs::default() }
}

/// Limits for whoever asks through a proxy on this machine.
fn behind_a_proxy() -> LimitArgs {
    LimitArgs { trusted_proxy: vec!["127.0.0.0/8".parse().unwrap()], ..LimitArgs::default() }
}

/// A search for somebody, as a proxy passes it on.
fn search_for(app: &TestApp, forwarded: &str) -> Reply {
    app.get_with(SEARCH, &[("X-Forwarded-For", forwarded)])
}

/// A search by somebody who is signed in, or by a key.
fn search_by(app: &TestApp, authorization: &str) -> Reply {
    app.get_with(SEARCH, &[("Authorization", authorization)])
}

/// What an answer says of the budget: its name, how many are left, and the seconds.
fn told(reply: &Reply) -> (String, u64, u64) {
    let policy = reply.header("ratelimit-policy").expect("a policy");
    let state = reply.header("ratelimit").expect("a state");
    let parts = |text: &str| -> Vec<String> { text.split(';').map(str::to_owned).collect() };
    let ([name, most, within], [same, left, seconds]) =
        (parts(policy).try_into().unwrap(), parts(state).try_into().unwrap());
    let number =
        |text: String, key: &str| -> u64 { text.strip_prefix(key).unwrap().parse().unwrap() };
    assert_eq!(name, same);
    assert!(number(most, "q=") >= 1 && number(within, "w=") >= 60);
    (name.trim_matches('"').to_owned(), number(left, "r="), number(seconds, "t="))
}

#[test]
fn the_last_request_that_is_let_through_is_answered_and_the_next_one_waits() {
    let app = TestApp::with_rate_limits(&LimitArgs { limit_reads: 3, ..here() });
    for left in [2, 1, 0] {
        let reply = app.get(SEARCH).expect(200);
        let (name, r, _) = told(&reply);
        assert_eq!((name.as_str(), r), ("reads", left));
        assert!(reply.header("retry-after").is_none());
    }
    let refused = app.get(SEARCH).expect(429);
    let problem = refused.expect_problem("too-many-requests");
    assert_eq!(problem["instance"], "/v1/clinics");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert!(problem["detail"].as_str().unwrap().contains(&format!(" {wait} seconds")), "{problem}");
    let (name, left, seconds) = told(&refused);
    assert_eq!((name.as_str(), left, seconds), ("reads", 0, wait));
    assert!(refused.header("access-control-expose-headers").unwrap().contains("RateLimit"));

    // Every read is counted in the same budget, also one that leads nowhere; what changes
    // nothing but is counted apart has its own, and watching over the service is free.
    app.get("/v1/rules").expect(429);
    app.get("/v1/nothing").expect(429);
    app.request("HEAD", SEARCH, &[], b"").expect(429);
    let evaluated = app.post("/v1/evaluations", r#"{"facts": {}}"#).expect(200);
    assert_eq!(told(&evaluated).0, "evaluations");
    for path in ["/healthz", "/readyz", "/checkpoint"] {
        let free = app.get(path).expect(200);
        assert!(free.header("ratelimit").is_none(), "{path}");
    }
    app.request("OPTIONS", SEARCH, &[], b"").expect(204);
}

#[test]
fn evaluations_are_counted_apart() {
    let app = TestApp::with_rate_limits(&LimitArgs { limit_evaluations: 2, ..here() });
    let evaluate = || app.post("/v1/evaluations", r#"{"facts": {}}"#);
    assert_eq!(told(&evaluate().expect(200)), ("evaluations".into(), 1, 30));
    evaluate().expect(200);
    evaluate().expect(429).expect_problem("too-many-requests");
    assert_eq!(told(&app.get(SEARCH).expect(200)).0, "reads");
}

/// A search for another date evaluates listings, whichever way it is asked.
#[test]
fn a_search_for_another_date_is_counted_as_an_evaluation_too() {
    let limits = LimitArgs { limit_evaluations: 2, limit_reads: 9, ..here() };
    let app = TestApp::with_rate_limits(&limits);
    let path = |date: &str| format!("/v1/clinics?postal_code=20814&as_of={date}");
    let by_address = |date: &str| app.get(&path(date));
    let by_body = |date: &str| {
        let body = json!({"postal_code": "20814", "as_of": date});
        app.post("/v1/clinics/search", body.to_string())
    };
    let budgets = |reply: &Reply| -> Vec<String> {
        let states = reply.headers.iter().filter(|(name, _)| name == "ratelimit");
        states.map(|(_, state)| state.split(";t=").next().unwrap().to_owned()).collect()
    };
    // Today's answer lies ready.
    let today = by_address("2026-11-21").expect(200);
    assert_eq!(budgets(&today), [r#""reads";r=8"#]);
    assert_eq!(budgets(&by_body("2026-11-21").expect(200)), [r#""reads";r=7"#]);
    let first = by_address("2026-12-20").expect(200);
    assert_eq!(budgets(&first), [r#""reads";r=6"#, r#""evaluations";r=1"#]);
    assert_eq!(first.headers.iter().filter(|(name, _)| name == "ratelimit-policy").count(), 2);
    let second = by_body("2026-12-20").expect(200);
    assert_eq!(budgets(&second), [r#""reads";r=5"#, r#""evaluations";r=0"#]);
    for refused in [by_address("2026-12-21"), by_body("2026-12-20")] {
        let refused = refused.expect(429);
        refused.expect_problem("too-many-requests");
        assert!(refused.header("retry-after").is_some());
        assert_eq!(budgets(&refused)[1], r#""evaluations";r=0"#);
    }
    app.post("/v1/evaluations", r#"{"facts": {}}"#).expect(429);
    // What a client has already costs nothing, and today's answer goes on.
    let tag = first.header("etag").unwrap();
    app.get_with(&path("2026-12-20"), &[("If-None-Match", tag)]).expect(304);
    app.get(SEARCH).expect(200);
}

#[test]
fn a_visitor_is_told_by_a_page() {
    let app = TestApp::with_rate_limits(&LimitArgs { limit_reads: 1, ..here() });
    let visit = |path: &str| app.get_with(path, &[("Accept", "text/html")]);
    visit("/about").expect(200);
    for (path, language) in [("/about", "en"), ("/es/about", "es")] {
        let page = visit(path).expect(429);
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        assert!(page.text().contains(&format!("<html lang=\"{language}\"")), "{path}");
        assert!(page.header("retry-after").is_some() && page.header("ratelimit").is_some());
    }
}

#[test]
fn who_asks_from_this_machine_is_not_limited_unless_the_operator_says_so() {
    let app = TestApp::with_rate_limits(&LimitArgs { limit_reads: 1, ..LimitArgs::default() });
    for _ in 0..5 {
        let reply = search_for(&app, "192.0.2.1").expect(200);
        assert!(reply.header("ratelimit").is_none());
    }
}

#[test]
fn a_limit_of_nothing_is_no_limit() {
    let app = TestApp::with_rate_limits(&LimitArgs { limit_reads: 0, ..here() });
    for _ in 0..5 {
        assert!(app.get(SEARCH).expect(200).header("ratelimit").is_none());
    }
}

#[test]
fn a_forged_header_changes_nothing() {
    let app = TestApp::with_rate_limits(&LimitArgs { limit_reads: 3, ..here() });
    let let_through =
        (0..40).filter(|n| search_for(&app, &format!("198.51.100.{n}")).status == 200).count();
    assert_eq!(let_through, 3);
}

#[test]
fn a_trusted_proxy_says_for_whom_it_asks() {
    let app = TestApp::with_rate_limits(&LimitArgs { limit_reads: 2, ..behind_a_proxy() });
    search_for(&app, "192.0.2.1").expect(200);
    search_for(&app, "192.0.2.1").expect(200);
    search_for(&app, "192.0.2.1").expect(429);
    search_for(&app, "192.0.2.2").expect(200);
    // What the client wrote itself stands to the left of what the proxy added.
    for n in 0..5 {
        search_for(&app, &format!("203.0.113.{n}, 192.0.2.1")).expect(429);
        search_for(&app, &format!("203.0.113.{n}, 192.0.2.1, 127.0.0.9")).expect(429);
    }
    // One customer has many IPv6 addresses.
    for n in 1..=2 {
        search_for(&app, &format!("2001:db8:1:2::{n}")).expect(200);
    }
    search_for(&app, "2001:db8:1:2:ffff::1").expect(429);
    search_for(&app, "2001:db8:1:3::1").expect(200);
    // A proxy that says nothing asks for itself.
    app.get(SEARCH).expect(200);
    app.get(SEARCH).expect(200);
    app.get(SEARCH).expect(429);
}

#[test]
fn a_key_and_a_person_have_budgets_of_their_own() {
    let limits = LimitArgs { limit_reads: 1, limit_keys: 3, limit_accounts: 2, ..here() };
    let app = TestApp::writable_with_rate_limits(&limits);
    let (_, key) = client(&app, &[Scope::DirectoryRead]);
    let (_, other) = client(&app, &[Scope::DirectoryRead]);
    let (_, without) = client(&app, &[]);
    let person = app.as_role(Role::Viewer);
    for left in [2, 1, 0] {
        assert_eq!(
            told(&search_by(&app, &key).expect(200)),
            ("keys".into(), left, 20 * (3 - left))
        );
    }
    search_by(&app, &key).expect(429);
    search_by(&app, &other).expect(200);
    let signed_in = app.get_as(&person, "/v1/admin/clinics").expect(200);
    assert_eq!(told(&signed_in), ("accounts".into(), 1, 30));
    search_by(&app, &person.authorization).expect(200);
    app.get_as(&person, "/v1/admin/clinics").expect(429);

    // Nobody has touched what their network may ask.
    assert_eq!(told(&app.get(SEARCH).expect(200)).0, "reads");
    for authorization in ["Bearer nonsense", "Bearer bsd_live_forged", without.as_str()] {
        assert_eq!(told(&search_by(&app, authorization).expect(429)).0, "reads");
    }
    // Somebody who is let in is checked once and told the truth about it.
    app.get_with("/v1/admin/clinics", &[("Authorization", &other)]).expect(403);
}

#[test]
fn sign_ins_are_counted_by_the_network_that_the_proxy_names() {
    let app = TestApp::writable_with_rate_limits(&behind_a_proxy());
    let guess = |n: usize, from: &str| {
        let body = json!({"username": format!("nobody-{n}"), "password": "a wrong one"});
        let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", from)];
        app.request("POST", "/v1/auth/token", &headers, body.to_string().as_bytes())
    };
    for n in 0..10 {
        guess(n, "192.0.2.7").expect(401);
    }
    let refused = guess(10, "203.0.113.1, 192.0.2.7").expect(429);
    refused.expect_problem("too-many-requests");
    assert!(refused.header("retry-after").is_some());
    guess(11, "192.0.2.8").expect(401);
}
