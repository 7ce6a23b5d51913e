//! One door for writes: the change and its entries together, or nothing.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use bedside::{
    clock::ManualClock,
    domain::ListingState,
    store::{
        Action, Constraint, DataKind, EntityKind, Error, JournalFilter, MetaKey, Options, SlugKind,
        Store,
    },
};
use chrono::{TimeDelta, TimeZone, Utc};
use rstest::rstest;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::{provider, renamed, site},
};

/// Providers, sites, slugs and entries in the database.
fn counts(db: &TestDb) -> Vec<String> {
    db.texts(
        "SELECT CAST((SELECT count(*) FROM providers) AS TEXT) || ' ' || \
         CAST((SELECT count(*) FROM sites) AS TEXT) || ' ' || \
         CAST((SELECT count(*) FROM slugs) AS TEXT) || ' ' || \
         CAST((SELECT count(*) FROM journal) AS TEXT) AS text",
    )
}

#[rstest]
fn a_provider_comes_back_as_it_was_stored(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let first = provider("a");
    let done = put(&store, Action::Create, &first).unwrap();
    assert_eq!(done.head, 1);
    let second = renamed(&first, "Ketamine \u{1f3e5} \"quoted\" \\ o'clock");
    let done = put(&store, Action::Change, &second).unwrap();
    assert_eq!(done.head, 2);
    let (read, head) = store
        .read(|reader| Ok::<_, Error>((reader.provider(first.id)?.unwrap(), reader.head()?)))
        .unwrap();
    assert_eq!((read, head), (second, 2));
    assert_eq!(counts(&db), ["1 1 2 2"]);
}

#[rstest]
fn every_change_has_its_entry(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let at = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap() + TimeDelta::microseconds(7);
    let store = db.store_with(Arc::new(ManualClock::new(at)), &Options::default());
    let mut listed = provider("a");
    listed.listing_state = ListingState::Published;
    let done = store
        .write(&someone(), &because(), |tx| {
            tx.put_providers(&[(Action::Publish, &listed), (Action::Create, &provider("b"))])?;
            tx.set_meta(MetaKey::CursorKey, "c2VjcmV0")
        })
        .unwrap();
    assert_eq!((done.head, done.at), (3, at));
    let entries = store.read(|reader| reader.journal(&JournalFilter::default(), 0, 10)).unwrap();
    let said: Vec<_> = entries
        .iter()
        .map(|entry| (entry.seq, entry.at, entry.action, entry.entity.kind, entry.public))
        .collect();
    assert_eq!(
        said,
        [
            (1, at, Action::Publish, EntityKind::Provider, true),
            (2, at, Action::Create, EntityKind::Provider, false),
            (3, at, Action::Set, EntityKind::Meta, false),
        ]
    );
    for entry in &entries {
        assert_eq!((&entry.actor, &entry.reason), (&someone(), &because()));
    }
    assert_eq!(entries[0].entity.id, listed.id.to_string());
    assert_eq!(
        db.texts("SELECT CAST(seq AS TEXT) AS text FROM providers ORDER BY seq"),
        ["1", "2"]
    );
}

#[rstest]
fn the_database_itself_refuses_a_row_without_an_entry(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    put(&db.store(), Action::Create, &provider("a")).unwrap();
    let behind_the_back = catch_unwind(AssertUnwindSafe(|| {
        db.execute(
            "INSERT INTO providers SELECT 'x', 'x', 'x', name, listing_state, fictional, \
             version, NULL, created_at, updated_at, 99, document FROM providers",
        );
    }));
    assert!(behind_the_back.is_err());
    assert_eq!(counts(&db), ["1 1 2 1"]);
}

#[rstest]
fn an_error_in_the_closure_undoes_everything(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let refused = store.write(&someone(), &because(), |tx| {
        tx.put_provider(Action::Create, &provider("a"))?;
        tx.set_meta(MetaKey::CursorKey, "x")?;
        Err::<(), _>(Error::Target("as meant"))
    });
    assert!(matches!(refused, Err(Error::Target("as meant"))));
    assert_eq!(counts(&db), ["0 0 0 0"]);
    assert_eq!(put(&store, Action::Create, &provider("b")).unwrap().head, 1);
}

#[rstest]
fn a_panic_in_the_closure_undoes_everything_and_frees_the_lock(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store_with(
        Arc::new(bedside::clock::SystemClock),
        &Options { connections: 1, ..Options::default() },
    );
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.write(&someone(), &because(), |tx| -> Result<(), Error> {
            tx.put_provider(Action::Create, &provider("a"))?;
            std::panic::resume_unwind(Box::new("as meant"))
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(counts(&db), ["0 0 0 0"]);
    assert_eq!(put(&store, Action::Create, &provider("b")).unwrap().head, 1);
}

#[rstest]
fn a_step_that_failed_dooms_the_write(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let first = provider("a");
    put(&store, Action::Create, &first).unwrap();
    let mut twin = provider("b");
    twin.source_key.clone_from(&first.source_key);
    let swallowed = store.write(&someone(), &because(), |tx| {
        tx.put_provider(Action::Create, &provider("c"))?;
        assert!(tx.put_provider(Action::Create, &twin).is_err());
        let after = tx.put_provider(Action::Create, &provider("d"));
        assert!(matches!(after, Err(Error::Doomed)));
        Ok::<_, Error>(())
    });
    assert!(matches!(swallowed, Err(Error::Doomed)), "{swallowed:?}");
    assert_eq!(counts(&db), ["1 1 2 1"]);
}

#[rstest]
fn only_the_next_version_replaces_a_version(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let first = provider("a");
    put(&store, Action::Create, &first).unwrap();
    let second = renamed(&first, "second");
    put(&store, Action::Change, &second).unwrap();
    let lost_update = put(&store, Action::Change, &renamed(&first, "another second"));
    assert!(
        matches!(lost_update, Err(Error::Stale { id, stored: 2, expected: 1 }) if id == first.id),
        "{lost_update:?}"
    );
    let never_seen = put(&store, Action::Change, &renamed(&provider("b"), "who?"));
    assert!(matches!(never_seen, Err(Error::Stale { stored: 0, expected: 1, .. })));
    let read = store.read(|reader| reader.provider(first.id)).unwrap().unwrap();
    assert_eq!(read, second);
}

#[rstest]
fn what_must_be_unique_says_what_was_taken(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let first = provider("a");
    put(&store, Action::Create, &first).unwrap();

    let mut same_key = provider("b");
    same_key.source_key.clone_from(&first.source_key);
    let mut same_id = provider("c");
    same_id.id = first.id;
    let mut same_site = provider("d");
    same_site.sites[0].id = first.sites[0].id;
    let mut same_site_key = provider("e");
    same_site_key.sites.push(site("e-too", "main"));
    for (provider, constraint) in [
        (same_key, Constraint::ProviderSourceKey),
        (same_id, Constraint::ProviderId),
        (same_site, Constraint::SiteId),
        (same_site_key, Constraint::SiteSourceKey),
    ] {
        let refused = put(&store, Action::Create, &provider);
        assert!(
            matches!(refused, Err(Error::Conflict(found)) if found == constraint),
            "{constraint:?}: {refused:?}"
        );
    }
    assert_eq!(counts(&db), ["1 1 2 1"]);
}

#[rstest]
fn a_slug_once_used_never_goes_to_another(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let first = provider("a");
    put(&store, Action::Create, &first).unwrap();
    let mut moved = renamed(&first, "moved");
    moved.slug = "elsewhere".to_owned();
    moved.sites[0].slug = "elsewhere".to_owned();
    put(&store, Action::Change, &moved).unwrap();

    for (provider_slug, site_slug, kind) in [
        ("provider-a", "free", SlugKind::Provider),
        ("elsewhere", "free", SlugKind::Provider),
        ("free", "site-a-main", SlugKind::Site),
        ("free", "elsewhere", SlugKind::Site),
    ] {
        let mut other = provider("b");
        other.slug = provider_slug.to_owned();
        other.sites[0].slug = site_slug.to_owned();
        let owner = if kind == SlugKind::Provider { first.id } else { first.sites[0].id };
        match put(&store, Action::Create, &other) {
            Err(Error::SlugTaken { kind: found, owner: by, .. }) => {
                assert_eq!((found, by), (kind, owner.to_string()));
            }
            other => panic!("{provider_slug} {site_slug}: {other:?}"),
        }
    }

    // Its owner may take it back, and a provider and a site may share one.
    let mut back = renamed(&moved, "back");
    back.slug.clone_from(&first.slug);
    put(&store, Action::Change, &back).unwrap();
    let owners = store
        .read(|reader| {
            reader.slug_owners(SlugKind::Provider, &["provider-a", "elsewhere", "never"])
        })
        .unwrap();
    assert_eq!(owners.len(), 2);
    assert!(owners.values().all(|owner| *owner == first.id));
}

#[rstest]
fn sites_come_change_and_go(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let mut it = provider("a");
    it.sites.push(site("a", "second"));
    put(&store, Action::Create, &it).unwrap();
    let rows = "SELECT slug || ' ' || source_key AS text FROM sites ORDER BY slug";
    assert_eq!(db.texts(rows), ["site-a-main main", "site-a-second second"]);

    // Two sites swap their keys, and a third comes.
    let mut swapped = renamed(&it, "swapped");
    swapped.sites[0].source_key = "second".to_owned();
    swapped.sites[1].source_key = "main".to_owned();
    swapped.sites.push(site("a", "third"));
    put(&store, Action::Change, &swapped).unwrap();
    assert_eq!(db.texts(rows), ["site-a-main second", "site-a-second main", "site-a-third third"]);

    let mut fewer = renamed(&swapped, "fewer");
    fewer.sites.truncate(1);
    put(&store, Action::Change, &fewer).unwrap();
    assert_eq!(db.texts(rows), ["site-a-main second"]);

    // A site may move to another provider in one write, and keeps its slug.
    let mut giver = renamed(&fewer, "giver");
    let moving = giver.sites.remove(0);
    let mut taker = provider("b");
    taker.sites = vec![moving];
    store
        .write(&someone(), &because(), |tx| {
            tx.put_providers(&[(Action::Change, &giver), (Action::Create, &taker)])
        })
        .unwrap();
    assert_eq!(db.texts("SELECT provider_id AS text FROM sites"), [taker.id.to_string()]);
}

#[rstest]
fn real_and_fictional_never_meet(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(false, true)] fictional: bool,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    assert_eq!(store.read(|reader| reader.data_kind()).unwrap(), None);
    let mut first = provider("a");
    first.fictional = fictional;
    let mut other = provider("b");
    other.fictional = !fictional;

    // Within one write as well.
    let both = store.write(&someone(), &because(), |tx| {
        tx.put_provider(Action::Create, &first)?;
        tx.put_provider(Action::Create, &other)
    });
    assert!(matches!(both, Err(Error::MixedData { .. })), "{both:?}");
    assert_eq!(counts(&db), ["0 0 0 0"]);

    put(&store, Action::Create, &first).unwrap();
    let holds = DataKind::from(fictional);
    assert_eq!(store.read(|reader| reader.data_kind()).unwrap(), Some(holds));
    let refused = put(&store, Action::Create, &other);
    assert!(
        matches!(refused, Err(Error::MixedData { holds: found, offered })
            if found == holds && offered != holds),
        "{refused:?}"
    );
    let mut turned = renamed(&first, "turned");
    turned.fictional = !fictional;
    assert!(matches!(put(&store, Action::Change, &turned), Err(Error::MixedData { .. })));
    assert_eq!(counts(&db), ["1 1 2 1"]);
}

#[rstest]
fn time_never_runs_backwards_in_the_journal(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let noon = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
    let clock = Arc::new(ManualClock::new(noon));
    let store = db.store_with(clock.clone(), &Options::default());
    put(&store, Action::Create, &provider("a")).unwrap();
    clock.set(noon - TimeDelta::hours(1));
    assert_eq!(put(&store, Action::Create, &provider("b")).unwrap().at, noon);
    clock.set(noon + TimeDelta::nanoseconds(1_999));
    let done = put(&store, Action::Create, &provider("c")).unwrap();
    // Cut to what PostgreSQL keeps, so that the two databases agree.
    assert_eq!(done.at, noon + TimeDelta::microseconds(1));
    let entries = store.read(|reader| reader.journal(&JournalFilter::default(), 0, 9)).unwrap();
    assert_eq!(entries.last().unwrap().at, done.at);
}

#[rstest]
fn a_write_that_does_nothing_leaves_no_entry(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store: Store = db.store();
    let done = store.write(&someone(), &because(), |tx| tx.read().head()).unwrap();
    assert_eq!((done.value, done.head), (0, 0));
    assert_eq!(counts(&db), ["0 0 0 0"]);
}
