//! A request that is sent again has one effect.

use bedside::{
    app::editorial::{EditError, Errand, Retry, create, read, versions},
    clock::Clock as _,
};
use chrono::TimeDelta;
use rstest::rstest;

use super::{BECAUSE, line, person};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{TODAY, app_on},
};

fn key(name: &str, request: u8) -> Retry {
    Retry { key: name.to_owned(), request: [request; 32] }
}

#[rstest]
fn the_same_key_fifty_times_at_once_makes_one_listing(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..50)
            .map(|_| {
                scope.spawn(|| {
                    let ann = person("ann");
                    let retry = key("k", 1);
                    let errand = Errand { retry: Some(&retry), ..ann.errand() };
                    create(&app, errand, line(1))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let made: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert!(!made.is_empty());
    assert!(made.iter().all(|receipt| *receipt == made[0]), "one answer");
    let others = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    for other in others {
        assert!(matches!(other, EditError::KeyRunning), "{other}");
    }
    assert_eq!(app.store.read(|reader| reader.provider_count()).unwrap(), 1);
    let history = versions(&app, made[0].id, 10, None, ("/".into(), "/")).unwrap();
    assert_eq!(history.data.len(), 1, "one effect");
}

#[rstest]
fn a_key_is_one_persons_for_one_request_and_a_day(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, clock) = app_on(&db, TODAY);
    let make = |who: &str, number: u16, retry: &Retry| {
        let who = person(who);
        let errand = Errand { retry: Some(retry), reason: &BECAUSE, ..who.errand() };
        create(&app, errand, line(number))
    };
    let first = make("ann", 1, &key("k", 1)).unwrap();
    assert_eq!(make("ann", 1, &key("k", 1)).unwrap(), first);
    assert!(matches!(make("ann", 2, &key("k", 2)), Err(EditError::KeyReused)));
    // What failed is not remembered.
    assert!(matches!(make("ann", 1, &key("other", 1)), Err(EditError::Conflict(_))));
    assert!(make("ann", 2, &key("other", 2)).is_ok());
    // Another person's key of the same name is another key.
    assert!(make("ben", 3, &key("k", 3)).is_ok());
    clock.set(clock.now() + TimeDelta::hours(23));
    assert_eq!(make("ann", 1, &key("k", 1)).unwrap(), first);
    clock.set(clock.now() + TimeDelta::hours(1));
    assert!(make("ann", 4, &key("k", 4)).is_ok(), "a day later it is free");
    let kept = db.texts("SELECT actor || ' ' || key AS text FROM idempotency_keys ORDER BY 1");
    assert_eq!(kept, ["ann k"], "and what is older than a day is gone");
    assert_eq!(read(&app, first.id).unwrap().data.version, 1);
}
