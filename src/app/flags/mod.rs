//! Flags with due process: the engine proposes, people decide, the provider answers, the clock
//! expires. Source of every step: the rulebook, "Due process".
//!
//! A flag lives in its provider's document, so that one write changes what is decided and what
//! is shown. [`engine`] says what is due without anybody's decision, [`attend`] writes it,
//! [`decide`] is what people do, [`reply`] what the provider does by its link, [`documents`] what it
//! sends with that, [`admin`] what
//! they are shown, and [`public`] what everybody is shown.

pub mod admin;
pub mod attend;
pub mod decide;
pub mod documents;
pub mod engine;
pub mod public;
pub mod reply;

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::{
    app::{evidence::files::FileError, links::LinkError},
    domain::{
        flag::Flag,
        provider::{Kept, Provider},
    },
    store::{self, Tx},
};

/// The id of a flag in the API: its provider's id, a dot, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlagId {
    /// The provider.
    pub provider: Uuid,
    /// The flag's number within it.
    pub n: u32,
}

impl fmt::Display for FlagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.provider, self.n)
    }
}

impl FromStr for FlagId {
    type Err = FlagError;

    fn from_str(text: &str) -> Result<Self, FlagError> {
        let (provider, n) = text.split_once('.').ok_or(FlagError::Unknown)?;
        let provider = Uuid::try_parse(provider).map_err(|_malformed| FlagError::Unknown)?;
        let n = n.parse().map_err(|_malformed| FlagError::Unknown)?;
        Ok(Self { provider, n })
    }
}

/// Why nothing was done about a flag.
#[derive(Debug, thiserror::Error)]
pub enum FlagError {
    /// There is no such flag.
    #[error("no flag has this id")]
    Unknown,
    /// The link does not serve.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The flag is not where that can be done, or not yet, or not by this person.
    #[error("{0}")]
    Refused(String),
    /// Somebody independent has to be left to decide an appeal.
    #[error(
        "appeals cannot be taken while fewer than three people can decide flags: \
         nobody would be left who has not decided before"
    )]
    TooFewDeciders,
    /// What was written cannot be taken.
    #[error("{detail}")]
    Input {
        /// The JSON pointer to it.
        pointer: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// A document cannot be kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl FlagError {
    fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

/// A provider as a write sees it.
fn provider_in(tx: &mut Tx<'_>, id: Uuid) -> Result<Provider, FlagError> {
    tx.read().provider(id)?.ok_or(FlagError::Unknown)
}

/// One of its flags.
fn flag_of(provider: &Provider, n: u32) -> Result<&Kept<Flag>, FlagError> {
    let found = provider.flags.iter().find(|kept| kept.n == n && kept.stands());
    found.ok_or(FlagError::Unknown)
}

/// Puts a changed flag in its place and makes the provider's next version. From then on the flag
/// is people's: no file goes back on it.
fn replace(tx: &Tx<'_>, provider: &mut Provider, n: u32, flag: Flag) {
    if let Some(kept) = provider.flags.iter_mut().find(|kept| kept.n == n) {
        kept.item = flag;
        kept.by = crate::domain::provider::Origin::Person;
    }
    next_version(tx, provider);
}

fn next_version(tx: &Tx<'_>, provider: &mut Provider) {
    provider.version = provider.version.saturating_add(1);
    provider.updated_at = tx.at();
}
