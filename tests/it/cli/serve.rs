//! `bedside serve` and `bedside health`.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use diesel::{Connection as _, connection::SimpleConnection as _};
use rstest::rstest;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    program::Program,
};

/// A server, ended with the test.
pub(super) struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(super) address: SocketAddr,
}

impl Serving {
    pub(super) fn start(program: &Program, args: &[&str]) -> Self {
        let mut child = program
            .command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://").expect(&line);
        Self { address: address.parse().unwrap(), child, out }
    }

    /// Ends it as a power cut would, in the middle of whatever it does.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(super) fn get(&self, path: &str) -> String {
        String::from_utf8(self.answer(path)).unwrap()
    }

    /// The body of an answer that need not be text.
    pub(super) fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.answer(path);
        let head = answer.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
        answer[head + 4..].to_vec()
    }

    fn answer(&self, path: &str) -> Vec<u8> {
        let mut connection = TcpStream::connect(self.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop; the exit code, and what else was on standard output.
    pub(super) fn stop(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[rstest]
fn two_words_fill_an_empty_database_and_serve_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::empty(backend) else { return };
    let program = Program::on(&db.url);
    let server = Serving::start(&program, &["--demo"]);
    let answer = server.get("/v1/clinics?postal_code=20814&view=all");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("Calliope Health Ketamine"), "{answer}");
    assert!(answer.contains("We could not verify key safety facts"), "{answer}");
    let address = server.address.to_string();
    assert_eq!(program.run(&["health", &address]).expect(0).out, "healthy\n");
    let (code, rest) = server.stop();
    assert_eq!(
        (code, rest.as_str()),
        (Some(0), ""),
        "one line on standard output, then a clean end"
    );
    program.run(&["health", &address]).expect(69);

    // The next start finds it filled, whatever the command line says.
    let server = Serving::start(&program, &["--demo=fictional"]);
    let answer = server.get("/v1/clinics?postal_code=20814&view=all");
    assert!(answer.contains("Calliope") && answer.contains(r#""fictional":false"#), "{answer}");
}

#[test]
fn the_made_up_set_shows_accredited_clinics_by_default() {
    let program = Program::new();
    let server = Serving::start(&program, &["--demo=fictional"]);
    let answer = server.get("/v1/clinics?city=New%20York&state=NY");
    assert!(answer.contains(r#""accredited":true"#) && answer.contains(r#""state":"complete""#));
    assert!(program.path("bedside.db").is_file(), "the default database is one file here");
}

#[test]
fn strangers_are_served_only_by_an_operator_with_a_name() {
    let program = Program::new();
    let ran = program.run(&["serve", "--listen", "0.0.0.0:0"]).expect(78);
    for setting in [
        "--operator-name",
        "--operator-address",
        "--corrections-contact",
        "--policy-url",
        "--privacy-url",
    ] {
        assert!(ran.err.contains(setting), "{}", ran.err);
    }
    assert_eq!(ran.out, "");
    assert!(!program.path("bedside.db").exists());
    let partly = ["serve", "--listen", "[::]:0", "--operator-name", "A", "--policy-url", " "];
    let ran = program.run(&partly).expect(78);
    assert!(
        !ran.err.contains("--operator-name") && ran.err.contains("--policy-url"),
        "{}",
        ran.err
    );
}

#[rstest]
#[case::another_scheme(&["--database-url", "mysql://x/y"], 78, "sqlite://PATH or postgres://")]
#[case::tables_missing(&["--no-migrate"], 78, "")]
#[case::no_address(&["--listen", "nowhere"], 2, "--listen")]
fn a_server_that_cannot_start_says_why(
    #[case] args: &[&str],
    #[case] code: i32,
    #[case] mend: &str,
) {
    let program = Program::new();
    let ran = program.run(&[&["serve"], args].concat()).expect(code);
    assert!(ran.err.contains(mend) && ran.out.is_empty(), "{ran:?}");
}

#[test]
fn a_port_that_is_taken_is_69() {
    let program = Program::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = program.run(&["serve", "--listen", &address]).expect(69);
    assert!(ran.err.contains(&address), "{}", ran.err);
}

/// What another program writes and closes must reach the server, also once the server has used
/// several connections: whoever closes a handle of the file loses the locks of all of them.
#[test]
#[expect(clippy::disallowed_methods, reason = "another program knows nothing of the store")]
fn another_program_takes_nothing_away_from_the_server() {
    let program = Program::new();
    let server = Serving::start(&program, &[]);
    let post = |path: &str, body: &str| {
        let mut connection = TcpStream::connect(server.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        write!(
            connection,
            "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    };
    let log = program.path("bedside.db-wal");
    let inode = || std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(&log).unwrap());
    for name in ["ann", "ben"] {
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| post("/v1/auth/refresh", r#"{"refresh_token": "nonsense"}"#));
            }
        });
        let before = inode();
        let file = program.path("bedside.db");
        let mut other = diesel::SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        other.batch_execute("SELECT count(*) FROM journal").unwrap();
        drop(other);
        program.run_with(&["admin", "create", name], b"a long enough password\n").expect(0);
        assert_eq!(inode(), before, "the log was taken away");
        let body = format!(r#"{{"username": "{name}", "password": "a long enough password"}}"#);
        let answer = post("/v1/auth/token", &body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
    }
}
