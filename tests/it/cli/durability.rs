//! SIGKILL at any moment, of the program and of PostgreSQL: what was answered with success is
//! there afterwards, and the log still holds.
//!
//! `BEDSIDE_TEST_KILLS` says how often each is killed; a few times by default.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use rstest::rstest;
use serde_json::{Value, json};

use super::serve::Serving;
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{fictional, file},
    postgres::Cluster,
    program::Program,
};

const PASSWORD: &str = "of whoever writes while it is killed";

fn kills() -> u32 {
    std::env::var("BEDSIDE_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// A moment that is different each time.
fn moment() -> Duration {
    Duration::from_millis(150 + u64::from(rand::random::<u16>() % 700))
}

/// A request to a server that may be killed meanwhile.
fn ask(
    address: SocketAddr,
    request: &str,
    token: Option<&str>,
    body: &str,
) -> io::Result<(u16, String)> {
    let mut connection = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    connection.set_read_timeout(Some(Duration::from_secs(30)))?;
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    write!(
        connection,
        "{request} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        token.unwrap_or_default(),
        body.len()
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let status = answer.get(9..12).and_then(|status| status.parse().ok());
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
    status.zip(body).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn sign_in(address: SocketAddr) -> String {
    let body = json!({"username": "writer", "password": PASSWORD}).to_string();
    let (status, answer) = ask(address, "POST /v1/auth/token", None, &body).unwrap();
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Whatever was answered with success.
#[derive(Default)]
struct Answered {
    /// Ids of listings that the server made.
    made: Mutex<Vec<String>>,
    /// Source keys of providers that an import said it had taken in.
    imported: Mutex<Vec<String>>,
    number: AtomicU32,
}

impl Answered {
    fn next(&self) -> u32 {
        self.number.fetch_add(1, Relaxed)
    }

    /// Writes through the server as fast as it answers, until it does not.
    fn write(&self, address: SocketAddr, token: &str, stop: &AtomicBool) {
        while !stop.load(Relaxed) {
            let number = self.next();
            let listing = json!({
                "evidence": [], "source_key": format!("W{number}"), "name": format!("Written {number} (fictional)"),
                "website": format!("https://written-{number}.example/"), "fictional": true,
                "sites": [{"source_key": "main", "address": {"city": "Bethesda", "state": "MD"}}],
            });
            let body = json!({"reason_code": "test", "listing": listing}).to_string();
            let Ok((status, answer)) = ask(address, "POST /v1/admin/clinics", Some(token), &body)
            else {
                thread::sleep(Duration::from_millis(20));
                continue;
            };
            match status {
                201 => {
                    let answer: Value = serde_json::from_str(&answer).unwrap();
                    let id = answer["data"]["id"].as_str().unwrap().to_owned();
                    self.made.lock().unwrap().push(id);
                }
                503 => thread::sleep(Duration::from_millis(20)),
                _ => panic!("{status}: {answer}"),
            }
        }
    }

    /// Imports published listings, a few at a time, each run killed if the time is up.
    fn import(&self, program: &Program, stop: &AtomicBool) {
        let pattern = fictional("F001");
        while !stop.load(Relaxed) {
            let rows: Vec<Value> = (0..5)
                .map(|_| {
                    let number = self.next();
                    let mut row = pattern.clone();
                    row["source_key"] = format!("I{number}").into();
                    row["name"] = format!("Imported {number} (fictional)").into();
                    row
                })
                .collect();
            program.put("few.ndjson", file(&rows));
            let mut run = program
                .command(&["import", "providers", "few.ndjson", "--initial"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let ended = loop {
                if let Some(status) = run.try_wait().unwrap() {
                    break Some(status);
                }
                if stop.load(Relaxed) {
                    run.kill().unwrap();
                    run.wait().unwrap();
                    break None;
                }
                thread::sleep(Duration::from_millis(2));
            };
            if ended.is_some_and(|status| status.success()) {
                let keys = rows.iter().map(|row| row["source_key"].as_str().unwrap().to_owned());
                self.imported.lock().unwrap().extend(keys);
            }
        }
    }

    /// Everything that was answered is in the database.
    #[track_caller]
    fn is_kept_in(&self, db: &TestDb) {
        let all = |column: &str| -> BTreeSet<String> {
            let sql = format!("SELECT CAST({column} AS TEXT) AS text FROM providers");
            db.texts(&sql).into_iter().collect()
        };
        let (ids, keys) = (all("id"), all("source_key"));
        let (made, imported) = (self.made.lock().unwrap(), self.imported.lock().unwrap());
        let lost: Vec<&String> = made.iter().filter(|id| !ids.contains(*id)).collect();
        assert!(lost.is_empty(), "{} of {} written were lost", lost.len(), made.len());
        let lost: Vec<&String> = imported.iter().filter(|key| !keys.contains(*key)).collect();
        assert!(lost.is_empty(), "{} of {} imported were lost", lost.len(), imported.len());
    }
}

/// A database with some public listings, an account that writes, and a checkpoint that was kept.
fn prepared(url: &str) -> Program {
    let program = Program::on(url);
    let rows: Vec<Value> = ["F001", "F002", "F003"].map(fictional).to_vec();
    program.put("first.ndjson", file(&rows));
    program.run(&["import", "providers", "first.ndjson", "--initial"]).expect(0);
    let made = ["admin", "create", "writer", "--role", "editor"];
    program.run_with(&made, format!("{PASSWORD}\n").as_bytes()).expect(0);
    let note = program.run(&["log", "checkpoint"]).expect(0).out;
    program.put("first", note.split_once("\nverifier key").unwrap().0);
    program
}

/// The log holds, and begins as it did before anything was killed.
fn holds(program: &Program) {
    program.run(&["log", "fsck"]).expect(0);
    program.run(&["log", "checkpoint"]).expect(0);
    program.run(&["log", "verify", "--checkpoint", "first"]).expect(0);
}

#[rstest]
fn nothing_that_was_answered_is_lost_with_the_program(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::empty(backend) else { return };
    let program = prepared(&db.url);
    let answered = Answered::default();
    for _ in 0..kills() {
        let server = Serving::start(&program, &[]);
        let (address, token) = (server.address, sign_in(server.address));
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| answered.import(&program, &stop));
            scope.spawn(|| answered.write(address, &token, &stop));
            scope.spawn(|| answered.write(address, &token, &stop));
            thread::sleep(moment());
            server.kill();
            // The import goes on for a moment, and is killed at another.
            thread::sleep(moment());
            stop.store(true, Relaxed);
        });
        answered.is_kept_in(&db);
    }
    holds(&program);
    let (made, imported) = (answered.made.lock().unwrap(), answered.imported.lock().unwrap());
    assert!(!made.is_empty(), "{} imported, nothing written", imported.len());
}

/// The processes of a server that serve connections of the program.
fn children(parent: u32) -> Vec<u32> {
    let parent_of = |pid: u32| -> Option<u32> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    let serves = |pid: &u32| {
        let name = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        name.contains("[local]")
    };
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| parent_of(*pid) == Some(parent)).filter(serves).collect()
}

/// A server process of PostgreSQL that is killed takes all others with it, and the server recovers
/// from its log; the program goes on without a restart.
#[test]
fn nothing_that_was_answered_is_lost_with_a_process_of_postgres() {
    let Some(cluster) = Cluster::own() else { return };
    let db = TestDb::on(&cluster);
    let program = prepared(&db.url);
    let answered = Answered::default();
    let server = Serving::start(&program, &[]);
    let token = sign_in(server.address);
    let (stop, mut killed) = (AtomicBool::new(false), 0);
    thread::scope(|scope| {
        scope.spawn(|| answered.write(server.address, &token, &stop));
        scope.spawn(|| answered.write(server.address, &token, &stop));
        for _ in 0..kills() {
            let before = answered.made.lock().unwrap().len();
            let patience = Instant::now() + Duration::from_secs(30);
            // Writes go on after the last time, before the next.
            while answered.made.lock().unwrap().len() < before + 5 {
                if Instant::now() > patience {
                    stop.store(true, Relaxed);
                    panic!("no write in half a minute");
                }
                thread::sleep(Duration::from_millis(5));
            }
            thread::sleep(moment() / 4);
            for pid in children(cluster.pid()).into_iter().take(1) {
                let sent = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
                killed += u32::from(sent.unwrap().success());
            }
        }
        thread::sleep(Duration::from_secs(1));
        stop.store(true, Relaxed);
    });
    assert!(killed > 0, "no process was killed");
    let made = answered.made.lock().unwrap().len();
    assert!(made > 0);
    // The server is there again once it takes this.
    let patience = Instant::now() + Duration::from_secs(30);
    while !program.run(&["log", "checkpoint"]).out.contains("verifier key") {
        assert!(Instant::now() < patience, "the server does not come back");
        thread::sleep(Duration::from_millis(100));
    }
    answered.is_kept_in(&db);
    server.stop();
    holds(&program);
}
