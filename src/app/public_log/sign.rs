//! Signing: what is signed has been read again, extends what was signed before, and is kept
//! apart before anyone is shown it.

use std::{
    path::Path,
    sync::{Arc, PoisonError},
};

use chrono::DateTime;

use super::{
    LogError, LogSettings, PublicLog, check, checkpoint_file, decoded, derived_origin, fresh_key,
    kept, system,
};
use crate::{
    log::{Hash, checkpoint::Checkpoint, fold, note::Signer, note::is_name, tile::WIDTH, tree},
    store::{MetaKey, Reader, Reason, SignedCheckpoint, Store},
};

/// Entries that are read at once.
const BATCH: u64 = 2_000;

/// What a process has done about the log since it started.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Everything was checked.
    checked: bool,
    /// The head that it shows is in the file, which may have been named only now.
    apart: bool,
}

/// How far one attempt came.
enum Advance {
    /// The newest checkpoint is shown.
    Shown,
    /// Another process signed meanwhile.
    Overtaken,
}

impl PublicLog {
    /// Signs what was added since the last checkpoint, or takes over what another process has
    /// signed. Before the first signature of a process everything is checked.
    ///
    /// # Errors
    /// See [`LogError`]. After one that is final nothing more is signed by this process.
    pub fn keep(&self, store: &Store) -> Result<(), LogError> {
        if let Some(why) = self.halted() {
            return Err(LogError::Damaged(why.to_string()));
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = loop {
            match self.advance(store, &mut done) {
                // What another process has signed meanwhile is taken over at once: it is no
                // change that would be a reason to look again.
                Ok(Advance::Overtaken) => {}
                other => break other.map(drop),
            }
        };
        if let Err(error) = &kept
            && error.is_final()
        {
            self.halted.store(Some(Arc::new(error.to_string())));
        }
        kept
    }

    fn advance(&self, store: &Store, done: &mut Done) -> Result<Advance, LogError> {
        let origin = self.verifier().name();
        let (size, known, newest) = store.read(|reader| {
            let newest = reader.last_checkpoint(origin)?;
            Ok::<_, LogError>((reader.log_size()?, reader.kept_head()?, newest))
        })?;
        let file = self.file.as_deref();
        if let Some(newest) = newest.clone().filter(|newest| newest.size == size) {
            if done.apart && self.head().is_some_and(|head| *head == newest) {
                return Ok(Advance::Shown);
            }
            return kept::agreed(store, self.verifier(), file, || self.show(newest, done));
        }
        if !done.checked {
            if let Some(fault) = check::everything(store, self.verifier())?.faults.first() {
                return Err(LogError::Damaged(fault.clone()));
            }
            done.checked = true;
        }
        let root = store.read(|reader| verified_root(reader, newest.as_ref(), size))?;
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root };
        let mut signed = SignedCheckpoint {
            origin: checkpoint.origin.clone(),
            size,
            root,
            note: self.signer.sign(&checkpoint.text()),
            at: DateTime::default(),
        };
        kept::agreed(store, self.verifier(), file, || {
            let written = store.write(&system(), &Reason::new("checkpoint", ""), |tx| {
                signed.at = tx.at();
                tx.keep_checkpoint(known.as_ref(), &signed)
            })?;
            if written.value { self.show(signed, done) } else { Ok(Advance::Overtaken) }
        })
    }

    /// Keeps a checkpoint apart and then shows it.
    fn show(&self, newest: SignedCheckpoint, done: &mut Done) -> Result<Advance, LogError> {
        kept::advance(self.file.as_deref(), self.verifier(), &newest)?;
        done.apart = true;
        self.head.store(Some(Arc::new(newest)));
        Ok(Advance::Shown)
    }
}

/// The root of `size` entries, once everything that came after the last checkpoint has been read
/// again and the tree is shown to extend it.
fn verified_root(
    reader: &mut Reader<'_>,
    before: Option<&SignedCheckpoint>,
    size: u64,
) -> Result<Hash, LogError> {
    let signed = before.map_or(0, |before| before.size);
    let mut next = signed;
    while next < size {
        let entries = reader.log_entries(next, BATCH.min(size - next))?;
        for entry in &entries {
            check::entry(entry, next).map_err(LogError::Damaged)?;
            next += 1;
        }
        if entries.is_empty() {
            return Err(LogError::Damaged(format!("entry {next} is missing")));
        }
    }
    for tile in signed / WIDTH..size / WIDTH {
        let leaves = reader.log_row(0, tile * WIDTH, WIDTH)?;
        let same = reader.log_tile(0, tile, WIDTH)? == leaves
            && reader.log_tile_root(0, tile)? == fold(&leaves);
        if !same {
            return Err(LogError::Damaged(format!("tile {tile} does not hold its leaves")));
        }
    }
    let mut tree = reader.log_tree(size);
    let root = tree::root(&mut tree, size)?;
    if let Some(before) = before {
        let path = tree::consistency(&mut tree, before.size, size)?.unwrap_or_default();
        if !tree::extends((before.size, &before.root), (size, &root), &path) {
            let by = "its last checkpoint".to_owned();
            return Err(LogError::Forked { size: before.size, by });
        }
    }
    Ok(root)
}

/// Begins a new log over the entries that are there: with a new name and a new key, since the
/// old ones stand for a history that this database does not have. The file that kept the old
/// checkpoint is set aside. Gives the new log.
///
/// # Errors
/// See [`LogError`].
pub fn recover(store: &Store, settings: &LogSettings, why: &str) -> Result<PublicLog, LogError> {
    let file = checkpoint_file(store, settings);
    let key = fresh_key();
    let origin = match &settings.origin {
        Some(origin) if is_name(origin) => origin.clone(),
        Some(_) => return Err(crate::log::note::NoteError::Name.into()),
        None => derived_origin(&key)?,
    };
    let signer = Signer::new(&origin, &decoded(&key)?)?;
    let (size, root, known) = store.read(|reader| {
        let size = reader.log_size()?;
        let root = tree::root(&mut reader.log_tree(size), size)?;
        Ok::<_, LogError>((size, root, reader.kept_head()?))
    })?;
    let checkpoint = Checkpoint { origin: origin.clone(), size, root };
    let note = signer.sign(&checkpoint.text());
    store.write(&system(), &Reason::new("log_recovered", why), |tx| {
        if tx.read().last_checkpoint(&origin)?.is_some() {
            return Err(LogError::OriginFixed { origin: origin.clone() });
        }
        tx.set_meta(MetaKey::LogKey, &key)?;
        tx.set_meta(MetaKey::LogOrigin, &origin)?;
        let at = tx.at();
        let first = SignedCheckpoint { origin: origin.clone(), size, root, note: note.clone(), at };
        tx.keep_checkpoint(known.as_ref(), &first)?;
        Ok(())
    })?;
    if let Some(path) = &file {
        kept::set_aside(path)?;
        kept::write(Path::new(path), &note)?;
    }
    PublicLog::open(store, settings)
}
