//! What anyone may read of the log.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::LogError;
use crate::{
    app::App,
    log::{
        leaf::{Leaf, PublicAction},
        proof,
        tile::{Content, Damaged, TileId, WIDTH},
        tree,
    },
    store::{Error, LogEntry},
};

/// What the log is and how to check it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogSummary {
    /// The log's name; it is the first line of every checkpoint.
    #[schema(example = "bedside/0123456789abcdef")]
    pub origin: String,
    /// The key that checks its signatures, as C2SP's signed-note writes it.
    #[schema(example = "bedside/0123456789abcdef+5f1b3c2a+ATJ5bm9uZQ==")]
    pub vkey: String,
    /// The newest checkpoint; `null` = none is signed yet.
    pub checkpoint: Option<CheckpointView>,
    /// True where the service has found the log damaged and signs nothing more.
    pub halted: bool,
    /// How to check it.
    pub verify: Vec<String>,
}

/// A signed head of the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckpointView {
    /// How many entries it covers.
    #[schema(minimum = 0, example = 4_312)]
    pub size: u64,
    /// The root above them, base64.
    #[schema(example = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    pub root: String,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// The signed note, as `/checkpoint` serves it.
    pub note: String,
}

/// Changes in the order in which they were made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesAnswer {
    /// The changes.
    pub data: Vec<ChangeView>,
    /// Where to go on.
    pub meta: PageMeta,
}

/// Where a list of entries stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageMeta {
    /// How many entries the log has.
    pub size: u64,
    /// Where the next page begins: ask again from here, now or whenever there is more.
    pub next: u64,
}

/// One public change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// Its place in the log.
    pub index: u64,
    /// When it was made.
    pub at: String,
    /// What became of the listing.
    pub action: PublicAction,
    /// The provider's id.
    pub provider: String,
    /// Why it is no longer shown; only where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "closed")]
    pub reason: Option<String>,
    /// The provider that it became part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub into: Option<String>,
    /// What the public saw of the provider after it; `null` where it saw nothing, or where this
    /// was withdrawn.
    #[schema(value_type = Option<Object>)]
    pub record: Option<Box<RawValue>>,
    /// Why what was said here was taken back; only where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "court_order")]
    pub withdrawn: Option<String>,
}

/// Entries as they are in the log, for whoever checks it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogEntriesAnswer {
    /// The entries.
    pub data: Vec<LogEntryView>,
    /// Where to go on.
    pub meta: PageMeta,
}

/// One entry as it is in the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogEntryView {
    /// Its place.
    pub index: u64,
    /// The leaf, byte for byte.
    pub leaf: String,
    /// What goes before the payload in the commitment, base64; `null` = withdrawn.
    pub salt: Option<String>,
    /// The payload, byte for byte; `null` = withdrawn.
    pub payload: Option<String>,
    /// Why it was withdrawn; only where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "court_order")]
    pub withdrawn: Option<String>,
}

/// That something public was changed, without what it was changed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedChange {
    /// Its place in the log.
    pub index: u64,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What became of the listing.
    pub action: PublicAction,
}

/// A payload, of which one member is there.
#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    record: Option<Box<RawValue>>,
    #[serde(default)]
    gone: Option<Gone>,
}

#[derive(Deserialize)]
struct Gone {
    #[serde(default)]
    into: Option<String>,
    reason: String,
}

/// The most entries of one page.
pub const MAX_ENTRIES: u64 = 500;

impl App {
    /// What the log is, from memory.
    #[must_use]
    pub fn log_summary(&self) -> LogSummary {
        let vkey = self.log.verifier().to_string();
        LogSummary {
            origin: self.log.verifier().name().to_owned(),
            checkpoint: self.log.head().map(|head| CheckpointView {
                size: head.size,
                root: STANDARD.encode(head.root),
                signed_at: head.at,
                note: head.note.clone(),
            }),
            halted: self.log.halted().is_some(),
            verify: [
                "Keep a copy of /checkpoint. Later, `bedside log verify --checkpoint COPY URL` \
                 shows that nothing before it was changed.",
                "`bedside log replay URL` rebuilds every listing from /v1/log/entries and names \
                 each that is not served as the log has it.",
                "/tile/ has the tree in the form of C2SP tlog-tiles, for any verifier.",
            ]
            .map(str::to_owned)
            .to_vec(),
            vkey,
        }
    }

    /// The changes from an index on, at most `limit`, from the database.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn changes(&self, since: u64, limit: u64) -> Result<ChangesAnswer, LogError> {
        let (entries, meta) = self.page(since, limit)?;
        let data = entries.into_iter().map(change).collect::<Result<_, _>>()?;
        Ok(ChangesAnswer { data, meta })
    }

    /// The entries from an index on, at most `limit`, from the database.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn log_entries(&self, from: u64, limit: u64) -> Result<LogEntriesAnswer, LogError> {
        let (entries, meta) = self.page(from, limit)?;
        let data = entries
            .into_iter()
            .map(|entry| {
                let (salt, payload) = entry
                    .opening
                    .map(|opening| (STANDARD.encode(opening.salt), opening.payload))
                    .unzip();
                let (index, leaf, withdrawn) = (entry.index, entry.leaf, entry.withdrawn);
                LogEntryView { index, leaf, salt, payload, withdrawn }
            })
            .collect();
        Ok(LogEntriesAnswer { data, meta })
    }

    /// What the log says about a provider, the newest first, at most `limit` entries, from the
    /// database.
    ///
    /// # Errors
    /// Where the database does not answer, or holds a leaf that is none.
    pub fn log_about(&self, provider: Uuid, limit: u64) -> Result<Vec<LoggedChange>, LogError> {
        let leaves =
            self.store.read(|reader| reader.log_leaves_about(&provider.to_string(), limit))?;
        let change = |(index, text): (u64, String)| {
            let leaf = Leaf::parse(&text)?;
            let at = DateTime::parse_from_rfc3339(&leaf.at).ok()?.to_utc();
            Some(LoggedChange { index, at, action: leaf.action })
        };
        leaves
            .into_iter()
            .map(|leaf| {
                let index = leaf.0;
                change(leaf).ok_or_else(|| damaged(index).into())
            })
            .collect()
    }

    fn page(&self, from: u64, limit: u64) -> Result<(Vec<LogEntry>, PageMeta), LogError> {
        self.store.read(|reader| {
            let size = reader.log_size()?;
            let entries = reader.log_entries(from, limit.min(MAX_ENTRIES))?;
            let next = entries.last().map_or(from.min(size), |last| last.index + 1);
            Ok((entries, PageMeta { size, next }))
        })
    }

    /// The proof that an entry is in the signed log; none where it is not, or not yet.
    ///
    /// # Errors
    /// Where the database does not answer, or what it holds does not give what was signed.
    pub fn log_proof(&self, index: u64) -> Result<Option<String>, LogError> {
        let Some(head) = self.log.head().filter(|head| index < head.size) else { return Ok(None) };
        self.store.read(|reader| {
            let entry = reader.log_entries(index, 1)?.pop().filter(|entry| entry.index == index);
            let path = tree::inclusion(&mut reader.log_tree(head.size), index, head.size)?;
            let damaged = Damaged { level: 0, index: index / WIDTH };
            let (entry, path) = entry.zip(path).ok_or(Error::from(damaged))?;
            // Nobody is shown a proof that does not hold.
            let leaf = crate::log::leaf_hash(entry.leaf.as_bytes());
            if !tree::includes(&leaf, index, head.size, &path, &head.root) {
                return Err(Error::from(damaged).into());
            }
            Ok(Some(proof::text(&entry.leaf, index, &path, &head.note)))
        })
    }

    /// The bytes of a tile of the signed log; none where it has no such tile.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub fn log_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, LogError> {
        let size = self.log.head().map_or(0, |head| head.size);
        if tile.width > tile.width_at(size) {
            return Ok(None);
        }
        self.store.read(|reader| match tile.content {
            Content::Hashes(level) => {
                let hashes = reader.log_tile(level, tile.index, tile.width)?;
                whole(hashes.len(), tile, level)?;
                Ok(Some(hashes.concat()))
            }
            Content::Entries => {
                let leaves = reader.log_leaves(tile.index * WIDTH, tile.width)?;
                whole(leaves.len(), tile, 0)?;
                let mut bundle = Vec::new();
                for leaf in leaves {
                    let length = u16::try_from(leaf.len()).map_err(|_too_long| {
                        Error::from(Damaged { level: 0, index: tile.index })
                    })?;
                    bundle.extend_from_slice(&length.to_be_bytes());
                    bundle.extend_from_slice(leaf.as_bytes());
                }
                Ok(Some(bundle))
            }
        })
    }
}

/// Refuses a tile of which something is missing.
fn whole(found: usize, tile: TileId, level: u8) -> Result<(), Error> {
    let whole = u64::try_from(found) == Ok(tile.width);
    if whole { Ok(()) } else { Err(Damaged { level, index: tile.index }.into()) }
}

/// What is said of an entry that cannot be read.
fn damaged(index: u64) -> Error {
    Error::from(Damaged { level: 0, index: index / WIDTH })
}

fn change(entry: LogEntry) -> Result<ChangeView, Error> {
    let corrupt = || damaged(entry.index);
    let leaf = Leaf::parse(&entry.leaf).ok_or_else(corrupt)?;
    let payload = match &entry.opening {
        Some(opening) => serde_json::from_str(&opening.payload).map_err(|_unreadable| corrupt())?,
        None => Payload { record: None, gone: None },
    };
    let (reason, into) = payload.gone.map(|gone| (gone.reason, gone.into)).unzip();
    Ok(ChangeView {
        index: entry.index,
        at: leaf.at,
        action: leaf.action,
        provider: leaf.id,
        reason,
        into: into.flatten(),
        record: payload.record,
        withdrawn: entry.withdrawn,
    })
}
