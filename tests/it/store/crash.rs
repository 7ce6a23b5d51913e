//! SIGKILL in the middle of a write: what was answered stays, the rest leaves nothing.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use bedside::{
    clock::SystemClock,
    store::{Action, Error, Options, Store},
};
use rstest::rstest;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::provider,
};

const URL: &str = "BEDSIDE_TEST_VICTIM_URL";

#[rstest]
fn a_writer_killed_halfway_leaves_what_it_was_answered(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    if let Ok(url) = std::env::var(URL) {
        fall_silent_halfway(&url);
    }
    let Some(db) = TestDb::new(backend) else { return };
    // This program once more, with this test alone, as the process that is killed.
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["store::crash", "--test-threads=1", "--nocapture"])
        .env(URL, &db.url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(victim.stdout.take().unwrap());
    let halfway = said.lines().map_while(Result::ok).any(|line| line.contains("halfway"));
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(halfway);

    let store = db.store();
    let (count, head) =
        store.read(|reader| Ok::<_, Error>((reader.provider_count()?, reader.head()?))).unwrap();
    assert_eq!((count, head), (1, 1));
    assert_eq!(put(&store, Action::Create, &provider("after")).unwrap().head, 2);
    assert_eq!(db.texts("SELECT CAST(count(*) AS TEXT) AS text FROM slugs"), ["4"]);
}

/// Writes one provider, begins to write many, says so and waits to be killed.
fn fall_silent_halfway(url: &str) -> ! {
    let store =
        Store::open(url.parse().unwrap(), &Options::default(), Arc::new(SystemClock)).unwrap();
    put(&store, Action::Create, &provider("answered")).unwrap();
    let many: Vec<_> = (0..500).map(|n| provider(&format!("v{n}"))).collect();
    let changes: Vec<_> = many.iter().map(|provider| (Action::Create, provider)).collect();
    let written = store.write(&someone(), &because(), |tx| -> Result<(), Error> {
        tx.put_providers(&changes)?;
        println!("halfway");
        std::io::stdout().flush().unwrap();
        loop {
            std::thread::park();
        }
    });
    panic!("not killed: {written:?}");
}
