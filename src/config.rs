//! What an operator sets: read once from flags and environment, checked, passed down.

mod cidr;
mod limits;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

pub use self::{
    cidr::{Cidr, NoCidr},
    limits::LimitArgs,
};

/// Which database to use.
#[derive(Debug, Clone, Args)]
pub struct DatabaseArgs {
    /// Database: sqlite://PATH (one file, nothing to install) or postgres://USER@HOST/NAME
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://bedside.db",
        hide_env_values = true,
        value_name = "URL"
    )]
    database_url: SecretString,

    /// Do not bring the database's tables up to date at the start; refuse to run if they are not
    #[arg(long, env = "BEDSIDE_NO_MIGRATE")]
    pub no_migrate: bool,
}

impl DatabaseArgs {
    /// The URL, with its password.
    #[must_use]
    pub fn url(&self) -> &str {
        self.database_url.expose_secret()
    }
}

/// A set of providers that ships with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Demo {
    /// Real providers, as far as their sources go.
    Real,
    /// Made-up providers that show every case.
    Fictional,
}

/// Who runs this directory; shown with every answer.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Operator {
    /// Name of the person or organisation that runs this directory
    #[arg(long = "operator-name", env = "BEDSIDE_OPERATOR_NAME", value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,

    /// Postal address of the operator
    #[arg(long = "operator-address", env = "BEDSIDE_OPERATOR_ADDRESS", value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<String>,

    /// Where to report a mistake: an e-mail address or a web address
    #[arg(long, env = "BEDSIDE_CORRECTIONS_CONTACT", value_name = "CONTACT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrections_contact: Option<String>,

    /// Web address of the editorial policy
    #[arg(long, env = "BEDSIDE_POLICY_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_url: Option<String>,

    /// Web address of the privacy policy
    #[arg(long, env = "BEDSIDE_PRIVACY_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
}

impl Operator {
    /// The settings that a public server needs and that are not there.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        [
            ("--operator-name", &self.name),
            ("--operator-address", &self.postal_address),
            ("--corrections-contact", &self.corrections_contact),
            ("--policy-url", &self.policy_url),
            ("--privacy-url", &self.privacy_url),
        ]
        .into_iter()
        .filter(|(_, value)| value.as_deref().is_none_or(|text| text.trim().is_empty()))
        .map(|(flag, _)| flag)
        .collect()
    }
}

/// How the server listens and behaves.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Address and port to listen on; port 0 lets the system choose
    #[arg(
        long,
        env = "BEDSIDE_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "HOST:PORT"
    )]
    pub listen: SocketAddr,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become a heading of the help")]
    pub database: DatabaseArgs,

    /// Fill an empty database with a set of providers: the real ones, or made-up ones
    #[arg(
        long,
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "real",
        value_name = "SET"
    )]
    pub demo: Option<Demo>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become a heading of the help")]
    pub operator: Operator,

    /// File with the key that seals the secrets of second factors, 32 bytes in base64; keep it
    /// apart from the database and its backups. Without it the secrets are kept as they are
    /// [default: made beside a SQLite database]
    #[arg(long, env = "BEDSIDE_SECOND_FACTOR_KEY_FILE", value_name = "FILE")]
    pub second_factor_key_file: Option<std::path::PathBuf>,

    /// Where files behind evidence are kept; by default beside the file of a SQLite database
    #[arg(long, env = "BEDSIDE_EVIDENCE_DIR", value_name = "FOLDER")]
    pub evidence_dir: Option<std::path::PathBuf>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become a heading of the help")]
    pub log: LogArgs,
    /// File with the key that seals the contacts of who reports: 32 bytes in base64, kept apart
    /// from the database and its backups. Without it no contacts are taken
    #[arg(long, env = "BEDSIDE_CONTACT_KEY_FILE", value_name = "FILE")]
    pub contact_key_file: Option<PathBuf>,

    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment would become a heading of the help")]
    pub limits: LimitArgs,

    /// Threads that answer requests; by default one for each processor
    #[arg(long, env = "BEDSIDE_WORKERS", value_name = "N")]
    pub workers: Option<std::num::NonZeroUsize>,

    /// Compress answers where the client asks for it (costs more than the answer itself)
    #[arg(long, env = "BEDSIDE_COMPRESS")]
    pub compress: bool,

    /// Serve a fixed body of this many bytes at /bench/fixed, to measure other answers against
    #[arg(long, value_name = "BYTES", hide_short_help = true)]
    pub bench_fixed_body: Option<usize>,
}

/// The public log of changes.
#[derive(Debug, Clone, Default, Args)]
pub struct LogArgs {
    /// Name of the public log, as in directory.example/log; it can be chosen once, before the
    /// first checkpoint is signed [default: one that follows from the log's key]
    #[arg(long, env = "BEDSIDE_LOG_ORIGIN", value_name = "NAME")]
    pub log_origin: Option<String>,

    /// File that keeps the newest checkpoint apart from the data; put it where a restored backup
    /// does not reach [default: beside a SQLite database, none for PostgreSQL]
    #[arg(long, env = "BEDSIDE_CHECKPOINT_FILE", value_name = "FILE")]
    pub checkpoint_file: Option<std::path::PathBuf>,
}

impl ServeArgs {
    /// Refuses to serve strangers for an operator that cannot be named.
    ///
    /// # Errors
    /// Names the settings that are missing for an address other than loopback.
    pub fn check(&self) -> anyhow::Result<()> {
        let missing = self.operator.missing();
        anyhow::ensure!(
            self.listen.ip().is_loopback() || missing.is_empty(),
            "{} is reachable by others, and a public directory must say who runs it: set {} (or \
             the variables that `bedside serve --help` names), or listen on 127.0.0.1",
            self.listen,
            missing.join(", ")
        );
        Ok(())
    }
}
