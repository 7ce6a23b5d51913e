//! Whatever is changed in the log behind the program's back is found before anything is signed,
//! and an old copy of a database does not start.

use bedside::{
    app::public_log::{LogError, LogSettings, everything, recover},
    store::Action,
};
use rstest::rstest;

use super::{
    public_log::{open_log, published, signed},
    put,
};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::renamed,
};

/// One thing that somebody may do to the database behind the program's back.
fn tampering() -> Vec<(&'static str, String)> {
    [
        ("a leaf", "UPDATE log_entries SET leaf = replace(leaf, 'published', 'suspended') WHERE idx = 5"),
        ("a payload", "UPDATE log_entries SET payload = replace(payload, 'p5', 'q5') WHERE idx = 5"),
        ("an id", "UPDATE log_entries SET entity_id = 'x' WHERE idx = 5"),
        ("a withdrawal without a trace", "UPDATE log_entries SET payload = NULL, salt = NULL, withdrawn = 'x' WHERE idx = 5"),
        ("the last entry", "DELETE FROM log_entries WHERE idx = 299"),
        ("an entry in the middle", "DELETE FROM log_entries WHERE idx = 7"),
        ("two entries swapped", "UPDATE log_entries SET idx = 1000 WHERE idx = 3; UPDATE log_entries SET idx = 3 WHERE idx = 4; UPDATE log_entries SET idx = 4 WHERE idx = 1000"),
        ("a tile's root", "UPDATE log_tiles SET root = (SELECT leaf_hash FROM log_entries WHERE idx = 0)"),
        ("a missing tile", "DELETE FROM log_tiles"),
        ("what was said last", "UPDATE log_latest SET idx = 0 WHERE idx = 5"),
        ("a checkpoint's size", "UPDATE log_checkpoints SET size = 299"),
        ("a checkpoint's note", "UPDATE log_checkpoints SET note = replace(note, '300', '301')"),
        ("the kept checkpoint", "UPDATE log_kept SET size = 299"),
        ("a provider's row", "UPDATE providers SET document = replace(document, 'Provider p5', 'Provider q5')"),
        ("the journal", "UPDATE journal SET at = '2020-01-01 00:00:00' WHERE seq = 7"),
    ]
    .map(|(what, sql)| (what, sql.to_owned()))
    .to_vec()
}

#[rstest]
fn whatever_is_changed_in_the_database_is_found_before_anything_is_signed(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    // On SQLite the log is made once and copied; elsewhere a part of the list has to do.
    let made = (backend == Sqlite).then(|| {
        let db = TestDb::new(backend).unwrap();
        signed(&db.store(), 300);
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        let file = db.file.clone().unwrap();
        let kept = format!("{}.checkpoint", file.display());
        (std::fs::read(file).unwrap(), std::fs::read(kept).unwrap())
    });
    for (at, (what, sql)) in tampering().into_iter().enumerate() {
        let Some(db) = TestDb::new(backend) else { return };
        match (&made, &db.file) {
            (Some((data, kept)), Some(file)) => {
                std::fs::write(file, data).unwrap();
                std::fs::write(format!("{}.checkpoint", file.display()), kept).unwrap();
            }
            _ if at % 4 != 0 => continue,
            _ => drop(signed(&db.store(), 300)),
        }
        let store = db.store();
        let key = open_log(&store).unwrap().verifier().clone();
        assert_eq!(everything(&store, &key).unwrap().faults, Vec::<String>::new());
        db.execute(&sql);
        let found = everything(&store, &key);
        assert!(found.is_err() || !found.unwrap().faults.is_empty(), "{what} is not noticed");
        // A process that starts now refuses, or signs nothing.
        let next = put(&store, Action::Publish, &published("next"));
        let signed = next.map_err(LogError::from).and_then(|_| {
            let log = open_log(&store)?;
            log.keep(&store)
        });
        assert!(signed.is_err(), "{what} was signed over");
    }
}

#[test]
fn one_flipped_bit_in_any_row_is_found() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = db.store();
    let (log, _) = signed(&store, 300);
    let columns = [
        ("log_entries", "leaf", "idx"),
        ("log_entries", "leaf_hash", "idx"),
        ("log_entries", "salt", "idx"),
        ("log_entries", "payload", "idx"),
        ("log_tiles", "hashes", "idx"),
        ("log_tiles", "root", "idx"),
        ("log_checkpoints", "root", "size"),
        ("log_checkpoints", "note", "size"),
        ("log_kept", "root", "id"),
        ("providers", "document", "seq"),
    ];
    let mut seed: u64 = 20_261_121;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for round in 0..100_usize {
        let (table, column, key) = columns[round % columns.len()];
        let rows = db.texts(&format!(
            "SELECT CAST({key} AS TEXT) || ' ' || hex({column}) AS text FROM {table}"
        ));
        let at = usize::try_from(next(rows.len() as u64)).unwrap();
        let (id, before) = rows[at].split_once(' ').unwrap();
        let byte = usize::try_from(next((before.len() / 2) as u64)).unwrap() * 2;
        let value = u8::from_str_radix(&before[byte..byte + 2], 16).unwrap() ^ (1 << next(7));
        let after = format!("{}{value:02X}{}", &before[..byte], &before[byte + 2..]);
        let texts = ["leaf", "payload", "note", "document"].contains(&column);
        let cast = |hex: &str| {
            if texts { format!("CAST(x'{hex}' AS TEXT)") } else { format!("x'{hex}'") }
        };
        let set =
            |hex: &str| format!("UPDATE {table} SET {column} = {} WHERE {key} = {id}", cast(hex));
        db.execute(&set(&after));
        let found = everything(&store, log.verifier());
        assert!(
            found.is_err() || !found.unwrap().faults.is_empty(),
            "bit {byte} of {table}.{column} where {key} = {id}"
        );
        db.execute(&set(before));
    }
    assert_eq!(everything(&store, log.verifier()).unwrap().faults, Vec::<String>::new());
}

#[test]
fn an_old_copy_does_not_start() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = db.store();
    let (_, providers) = signed(&store, 5);
    let file = db.file.clone().unwrap();
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    let backup = std::fs::read(&file).unwrap();
    put(&store, Action::Change, &renamed(&providers[0], "Newer")).unwrap();
    let log = open_log(&store).unwrap();
    log.keep(&store).unwrap();
    let newest = log.head().unwrap();
    drop((store, log));

    // The old copy in place of the newest: behind.
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    std::fs::write(&file, &backup).unwrap();
    let old = db.store();
    let refused = open_log(&old).unwrap_err();
    assert!(matches!(refused, LogError::Behind { size: 5, kept: 6, .. }), "{refused}");
    // The old copy with another history of the same length: forked.
    put(&old, Action::Change, &renamed(&providers[1], "Another history")).unwrap();
    let refused = open_log(&old).unwrap_err();
    assert!(matches!(refused, LogError::Forked { size: 6, .. }), "{refused}");

    // The way out: a new log, under another name and key, over what is there.
    let settings = LogSettings::default();
    let log = recover(&old, &settings, "a test").unwrap();
    assert_ne!(log.verifier().name(), newest.origin);
    assert_eq!(log.head().unwrap().size, 6);
    log.keep(&old).unwrap();
    put(&old, Action::Publish, &published("later")).unwrap();
    let log = open_log(&old).unwrap();
    log.keep(&old).unwrap();
    assert_eq!(log.head().unwrap().size, 7);
    assert_eq!(everything(&old, log.verifier()).unwrap().faults, Vec::<String>::new());
    let aside = format!("{}.checkpoint.old-1", file.display());
    assert_eq!(std::fs::read_to_string(aside).unwrap(), newest.note);
}

#[test]
fn an_empty_database_beside_the_checkpoint_of_a_lost_one_does_not_start() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = db.store();
    signed(&store, 5);
    drop(store);
    let file = db.file.clone().unwrap();
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
    let refused = open_log(&db.store()).unwrap_err();
    assert!(matches!(refused, LogError::Behind { size: 0, kept: 5, .. }), "{refused}");
}
