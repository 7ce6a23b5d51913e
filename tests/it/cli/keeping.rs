//! `bedside backup` and `bedside restore`: copies are whole, made while writes go on, hold no key,
//! and never fork the public log.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use bedside::{app::keeping::KeepError, store::Store};
use rstest::rstest;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::serve::Serving;
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{fictional, fictional_set, file},
    program::{Program, Ran},
};

/// A place for a database, and the same on PostgreSQL once more: a database of its own with a
/// schema of the same name, as a copy wants it.
pub(super) struct Places {
    pub(super) first: TestDb,
    second: Option<String>,
    /// The database of the second place, on PostgreSQL.
    name: Option<String>,
}

impl Places {
    pub(super) fn new(backend: Backend) -> Option<Self> {
        let first = TestDb::empty(backend)?;
        let Some(schema) = first.schema.clone() else {
            return Some(Self { first, second: None, name: None });
        };
        let name = format!("second_{schema}");
        first.execute(&format!("CREATE DATABASE {name}"));
        let url = first.url.replace("postgres:///postgres?", &format!("postgres:///{name}?"));
        TestDb::at(url.clone()).execute(&format!("CREATE SCHEMA {schema}"));
        Some(Self { first, second: Some(url), name: Some(name) })
    }

    /// The second place; a file in the program's folder on SQLite.
    pub(super) fn second(&self, program: &Program) -> String {
        let file = || format!("sqlite://{}", program.path("second.db").display());
        self.second.clone().unwrap_or_else(file)
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        if let Some(name) = self.name.take().filter(|_| !std::thread::panicking()) {
            self.first.execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// Runs the program on another database than its own.
pub(super) fn run_on(program: &Program, url: &str, args: &[&str]) -> Ran {
    program.command(args).env("DATABASE_URL", url).output().unwrap().into()
}

fn export(program: &Program, url: &str) -> String {
    run_on(program, url, &["export", "providers"]).expect(0).out
}

/// The made-up set with a signed log and a file behind evidence.
pub(super) fn directory(url: &str) -> Program {
    let program = Program::on(url);
    program.put("set.ndjson", file(&fictional_set()));
    program.run(&["import", "providers", "set.ndjson", "--initial"]).expect(0);
    program.run(&["log", "checkpoint"]).expect(0);
    program
}

/// Puts a file behind evidence, as the API would; its SHA-256.
fn evidence(db: &TestDb, folder: &Path, text: &str) -> String {
    use bedside::store::{Action, Actor, ActorKind, Reason, RecordKind};
    let sha256: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(&sha256), text).unwrap();
    let store: Store = db.store();
    let record = serde_json::json!({"sha256": sha256, "bytes": text.len(),
        "media_type": "application/pdf", "uploaded_at": "2026-11-21T12:00:00Z"});
    let actor = Actor::new(ActorKind::Operator, "test");
    store
        .write(&actor, &Reason::new("test", ""), |tx| {
            tx.put_record(Action::Create, (RecordKind::File, &sha256), true, &record)
        })
        .unwrap();
    sha256
}

/// Changes a public record and has it signed.
pub(super) fn change(program: &Program, name: &str) {
    let mut row = fictional("F001");
    row["name"] = name.into();
    program.put("change.ndjson", file(&[row]));
    program.run(&["import", "providers", "change.ndjson", "--initial"]).expect(0);
    program.run(&["log", "checkpoint"]).expect(0);
}

#[rstest]
fn a_copy_is_whole_and_is_restored_elsewhere(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(places) = Places::new(backend) else { return };
    let program = directory(&places.first.url);
    let folder = program.path("files");
    let sha256 = evidence(&places.first, &folder, "%PDF-1.7 made up");
    let from = ["--evidence-dir", "files"];
    let ran = program.run(&[&["backup", "copy"][..], &from].concat()).expect(0);
    assert!(ran.out.contains("is a whole copy") && ran.out.contains("1 evidence files"), "{ran:?}");
    let kept = fs::read_to_string(program.path("copy/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(manifest["evidence"][0]["sha256"], Value::from(sha256.clone()));
    let note = manifest["log"]["checkpoint"].as_str().unwrap();
    program.put("kept", note);

    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(program.path("copy")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o700, "for its owner alone");

    // Never overwritten; nothing half-made lies beside it.
    program.run(&[&["backup", "copy"][..], &from].concat()).expect(73);
    let begun = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
    assert!(!fs::read_dir(program.path("")).unwrap().flatten().any(begun));

    let second = places.second(&program);
    let to = ["restore", "copy", "--evidence-dir", "files-2"];
    let ran = run_on(&program, &second, &to).expect(0);
    assert!(ran.out.contains("bedside log recover"), "{}", ran.out);
    assert_eq!(export(&program, &second), export(&program, &places.first.url));
    assert!(program.path("files-2").join(&sha256).is_file());
    run_on(&program, &second, &to).expect(73);

    // Without its key the log does not go on by itself, and nothing is served.
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["log", "fsck"],
        &["log", "checkpoint"],
        &["import", "providers", "set.ndjson"],
    ] {
        let ran = run_on(&program, &second, args).expect(78);
        assert!(ran.err.contains("no copy holds the key"), "{}", ran.err);
    }
    run_on(&program, &second, &["log", "recover"]).expect(65);
    let recovered = ["log", "recover", "--accept-lost-entries"];
    let ran = run_on(&program, &second, &recovered).expect(0);
    assert!(ran.out.contains("a new log begins"), "{}", ran.out);
    run_on(&program, &second, &["log", "fsck"]).expect(0);
    run_on(&program, &second, &["log", "verify"]).expect(0);
    let ran = run_on(&program, &second, &["log", "verify", "--checkpoint", "kept"]).expect(1);
    assert!(!ran.err.is_empty(), "whoever kept an old head sees that the log broke off");
}

#[rstest]
fn with_its_key_the_log_goes_on_only_where_nothing_newer_was_signed(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(places) = Places::new(backend) else { return };
    let program = directory(&places.first.url);
    program.run(&["backup", "older", "--keys", "key"]).expect(0);
    change(&program, "Another Name (fictional)");
    program.run(&["backup", "newest", "--keys", "key"]).expect(0);
    let head = program.run(&["log", "checkpoint"]).expect(0).out;
    program.put("head", head.split_once("\nverifier key").unwrap().0);
    let second = places.second(&program);
    let restore = |copy: &str, more: &[&str]| {
        run_on(&program, &second, &[&["restore", copy, "--keys", "key"], more].concat())
    };
    let shown = ["--checkpoint-file", "head"];

    assert!(restore("newest", &[]).expect(78).err.contains("nothing newer was signed"));
    let ran = run_on(&program, &second, &["restore", "newest", "--keys", "nowhere"]).expect(66);
    assert!(ran.err.contains("nowhere cannot be read"), "{}", ran.err);
    // An older copy would sign a second history; refused, it leaves nothing behind.
    let ran = restore("older", &shown).expect(78);
    assert!(ran.err.contains("this is an older copy"), "{}", ran.err);
    program.put("other-key", r#"{"log_origin": "elsewhere", "log_key": "AAAA"}"#);
    let other = ["restore", "newest", "--keys", "other-key"];
    assert_ne!(run_on(&program, &second, &[&other[..], &shown].concat()).code, 0);
    restore("newest", &shown).expect(0);
    let ran = run_on(&program, &second, &["log", "checkpoint"]).expect(0);
    assert_eq!(ran.out, head, "the same head under the same key");
    run_on(&program, &second, &["log", "fsck"]).expect(0);
    run_on(&program, &second, &["log", "verify", "--checkpoint", "head"]).expect(0);
}

/// What was there is set aside whole, and an older copy in its place is refused until it is said
/// that entries are lost.
#[rstest]
fn what_is_there_is_replaced_only_when_told_and_never_deleted(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(places) = Places::new(backend) else { return };
    let program = directory(&places.first.url);
    program.run(&["backup", "copy", "--keys", "key"]).expect(0);
    change(&program, "Another Name (fictional)");
    let head = program.run(&["log", "checkpoint"]).expect(0).out;
    program.put("head", head.split_once("\nverifier key").unwrap().0);
    // In a database of its own, where no other test works.
    let place = match &places.second {
        None => places.first.url.clone(),
        Some(second) => {
            run_on(&program, second, &["import", "providers", "change.ndjson"]).expect(0);
            second.clone()
        }
    };
    let newer = export(&program, &place);
    assert!(newer.contains("Another Name"));
    let ran = run_on(&program, &place, &["restore", "copy"]).expect(73);
    assert!(ran.err.contains("--replace"), "{}", ran.err);
    assert_eq!(export(&program, &place), newer);

    let server = Program::on(&place);
    let running = Serving::start(&server, &[]);
    let ran = run_on(&program, &place, &["restore", "copy", "--replace"]).expect(69);
    assert!(ran.err.contains("in use by another program"), "{}", ran.err);
    assert!(running.get("/v1/clinics?q=another").contains("200 OK"));
    running.stop();
    assert_eq!(export(&program, &place), newer);

    // Refused at the last step, it brings back what it had set aside.
    let key = ["restore", "copy", "--replace", "--keys", "key", "--checkpoint-file", "head"];
    run_on(&program, &place, &key).expect(78);
    assert_eq!(export(&program, &place), newer);

    let ran = run_on(&program, &place, &["restore", "copy", "--replace"]).expect(0);
    assert!(ran.out.contains("what was there before is"), "{}", ran.out);
    assert!(!export(&program, &place).contains("Another Name"));
    if let Some(path) = &places.first.file {
        let aside = format!("sqlite://{}.replaced-1", path.display());
        assert_eq!(export(&program, &aside), newer);
        // The checkpoint beside it stays, so the older copy cannot go on as if nothing were.
        assert!(Path::new(&format!("{}.checkpoint", path.display())).is_file());
    }
    run_on(&program, &place, &["log", "fsck"]).expect(78);
    run_on(&program, &place, &["log", "recover", "--accept-lost-entries"]).expect(0);
    run_on(&program, &place, &["log", "fsck"]).expect(0);
    if let Some(path) = &places.first.file {
        assert!(Path::new(&format!("{}.checkpoint.old-1", path.display())).is_file());
    }
}

/// Who has a copy can sign nothing with it, neither the log nor a token.
#[test]
fn a_copy_holds_no_key() {
    let db = TestDb::empty(Sqlite).unwrap();
    let program = directory(&db.url);
    program.run_with(&["admin", "create", "ann"], b"a long enough password\n").expect(0);
    program.run(&["admin", "rotate-keys"]).expect(0);
    fs::write(format!("{}.contact-key", db.file.as_ref().unwrap().display()), "a stray").unwrap();
    let text = |what: &str, table: &str| {
        db.texts(&format!("SELECT {what} AS text FROM {table}")).into_iter()
    };
    let settings = text("value", "meta WHERE key IN ('log_key', 'cursor_key', 'link_key')");
    let tokens = text("hex(private)", "signing_keys").map(|hex| {
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(byte).collect::<Vec<u8>>()
    });
    let keys: Vec<Vec<u8>> = settings.map(String::into_bytes).chain(tokens).collect();
    assert!(keys.len() >= 3, "{}", keys.len());
    let holds = |path: &Path| -> Vec<bool> {
        let bytes = fs::read(path).unwrap();
        keys.iter().map(|key| bytes.windows(key.len()).any(|part| part == key)).collect()
    };
    program.run(&["backup", "copy"]).expect(0);
    let own = db.file.as_ref().unwrap();
    assert!(holds(own).into_iter().all(|found| found), "they are where they belong");
    let copied = program.path("copy/database.db");
    assert!(!holds(&copied).into_iter().any(|found| found), "and nowhere else");
    let names: Vec<_> = fs::read_dir(program.path("copy")).unwrap().flatten().collect();
    assert_eq!(names.len(), 2, "the database and the manifest: {names:?}");
}

#[test]
fn a_copy_that_is_not_whole_is_refused_and_changes_nothing() {
    let db = TestDb::empty(Sqlite).unwrap();
    let program = directory(&db.url);
    let folder = program.path("files");
    let sha256 = evidence(&db, &folder, "%PDF-1.7 made up");
    program.run(&["backup", "copy", "--evidence-dir", "files"]).expect(0);
    let second = format!("sqlite://{}", program.path("second.db").display());
    let parts = ["database.db".to_owned(), "manifest.json".into(), format!("evidence/{sha256}")];
    for part in parts {
        let path = program.path("copy").join(&part);
        let good = fs::read(&path).unwrap();
        let mut flipped = good.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x10;
        for bad in [&good[..good.len() - 1], &flipped[..]] {
            fs::write(&path, bad).unwrap();
            let ran = run_on(&program, &second, &["restore", "copy", "--evidence-dir", "f2"]);
            // A manifest that lacks its last newline is still whole.
            if part == "manifest.json" && ran.code == 0 {
                fs::remove_file(program.path("second.db")).unwrap();
                continue;
            }
            assert!(matches!(ran.code, 1 | 65 | 73), "{part}: {ran:?}");
            assert!(!program.path("second.db").exists(), "{part}");
        }
        fs::write(&path, good).unwrap();
    }
    run_on(&program, &second, &["restore", "set.ndjson"]).expect(65);
    run_on(&program, &second, &["restore", "missing"]).expect(65);

    // A file behind evidence that is gone is told, and the rest is copied.
    fs::remove_file(folder.join(&sha256)).unwrap();
    let ran = program.run(&["backup", "poorer", "--evidence-dir", "files"]).expect(65);
    assert!(ran.out.contains(&sha256) && program.path("poorer").is_dir(), "{ran:?}");
    // And a row that was changed behind the journal's back is not copied as if it were sound.
    db.execute(
        "UPDATE providers SET document = replace(document, 'fictional', 'factional') \
         WHERE source_key = 'F001'",
    );
    let ran = program.run(&["backup", "worse", "--evidence-dir", "files"]).expect(1);
    assert!(ran.err.contains("behind the journal's back"), "{}", ran.err);
    assert!(!program.path("worse").exists());
}

/// While others write, a copy holds everything that was there when it began, and its log is the
/// beginning of the one that goes on.
#[rstest]
fn a_copy_is_made_while_writes_go_on(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(places) = Places::new(backend) else { return };
    let program = directory(&places.first.url);
    let store = places.first.store();
    let stop = AtomicBool::new(false);
    let (copied, at_the_start) = std::thread::scope(|scope| {
        scope.spawn(|| {
            use crate::support::providers::provider;
            use bedside::store::{Action, Actor, ActorKind, Reason};
            let actor = Actor::new(ActorKind::Operator, "test");
            for number in 0.. {
                if stop.load(Relaxed) {
                    break;
                }
                let one = provider(&format!("busy-{number}"));
                store
                    .write(&actor, &Reason::new("test", ""), |tx| {
                        tx.put_provider(Action::Create, &one)
                    })
                    .unwrap();
            }
        });
        let head = || store.read(|reader| reader.head()).unwrap();
        let since = head();
        while head() < since + 20 {
            std::thread::yield_now();
        }
        let at_the_start = head();
        let ran = program.run(&["backup", "copy"]);
        stop.store(true, Relaxed);
        ran.expect(0);
        let kept = fs::read_to_string(program.path("copy/manifest.json")).unwrap();
        (serde_json::from_str::<Value>(&kept).unwrap(), at_the_start)
    });
    let journal = copied["journal"].as_i64().unwrap();
    let live = store.read(|reader| reader.head()).unwrap();
    assert!(at_the_start <= journal && journal < live, "{at_the_start} {journal} {live}");
    let second = places.second(&program);
    run_on(&program, &second, &["restore", "copy"]).expect(0);
    drop(store);
    program.run(&["log", "checkpoint"]).expect(0);
    program.put("kept", copied["log"]["checkpoint"].as_str().unwrap());
    program.run(&["log", "verify", "--checkpoint", "kept"]).expect(0);
}

#[test]
fn a_copy_goes_only_into_a_database_of_its_kind() {
    let db = TestDb::empty(Sqlite).unwrap();
    let program = directory(&db.url);
    program.run(&["backup", "copy"]).expect(0);
    let ran = run_on(&program, "postgres://localhost/nowhere", &["restore", "copy"]).expect(78);
    assert!(ran.err.contains("a copy of a SQLite database"), "{}", ran.err);
    program.put("foreign.db", "something else");
    let foreign = format!("sqlite://{}", program.path("foreign.db").display());
    run_on(&program, &foreign, &["restore", "copy"]).expect(78);
    assert_eq!(fs::read(program.path("foreign.db")).unwrap(), b"something else");
    // A database that works and belongs to somebody else stays where it is.
    let theirs = TestDb::empty(Sqlite).unwrap();
    theirs.execute("CREATE TABLE ledger (id INTEGER)");
    let file = theirs.file.as_ref().unwrap();
    let before = fs::read(file).unwrap();
    let ran = run_on(&program, &theirs.url, &["restore", "copy", "--replace"]).expect(78);
    assert!(ran.err.contains("another application"), "{}", ran.err);
    assert_eq!(fs::read(file).unwrap(), before);
}

/// The first bytes of a file say whose it is. Without them nobody can open it, and a copy still
/// takes its place.
#[test]
fn a_database_whose_header_is_lost_is_set_aside_and_restored() {
    let db = TestDb::empty(Sqlite).unwrap();
    let program = directory(&db.url);
    let good = export(&program, &db.url);
    program.run(&["backup", "copy", "--keys", "key"]).expect(0);
    let file = db.file.as_ref().unwrap();
    let lose_header = || {
        use std::os::unix::fs::FileExt as _;
        let open = fs::File::options().write(true).open(file).unwrap();
        open.write_all_at(&[0; 100], 0).unwrap();
    };
    let serving = Serving::start(&program, &[]);
    lose_header();
    let replace = ["restore", "copy", "--replace", "--keys", "key"];
    let ran = program.run(&replace).expect(69);
    assert!(ran.err.contains("in use by another program"), "{}", ran.err);
    serving.stop();

    lose_header();
    let lost = fs::read(file).unwrap();
    program.run(&["log", "fsck"]).expect(78);
    program.run(&["restore", "copy"]).expect(78);
    assert_eq!(fs::read(file).unwrap(), lost);
    let ran = program.run(&replace).expect(0);
    assert!(ran.out.contains("what was there before is"), "{}", ran.out);
    assert_eq!(fs::read(format!("{}.replaced-1", file.display())).unwrap(), lost);
    assert_eq!(export(&program, &db.url), good);
    program.run(&["log", "fsck"]).expect(0);
}

/// A process that closes a file of its own accord loses the locks that SQLite holds on it there.
#[test]
fn whoever_copies_a_database_still_holds_it() {
    let db = TestDb::empty(Sqlite).unwrap();
    let program = directory(&db.url);
    program.run(&["backup", "copy"]).expect(0);
    let store = db.store();
    let replace = || Ok::<_, KeepError>(program.run(&["restore", "copy", "--replace"]));
    let held = store.copy_into(&program.path("another"), |_| replace()).unwrap();
    assert!(held.1.expect(69).err.contains("in use by another program"));
    drop(store);
    replace().unwrap().expect(0);
}
