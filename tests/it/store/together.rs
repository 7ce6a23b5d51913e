//! Small writes that are committed together: each stands or falls by itself until the commit,
//! and by the commit all stand or fall.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use bedside::store::{Action, Done, Error, JournalFilter, Store, Tx};
use rstest::rstest;

use super::{because, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::provider,
};

/// Two writes that meet seldom need more tries than one.
const TRIES: usize = 50;

type Outcome = std::thread::Result<Result<Done<u64>, Error>>;

/// Stores a provider of a name, and says in which transaction.
fn put(tx: &mut Tx<'_>, name: &str) -> Result<u64, Error> {
    tx.put_provider(Action::Create, &provider(name))?;
    Ok(tx.transaction())
}

/// Writes twice, the second while the first is in its turn, so that it waits for it.
fn meet(
    store: &Store,
    first: impl FnOnce(&mut Tx<'_>) -> Result<u64, Error> + Send,
    second: impl FnOnce(&mut Tx<'_>) -> Result<u64, Error> + Send,
) -> (Outcome, Outcome) {
    let write = |change: &mut dyn FnMut(&mut Tx<'_>) -> Result<u64, Error>| {
        catch_unwind(AssertUnwindSafe(|| {
            store.write_with_others(&someone(), &because(), |tx| change(tx))
        }))
    };
    let (mut first, mut second) = (Some(first), Some(second));
    std::thread::scope(|scope| {
        let (begun, has_begun) = mpsc::channel();
        let one = scope.spawn(move || {
            write(&mut |tx| {
                begun.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(20));
                first.take().unwrap()(tx)
            })
        });
        has_begun.recv().unwrap();
        let other = write(&mut |tx| second.take().unwrap()(tx));
        (one.join().unwrap(), other)
    })
}

/// The names of the providers, by number of entry.
fn names(db: &TestDb) -> Vec<String> {
    db.texts("SELECT source_key AS text FROM providers ORDER BY seq")
}

#[rstest]
fn nobody_is_told_of_success_before_the_common_commit(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let (store, stranger) = (db.store(), db.store());
    for n in 0..TRIES {
        let before = stranger.read(|reader| reader.head()).unwrap();
        let (mut seen, mut outside) = (0, 0);
        let (one, other) = meet(
            &store,
            |tx| put(tx, &format!("{n}-one")),
            |tx| {
                seen = tx.read().head()?;
                outside = stranger.read(|reader| reader.head())?;
                put(tx, &format!("{n}-other"))
            },
        );
        let (one, other) = (one.unwrap().unwrap(), other.unwrap().unwrap());
        assert_eq!((one.head, other.head), (before + 1, before + 2));
        assert_eq!(seen, before + 1, "a write sees those before it");
        if one.value == other.value {
            assert_eq!(outside, before, "and nobody else does before the commit");
            let entries =
                store.read(|reader| reader.journal(&JournalFilter::default(), 0, 1_000)).unwrap();
            let numbers: Vec<i64> = entries.iter().map(|entry| entry.seq).collect();
            assert_eq!(numbers, (1..=other.head).collect::<Vec<_>>());
            assert!(entries.is_sorted_by_key(|entry| entry.at));
            return;
        }
    }
    panic!("two writes never met");
}

#[rstest]
fn what_fails_undoes_itself_alone(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let mut kept = Vec::new();
    for n in 0..TRIES {
        let mut met = None;
        let (one, other) = meet(
            &store,
            |tx| put(tx, &format!("{n}-one")),
            |tx| {
                met = Some(put(tx, &format!("{n}-other"))?);
                // The database itself refuses this, which PostgreSQL takes as the end of all.
                tx.put_provider(Action::Create, &provider(&format!("{n}-one")))?;
                Ok(0)
            },
        );
        assert!(
            matches!(other, Ok(Err(Error::Conflict(_) | Error::SlugTaken { .. }))),
            "{other:?}"
        );
        kept.push(format!("{n}-one"));
        assert_eq!(names(&db), kept);
        if Some(one.unwrap().unwrap().value) == met {
            let next = store.write(&someone(), &because(), |tx| put(tx, "next")).unwrap();
            assert_eq!(next.head, i64::try_from(kept.len()).unwrap() + 1, "no gap");
            return;
        }
    }
    panic!("two writes never met");
}

#[rstest]
fn where_the_transaction_is_lost_everybody_is_told(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    for n in 0..TRIES {
        let before = names(&db);
        let (one, other) = meet(
            &store,
            |tx| put(tx, &format!("{n}-one")),
            |tx| {
                put(tx, &format!("{n}-other"))?;
                std::panic::resume_unwind(Box::new("as meant"))
            },
        );
        assert!(other.is_err(), "the panic comes out");
        match one.unwrap() {
            // They did not meet.
            Ok(_) => assert_eq!(names(&db).len(), before.len() + 1),
            Err(error) => {
                assert!(error.is_unavailable(), "{error}");
                assert_eq!(names(&db), before);
                store.write(&someone(), &because(), |tx| put(tx, "next")).unwrap();
                return;
            }
        }
    }
    panic!("two writes never met");
}

/// A write that may take long commits what others left to it before it begins.
#[rstest]
fn a_long_write_keeps_nobody_waiting(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let answered = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (begun, has_begun) = mpsc::channel();
        let (store, answered) = (&store, &answered);
        scope.spawn(move || {
            let done = store.write_with_others(&someone(), &because(), |tx| {
                begun.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(20));
                put(tx, "one")
            });
            answered.store(true, Ordering::Relaxed);
            done.unwrap();
        });
        has_begun.recv().unwrap();
        store
            .write(&someone(), &because(), |tx| {
                for _ in 0..1_000 {
                    if answered.load(Ordering::Relaxed) {
                        return put(tx, "other");
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
                panic!("the first is not told while the second takes its time");
            })
            .unwrap();
    });
    assert_eq!(names(&db), ["one", "other"]);
}
