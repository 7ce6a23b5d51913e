//! `bedside backup` and `bedside restore`.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{Exit, Failure, database, exit};
use crate::{
    app::keeping::{self, BackUp, BackedUp, KeepError, Restore},
    clock::{Clock, SystemClock},
    config::{DatabaseArgs, LogArgs},
    store::CopyError,
};

/// `bedside backup`.
#[derive(Debug, Args)]
pub(super) struct BackupCommand {
    /// The folder to make; it must not be there yet
    copy: PathBuf,

    /// Also write the key of the public log into this file; keep it apart from the copy
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Where files behind evidence are kept; by default beside the file of a SQLite database
    #[arg(long, env = "BEDSIDE_EVIDENCE_DIR", value_name = "FOLDER")]
    evidence_dir: Option<PathBuf>,

    #[command(flatten)]
    database: DatabaseArgs,
}

/// `bedside restore`.
#[derive(Debug, Args)]
pub(super) struct RestoreCommand {
    /// The folder that `bedside backup` made
    copy: PathBuf,

    /// The key of the public log, so that the log goes on; it must be shown that nothing newer was
    /// signed, by the checkpoint that is kept beside the database or by --checkpoint-file
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Set aside what is there under another name
    #[arg(long)]
    replace: bool,

    /// Where files behind evidence are to be kept; by default beside the file of a SQLite database
    #[arg(long, env = "BEDSIDE_EVIDENCE_DIR", value_name = "FOLDER")]
    evidence_dir: Option<PathBuf>,

    #[command(flatten)]
    database: DatabaseArgs,

    #[command(flatten)]
    log: LogArgs,
}

impl BackupCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let clock = Arc::new(SystemClock);
        let store = database::open_unchanged(&self.database, clock.clone())?;
        let asked = BackUp { folder: self.copy, evidence: self.evidence_dir, keys: self.keys };
        let BackedUp { manifest, bytes } =
            keeping::back_up(&store, &asked, clock.now()).map_err(failure)?;
        exit::print(&format!(
            "{} is a whole copy: {} providers, {} journal entries, {} log entries, {} \
             evidence files, {bytes} bytes",
            asked.folder.display(),
            manifest.providers,
            manifest.journal,
            manifest.log_entries,
            manifest.evidence.len(),
        ))?;
        if manifest.evidence_missing.is_empty() {
            return Ok(Exit::Done);
        }
        exit::print(&format!(
            "{} evidence files are gone or damaged and are not in the copy:\n{}",
            manifest.evidence_missing.len(),
            manifest.evidence_missing.join("\n")
        ))?;
        Ok(Exit::InputErrors)
    }
}

impl RestoreCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let asked = Restore {
            folder: self.copy,
            target: self.database.url().parse().map_err(database::failure)?,
            evidence: self.evidence_dir,
            keys: self.keys,
            replace: self.replace,
            log: database::log_settings(&self.log),
        };
        let restored = keeping::restore(&asked, &clock).map_err(failure)?;
        let manifest = &restored.manifest;
        let mut said = format!(
            "{} is the copy of {}: {} providers, {} journal entries, {} evidence files",
            asked.target,
            manifest.made_at.format("%Y-%m-%d %H:%M:%S UTC"),
            manifest.providers,
            manifest.journal,
            manifest.evidence.len(),
        );
        if let Some(aside) = &restored.aside {
            said.push_str(&format!("\nwhat was there before is {aside} now"));
        }
        if !restored.log_goes_on {
            said.push_str(
                "\nno copy holds the key of the public log: nothing is served before `bedside log \
                 recover --accept-lost-entries` has begun a new log",
            );
        }
        exit::print(&said)
    }
}

/// The exit code that fits a copy that was not made or not restored.
fn failure(error: KeepError) -> Failure {
    match error {
        KeepError::Store(error) => database::failure(error),
        KeepError::Log(error) => database::log_failure(error),
        KeepError::Copy(CopyError::Store(error)) => database::failure(error),
        KeepError::Exists(_)
        | KeepError::Io { .. }
        | KeepError::Copy(CopyError::Occupied { .. } | CopyError::Io { .. }) => {
            Failure::Output(error.into())
        }
        KeepError::Unreadable { .. } => Failure::NoInput(error.into()),
        KeepError::NoCopy { .. } | KeepError::OtherKey(_) => Failure::Input(error.into()),
        KeepError::Copy(CopyError::NoProgram { .. } | CopyError::InUse { .. }) => {
            Failure::Unavailable(error.into())
        }
        KeepError::NoEvidenceFolder
        | KeepError::NoCheckpoint
        | KeepError::Copy(CopyError::OtherSchema { .. } | CopyError::OtherDatabase { .. }) => {
            Failure::Config(error.into())
        }
        KeepError::Faults(_)
        | KeepError::Copy(CopyError::Failed { .. } | CopyError::Damaged(_)) => {
            Failure::Other(error.into())
        }
    }
}
