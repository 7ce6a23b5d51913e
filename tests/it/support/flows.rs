//! What tests of the use cases share: files taken in, an application on a day of its own, and
//! questions as an API client would write them.

use std::sync::{Arc, LazyLock};

use bedside::{
    app::{
        App,
        answer::SearchAnswer,
        import::{ImportError, ImportOptions, Knowledge, import as take_in},
        search::{SearchError, answer},
    },
    clock::ManualClock,
    config::Operator,
    gazetteer::Gazetteer,
    http::{params::Params, v1::search_params},
    import::ImportReport,
    rules::Rulebook,
    store::{Options, Store},
};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::TestDb;

/// The day on which the demonstration sets were made.
pub const TODAY: &str = "2026-11-21";

/// The file's listing states count.
pub const INITIAL: ImportOptions = ImportOptions { initial: true, strict: false, dry_run: false };

/// New listings wait to be looked at.
pub const ORDINARY: ImportOptions = ImportOptions { initial: false, ..INITIAL };

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| Rulebook::built_in().unwrap());

/// The built-in rulebook.
pub fn rulebook() -> &'static Rulebook {
    &RULEBOOK
}

/// Noon of a day.
pub fn noon(day: &str) -> DateTime<Utc> {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// Imports a file on the day of the demonstration sets.
pub fn import(
    store: &Store,
    text: &[u8],
    options: ImportOptions,
) -> Result<ImportReport, ImportError> {
    let knowledge = Knowledge { gazetteer: Gazetteer::embedded().unwrap(), rulebook: rulebook() };
    let mut text = text;
    take_in(store, knowledge, noon(TODAY), (&mut text, None), options, &mut |_rows| {})
}

/// Rows as a provider file.
pub fn file(rows: &[Value]) -> Vec<u8> {
    rows.iter().flat_map(|row| format!("{row}\n").into_bytes()).collect()
}

/// The made-up set as it ships.
pub fn fictional_set() -> Vec<Value> {
    lines(include_str!("../../../data/fictional.ndjson"))
}

/// One provider of the made-up set.
pub fn fictional(key: &str) -> Value {
    fictional_set().into_iter().find(|row| row["source_key"] == key).unwrap()
}

/// The lines of a provider file.
pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An application over a database, with a clock that stands at noon of a day.
pub fn app_on(db: &TestDb, day: &str) -> (Arc<App>, Arc<ManualClock>) {
    app_with(db, day, &Options::default())
}

/// The same over a store with options.
pub fn app_with(db: &TestDb, day: &str, options: &Options) -> (Arc<App>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(noon(day)));
    let store = db.store_with(clock.clone(), options);
    (App::open(store, clock.clone(), Operator::default()).unwrap(), clock)
}

/// An application over rows that were taken in as an initial file.
pub fn app_of(db: &TestDb, rows: &[Value]) -> Arc<App> {
    let clock = Arc::new(ManualClock::new(noon(TODAY)));
    let store = db.store_with(clock, &Options::default());
    let report = import(&store, &file(rows), INITIAL).unwrap();
    assert_eq!(report.failed, 0, "{report}");
    app_on(db, TODAY).0
}

/// Asks a search as a query string.
pub fn try_search(app: &App, query: &str) -> Result<SearchAnswer, SearchError> {
    let mut params = Params::from_query(query).unwrap();
    let request = search_params::read(&mut params);
    if let Err(problem) = params.finish() {
        panic!("{query}: {problem}");
    }
    answer(app, &request)
}

/// Asks a search that is answered.
#[track_caller]
pub fn search(app: &App, query: &str) -> SearchAnswer {
    try_search(app, query).unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// The names of an answer's clinics.
pub fn names(answer: &SearchAnswer) -> Vec<&str> {
    answer.data.iter().map(|clinic| clinic.name.as_str()).collect()
}

/// How many listings an answer left out, for whatever reason.
pub fn left_out(answer: &SearchAnswer) -> u64 {
    answer.meta.left_out.counts().map(|(_, count)| count).sum()
}
