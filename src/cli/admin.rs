//! `bedside admin`: what only the operator at the terminal may do.

use std::{
    collections::BTreeSet,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    process::{Command, Stdio},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use super::{Exit, Failure, database, exit};
use crate::{
    app::{
        App,
        accounts::{NewUser, PeopleError},
    },
    auth::Role,
    clock::SystemClock,
    config::{DatabaseArgs, Operator},
    store::{self, Actor, ActorKind, Reason},
};

/// `bedside admin`.
#[derive(Debug, Args)]
pub(super) struct AdminCommand {
    #[command(subcommand)]
    what: AdminWhat,
}

#[derive(Debug, Subcommand)]
enum AdminWhat {
    /// Make an account; the password comes from a prompt or from standard input
    Create(Create),
    /// Give an account another password, take its second factor away and open it again
    Reset(Reset),
    /// Sign tokens with a new key from now on
    RotateKeys(RotateKeys),
}

/// `bedside admin create`.
#[derive(Debug, Args)]
struct Create {
    /// The name to sign in with
    name: String,

    /// What the person is here to do: viewer, editor, verifier, compliance_officer or admin
    #[arg(long = "role", value_name = "ROLE", default_value = "admin")]
    roles: Vec<Role>,

    #[command(flatten)]
    database: DatabaseArgs,
}

/// `bedside admin reset`.
#[derive(Debug, Args)]
struct Reset {
    /// The name of the account
    name: String,

    #[command(flatten)]
    database: DatabaseArgs,
}

/// `bedside admin rotate-keys`.
#[derive(Debug, Args)]
struct RotateKeys {
    /// Take the old keys away at once, as when one was stolen: everybody must sign in anew
    #[arg(long)]
    remove_old: bool,

    #[command(flatten)]
    database: DatabaseArgs,
}

impl AdminCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.what {
            AdminWhat::Create(command) => command.run(),
            AdminWhat::Reset(command) => command.run(),
            AdminWhat::RotateKeys(command) => command.run(),
        }
    }
}

impl Create {
    fn run(self) -> Result<Exit, Failure> {
        let app = open(&self.database)?;
        let password = read_password()?;
        let roles: BTreeSet<Role> = self.roles.into_iter().collect();
        let new = NewUser { name: self.name, password, roles };
        let reason = Reason::new("account_made", "made at the terminal");
        let user = app.create_user(&operator(), &reason, new).map_err(failure)?;
        let roles: Vec<&str> = user.roles.iter().map(|role| role.as_str()).collect();
        exit::print(&format!("made the account {} ({})", user.name, roles.join(", ")))
    }
}

impl Reset {
    fn run(self) -> Result<Exit, Failure> {
        let app = open(&self.database)?;
        let password = read_password()?;
        let reason = Reason::new("account_reset", "reset at the terminal");
        let user = app.reset_user(&operator(), &reason, &self.name, &password).map_err(failure)?;
        exit::print(&format!(
            "{} signs in with the new password and without a second factor; old sessions ended",
            user.name
        ))
    }
}

impl RotateKeys {
    fn run(self) -> Result<Exit, Failure> {
        let app = open(&self.database)?;
        let reason = Reason::new("key_rotation", "asked for at the terminal");
        app.rotate_keys(&operator(), &reason, self.remove_old).map_err(database::failure)?;
        exit::print(if self.remove_old {
            "a new key signs; tokens of the old ones are refused within a second"
        } else {
            "a new key signs within seconds; tokens of the old one go on until they end"
        })
    }
}

fn open(args: &DatabaseArgs) -> Result<Arc<App>, Failure> {
    let clock = Arc::new(SystemClock);
    let store = database::open(args, clock.clone())?;
    App::open(store, clock, Operator::default()).map_err(database::app_failure)
}

/// The operator: whoever has the database's address may do this.
fn operator() -> Actor {
    Actor::new(ActorKind::Operator, "terminal")
}

/// The exit code that fits an account that was not made.
fn failure(error: PeopleError) -> Failure {
    match error {
        PeopleError::Name(_)
        | PeopleError::Password(_)
        | PeopleError::Unknown
        | PeopleError::Present
        | PeopleError::TooMany(_)
        | PeopleError::Stale(_)
        | PeopleError::State(_)
        | PeopleError::Store(store::Error::Conflict(_)) => Failure::Input(error.into()),
        PeopleError::Store(error) => database::failure(error),
        PeopleError::Hash(_) => Failure::Other(error.into()),
    }
}

/// Reads a password: typed twice without an echo at a terminal, else the first line of what
/// standard input holds.
fn read_password() -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return read_line();
    }
    let first = ask("Password: ")?;
    if ask("The same again: ")? == first {
        Ok(first)
    } else {
        Err(Failure::Input(anyhow::anyhow!("the two passwords differ; nothing was changed")))
    }
}

fn ask(question: &str) -> Result<String, Failure> {
    let mut err = io::stderr().lock();
    let shown = write!(err, "{question}").and_then(|()| err.flush());
    shown.context("cannot ask for the password").map_err(Failure::Output)?;
    let _quiet = Quiet::begin();
    let answer = read_line();
    // The newline that was typed was not shown either.
    let _ = writeln!(err);
    answer
}

fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.context("cannot read the password from standard input").map_err(Failure::NoInput)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// While it lives the terminal does not show what is typed.
struct Quiet;

impl Quiet {
    fn begin() -> Self {
        stty("-echo");
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        stty("echo");
    }
}

/// A terminal without `stty` shows what is typed; the password is still taken.
fn stty(mode: &str) {
    let _ = Command::new("stty").arg(mode).stdin(Stdio::inherit()).status();
}
