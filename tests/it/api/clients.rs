//! Programs with a key, signing keys, and what several processes know of both.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bedside::{
    app::{App, keeper::Keeper},
    auth::{Role, Scope},
    clock::{Clock as _, SystemClock},
    config::Operator,
    store::{Actor, ActorKind, Options, Reason},
};
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::json;

use super::operations::client;
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    accounts::{signed_in, user},
    app::TestApp,
};

#[rstest]
fn a_key_is_shown_once_and_kept_as_a_digest(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, clock)) = TestApp::writable(backend) else { return };
    let admin = app.as_role(Role::Admin);
    let new = |days: i64| {
        let expires_at = clock.now() + TimeDelta::days(days);
        json!({"name": "A referrer", "scopes": ["directory.bulk"], "expires_at": expires_at})
            .to_string()
    };
    for days in [-1, 0, 400] {
        app.post_as(&admin, "/v1/admin/clients", new(days)).expect(400);
    }
    let made = app.post_as(&admin, "/v1/admin/clients", new(30)).expect(201).json();
    let key = made["key"].as_str().unwrap().to_owned();
    let at = format!("/v1/admin/clients/{}", made["id"].as_str().unwrap());
    assert!(app.get_as(&admin, &at).expect(200).json().get("key").is_none());
    assert!(app.get_as(&admin, &at).json().get("last_used_at").is_none());

    let bulk = |key: &str| {
        app.get_with("/v1/export/clinics", &[("Authorization", &format!("Bearer {key}"))])
    };
    let listings = bulk(&key).expect(200);
    assert_eq!(listings.header("content-type"), Some("application/x-ndjson"));
    app.app().note_uses().unwrap();
    app.post_as(&admin, &format!("{at}/disable"), r#"{"reason_code": "test"}"#).expect(200);
    bulk(&key).expect(401).expect_problem("unauthenticated");
    app.post_as(&admin, &format!("{at}/enable"), r#"{"reason_code": "test"}"#).expect(200);
    bulk(&key).expect(200);
    assert!(app.get_as(&admin, &at).json()["last_used_at"].is_string());

    let replaced =
        app.post_as(&admin, &format!("{at}/replace_key"), r#"{"reason_code": "lost"}"#).expect(200);
    let another = replaced.json()["key"].as_str().unwrap().to_owned();
    bulk(&key).expect(401);
    bulk(&another).expect(200);
    for at in 0..another.len() {
        let mut other = another.clone().into_bytes();
        other[at] = if other[at] == b'x' { b'y' } else { b'x' };
        let other = String::from_utf8(other).unwrap();
        assert!(app.app().identify(&other).is_none(), "{other}");
    }
    clock.set(clock.now() + TimeDelta::days(31));
    assert!(app.app().identify(&another).is_none(), "it has ended");

    // Nothing that is stored tells a key: every text of every table of accounts, and the journal.
    let secret = &another["bsd_live_".len() + 8..another.len() - 8];
    for table in ["journal", "clients", "client_uses", "users", "sessions"] {
        let columns = match table {
            "journal" => "coalesce(before, '') || reason || entity_id",
            "clients" => "id || key_id || document",
            "client_uses" => "client_id",
            _ => "id || document",
        };
        for text in app.db().texts(&format!("SELECT {columns} AS text FROM {table}")) {
            assert!(!text.contains(secret), "{table}: {text}");
        }
    }
}

#[test]
fn the_bulk_export_has_every_published_listing_once() {
    let app = TestApp::with_database();
    let (_, key) = client(&app, &[Scope::DirectoryBulk]);
    let reply = app.get_with("/v1/export/clinics", &[("Authorization", &key)]).expect(200);
    let lines: Vec<serde_json::Value> =
        chunked(&reply.text()).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let total = app.get("/v1/clinics?view=all&state=NY&limit=0").json()["meta"]["total"].clone();
    let in_ny = lines.iter().filter(|line| line["address"]["state"] == "NY").count();
    // Those that no search shows are in it too.
    assert!(in_ny > 0 && u64::try_from(in_ny).unwrap() >= total.as_u64().unwrap(), "{in_ny}");
    assert_eq!(lines.len(), app.app().catalog.load().len());
    let tag = reply.header("etag").unwrap();
    let headers = [("Authorization", key.as_str()), ("If-None-Match", tag)];
    app.get_with("/v1/export/clinics", &headers).expect(304);
}

/// The text of a body that came in chunks.
fn chunked(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((size, more)) = rest.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size, 16) else { return body.to_owned() };
        text.push_str(&more[..size]);
        rest = more[size..].trim_start_matches("\r\n");
    }
    text
}

#[rstest]
fn one_key_follows_another_without_a_refused_request(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, clock)) = TestApp::writable(backend) else { return };
    let operator = Actor::new(ActorKind::Operator, "test");
    let reason = Reason::new("test", "");
    let kids = || -> Vec<String> {
        let keys = app.get("/.well-known/jwks.json").expect(200).json();
        let keys = keys["keys"].as_array().unwrap().clone();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let account = user(app.app(), &[Role::Viewer]);
    let token = || signed_in(app.app(), account.clone(), false).access_token;
    let comes_in = |token: &str| app.app().identify(token).is_some();
    let old = token();
    let first = kids();
    assert_eq!(first.len(), 1);
    // Of two keys of one moment nobody could say which is the newer.
    clock.set(clock.now() + TimeDelta::seconds(1));
    app.app().rotate_keys(&operator, &reason, false).unwrap();
    assert_eq!(kids().len(), 2, "the next key is known before it signs");
    let began = clock.now();
    let mut held = vec![(old, began)];
    for second in (0..1_400).step_by(20) {
        let now = began + TimeDelta::seconds(second);
        clock.set(now);
        app.app().tend_keys().unwrap();
        for (token, made) in &held {
            let good = now < *made + TimeDelta::seconds(600);
            assert!(comes_in(token) || !good, "{second} s");
        }
        held.push((token(), now));
    }
    let last = kids();
    assert!(last.len() == 1 && last != first, "{first:?} {last:?}");

    // By age alone.
    clock.set(clock.now() + TimeDelta::days(31));
    app.app().tend_keys().unwrap();
    assert_eq!(kids().len(), 2);

    // A key that was stolen is taken away at once.
    let stolen = token();
    app.app().rotate_keys(&operator, &reason, true).unwrap();
    assert!(!comes_in(&stolen));
    assert!(comes_in(&token()));
    assert_eq!(kids().len(), 1);
}

/// Another process on the same database.
fn another(db: &TestDb) -> (Arc<App>, Keeper) {
    let clock = Arc::new(SystemClock);
    let store = db.store_with(clock.clone(), &Options::default());
    let app = App::open(store, clock, Operator::default()).unwrap();
    let keeper = Keeper::start(Arc::clone(&app));
    (app, keeper)
}

#[rstest]
fn what_is_taken_away_is_gone_in_every_process(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let ((here, _keeps), (there, _keeps_too)) = (another(&db), another(&db));
    let person = signed_in(&here, user(&here, &[Role::Viewer]), true);
    let admin = signed_in(&here, user(&here, &[Role::Admin]), true);
    let within = |what: &str, holds: &dyn Fn() -> bool| {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(5), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    within("a token is known there", &|| there.identify(&person.access_token).is_some());
    within("another too", &|| there.identify(&admin.access_token).is_some());

    let identity = here.identify(&person.access_token).unwrap();
    let actor = bedside::app::accounts::person(&identity, None);
    here.sign_out(&actor, &identity, false).unwrap();
    within("a session that ended", &|| there.identify(&person.access_token).is_none());

    let operator = Actor::new(ActorKind::Operator, "test");
    let spare = user(&here, &[Role::Admin]);
    let reason = Reason::new("test", "");
    let verb = bedside::app::accounts::UserVerb::Disable;
    here.act_on_user(&operator, &reason, admin.user.id, verb).unwrap();
    within("an account that was closed", &|| there.identify(&admin.access_token).is_none());

    let spare = signed_in(&here, spare, true);
    within("a third token", &|| there.identify(&spare.access_token).is_some());
    there.rotate_keys(&operator, &reason, true).unwrap();
    within("a key that was taken away", &|| here.identify(&spare.access_token).is_none());
}
