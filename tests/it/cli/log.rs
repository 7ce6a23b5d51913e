//! `bedside log`, and the verifier in Python: what holds passes, whatever was tampered with does
//! not.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use rstest::rstest;
use serde_json::Value;

use super::serve::Serving;
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{fictional, file},
    program::Program,
};

const FICTIONAL: &str = include_str!("../../../data/fictional.ndjson");

/// Waits until the served checkpoint covers so many entries; at most five seconds, the promise.
fn signed(server: &Serving, size: u64) -> String {
    let started = Instant::now();
    loop {
        let answer = server.get("/checkpoint");
        let note = body(&answer);
        if note.lines().nth(1) == Some(&size.to_string()) {
            return note.to_owned();
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{answer}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

/// Runs the verifier in Python; whether it was content, and what it said.
fn python(program: &Program, args: &[&str]) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/log/verify.py");
    let ran = Command::new("python3")
        .arg(script)
        .args(args)
        .current_dir(program.path(""))
        .output()
        .unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    (ran.status.success(), String::from_utf8(said).unwrap())
}

#[rstest]
fn a_stranger_checks_the_log_from_outside(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::empty(backend) else { return };
    let program = Program::on(&db.url);
    program.put("set.ndjson", FICTIONAL);
    program.run(&["import", "providers", "set.ndjson", "--initial"]).expect(0);
    let size: u64 =
        db.texts("SELECT CAST(count(*) AS TEXT) AS text FROM log_entries")[0].parse().unwrap();
    let server = Serving::start(&program, &[]);
    let url = format!("http://{}", server.address);
    program.put("first", signed(&server, size));

    program.run(&["log", "verify", &url, "--checkpoint", "first"]).expect(0);
    program.run(&["log", "replay", &url]).expect(0);
    // A change from another process is signed within the time that is promised.
    let mut row = fictional("F001");
    row["name"] = "Another Name (fictional)".into();
    program.put("change.ndjson", file(&[row]));
    program.run(&["import", "providers", "change.ndjson", "--initial"]).expect(0);
    program.put("second", signed(&server, size + 1));
    let ran = program.run(&["log", "verify", &url, "--checkpoint", "first", "--checkpoint", "second"]);
    let ran = ran.expect(0);
    assert!(ran.out.contains(&format!("{} entries", size + 1)), "{}", ran.out);
    assert!(ran.out.contains("2 checkpoints that you kept"), "{}", ran.out);
    program.run(&["log", "verify", "--checkpoint", "first"]).expect(0);
    program.run(&["log", "replay", &url]).expect(0);
    let fsck = program.run(&["log", "fsck"]).expect(0);
    assert!(fsck.out.contains(&format!("{} log entries", size + 1)), "{}", fsck.out);

    // An entry is withdrawn, and everything still holds.
    program.run(&["log", "withdraw", "0", "--reason", "court_order"]).expect(0);
    program.run(&["log", "withdraw", "0", "--reason", "court_order"]).expect(65);
    program.run(&["log", "withdraw", "0", "--reason", "No Code"]).expect(65);
    let ran = program.run(&["log", "verify", &url, "--checkpoint", "second"]).expect(0);
    assert!(ran.out.contains("1 withdrawn"), "{}", ran.out);
    program.run(&["log", "replay", &url]).expect(0);
    program.run(&["log", "fsck"]).expect(0);
    server.stop();

    // A row that is changed directly is served, and the replay names it.
    db.execute(
        "UPDATE providers SET document = replace(document, 'Another Name', 'A Better Name') \
         WHERE source_key = 'F001'",
    );
    let ran = program.run(&["log", "fsck"]).expect(1);
    assert!(ran.err.contains("behind the journal's back"), "{}", ran.err);
    let server = Serving::start(&program, &[]);
    let url = format!("http://{}", server.address);
    let ran = program.run(&["log", "replay", &url]).expect(1);
    assert!(ran.err.contains("/name is served as \"A Better Name (fictional)\""), "{}", ran.err);
    assert!(ran.err.contains("1 of "), "{}", ran.err);
}

#[test]
fn an_older_copy_is_refused_and_recovered_on_request() {
    let program = Program::new();
    program.put("set.ndjson", FICTIONAL);
    program.run(&["import", "providers", "set.ndjson", "--initial"]).expect(0);
    let first = program.run(&["log", "checkpoint"]).expect(0).out;
    assert!(first.contains("\nverifier key: bedside/"), "{first}");
    let backup = std::fs::read(program.path("bedside.db")).unwrap();
    let mut row = fictional("F001");
    row["name"] = "Another Name (fictional)".into();
    program.put("change.ndjson", file(&[row]));
    program.run(&["import", "providers", "change.ndjson", "--initial"]).expect(0);
    let second = program.run(&["log", "checkpoint"]).expect(0).out;
    assert_ne!(first, second);
    program.run(&["log", "recover", "--accept-lost-entries"]).expect(65);

    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(program.path(&format!("bedside.db{end}")));
    }
    program.put("bedside.db", backup);
    for args in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["import", "providers", "change.ndjson"],
        &["log", "fsck"],
    ] {
        let ran = program.run(args).expect(78);
        assert!(ran.err.contains("this is an older copy"), "{}", ran.err);
        assert!(ran.err.contains("bedside log recover"), "{}", ran.err);
    }
    program.run(&["log", "recover"]).expect(65);
    let ran = program.run(&["log", "recover", "--accept-lost-entries"]).expect(0);
    assert!(ran.out.contains("a new log begins"), "{}", ran.out);
    program.run(&["log", "fsck"]).expect(0);
    let third = program.run(&["log", "checkpoint"]).expect(0).out;
    assert_ne!(third.lines().next(), first.lines().next(), "another name");
}

/// A log as files: `head`, `older`, `entries`, `proof`, `tile`; the key, and the size.
fn files(program: &Program) -> (String, u64) {
    program.put("set.ndjson", FICTIONAL);
    program.run(&["import", "providers", "set.ndjson", "--initial"]).expect(0);
    let note = program.run(&["log", "checkpoint"]).expect(0).out;
    let (older, key) = note.split_once("\nverifier key: ").unwrap();
    program.put("older", older);
    let mut row = fictional("F001");
    row["name"] = "Another Name (fictional)".into();
    program.put("change.ndjson", file(&[row]));
    program.run(&["import", "providers", "change.ndjson", "--initial"]).expect(0);
    let server = Serving::start(program, &[]);
    let size = older.lines().nth(1).unwrap().parse::<u64>().unwrap() + 1;
    program.put("head", signed(&server, size));
    let page: Value =
        serde_json::from_str(body(&server.get("/v1/log/entries?limit=500"))).unwrap();
    program.put("entries", file(page["data"].as_array().unwrap()));
    program.put("proof", body(&server.get("/v1/log/proof/5")));
    let tile = server.bytes(&format!("/tile/0/000.p/{size}"));
    program.put("tile", tile);
    (key.trim().to_owned(), size)
}

#[test]
fn the_verifier_in_python_accepts_the_log_and_refuses_every_tampered_copy() {
    let program = Program::new();
    let (key, size) = files(&program);
    let good: [&[&str]; 4] = [
        &["head", &key, "head"],
        &["proof", &key, "proof"],
        &["entries", &key, "head", "entries", "older"],
        &["tile", &key, "head", "entries", "0", "0", "tile"],
    ];
    for args in good {
        let (content, said) = python(&program, args);
        assert!(content, "{args:?}: {said}");
    }
    let read = |name: &str| std::fs::read_to_string(program.path(name)).unwrap();
    let entries: Vec<String> = read("entries").lines().map(str::to_owned).collect();
    let joined = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();

    let mut flipped = entries.clone();
    flipped[5] = flipped[5].replacen("published", "suspended", 1);
    program.put("flipped", joined(&flipped));
    program.put("shorter", joined(&entries[..entries.len() - 1]));
    let mut middle = entries.clone();
    middle.remove(5);
    program.put("middle", joined(&middle));
    let mut swapped = entries.clone();
    swapped.swap(3, 4);
    program.put("swapped", joined(&swapped));
    let mut reworded = entries.clone();
    reworded[5] = reworded[5].replacen("(fictional)", "(factional)", 1);
    program.put("reworded", joined(&reworded));
    program.put("resized", read("head").replacen(&size.to_string(), &(size - 1).to_string(), 1));
    // Somebody else's log, with a key and a history of its own.
    let fork = Program::new();
    let (other, _) = files(&fork);
    for name in ["head", "older", "proof", "entries"] {
        program.put(&format!("fork-{name}"), std::fs::read(fork.path(name)).unwrap());
    }
    program.put("moved", read("proof").replacen("index 5", "index 6", 1));
    let proof = read("proof");
    let cut: Vec<&str> = proof.lines().enumerate().filter(|(n, _)| *n != 3).map(|(_, l)| l).collect();
    program.put("cut", format!("{}\n", cut.join("\n")));
    let tile = std::fs::read(program.path("tile")).unwrap();
    program.put("truncated", &tile[..tile.len() - 32]);

    let tampered: &[&[&str]] = &[
        &["entries", &key, "head", "flipped"],
        &["entries", &key, "head", "shorter"],
        &["entries", &key, "head", "middle"],
        &["entries", &key, "head", "swapped"],
        &["entries", &key, "head", "reworded"],
        &["entries", &key, "older", "entries", "head"],
        &["entries", &key, "head", "fork-entries"],
        &["entries", &key, "fork-head", "fork-entries"],
        &["entries", &other, "head", "entries"],
        &["entries", &other, "fork-head", "fork-entries", "older"],
        &["head", &key, "resized"],
        &["head", &other, "head"],
        &["head", &key, "proof"],
        &["proof", &key, "moved"],
        &["proof", &key, "cut"],
        &["proof", &key, "fork-proof"],
        &["proof", &key, "head"],
        &["tile", &key, "head", "entries", "0", "0", "truncated"],
        &["tile", &key, "head", "entries", "0", "1", "tile"],
        &["tile", &key, "head", "entries", "1", "0", "tile"],
    ];
    for args in tampered {
        let (content, said) = python(&program, args);
        assert!(!content && !said.contains("Traceback"), "{args:?}: {said}");
    }
}

#[test]
fn the_log_is_verified_by_the_program_as_the_key_that_was_given_says() {
    let program = Program::new();
    let (key, _) = files(&program);
    program.run(&["log", "verify", "--vkey", &key, "--checkpoint", "older"]).expect(0);
    let fork = Program::new();
    let (other, _) = files(&fork);
    program.put("fork", std::fs::read(fork.path("older")).unwrap());
    for args in [
        &["log", "verify", "--vkey", &other][..],
        &["log", "verify", "--vkey", "no key"],
        &["log", "verify", "--checkpoint", "fork"],
    ] {
        program.run(args).expect(1);
    }
    program.run(&["log", "verify", "--checkpoint", "missing"]).expect(66);
    program.run(&["log", "verify", "https://directory.example"]).expect(65);
    program.run(&["log", "verify", "http://127.0.0.1:1"]).expect(69);
}
