//! Any two versions can be compared, and a change behind the journal's back is found.

use bedside::{
    domain::{ListingState, provider::Provider},
    store::{Action, Entity, EntityKind, Error, JournalFilter, MetaKey},
};
use rstest::rstest;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::{provider, renamed},
};

fn about(provider: &Provider) -> JournalFilter {
    let entity = Entity { kind: EntityKind::Provider, id: provider.id.to_string() };
    JournalFilter { entity: Some(entity), public_only: false }
}

#[rstest]
fn every_version_can_be_read(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let mut versions = vec![provider("a")];
    put(&store, Action::Create, &versions[0]).unwrap();
    put(&store, Action::Create, &provider("b")).unwrap();
    for name in ["second", "third"] {
        versions.push(renamed(versions.last().unwrap(), name));
        put(&store, Action::Change, versions.last().unwrap()).unwrap();
    }
    let (entries, texts) = store
        .read(|reader| {
            let entries = reader.journal(&about(&versions[0]), 0, 10)?;
            let texts: Result<Vec<_>, Error> =
                entries.iter().map(|entry| reader.text_after(entry)).collect();
            Ok::<_, Error>((entries, texts?))
        })
        .unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(entries[0].before, None);
    for (text, version) in texts.iter().zip(&versions) {
        let read: Provider = serde_json::from_str(text.as_ref().unwrap()).unwrap();
        assert_eq!(&read, version);
    }
    assert_eq!(entries[2].before, texts[1]);
}

#[rstest]
#[case::the_row("UPDATE providers SET document = replace(document, 'third', 'fourth')", 3)]
#[case::the_history("UPDATE journal SET before = replace(before, 'second', 'other')", 2)]
fn a_text_changed_behind_the_journals_back_is_found(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] tampering: &str,
    #[case] found_at: i64,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let first = provider("a");
    let second = renamed(&first, "second");
    let third = renamed(&second, "third");
    for (action, version) in
        [(Action::Create, &first), (Action::Change, &second), (Action::Change, &third)]
    {
        put(&store, action, version).unwrap();
    }
    let bad = || {
        let entries = store.read(|reader| reader.journal(&about(&first), 0, 10)).unwrap();
        let mut bad = Vec::new();
        for entry in entries {
            match store.read(|reader| reader.text_after(&entry)) {
                Ok(text) => assert!(text.is_some()),
                Err(Error::Corrupt { what, .. }) => {
                    assert!(what.contains(&first.id.to_string()), "{what}");
                    bad.push(entry.seq);
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        bad
    };
    assert_eq!(bad(), Vec::<i64>::new());
    db.execute(tampering);
    assert_eq!(bad(), [found_at]);
}

#[rstest]
fn an_entry_is_public_where_the_listing_shows_before_or_after(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    use ListingState::{Delisted, Draft, InReview, Published, Submitted, Suspended};
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let mut it = provider("a");
    it.listing_state = Draft;
    put(&store, Action::Create, &it).unwrap();
    let mut expected = vec![false];
    for (action, state, public) in [
        (Action::Submit, Submitted, false),
        (Action::Take, InReview, false),
        (Action::Publish, Published, true),
        (Action::Change, Published, true),
        (Action::Suspend, Suspended, true),
        (Action::Resume, InReview, true),
        (Action::Change, InReview, false),
        (Action::Publish, Published, true),
        (Action::Delist, Delisted, true),
        (Action::Change, Delisted, false),
    ] {
        it = renamed(&it, "next");
        it.listing_state = state;
        put(&store, action, &it).unwrap();
        expected.push(public);
    }
    let entries = store.read(|reader| reader.journal(&about(&it), 0, 99)).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.public).collect::<Vec<_>>(), expected);
    let filter = JournalFilter { public_only: true, ..JournalFilter::default() };
    let public = store.read(|reader| reader.journal(&filter, 0, 99)).unwrap();
    assert_eq!(public.len(), expected.iter().filter(|public| **public).count());
}

#[rstest]
fn a_secret_never_gets_into_the_journal(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    for secret in ["first secret", "second secret"] {
        store.write(&someone(), &because(), |tx| tx.set_meta(MetaKey::CursorKey, secret)).unwrap();
    }
    assert_eq!(
        store.read(|reader| reader.meta(MetaKey::CursorKey)).unwrap().as_deref(),
        Some("second secret")
    );
    let entries = store.read(|reader| reader.journal(&JournalFilter::default(), 0, 9)).unwrap();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        assert!(entry.after_sha256.is_some());
        assert_eq!(entry.before, None);
        assert_eq!(store.read(|reader| reader.text_after(&entry)).unwrap(), None);
    }
}
