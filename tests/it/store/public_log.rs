//! What is public is logged in the same transaction, what is not leaves no trace, and nothing of
//! the log can be changed unseen.

use std::{fs, sync::Arc, thread, time::Duration};

use bedside::{
    app::public_log::{LogError, LogSettings, PublicLog, everything},
    clock::SystemClock,
    domain::{ListingState, provider::Provider},
    log::{
        Hash, fold,
        leaf::{Leaf, PublicAction},
        leaf_hash,
        tile::WIDTH,
        tree::{Frontier, root},
    },
    store::{Action, Error, LogEntry, Options, Reason, SignedCheckpoint, Store},
};
use rstest::rstest;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::{provider, renamed, site},
};

pub(super) fn published(key: &str) -> Provider {
    let mut provider = provider(key);
    provider.listing_state = ListingState::Published;
    provider
}

/// The next version, in another state.
fn moved(provider: &Provider, state: ListingState) -> Provider {
    let mut next = provider.clone();
    next.version += 1;
    next.listing_state = state;
    next
}

fn entries(store: &Store) -> Vec<LogEntry> {
    store.read(|reader| reader.log_entries(0, 10_000)).unwrap()
}

/// What the log says, entry by entry.
fn said(store: &Store) -> Vec<(PublicAction, String)> {
    entries(store)
        .iter()
        .map(|entry| {
            let leaf = Leaf::parse(&entry.leaf).unwrap();
            assert_eq!(leaf_hash(entry.leaf.as_bytes()), entry.leaf_hash);
            let opening = entry.opening.as_ref().unwrap();
            assert!(leaf.commits_to(&opening.salt, &opening.payload));
            (leaf.action, opening.payload.clone())
        })
        .collect()
}

pub(super) fn open_log(store: &Store) -> Result<PublicLog, LogError> {
    PublicLog::open(store, &LogSettings::default())
}

/// A signed log over some published providers.
pub(super) fn signed(store: &Store, count: usize) -> (PublicLog, Vec<Provider>) {
    let providers: Vec<Provider> = (0..count).map(|n| published(&format!("p{n}"))).collect();
    let changes: Vec<_> = providers.iter().map(|one| (Action::Publish, one)).collect();
    store.write(&someone(), &because(), |tx| tx.put_providers(&changes)).unwrap();
    let log = open_log(store).unwrap();
    log.keep(store).unwrap();
    (log, providers)
}

#[rstest]
fn what_the_public_sees_change_is_logged_and_nothing_else(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let draft = provider("a");
    put(&store, Action::Create, &draft).unwrap();
    assert_eq!(said(&store), [], "a draft is nobody's business");
    let first = moved(&draft, ListingState::Published);
    put(&store, Action::Publish, &first).unwrap();
    let mut second = moved(&first, ListingState::Published);
    second.facts[0].item.attested_by = Some("Dr. Somebody".into());
    second.source_key = "another".into();
    put(&store, Action::Change, &second).unwrap();
    let third = renamed(&second, "Another name");
    put(&store, Action::Change, &third).unwrap();
    let fourth = moved(&third, ListingState::Suspended);
    put(&store, Action::Suspend, &fourth).unwrap();
    let fifth = moved(&fourth, ListingState::InReview);
    put(&store, Action::Resume, &fifth).unwrap();
    let sixth = moved(&fifth, ListingState::Delisted);
    put(&store, Action::Delist, &sixth).unwrap();
    let log = said(&store);
    let actions: Vec<PublicAction> = log.iter().map(|(action, _)| *action).collect();
    assert_eq!(
        actions,
        [
            PublicAction::Published,
            PublicAction::Changed,
            PublicAction::Suspended,
            PublicAction::Delisted,
        ]
    );
    assert!(log[0].1.starts_with(r#"{"record":{"aliases":[]"#), "{}", log[0].1);
    assert!(log[1].1.contains(r#""name":"Another name""#));
    assert!(log.iter().all(|(_, payload)| !payload.contains("Somebody")));
    assert_eq!(log[2].1, r#"{"gone":{"reason":"test","state":"suspended"}}"#);
    assert_eq!(log[3].1, r#"{"gone":{"reason":"test","state":"delisted"}}"#);
    for entry in entries(&store) {
        assert!(!entry.leaf.contains("name") && !entry.leaf.contains("ann"), "{}", entry.leaf);
    }
}

#[rstest]
fn a_merged_listing_leads_to_the_one_that_it_became_part_of(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let (survivor, other) = (published("a"), published("b"));
    put(&store, Action::Publish, &survivor).unwrap();
    put(&store, Action::Publish, &other).unwrap();
    let mut merged = moved(&other, ListingState::Merged);
    merged.merged_into = Some(survivor.id);
    put(&store, Action::Merge, &merged).unwrap();
    let (action, payload) = said(&store).pop().unwrap();
    assert_eq!(action, PublicAction::Merged);
    let into = survivor.id;
    let expected = format!(r#"{{"gone":{{"into":"{into}","reason":"test","state":"merged"}}}}"#);
    assert_eq!(payload, expected);
    // Back again, it is published anew.
    let back = moved(&merged, ListingState::Published);
    let back = Provider { merged_into: None, ..back };
    put(&store, Action::Unmerge, &back).unwrap();
    assert_eq!(said(&store).pop().unwrap().0, PublicAction::Published);
}

#[rstest]
fn a_write_that_fails_leaves_no_entry_and_no_gap(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    put(&store, Action::Publish, &published("a")).unwrap();
    let refused = store.write(&someone(), &because(), |tx| {
        tx.put_provider(Action::Publish, &published("b"))?;
        Err::<(), _>(Error::Target("as meant"))
    });
    assert!(refused.is_err());
    put(&store, Action::Publish, &published("c")).unwrap();
    let indexes: Vec<u64> = entries(&store).iter().map(|entry| entry.index).collect();
    assert_eq!(indexes, [0, 1]);
}

#[rstest]
fn nobody_changes_what_is_public_without_logging_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let known = published("a");
    put(&db.store(), Action::Publish, &known).unwrap();
    let blind = Store::open(db.target(), &Options::default(), Arc::new(SystemClock)).unwrap();
    put(&blind, Action::Create, &provider("draft")).unwrap();
    for (action, change) in [
        (Action::Publish, published("b")),
        (Action::Change, renamed(&known, "Another")),
        (Action::Suspend, moved(&known, ListingState::Suspended)),
    ] {
        let refused = put(&blind, action, &change);
        assert!(matches!(refused, Err(Error::NoPublisher)), "{refused:?}");
    }
    assert_eq!(entries(&blind).len(), 1);
}

#[rstest]
fn tiles_are_kept_as_they_are_finished(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let mut frontier = Frontier::default();
    for (batch, count) in [3, 252, 1, 1, 600].into_iter().enumerate() {
        let some: Vec<Provider> = (0..count).map(|n| published(&format!("{batch}-{n}"))).collect();
        let changes: Vec<_> = some.iter().map(|one| (Action::Publish, one)).collect();
        store.write(&someone(), &because(), |tx| tx.put_providers(&changes)).unwrap();
    }
    let leaves: Vec<Hash> = entries(&store).iter().map(|entry| entry.leaf_hash).collect();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    store
        .read(|reader| {
            assert_eq!(reader.log_size()?, 857);
            assert_eq!(reader.log_tile_count()?, 3);
            for tile in 0..3_usize {
                let index = u64::try_from(tile).unwrap();
                let part = &leaves[tile * 256..tile * 256 + 256];
                assert_eq!(reader.log_tile(0, index, WIDTH)?, part);
                assert_eq!(reader.log_tile_root(0, index)?, fold(part));
            }
            assert_eq!(reader.log_tile(0, 3, 89)?, leaves[768..]);
            assert_eq!(reader.log_tile(1, 0, 3)?.len(), 3);
            assert_eq!(root(&mut reader.log_tree(857), 857)?, frontier.root());
            Ok::<_, Error>(())
        })
        .unwrap();
    let log = open_log(&store).unwrap();
    let checked = everything(&store, log.verifier()).unwrap();
    assert_eq!(checked.faults, Vec::<String>::new());
    assert_eq!((checked.entries, checked.tiles), (857, 3));
}

#[rstest]
fn a_checkpoint_is_kept_by_whoever_knows_the_one_before(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let (log, _) = signed(&store, 3);
    let head = log.head().unwrap();
    assert_eq!(head.size, 3);
    let kept = store.read(|reader| reader.kept_head()).unwrap().unwrap();
    assert_eq!((kept.size, kept.root), (head.size, head.root));
    let next = SignedCheckpoint { size: 4, ..(*head).clone() };
    let mut stale = kept.clone();
    stale.root[0] ^= 1;
    for known in [None, Some(&stale)] {
        let reason = Reason::new("checkpoint", "");
        let written =
            store.write(&someone(), &reason, |tx| tx.keep_checkpoint(known, &next)).unwrap();
        assert!(!written.value, "{known:?}");
    }
    assert_eq!(store.read(|reader| reader.kept_head()).unwrap(), Some(kept));
    assert_eq!(store.read(|reader| reader.checkpoints()).unwrap().len(), 1);
}

#[rstest]
fn two_processes_sign_one_tree(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (one, other) = (db.store(), db.store());
    let (first, _) = signed(&one, 2);
    let second = open_log(&other).unwrap();
    assert_eq!(second.verifier(), first.verifier());
    put(&other, Action::Publish, &published("x")).unwrap();
    second.keep(&other).unwrap();
    first.keep(&one).unwrap();
    assert_eq!(first.head(), second.head());
    assert_eq!(first.head().unwrap().size, 3);
    assert_eq!(one.read(|reader| reader.checkpoints()).unwrap().len(), 2);
}

#[rstest]
fn a_withdrawn_payload_is_gone_and_everything_still_holds(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let (log, providers) = signed(&store, 3);
    let reason = Reason::new("court_order", "case 7");
    let withdraw =
        |index| store.write(&someone(), &reason, |tx| tx.withdraw_payload(index)).unwrap().value;
    assert!(withdraw(1));
    assert!(!withdraw(1) && !withdraw(99));
    let entry = entries(&store)[1].clone();
    assert_eq!((entry.opening, entry.withdrawn.as_deref()), (None, Some("court_order")));
    let checked = everything(&store, log.verifier()).unwrap();
    assert_eq!(checked.faults, Vec::<String>::new());
    assert_eq!(checked.withdrawn, 1);
    // What is shown is what was said, though nobody can read it there any more.
    put(&store, Action::Change, &moved(&providers[1], ListingState::Published)).unwrap();
    assert_eq!(entries(&store).len(), 3);
    assert!(
        db.texts(
            "SELECT text FROM (SELECT payload AS text FROM log_entries) AS p WHERE text IS NOT NULL"
        )
        .len()
            == 2
    );
    log.keep(&store).unwrap();
}

#[rstest]
fn the_log_keeps_its_name(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let named = |name: &str| LogSettings { origin: Some(name.into()), ..LogSettings::default() };
    let derived = open_log(&store).unwrap();
    assert!(derived.verifier().name().starts_with("bedside/"));
    // Until something was signed it can still be chosen.
    let chosen = PublicLog::open(&store, &named("directory.example/log")).unwrap();
    chosen.keep(&store).unwrap();
    assert_eq!(open_log(&store).unwrap().verifier().name(), "directory.example/log");
    let refused = PublicLog::open(&store, &named("other.example/log"));
    assert!(matches!(refused, Err(LogError::OriginFixed { .. })), "{refused:?}");
    let refused = PublicLog::open(&store, &named("no name"));
    assert!(matches!(refused, Err(LogError::Note(_))), "{refused:?}");
}

#[rstest]
fn following_the_log_skips_and_repeats_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    const WRITERS: usize = 4;
    const EACH: usize = 25;
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let mut seen = Vec::new();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                for n in 0..EACH {
                    let mut one = published(&format!("{writer}-{n}"));
                    one.sites.push(site(&format!("{writer}-{n}"), "second"));
                    put(store, Action::Publish, &one).unwrap();
                }
            });
        }
        while seen.len() < WRITERS * EACH {
            let from = seen.len() as u64;
            let page = store.read(|reader| reader.log_entries(from, 7)).unwrap();
            seen.extend(page.into_iter().map(|entry| (entry.index, entry.entity_id)));
        }
    });
    for (at, (index, _)) in seen.iter().enumerate() {
        assert_eq!(*index, at as u64);
    }
    seen.sort_by(|a, b| a.1.cmp(&b.1));
    seen.dedup_by(|a, b| a.1 == b.1);
    assert_eq!(seen.len(), WRITERS * EACH);
}

/// Two processes sign what both have seen; whoever comes second shows what the first signed, though
/// nothing is written afterwards that would have it look again.
#[rstest]
fn whoever_is_overtaken_shows_what_another_signed(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let (_, providers) = signed(&store, 1);
    let apart = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [slow, fast] = apart.each_ref().map(|folder| {
        let file = Some(folder.path().join("kept"));
        PublicLog::open(&store, &LogSettings { checkpoint_file: file, ..LogSettings::default() })
            .unwrap()
    });
    put(&store, Action::Change, &renamed(&providers[0], "Another name")).unwrap();
    // Whoever signs waits for the folder, with what it has read until then.
    let folder = fs::File::open(apart[0].path()).unwrap();
    folder.lock().unwrap();
    thread::scope(|scope| {
        let kept = scope.spawn(|| slow.keep(&store));
        thread::sleep(Duration::from_millis(300));
        fast.keep(&store).unwrap();
        folder.unlock().unwrap();
        kept.join().unwrap().unwrap();
    });
    assert_eq!(fast.head().unwrap().size, 2);
    assert_eq!(slow.head(), fast.head());
}
