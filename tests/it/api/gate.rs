//! What every answer has, whatever it answers: ids, headers, methods, deadlines, panics.

use std::{
    io::{Read as _, Write as _},
    time::{Duration, Instant},
};

use bedside::http::shared::Limits;

use crate::support::app::{Reply, TestApp};

#[test]
fn every_answer_has_the_security_headers() {
    let app = TestApp::start();
    let answers = [
        ("GET", "/v1", 200),
        ("GET", "/healthz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 308),
        ("GET", "/docs/", 200),
        ("GET", "/docs/missing.js", 404),
        ("GET", "/v1/reference/routes", 200),
        ("GET", "/v1/reference/nothing", 404),
        ("GET", "/v1?unknown=1", 400),
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1", 405),
        ("TRACE", "/v1", 405),
        // What has a route of its own is no verb of a listing.
        ("POST", "/v1/admin/clinics/01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11/diff", 405),
        ("OPTIONS", "/v1", 204),
        ("HEAD", "/v1", 200),
        ("GET", "/test/panic", 500),
        ("GET", "/test/panic-at-once", 500),
        ("POST", "/test/echo", 415),
    ];
    for (method, path, status) in answers {
        let reply = app.request(method, path, &[], b"").expect(status);
        let of = format!("{method} {path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{of}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{of}");
        assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"), "{of}");
        assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"), "{of}");
        assert!(reply.header("permissions-policy").unwrap().contains("geolocation=()"), "{of}");
        assert!(reply.header("cache-control").is_some(), "{of}");
        assert!(reply.header("x-request-id").is_some_and(|id| id.len() == 36), "{of}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{of}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{of}: {policy}");
        assert!(!policy.contains("unsafe-"), "{of}: {policy}");
        let open = matches!(method, "GET" | "HEAD" | "OPTIONS");
        assert_eq!(reply.header("access-control-allow-origin"), open.then_some("*"), "{of}");
        assert_eq!(reply.header("access-control-allow-credentials"), None, "{of}");
    }
}

#[test]
fn a_sane_request_id_is_kept_and_another_is_replaced() {
    let app = TestApp::start();
    let id_for = |given: &str| {
        let reply = app.get_with("/healthz", &[("X-Request-Id", given)]).expect(200);
        reply.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(id_for("abc-123_X.y"), "abc-123_X.y");
    let longest = "x".repeat(64);
    assert_eq!(id_for(&longest), longest);
    for bad in ["", "with space", "quote\"", "café", &"x".repeat(65)] {
        let id = id_for(bad);
        assert_ne!(id, bad);
        assert_eq!(id.len(), 36);
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::start();
    let reply = app.request("PATCH", "/v1/reference/routes", &[], b"{}").expect(405);
    let problem = reply.expect_problem("method-not-allowed");
    assert_eq!(problem["instance"], "/v1/reference/{list}");
    assert_eq!(reply.header("allow"), Some("GET, HEAD, OPTIONS"));
    // What only takes POST leaves GET to the clinic of that name.
    let reply = app.get("/v1/clinics/search").expect(404);
    assert_eq!(reply.expect_problem("not-found")["instance"], "/v1/clinics/{id}");
    let reply = app.request("PUT", "/v1/clinics/search", &[], b"{}").expect(405);
    assert_eq!(reply.header("allow"), Some("POST, OPTIONS"));
    let reply = app.get("/test/echo").expect(405);
    assert_eq!(reply.header("allow"), Some("POST, OPTIONS"));
    reply.expect_problem("method-not-allowed");
}

#[test]
fn head_is_get_without_its_body_and_options_is_a_preflight() {
    let app = TestApp::start();
    let get = app.get("/v1").expect(200);
    let head = app.request("HEAD", "/v1", &[], b"").expect(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length").unwrap(), get.body.len().to_string());
    assert_eq!(head.header("etag"), get.header("etag"));
    let preflight = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "GET")];
    let reply = app.request("OPTIONS", "/v1", &preflight, b"").expect(204);
    assert_eq!(reply.header("allow"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(reply.header("access-control-allow-methods"), Some("GET, HEAD"));
    let reply = app.request("OPTIONS", "/test/echo", &preflight, b"").expect(204);
    assert_eq!(reply.header("access-control-allow-methods"), None);
    app.request("OPTIONS", "/nowhere", &preflight, b"").expect(404);
}

#[test]
fn a_panic_is_a_500_that_says_nothing_and_the_connection_goes_on() {
    let app = TestApp::start();
    for path in ["/test/panic", "/test/panic-at-once"] {
        let mut connection = app.connect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
        connection.write_all(request.as_bytes()).unwrap();
        let reply = Reply::read(&mut connection, "GET").expect(500);
        let problem = reply.expect_problem("internal");
        assert_eq!(problem["instance"], path);
        assert!(!reply.text().contains("sentinel"), "{}", reply.text());
        connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
        Reply::read(&mut connection, "GET").expect(200);
    }
    assert!(app.get("/metrics").text().contains("\nhttp_panics_total 2\n"));
}

#[test]
fn a_handler_that_takes_too_long_is_cut_off() {
    let app = TestApp::with_limits(Limits {
        request_time: Duration::from_millis(200),
        ..Limits::default()
    });
    let reply = app.get("/test/slow").expect(503);
    reply.expect_problem("deadline-exceeded");
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[test]
fn a_body_or_head_that_never_ends_is_cut_off() {
    let app = TestApp::with_limits(Limits {
        body_time: Duration::from_millis(300),
        header_time: Duration::from_millis(300),
        ..Limits::default()
    });
    let began = Instant::now();
    let mut connection = app.connect();
    connection
        .write_all(
            b"POST /test/echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
              Content-Length: 100\r\n\r\n{",
        )
        .unwrap();
    let reply = Reply::read(&mut connection, "POST").expect(408);
    reply.expect_problem("request-timeout");
    assert_eq!(connection.read(&mut [0; 16]).unwrap_or(0), 0, "the connection must close");

    // A body that nobody reads: the answer comes at once, and the connection does not linger.
    let mut connection = app.connect();
    connection
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n")
        .unwrap();
    Reply::read(&mut connection, "GET").expect(200);
    assert_eq!(connection.read(&mut [0; 16]).unwrap_or(0), 0, "the connection must close");

    let mut connection = app.connect();
    connection.write_all(b"GET /healthz HTTP/1.1\r\nHo").unwrap();
    Reply::read(&mut connection, "GET").expect(408).expect_problem("request-timeout");
    assert_eq!(connection.read(&mut [0; 16]).unwrap_or(0), 0, "the connection must close");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[test]
fn who_asks_much_and_reads_nothing_is_let_go() {
    let app = TestApp::with_limits(Limits {
        stall_time: Duration::from_millis(500),
        ..Limits::default()
    });
    let asked = 2_000;
    let mut connection = app.connect();
    let questions = b"GET /v1/rules HTTP/1.1\r\nHost: test\r\n\r\n".repeat(asked);
    // The server stops reading once nobody takes its answers, so the questions may not all fit.
    connection.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
    let _ = connection.write_all(&questions);
    std::thread::sleep(Duration::from_secs(2));
    let mut answers = Vec::new();
    let _ = connection.read_to_end(&mut answers);
    let whole = answers.windows(15).filter(|line| line == b"HTTP/1.1 200 OK").count();
    assert!((1..asked).contains(&whole), "{whole} answers");
    app.get("/healthz").expect(200);
}

#[test]
fn metrics_have_templates_and_never_paths() {
    let app = TestApp::start();
    app.get("/v1/reference/routes").expect(200);
    app.get("/v1/reference/sentinel-in-a-path").expect(404);
    let before = app.get("/metrics").text().lines().count();
    for n in 0..50 {
        app.get(&format!("/scan/{n}")).expect(404);
    }
    let metrics = app.get("/metrics").text();
    assert!(metrics.contains(
        "http_requests_total{route=\"/v1/reference/{list}\",method=\"GET\",status=\"2xx\"} 1"
    ));
    assert!(metrics.contains(
        "http_requests_total{route=\"/v1/reference/{list}\",method=\"GET\",status=\"4xx\"} 1"
    ));
    assert!(
        metrics.contains(
            "http_requests_total{route=\"unmatched\",method=\"other\",status=\"4xx\"} 50"
        )
    );
    assert!(!metrics.contains("sentinel") && !metrics.contains("/scan"));
    // The first answer of a route adds its histogram, a scan adds the one of `unmatched`.
    assert!(metrics.lines().count() < before + 40, "{metrics}");
}

#[test]
fn what_cannot_be_accepted_is_a_406() {
    let app = TestApp::start();
    for accept in ["text/csv", "application/json;q=0", "text/html, image/*;q=0.5"] {
        let reply = app.get_with("/v1", &[("Accept", accept)]).expect(406);
        reply.expect_problem("not-acceptable");
    }
    for accept in ["*/*", "application/*", "text/html, */*;q=0.1", "application/json, text/plain"] {
        app.get_with("/v1", &[("Accept", accept)]).expect(200);
    }
}

#[test]
fn an_unchanged_answer_is_a_304() {
    let app = TestApp::start();
    for path in ["/v1", "/v1/reference/states", "/openapi.json", "/problems/gone"] {
        let tag = app.get(path).expect(200).header("etag").unwrap().to_owned();
        for given in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
            let reply = app.get_with(path, &[("If-None-Match", &given)]).expect(304);
            assert!(reply.body.is_empty());
            assert_eq!(reply.header("etag"), Some(tag.as_str()));
        }
        app.get_with(path, &[("If-None-Match", "\"other\"")]).expect(200);
    }
}
