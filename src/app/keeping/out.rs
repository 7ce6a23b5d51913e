//! Making a copy of a directory that is in use.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{
    KeepError, Keys, Manifest,
    files::{copy_named, digest, folder_of, names_on_disk, write_new},
    manifest::{DatabaseCopy, DatabaseKind, EVIDENCE, EvidenceFile, LogCopy, MANIFEST},
};
use crate::{
    app::{
        evidence::files::{FileRecord, folder_beside},
        public_log::{self, everything_in},
    },
    log::note::VerifierKey,
    store::{self, Reader, Record, RecordKind, Store, Target},
};

/// What is copied, and where to.
#[derive(Debug, Clone, Default)]
pub struct BackUp {
    /// The folder to make.
    pub folder: PathBuf,
    /// Where evidence files are kept, if not beside the database.
    pub evidence: Option<PathBuf>,
    /// A file for the log's key, to be kept apart from the copy.
    pub keys: Option<PathBuf>,
}

/// What was copied.
#[derive(Debug, Clone)]
pub struct BackedUp {
    /// What the copy says of itself.
    pub manifest: Manifest,
    /// How many bytes it has.
    pub bytes: u64,
}

/// What a copy's database says.
struct Seen {
    journal: i64,
    providers: u64,
    entries: u64,
    checkpoint: Option<String>,
    files: Vec<Record>,
}

/// Copies a directory while others read and write it.
///
/// # Errors
/// See [`KeepError`]; nothing has the name of the copy then.
pub fn back_up(store: &Store, asked: &BackUp, now: DateTime<Utc>) -> Result<BackedUp, KeepError> {
    let folder = &asked.folder;
    if folder.symlink_metadata().is_ok() {
        return Err(KeepError::Exists(folder.clone()));
    }
    let named = public_log::named(store)?;
    let verifier = match &named {
        Some((key, origin)) => Some(public_log::verifier_of(key, origin)?),
        None => None,
    };
    if let (Some(path), Some((log_key, log_origin))) = (&asked.keys, named) {
        let keys = Keys { log_origin, log_key };
        write_new(path, &json(&keys)?)?;
    }
    let beside = folder_of(folder);
    let made = tempfile::Builder::new()
        .prefix(".bedside-copy-")
        .tempdir_in(beside)
        .map_err(KeepError::io(beside))?;
    for_its_owner(made.path())?;
    let kind = match store.target() {
        Target::Sqlite(_) => DatabaseKind::Sqlite,
        Target::Postgres(_) => DatabaseKind::Postgres,
    };
    let file = made.path().join(kind.file());
    let (about, seen) = store.copy_into(&file, |reader| look(reader, verifier.as_ref()))?;
    let (bytes, sha256) = digest(&file).map_err(KeepError::io(&file))?;
    let (schema, settings) = (about.schema, about.settings);
    let database = DatabaseCopy { kind, bytes, sha256, schema, settings };
    let mut manifest = Manifest::new(now, database);
    manifest.journal = seen.journal;
    manifest.providers = seen.providers;
    manifest.log_entries = seen.entries;
    manifest.log =
        verifier.map(|key| LogCopy { key: key.to_string(), checkpoint: seen.checkpoint });
    let from = asked.evidence.clone().or_else(|| folder_beside(store.target()));
    evidence(&mut manifest, &seen.files, from.as_deref(), &made.path().join(EVIDENCE))?;
    write_new(&made.path().join(MANIFEST), &json(&manifest)?)?;
    names_on_disk(made.path())?;
    let bytes = bytes + manifest.evidence.iter().map(|file| file.bytes).sum::<u64>();

    // Another run may have been faster; a folder that is not empty is never replaced.
    let made = made.keep();
    if let Err(error) = fs::rename(&made, folder) {
        let _ = fs::remove_dir_all(&made);
        return Err(KeepError::io(folder)(error));
    }
    names_on_disk(beside)?;
    Ok(BackedUp { manifest, bytes })
}

/// Lets nobody but its owner look into a folder: a copy is read by whoever can open it.
fn for_its_owner(folder: &Path) -> Result<(), KeepError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let alone = fs::Permissions::from_mode(0o700);
        fs::set_permissions(folder, alone).map_err(KeepError::io(folder))?;
    }
    Ok(())
}

/// Checks everything that was copied, as `bedside log fsck` does, and reads what the manifest says.
fn look(reader: &mut Reader<'_>, key: Option<&VerifierKey>) -> Result<Seen, KeepError> {
    let checked = everything_in(reader, key)?;
    if !checked.faults.is_empty() {
        return Err(KeepError::Faults(checked.faults));
    }
    let newest = match key {
        Some(key) => reader.last_checkpoint(key.name())?,
        None => None,
    };
    Ok(Seen {
        journal: reader.head()?,
        providers: checked.providers,
        entries: checked.entries,
        checkpoint: newest.map(|newest| newest.note),
        files: reader.standing_records(RecordKind::File)?,
    })
}

/// Copies the files that the copied database names. They are written before their records and
/// never changed, so all of them are there by now. One that is gone or damaged is said, and keeps
/// nobody from a copy of the rest.
fn evidence(
    manifest: &mut Manifest,
    records: &[Record],
    from: Option<&Path>,
    to: &Path,
) -> Result<(), KeepError> {
    if records.is_empty() {
        return Ok(());
    }
    let from = from.ok_or(KeepError::NoEvidenceFolder)?;
    fs::create_dir(to).map_err(KeepError::io(to))?;
    for record in records {
        let sha256 = record.read::<FileRecord>()?.sha256;
        match copy_named(from, to, &sha256)? {
            Some(bytes) => manifest.evidence.push(EvidenceFile { sha256, bytes }),
            None => manifest.evidence_missing.push(sha256),
        }
    }
    names_on_disk(to)
}

fn json(value: &impl serde::Serialize) -> Result<String, store::Error> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(|error| {
        store::Error::Corrupt {
            what: "what a copy says of itself".into(),
            source: Some(error.into()),
        }
    })
}
