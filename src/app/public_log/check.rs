//! Everything that the log and the journal say of each other, derived again from the rows.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use super::PublicRecords;
use crate::{
    log::{
        Hash,
        checkpoint::Checkpoint,
        fold,
        leaf::{Leaf, PublicAction},
        leaf_hash,
        note::VerifierKey,
        sha256,
        tile::{WIDTH, tiles_of},
        tree::Frontier,
    },
    store::{
        self, Action, EntityKind, Face, JournalFilter, LogEntry, MetaKey, Reader, SignedCheckpoint,
        Store,
    },
};

/// Rows that are read at once.
const BATCH: u64 = 2_000;

/// Faults beyond these tell nothing new.
const FAULTS: usize = 100;

/// What a check has looked at, and what it found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Journal entries.
    pub journal: u64,
    /// Providers.
    pub providers: u64,
    /// Entries of the public log.
    pub entries: u64,
    /// Entries whose payload was withdrawn.
    pub withdrawn: u64,
    /// Finished tiles.
    pub tiles: i64,
    /// Checkpoints.
    pub checkpoints: usize,
    /// What does not fit, at most a hundred.
    pub faults: Vec<String>,
}

impl Checked {
    fn fault(&mut self, fault: impl FnOnce() -> String) {
        if self.faults.len() < FAULTS {
            self.faults.push(fault());
        }
    }

    fn expect(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.fault(fault);
        }
    }
}

/// What is wrong with one entry by itself.
///
/// # Errors
/// What it is.
pub(super) fn entry(entry: &LogEntry, index: u64) -> Result<Leaf, String> {
    if entry.index != index {
        return Err(format!("entry {index} is missing"));
    }
    let wrong = |what: &str| format!("entry {index}: {what}");
    if leaf_hash(entry.leaf.as_bytes()) != entry.leaf_hash {
        return Err(wrong("its leaf does not have the hash that is kept"));
    }
    let leaf = Leaf::parse(&entry.leaf).ok_or_else(|| wrong("its leaf cannot be read"))?;
    if leaf.id != entry.entity_id {
        return Err(wrong("its row is about something else than its leaf"));
    }
    match &entry.opening {
        Some(opening) if !leaf.commits_to(&opening.salt, &opening.payload) => {
            Err(wrong("its payload is not the one that its leaf commits to"))
        }
        None if entry.withdrawn.is_none() => Err(wrong("its payload is gone without a reason")),
        _ => Ok(leaf),
    }
}

/// Checks every row of journal, providers and log in one state of the database.
///
/// # Errors
/// Where the database fails; what does not fit stands in the answer.
pub fn everything(store: &Store, key: &VerifierKey) -> Result<Checked, store::Error> {
    store.read(|reader| everything_in(reader, Some(key)))
}

/// The same in the state that a reader sees; without a key, for a database whose log was never
/// named, everything but signatures.
///
/// # Errors
/// As [`everything`].
pub fn everything_in(
    reader: &mut Reader<'_>,
    key: Option<&VerifierKey>,
) -> Result<Checked, store::Error> {
    let mut checked = Checked::default();
    let journal = journal(reader, &mut checked)?;
    let checkpoints = reader.checkpoints()?;
    log(reader, &mut checked, &journal, &checkpoints)?;
    match key {
        Some(key) => signatures(reader, &mut checked, &checkpoints, key)?,
        None => checked.expect(checkpoints.is_empty(), || {
            "checkpoints are kept of a log without a name".to_owned()
        }),
    }
    Ok(checked)
}

/// What the journal says that the log must agree with.
#[derive(Default)]
struct Journal {
    /// The time of each entry.
    times: Vec<DateTime<Utc>>,
    /// Why payloads were withdrawn, by the index of their entries.
    withdrawn: HashMap<String, String>,
}

/// The version of a provider that the journal's last entry about it left behind.
struct Version {
    seq: i64,
    digest: Option<Hash>,
}

/// Checks that the journal has no gap, and that each text of a provider is the one of which the
/// entry before it kept the digest.
fn journal(reader: &mut Reader<'_>, checked: &mut Checked) -> Result<Journal, store::Error> {
    let mut journal = Journal::default();
    let mut versions: HashMap<String, Version> = HashMap::new();
    let mut seq = 0;
    loop {
        let entries = reader.journal(&JournalFilter::default(), seq, 2_000)?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            checked
                .expect(entry.seq == seq + 1, || format!("journal entry {} is missing", seq + 1));
            checked.expect(journal.times.last().is_none_or(|last| *last <= entry.at), || {
                format!("journal entry {} is older than the one before", entry.seq)
            });
            seq = entry.seq;
            journal.times.push(entry.at);
            if entry.entity.kind == EntityKind::LogEntry && entry.action == Action::Withdraw {
                journal.withdrawn.insert(entry.entity.id.clone(), entry.reason.code.clone());
            }
            if entry.entity.kind != EntityKind::Provider {
                continue;
            }
            let version = Version { seq, digest: entry.after_sha256 };
            let before = versions.insert(entry.entity.id.clone(), version);
            let digest = entry.before.as_ref().map(|text| sha256(text.as_bytes()));
            checked.expect(digest == before.and_then(|before| before.digest), || {
                format!("journal entry {seq}: the text before it is not the one that was left")
            });
        }
    }
    checked.journal = u64::try_from(journal.times.len()).unwrap_or(u64::MAX);
    reader.for_each_batch::<store::Error>(2_000, |documents| {
        for document in documents {
            checked.providers += 1;
            let left = versions.remove(&document.id.to_string());
            let same = left.is_some_and(|left| {
                left.seq == document.seq && left.digest == Some(sha256(document.text.as_bytes()))
            });
            checked.expect(same, || {
                format!("provider {} was changed behind the journal's back", document.id)
            });
        }
        Ok(())
    })?;
    for id in versions.keys() {
        checked.fault(|| format!("provider {id} is in the journal and nowhere else"));
    }
    Ok(journal)
}

/// Derives leaves, tiles, roots and the latest states again.
fn log(
    reader: &mut Reader<'_>,
    checked: &mut Checked,
    journal: &Journal,
    checkpoints: &[SignedCheckpoint],
) -> Result<(), store::Error> {
    let mut rows: Vec<Vec<Hash>> = Vec::new();
    let mut frontier = Frontier::default();
    let mut latest: HashMap<String, (u64, Option<Face>)> = HashMap::new();
    let mut checkpoints = checkpoints.iter().peekable();
    loop {
        while let Some(one) = checkpoints.next_if(|one| one.size <= frontier.size()) {
            checked.expect(one.size < frontier.size() || one.root == frontier.root(), || {
                format!("the checkpoint of {} entries has another root", one.size)
            });
        }
        let from = frontier.size();
        let entries = reader.log_entries(from, BATCH)?;
        if entries.is_empty() {
            break;
        }
        for one in &entries {
            let index = frontier.size();
            let leaf = match entry(one, index) {
                Ok(leaf) => Some(leaf),
                Err(fault) => {
                    checked.fault(|| fault);
                    None
                }
            };
            if let Some(leaf) = leaf {
                let at = usize::try_from(one.seq - 1).ok().and_then(|at| journal.times.get(at));
                let said = at.map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true));
                checked.expect(said.as_deref() == Some(&leaf.at), || {
                    format!("entry {index}: its time is not that of journal entry {}", one.seq)
                });
                latest.insert(leaf.id.clone(), (index, face(one, leaf.action)));
            }
            checked.expect(
                one.withdrawn.as_ref() == journal.withdrawn.get(&index.to_string()),
                || format!("entry {index}: what was withdrawn is not what the journal says"),
            );
            checked.withdrawn += u64::from(one.withdrawn.is_some());
            frontier.push(one.leaf_hash);
            grow(reader, checked, &mut rows, one.leaf_hash)?;
            while let Some(due) = checkpoints.next_if(|due| due.size <= frontier.size()) {
                checked.expect(due.root == frontier.root(), || {
                    format!("the checkpoint of {} entries has another root", due.size)
                });
            }
        }
    }
    checked.entries = frontier.size();
    checked.tiles = reader.log_tile_count()?;
    let finished = tiles_of(frontier.size()).filter(|tile| tile.width == WIDTH).count();
    let kept = checked.tiles;
    checked.expect(usize::try_from(kept) == Ok(finished), || {
        format!("{kept} tiles are kept where {finished} are finished")
    });
    latest_states(reader, checked, latest)
}

/// Adds a hash to its row, and checks the tile that it finishes.
fn grow(
    reader: &mut Reader<'_>,
    checked: &mut Checked,
    rows: &mut Vec<Vec<Hash>>,
    leaf: Hash,
) -> Result<(), store::Error> {
    let mut hash = leaf;
    for level in 0.. {
        let at = usize::from(level);
        if rows.len() <= at {
            rows.push(Vec::new());
        }
        let Some(row) = rows.get_mut(at) else { return Ok(()) };
        row.push(hash);
        let count = u64::try_from(row.len()).unwrap_or(u64::MAX);
        if count % WIDTH != 0 {
            return Ok(());
        }
        let tile = count / WIDTH - 1;
        let hashes = row.get(row.len() - 256..).unwrap_or_default();
        let Some(root) = fold(hashes) else { return Ok(()) };
        let same = reader.log_tile(level, tile, WIDTH)? == hashes
            && reader.log_tile_root(level, tile)? == Some(root);
        checked.expect(same, || format!("tile {tile} of level {level} does not hold its hashes"));
        hash = root;
    }
    Ok(())
}

/// What an entry says that the public sees; none where its payload was withdrawn.
fn face(entry: &LogEntry, action: PublicAction) -> Option<Face> {
    match action {
        PublicAction::Published | PublicAction::Changed => {
            let payload = &entry.opening.as_ref()?.payload;
            let record = payload.strip_prefix("{\"record\":")?.strip_suffix('}')?;
            Some(Face::Shown(sha256(record.as_bytes())))
        }
        hidden => Some(Face::Hidden(hidden)),
    }
}

fn latest_states(
    reader: &mut Reader<'_>,
    checked: &mut Checked,
    mut latest: HashMap<String, (u64, Option<Face>)>,
) -> Result<(), store::Error> {
    let mut after = String::new();
    loop {
        let page = reader.log_latest_after(&after, 2_000)?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        for (id, kept) in page {
            let derived = latest.remove(&id);
            let same = derived.is_some_and(|(index, face)| {
                index == kept.index && face.is_none_or(|face| face == kept.face)
            });
            checked.expect(same, || format!("what the log said last of {id} is kept wrongly"));
        }
    }
    for id in latest.keys() {
        checked.fault(|| format!("what the log said last of {id} is not kept"));
    }
    Ok(())
}

/// Checks the signatures of the log's own checkpoints, and the row that keeps the newest.
fn signatures(
    reader: &mut Reader<'_>,
    checked: &mut Checked,
    checkpoints: &[SignedCheckpoint],
    key: &VerifierKey,
) -> Result<(), store::Error> {
    checked.checkpoints = checkpoints.len();
    let entries = checked.entries;
    let mut newest = None;
    for one in checkpoints.iter().filter(|one| one.origin == key.name()) {
        let (origin, size, root) = (one.origin.clone(), one.size, one.root);
        let said = Checkpoint { origin, size, root };
        checked.expect(Checkpoint::signed(&one.note, key) == Some(said), || {
            format!("the checkpoint of {size} entries is not signed as it is kept")
        });
        checked.expect(size <= entries, || {
            format!("a checkpoint of {size} entries was signed, and there are {entries}")
        });
        newest = Some(one);
    }
    let kept = reader.kept_head()?;
    let same = match (newest, &kept) {
        (Some(newest), Some(kept)) => {
            (&newest.origin, newest.size, newest.root) == (&kept.origin, kept.size, kept.root)
        }
        (None, None) => true,
        _ => false,
    };
    checked.expect(same, || "the newest checkpoint is not the one that is kept".to_owned());
    Ok(())
}

/// Checks that what each provider shows on a date is what the log said last of it. Gives what
/// does not fit; nothing where the log has not been brought up to that date and these rules yet.
///
/// # Errors
/// Where the database fails.
pub fn unlogged(
    store: &Store,
    publisher: &PublicRecords,
    on: NaiveDate,
) -> Result<Vec<String>, store::Error> {
    let mut faults = Vec::new();
    let edition = PublicRecords::edition(publisher.rulebook(), on);
    if store.read(|reader| reader.meta(MetaKey::Published))? != Some(edition) {
        return Ok(faults);
    }
    for (id, differs) in super::renew::compared(store, publisher, on)? {
        if differs {
            faults.push(format!("what the public sees of provider {id} is not in the log"));
        }
    }
    faults.truncate(FAULTS);
    Ok(faults)
}
