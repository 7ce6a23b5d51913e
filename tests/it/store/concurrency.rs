//! Many writers: no failure, no gap, no lost update.

use bedside::store::{Action, Error, JournalFilter};
use rstest::rstest;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::{provider, renamed},
};

const THREADS: i64 = 4;
const WRITES: i64 = 50;

/// Each thread has a store of its own, as each process has, and every write reads the state
/// that it then changes.
#[rstest]
fn read_then_write_from_many_sides_leaves_no_gap(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let shared = provider("shared");
    put(&db.store(), Action::Create, &shared).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = db.store();
            let id = shared.id;
            scope.spawn(move || {
                for write in 0..WRITES {
                    store
                        .write(&someone(), &because(), |tx| {
                            let now = tx.read().provider(id)?.unwrap();
                            let next = renamed(&now, &format!("{thread}-{write}"));
                            tx.put_provider(Action::Change, &next)
                        })
                        .unwrap();
                }
            });
        }
    });
    let store = db.store();
    let entries = store.read(|reader| reader.journal(&JournalFilter::default(), 0, 1_000)).unwrap();
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=1 + THREADS * WRITES).collect::<Vec<_>>());
    assert!(entries.is_sorted_by_key(|entry| entry.at));
    let last = store.read(|reader| reader.provider(shared.id)).unwrap().unwrap();
    assert_eq!(last.version, 1 + THREADS * WRITES);
}

/// Whoever follows the numbers while others write sees each entry once.
#[rstest]
fn a_follower_never_skips_or_repeats(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = store.clone();
            scope.spawn(move || {
                for write in 0..WRITES {
                    put(&store, Action::Create, &provider(&format!("{thread}-{write}"))).unwrap();
                }
            });
        }
        let (mut at, mut seen) = (0, Vec::new());
        while at < THREADS * WRITES {
            let changes = store.read(|reader| reader.changed_since(at, 7)).unwrap();
            assert_eq!(changes.head - at, i64::try_from(changes.providers.len()).unwrap());
            at = changes.head;
            seen.extend(changes.providers);
        }
        let distinct: std::collections::HashSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len());
        assert_eq!(i64::try_from(seen.len()).unwrap(), THREADS * WRITES);
    });
}

/// A writer that takes too long makes the others fail in time, not wait for ever.
#[rstest]
fn a_slow_writer_is_not_waited_for_for_ever(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let options = bedside::store::Options {
        turn_wait: std::time::Duration::from_millis(20),
        ..Default::default()
    };
    let store = db.store_with(std::sync::Arc::new(bedside::clock::SystemClock), &options);
    store
        .write(&someone(), &because(), |_| {
            let second = put(&store, Action::Create, &provider("a"));
            assert!(matches!(&second, Err(error) if error.is_unavailable()), "{second:?}");
            Ok::<_, Error>(())
        })
        .unwrap();
    put(&store, Action::Create, &provider("a")).unwrap();
}
