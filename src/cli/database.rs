//! `bedside migrate`, and how every command opens the database.

use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tempfile::TempDir;

use super::{Exit, Failure, exit};
use crate::{
    app::import::ImportError,
    clock::{Clock, SystemClock},
    config::DatabaseArgs,
    import::csv::HeaderError,
    store::{self, Options, Prepare, Store, Target},
};

/// `bedside migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateCommand {
    #[command(flatten)]
    database: DatabaseArgs,
}

impl MigrateCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let store = open(&self.database, Arc::new(SystemClock))?;
        let ran = &store.migrations().ran;
        exit::print(&if ran.is_empty() {
            format!("{} is up to date", store.target())
        } else {
            format!("{} is up to date; ran {}", store.target(), ran.join(", "))
        })
    }
}

/// Opens the database, making or migrating it unless told not to.
pub(super) fn open(args: &DatabaseArgs, clock: Arc<dyn Clock>) -> Result<Store, Failure> {
    let prepare = if args.no_migrate { Prepare::Nothing } else { Prepare::CreateAndMigrate };
    open_prepared(args, prepare, clock)
}

/// Opens a database that must be there.
pub(super) fn open_existing(args: &DatabaseArgs, clock: Arc<dyn Clock>) -> Result<Store, Failure> {
    let prepare = if args.no_migrate { Prepare::Nothing } else { Prepare::Migrate };
    open_prepared(args, prepare, clock)
}

/// Opens a database that must not change. Where there is none, an empty one stands in for it
/// that is gone with the folder.
pub(super) fn open_for_trial(
    args: &DatabaseArgs,
    clock: Arc<dyn Clock>,
) -> Result<(Store, Option<TempDir>), Failure> {
    let target: Target = args.url().parse().map_err(failure)?;
    let unprepared = Options { prepare: Prepare::Nothing, ..Options::default() };
    match Store::open(target, &unprepared, Arc::clone(&clock)) {
        Ok(store) => Ok((store, None)),
        Err(store::Error::Missing { .. }) => {
            let scratch = tempfile::tempdir()
                .context("cannot make a folder for the trial")
                .map_err(Failure::Output)?;
            let target = Target::Sqlite(scratch.path().join("trial.db"));
            let store = Store::open(target, &Options::default(), clock).map_err(failure)?;
            Ok((store, Some(scratch)))
        }
        Err(error) => Err(failure(error)),
    }
}

fn open_prepared(
    args: &DatabaseArgs,
    prepare: Prepare,
    clock: Arc<dyn Clock>,
) -> Result<Store, Failure> {
    let target: Target = args.url().parse().map_err(failure)?;
    Store::open(target, &Options { prepare, ..Options::default() }, clock).map_err(failure)
}

/// The exit code that fits an error of the store.
pub(super) fn failure(error: store::Error) -> Failure {
    match error {
        store::Error::Unavailable { .. } => Failure::Unavailable(error.into()),
        store::Error::Target(_)
        | store::Error::Missing { .. }
        | store::Error::Foreign { .. }
        | store::Error::Newer { .. }
        | store::Error::Pending { .. }
        | store::Error::Unsafe { .. } => Failure::Config(error.into()),
        other => Failure::Other(other.into()),
    }
}

/// The exit code that fits an application that could not be opened.
pub(super) fn app_failure(error: anyhow::Error) -> Failure {
    match error.downcast_ref::<store::Error>() {
        Some(store::Error::Unavailable { .. }) => Failure::Unavailable(error),
        _ => Failure::Other(error),
    }
}

/// The exit code that fits an import that stopped.
pub(super) fn import_failure(error: ImportError) -> Failure {
    match error {
        ImportError::Input(_) => Failure::NoInput(error.into()),
        ImportError::Store(error) => failure(error),
        ImportError::NotInitial => Failure::Config(error.into()),
        ImportError::Header(error) => header_failure(error),
        ImportError::Undone => Failure::Other(error.into()),
    }
}

/// The exit code that fits a CSV file whose header is wrong, with everything wrong about it.
pub(super) fn header_failure(error: HeaderError) -> Failure {
    match error {
        HeaderError::Io(_) => Failure::NoInput(error.into()),
        HeaderError::Columns(rows) => {
            let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
            Failure::Input(anyhow::anyhow!("the header is wrong:\n{}", rows.join("\n")))
        }
    }
}
