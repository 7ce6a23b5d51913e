//! Errors that help: whoever asks for pages gets one, in the language of the address.

use actix_web::{body::to_bytes, http::StatusCode};
use bedside::{
    domain::{
        ListingState,
        editorial::{Merger, SiteMove},
    },
    http::shared::Failure,
    pages::error_page,
    store::Action,
};

use crate::{
    app::{provider, write},
    support::{
        Backend::Sqlite,
        TestDb,
        app::TestApp,
        flows::{app_of, fictional},
    },
};

const BROWSER: &[(&str, &str)] =
    &[("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")];

#[test]
fn people_get_a_page_and_programs_a_problem() {
    let app = TestApp::pages();
    let cases = [
        ("GET", "/nothing-here", 404, "not-found", false),
        ("GET", "/es/nothing-here", 404, "not-found", false),
        ("GET", "/assets/style.000000000000.css", 404, "not-found", true),
        ("POST", "/about", 405, "method-not-allowed", true),
        ("GET", "/test/panic", 500, "internal", true),
        ("GET", "/test/slow", 503, "deadline-exceeded", true),
    ];
    for (method, path, status, kind, of_a_page) in cases {
        let page = app.request(method, path, BROWSER, b"").expect(status);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        let lang = if path.starts_with("/es/") { "es" } else { "en" };
        assert_eq!(page.header("content-language"), Some(lang), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        let text = page.text();
        assert!(text.contains("tel:988") && text.contains(r#"name="q""#), "{path}");
        assert!(!text.contains("sentinel"), "{path}: the cause is not for visitors");
        if status >= 500 {
            assert!(text.contains(page.header("x-request-id").unwrap()), "{path}");
        }
        if status == 503 {
            assert!(page.header("retry-after").is_some() && text.contains("try again in"));
        }
        app.request(method, path, &[("Accept", "application/json")], b"").expect_problem(kind);
        // Who says nothing gets what the route is for.
        for accept in [&[][..], &[("Accept", "*/*")]] {
            let reply = app.request(method, path, accept, b"").expect(status);
            let kind = reply.header("content-type").unwrap();
            let expected =
                if of_a_page { "text/html; charset=utf-8" } else { "application/problem+json" };
            assert_eq!(kind, expected, "{method} {path}");
        }
    }
    // The API speaks to programs whoever asks.
    app.get_with("/v1/clinics/nobody", BROWSER).expect_problem("not-found");
    app.get_with("/v1/nothing", BROWSER).expect_problem("not-found");
}

#[test]
fn unknown_listings_and_rules_have_a_page_even_for_those_who_do_not_say_so() {
    let app = TestApp::pages();
    for path in ["/clinics/nobody", "/rules/KTS-999", "/es/clinics/nobody", "/es/rules/x"] {
        let page = app.get(path).expect(404);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
    }
    let page = app.get("/es/clinics/nobody").text();
    assert!(page.contains("No tenemos esta página"));
}

#[test]
fn a_place_that_nobody_knows_and_one_that_is_too_exact_are_explained() {
    let app = TestApp::pages();
    let unknown = app.get("/?q=00000").expect(404).text();
    assert!(unknown.contains("We do not know this place") && unknown.contains("00000"));
    let exact = app.get("/?lat=38.98123&lon=-77.1").expect(400).text();
    assert!(exact.contains("/?lat=38.98&#38;lon=-77.10"), "the rounded place is one click away");
    let several = app.get("/?q=Springfield").expect(200).text();
    assert!(several.contains("Which place do you mean?"));
    let nothing = app.get("/?q=96799").expect(200).text();
    let (crisis, list) = (nothing.find("id=\"talk\""), nothing.find("id=\"results\""));
    assert!(crisis.is_some() && crisis < list, "988 comes first where nothing is found");
}

#[test]
fn merged_listings_lead_on_and_delisted_ones_say_so() {
    let db = TestDb::new(Sqlite).unwrap();
    let rows = ["F001", "F002", "F003", "F124"].map(fictional);
    let app = app_of(&db, &rows);
    let (gone, into) = (provider(&app, "F002"), provider(&app, "F001"));
    write(&app.store, Action::Merge, "F002", |p| {
        p.listing_state = ListingState::Merged;
        p.merged_into = Some(into.id);
        let sites = vec![SiteMove { from: p.sites[0].id, to: Some(into.sites[0].id) }];
        let merger = Merger { state: ListingState::Published, version: p.version, sites };
        p.editorial.merger = Some(merger);
    });
    app.catch_up().unwrap();
    let server = TestApp::pages_over(&app);
    for prefix in ["", "/es"] {
        let moved = server.get(&format!("{prefix}/clinics/{}", gone.sites[0].slug)).expect(308);
        let there = format!("{prefix}/clinics/{}", into.sites[0].slug);
        assert_eq!(moved.header("location"), Some(there.as_str()));
        server.get(&there).expect(200);
    }
    let delisted = provider(&app, "F124").sites[0].slug.clone();
    let page = server.get(&format!("/clinics/{delisted}")).expect(410).text();
    assert!(page.contains("This listing was taken down"));
}

/// What a limit on requests will answer with: the status that no route gives yet.
#[actix_web::test]
async fn too_many_requests_are_explained_in_both_languages() {
    let app = TestApp::pages();
    for (path, says) in [("/", "Too many requests at once"), ("/es/", "Demasiadas solicitudes")] {
        let failure = Failure {
            path,
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after_s: Some(30),
            request_id: None,
        };
        let answer = error_page(&app.shared.app, &failure);
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers().get("retry-after").unwrap(), "30");
        let body = to_bytes(answer.into_body()).await.ok().unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains(says) && text.contains("30 se"), "{text}");
    }
}
