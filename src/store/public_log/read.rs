//! What is read of the log.

use std::collections::HashMap;

use diesel::{dsl::max, prelude::*};

use super::{
    super::{
        Error, Reader, dialect,
        schema::{log_checkpoints, log_entries, log_kept, log_latest, log_tiles},
    },
    KeptHead, Latest, LogEntry, SignedCheckpoint, hash,
    rows::{CheckpointRow, KeptRow, LatestRow, LogRow},
    signed, unsigned,
};
use crate::log::{
    Hash,
    tile::{Tiles, WIDTH},
    tree,
};

/// At most this many keys in one `IN (…)`.
const KEYS: usize = 500;

const READING: &str = "reading the public log";

impl Reader<'_> {
    /// How many entries the log has.
    ///
    /// # Errors
    /// Where the database does not answer; so for all that follow.
    pub fn log_size(&mut self) -> Result<u64, Error> {
        let last: Option<i64> = self
            .conn
            .run(READING, |conn| log_entries::table.select(max(log_entries::idx)).first(conn))?;
        last.map_or(Ok(0), |last| Ok(unsigned(last)? + 1))
    }

    /// Entries from `index` on, at most `limit`.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_entries(&mut self, index: u64, limit: u64) -> Result<Vec<LogEntry>, Error> {
        let rows: Vec<LogRow> = self.conn.run(READING, |conn| {
            log_entries::table
                .filter(log_entries::idx.ge(signed(index)))
                .order(log_entries::idx)
                .limit(signed(limit))
                .load(conn)
        })?;
        rows.into_iter().map(LogEntry::try_from).collect()
    }

    /// The leaves' texts from `index` on, at most `limit`: what an entry bundle holds.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_leaves(&mut self, index: u64, limit: u64) -> Result<Vec<String>, Error> {
        self.conn.run(READING, |conn| {
            log_entries::table
                .filter(log_entries::idx.ge(signed(index)))
                .order(log_entries::idx)
                .limit(signed(limit))
                .select(log_entries::leaf)
                .load(conn)
        })
    }

    /// The newest entries about one thing, the newest first, at most `limit`: each with its index
    /// and its leaf's text.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_leaves_about(&mut self, id: &str, limit: u64) -> Result<Vec<(u64, String)>, Error> {
        let rows: Vec<(i64, String)> = self.conn.run(READING, |conn| {
            log_entries::table
                .filter(log_entries::entity_id.eq(id))
                .order(log_entries::idx.desc())
                .limit(signed(limit))
                .select((log_entries::idx, log_entries::leaf))
                .load(conn)
        })?;
        rows.into_iter().map(|(index, leaf)| Ok((unsigned(index)?, leaf))).collect()
    }

    /// The first `width` hashes of a tile, as they are kept; fewer where the log is shorter.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_tile(&mut self, level: u8, index: u64, width: u64) -> Result<Vec<Hash>, Error> {
        if width == WIDTH {
            let kept: Option<Vec<u8>> = self.conn.run(READING, |conn| {
                log_tiles::table
                    .find((i64::from(level), signed(index)))
                    .select(log_tiles::hashes)
                    .first(conn)
                    .optional()
            })?;
            return kept.unwrap_or_default().chunks(32).map(hash).collect();
        }
        self.log_row(level, index * WIDTH, width)
    }

    /// Hashes of a level side by side, from what is finished below it: the leaves' own at level
    /// 0, the roots of finished tiles above.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_row(&mut self, level: u8, first: u64, count: u64) -> Result<Vec<Hash>, Error> {
        let (from, to) = (signed(first), signed(first.saturating_add(count)));
        let hashes: Vec<Vec<u8>> = self.conn.run(READING, |conn| match level.checked_sub(1) {
            None => log_entries::table
                .filter(log_entries::idx.ge(from))
                .filter(log_entries::idx.lt(to))
                .order(log_entries::idx)
                .select(log_entries::leaf_hash)
                .load(conn),
            Some(below) => log_tiles::table
                .filter(log_tiles::level.eq(i64::from(below)))
                .filter(log_tiles::idx.ge(from))
                .filter(log_tiles::idx.lt(to))
                .order(log_tiles::idx)
                .select(log_tiles::root)
                .load(conn),
        })?;
        hashes.iter().map(|bytes| hash(bytes)).collect()
    }

    /// The root that is kept above a finished tile.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_tile_root(&mut self, level: u8, index: u64) -> Result<Option<Hash>, Error> {
        let kept: Option<Vec<u8>> = self.conn.run(READING, |conn| {
            log_tiles::table
                .find((i64::from(level), signed(index)))
                .select(log_tiles::root)
                .first(conn)
                .optional()
        })?;
        kept.map(|bytes| hash(&bytes)).transpose()
    }

    /// How many finished tiles are kept.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_tile_count(&mut self) -> Result<i64, Error> {
        self.conn.run(READING, |conn| log_tiles::table.count().get_result(conn))
    }

    /// The tree of the first `size` leaves, for [`tree`]'s roots and proofs.
    pub fn log_tree(&mut self, size: u64) -> impl tree::Subtrees<Error = Error> + '_ {
        Tiles::new(size, move |level, index, width| self.log_tile(level, index, width))
    }

    /// What the log said last about some providers.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_latest(&mut self, ids: &[String]) -> Result<HashMap<String, Latest>, Error> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(KEYS) {
            let rows: Vec<LatestRow> = self.conn.run(READING, |conn| {
                dialect::load_keyed!(conn, log_latest::table, log_latest::entity_id, ids)
            })?;
            for row in rows {
                let (id, latest) = row.read()?;
                found.insert(id, latest);
            }
        }
        Ok(found)
    }

    /// What the log said last about providers whose ids follow `after`, in the order of ids.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn log_latest_after(
        &mut self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<(String, Latest)>, Error> {
        let rows: Vec<LatestRow> = self.conn.run(READING, |conn| {
            log_latest::table
                .filter(log_latest::entity_id.gt(after))
                .order(log_latest::entity_id)
                .limit(limit)
                .load(conn)
        })?;
        rows.into_iter().map(LatestRow::read).collect()
    }

    /// The newest checkpoint that a log of this name signed.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn last_checkpoint(&mut self, origin: &str) -> Result<Option<SignedCheckpoint>, Error> {
        let row: Option<CheckpointRow> = self.conn.run(READING, |conn| {
            log_checkpoints::table
                .filter(log_checkpoints::origin.eq(origin))
                .order(log_checkpoints::size.desc())
                .first(conn)
                .optional()
        })?;
        row.map(SignedCheckpoint::try_from).transpose()
    }

    /// Every checkpoint, by size.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn checkpoints(&mut self) -> Result<Vec<SignedCheckpoint>, Error> {
        let rows: Vec<CheckpointRow> = self.conn.run(READING, |conn| {
            log_checkpoints::table
                .order((log_checkpoints::size, log_checkpoints::origin))
                .load(conn)
        })?;
        rows.into_iter().map(SignedCheckpoint::try_from).collect()
    }

    /// The newest checkpoint as the row says that is replaced only by whoever knows it.
    ///
    /// # Errors
    /// See [`Self::log_size`].
    pub fn kept_head(&mut self) -> Result<Option<KeptHead>, Error> {
        let row: Option<KeptRow> =
            self.conn.run(READING, |conn| log_kept::table.first(conn).optional())?;
        row.map(KeptHead::try_from).transpose()
    }
}
