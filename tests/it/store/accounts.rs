//! Rows of accounts: their journal, without their secrets.

use bedside::{
    auth::{Role, Session, User},
    store::{Action, Credentials, Entity, EntityKind, Error, JournalFilter, Store},
};
use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use uuid::Uuid;

use super::{because, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
};

fn at() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn ann(n: u128) -> User {
    User {
        id: Uuid::from_u128(n),
        name: "ann".into(),
        roles: [Role::Editor].into(),
        disabled: false,
        version: 1,
        created_at: at(),
        updated_at: at(),
        password_set_at: at(),
        second_factor_at: None,
        second_factor_offered_at: None,
    }
}

fn secrets() -> Credentials {
    Credentials { totp_secret: Some(b"sentinel".to_vec()), ..Credentials::new("sentinel".into()) }
}

fn put(store: &Store, action: Action, user: &User) -> Result<(), Error> {
    store.write(&someone(), &because(), |tx| tx.put_user(action, user, &secrets())).map(drop)
}

#[rstest]
fn an_accounts_versions_can_be_read_and_its_secrets_cannot(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let first = ann(1);
    let second = User { version: 2, disabled: true, ..first.clone() };
    put(&store, Action::Create, &first).unwrap();
    put(&store, Action::Disable, &second).unwrap();
    let entity = Entity { kind: EntityKind::User, id: first.id.to_string() };
    let filter = JournalFilter { entity: Some(entity), public_only: false };
    let texts: Vec<String> = store
        .read(|reader| {
            let entries = reader.journal(&filter, 0, 9)?;
            assert_eq!(entries.len(), 2);
            assert!(!format!("{entries:?}").contains("sentinel"));
            entries.iter().map(|entry| Ok(reader.text_after(entry)?.unwrap())).collect()
        })
        .map_err(|error: Error| error)
        .unwrap();
    let read: Vec<User> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(read, [first.clone(), second]);
    assert!(!texts.concat().contains("sentinel"));

    db.execute("UPDATE users SET document = replace(document, 'editor', 'admin')");
    let found = store.read(|reader| {
        let last = reader.journal(&filter, 1, 9)?.pop().unwrap();
        reader.text_after(&last)
    });
    assert!(matches!(found, Err(Error::Corrupt { .. })), "{found:?}");
}

#[rstest]
fn names_are_taken_once_and_versions_follow_one_another(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    put(&store, Action::Create, &ann(1)).unwrap();
    assert!(matches!(put(&store, Action::Create, &ann(2)), Err(Error::Conflict(_))));
    for version in [1, 3] {
        let stale = put(&store, Action::Change, &User { version, ..ann(1) });
        assert!(matches!(stale, Err(Error::Stale { stored: 1, .. })), "{stale:?}");
    }
    let found = store.read(|reader| reader.user_by_name("ann")).unwrap().unwrap();
    assert_eq!(found, (ann(1), secrets()));
    assert_eq!(store.read(|reader| reader.user_by_name("Ann")).unwrap(), None);
}

#[rstest]
fn a_session_knows_its_tokens_and_its_end(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    put(&store, Action::Create, &ann(1)).unwrap();
    let session = Session {
        id: Uuid::from_u128(7),
        user: ann(1).id,
        second_factor: false,
        started_at: at(),
        expires_at: at() + TimeDelta::hours(1),
        refreshed_at: at(),
        ended_at: None,
    };
    let (first, second) = ([1; 32], [2; 32]);
    store.write(&someone(), &because(), |tx| tx.start_session(&session, &first)).unwrap();
    store
        .write(&someone(), &because(), |tx| tx.continue_session(&session, &first, &second))
        .unwrap();
    let met = |token| store.read(|reader| reader.refresh(&token)).unwrap().map(|met| met.used);
    assert_eq!((met(first), met(second), met([3; 32])), (Some(true), Some(false), None));
    let open = |now| store.read(|reader| reader.open_sessions(ann(1).id, now)).unwrap().len();
    assert_eq!((open(at()), open(at() + TimeDelta::hours(1))), (1, 0));

    let ended = Session { ended_at: Some(at()), ..session.clone() };
    store.write(&someone(), &because(), |tx| tx.end_session(&ended)).unwrap();
    assert_eq!(open(at()), 0);
    let since = |time| store.read(|reader| reader.account_states(time)).unwrap().ended;
    assert_eq!(since(at() - TimeDelta::seconds(1)), [session.id]);
    assert_eq!(since(at()), Vec::<Uuid>::new());

    // The database itself refuses a row without an entry.
    let orphan = std::panic::catch_unwind(|| {
        db.execute("UPDATE sessions SET seq = 999");
    });
    assert!(orphan.is_err());
}
