//! How fast the catalog answers: `cargo bench --bench index`.
//!
//! Prints percentiles, since a mean hides the slow query, and the catalog's memory. A word
//! after `--` leaves out what does not have it in its name. Without `--bench` (as in
//! `cargo test --benches`) it runs on few listings.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    dead_code,
    reason = "a measurement stops at the first surprise, and shares the generator of the tests"
)]

use std::time::{Duration, Instant};

use bedside::{
    catalog::{Catalog, CatalogBuilder, Change, NameQuery, Place, Query, Sort, View},
    domain::place::LatLon,
};
use synthetic::{Synthetic, as_of};

#[path = "../tests/it/catalog/synthetic.rs"]
mod synthetic;

const QUERIES: usize = 10_000;

/// Every query is asked once a round and its best time counts, so that what else the machine
/// does stays out; a round is long enough for the caches to forget it.
const ROUNDS: usize = 3;

fn main() {
    let measured = std::env::args().any(|arg| arg == "--bench");
    let listings = match std::env::var("BEDSIDE_BENCH_LISTINGS") {
        Ok(number) => number.parse().unwrap(),
        Err(_) if measured => 1_000_000,
        Err(_) => 10_000,
    };
    let mut synthetic = Synthetic::new(1);
    synthetic.item_bytes = 550;
    let catalog = build(&mut synthetic, listings);
    report_memory(&catalog);
    println!("{:<44} {:>9} {:>9} {:>9} {:>9}", "search", "p50 µs", "p90 µs", "p99 µs", "max µs");
    report(&catalog, &mut synthetic, "");

    let changes: Vec<Change> = synthetic
        .listings(999)
        .into_iter()
        .map(|record| Change::Listing(Box::new(record)))
        .collect();
    let patched = catalog.patched(2, &changes);
    report(&patched, &mut synthetic, ", 999 changes pending");
    let mut times: Vec<Duration> = (3..23)
        .map(|revision| {
            let change = Change::Listing(Box::new(synthetic.listing()));
            let start = Instant::now();
            let next = patched.patched(revision, std::slice::from_ref(&change));
            let Change::Listing(record) = &change else { unreachable!() };
            assert!(next.listing(record.id).is_some());
            start.elapsed()
        })
        .collect();
    print_times("one changed listing, 999 pending", &mut times);
    let start = Instant::now();
    let rebuilt = patched.rebuilt();
    println!("rebuild of {} listings: {:.2?}", rebuilt.len(), start.elapsed());
}

fn build(synthetic: &mut Synthetic, listings: usize) -> Catalog {
    let mut builder = CatalogBuilder::new(1, as_of(), true);
    let mut taking_in = Duration::ZERO;
    for _ in 0..listings {
        let record = synthetic.listing();
        let start = Instant::now();
        builder.listing(&record);
        taking_in += start.elapsed();
    }
    let start = Instant::now();
    let catalog = builder.finish();
    println!(
        "{listings} listings: taken in in {taking_in:.2?}, indexed in {:.2?}",
        start.elapsed()
    );
    catalog
}

fn report_memory(catalog: &Catalog) {
    println!("bytes a listing:");
    let count = catalog.len() as f64;
    for (part, bytes) in catalog.memory() {
        println!("  {part:<14} {:>8.1}", bytes as f64 / count);
    }
}

fn report(catalog: &Catalog, synthetic: &mut Synthetic, note: &str) {
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let mut run = |name: &str, count: usize, mut query: Box<dyn FnMut(&mut Synthetic) -> Query>| {
        if !name.contains(&wanted) {
            return;
        }
        let queries: Vec<Query> = (0..count).map(|_| query(synthetic)).collect();
        let mut times = vec![Duration::MAX; queries.len()];
        for _ in 0..ROUNDS {
            for (query, best) in queries.iter().zip(&mut times) {
                let start = Instant::now();
                std::hint::black_box(catalog.search(query));
                *best = start.elapsed().min(*best);
            }
        }
        print_times(&format!("{name}{note}"), &mut times);
    };
    run("ordinary mix", QUERIES, Box::new(Synthetic::city_query));
    run(
        "ordinary mix, by distance",
        QUERIES,
        Box::new(|synthetic| Query { sort: Sort::Distance, ..synthetic.city_query() }),
    );
    run(
        "next to nothing matches",
        QUERIES,
        Box::new(|synthetic| {
            let mut query = synthetic.city_query();
            synthetic.rare_filter(&mut query.filters);
            query
        }),
    );
    if !note.is_empty() {
        return;
    }
    let new_york = LatLon { lat: 40.71, lon: -74.01 };
    let around = Place::Circle { center: new_york, radius_m: 500.0 * 1_609.344 };
    run(
        "500 miles around New York, 200, unknown too",
        500,
        Box::new(move |synthetic| Query {
            place: around,
            limit: 200,
            include_unknown: true,
            view: View::ALL,
            ..synthetic.city_query()
        }),
    );
    run(
        "everywhere, next to nothing matches",
        500,
        Box::new(|synthetic| {
            let mut query = Query { place: Place::Everywhere, ..synthetic.city_query() };
            synthetic.rare_filter(&mut query.filters);
            query
        }),
    );
    run(
        "a name, everywhere",
        2_000,
        Box::new(|synthetic| Query {
            names: NameQuery::new(&synthetic.mistyped_name(2)),
            place: Place::Everywhere,
            view: View::ALL,
            ..Query::default()
        }),
    );
    run(
        "eight words, everywhere",
        200,
        Box::new(|synthetic| Query {
            names: NameQuery::new(&synthetic.mistyped_name(8)),
            place: Place::Everywhere,
            view: View::ALL,
            ..Query::default()
        }),
    );
    let deep = Query { place: around, view: View::ALL, limit: 200, ..Query::default() };
    for (name, sort) in [("by distance", Sort::Distance), ("by name", Sort::Name)] {
        let mut next = Query { sort, ..deep.clone() };
        let pages = std::iter::from_fn(|| {
            next.after = Some(catalog.search(&next).next?);
            Some(next.clone())
        });
        let pages: Vec<Query> = pages.step_by(10).take(100).collect();
        let mut page = pages.into_iter().cycle();
        run(&format!("deep cursors, {name}"), 200, Box::new(move |_| page.next().unwrap()));
    }
}

fn print_times(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    let columns = [0.5, 0.9, 0.99, 1.0].map(at);
    let [p50, p90, p99, max] = columns;
    println!("{name:<44} {p50:>9.1} {p90:>9.1} {p99:>9.1} {max:>9.1}");
}
