//! `bedside log`: the public log, for whoever keeps it and for whoever checks it.

mod client;
mod verify;

use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{Exit, Failure, database, exit};
use crate::{
    app::public_log::{self, Checked, LogError, PublicLog, PublicRecords},
    clock::{Clock as _, SystemClock},
    config::{DatabaseArgs, LogArgs},
    store::{Actor, ActorKind, Reason, Store},
};

/// `bedside log`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct LogCommand {
    #[command(subcommand)]
    what: LogWhat,
}

#[derive(Debug, Subcommand)]
enum LogWhat {
    /// Check the whole log as a stranger would, and that it begins with checkpoints you kept
    Verify(verify::VerifyCommand),
    /// Rebuild every listing from the log and name each that is served otherwise
    Replay(verify::ReplayCommand),
    /// Derive everything in the database again: hashes, tiles, checkpoints, journal and rows
    Fsck(Database),
    /// Sign what is not signed yet, and print the newest checkpoint and the key that checks it
    Checkpoint(Database),
    /// Take back what an entry says; its leaf stays, and every proof holds
    Withdraw(Withdraw),
    /// Begin a new log over a restored database that lacks entries which were signed
    Recover(Recover),
}

#[derive(Debug, Args)]
struct Database {
    #[command(flatten)]
    database: DatabaseArgs,

    #[command(flatten)]
    log: LogArgs,
}

#[derive(Debug, Args)]
struct Withdraw {
    /// The entry's index, as /v1/changes gives it
    index: u64,

    /// Why, as a snake_case code that is shown in its place
    #[arg(long, value_name = "CODE")]
    reason: String,

    /// Why, in words for the journal alone
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,

    #[command(flatten)]
    place: Database,
}

#[derive(Debug, Args)]
struct Recover {
    /// Confirm that entries which were signed are lost, and that the log begins anew under
    /// another name and key
    #[arg(long)]
    accept_lost_entries: bool,

    #[command(flatten)]
    place: Database,
}

impl LogCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.what {
            LogWhat::Verify(command) => command.run(),
            LogWhat::Replay(command) => command.run(),
            LogWhat::Fsck(command) => command.fsck(),
            LogWhat::Checkpoint(command) => command.checkpoint(),
            LogWhat::Withdraw(command) => command.run(),
            LogWhat::Recover(command) => command.run(),
        }
    }
}

impl Database {
    fn store(&self) -> Result<Store, Failure> {
        database::open_existing(&self.database, Arc::new(SystemClock))
    }

    fn log(&self, store: &Store) -> Result<PublicLog, Failure> {
        let settings = database::log_settings(&self.log);
        PublicLog::open(store, &settings).map_err(database::log_failure)
    }

    fn fsck(self) -> Result<Exit, Failure> {
        let store = self.store()?;
        let log = self.log(&store)?;
        let mut checked =
            public_log::everything(&store, log.verifier()).map_err(database::failure)?;
        if checked.faults.is_empty() {
            checked.faults.extend(unlogged(&store)?);
        }
        let Checked { journal, providers, entries, withdrawn, tiles, checkpoints, faults } =
            checked;
        if faults.is_empty() {
            return exit::print(&format!(
                "everything fits: {entries} log entries ({withdrawn} withdrawn), {tiles} tiles, \
                 {checkpoints} checkpoints, {journal} journal entries, {providers} providers"
            ));
        }
        Err(Failure::Other(anyhow::anyhow!("the log is damaged:\n{}", faults.join("\n"))))
    }

    fn checkpoint(self) -> Result<Exit, Failure> {
        let store = self.store()?;
        let log = self.log(&store)?;
        log.keep(&store).map_err(database::log_failure)?;
        let Some(head) = log.head() else {
            return Err(Failure::Unavailable(anyhow::anyhow!(
                "another process is signing; ask again"
            )));
        };
        exit::print(&head.note)?;
        exit::print(&format!("\nverifier key: {}", log.verifier()))
    }
}

/// Providers of which the public sees something that the log does not have. Where a date has
/// turned and nobody has seen to it yet, this is no fault.
fn unlogged(store: &Store) -> Result<Vec<String>, Failure> {
    let today = SystemClock.today();
    let records = PublicRecords::built_in().map_err(Failure::Other)?;
    public_log::unlogged(store, &records, today).map_err(database::failure)
}

impl Withdraw {
    fn run(self) -> Result<Exit, Failure> {
        let code = &self.reason;
        if code.is_empty() || !code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            return Err(Failure::Input(anyhow::anyhow!(
                "`{code}` is no reason code: lower-case letters and underscores, as in court_order"
            )));
        }
        let store = self.place.store()?;
        let log = self.place.log(&store)?;
        // What was never signed could be taken back without a trace.
        log.keep(&store).map_err(database::log_failure)?;
        let actor = Actor::new(ActorKind::Operator, "log");
        let reason = Reason::new(code, &self.note);
        let done = store
            .write(&actor, &reason, |tx| tx.withdraw_payload(self.index))
            .map_err(database::failure)?;
        if done.value {
            return exit::print(&format!("entry {} is withdrawn; its leaf stays", self.index));
        }
        Err(Failure::Input(anyhow::anyhow!(
            "entry {} is not in the log, or was withdrawn before",
            self.index
        )))
    }
}

impl Recover {
    fn run(self) -> Result<Exit, Failure> {
        let store = self.place.store()?;
        if let Ok(log) = PublicLog::open(&store, &database::log_settings(&self.place.log)) {
            return Err(Failure::Input(anyhow::anyhow!(
                "the log `{}` lacks nothing that was signed; there is nothing to recover from",
                log.verifier().name()
            )));
        }
        if !self.accept_lost_entries {
            return Err(Failure::Input(anyhow::anyhow!(
                "entries that were signed will be lost for good, and whoever kept a checkpoint \
                 will see that the log broke off: look for a newer backup first, then repeat this \
                 with --accept-lost-entries"
            )));
        }
        let settings = database::log_settings(&self.place.log);
        let why = "entries that were signed are lost";
        let log = public_log::recover(&store, &settings, why).map_err(|error| match error {
            LogError::OriginFixed { .. } => Failure::Input(anyhow::anyhow!(
                "a log of this name has been signed before; choose another with --log-origin"
            )),
            other => database::log_failure(other),
        })?;
        exit::print(&format!(
            "a new log begins; say so where people find its key\nverifier key: {}",
            log.verifier()
        ))
    }
}
