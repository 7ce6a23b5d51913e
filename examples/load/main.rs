//! Measures what answers cost the server: the ordinary mix of searches, the mix whose filters match
//! next to nothing, and the worst queries that are allowed, each beside an endpoint of the same
//! server behind the same middleware that returns one fixed body of the ordinary mix's mean size.
//!
//! The cost is the server's CPU time by the kernel's own books, taken in rounds that visit every
//! mix in turn, so that whatever else the machine does falls on all of them alike. Across machines
//! only the ratios hold. `tools/bench.sh` starts everything that this needs.

#![expect(
    clippy::as_conversions,
    clippy::print_stderr,
    reason = "a measuring tool: counts become floating point, progress goes to standard error"
)]

#[path = "../common/books.rs"]
mod books;
#[path = "../common/client.rs"]
mod client;
#[path = "../common/mod.rs"]
mod common;
mod mixes;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Parser;

use books::{CpuBooks, quantile, resident_mb, sorted};
use client::Connection;
use mixes::{Mix, Refused};

/// What to measure.
#[derive(Parser)]
#[command(about = "Measure the server's CPU time and the latency of a running server")]
struct Options {
    /// The server: an address on this machine.
    #[arg(long, value_name = "HOST:PORT")]
    server: SocketAddr,
    /// The server's process id, for its CPU time.
    #[arg(long)]
    pid: u32,
    /// Requests of each mix in each round.
    #[arg(long, default_value_t = 4_000)]
    requests: usize,
    /// Rounds; each visits every mix.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Connections that ask at the same time.
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// Another seed asks other questions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The run ends with an error when it takes longer.
    #[arg(long, default_value_t = 900)]
    max_seconds: u64,
    /// Only print the mean size of the ordinary mix's bodies in bytes, and stop.
    #[arg(long)]
    body_size: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    ensure!(options.server.ip().is_loopback(), "only a server on this machine is measured");
    ensure!((1..=1_000_000).contains(&options.requests), "1 to 1,000,000 requests");
    ensure!((1..=100).contains(&options.rounds), "1 to 100 rounds");
    ensure!((1..=64).contains(&options.connections), "1 to 64 connections");
    let mut probe = Connection::open(options.server)?;
    let ordinary = mixes::ordinary(options.seed, options.requests)?;
    if options.body_size {
        let mut bytes = 0;
        for request in &ordinary.requests {
            bytes += probe.ask(request)?.success(request)?;
        }
        println!("{}", bytes / ordinary.requests.len());
        return Ok(());
    }
    let mut all = vec![mixes::fixed(), ordinary, mixes::rare(options.seed, options.requests)?];
    let (worst, refused) = mixes::worst(&mut probe)?;
    all.extend(worst);
    drop(probe);
    let measured = measure(&options, all)?;
    print_table(&options, &measured, &refused)
}

/// The status of an answer to somebody who is to come back later.
const BUSY: u16 = 503;

/// The longest pass over a worst query, seconds.
const WORST_PASS_S: u64 = 4;

/// One mix with what was measured of it.
struct Measured {
    mix: Arc<Mix>,
    /// Server CPU seconds per 1,000 requests, one value a round.
    cpu: Vec<f64>,
    /// Seconds from the first byte sent to the last byte received, of all rounds.
    latency: Vec<f64>,
    /// Bytes of bodies received, and how many bodies.
    bytes: usize,
    answers: usize,
    /// Requests that were told to come back later.
    refused: usize,
}

fn measure(options: &Options, mixes: Vec<Mix>) -> Result<Vec<Measured>> {
    let started = Instant::now();
    let mut all: Vec<Measured> = mixes
        .into_iter()
        .map(|mix| Measured {
            mix: Arc::new(mix),
            cpu: Vec::new(),
            latency: Vec::new(),
            bytes: 0,
            answers: 0,
            refused: 0,
        })
        .collect();
    // Round 0 warms caches up and is not counted. A worst query needs fewer requests for
    // a steady mean, and its pass ends after a few seconds.
    for round in 0..=options.rounds {
        for measured in &mut all {
            let left = options.max_seconds.saturating_sub(started.elapsed().as_secs());
            if left == 0 {
                bail!("the run takes longer than {} s", options.max_seconds);
            }
            let worst = measured.mix.requests.len() == 1 && measured.mix.name != mixes::FIXED;
            let share = if worst { 4 } else { 1 };
            let share = if round == 0 { 10 * share } else { share };
            let requests = options.requests.div_ceil(share);
            let before = CpuBooks::read(options.pid)?;
            let most = Duration::from_secs(if worst { WORST_PASS_S.min(left) } else { left });
            let pass = ask_all(options, &measured.mix, requests, most)?;
            let spent = CpuBooks::read(options.pid)?.since(&before);
            let answers = pass.latency.len();
            ensure!(worst || answers == requests, "the run takes too long, or is refused");
            ensure!(answers > 0, "{}: nothing was answered", measured.mix.name);
            if round > 0 {
                measured.cpu.push(spent * 1_000.0 / answers as f64);
                measured.latency.extend(pass.latency);
                measured.bytes += pass.bytes;
                measured.answers += answers;
                measured.refused += pass.refused;
            }
        }
        eprintln!("round {round} of {}: {} s", options.rounds, started.elapsed().as_secs());
    }
    Ok(all)
}

/// What one pass over a mix saw.
#[derive(Default)]
struct Pass {
    latency: Vec<f64>,
    bytes: usize,
    refused: usize,
}

/// Asks so many requests of a mix over all connections, as far as the time allows; each
/// connection asks at least once.
fn ask_all(options: &Options, mix: &Arc<Mix>, requests: usize, most: Duration) -> Result<Pass> {
    let threads: Vec<_> = (0..options.connections)
        .map(|first| {
            let (mix, server, step) = (Arc::clone(mix), options.server, options.connections);
            std::thread::spawn(move || -> Result<Pass> {
                let until = Instant::now() + most;
                let mut connection = Connection::open(server)?;
                let mut pass = Pass::default();
                for request in mix.requests.iter().cycle().take(requests).skip(first).step_by(step)
                {
                    let from = Instant::now();
                    let answer = connection.ask(request)?;
                    if answer.status == BUSY {
                        pass.refused += 1;
                    } else {
                        pass.latency.push(from.elapsed().as_secs_f64());
                        pass.bytes += answer.success(request)?;
                    }
                    if Instant::now() >= until {
                        break;
                    }
                }
                Ok(pass)
            })
        })
        .collect();
    let mut whole = Pass::default();
    for thread in threads {
        let pass = thread.join().ok().context("a connection's thread panicked")??;
        whole.latency.extend(pass.latency);
        whole.bytes += pass.bytes;
        whole.refused += pass.refused;
    }
    Ok(whole)
}

fn print_table(options: &Options, all: &[Measured], refused: &[Refused]) -> Result<()> {
    let median = |name: &str| {
        let found = all.iter().find(|measured| measured.mix.name == name);
        found.map(|measured| quantile(&sorted(&measured.cpu), 0.5)).context("a mix is missing")
    };
    let (fixed, ordinary) = (median(mixes::FIXED)?, median(mixes::ORDINARY)?);
    let mut probe = Connection::open(options.server)?;
    println!(
        "{} listings; server at {} MB resident; {} rounds of {} requests a mix over {} connections",
        mixes::listings(&mut probe)?,
        resident_mb(options.pid)?,
        options.rounds,
        options.requests,
        options.connections,
    );
    println!();
    println!(
        "| mix | CPU s per 1,000 (least-most) | to the fixed body | to the ordinary mix \
         | p50 ms | p99 ms | mean body bytes |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for Measured { mix, cpu, latency, bytes, answers, refused } in all {
        let (cpu, latency) = (sorted(cpu), sorted(latency));
        let middle = quantile(&cpu, 0.5);
        println!(
            "| {}{} | {middle:.4} ({:.4}-{:.4}) | {:.2} | {:.2} | {:.3} | {:.3} | {} |",
            mix.name,
            if *refused > 0 {
                format!(" ({refused} more: come back later)")
            } else {
                String::new()
            },
            quantile(&cpu, 0.0),
            quantile(&cpu, 1.0),
            middle / fixed,
            middle / ordinary,
            quantile(&latency, 0.5) * 1e3,
            quantile(&latency, 0.99) * 1e3,
            bytes / answers,
        );
    }
    for Refused { name, status } in refused {
        println!("| {name} | refused with a {status} problem | | | | | |");
    }
    Ok(())
}
