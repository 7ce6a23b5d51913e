//! How the public log behaves when it is long: what an entry costs when it is written, what a proof
//! and a signature cost, and how long it takes to derive everything again.
//!
//! ```sh
//! cargo bench --bench log             # 1,000,000 entries
//! cargo bench --bench log -- 100000   # as many as you like
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::allow_attributes,
    reason = "a measurement stops at the first surprise"
)]

use std::{sync::Arc, time::Instant};

use bedside::{
    app::public_log::{LogSettings, PublicLog, everything},
    clock::{Clock as _, SystemClock},
    domain::{
        ListingState,
        provider::{Provider, ProviderProfile},
    },
    log::tree,
    store::{Action, Actor, ActorKind, Error, Options, Publisher, Reason, Store, Target},
};
use chrono::NaiveDate;

/// Entries that one write adds.
const BATCH: u64 = 2_000;

/// Proofs that are timed.
const PROOFS: u64 = 2_000;

/// Records of a usual length that cost nothing to draw: what is measured is the log.
#[derive(Debug)]
struct Ready(String);

impl Publisher for Ready {
    fn records(&self, providers: &[&Provider], _on: NaiveDate) -> Vec<String> {
        providers
            .iter()
            .map(|provider| format!("{{\"id\":\"{}\",\"text\":\"{}\"}}", provider.id, self.0))
            .collect()
    }
}

fn provider(number: u64) -> Provider {
    let now = SystemClock.now();
    Provider {
        id: SystemClock.new_id(),
        source_key: format!("p{number}"),
        slug: format!("p{number}"),
        fictional: true,
        listing_state: ListingState::Published,
        merged_into: None,
        version: 1,
        created_at: now,
        updated_at: now,
        next_n: 1,
        profile: ProviderProfile { name: format!("P {number}"), ..ProviderProfile::default() },
        facts: Vec::new(),
        prices: Vec::new(),
        payments: Vec::new(),
        coverage: Vec::new(),
        flags: Vec::new(),
        editorial: bedside::domain::editorial::ProviderEditorial::default(),
        verifications: Vec::new(),
        evidence: Vec::new(),
        sites: Vec::new(),
    }
}

fn main() {
    let count: u64 = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("bench.db"));
    let publisher: Arc<dyn Publisher> = Arc::new(Ready("x".repeat(2_000)));
    let options = Options { publisher: Some(publisher), ..Options::default() };
    let store = Store::open(target, &options, Arc::new(SystemClock)).unwrap();
    let (actor, reason) = (Actor::new(ActorKind::System, "bench"), Reason::new("bench", ""));

    let started = Instant::now();
    for first in (0..count).step_by(usize::try_from(BATCH).unwrap()) {
        let some: Vec<Provider> = (first..count.min(first + BATCH)).map(provider).collect();
        let changes: Vec<_> = some.iter().map(|one| (Action::Publish, one)).collect();
        store.write(&actor, &reason, |tx| tx.put_providers(&changes)).unwrap();
    }
    let wrote = started.elapsed().as_secs_f64();
    println!("{count} providers stored and logged in {wrote:.1} s");

    let log = PublicLog::open(&store, &LogSettings::default()).unwrap();
    let started = Instant::now();
    log.keep(&store).unwrap();
    println!(
        "checked whole and signed for the first time in {:.1} s",
        started.elapsed().as_secs_f64()
    );

    let one = provider(count);
    store.write(&actor, &reason, |tx| tx.put_provider(Action::Publish, &one)).unwrap();
    let started = Instant::now();
    log.keep(&store).unwrap();
    println!("one more entry signed in {:.2} ms", started.elapsed().as_secs_f64() * 1e3);

    let size = count + 1;
    let mut times: Vec<f64> = (0..PROOFS)
        .map(|n| {
            let index = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) % size;
            let started = Instant::now();
            let proved = store.read(|reader| {
                let entry = reader.log_entries(index, 1)?.pop();
                let path = tree::inclusion(&mut reader.log_tree(size), index, size)?;
                Ok::<_, Error>(entry.zip(path))
            });
            assert!(proved.unwrap().is_some());
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(f64::NAN);
    println!("a proof: median {:.3} ms, 99th percentile {:.3} ms", at(50), at(99));

    let started = Instant::now();
    let checked = everything(&store, log.verifier()).unwrap();
    assert!(checked.faults.is_empty(), "{:?}", checked.faults);
    println!("everything derived again in {:.1} s", started.elapsed().as_secs_f64());
}
