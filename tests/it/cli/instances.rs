//! Two instances on one public log, and an older copy in the place of a newer: whatever happens,
//! no two trees of one size are signed.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bedside::{
    clock::SystemClock,
    domain::ListingState,
    log::Hash,
    store::{Action, Actor, ActorKind, Options, Reason, Store},
};
use rstest::rstest;
use serde_json::Value;

use super::{
    keeping::{Places, change, directory, run_on},
    serve::Serving,
};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    db::publisher,
    program::{Program, Ran},
    providers::provider,
};

/// A database and one that holds the same with the same key, both of which keep their newest head
/// in one file.
struct Twins {
    urls: [String; 2],
    /// The program on either.
    programs: [Program; 2],
    /// Where the newest head of both is.
    kept: String,
    _places: Places,
}

impl Twins {
    fn new(backend: Backend) -> Option<Self> {
        let places = Places::new(backend)?;
        let first = directory(&places.first.url);
        let kept = first.path("kept").display().to_string();
        first.run(&["log", "checkpoint", "--checkpoint-file", &kept]).expect(0);
        first.run(&["backup", "copy", "--keys", "key"]).expect(0);
        let urls = [places.first.url.clone(), places.second(&first)];
        let restore = ["restore", "copy", "--keys", "key", "--checkpoint-file", &kept];
        run_on(&first, &urls[1], &restore).expect(0);
        let programs = [first, Program::on(&urls[1])];
        Some(Self { urls, programs, kept, _places: places })
    }

    /// Runs the program on one of them.
    fn run(&self, at: usize, args: &[&str]) -> Ran {
        self.programs[at].run(&[args, &["--checkpoint-file", &self.kept]].concat())
    }

    /// The documented way out: a new log over what is there, once it is said that entries are lost.
    fn recovers(&self, at: usize) {
        self.run(at, &["log", "recover"]).expect(65);
        let ran = self.run(at, &["log", "recover", "--accept-lost-entries"]).expect(0);
        assert!(ran.out.contains("a new log begins"), "{}", ran.out);
        assert!(Path::new(&format!("{}.old-1", self.kept)).is_file());
        self.run(at, &["log", "checkpoint"]).expect(0);
        self.run(at, &["log", "fsck"]).expect(0);
        self.run(at, &["log", "verify"]).expect(0);
    }
}

/// The store of a database, as a server beside this process has it.
fn store(url: &str) -> Store {
    let options = Options { publisher: Some(publisher()), ..Options::default() };
    Store::open(url.parse().unwrap(), &options, Arc::new(SystemClock)).unwrap()
}

/// Makes a public listing behind the back of the servers, which sign it.
fn publish(store: &Store, key: &str) {
    let actor = Actor::new(ActorKind::Operator, "test");
    let mut listing = provider(key);
    listing.listing_state = ListingState::Published;
    store
        .write(&actor, &Reason::new("test", ""), |tx| tx.put_provider(Action::Publish, &listing))
        .unwrap();
}

/// What was signed in either database: one root for each size, or the test fails.
fn trees(urls: &[String]) -> BTreeMap<u64, Hash> {
    let mut trees = BTreeMap::new();
    for url in urls {
        for head in store(url).read(|reader| reader.checkpoints()).unwrap() {
            let first = *trees.entry(head.size).or_insert(head.root);
            assert_eq!(first, head.root, "two trees of {} entries were signed", head.size);
        }
    }
    trees
}

/// Size and root of the head that a server shows.
fn head(server: &Serving) -> (u64, String) {
    let answer = server.get("/checkpoint");
    let mut lines = answer.split_once("\r\n\r\n").unwrap().1.lines().skip(1);
    (lines.next().unwrap().parse().unwrap(), lines.next().unwrap().to_owned())
}

/// Whether a server has stopped to sign.
fn halted(server: &Serving) -> bool {
    let answer = server.get("/v1/log");
    let about: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    about["halted"].as_bool().unwrap()
}

/// Looks until it sees something, for half a minute at most.
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < patience, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[rstest]
fn two_servers_on_one_database_show_one_tree(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::empty(backend) else { return };
    let program = directory(&db.url);
    let servers = [(); 2].map(|()| Serving::start(&program, &[]));
    let (first, _) = head(&servers[0]);
    let store = db.store();
    let mut shown = BTreeMap::new();
    let mut look = || {
        for server in &servers {
            let (size, root) = head(server);
            let before = shown.entry(size).or_insert_with(|| root.clone());
            assert_eq!(*before, root, "two trees of {size} entries are shown");
        }
        shown.clone()
    };
    for number in 0..20 {
        publish(&store, &format!("twice-{number}"));
        look();
    }
    for server in &servers {
        wait("both sign or take over what was signed", || {
            look();
            (head(server).0 == first + 20).then_some(())
        });
    }
    assert!(!servers.iter().any(halted));
    trees(std::slice::from_ref(&db.url));
    program.run(&["log", "fsck"]).expect(0);
}

/// A copy that has the key runs beside the database that it was made from, as after a failover that
/// went wrong. Each has a history of its own, and one of them is signed.
#[rstest]
fn of_two_copies_that_keep_one_head_only_one_goes_on(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(twins) = Twins::new(backend) else { return };
    let keep = ["--checkpoint-file", &twins.kept];
    let servers = [0, 1].map(|at| Serving::start(&twins.programs[at], &keep));
    let before = *trees(&twins.urls).last_key_value().unwrap().0;
    for (url, key) in twins.urls.iter().zip(["here", "there"]) {
        publish(&store(url), key);
    }
    let stopped = wait("one of two copies stops to sign", || servers.iter().position(halted));
    wait("the other one goes on", || (head(&servers[1 - stopped]).0 == before + 1).then_some(()));
    assert_eq!(head(&servers[stopped]).0, before, "it shows what both had in common");
    assert_eq!(*trees(&twins.urls).last_key_value().unwrap().0, before + 1);
    assert!(servers[stopped].get("/v1/clinics?q=fictional").contains("200 OK"));

    // It does not start any more, until a new log begins in it.
    drop(servers);
    let ran = twins.run(stopped, &["serve", "--listen", "127.0.0.1:0"]).expect(78);
    assert!(ran.err.contains("are not those that were signed"), "{}", ran.err);
    assert!(ran.err.contains("bedside log recover"), "{}", ran.err);
    twins.recovers(stopped);
}

/// An older copy, put in the place of the newest with its key, by whoever had an older head to show.
#[rstest]
fn an_older_copy_behind_the_kept_head_does_not_start(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(twins) = Twins::new(backend) else { return };
    change(&twins.programs[0], "Another Name (fictional)");
    twins.run(0, &["log", "checkpoint"]).expect(0);
    let before = trees(&twins.urls);
    for args in
        [&["serve", "--listen", "127.0.0.1:0"][..], &["log", "fsck"], &["log", "checkpoint"]]
    {
        let ran = twins.run(1, args).expect(78);
        assert!(ran.err.contains("this is an older copy"), "{}", ran.err);
        assert!(ran.err.contains("bedside log recover"), "{}", ran.err);
    }
    assert_eq!(trees(&twins.urls), before, "nothing was signed");
    twins.recovers(1);
}
