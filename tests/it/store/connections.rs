//! What every pooled connection is set to, and what happens when the database goes away.

use std::{collections::HashMap, fs, sync::Arc, time::Instant};

use bedside::{
    clock::SystemClock,
    store::{Action, Error, Options, Prepare, Reader, Store},
};
use rstest::rstest;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::provider,
};

const CONNECTIONS: u32 = 3;

fn pool_of_three(db: &TestDb) -> Store {
    let options = Options { connections: CONNECTIONS, ..Options::default() };
    db.store_with(Arc::new(SystemClock), &options)
}

/// Calls `look` with every connection of the pool, by holding each while it takes the next.
fn with_each(store: &Store, left: u32, look: &mut dyn FnMut(&mut Reader<'_>)) {
    if left == 0 {
        return;
    }
    store
        .read(|reader| {
            look(reader);
            with_each(store, left - 1, look);
            Ok::<_, Error>(())
        })
        .unwrap();
}

#[rstest]
fn every_pooled_connection_is_durable_and_patient(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = pool_of_three(&db);
    let wanted: HashMap<&str, &str> = match backend {
        // synchronous 2 is FULL.
        Sqlite => [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("busy_timeout", "5000"),
            ("foreign_keys", "1"),
        ]
        .into(),
        Postgres => [
            ("synchronous_commit", "on"),
            ("statement_timeout", "5s"),
            ("application_name", "bedside"),
            ("in_recovery", "false"),
        ]
        .into(),
    };
    let mut looked = 0;
    with_each(&store, CONNECTIONS, &mut |reader| {
        let settings = reader.connection_settings().unwrap();
        let found: HashMap<&str, &str> =
            settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(found, wanted);
        looked += 1;
    });
    assert_eq!(looked, CONNECTIONS);
}

#[rstest]
fn an_exhausted_pool_answers_in_time(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = pool_of_three(&db);
    let mut left = CONNECTIONS;
    with_each(&store, CONNECTIONS, &mut |_| {
        left -= 1;
        if left == 0 {
            let asked = Instant::now();
            let error = store.ping().unwrap_err();
            assert!(error.is_unavailable(), "{error:?}");
            assert!((400..2_000).contains(&asked.elapsed().as_millis()), "{:?}", asked.elapsed());
        }
    });
    store.ping().unwrap();
}

#[test]
fn a_server_that_may_lose_answered_writes_is_refused() {
    let Some(mut db) = TestDb::new(Postgres) else { return };
    let url = db.url.clone();
    db.url = format!("{url}%20-c%20synchronous_commit%3Doff");
    let refused = Store::open(db.target(), &Options::default(), Arc::new(SystemClock));
    match refused {
        Err(Error::Unsafe { setting, .. }) => assert_eq!(setting, "synchronous_commit = off"),
        other => panic!("{other:?}"),
    }
    db.url = url;
    db.store().ping().unwrap();
}

/// A database whose connections can be told from those of other tests.
fn with_its_own_name() -> Option<(TestDb, String)> {
    let mut db = TestDb::new(Postgres)?;
    let name = db.schema.clone().unwrap();
    db.url.push_str("&application_name=");
    db.url.push_str(&name);
    Some((db, name))
}

/// Ends the server's side of every connection of a store, as a restart does.
fn cut(db: &TestDb, name: &str) {
    db.execute(&format!(
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity \
         WHERE application_name = '{name}' AND pid <> pg_backend_pid()"
    ));
}

/// Several dead connections at once: the next write goes through without help.
#[test]
fn cut_connections_are_replaced() {
    let Some((db, name)) = with_its_own_name() else { return };
    let store = pool_of_three(&db);
    with_each(&store, CONNECTIONS, &mut |_| {});
    cut(&db, &name);
    let asked = Instant::now();
    put(&store, Action::Create, &provider("a")).unwrap();
    assert!(asked.elapsed().as_millis() < 2_000, "{:?}", asked.elapsed());
}

/// A connection that is cut in the middle of a write fails that write and is not used again.
#[test]
fn a_connection_cut_in_a_write_is_given_up() {
    let Some((db, name)) = with_its_own_name() else { return };
    let options = Options { connections: 1, ..Options::default() };
    let store = db.store_with(Arc::new(SystemClock), &options);
    let broken = store.write(&someone(), &because(), |tx| {
        tx.put_provider(Action::Create, &provider("a"))?;
        cut(&db, &name);
        tx.put_provider(Action::Create, &provider("b"))
    });
    assert!(matches!(&broken, Err(error) if error.is_unavailable()), "{broken:?}");
    assert_eq!(put(&store, Action::Create, &provider("c")).unwrap().head, 1);
}

/// SQLSTATE 25006, as from an old primary after a failover: unavailable, not a fault of ours,
/// and the connection is not used again, since the next may lead to the new primary.
#[test]
fn a_server_that_takes_no_writes_is_given_up() {
    let Some((mut db, name)) = with_its_own_name() else { return };
    let url = db.url.clone();
    db.url = url.replace(
        "&application_name",
        "%20-c%20default_transaction_read_only%3Don&target_session_attrs=any&application_name",
    );
    let options = Options { connections: 1, prepare: Prepare::Nothing, ..Options::default() };
    let store = db.store_with(Arc::new(SystemClock), &options);
    let pid = |db: &TestDb| {
        db.texts(&format!(
            "SELECT CAST(pid AS TEXT) AS text FROM pg_stat_activity \
             WHERE application_name = '{name}' AND pid <> pg_backend_pid()"
        ))
    };
    store.ping().unwrap();
    let before = pid(&db);
    assert_eq!(before.len(), 1);
    let refused = put(&store, Action::Create, &provider("a"));
    assert!(matches!(&refused, Err(error) if error.is_unavailable()), "{refused:?}");
    store.ping().unwrap();
    assert_ne!(pid(&db), before);
    drop(store);
    db.url = url;
}

/// SQLite itself would go on writing into a file that nobody can find any more.
#[test]
fn a_file_that_was_moved_away_takes_no_writes() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = db.store();
    put(&store, Action::Create, &provider("a")).unwrap();
    let file = db.file.as_ref().unwrap();
    let away = file.with_extension("away");
    for suffix in ["", "-wal", "-shm"] {
        let part = format!("{}{suffix}", file.display());
        fs::rename(&part, format!("{}{suffix}", away.display())).unwrap();
    }
    let refused = put(&store, Action::Create, &provider("b"));
    assert!(matches!(&refused, Err(error) if error.is_unavailable()), "{refused:?}");
    assert!(!file.exists(), "a lost file is not made anew");
    for suffix in ["", "-wal", "-shm"] {
        let part = format!("{}{suffix}", away.display());
        if fs::exists(&part).unwrap() {
            fs::rename(part, format!("{}{suffix}", file.display())).unwrap();
        }
    }
    assert_eq!(put(&store, Action::Create, &provider("c")).unwrap().head, 2);
}
