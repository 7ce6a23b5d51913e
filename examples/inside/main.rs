//! Measures what can only be seen from inside: how long a start takes until the first correct
//! answer, what a listing takes in memory, when a change is seen by search, and what a hundred
//! changes a second do to the answers of everybody else.
//!
//! It opens the database itself, which no server should use meanwhile; `tools/bench.sh` runs it.

#![expect(
    clippy::as_conversions,
    dead_code,
    reason = "a measuring tool: counts become floating point, and the towns have more than it needs"
)]

#[path = "../common/mod.rs"]
mod common;

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use bedside::{
    app::{
        App,
        keeper::Keeper,
        public_log::{LogSettings, PublicRecords},
        request::{Filters, Place, SearchRequest, View},
        search::{Rendering, Shape, search},
    },
    clock::SystemClock,
    config::Operator,
    domain::{CredentialTier, PaymentCode, Route, place::LatLon, place::METRES_PER_MILE},
    store::{self, Action, Actor, ActorKind, Options as StoreOptions, Reason, Store, Target, Tx},
};
use clap::Parser;
use common::{Random, Towns, degrees};
use uuid::Uuid;

/// What to measure.
#[derive(Parser)]
#[command(about = "Measure start, memory and changes from inside the program")]
struct Options {
    /// The database, filled by `bedside import`.
    #[arg(long)]
    database_url: String,
    /// Changes a second, while searches are timed.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// Seconds of searches, without and with changes.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let started = Instant::now();
    let target: Target = options.database_url.parse()?;
    let publisher = PublicRecords::built_in()?;
    let options_of_store =
        StoreOptions { publisher: Some(Arc::new(publisher)), ..StoreOptions::default() };
    let store = Store::open(target, &options_of_store, Arc::new(SystemClock))?;
    // As `bedside serve` starts: the public log is brought up to date behind the answers.
    let log = LogSettings::default();
    let app = App::open_with(store, Arc::new(SystemClock), Operator::default(), &log)?;
    let questions = questions(2_000)?;
    ask(&app, questions.first().context("no question")?)?;
    println!(
        "start to the first answer: {:.2} s for {} listings of {} providers",
        started.elapsed().as_secs_f64(),
        app.catalog.load().len(),
        app.catalog.load().provider_count(),
    );
    report_memory(&app)?;
    let renewing = Instant::now();
    app.renew_log()?;
    println!("the public log was brought up to date in {:.2} s", renewing.elapsed().as_secs_f64());

    let mut changed = Changed::new(&app)?;
    let mut single = Times::default();
    let mut seen = Times::default();
    for _ in 0..200 {
        let from = Instant::now();
        let (id, phone) = changed.write(&app)?;
        let written = Instant::now();
        app.catch_up()?;
        ensure!(shows(&app, id, &phone), "the change is not to be seen");
        single.push(written.duration_since(from));
        seen.push(written.elapsed());
    }
    println!("a change is written in          {single}");
    println!("and then seen by search within  {seen}");

    let keeper = Keeper::start(Arc::clone(&app));
    println!("what was due and the log's signature were done in {:.2} s", settled(&app));
    let time = Duration::from_secs(options.seconds);
    println!("search, nothing changes         {}", searched(&app, &questions, time)?);
    let stop = AtomicBool::new(false);
    let (searched, late) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| changed.keep_writing(&app, options.rate, &stop));
        let searched = searched(&app, &questions, time);
        stop.store(true, Ordering::Relaxed);
        let late = writer.join().ok().context("the writer panicked")?;
        anyhow::Ok((searched?, late?))
    })?;
    println!("search, {:>4} changes a second    {searched}", options.rate);
    println!("each of them written and seen   {late}");
    drop(keeper);
    Ok(())
}

/// Waits until a keeper has done what is due after a start, such as to propose flags for everything
/// that was imported: the log is signed, and nothing changes any more. Gives the seconds.
fn settled(app: &App) -> f64 {
    const STILL: Duration = Duration::from_secs(3);
    let (started, mut still) = (Instant::now(), (0, Instant::now()));
    loop {
        let catalog = app.catalog.load();
        let signed = app.log.head().is_some_and(|head| head.size == catalog.public_revision());
        if !signed || still.0 != catalog.revision() {
            still = (catalog.revision(), Instant::now());
        }
        if still.1.elapsed() >= STILL {
            return started.elapsed().saturating_sub(STILL).as_secs_f64();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Durations, shown as percentiles.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn push(&mut self, time: Duration) {
        self.0.push(time);
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |share: f64| {
            let at = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
            sorted.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        write!(
            f,
            "p50 {:.3} ms, p99 {:.3} ms, most {:.3} ms, of {}",
            at(0.5),
            at(0.99),
            at(1.0),
            sorted.len()
        )
    }
}

/// Bytes a listing, by part and in all, beside the resident memory of the whole process.
fn report_memory(app: &App) -> Result<()> {
    let catalog = app.catalog.load();
    let listings = catalog.len().max(1) as f64;
    let parts = catalog.memory();
    let each: Vec<String> = parts
        .iter()
        .map(|(part, bytes)| format!("{part} {:.0}", *bytes as f64 / listings))
        .collect();
    let all: usize = parts.iter().map(|(_, bytes)| bytes).sum();
    let items: usize = catalog
        .providers(None, None, 10_000)
        .providers
        .iter()
        .flat_map(|provider| provider.sites())
        .filter_map(|id| catalog.listing(id))
        .map(|listing| listing.item().0.len() + listing.item().1.len())
        .sum();
    let sites: usize = catalog
        .providers(None, None, 10_000)
        .providers
        .iter()
        .map(|provider| provider.sites().count())
        .sum();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no RSS")?;
    let resident: f64 = resident.trim().trim_end_matches(" kB").parse::<f64>()? * 1_024.0;
    println!(
        "memory: {:.0} bytes a listing ({}), of which its serialised item is {:.0}; \
         resident {:.0} bytes a listing",
        all as f64 / listings,
        each.join(", "),
        items as f64 / sites.max(1) as f64,
        resident / listings,
    );
    Ok(())
}

/// Changes to providers, one after the other.
struct Changed {
    providers: Vec<Uuid>,
    actor: Actor,
    reason: Reason,
    number: u64,
    random: Random,
}

impl Changed {
    fn new(app: &App) -> Result<Self> {
        let catalog = app.catalog.load();
        let with_sites = catalog.providers(None, None, 20_000).providers.into_iter();
        let providers: Vec<Uuid> =
            with_sites.filter(|p| p.sites().next().is_some()).map(|p| p.id()).collect();
        ensure!(!providers.is_empty(), "an empty database");
        let actor = Actor::new(ActorKind::Operator, "bench");
        let reason = Reason::new("bench", "");
        Ok(Self { providers, actor, reason, number: 0, random: Random::new(77) })
    }

    /// The next change: a clinic and its other phone number.
    fn next(&mut self) -> Result<(Uuid, String)> {
        self.number += 1;
        Ok((*self.random.pick(&self.providers)?, format!("+1202555{:07}", self.number)))
    }

    /// Gives a clinic another phone number in the database; its id and the number.
    fn write(&mut self, app: &App) -> Result<(Uuid, String)> {
        let (id, phone) = self.next()?;
        let done = app.store.write(&self.actor, &self.reason, |tx| rung(tx, id, &phone))?;
        Ok((done.value, phone))
    }

    /// Writes as the service does, at a steady rate until told to stop, and says how long each
    /// change took from its begin until search shows it.
    fn keep_writing(&mut self, app: &App, rate: u32, stop: &AtomicBool) -> Result<Times> {
        let (started, mut times) = (Instant::now(), Times::default());
        for number in 0_u32.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let due = Duration::from_secs_f64(f64::from(number) / f64::from(rate));
            std::thread::sleep(due.saturating_sub(started.elapsed()));
            let (id, phone) = self.next()?;
            let begun = Instant::now();
            let done = app.write(&self.actor, &self.reason, |tx| rung(tx, id, &phone))?;
            ensure!(shows(app, done.value, &phone), "the change is not to be seen");
            times.push(begun.elapsed());
        }
        Ok(times)
    }
}

/// Gives the first site of a provider another phone number; the site's id.
fn rung(tx: &mut Tx<'_>, id: Uuid, phone: &str) -> Result<Uuid, store::Error> {
    let mut provider = tx.read().provider(id)?.ok_or(store::Error::Doomed)?;
    provider.version += 1;
    provider.updated_at = tx.at();
    let site = provider.sites.first_mut().ok_or(store::Error::Doomed)?;
    site.profile.phone = Some(phone.to_owned());
    let site = site.id;
    tx.put_provider(Action::Change, &provider)?;
    Ok(site)
}

/// Whether the clinic's item in the current catalog has the phone number.
fn shows(app: &App, id: Uuid, phone: &str) -> bool {
    let catalog = app.catalog.load();
    let wanted = phone.as_bytes();
    catalog
        .listing(id)
        .is_some_and(|listing| listing.item().1.windows(wanted.len()).any(|part| part == wanted))
}

/// The ordinary mix: every view, 5 to 100 miles, up to four filters, pages of 20.
fn questions(count: usize) -> Result<Vec<SearchRequest>> {
    let towns = Towns::load()?;
    let mut random = Random::new(5);
    (0..count)
        .map(|_| {
            let town = towns.pick(&mut random)?;
            let at = |own: i64, by: i64| degrees(own + by).parse::<f64>();
            let point =
                LatLon { lat: at(town.lat, random.jitter())?, lon: at(town.lon, random.jitter())? };
            let mut filters = Filters::default();
            for _ in 0..random.below(5) {
                match random.below(6) {
                    0 => filters.routes = vec![Route::Iv],
                    1 => filters.payments = vec![PaymentCode::Medicaid],
                    2 => filters.languages = vec!["es".to_owned()],
                    3 => filters.accepting = Some(true),
                    4 => filters.max_session_price = Some(50_000),
                    _ => filters.credential_tiers = vec![CredentialTier::A],
                }
            }
            let miles = 5.0 + random.below(96) as f64;
            Ok(SearchRequest {
                place: Place::Point(point),
                radius_m: miles * METRES_PER_MILE,
                view: *random.pick(&[View::Default, View::Supervised, View::All])?,
                filters,
                ..SearchRequest::default()
            })
        })
        .collect()
}

fn ask(app: &App, question: &SearchRequest) -> Result<()> {
    let rendering = Rendering { shape: Shape::Json, this: "/v1/clinics", next_prefix: "?" };
    black_box(search(app, question, rendering)?);
    Ok(())
}

/// Asks 500 questions a second for a while, so that a search that had to wait shows.
fn searched(app: &App, questions: &[SearchRequest], time: Duration) -> Result<Times> {
    const PAUSE: Duration = Duration::from_millis(2);
    let (started, mut times) = (Instant::now(), Times::default());
    for question in questions.iter().cycle() {
        if started.elapsed() > time {
            break;
        }
        let from = Instant::now();
        ask(app, question)?;
        times.push(from.elapsed());
        std::thread::sleep(PAUSE);
    }
    Ok(times)
}
