//! Loading everything, following changes, finding by key.

use std::sync::Arc;

use bedside::{
    clock::SystemClock,
    store::{Action, Actor, ActorKind, Document, Error, MetaKey, Options, Store},
};
use rstest::rstest;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::{provider, renamed},
};

/// Stores this many providers and returns them in the order of their ids.
fn fill(store: &Store, count: usize) -> Vec<bedside::domain::provider::Provider> {
    let mut all: Vec<_> = (0..count).map(|n| provider(&format!("p{n}"))).collect();
    let changes: Vec<_> = all.iter().map(|provider| (Action::Create, provider)).collect();
    store.write(&someone(), &because(), |tx| tx.put_providers(&changes)).unwrap();
    all.sort_by_key(|provider| provider.id);
    all
}

#[rstest]
fn every_provider_is_handed_over_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    // More than one statement's worth of rows and of keys.
    let all = fill(&store, 1_203);
    let mut sizes = Vec::new();
    let mut read = Vec::new();
    let head = store
        .read(|reader| {
            reader.for_each_batch(500, |batch| {
                sizes.push(batch.len());
                for document in batch {
                    read.push(document.provider()?);
                }
                Ok::<_, Error>(())
            })
        })
        .unwrap();
    assert_eq!((head, sizes), (1_203, vec![500, 500, 203]));
    assert_eq!(read, all);

    let ids: Vec<_> = all.iter().map(|provider| provider.id).collect();
    let documents = store.read(|reader| reader.documents(&ids)).unwrap();
    assert_eq!(documents.len(), all.len());
    let keys: Vec<_> = all.iter().map(|provider| provider.source_key.as_str()).collect();
    let by_key = store.read(|reader| reader.by_source_keys(&keys)).unwrap();
    assert_eq!(by_key.len(), all.len());
    assert_eq!(by_key["p7"].provider().unwrap().source_key, "p7");

    let stopped =
        store.read(|reader| reader.for_each_batch(500, |_| Err::<(), _>(Error::Target("enough"))));
    assert!(matches!(stopped, Err(Error::Target("enough"))));
}

#[rstest]
fn a_load_sees_one_state_of_the_database(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let all = fill(&store, 10);
    let mut seen = Vec::new();
    let head = store
        .read(|reader| {
            reader.for_each_batch(3, |batch| {
                if seen.is_empty() {
                    // Someone writes meanwhile.
                    put(&store, Action::Change, &renamed(all.last().unwrap(), "meanwhile"))?;
                    put(&store, Action::Create, &provider("late"))?;
                }
                for document in batch {
                    seen.push(document.provider()?);
                }
                Ok::<_, Error>(())
            })
        })
        .unwrap();
    assert_eq!((head, seen), (10, all));
    assert_eq!(store.read(|reader| reader.head()).unwrap(), 12);
}

#[rstest]
fn changes_are_followed_without_a_gap(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let all = fill(&store, 3);
    store.write(&someone(), &because(), |tx| tx.set_meta(MetaKey::CursorKey, "x")).unwrap();
    put(&store, Action::Change, &renamed(&all[0], "again")).unwrap();

    let since = |seq, limit| store.read(|reader| reader.changed_since(seq, limit)).unwrap();
    let changes = since(0, 100);
    assert_eq!((changes.head, changes.providers.len(), changes.more), (5, 3, false));
    let changes = since(3, 100);
    assert_eq!((changes.head, changes.providers), (5, vec![all[0].id]));
    let changes = since(3, 1);
    assert_eq!((changes.head, changes.providers, changes.more), (4, vec![], true));
    let changes = since(5, 100);
    assert_eq!((changes.head, changes.providers, changes.more), (5, vec![], false));
}

#[rstest]
fn what_is_not_there_is_none(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    store
        .read(|reader| {
            assert_eq!(reader.head()?, 0);
            assert_eq!(reader.provider(provider("x").id)?, None);
            assert!(reader.documents(&[provider("x").id])?.is_empty());
            assert!(reader.by_source_keys(&["x"])?.is_empty());
            assert!(reader.by_source_keys(&[])?.is_empty());
            assert_eq!(reader.meta(MetaKey::CursorKey)?, None);
            assert_eq!(reader.for_each_batch(9, |_| Ok::<_, Error>(()))?, 0);
            Ok::<_, Error>(())
        })
        .unwrap();
}

#[rstest]
fn only_a_person_who_publishes_counts_as_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let published = || store.read(|reader| reader.person_has_published()).unwrap();
    let operator = Actor::new(ActorKind::Operator, "import");
    store
        .write(&operator, &because(), |tx| tx.put_provider(Action::Publish, &provider("a")))
        .unwrap();
    put(&store, Action::Create, &provider("b")).unwrap();
    assert!(!published());
    put(&store, Action::Publish, &provider("c")).unwrap();
    assert!(published());
}

/// The load reads in the order of ids, a page after the other: both databases must order
/// text by bytes, or a page would be lost.
#[rstest]
fn ids_are_ordered_by_bytes(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    db.execute(
        "INSERT INTO meta VALUES ('a-b', ''), ('B', ''), ('ab', ''), ('a_c', ''), ('é', '')",
    );
    assert_eq!(
        db.texts("SELECT key AS text FROM meta WHERE key <> 'application' ORDER BY key"),
        ["B", "a-b", "a_c", "ab", "é"]
    );
}

#[rstest]
fn a_document_that_cannot_be_true_is_an_error(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store_with(Arc::new(SystemClock), &Options::default());
    let it = provider("a");
    put(&store, Action::Create, &it).unwrap();
    let document = store.read(|reader| reader.documents(&[it.id])).unwrap().remove(0);
    let another = Document { id: provider("b").id, ..document };
    assert!(matches!(another.provider(), Err(Error::Corrupt { .. })));
    db.execute("UPDATE providers SET document = '{}'");
    let read = store.read(|reader| reader.provider(it.id));
    assert!(
        matches!(&read, Err(Error::Corrupt { what, .. })
        if what.contains(&it.id.to_string())),
        "{read:?}"
    );
}
