//! Rows of the log's tables.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{
    super::{Error, schema},
    Face, KeptHead, Latest, LogEntry, Opening, SignedCheckpoint, hash, signed, unsigned,
};
use crate::log::leaf::PublicAction;

/// A row of `log_entries`.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = schema::log_entries)]
pub(in crate::store) struct LogRow {
    pub idx: i64,
    pub seq: i64,
    pub entity_id: String,
    pub leaf: String,
    pub leaf_hash: Vec<u8>,
    pub salt: Option<Vec<u8>>,
    pub payload: Option<String>,
    pub withdrawn: Option<String>,
}

impl TryFrom<LogRow> for LogEntry {
    type Error = Error;

    fn try_from(row: LogRow) -> Result<Self, Error> {
        Ok(Self {
            index: unsigned(row.idx)?,
            seq: row.seq,
            entity_id: row.entity_id,
            leaf: row.leaf,
            leaf_hash: hash(&row.leaf_hash)?,
            opening: row.salt.zip(row.payload).map(|(salt, payload)| Opening { salt, payload }),
            withdrawn: row.withdrawn,
        })
    }
}

/// A row of `log_tiles`.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = schema::log_tiles)]
pub(in crate::store) struct TileRow {
    pub level: i64,
    pub idx: i64,
    pub hashes: Vec<u8>,
    pub root: Vec<u8>,
}

/// A row of `log_latest`.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = schema::log_latest)]
pub(in crate::store) struct LatestRow {
    pub entity_id: String,
    pub idx: i64,
    pub state: String,
    pub record_sha256: Option<Vec<u8>>,
}

impl LatestRow {
    pub fn new(entity_id: &str, idx: i64, face: Face) -> Self {
        let record_sha256 = match face {
            Face::Shown(record) => Some(record.to_vec()),
            Face::Hidden(_) => None,
        };
        Self { entity_id: entity_id.to_owned(), idx, state: face.state().to_owned(), record_sha256 }
    }

    /// The provider's id and what the log said last about it.
    pub fn read(self) -> Result<(String, Latest), Error> {
        let hidden = [PublicAction::Suspended, PublicAction::Delisted, PublicAction::Merged];
        let face = match self.record_sha256 {
            Some(record) => Face::Shown(hash(&record)?),
            None => {
                let state = hidden.into_iter().find(|action| action.as_str() == self.state);
                Face::Hidden(state.ok_or_else(|| {
                    Error::corrupt("the latest state of a listing", self.state.clone())
                })?)
            }
        };
        Ok((self.entity_id, Latest { index: unsigned(self.idx)?, face }))
    }
}

/// A row of `log_checkpoints`.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = schema::log_checkpoints)]
pub(in crate::store) struct CheckpointRow {
    pub origin: String,
    pub size: i64,
    pub root: Vec<u8>,
    pub note: String,
    pub at: NaiveDateTime,
}

impl From<&SignedCheckpoint> for CheckpointRow {
    fn from(signed_one: &SignedCheckpoint) -> Self {
        Self {
            origin: signed_one.origin.clone(),
            size: signed(signed_one.size),
            root: signed_one.root.to_vec(),
            note: signed_one.note.clone(),
            at: signed_one.at.naive_utc(),
        }
    }
}

impl TryFrom<CheckpointRow> for SignedCheckpoint {
    type Error = Error;

    fn try_from(row: CheckpointRow) -> Result<Self, Error> {
        Ok(Self {
            origin: row.origin,
            size: unsigned(row.size)?,
            root: hash(&row.root)?,
            note: row.note,
            at: row.at.and_utc(),
        })
    }
}

/// A row of `log_kept`; there is one.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = schema::log_kept)]
pub(in crate::store) struct KeptRow {
    pub id: i64,
    pub origin: String,
    pub size: i64,
    pub root: Vec<u8>,
}

impl TryFrom<KeptRow> for KeptHead {
    type Error = Error;

    fn try_from(row: KeptRow) -> Result<Self, Error> {
        Ok(Self { origin: row.origin, size: unsigned(row.size)?, root: hash(&row.root)? })
    }
}
