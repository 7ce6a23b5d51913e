//! `bedside import leie`, `bedside import nppes` and `bedside import registry`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use chrono::NaiveDate;
use clap::Args;

use super::{Exit, Failure, database, exit, files};
use crate::{
    app::screening::{List, ScreenError, ScreenOptions, screen},
    clock::{Clock, SystemClock},
    config::DatabaseArgs,
    domain::fact::FactValue,
    import::registries::Map,
    rules::Rulebook,
    store::{Actor, ActorKind, Reason},
};

/// The longest map that makes sense.
const MOST_MAP_BYTES: u64 = 64 * 1024;

/// What every list is read with.
#[derive(Debug, Args)]
struct Screening {
    /// The list, or - for standard input
    file: PathBuf,

    #[command(flatten)]
    database: DatabaseArgs,

    /// The date of the list (YYYY-MM-DD); by default the date in the file's name
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,

    /// Say what would happen, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// `bedside import leie`.
#[derive(Debug, Args)]
pub(super) struct ImportLeie {
    #[command(flatten)]
    screening: Screening,

    /// Take the list although it has far fewer rows than the last one
    #[arg(long)]
    allow_fewer: bool,
}

/// `bedside import nppes`.
#[derive(Debug, Args)]
pub(super) struct ImportNppes {
    #[command(flatten)]
    screening: Screening,
}

/// `bedside import registry`.
#[derive(Debug, Args)]
pub(super) struct ImportRegistry {
    #[command(flatten)]
    screening: Screening,

    /// What the columns mean and what a row states
    #[arg(long, value_name = "MAP.toml")]
    map: PathBuf,

    /// Take the roster although it has far fewer rows than the last one
    #[arg(long)]
    allow_fewer: bool,
}

impl ImportLeie {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        self.screening.run(&List::Leie, &files::rulebook()?, self.allow_fewer)
    }
}

impl ImportNppes {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        self.screening.run(&List::Nppes, &files::rulebook()?, false)
    }
}

impl ImportRegistry {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let rulebook = files::rulebook()?;
        let map = map(&self.map, &rulebook)?;
        self.screening.run(&List::Roster(Box::new(map)), &rulebook, self.allow_fewer)
    }
}

impl Screening {
    fn run(self, list: &List, rulebook: &Rulebook, allow_fewer: bool) -> Result<Exit, Failure> {
        let mut input = exit::open(&self.file)?;
        let as_of = self.as_of.or_else(|| date_in_name(&self.file)).ok_or_else(|| {
            Failure::Input(anyhow::anyhow!(
                "nothing says what day the list is of: say --as-of YYYY-MM-DD"
            ))
        })?;
        let clock = Arc::new(SystemClock);
        let (store, _scratch) = if self.dry_run {
            database::open_for_trial(&self.database, clock.clone())?
        } else {
            (database::open_existing(&self.database, clock.clone())?, None)
        };
        let bar = files::progress_bar();
        let report = screen(
            &store,
            rulebook,
            (&Actor::new(ActorKind::Operator, "import"), &Reason::new("screening", list.title())),
            (list, &mut *input),
            clock.now(),
            ScreenOptions { as_of, dry_run: self.dry_run, allow_fewer },
            &mut |rows| bar.set_position(rows),
        )
        .map_err(failure)?;
        bar.finish_and_clear();
        let text = if self.json {
            serde_json::to_string_pretty(&report).map_err(|error| Failure::Other(error.into()))?
        } else {
            report.to_string()
        };
        exit::print(&text)?;
        Ok(if report.failed == 0 { Exit::Done } else { Exit::InputErrors })
    }
}

/// Reads and checks a map.
fn map(path: &Path, rulebook: &Rulebook) -> Result<Map, Failure> {
    use std::io::Read;
    let mut text = String::new();
    exit::open(path)?
        .take(MOST_MAP_BYTES)
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read {}", path.display()))
        .map_err(Failure::NoInput)?;
    let check = |name: &str, value: &FactValue| {
        let spec = rulebook.vocabulary().named(name);
        let spec = spec.ok_or_else(|| format!("`fact`: no fact is called `{name}`"))?;
        spec.value(value).map(|_| ()).map_err(|error| format!("`fact`: {error}"))
    };
    Map::read(&text, &check).map_err(|error| {
        Failure::Input(anyhow::anyhow!("the map {} is wrong:\n{error}", path.display()))
    })
}

/// The last date in a file's name: publishers write `…-20261108.csv` or `…2026-11-08.csv`.
fn date_in_name(path: &Path) -> Option<NaiveDate> {
    let name = path.file_stem()?.to_str()?;
    let found = |width: usize, format: &str| {
        let starts = name.char_indices().map(|(at, _)| at);
        starts
            .filter_map(|at| name.get(at..at.checked_add(width)?))
            .filter_map(|text| NaiveDate::parse_from_str(text, format).ok())
            .next_back()
    };
    let digits = |text: &NaiveDate| (1990..2100).contains(&chrono::Datelike::year(text));
    found(10, "%Y-%m-%d").or_else(|| found(8, "%Y%m%d")).filter(digits)
}

/// The exit code that fits a screening that did not happen.
fn failure(error: ScreenError) -> Failure {
    match error {
        ScreenError::Input(_) => Failure::NoInput(error.into()),
        ScreenError::Header(error) => database::header_failure(error),
        ScreenError::Refused(_) => Failure::Input(error.into()),
        ScreenError::Store(error) => database::failure(error),
    }
}
