//! Nothing public tells a flag that nobody has published from facts that nobody knows: not a
//! list, not a count, not a revision.

use std::sync::Arc;

use bedside::{
    app::{
        App,
        check::check,
        detail::{clinic, provider as detail},
        flags::{
            FlagId,
            admin::{self, AdminFlagsRequest},
            decide::{Step, decide},
            documents,
            public::{self, FlagsRequest},
            reply::{self, Kind, Reply},
        },
        providers::{ProvidersRequest, providers},
    },
    domain::{FlagState, flag::Notice},
    store::{Actor, ActorKind, Reason},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{flags::bare, head, provider};
use crate::support::{
    Backend::Sqlite,
    TestDb,
    app::TestApp,
    flows::{INITIAL, TODAY, app_on, file, import, search},
};

fn over(db: &TestDb, row: &Value) -> Arc<App> {
    let report = import(&db.store(), &file(std::slice::from_ref(row)), INITIAL).unwrap();
    assert_eq!(report.failed, 0, "{report}");
    app_on(db, TODAY).0
}

/// Everything that anyone can ask, whole answers with their revision, ids told apart from each
/// other alone.
fn told(app: &Arc<App>, key: &str) -> String {
    let stored = provider(app, key);
    let all = FlagsRequest { limit: 50, ..Default::default() };
    let list = ProvidersRequest { limit: 50, ..Default::default() };
    let mut answers = vec![
        json!(detail(app, &stored.slug, None).unwrap()),
        json!(check(app, &stored.profile.name)),
        json!(search(app, "view=all&limit=50")),
        json!(search(app, "view=default&limit=0")),
        json!(search(app, "view=all&status=insufficient_information")),
        json!(providers(app, &list, String::new(), "").unwrap()),
        json!(public::flags(app, &all, String::new(), "").unwrap()),
    ];
    for state in FlagState::ALL {
        let of_state = FlagsRequest { states: vec![*state], ..all.clone() };
        answers.push(json!(public::flags(app, &of_state, String::new(), "").unwrap()));
    }
    for site in &stored.sites {
        answers.push(json!(clinic(app, &site.slug, None).unwrap()));
    }
    let mut text = json!(answers).to_string().replace(&stored.id.to_string(), "provider");
    for (at, site) in stored.sites.iter().enumerate() {
        text = text.replace(&site.id.to_string(), &format!("site {at}"));
    }
    text
}

/// The row without what is withheld of it.
fn silent(row: &Value, told: &str) -> Value {
    let told: Value = serde_json::from_str(told).unwrap();
    let mut unknown: Vec<String> = Vec::new();
    let mut look = |answer: &Value| {
        for fact in answer["data"]["facts"].as_array().into_iter().flatten() {
            if fact["value"].is_null() {
                unknown.push(fact["name"].as_str().unwrap().to_owned());
            }
        }
    };
    let sites = row["sites"].as_array().map_or(0, Vec::len);
    let answers = told.as_array().unwrap();
    if sites == 0 {
        look(&answers[0]);
    }
    answers.iter().rev().take(sites).for_each(&mut look);
    let mut row = row.clone();
    let keep = |owner: &mut Value| {
        if let Some(list) = owner.get_mut("facts").and_then(Value::as_array_mut) {
            list.retain(|fact| !unknown.iter().any(|name| fact["name"] == *name));
        }
    };
    keep(&mut row);
    row.get_mut("sites").and_then(Value::as_array_mut).into_iter().flatten().for_each(keep);
    row
}

fn flags(app: &App) -> Vec<FlagId> {
    let all = AdminFlagsRequest { limit: 50, ..Default::default() };
    let found = admin::list(app, &all).unwrap().data;
    found.iter().map(|flag| flag.id.parse().unwrap()).collect()
}

fn as_ann(app: &App, id: FlagId, step: &Step) {
    let ann = Actor::new(ActorKind::Person, "ann");
    decide(app, (&ann, &Reason::new("test", "")), id, step, 3).unwrap();
}

fn notify(app: &App, id: FlagId) {
    let notice = Notice {
        method: "certified mail".into(),
        reference: "RR 1".into(),
        delivered_on: Some(TODAY.parse().unwrap()),
    };
    as_ann(app, id, &Step::Notify(notice));
}

#[rstest]
fn a_flag_in_the_making_is_told_by_nothing_public(
    #[values("F060", "F062", "F065", "F070", "F072")] key: &str,
    #[values("proposed", "notified", "answered", "disputed", "dismissed")] stage: &str,
) {
    let db = TestDb::new(Sqlite).unwrap();
    let row = bare(key);
    let app = over(&db, &row);
    app.attend_to_flags().unwrap();
    let ids = flags(&app);
    assert!(!ids.is_empty());
    for id in ids {
        match stage {
            "proposed" => continue,
            "dismissed" => {
                as_ann(&app, id, &Step::Dismiss);
                continue;
            }
            _ => notify(&app, id),
        }
        let token = reply::link(&app, id).unwrap();
        let kind = match stage {
            "answered" => Kind::Reply,
            "disputed" => Kind::IdentityError,
            _ => continue,
        };
        let text = "sentinel of a reply".to_owned();
        let documents = if kind == Kind::IdentityError {
            vec![documents::send(&app, &token, b"%PDF-1.7 our licence").unwrap().sha256]
        } else {
            Vec::new()
        };
        reply::send(&app, &token, &Reply { kind, text, documents }, 3).unwrap();
    }
    let public = told(&app, key);
    assert!(!public.contains("sentinel of a reply"));

    let twin_db = TestDb::new(Sqlite).unwrap();
    let twin = over(&twin_db, &silent(&row, &public));
    assert_eq!(twin.attend_to_flags().unwrap(), 0, "nothing is found about the twin");
    assert!(head(&twin.store) < head(&app.store), "the journal's number is nobody's to see");
    assert_eq!(public, told(&twin, key));
}

/// What is served of everything public, byte for byte, with its tags.
fn served(server: &TestApp, app: &Arc<App>, key: &str) -> Vec<(String, Option<String>, Vec<u8>)> {
    let stored = provider(app, key);
    let mut paths: Vec<String> = [
        "/v1/clinics?view=all&limit=50",
        "/v1/clinics?view=default&limit=50",
        "/v1/clinics?view=all&status=insufficient_information&limit=50",
        "/v1/providers?limit=50",
        "/v1/flags?limit=50",
        "/v1/changes?limit=500",
        "/v1/log/entries?limit=100",
        "/v1/log/proof/0",
        "/checkpoint",
        "/tile/0/000.p/1",
        "/readyz",
        "/health-of-the-directory",
        "/log",
        "/about",
        "/?view=all",
    ]
    .map(String::from)
    .into();
    let name: String =
        url::form_urlencoded::byte_serialize(stored.profile.name.as_bytes()).collect();
    paths.push(format!("/v1/check?q={name}"));
    paths.push(format!("/check?q={name}"));
    paths.push(format!("/es/check?q={name}"));
    for of in [stored.id.to_string(), stored.slug.clone()] {
        paths.push(format!("/v1/providers/{of}"));
        paths.push(format!("/v1/providers/{of}?as_of=2027-01-15"));
    }
    for site in &stored.sites {
        paths.push(format!("/v1/clinics/{}", site.slug));
        paths.push(format!("/v1/clinics/{}?as_of=2027-01-15", site.slug));
        paths.push(format!("/v1/clinics/{}/course-cost", site.slug));
        paths.push(format!("/clinics/{}", site.slug));
    }
    let ask = |path: String| {
        let reply = server.get(&path);
        assert!(matches!(reply.status, 200 | 404 | 422), "{path}: {}", reply.status);
        let tag = reply.header("etag").map(str::to_owned);
        // A problem names the request that it answers.
        let body = if reply.status == 200 { reply.body } else { Vec::new() };
        (path, tag, body)
    };
    paths.into_iter().map(ask).collect()
}

#[rstest]
fn what_is_served_is_the_same_to_the_byte_until_a_flag_is_published(
    #[values("F060", "F062", "F070", "F072")] key: &str,
) {
    let db = TestDb::new(Sqlite).unwrap();
    let app = over(&db, &bare(key));
    app.keep_log().unwrap();
    let server = TestApp::pages_over(&app);
    let before = served(&server, &app, key);
    assert!(before.iter().filter(|(_, tag, _)| tag.is_some()).count() >= 8);
    let log = |app: &App| app.store.read(|reader| reader.log_size()).unwrap();
    let (entries, writes) = (log(&app), head(&app.store));
    let same = |stage: &str| {
        app.catch_up().unwrap();
        app.keep_log().unwrap();
        for (before, after) in before.iter().zip(served(&server, &app, key)) {
            assert_eq!(before.1, after.1, "{stage}: the tag of {}", after.0);
            assert_eq!(
                String::from_utf8_lossy(&before.2),
                String::from_utf8_lossy(&after.2),
                "{stage}: {}",
                after.0
            );
        }
        assert_eq!(log(&app), entries, "{stage}: the public log");
    };

    assert!(app.attend_to_flags().unwrap() > 0);
    assert!(head(&app.store) > writes);
    same("proposed");
    let ids = flags(&app);
    ids.iter().for_each(|id| notify(&app, *id));
    same("notified");
    for id in &ids {
        let token = reply::link(&app, *id).unwrap();
        let text = "sentinel of a reply".to_owned();
        reply::send(&app, &token, &Reply { kind: Kind::Reply, text, documents: Vec::new() }, 3)
            .unwrap();
    }
    same("answered");
    let official: Vec<FlagId> =
        ids.into_iter().filter(|id| admin::one(&app, *id).unwrap().official_act).collect();
    assert_eq!(official.is_empty(), key != "F062");
    for id in official {
        // Once it is published all of it moves: the log, the revision and the tags.
        let ben = Actor::new(ActorKind::Person, "ben");
        decide(&app, (&ben, &Reason::new("test", "")), id, &Step::Publish, 3).unwrap();
        assert!(log(&app) > entries);
        let answers = ["/v1/clinics", "/v1/providers", "/v1/check", "/v1/flags"];
        for (before, after) in before.iter().zip(served(&server, &app, key)) {
            if answers.iter().any(|of| after.0.starts_with(of)) {
                assert_ne!(before.1, after.1, "{}", after.0);
            }
        }
    }
}
