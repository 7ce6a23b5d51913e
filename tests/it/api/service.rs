//! The service about itself.

use bedside::http::problem::Kind;

use crate::support::app::TestApp;

#[test]
fn the_root_links_to_everything() {
    let app = TestApp::start();
    let reply = app.get("/v1").expect(200);
    let link = reply.header("link").unwrap();
    assert!(link.contains("</openapi.json>; rel=\"service-desc\""), "{link}");
    assert!(link.contains("</docs/>; rel=\"service-doc\""), "{link}");
    assert_eq!(reply.json()["links"]["clinics"], "/v1/clinics");
}

#[test]
fn every_problem_type_resolves_to_its_documentation() {
    let app = TestApp::start();
    for kind in Kind::ALL {
        let path = format!("/problems/{}", kind.slug());
        let json = app.get(&path).expect(200).json();
        assert_eq!(json["type"], path);
        assert_eq!(json["status"], kind.status().as_u16());
        let html = app.get_with(&path, &[("Accept", "text/html")]).expect(200);
        assert_eq!(html.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(html.text().contains(kind.title()));
    }
    app.get("/problems/nonsense").expect(404).expect_problem("not-found");
}

#[test]
fn a_problem_of_an_unknown_address_names_it() {
    let app = TestApp::start();
    let problem = app.get("/v1/nowhere?secret=1").expect(404).expect_problem("not-found");
    assert_eq!(problem["instance"], "/v1/nowhere");
}

#[test]
fn the_documentation_comes_from_here_alone() {
    let app = TestApp::start();
    let page = app.get("/docs/").expect(200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let text = page.text();
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    // Every script and style sheet of the page is a file that is served here.
    let mut files = 0;
    for part in text.split(['"', '\'']) {
        if part.ends_with(".js") || part.ends_with(".css") {
            let file = app.get(&format!("/docs/{}", part.trim_start_matches("./"))).expect(200);
            assert!(file.header("content-security-policy").unwrap().contains("script-src 'self'"));
            files += 1;
        }
    }
    assert!(files >= 3, "{text}");
    assert!(!text.contains("<script>") && !text.contains(" onload="), "inline code: {text}");
    let setup = app.get("/docs/swagger-initializer.js").expect(200).text();
    assert!(setup.contains("/openapi.json"), "{setup}");
    assert_eq!(app.get("/docs").expect(308).header("location"), Some("/docs/"));
}

#[test]
fn the_security_contact_is_the_operators() {
    let app = TestApp::start();
    let text = app.get("/.well-known/security.txt").expect(200).text();
    assert!(text.starts_with("Contact: mailto:corrections@directory.example\n"), "{text}");
    assert!(text.contains("\nExpires: 2027-05-20T12:00:00Z\n"), "{text}");
}

#[test]
fn a_service_with_its_database_is_ready_for_everything() {
    let app = TestApp::start();
    assert_eq!(app.get("/healthz").expect(200).json()["status"], "ok");
    let ready = app.get("/readyz").expect(200).json();
    assert_eq!((&ready["status"], &ready["writes"]), (&"ready".into(), &true.into()));
    assert_eq!(ready["as_of"], "2026-11-21");
    app.get("/readyz?for=writes").expect(200);
    app.get("/readyz?for=nothing").expect(400).expect_problem("invalid-parameter");
    let metrics = app.get("/metrics").expect(200).text();
    assert!(metrics.contains("\nstore_reachable 1\n"), "{metrics}");
}
