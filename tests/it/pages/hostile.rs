//! Names that try to be something else are text everywhere.

use crate::{
    app::provider,
    support::{
        Backend::Sqlite,
        TestDb,
        app::TestApp,
        flows::{app_of, fictional},
    },
};

/// Names as an attacker, a copy from another script, or a mistake would make them.
fn names() -> Vec<String> {
    vec![
        "<script>alert('k')</script> & \"Sons\"".to_owned(),
        "Clinic \u{202e}gnisrever\u{202c} of \u{2067}Bethesda".to_owned(),
        "Ketamine ".repeat(33).trim().to_owned(),
        "{{ p.t }} %7B{% raw %} ${x} </bdi></h1><img src=x onerror=alert(1)>".to_owned(),
    ]
}

#[test]
fn a_hostile_name_is_shown_as_text_everywhere() {
    for name in names() {
        let mut row = fictional("F001");
        row["name"] = name.clone().into();
        let db = TestDb::new(Sqlite).unwrap();
        let app = app_of(&db, &[row, fictional("F002")]);
        let slug = provider(&app, "F001").sites[0].slug.clone();
        let other = provider(&app, "F002").sites[0].slug.clone();
        let server = TestApp::pages_over(&app);
        let query: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let paths = [
            "/?q=20814".to_owned(),
            "/?q=20814&print=true".to_owned(),
            format!("/?q={query}"),
            format!("/check?q={query}"),
            format!("/clinics/{slug}"),
            format!("/compare?clinic={slug}&clinic={other}"),
        ];
        for path in paths.iter().flat_map(|path| [path.clone(), format!("/es{path}")]) {
            let reply = server.get(&path);
            assert!(reply.status < 500, "{path}: {}", reply.status);
            let page = reply.text();
            for mark in ["<script>", "<img", "onerror=alert(1)>", "</bdi></h1>"] {
                assert!(!page.contains(mark), "{name} at {path}: {mark}");
            }
            // Marks that turn the direction of writing cannot leak out of their element.
            for part in page.split(['\u{202e}', '\u{2067}']).skip(1) {
                let end = part.find('<').unwrap_or(part.len());
                let quoted = part[..end].contains('"');
                let inside = part[end..].starts_with("</bdi>") || quoted || is_isolated(part, end);
                assert!(inside, "{path}: {}", &part[..part.len().min(120)]);
            }
        }
    }
}

/// Elements that hold a single text are isolated by what they are.
fn is_isolated(part: &str, end: usize) -> bool {
    ["</title>", "</h2>", "</p>", "</span>", "</a>"].iter().any(|tag| part[end..].starts_with(tag))
}
