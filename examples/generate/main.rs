//! Writes a provider file for measurements: fictional providers, clustered like the population,
//! the same bytes for the same `--count`, `--seed` and `--date`.
//!
//! ```sh
//! cargo run --release --example generate -- --count 100000 > providers.ndjson
//! ```
//!
//! Of every hundred providers twenty have each fact of the rulebook's CLINIC case from registries
//! and signed statements, ten of these an accreditation; five are like its TELE case and have no
//! site; seventy-five have three to eight statements from their own pages. Five of the latter
//! have two sites, so that there are as many listings as lines.

#![expect(clippy::print_stderr, reason = "standard output is the file")]

#[path = "../common/mod.rs"]
mod common;
mod provider;

use std::io::{BufWriter, Write as _};

use anyhow::Result;
use chrono::NaiveDate;
use clap::Parser;

use common::{Random, Towns};
use provider::{Blocks, write_provider};

/// What to write.
#[derive(Parser)]
#[command(about = "Write a provider file of fictional providers to standard output")]
struct Options {
    /// How many providers.
    #[arg(long, default_value_t = 10_000)]
    count: u64,
    /// Another seed gives other providers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day on which the evidence was seen at the latest; facts age from there.
    #[arg(long)]
    date: NaiveDate,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let towns = Towns::load()?;
    let blocks = Blocks::load(options.date)?;
    let mut random = Random::new(options.seed);
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let (mut line, mut bytes, mut sites) = (String::new(), 0, 0_u64);
    for number in 0..options.count {
        line.clear();
        sites += write_provider(&mut line, number, &mut random, &towns, &blocks)?;
        out.write_all(line.as_bytes())?;
        bytes += line.len();
    }
    out.flush()?;
    eprintln!("{} providers, {sites} sites, {} MB", options.count, bytes / 1_000_000);
    Ok(())
}
