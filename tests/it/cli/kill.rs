//! SIGKILL in the middle of an import: whole providers stay, and the next run does the rest.

use std::{
    collections::HashSet,
    process::Stdio,
    time::{Duration, Instant},
};

use bedside::store::Error;
use rstest::rstest;
use serde_json::json;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    program::Program,
};

const ALL: u64 = 20_000;

#[rstest]
fn an_import_that_is_killed_leaves_whole_providers(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let program = Program::on(&db.url);
    let mut text = String::new();
    for n in 0..ALL {
        let row = json!({"source_key": format!("P{n}"), "name": format!("Killed {n} (fictional)"),
            "fictional": true, "evidence": [], "sites": [
                {"source_key": "a", "address": {"city": "Bethesda", "state": "MD"}},
                {"source_key": "b", "address": {"city": "Bethesda", "state": "MD"}}]});
        text.push_str(&format!("{row}\n"));
    }
    program.put("many.ndjson", &text);
    let mut victim = program
        .command(&["import", "providers", "many.ndjson"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let store = db.store();
    let count = || store.read(|reader| reader.provider_count()).unwrap();
    let patience = Instant::now() + Duration::from_secs(120);
    while count() == 0 {
        assert!(Instant::now() < patience, "nothing was imported");
        std::thread::sleep(Duration::from_millis(5));
    }
    victim.kill().unwrap();
    victim.wait().unwrap();

    let kept = count() as u64;
    assert!(kept > 0 && kept < ALL, "killed in time: {kept}");
    let mut sites = HashSet::new();
    let head = store
        .read(|reader| {
            reader.for_each_batch(1_000, |documents| {
                for document in documents {
                    let provider = document.provider()?;
                    assert_eq!(provider.sites.len(), 2, "{}", provider.source_key);
                    sites.extend(provider.sites.iter().map(|site| site.id));
                }
                Ok::<_, Error>(())
            })
        })
        .unwrap();
    assert_eq!((head as u64, sites.len() as u64), (kept, 2 * kept));
    assert_eq!(
        db.texts("SELECT CAST(count(*) AS TEXT) AS text FROM sites"),
        [(2 * kept).to_string()]
    );

    let ran = program.run(&["import", "providers", "many.ndjson", "--json"]).expect(0);
    let report = ran.json();
    assert_eq!(report["unchanged"], kept);
    assert_eq!(report["created"], ALL - kept);
    assert_eq!(count() as u64, ALL);
}
