//! How a write adds to the log.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;

use super::{
    super::{
        Action, Document, EntityKind, Error, Tx, dialect,
        schema::{log_checkpoints, log_entries, log_kept},
        tx::Change,
    },
    Face, KeptHead, LatestRow, LogRow, Publisher, SignedCheckpoint, TileRow,
    rows::{CheckpointRow, KeptRow},
    signed,
};
use crate::{
    domain::{ListingState, provider::Provider},
    log::{
        fold,
        leaf::{Leaf, PublicAction, Salt, commitment},
        leaf_hash, sha256,
        tile::WIDTH,
    },
};

/// Entries that are written at once; beyond, a write keeps too much in memory.
const AT_ONCE: usize = 1_000;

const WRITING: &str = "writing the public log";

/// What a write will add to the log.
#[derive(Debug, Default)]
pub(in crate::store) struct Pending {
    /// What the log says of those providers that this write has looked at.
    faces: HashMap<String, Option<Face>>,
    entries: Vec<(LogRow, Face)>,
    /// The index of the next entry, once it is known.
    next: Option<u64>,
}

impl From<Option<u64>> for Pending {
    /// Nothing yet; the next entry has this index, where it is known.
    fn from(next: Option<u64>) -> Self {
        Self { next, ..Self::default() }
    }
}

impl Pending {
    /// The index of the next entry, once it is known.
    pub const fn next_index(&self) -> Option<u64> {
        self.next
    }

    pub fn is_large(&self) -> bool {
        self.entries.len() >= AT_ONCE
    }
}

/// What becomes public of a provider.
struct News {
    action: PublicAction,
    face: Face,
    payload: String,
}

/// What is said of a listing that is no longer shown.
#[derive(serde::Serialize)]
struct Gone<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    into: Option<String>,
    reason: &'a str,
    state: &'static str,
}

/// What a write needs to say what the public sees, and can be asked beside the write.
#[derive(Clone, Copy)]
pub(in crate::store) struct Publishing<'a> {
    publisher: Option<&'a dyn Publisher>,
    today: NaiveDate,
}

impl Publishing<'_> {
    /// The public records of those providers that are published, in their order.
    pub fn records(self, providers: &[&Provider]) -> Result<Vec<String>, Error> {
        let published = |provider: &&Provider| provider.listing_state == ListingState::Published;
        let shown: Vec<&Provider> = providers.iter().copied().filter(published).collect();
        match self.publisher {
            _ if shown.is_empty() => Ok(Vec::new()),
            Some(publisher) => Ok(publisher.records(&shown, self.today)),
            None => Err(Error::NoPublisher),
        }
    }
}

impl<'c> Tx<'c> {
    /// What the public is shown of what this write changes.
    pub(in crate::store) const fn publishing(&self) -> Publishing<'c> {
        Publishing { publisher: self.publisher, today: self.today }
    }
}

impl Tx<'_> {
    /// Adds an entry for each of these providers of which the public now sees something else.
    /// Each comes with the number of its journal entry and whether it is new; `records` are those
    /// of [`Publishing::records`].
    pub(in crate::store) fn publish(
        &mut self,
        changed: &[(i64, bool, &Provider)],
        records: Vec<String>,
    ) -> Result<(), Error> {
        let ids = changed.iter().filter(|(_, new, _)| !new).map(|(_, _, p)| p.id.to_string());
        self.look_up_faces(ids.collect())?;
        let mut records = records.into_iter();
        for (seq, _, provider) in changed {
            let record = match provider.listing_state {
                ListingState::Published => Some(records.next().ok_or(Error::NoPublisher)?),
                _ => None,
            };
            let id = provider.id.to_string();
            let before = self.log.faces.get(&id).copied().flatten();
            let Some(news) = self.news(provider, before, record) else { continue };
            if self.publisher.is_none() {
                return Err(Error::NoPublisher);
            }
            self.log.faces.insert(id.clone(), Some(news.face));
            let row = self.entry(*seq, id, &news);
            self.log.entries.push((row, news.face));
        }
        Ok(())
    }

    /// Compares what the public sees of providers with what the log said last, and adds what is
    /// missing: after a date has turned, or the rules have changed. The entries belong to the
    /// journal entry that this write made last. Returns how many there are.
    ///
    /// # Errors
    /// [`Error::NoPublisher`]; [`Error::Doomed`] where this write has no journal entry yet.
    pub fn republish(&mut self, ids: &[Uuid]) -> Result<usize, Error> {
        let mut added = 0;
        self.guarded(|tx| {
            if tx.entered == 0 {
                return Err(Error::Doomed);
            }
            let providers: Vec<Provider> = tx
                .read()
                .documents(ids)?
                .iter()
                .map(Document::provider)
                .collect::<Result<_, _>>()?;
            let before = tx.log.entries.len();
            let seq = tx.head;
            let changed: Vec<_> = providers.iter().map(|provider| (seq, false, provider)).collect();
            let records = tx.publishing().records(&providers.iter().collect::<Vec<_>>())?;
            tx.publish(&changed, records)?;
            added = tx.log.entries.len() - before;
            Ok(())
        })?;
        Ok(added)
    }

    /// Takes back what an entry said: its payload and its salt are gone for good, its leaf and
    /// every proof stay. False where there is no such entry or it was withdrawn before.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn withdraw_payload(&mut self, index: u64) -> Result<bool, Error> {
        let mut done = false;
        self.guarded(|tx| {
            let code = tx.reason.code.clone();
            let blanked = tx.conn.run(WRITING, |conn| {
                diesel::update(
                    log_entries::table
                        .filter(log_entries::idx.eq(signed(index)))
                        .filter(log_entries::withdrawn.is_null()),
                )
                .set((
                    log_entries::salt.eq(None::<Vec<u8>>),
                    log_entries::payload.eq(None::<String>),
                    log_entries::withdrawn.eq(code),
                ))
                .execute(conn)
            })?;
            done = blanked == 1;
            if done {
                tx.enter(Change {
                    action: Action::Withdraw,
                    entity_kind: EntityKind::LogEntry,
                    entity_id: index.to_string(),
                    public: true,
                    after_sha256: None,
                    // Gone means gone: not from here into the journal.
                    before: None,
                });
            }
            Ok(())
        })?;
        Ok(done)
    }

    /// Keeps a checkpoint as the newest, unless another was kept since `known`; false then.
    /// Checkpoints follow from the entries, so they have no journal entry of their own.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn keep_checkpoint(
        &mut self,
        known: Option<&KeptHead>,
        newest: &SignedCheckpoint,
    ) -> Result<bool, Error> {
        let mut kept = false;
        self.guarded(|tx| {
            kept = tx.conn.run(WRITING, |conn| match known {
                Some(known) => diesel::update(
                    log_kept::table
                        .filter(log_kept::origin.eq(&known.origin))
                        .filter(log_kept::size.eq(signed(known.size)))
                        .filter(log_kept::root.eq(known.root.to_vec())),
                )
                .set((
                    log_kept::origin.eq(&newest.origin),
                    log_kept::size.eq(signed(newest.size)),
                    log_kept::root.eq(newest.root.to_vec()),
                ))
                .execute(conn),
                None => {
                    let others: i64 = log_kept::table.count().get_result(conn)?;
                    let row = KeptRow {
                        id: 1,
                        origin: newest.origin.clone(),
                        size: signed(newest.size),
                        root: newest.root.to_vec(),
                    };
                    if others > 0 {
                        return Ok(0);
                    }
                    diesel::insert_into(log_kept::table).values(&row).execute(conn)
                }
            })? == 1;
            if kept {
                tx.conn.run(WRITING, |conn| {
                    diesel::insert_into(log_checkpoints::table)
                        .values(&CheckpointRow::from(newest))
                        .execute(conn)
                })?;
            }
            Ok(())
        })?;
        Ok(kept)
    }

    /// What the public now sees of a provider, where the log says something else.
    fn news(
        &self,
        provider: &Provider,
        before: Option<Face>,
        record: Option<String>,
    ) -> Option<News> {
        if let Some(record) = record {
            let face = Face::Shown(sha256(record.as_bytes()));
            let action = match before {
                Some(before) if before == face => return None,
                Some(Face::Shown(_)) => PublicAction::Changed,
                Some(Face::Hidden(_)) | None => PublicAction::Published,
            };
            return Some(News { action, face, payload: format!("{{\"record\":{record}}}") });
        }
        let action = match provider.listing_state {
            ListingState::Delisted => PublicAction::Delisted,
            ListingState::Merged => PublicAction::Merged,
            // Nobody was shown it, or it is known to be hidden.
            _ if !matches!(before, Some(Face::Shown(_))) => return None,
            _ => PublicAction::Suspended,
        };
        let face = Face::Hidden(action);
        let gone = Gone {
            into: provider.merged_into.map(|id| id.to_string()),
            reason: &self.reason.code,
            state: action.as_str(),
        };
        // Members of plain text always serialise.
        let gone = serde_json::to_string(&gone).unwrap_or_default();
        (before != Some(face)).then(|| News {
            action,
            face,
            payload: format!("{{\"gone\":{gone}}}"),
        })
    }

    /// The row of an entry; its index is given to it when it is written.
    fn entry(&self, seq: i64, id: String, news: &News) -> LogRow {
        let salt: Salt = rand::random();
        let leaf = Leaf::new(&id, news.action, self.at, &commitment(&salt, &news.payload)).text();
        LogRow {
            idx: 0,
            seq,
            entity_id: id,
            leaf_hash: leaf_hash(leaf.as_bytes()).to_vec(),
            leaf,
            salt: Some(salt.to_vec()),
            payload: Some(news.payload.clone()),
            withdrawn: None,
        }
    }

    /// Reads what the log says of providers that this write has not looked at yet.
    fn look_up_faces(&mut self, mut ids: Vec<String>) -> Result<(), Error> {
        ids.retain(|id| !self.log.faces.contains_key(id));
        let known = self.read().log_latest(&ids)?;
        for id in ids {
            let face = known.get(&id).map(|latest| latest.face);
            self.log.faces.insert(id, face);
        }
        Ok(())
    }

    /// Writes what is pending; the journal entries that it belongs to must have been written.
    pub(in crate::store) fn write_log(&mut self) -> Result<(), Error> {
        if self.log.entries.is_empty() {
            return Ok(());
        }
        let first = match self.log.next {
            Some(next) => next,
            None => self.read().log_size()?,
        };
        let mut rows = Vec::with_capacity(self.log.entries.len());
        let mut latest: HashMap<String, LatestRow> = HashMap::new();
        let mut next = first;
        for (mut row, face) in std::mem::take(&mut self.log.entries) {
            row.idx = signed(next);
            latest.insert(row.entity_id.clone(), LatestRow::new(&row.entity_id, row.idx, face));
            rows.push(row);
            next += 1;
        }
        let latest: Vec<LatestRow> = latest.into_values().collect();
        self.conn.run(WRITING, |conn| {
            dialect::insert_log_entries(conn, &rows)?;
            dialect::replace_latest(conn, &latest)
        })?;
        self.log.next = Some(next);
        self.finish_tiles(first, next)
    }

    /// Keeps the tiles that were finished as the log grew from `before` to `after` entries.
    fn finish_tiles(&mut self, before: u64, after: u64) -> Result<(), Error> {
        let (mut before, mut after) = (before / WIDTH, after / WIDTH);
        let mut level: u8 = 0;
        while before < after {
            let mut tiles = Vec::new();
            for index in before..after {
                let hashes = self.read().log_row(level, index * WIDTH, WIDTH)?;
                let root = fold(&hashes).filter(|_| hashes.len() == 256).ok_or_else(|| {
                    Error::corrupt(format!("tile {index} of level {level}"), "hashes are missing")
                })?;
                tiles.push(TileRow {
                    level: i64::from(level),
                    idx: signed(index),
                    hashes: hashes.concat(),
                    root: root.to_vec(),
                });
            }
            self.conn.run(WRITING, |conn| dialect::insert_log_tiles(conn, &tiles))?;
            before /= WIDTH;
            after /= WIDTH;
            level += 1;
        }
        Ok(())
    }
}
