//! `bedside migrate`, and how every command opens the database.

use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tempfile::TempDir;

use super::{Exit, Failure, exit};
use crate::{
    app::{
        import::ImportError,
        public_log::{LogError, LogSettings, PublicRecords, refuse_old_copy},
    },
    clock::{Clock, SystemClock},
    config::{DatabaseArgs, LogArgs},
    import::csv::HeaderError,
    store::{self, Options, Prepare, Publisher, Store, Target},
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
    let store = open_prepared(args, prepare, clock)?;
    // What is written into an old copy would be lost with it.
    refuse_old_copy(&store, &LogSettings::default()).map_err(log_failure)?;
    Ok(store)
}

/// Opens a database that must be there.
pub(super) fn open_existing(args: &DatabaseArgs, clock: Arc<dyn Clock>) -> Result<Store, Failure> {
    let prepare = if args.no_migrate { Prepare::Nothing } else { Prepare::Migrate };
    open_prepared(args, prepare, clock)
}

/// Opens a database that must be there and up to date.
pub(super) fn open_unchanged(args: &DatabaseArgs, clock: Arc<dyn Clock>) -> Result<Store, Failure> {
    open_prepared(args, Prepare::Nothing, clock)
}

/// Opens a database that must not change. Where there is none, an empty one stands in for it
/// that is gone with the folder.
pub(super) fn open_for_trial(
    args: &DatabaseArgs,
    clock: Arc<dyn Clock>,
) -> Result<(Store, Option<TempDir>), Failure> {
    let target: Target = args.url().parse().map_err(failure)?;
    let prepare = Prepare::Nothing;
    let unprepared = Options { prepare, publisher: Some(publisher()?), ..Options::default() };
    match Store::open(target, &unprepared, Arc::clone(&clock)) {
        Ok(store) => Ok((store, None)),
        Err(store::Error::Missing { .. }) => {
            let scratch = tempfile::tempdir()
                .context("cannot make a folder for the trial")
                .map_err(Failure::Output)?;
            let target = Target::Sqlite(scratch.path().join("trial.db"));
            let options = Options { publisher: Some(publisher()?), ..Options::default() };
            let store = Store::open(target, &options, clock).map_err(failure)?;
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
    let options = Options { prepare, publisher: Some(publisher()?), ..Options::default() };
    Store::open(target, &options, clock).map_err(failure)
}

/// What says to a store what is public.
fn publisher() -> Result<Arc<dyn Publisher>, Failure> {
    Ok(Arc::new(PublicRecords::built_in().map_err(Failure::Other)?))
}

/// What the operator says about the public log.
pub(super) fn log_settings(args: &LogArgs) -> LogSettings {
    LogSettings { origin: args.log_origin.clone(), checkpoint_file: args.checkpoint_file.clone() }
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
    if let Some(store::Error::Unavailable { .. }) = error.downcast_ref::<store::Error>() {
        return Failure::Unavailable(error);
    }
    match error.downcast::<LogError>() {
        Ok(error) => log_failure(error),
        Err(error) => Failure::Other(error),
    }
}

/// The exit code that fits an error of the public log.
pub(super) fn log_failure(error: LogError) -> Failure {
    match error {
        LogError::Store(error) => failure(error),
        LogError::Damaged(_) => Failure::Other(error.into()),
        LogError::Behind { .. }
        | LogError::Forked { .. }
        | LogError::OtherLog { .. }
        | LogError::KeyMissing { .. }
        | LogError::OriginFixed { .. }
        | LogError::Note(_)
        | LogError::File { .. } => Failure::Config(error.into()),
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
