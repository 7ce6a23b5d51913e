//! The public log: what the tables keep of it, and how a write adds to it.
//!
//! A [`Tx`](super::Tx) that changes a provider compares what the public may see of it with what
//! the log said last, and adds an entry where they differ, within the same transaction and under
//! the writer's lock. What the public may see is for the [`Publisher`] to say; a store that has
//! none refuses to change anything that is public, so that no public change is without its
//! entry. Where nothing public changed there is no entry, and no gap either.

mod read;
mod rows;
mod write;

use chrono::{DateTime, NaiveDate, Utc};

use super::Error;
use crate::{
    domain::provider::Provider,
    log::{Hash, leaf::PublicAction},
};

pub(super) use rows::{LatestRow, LogRow, TileRow};
pub(super) use write::Pending;

/// Says what the public may see.
pub trait Publisher: Send + Sync + std::fmt::Debug {
    /// The public records of published providers on a date, in their order: each JSON without
    /// white space whose members are in the order of their names. The same provider on the same
    /// date gives the same text.
    fn records(&self, providers: &[&Provider], on: NaiveDate) -> Vec<String>;
}

/// An entry of the public log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place: 0, 1, 2 and so on without a gap.
    pub index: u64,
    /// The journal entry that it belongs to.
    pub seq: i64,
    /// The id of what was changed.
    pub entity_id: String,
    /// The leaf's text.
    pub leaf: String,
    /// The leaf's hash as it was kept.
    pub leaf_hash: Hash,
    /// What opens the leaf's commitment; none once it was withdrawn.
    pub opening: Option<Opening>,
    /// Why it was withdrawn, as a code.
    pub withdrawn: Option<String>,
}

/// What opens a commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The bytes that go before the payload.
    pub salt: Vec<u8>,
    /// What was said: JSON.
    pub payload: String,
}

/// A checkpoint that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// The log's name.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root above them.
    pub root: Hash,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub at: DateTime<Utc>,
}

/// The newest checkpoint, as it is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptHead {
    /// The log's name.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root above them.
    pub root: Hash,
}

/// What the log said last about a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latest {
    /// Where it said so.
    pub index: u64,
    /// What it said.
    pub face: Face,
}

/// What the public sees of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// A record with this SHA-256.
    Shown(Hash),
    /// That it is not shown, and how it came to that.
    Hidden(PublicAction),
}

impl Face {
    const fn state(self) -> &'static str {
        match self {
            Self::Shown(_) => PublicAction::Published.as_str(),
            Self::Hidden(action) => action.as_str(),
        }
    }
}

/// A number of the log as the tables have it.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of the tables as the log has it.
fn unsigned(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|error| Error::corrupt("a number of the public log", error))
}

/// A hash of the tables.
fn hash(bytes: &[u8]) -> Result<Hash, Error> {
    Hash::try_from(bytes).map_err(|error| Error::corrupt("a hash of the public log", error))
}
