//! Signing in, going on, signing out; second factors; what an administrator does about accounts.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bedside::{
    app::{
        accounts::{DECIDERS, SignInError, UserVerb},
        keeper::Keeper,
        seal::SealKey,
    },
    auth::{Permission, Role, totp},
    clock::Clock as _,
    store::{Actor, ActorKind, Reason},
};
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value as Json, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    accounts::{PASSWORD, Person, signed_in, user},
    app::{Reply, TestApp},
};

fn sign_in(app: &TestApp, name: &str, password: &str) -> Reply {
    app.post("/v1/auth/token", json!({"username": name, "password": password}).to_string())
}

fn refresh(app: &TestApp, token: &str) -> Reply {
    app.post("/v1/auth/refresh", json!({"refresh_token": token}).to_string())
}

fn text(answer: &Json, member: &str) -> String {
    answer[member].as_str().unwrap_or_else(|| panic!("no {member}: {answer}")).to_owned()
}

/// Whether a person's access token is taken.
fn comes_in(app: &TestApp, access_token: &str) -> bool {
    app.app().identify(access_token).is_some()
}

#[rstest]
fn a_name_and_a_password_give_a_token_that_proves_who_it_is(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let viewer = user(app.app(), &[Role::Viewer]);
    let answer: Json = sign_in(&app, &viewer.name, PASSWORD).expect(200).json();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"Bearer".into(), &600.into()));
    let identity = app.app().identify(&text(&answer, "access_token")).unwrap();
    assert_eq!((identity.id, identity.name), (viewer.id, viewer.name.clone()));
    assert_eq!(Permission::ViewAdmin.granted_by(&identity.roles), Some(Role::Viewer));

    for (name, password) in [(viewer.name.as_str(), "something else"), ("nobody", PASSWORD)] {
        let refused = sign_in(&app, name, password).expect(401);
        refused.expect_problem("invalid-credentials");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
        assert_eq!(refused.header("cache-control"), Some("no-store"));
    }
}

#[rstest]
fn a_refresh_token_works_once_and_using_it_twice_ends_the_session(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((app, clock)) = TestApp::writable(backend) else { return };
    let person = app.as_role(Role::Viewer);
    clock.set(clock.now() + TimeDelta::minutes(11));
    assert!(!comes_in(&app, &person.access_token), "the access token has ended");
    let next = refresh(&app, &person.refresh_token).expect(200).json();
    let (access, second) = (text(&next, "access_token"), text(&next, "refresh_token"));
    assert!(comes_in(&app, &access));
    let third = refresh(&app, &second).expect(200).json();
    assert!(comes_in(&app, &text(&third, "access_token")));

    refresh(&app, &second).expect(401).expect_problem("invalid-credentials");
    assert!(!comes_in(&app, &access) && !comes_in(&app, &text(&third, "access_token")));
    refresh(&app, &text(&third, "refresh_token")).expect(401);
    refresh(&app, "nonsense").expect(401);
}

#[test]
fn a_session_ends_after_twelve_hours_however_often_it_is_continued() {
    let (app, clock) = TestApp::writable(Sqlite).unwrap();
    let mut token = app.as_role(Role::Viewer).refresh_token;
    let began = clock.now();
    for hours in [5, 10, 11] {
        clock.set(began + TimeDelta::hours(hours));
        token = text(&refresh(&app, &token).expect(200).json(), "refresh_token");
    }
    clock.set(began + TimeDelta::hours(12));
    refresh(&app, &token).expect(401);
}

#[rstest]
fn of_many_refreshes_at_once_one_wins(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some((app, _clock)) = TestApp::writable(backend) else { return };
    let person = app.as_role(Role::Viewer);
    let won: usize = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| match app.app().refresh(&person.refresh_token) {
                    Ok(_) => 1,
                    Err(SignInError::Refused) => 0,
                    Err(other) => panic!("{other:?}"),
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(won, 1);
    assert!(!comes_in(&app, &person.access_token), "it was used twice");
}

#[test]
fn signing_out_ends_one_session_or_all() {
    let app = TestApp::with_database();
    let account = user(app.app(), &[Role::Viewer]);
    let [one, two, three] = [(); 3].map(|()| signed_in(app.app(), account.clone(), false));
    app.post_as(&one, "/v1/auth/revoke", "{}").expect(204);
    assert!(!comes_in(&app, &one.access_token) && comes_in(&app, &two.access_token));
    refresh(&app, &one.refresh_token).expect(401);
    app.post_as(&two, "/v1/auth/revoke", r#"{"everywhere": true}"#).expect(204);
    assert!(!comes_in(&app, &two.access_token) && !comes_in(&app, &three.access_token));
    app.post_as(&two, "/v1/auth/revoke", "{}").expect(401);
    app.post_as(&signed_in(app.app(), account, false), "/v1/auth/revoke", r#"{"x": 1}"#)
        .expect(400)
        .expect_problem("invalid-body");
}

/// Sets a second factor up; its secret, and the session that goes on.
fn set_up(app: &TestApp, person: &Person) -> (Vec<u8>, Json) {
    let offer = app.post_as(person, "/v1/auth/totp", "{}").expect(200).json();
    let read = app.app().store.read(|reader| reader.user(person.user.id)).unwrap().unwrap();
    let secret = read.1.totp_offered.unwrap();
    assert_eq!(text(&offer, "secret"), totp::base32(&secret));
    assert!(text(&offer, "uri").starts_with("otpauth://totp/Bedside:person-"));
    let code = totp::code_now(&secret, app.app().clock.now());
    let body = json!({"code": code}).to_string();
    let answer = app.post_as(person, "/v1/auth/totp/confirm", body).expect(200).json();
    (secret, answer)
}

#[rstest]
fn an_administrator_may_do_nothing_before_the_second_factor(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((app, clock)) = TestApp::writable(backend) else { return };
    let account = user(app.app(), &[Role::Admin]);
    let first = sign_in(&app, &account.name, PASSWORD).expect(200).json();
    assert_eq!(first["second_factor_missing"], true);
    let half = Person {
        authorization: format!("Bearer {}", text(&first, "access_token")),
        ..signed_in(app.app(), account.clone(), false)
    };
    app.get_as(&half, "/v1/admin/users").expect(403).expect_problem("second-factor-missing");

    app.post_as(&half, "/v1/auth/totp/confirm", r#"{"code": "000000"}"#)
        .expect(409)
        .expect_problem("conflict");
    let (secret, answer) = set_up(&app, &half);
    assert_eq!(answer["second_factor_missing"], false);
    let whole = Person {
        authorization: format!("Bearer {}", text(&answer, "access_token")),
        ..half.clone()
    };
    app.get_as(&whole, "/v1/admin/users").expect(200);

    let with_code = |code: &str| {
        let body = json!({"username": account.name, "password": PASSWORD, "code": code});
        app.post("/v1/auth/token", body.to_string())
    };
    sign_in(&app, &account.name, PASSWORD).expect(401).expect_problem("second-factor-needed");
    let used = totp::code_now(&secret, clock.now());
    with_code(&used).expect(401).expect_problem("invalid-credentials");
    with_code("").expect(401);
    clock.set(clock.now() + TimeDelta::seconds(60));
    let fresh = totp::code_now(&secret, clock.now());
    assert_eq!(with_code(&fresh).expect(200).json()["second_factor_missing"], false);
    with_code(&fresh).expect(401).expect_problem("invalid-credentials");

    // A session that did not give the factor cannot replace it.
    let stolen = signed_in(app.app(), account.clone(), false);
    app.post_as(&stolen, "/v1/auth/totp", "{}").expect(409);
    // Nothing of the secret is in the journal.
    for entry in
        app.app().store.read(|reader| reader.journal(&Default::default(), 0, 1_000)).unwrap()
    {
        let shown = format!("{entry:?}");
        assert!(!shown.contains(&totp::base32(&secret)) && !shown.contains("argon2"), "{shown}");
    }
}

#[test]
fn a_second_factor_is_sealed_where_there_is_a_key() {
    let (app, clock) = TestApp::writable(Sqlite).unwrap();
    let account = user(app.app(), &[Role::Viewer]);
    let person = signed_in(app.app(), account.clone(), false);
    app.app().second_factor_key.set(SealKey::new(&[7; 32]).unwrap()).unwrap();
    let offer = app.post_as(&person, "/v1/auth/totp", "{}").expect(200).json();
    let stored = || app.app().store.read(|reader| reader.user(account.id)).unwrap().unwrap().1;
    let sealed = stored().totp_offered.unwrap();
    assert!(sealed.len() > totp::SECRET_BYTES);
    let secret = unbase32(&text(&offer, "secret"));
    assert!(!sealed.windows(8).any(|part| secret.starts_with(part)));
    let confirm = json!({"code": totp::code_now(&secret, clock.now())}).to_string();
    app.post_as(&person, "/v1/auth/totp/confirm", confirm).expect(200);
    assert_eq!(stored().totp_secret, Some(sealed));

    clock.set(clock.now() + TimeDelta::seconds(60));
    let body = |code: String| {
        json!({"username": account.name, "password": PASSWORD, "code": code}).to_string()
    };
    app.post("/v1/auth/token", body("000000".into())).expect(401);
    app.post("/v1/auth/token", body(totp::code_now(&secret, clock.now()))).expect(200);
}

/// What base32 stands for.
fn unbase32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        held = ((held << 5) | u32::from(value)) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).unwrap());
        }
    }
    bytes
}

#[test]
fn guesses_are_slowed_and_the_owner_on_a_known_device_is_not() {
    let (app, clock) = TestApp::writable(Sqlite).unwrap();
    let account = user(app.app(), &[Role::Viewer]);
    let known = text(&sign_in(&app, &account.name, PASSWORD).expect(200).json(), "device_token");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        for _ in 0..10 {
            statuses.push(sign_in(&app, &account.name, "a wrong one").status);
        }
        clock.set(clock.now() + TimeDelta::minutes(1));
    }
    let checked = statuses.iter().filter(|status| **status == 401).count();
    assert_eq!((checked, statuses.len()), (20, 40), "{statuses:?}");
    let slowed = sign_in(&app, &account.name, PASSWORD).expect(429);
    slowed.expect_problem("too-many-requests");
    let wait: i64 = slowed.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");

    let with_device = |name: &str, device: &str| {
        let body = json!({"username": name, "password": PASSWORD, "device_token": device});
        app.post("/v1/auth/token", body.to_string())
    };
    with_device(&account.name, &known).expect(200);
    with_device(&account.name, "nonsense").expect(429);
    // A device of one account is no device of another.
    let other = user(app.app(), &[Role::Viewer]);
    clock.set(clock.now() + TimeDelta::minutes(1));
    for _ in 0..20 {
        sign_in(&app, &other.name, "a wrong one");
        clock.set(clock.now() + TimeDelta::seconds(7));
    }
    with_device(&other.name, &known).expect(429);
}

#[test]
fn an_administrator_makes_changes_and_closes_accounts() {
    let app = TestApp::with_database();
    let admin = app.as_role(Role::Admin);
    let new = json!({"name": "ben", "password": "five herons in a row", "roles": ["editor"]});
    let made = app.post_as(&admin, "/v1/admin/users", new.to_string()).expect(201);
    let at = made.header("location").unwrap().to_owned();
    let ben = made.json();
    assert_eq!(at, format!("/v1/admin/users/{}", text(&ben, "id")));
    assert_eq!(made.header("etag"), Some("\"1\""));
    assert!(ben.get("password").is_none());
    app.post_as(&admin, "/v1/admin/users", new.to_string()).expect(409).expect_problem("conflict");
    for (name, password) in
        [("Ben", "five herons in a row"), ("bob", "password1"), ("bob", "short"), ("b", PASSWORD)]
    {
        let body = json!({"name": name, "password": password, "roles": []}).to_string();
        app.post_as(&admin, "/v1/admin/users", body).expect(400).expect_problem("invalid-body");
    }

    let session = sign_in(&app, "ben", "five herons in a row").expect(200).json();
    let token = text(&session, "access_token");
    let patch = |headers: &[(&str, &str)], body: Json| {
        app.send_as(&admin, "PATCH", &at, headers, body.to_string())
    };
    let roles = json!({"roles": ["verifier"], "reason_code": "new_task"});
    patch(&[], roles.clone()).expect(428).expect_problem("precondition-required");
    patch(&[("If-Match", "\"9\"")], roles.clone()).expect(412);
    patch(&[("If-Match", "\"x\"")], roles.clone()).expect(412);
    patch(&[("If-Match", "x")], roles.clone()).expect(400).expect_problem("bad-request");
    patch(&[("If-Match", "\"1\"")], json!({"roles": null})).expect(400);
    let changed = patch(&[("If-Match", "\"1\"")], roles).expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let identity = app.app().identify(&token).expect("the session goes on");
    assert!(identity.role_for(Permission::PublishListings).is_some(), "with the new role");

    let why = r#"{"reason_code": "left_the_team"}"#;
    app.post_as(&admin, &format!("{at}/disable"), why).expect(200);
    assert!(!comes_in(&app, &token));
    sign_in(&app, "ben", "five herons in a row").expect(401);
    app.post_as(&admin, &format!("{at}/disable"), why).expect(409);
    app.post_as(&admin, &format!("{at}/enable"), why).expect(200);
    sign_in(&app, "ben", "five herons in a row").expect(200);
    app.post_as(&admin, &format!("{at}/crown"), why).expect(404);
    app.post_as(&admin, &format!("{at}/disable"), r#"{"reason_code": "No Code"}"#).expect(400);
}

#[test]
fn somebody_else_decides_about_an_account_and_somebody_is_always_left_who_can() {
    let app = TestApp::with_database();
    let (ann, ben) = (app.as_role(Role::Admin), app.as_role(Role::Admin));
    let at = |who: &Person| format!("/v1/admin/users/{}", who.user.id);
    let why = r#"{"reason_code": "test"}"#;
    for verb in UserVerb::ALL {
        app.post_as(&ann, &format!("{}/{verb}", at(&ann)), why).expect(409);
    }
    for body in [r#"{"roles": ["viewer"]}"#, r#"{"password": "six swans on the lake"}"#] {
        app.send_as(&ann, "PATCH", &at(&ann), &[("If-Match", "\"1\"")], body).expect(409);
    }
    let renamed = r#"{"name": "ann-the-first"}"#;
    app.send_as(&ann, "PATCH", &at(&ann), &[("If-Match", "\"1\"")], renamed).expect(200);
    app.post_as(&ben, &format!("{}/disable", at(&ann)), why).expect(200);
    app.get_as(&ann, "/v1/admin/users").expect(401);

    let operator = Actor::new(ActorKind::Operator, "test");
    let reason = Reason::new("test", "");
    let last = app.app().act_on_user(&operator, &reason, ben.user.id, UserVerb::Disable);
    assert!(last.unwrap_err().to_string().contains("the last account"));
}

#[test]
fn a_password_is_changed_by_whoever_knows_it() {
    let app = TestApp::with_database();
    let account = user(app.app(), &[Role::Viewer]);
    let here = signed_in(app.app(), account.clone(), false);
    let there = signed_in(app.app(), account.clone(), false);
    let change = |present: &str, password: &str| {
        let body = json!({"present": present, "password": password}).to_string();
        app.post_as(&here, "/v1/auth/password", body)
    };
    change("a wrong one", "six swans on the lake").expect(401);
    change(PASSWORD, "12345678").expect(400).expect_problem("invalid-body");
    change(PASSWORD, "six swans on the lake").expect(204);
    assert!(comes_in(&app, &here.access_token) && !comes_in(&app, &there.access_token));
    sign_in(&app, &account.name, PASSWORD).expect(401);
    sign_in(&app, &account.name, "six swans on the lake").expect(200);
}

#[test]
fn a_password_that_was_hashed_with_less_effort_is_hashed_anew() {
    use argon2::{Argon2, Params, password_hash::PasswordHasher as _};
    let app = TestApp::with_database();
    let account = user(app.app(), &[Role::Viewer]);
    let weak = Argon2::from(Params::new(8_192, 1, 1, None).unwrap());
    let weak = weak.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    app.db().execute(&format!("UPDATE users SET password = '{weak}' WHERE id = '{}'", account.id));
    sign_in(&app, &account.name, PASSWORD).expect(200);
    let hash = app.db().texts("SELECT password AS text FROM users").pop().unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    sign_in(&app, &account.name, PASSWORD).expect(200);
}

#[test]
fn those_who_can_decide_about_flags_are_counted() {
    let app = TestApp::with_database();
    assert_eq!(app.app().deciders(), 0);
    app.as_role(Role::Verifier);
    let admin = app.as_role(Role::Admin);
    let officers = [app.as_role(Role::ComplianceOfficer), app.as_role(Role::ComplianceOfficer)];
    assert_eq!(app.app().deciders(), DECIDERS);
    let path = format!("/v1/admin/users/{}/disable", officers[0].user.id);
    app.post_as(&admin, &path, r#"{"reason_code": "test"}"#).expect(200);
    assert_eq!(app.app().deciders(), DECIDERS - 1);
}

#[test]
fn while_the_database_is_away_nobody_comes_in_and_everybody_may_search() {
    let app = TestApp::with_database();
    let admin = app.as_role(Role::Admin);
    let _keeper = Keeper::start(Arc::clone(app.app()));
    let file = app.db().file.clone().unwrap();
    let away = file.with_extension("away");
    std::fs::rename(&file, &away).unwrap();
    let until = |takes_writes: bool| {
        let patience = Instant::now() + Duration::from_secs(20);
        while app.app().takes_writes() != takes_writes {
            assert!(Instant::now() < patience);
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until(false);
    app.get_as(&admin, "/v1/admin/users").expect(503).expect_problem("unavailable");
    sign_in(&app, &admin.user.name, PASSWORD).expect(503);
    app.get("/v1/clinics?state=NY&view=all").expect(200);
    std::fs::rename(&away, &file).unwrap();
    until(true);
    app.get_as(&admin, "/v1/admin/users").expect(200);
}
