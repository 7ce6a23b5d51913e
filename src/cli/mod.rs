//! The command line: one file a group of commands.

mod admin;
mod backup;
mod database;
mod exit;
mod files;
mod invite;
mod log;
mod queue;
mod rules;
mod screening;
mod search;
mod serve;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub use exit::{Exit, Failure};

/// Supervised, in-person ketamine care in the United States: the directory and its register
#[derive(Debug, Parser)]
#[command(
    name = "bedside",
    version,
    max_term_width = 100,
    propagate_version = true,
    after_help = "Exit codes: 0 done; 1 something went wrong; 2 the command line was not understood; \
                  65 the input has errors; 66 the input cannot be read; 69 the database or server \
                  cannot be reached; 73 the output cannot be written; 78 the configuration is wrong."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests over HTTP, from memory
    Serve(Box<serve::ServeCommand>),
    /// Read files into the database
    Import(files::ImportCommand),
    /// Write what the database holds
    Export(files::ExportCommand),
    /// Check a provider file without a database
    Check(files::CheckCommand),
    /// Check a rulebook, or decide about facts in a file
    Rules(rules::RulesCommand),
    /// See what to look at next, and work on it
    Queue(queue::QueueCommand),
    /// Search for clinics from the terminal
    Search(search::SearchCommand),
    /// Make a printable link by which a clinic answers questions about itself
    Invite(invite::InviteCommand),
    /// Make accounts and change signing keys, at the terminal
    Admin(admin::AdminCommand),
    /// Check and keep the public log of changes
    Log(log::LogCommand),
    /// Copy the directory while it is in use: database and evidence files, without keys
    Backup(backup::BackupCommand),
    /// Put a copy in place
    Restore(backup::RestoreCommand),
    /// Bring the database's tables up to date, or say what there is to do
    Migrate(database::MigrateCommand),
    /// Print the OpenAPI document
    Openapi,
    /// Ask a running server whether it is healthy (for container health checks)
    Health(serve::HealthCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// What went wrong, with the exit code that it stands for.
    pub fn run(self) -> Result<Exit, Failure> {
        match self.command {
            Command::Serve(command) => command.run(),
            Command::Import(command) => command.run(),
            Command::Export(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Rules(command) => command.run(),
            Command::Queue(command) => command.run(),
            Command::Search(command) => command.run(),
            Command::Invite(command) => command.run(),
            Command::Admin(command) => command.run(),
            Command::Log(command) => command.run(),
            Command::Backup(command) => command.run(),
            Command::Restore(command) => command.run(),
            Command::Migrate(command) => command.run(),
            Command::Openapi => exit::print(&crate::http::openapi::text()),
            Command::Health(command) => command.run(),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Self::command(), "bedside", &mut script);
                exit::print(&String::from_utf8_lossy(&script))
            }
        }
    }
}
