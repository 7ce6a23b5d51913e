//! "Check a provider": a verdict on an exact key alone.

use bedside::app::{
    App,
    answer::DosingPlace,
    check::{CheckResult, MatchedOn, check},
    providers::{ProvidersRequest, providers},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{app_of, fictional, fictional_set},
};

/// The result and the keys of what matched, by slug.
fn checked(app: &App, typed: &str) -> (CheckResult, Vec<String>) {
    let answer = check(app, typed);
    assert!(!answer.note.is_empty());
    (answer.result, answer.matches.into_iter().map(|found| found.name).collect())
}

#[rstest]
fn an_exact_key_gives_a_verdict(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let app = app_of(&db, &fictional_set());
    for (key, verdict) in [
        ("F070", CheckResult::Flagged),
        ("F060", CheckResult::Flagged),
        ("F050", CheckResult::Caution),
        ("F001", CheckResult::Supervised),
        ("F040", CheckResult::Supervised),
        ("F090", CheckResult::Unverified),
        ("F080", CheckResult::Unverified),
        ("F110", CheckResult::Unverified),
    ] {
        let row = fictional(key);
        let name = row["name"].as_str().unwrap();
        let website = row["website"].as_str().unwrap();
        let host = website.trim_start_matches("https://").trim_end_matches('/');
        let mut typed = vec![
            (MatchedOn::Domain, website.to_owned()),
            (MatchedOn::Domain, format!("www.{host}/booking?from=ad#top")),
            (MatchedOn::Domain, format!("HTTP://SHOP.{}", host.to_uppercase())),
            (MatchedOn::Name, name.to_owned()),
            (MatchedOn::Name, format!("  {} ", name.to_uppercase())),
        ];
        let of_site = &row["sites"][0]["phone"];
        for phone in [&row["phone"], of_site].into_iter().filter_map(Value::as_str) {
            let ten = phone.trim_start_matches("+1");
            let (area, rest) = ten.split_at(3);
            let (exchange, line) = rest.split_at(3);
            typed.push((MatchedOn::Phone, phone.to_owned()));
            typed.push((MatchedOn::Phone, ten.to_owned()));
            typed.push((MatchedOn::Phone, format!("({area}) {exchange}\u{2013}{line}")));
            typed.push((MatchedOn::Phone, format!("1-{area}-{exchange}-{line}")));
        }
        if let Some(npi) = row["npi"].as_str() {
            typed.push((MatchedOn::Npi, npi.to_owned()));
        }
        for alias in row["aliases"].as_array().into_iter().flatten() {
            typed.push((MatchedOn::Name, alias["text"].as_str().unwrap().to_owned()));
        }
        for (matched_on, typed) in typed {
            let answer = check(&app, &typed);
            assert_eq!(answer.result, verdict, "{key} by {typed}");
            let [only] = answer.matches.as_slice() else { panic!("{key} by {typed}") };
            assert_eq!((only.name.as_str(), only.matched_on), (name, matched_on), "{typed}");
            assert_eq!(only.kind, "provider");
        }
    }
}

#[test]
fn every_match_leads_with_where_doses_are_taken() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    for (key, place) in [
        ("F001", DosingPlace::OnSite),
        ("F070", DosingPlace::AtHome),
        ("F052", DosingPlace::Both),
        ("F090", DosingPlace::Unknown),
        // A flag that nobody has published withholds nothing here.
        ("F080", DosingPlace::AtHome),
    ] {
        let answer = check(&app, fictional(key)["name"].as_str().unwrap());
        let found = &answer.matches[0];
        assert_eq!(found.dosing.place, place, "{key}");
        let source = found.dosing.source.as_ref();
        assert_eq!(source.is_some(), place != DosingPlace::Unknown, "{key}");
        assert!(source.is_none_or(|source| source.captured_on.is_some()), "{key}");
        let written = serde_json::to_string(found).unwrap();
        assert!(written.starts_with(r#"{"kind":"provider","dosing":{"where":"#), "{written}");
    }
}

#[test]
fn anything_less_than_an_exact_key_gives_candidates_or_nothing() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    for typed in
        ["Spray by Pots Pretend Telehealth", "spray by post", "Spray Post", "spray-by-post.com"]
    {
        let (result, names) = checked(&app, typed);
        assert_eq!(result, CheckResult::Candidates, "{typed}");
        assert!(names.contains(&"Spray by Post Pretend Telehealth (fictional)".to_owned()));
        let by = check(&app, typed).matches.into_iter().all(|m| m.matched_on == MatchedOn::Name);
        assert!(by, "{typed}");
    }
    for typed in [
        "Sunshine Orthopaedics of Zanzibar",
        "https://unknown-clinic.example/",
        "+1 212 555 0999",
        "1234567893",
        "!!!",
        "https://www.facebook.com/spray",
        "javascript:alert(1)",
    ] {
        let answer = check(&app, typed);
        assert_eq!((answer.result, answer.matches.len()), (CheckResult::NotFound, 0), "{typed}");
        assert!(answer.note.contains("does not mean"), "not found never reads as safe");
    }
    // Taken off, or not yet on: nothing is known to the public.
    for key in ["F120", "F121", "F123", "F124"] {
        let (result, _) = checked(&app, fictional(key)["website"].as_str().unwrap());
        assert_ne!(result, CheckResult::Supervised, "{key}");
        assert_ne!(result, CheckResult::Unverified, "{key}");
    }
}

/// A copy of a provider under other keys.
fn copy(key: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut row = fictional("F070");
    row["source_key"] = json!(key);
    row["name"] = json!(format!("Copy {key} (fictional)"));
    row["website"] = json!(format!("https://copy-{}.example/", key.to_lowercase()));
    row["phone"] = Value::Null;
    for absent in ["npi", "aliases", "phone"] {
        row.as_object_mut().unwrap().remove(absent);
    }
    change(&mut row);
    row
}

#[test]
fn a_key_that_several_providers_have_gives_candidates() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(
        &db,
        &[
            copy("A", |row| row["phone"] = json!("+12025550101")),
            copy("B", |row| row["phone"] = json!("+12025550101")),
            copy("C", |row| row["website"] = json!("https://one.shared.example/")),
            copy("D", |row| row["website"] = json!("https://two.shared.example/")),
            copy("E", |row| row["name"] = json!("Same Name (fictional)")),
            copy("F", |row| row["name"] = json!("Same Name (fictional)")),
        ],
    );
    for typed in ["202-555-0101", "one.shared.example", "same name (fictional)"] {
        let (result, names) = checked(&app, typed);
        assert_eq!((result, names.len()), (CheckResult::Candidates, 2), "{typed}");
    }
}

#[test]
fn strangers_on_a_shared_host_are_told_apart() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(
        &db,
        &[
            copy("A", |row| row["website"] = json!("https://www.facebook.com/copy.a/")),
            copy("B", |row| row["website"] = json!("https://facebook.com/profile.php?id=7")),
            copy("C", |row| row["website"] = json!("https://copy-c.wixsite.com/home")),
        ],
    );
    for (typed, name) in [
        ("facebook.com/copy.a", "Copy A (fictional)"),
        ("https://www.facebook.com/copy.a?ref=page", "Copy A (fictional)"),
        ("facebook.com/profile.php?id=7&fbclid=x", "Copy B (fictional)"),
        ("copy-c.wixsite.com/home/", "Copy C (fictional)"),
    ] {
        assert_eq!(checked(&app, typed), (CheckResult::Flagged, vec![name.to_owned()]), "{typed}");
    }
    for typed in [
        "facebook.com",
        "facebook.com/copy.b",
        "facebook.com/profile.php",
        "facebook.com/profile.php?id=8",
        "other.wixsite.com/home",
        "wixsite.com",
    ] {
        assert_eq!(checked(&app, typed).0, CheckResult::NotFound, "{typed}");
    }
}

#[test]
fn ten_digits_may_be_a_phone_or_an_identifier() {
    let db = TestDb::new(Sqlite).unwrap();
    // 2025550148 also passes the check of an NPI.
    let rows = [
        copy("A", |row| row["phone"] = json!("+12025550148")),
        copy("B", |row| row["npi"] = json!("2025550148")),
    ];
    let one = app_of(&db, &rows[..1]);
    assert_eq!(checked(&one, "2025550148").0, CheckResult::Flagged);
    let by_phone = ProvidersRequest {
        phone: Some("(202) 555-0148".to_owned()),
        limit: 20,
        ..ProvidersRequest::default()
    };
    assert_eq!(providers(&one, &by_phone, String::new(), "").unwrap().data.len(), 1);
    let db = TestDb::new(Sqlite).unwrap();
    let both = app_of(&db, &rows);
    assert_eq!(checked(&both, "2025550148").0, CheckResult::Candidates);
    assert_eq!(checked(&both, "202-555-0148").0, CheckResult::Flagged);
}

#[test]
fn the_name_of_a_site_is_a_name_of_its_provider() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let answer = check(&app, "Two Doors, treatment rooms (fictional)");
    assert_eq!(answer.matches.len(), 1);
    assert_eq!(answer.matches[0].name, fictional("F113")["name"]);
    assert_ne!(answer.result, CheckResult::Candidates);
}

#[test]
fn providers_are_listed_with_those_that_have_no_address() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let ask = |request: ProvidersRequest| providers(&app, &request, String::new(), "?").unwrap();
    let request = |limit| ProvidersRequest { limit, ..ProvidersRequest::default() };
    let mut listed = Vec::new();
    let mut cursor = None;
    loop {
        let page = ask(ProvidersRequest { cursor, ..request(10) });
        listed.extend(page.data.iter().map(|provider| provider.name.clone()));
        assert_eq!(page.links.next.is_some(), page.meta.next_cursor.is_some());
        cursor = page.meta.next_cursor;
        if cursor.is_none() {
            assert_eq!(page.meta.total as usize, listed.len());
            break;
        }
    }
    assert!(listed.is_sorted_by_key(|name| bedside::catalog::fold_name(name)));
    assert!(listed.contains(&"Spray by Post Pretend Telehealth (fictional)".to_owned()));
    let named = |q: &str| ask(ProvidersRequest { q: Some(q.to_owned()), ..request(50) });
    assert!(named("telehealth").data.iter().any(|provider| provider.sites.is_empty()));
    assert_eq!(named("!!!").meta.total, 0);
    let by_domain = ProvidersRequest {
        domain: Some("https://www.spray-by-post-pretend-telehealth.example/x".to_owned()),
        q: Some("somebody else".to_owned()),
        ..request(5)
    };
    assert_eq!(ask(by_domain).meta.total, 0, "all that is asked must hold");
}
