//! Reporting a mistake without a script, and coming back to the report.

use crate::{
    app::provider,
    support::{
        Backend::Sqlite,
        TestDb,
        app::{Reply, TestApp},
        flows::{app_of, fictional},
    },
};

const FORM: &[(&str, &str)] =
    &[("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "text/html")];

/// A server that takes reports on one clinic, with the clinic's name in addresses.
fn served() -> (TestDb, TestApp, String) {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &[fictional("F001")]);
    let slug = provider(&app, "F001").sites[0].slug.clone();
    let server = TestApp::pages_over(&app);
    (db, server, slug)
}

fn send(server: &TestApp, path: &str, fields: &[(&str, &str)]) -> Reply {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        body.append_pair(name, value);
    }
    server.request("POST", path, FORM, body.finish().as_bytes())
}

#[test]
fn a_report_is_taken_and_can_be_come_back_to_in_both_languages() {
    let (_db, server, slug) = served();
    for (prefix, waiting) in [("", "Waiting for someone"), ("/es", "Espera a que alguien")] {
        let path = format!("{prefix}/clinics/{slug}/report");
        let form = server.get(&path).expect(200).text();
        assert!(form.contains(r#"method="post""#) && form.contains(r#"<option value="price">"#));
        let clinic = server.get(&format!("{prefix}/clinics/{slug}")).expect(200).text();
        assert!(clinic.contains(&format!(r#"href="{path}""#)), "the clinic's page leads here");
        let fields = [("topic", "price"), ("text", "A session costs more now.\r\nI was told so.")];
        let taken = send(&server, &path, &fields).expect(303);
        let place = taken.header("location").unwrap().to_owned();
        assert!(place.starts_with(&format!("{prefix}/reports/")), "{place}");
        let status = server.get(&place).expect(200).text();
        assert!(status.contains(waiting), "{status}");
        assert!(!status.contains("costs more"), "what was written is shown to nobody");
        assert!(status.contains("noindex"));
    }
}

#[test]
fn what_keeps_a_report_from_being_taken_is_explained_beside_what_was_typed() {
    let (_db, server, slug) = served();
    let path = format!("/clinics/{slug}/report");
    let cases = [
        ("", "The phone is wrong.", "Please choose what it is about"),
        ("nonsense", "The phone is wrong.", "Please choose what it is about"),
        ("contact", "  ", "Please say what is wrong"),
        ("contact", "Write to jane.doe@mail.example about it.", "could identify a person"),
    ];
    for (topic, text, says) in cases {
        let page = send(&server, &path, &[("topic", topic), ("text", text)]).expect(422).text();
        assert!(page.contains(says), "{topic} {text}: {page}");
        assert!(page.contains(text.trim()), "what was typed is still there");
    }
    let long = "word ".repeat(600);
    let page = send(&server, &path, &[("topic", "other"), ("text", &long)]).expect(422).text();
    assert!(page.contains("That is too long"));
    let hostile = "</textarea><script>alert(1)</script>";
    let page = send(&server, &path, &[("topic", ""), ("text", hostile)]).expect(422).text();
    assert!(!page.contains("<script>alert"));
}

#[test]
fn nobody_reports_on_what_is_not_there_and_no_token_is_guessed() {
    let (_db, server, _) = served();
    server.get("/clinics/nobody/report").expect(404);
    send(&server, "/clinics/nobody/report", &[("topic", "price"), ("text", "x")]).expect(404);
    let page = server.get("/reports/AAAAAAAAAAAAAAAAAAAAAA").expect(404);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let large = "x".repeat(200_000);
    let path = "/clinics/nobody/report";
    assert!(send(&server, path, &[("topic", "price"), ("text", &large)]).status < 500);
}
