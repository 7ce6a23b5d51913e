//! Measures signed-in writes over HTTP: people who are signed in patch listings over many
//! connections, each change over the version that its author has seen, while somebody searches.
//!
//! Rounds of searches alone and of searches beside writes follow one another, so that whatever
//! else the machine does falls on both alike. The clients have the same processors as the server.
//! `tools/bench.sh --writes` starts everything that this needs.

#![expect(
    clippy::as_conversions,
    clippy::print_stderr,
    dead_code,
    reason = "a measuring tool: counts become floating point, progress goes to standard error, \
              and the questions have more mixes than it needs"
)]

#[path = "../common/books.rs"]
mod books;
#[path = "../common/client.rs"]
mod client;
#[path = "../common/mod.rs"]
mod common;
#[path = "../load/mixes.rs"]
mod mixes;
mod people;

use std::{
    io::BufRead as _,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Parser;

use books::{CpuBooks, quantile, sorted};
use client::Connection;
use mixes::Mix;
use people::{Desk, Writer};

/// What to measure.
#[derive(Parser)]
#[command(about = "Measure signed-in writes to a running server, and what searches feel of them")]
struct Options {
    /// The server: an address on this machine.
    #[arg(long, value_name = "HOST:PORT")]
    server: SocketAddr,
    /// The server's process id, for its CPU time.
    #[arg(long)]
    pid: u32,
    /// The process id of PostgreSQL, for the CPU time of its backends.
    #[arg(long)]
    database_pid: Option<u32>,
    /// Accounts that may edit listings; the password of all is read from standard input.
    #[arg(long = "user", required = true)]
    users: Vec<String>,
    /// Connections that write at the same time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Writes a second, over all connections; without it each writes as soon as it is answered.
    #[arg(long)]
    rate: Option<u32>,
    /// Seconds of searches alone, and as many of searches beside writes, in each round.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Rounds.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Every write has an idempotency key.
    #[arg(long)]
    keys: bool,
    /// A command for the shell that runs beside writes in a last round, as a backup does.
    #[arg(long)]
    meanwhile: Option<String>,
    /// Another seed asks other questions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    ensure!(options.server.ip().is_loopback(), "only a server on this machine is measured");
    ensure!((1..=256).contains(&options.connections), "1 to 256 connections");
    ensure!((1..=100).contains(&options.rounds), "1 to 100 rounds");
    let password = std::io::stdin().lock().lines().next().context("no password")??;
    let desk = Desk::open(options.server, &options.users, &password)?;
    let mut writers = desk.writers(options.connections, options.keys)?;
    let questions = mixes::ordinary(options.seed, 2_000)?;
    let time = Duration::from_secs(options.seconds);
    println!("{}", desk.queue()?);

    // Caches are warm before anything counts.
    run(&options, &questions, &mut writers, &mut Until::passed(Duration::from_secs(2)))?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        alone.push(run(&options, &questions, &mut [], &mut Until::passed(time))?);
        beside.push(run(&options, &questions, &mut writers, &mut Until::passed(time))?);
        eprintln!("round {round} of {}", options.rounds);
    }
    println!("{} connections, {} rounds of {} s", writers.len(), options.rounds, options.seconds);
    println!();
    println!(
        "| | writes a second (least-most) | write p50 ms | p99 | most | server CPU ms a write \
         | database CPU ms a write | search p50 ms | p99 (least-most) |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    println!("{}", row("searches alone", &alone, None));
    let searching = Spent::a_search(&alone);
    println!("{}", row("searches beside writes", &beside, Some(&searching)));
    if let Some(command) = &options.meanwhile {
        let other = Command::new("sh").args(["-c", command]).stdout(Stdio::null()).spawn()?;
        let busy = run(&options, &questions, &mut writers, &mut Until::Ended(other))?;
        let name = format!("the same beside the command, which took {:.1} s", busy.seconds);
        println!("{}", row(&name, &[busy], Some(&searching)));
    }
    let written: usize = writers.iter().map(|writer| writer.written).sum();
    for writer in &writers {
        writer.check()?;
    }
    println!();
    println!("every one of {written} answered writes is there");
    println!("{}", desk.queue()?);
    Ok(())
}

/// When a run ends.
enum Until {
    Passed(Instant),
    Ended(Child),
}

impl Until {
    fn passed(time: Duration) -> Self {
        Self::Passed(Instant::now() + time)
    }

    fn wait(&mut self) -> Result<()> {
        match self {
            Self::Passed(at) => {
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                Ok(())
            }
            Self::Ended(child) => match child.wait()? {
                status if status.success() => Ok(()),
                status => bail!("the command failed: {status}"),
            },
        }
    }
}

/// CPU seconds of the server, and of the database where it is another program.
#[derive(Clone, Copy)]
struct Spent {
    server: f64,
    database: f64,
}

impl Spent {
    /// What one search costs.
    fn a_search(alone: &[Run]) -> Self {
        let searches = alone.iter().map(|run| run.searches.len()).sum::<usize>().max(1) as f64;
        Self {
            server: alone.iter().map(|run| run.spent.server).sum::<f64>() / searches,
            database: alone.iter().map(|run| run.spent.database).sum::<f64>() / searches,
        }
    }
}

/// What one run saw.
struct Run {
    seconds: f64,
    spent: Spent,
    /// Seconds from the first byte sent to the last byte received.
    writes: Vec<f64>,
    searches: Vec<f64>,
}

/// Searches, and writes over as many connections as there are writers, until it ends.
fn run(
    options: &Options,
    questions: &Mix,
    writers: &mut [Writer],
    until: &mut Until,
) -> Result<Run> {
    let stop = AtomicBool::new(false);
    let pace = options
        .rate
        .map(|rate| Duration::from_secs_f64(writers.len() as f64 / f64::from(rate.max(1))));
    let books = || -> Result<(CpuBooks, f64)> {
        let database = options.database_pid.map(family).transpose()?.unwrap_or_default();
        Ok((CpuBooks::read(options.pid)?, database))
    };
    let (server, database) = books()?;
    let started = Instant::now();
    std::thread::scope(|scope| {
        let stop = &stop;
        let searching = scope.spawn(move || searched(options.server, questions, stop));
        let writing: Vec<_> = writers
            .iter_mut()
            .map(|writer| scope.spawn(move || writer.write(pace, stop)))
            .collect();
        let waited = until.wait();
        let seconds = started.elapsed().as_secs_f64();
        let now = books();
        stop.store(true, Ordering::Relaxed);
        let searches = searching.join().ok().context("the searcher panicked")??;
        let mut writes = Vec::new();
        for writer in writing {
            writes.extend(writer.join().ok().context("a writer panicked")??);
        }
        waited?;
        let (server_now, database_now) = now?;
        let spent = Spent { server: server_now.since(&server), database: database_now - database };
        Ok(Run { seconds, spent, writes, searches })
    })
}

/// Asks at most 500 questions a second, so that a search that had to wait shows.
fn searched(server: SocketAddr, questions: &Mix, stop: &AtomicBool) -> Result<Vec<f64>> {
    const PAUSE: Duration = Duration::from_millis(2);
    let mut connection = Connection::open(server)?;
    let mut times = Vec::new();
    for request in questions.requests.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let from = Instant::now();
        connection.ask(request)?.success(request)?;
        times.push(from.elapsed().as_secs_f64());
        std::thread::sleep(PAUSE);
    }
    Ok(times)
}

/// A line of the table; with the cost of a search, also what a write costs.
fn row(name: &str, runs: &[Run], searching: Option<&Spent>) -> String {
    let rates =
        sorted(&runs.iter().map(|run| run.writes.len() as f64 / run.seconds).collect::<Vec<_>>());
    let all =
        |of: fn(&Run) -> &Vec<f64>| sorted(&runs.iter().flat_map(of).copied().collect::<Vec<_>>());
    let (writes, searches) = (all(|run| &run.writes), all(|run| &run.searches));
    let p99s: Vec<f64> =
        runs.iter().map(|run| quantile(&sorted(&run.searches), 0.99) * 1e3).collect();
    let p99s = sorted(&p99s);
    let of_writes = searching.map_or_else(
        || "| | | | | | ".to_owned(),
        |search| {
            let each = |of: fn(&Spent) -> f64| {
                let all: f64 = runs.iter().map(|run| of(&run.spent)).sum();
                (all - of(search) * searches.len() as f64) * 1e3 / writes.len().max(1) as f64
            };
            format!(
                "| {:.0} ({:.0}-{:.0}) | {:.1} | {:.1} | {:.1} | {:.2} | {:.2} ",
                quantile(&rates, 0.5),
                quantile(&rates, 0.0),
                quantile(&rates, 1.0),
                quantile(&writes, 0.5) * 1e3,
                quantile(&writes, 0.99) * 1e3,
                quantile(&writes, 1.0) * 1e3,
                each(|spent| spent.server),
                each(|spent| spent.database),
            )
        },
    );
    format!(
        "| {name} {of_writes}| {:.2} | {:.2} ({:.2}-{:.2}) |",
        quantile(&searches, 0.5) * 1e3,
        quantile(&searches, 0.99) * 1e3,
        quantile(&p99s, 0.0),
        quantile(&p99s, 1.0),
    )
}

/// CPU seconds that a process and the processes that it started have spent, by ticks of 10 ms.
/// Children that have ended count as their parent's.
fn family(pid: u32) -> Result<f64> {
    let mut ticks = 0;
    for process in std::fs::read_dir("/proc")? {
        // A process may end while it is looked at.
        let Ok(stat) = std::fs::read_to_string(process?.path().join("stat")) else { continue };
        let Some((own, fields)) = stat.split_once(" (").zip(stat.rsplit_once(") ")) else {
            continue;
        };
        let fields: Vec<&str> = fields.1.split(' ').collect();
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
        let is_it = own.0.parse() == Ok(pid);
        if is_it || number(1) == Some(pid.into()) {
            let of_children = if is_it { 13..15 } else { 0..0 };
            ticks += (11..13).chain(of_children).filter_map(number).sum::<u64>();
        }
    }
    Ok(ticks as f64 / 100.0)
}
