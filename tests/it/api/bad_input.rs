//! Hostile requests: never a 500, never a hung connection, always a problem where a handler is
//! reached.

use std::io::{Read as _, Write as _};

use bedside::auth::Role;

use crate::support::app::TestApp;

const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

#[test]
fn sizes_and_types_of_bodies_are_bounded() {
    let app = TestApp::start();
    app.post("/test/echo", "{}").expect(200);
    app.post("/test/echo", vec![b' '; 64 * 1_024]).expect(200);
    for size in [64 * 1_024 + 1, 3_000_000] {
        let reply = app.post("/test/echo", vec![b'['; size]).expect(413);
        reply.expect_problem("payload-too-large");
    }
    let bad_types: &[&[(&str, &str)]] = &[
        &[],
        &[("Content-Type", "text/plain")],
        &[("Content-Type", "application/x-www-form-urlencoded")],
        &[("Content-Type", "application/json; charset=latin1")],
        &[("Content-Type", "application/jsonx")],
        &[("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    ];
    for headers in bad_types {
        let reply = app.request("POST", "/test/echo", headers, b"{}").expect(415);
        reply.expect_problem("unsupported-media-type");
    }
    for kind in ["Application/JSON", "application/json;charset=UTF-8", "application/json; x=y"] {
        app.request("POST", "/test/echo", &[("Content-Type", kind)], b"{}").expect(200);
    }
}

#[test]
fn a_chunked_body_is_measured_too() {
    let app = TestApp::start();
    let mut connection = app.connect();
    connection
        .write_all(
            b"POST /test/echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
              Transfer-Encoding: chunked\r\n\r\n",
        )
        .unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 10_000, "x".repeat(10_000));
    for _ in 0..20 {
        connection.write_all(chunk.as_bytes()).unwrap();
    }
    connection.write_all(b"0\r\n\r\n").unwrap();
    let reply = crate::support::app::Reply::read(&mut connection, "POST").expect(413);
    reply.expect_problem("payload-too-large");
}

#[test]
fn unknown_parameters_are_refused_everywhere() {
    let app = TestApp::with_database();
    let admin = app.as_role(Role::Admin);
    let headers = [JSON[0], ("Authorization", admin.authorization.as_str())];
    for route in app.shared.routes.all() {
        let named = !route.template.contains('{');
        let undocumented = ["/docs", "/test", "/bench"];
        if !named || undocumented.iter().any(|start| route.template.starts_with(start)) {
            continue;
        }
        let path = format!("{}?no_such_parameter=1", route.template);
        for method in &route.methods {
            let reply = app.request(method.as_str(), &path, &headers, b"{}");
            assert_eq!(reply.status, 400, "{method} {path}: {}", reply.text());
            let problem = reply.expect_problem("unknown-parameter");
            let errors = problem["errors"].as_array().unwrap();
            assert!(errors.iter().any(|error| error["parameter"] == "no_such_parameter"));
            assert_eq!(problem["instance"], route.template);
        }
    }
    let many = |count: usize| (0..count).map(|n| format!("k{n}=1&")).collect::<String>();
    let reply = app.get(&format!("/v1?{}", many(5_000))).expect(400);
    reply.expect_problem("invalid-parameter");
    // Longer than any address may be: refused before a handler is found.
    app.get(&format!("/v1?{}", many(10_000))).expect(400);
}

#[test]
fn odd_paths_are_not_found() {
    let app = TestApp::start();
    for path in [
        "/",
        "/v1/",
        "//v1",
        "/v1/../healthz",
        "/%2e%2e/healthz",
        "/%ff",
        "/v1%00",
        "/docs/../Cargo.toml",
    ] {
        let reply = app.get(path);
        assert!(matches!(reply.status, 404 | 400), "{path}: {}", reply.status);
        if !reply.body.is_empty() {
            assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
        }
    }
}

#[test]
fn what_is_no_http_gets_a_4xx_and_the_door() {
    let app = TestApp::start();
    let huge = format!("GET /v1 HTTP/1.1\r\nHost: t\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    let raw: &[&[u8]] = &[
        b"nonsense\r\n\r\n",
        b"GET /v1 HTTP/9.9\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: t\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nHost: t\r\nContent-Length: +5\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nHost : t\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        huge.as_bytes(),
    ];
    for request in raw {
        let mut connection = app.connect();
        let _ = connection.write_all(request);
        let mut answer = Vec::new();
        let _ = connection.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer);
        assert!(
            text.is_empty() || text.starts_with("HTTP/1.1 4"),
            "{:?} got {text}",
            String::from_utf8_lossy(&request[..request.len().min(60)])
        );
    }
    app.get("/healthz").expect(200);
}
