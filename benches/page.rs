//! What one page of results costs: as JSON for programs, and as HTML for people.
//!
//! The providers are those of `just generate`, 100,000 of them or `BEDSIDE_BENCH_LISTINGS`;
//! without `--bench` (as in `cargo test --benches`) only a few.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::{hint::black_box, io::Cursor, sync::Arc};

use actix_http::Request;
use actix_web::{
    App as Application,
    dev::{Service, ServiceResponse},
    test,
    web::Data,
};
use bedside::{
    app::{
        App,
        import::{Form, ImportOptions, Knowledge, import},
        public_log::PublicRecords,
        request::{Place, SearchRequest, Sort, View},
        search::{Rendering, Shape, search},
    },
    clock::ManualClock,
    config::Operator,
    gazetteer::Gazetteer,
    http::shared::{Limits, Shared},
    pages,
    rules::Rulebook,
    store::{Options, Store, Target},
};
use chrono::{NaiveDate, NaiveTime};
use common::{Random, Towns};
use criterion::{Criterion, criterion_group, criterion_main};
use provider::{Blocks, write_provider};

#[path = "../examples/common/mod.rs"]
mod common;
#[path = "../examples/generate/provider.rs"]
mod provider;

/// The day on which everything was seen.
const TODAY: &str = "2026-11-21";

/// A directory of so many generated providers.
fn directory(count: u64) -> Arc<App> {
    let today: NaiveDate = TODAY.parse().unwrap();
    let (towns, blocks) = (Towns::load().unwrap(), Blocks::load(today).unwrap());
    let (mut random, mut file) = (Random::new(1), String::new());
    for number in 0..count {
        write_provider(&mut file, number, &mut random, &towns, &blocks).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(today.and_time(NaiveTime::MIN).and_utc()));
    let target = Target::Sqlite(folder.path().join("bench.db"));
    let publisher = Arc::new(PublicRecords::built_in().unwrap());
    let options = Options { publisher: Some(publisher), ..Options::default() };
    let store = Store::open(target, &options, clock.clone()).unwrap();
    let rulebook = Rulebook::built_in().unwrap();
    let gazetteer = Gazetteer::embedded().unwrap();
    let report = import(
        &store,
        Knowledge { gazetteer, rulebook: &rulebook },
        today.and_time(NaiveTime::MIN).and_utc(),
        (&mut Cursor::new(file), Some(Form::Ndjson)),
        ImportOptions { initial: true, strict: true, dry_run: false },
        &mut |_rows| {},
    )
    .unwrap();
    assert_eq!(report.failed, 0);
    App::open(store, clock, Operator::default()).unwrap()
}

fn pages_of_results(criterion: &mut Criterion) {
    let measured = std::env::args().any(|arg| arg == "--bench");
    let count = match std::env::var("BEDSIDE_BENCH_LISTINGS") {
        Ok(number) => number.parse().unwrap(),
        Err(_) if measured => 100_000,
        Err(_) => 500,
    };
    let app = directory(count);
    let mut group = criterion.benchmark_group("page");
    for (name, view, sort) in [
        ("20 clinics as JSON", View::Default, Sort::Distance),
        ("20 clinics as JSON, every view", View::All, Sort::Distance),
        ("20 clinics as JSON, by course cost", View::All, Sort::CourseCost),
    ] {
        let place = Place::PostalCode("60614".to_owned());
        let request = SearchRequest { place, view, sort, ..SearchRequest::default() };
        let rendering = Rendering { shape: Shape::Json, this: "/v1/clinics", next_prefix: "?" };
        group.bench_function(name, |bencher| {
            bencher.iter(|| search(&app, black_box(&request), rendering).unwrap());
        });
    }

    let runtime = actix_web::rt::System::new();
    let shared = Data::new(Shared::new(app, Limits::default(), pages::ROUTES));
    let service = runtime.block_on(test::init_service(
        Application::new().app_data(Data::clone(&shared)).configure(pages::routes()),
    ));
    for (name, path) in [
        ("a search page", "/?q=60614"),
        ("a search page in Spanish", "/es/?q=60614"),
        ("a search page with filters", "/?q=60614&payment=medicaid&route=iv"),
        ("a search page on paper", "/?q=60614&print=true"),
        ("a search page where nothing is near", "/?q=99723"),
    ] {
        assert!(page(&service, &runtime, path).status().is_success(), "{path}");
        group.bench_function(name, |bencher| bencher.iter(|| page(&service, &runtime, path)));
    }
    // As a crowd from everywhere asks: most of what a page shows was on no page before.
    let towns = Towns::load().unwrap();
    let mut random = Random::new(7);
    let paths: Vec<String> =
        (0..1_000).map(|_| format!("/?q={}", towns.pick(&mut random).unwrap().zip)).collect();
    let mut asked = paths.iter().cycle();
    group.bench_function("a search page, everywhere in turn", |bencher| {
        bencher.iter(|| page(&service, &runtime, asked.next().unwrap()));
    });
    group.finish();
}

/// Asks for a page.
fn page<S, B>(service: &S, runtime: &actix_web::rt::SystemRunner, path: &str) -> ServiceResponse<B>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
{
    let request = test::TestRequest::get().uri(path).to_request();
    runtime.block_on(test::call_service(service, request))
}

criterion_group!(benches, pages_of_results);
criterion_main!(benches);
