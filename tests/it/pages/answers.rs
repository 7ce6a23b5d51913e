//! Every page in both languages: status, language, headers, and what must stand on it.

use bedside::pages::ROUTES;

use crate::support::app::TestApp;

/// A clinic of the made-up set that is supervised and accredited, and one that is flagged.
const SUPERVISED: &str = "Example Ketamine of Bethesda (fictional)";
const FLAGGED: &str = "Nobody in the Room Ketamine of Las Vegas (fictional)";

/// The name in addresses of a clinic.
fn slug(app: &TestApp, name: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let found = app.get(&format!("/v1/clinics?q={query}&view=all")).expect(200).json();
    let of = found["data"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap();
    of["slug"].as_str().unwrap().to_owned()
}

/// Every page, by an address that shows it filled.
fn pages(app: &TestApp) -> Vec<(&'static str, String)> {
    let (supervised, flagged) = (slug(app, SUPERVISED), slug(app, FLAGGED));
    vec![
        ("/", "/".to_owned()),
        ("/", "/?q=20814".to_owned()),
        ("/", "/?q=59701&payment=payment-plan&show=concerns&more=true".to_owned()),
        ("/", "/?q=20814&print=true".to_owned()),
        ("/clinics/{slug}", format!("/clinics/{supervised}")),
        ("/clinics/{slug}", format!("/clinics/{flagged}?sessions=6&months=12&insurer=yes")),
        ("/clinics/{slug}/report", format!("/clinics/{supervised}/report")),
        ("/compare", "/compare".to_owned()),
        ("/compare", format!("/compare?clinic={supervised}&clinic={flagged}")),
        ("/check", "/check".to_owned()),
        ("/check", "/check?q=Sofa+Session".to_owned()),
        ("/check", "/check?q=nobody+has+this+name".to_owned()),
        ("/prepare", "/prepare".to_owned()),
        ("/about", "/about".to_owned()),
        ("/rules", "/rules".to_owned()),
        ("/rules/{id}", "/rules/KTS-001".to_owned()),
        ("/health-of-the-directory", "/health-of-the-directory".to_owned()),
        ("/log", "/log".to_owned()),
    ]
}

/// The text between two marks.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start)?.1.split_once(end).map(|(inner, _)| inner)
}

#[test]
fn every_page_answers_in_both_languages() {
    let app = TestApp::pages();
    for (_, path) in pages(&app) {
        let [english, spanish] = ["", "/es"].map(|prefix| {
            let reply = app.get(&format!("{prefix}{path}")).expect(200);
            let lang = if prefix.is_empty() { "en" } else { "es" };
            assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
            assert_eq!(reply.header("content-language"), Some(lang), "{path}");
            assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
            assert_eq!(reply.header("cache-control"), Some("private, no-cache"), "{path}");
            assert_eq!(reply.header("set-cookie"), None, "{path}");
            let policy = reply.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
            let page = reply.text();
            assert!(page.contains(&format!(r#"<html lang="{lang}">"#)), "{path}");
            for always in [r#"href="tel:988""#, r#"href="sms:988""#, r#"id="leave""#, "<h1"] {
                assert!(page.contains(always), "{prefix}{path}: {always}");
            }
            assert_eq!(page.matches("<h1").count(), 1, "{prefix}{path}");
            page
        });
        let title = |page: &str| between(page, "<title>", "</title>").unwrap().to_owned();
        let own_name = path.starts_with("/clinics/") && !path.ends_with("/report");
        assert_eq!(title(&english) == title(&spanish), own_name, "{path}: {}", title(&english));
        // The choice of the language is a link to the same page.
        let other = between(&english, r#"class="menu__lang" href=""#, r#"""#).unwrap();
        let other = other.replace("&#38;", "&").replace("&amp;", "&");
        app.get(&other).expect(200);
        assert!(other.starts_with("/es/"), "{path}: {other}");
    }
}

/// Keys of the catalogue that a page shows instead of a text.
#[test]
fn no_page_shows_a_key_in_place_of_a_text() {
    let app = TestApp::pages();
    let keys: Vec<String> = bedside::pages::lang::Lang::En
        .sources()
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.split_once(" = ").map(|(key, _)| key))
        .filter(|key| key.contains('-') && !key.starts_with(' '))
        .map(str::to_owned)
        .collect();
    for (_, path) in pages(&app) {
        for prefix in ["", "/es"] {
            let page = app.get(&format!("{prefix}{path}")).expect(200).text();
            for text in page.split('>').filter_map(|part| part.split('<').next()) {
                let text = text.trim();
                assert!(!keys.iter().any(|key| key == text), "{prefix}{path}: {text}");
                let made = ["state-", "value-", "status-", "rules-", "prescriber-", "error-"];
                assert!(!made.iter().any(|start| text.starts_with(start)), "{path}: {text}");
            }
        }
    }
}

#[test]
fn every_route_is_tried_here() {
    let app = TestApp::pages();
    let tried: Vec<&str> = pages(&app).into_iter().map(|(route, _)| route).collect();
    // What a token leads to is tried where reports and links are.
    let others = ["/assets/{name}", "/es", "/es/"];
    let by_token = |route: &str| route.ends_with("/{token}");
    let here = |route: &str| !others.contains(&route) && !by_token(route);
    for (route, _) in ROUTES.iter().filter(|(route, _)| here(route)) {
        let plain = route.strip_prefix("/es").unwrap_or(route);
        assert!(tried.contains(&plain), "{route} is tried by no test of pages");
    }
}

#[test]
fn a_search_shows_who_is_there_and_what_is_watched() {
    let app = TestApp::pages();
    let page = app.get("/?q=20814").expect(200).text();
    for text in ["Doctor or nurse until you leave", "Blood pressure · Pulse · Oxygen"] {
        assert!(page.contains(text), "{text}");
    }
    let spanish = app.get("/es/?q=20814").expect(200).text();
    assert!(spanish.contains("Presión arterial · Pulso · Oxígeno"));
    // Of a place that nobody has asked nothing is said, neither good nor bad.
    let never = app.get("/?q=Hartford%2C+CT&radius=10").expect(200).text();
    let card = never.split(r#"class="card""#).nth(1).unwrap();
    assert!(!card.contains("Blood pressure") && card.contains("Not verified"), "{card}");
}

#[test]
fn what_is_missing_is_said_in_the_page_s_language() {
    let app = TestApp::pages();
    let path = "?q=Hartford%2C+CT&radius=10";
    let spanish = app.get(&format!("/es/{path}")).expect(200).text();
    let missing = between(&spanish, r#"class="missing""#, "</div>").unwrap();
    assert!(missing.contains("<li>"), "{missing}");
    for english in ["Doctor or nurse present", "Not verified", "Doses taken here"] {
        assert!(!missing.contains(english), "{missing}");
    }
}

#[test]
fn a_search_on_paper_has_its_date_and_leaves_the_form_out_of_sight() {
    let app = TestApp::pages();
    let page = app.get("/?q=20814&print=true").expect(200).text();
    assert!(page.contains(r#"<body class="is-print">"#));
    assert!(page.contains("November 21, 2026"));
    assert!(!page.contains("<svg viewBox=\"0 0 440"), "no map on paper");
}

#[test]
fn the_freshness_page_counts_what_the_directory_holds() {
    let app = TestApp::pages();
    let page = app.get("/health-of-the-directory").expect(200).text();
    let total = bedside::app::freshness::freshness(&app.shared.app).all.total;
    assert!(total > 50);
    assert!(page.contains(&format!("holds {total} places")), "{total}");
    assert!(page.contains("Maryland") && page.contains("31–90 days"));
    let spanish = app.get("/es/health-of-the-directory").expect(200).text();
    assert!(spanish.contains("Carolina del Sur"));
    // Of the real directory nothing is verified yet, and the page says so.
    let real = TestApp::real_pages().get("/health-of-the-directory").expect(200).text();
    assert!(real.contains("0 of ") && real.contains("<strong class=\"meter__big\">0%"));
}

#[test]
fn the_log_page_shows_the_checkpoint_and_paper_names_it() {
    let app = TestApp::pages();
    let head = app.shared.app.log.head();
    let page = app.get("/log").expect(200).text();
    assert!(page.contains("bedside log verify --checkpoint"), "how to verify it");
    let paper = app.get("/?q=20814&print=true").expect(200).text();
    match head {
        Some(head) => {
            assert!(page.contains(head.note.lines().nth(2).unwrap().trim_end_matches('=')));
            assert!(paper.contains(&format!("Checkpoint {} of the public log", head.size)));
        }
        None => assert!(page.contains("No checkpoint is signed yet")),
    }
}

#[test]
fn a_flagged_provider_comes_with_what_to_do() {
    let app = TestApp::pages();
    let check = app.get("/check?q=Sofa+Session").expect(200).text();
    for text in ["We found a safety concern", "Do not stop suddenly", "1-800-222-1222", "MedWatch"]
    {
        assert!(check.contains(text), "{text}");
    }
    let clinic = app.get(&format!("/clinics/{}", slug(&app, FLAGGED))).expect(200).text();
    assert!(clinic.contains("Do not stop suddenly") && clinic.contains("KTS-030"));
}
