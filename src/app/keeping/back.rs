//! Putting a copy in place.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    KeepError, Keys, Manifest,
    files::{copy_named, digest, names_on_disk},
    manifest::{DatabaseKind, EVIDENCE},
};
use crate::{
    app::{
        evidence::files::folder_beside,
        public_log::{self, LogSettings, checkpoint_file_of, everything_in, kept},
    },
    clock::Clock,
    log::note::VerifierKey,
    store::{
        Actor, ActorKind, Beside, CopyError, MetaKey, Options, Prepare, Reason, Staged, Store,
        Target,
    },
};

/// What is restored, and where to.
#[derive(Debug, Clone)]
pub struct Restore {
    /// The folder of the copy.
    pub folder: PathBuf,
    /// The database to make.
    pub target: Target,
    /// Where evidence files are to be kept, if not beside the database.
    pub evidence: Option<PathBuf>,
    /// The file that holds the log's key.
    pub keys: Option<PathBuf>,
    /// Whether what is there may be set aside.
    pub replace: bool,
    /// Where the newest checkpoint is kept apart.
    pub log: LogSettings,
}

/// What was restored.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What the copy says of itself.
    pub manifest: Manifest,
    /// Under which name that which was there before was set aside.
    pub aside: Option<String>,
    /// True where the log can go on; else it must be recovered before anything is served.
    pub log_goes_on: bool,
}

/// Puts a copy in place. It is checked before anything is touched, checked again as the database
/// that it becomes, and only then given its place.
///
/// # Errors
/// See [`KeepError`]; everything is as it was, but for evidence files that were added.
pub fn restore(asked: &Restore, clock: &Arc<dyn Clock>) -> Result<Restored, KeepError> {
    let manifest = Manifest::of(&asked.folder)?;
    let kind = manifest.database.kind;
    match (kind, &asked.target) {
        (DatabaseKind::Sqlite, Target::Sqlite(_))
        | (DatabaseKind::Postgres, Target::Postgres(_)) => {}
        _ => return Err(CopyError::OtherDatabase { copy: kind.name() }.into()),
    }
    let file = asked.folder.join(kind.file());
    whole(&asked.folder, &file, &manifest)?;
    let evidence = asked.evidence.clone().or_else(|| folder_beside(&asked.target));
    let verifier = verifier(&asked.folder, &manifest)?;
    let keys = match &asked.keys {
        Some(path) => Some(signing(path, &manifest)?),
        None => None,
    };
    let checkpoint = checkpoint_file_of(&asked.target, &asked.log);
    if keys.is_some() && !checkpoint.as_ref().is_some_and(|path| path.exists()) {
        return Err(KeepError::NoCheckpoint);
    }

    let database = &manifest.database;
    let beside = Beside { schema: database.schema.clone(), settings: database.settings.clone() };
    let staged = Staged::new(&asked.target, &file, &beside, asked.replace)?;
    {
        let store = open(staged.target(), Prepare::Migrate, clock)?;
        agrees(&store, &asked.folder, &manifest, verifier.as_ref())?;
        if let (Some(keys), Some(verifier)) = (&keys, &verifier) {
            // Behind what was signed, it would sign a second history.
            kept::compare(&store, verifier, checkpoint.as_deref())?;
            let actor = Actor::new(ActorKind::Operator, "terminal");
            store.write(&actor, &Reason::new("restored", ""), |tx| {
                tx.set_meta(MetaKey::LogKey, &keys.log_key)
            })?;
        }
    }
    if !manifest.evidence.is_empty() {
        let to = evidence.ok_or(KeepError::NoEvidenceFolder)?;
        fs::create_dir_all(&to).map_err(KeepError::io(&to))?;
        for file in &manifest.evidence {
            let copied = copy_named(&asked.folder.join(EVIDENCE), &to, &file.sha256)?;
            copied
                .ok_or_else(|| no_copy(&asked.folder, "an evidence file was changed meanwhile"))?;
        }
        names_on_disk(&to)?;
    }
    let aside = staged.settle()?;
    let store = open(&asked.target, Prepare::Nothing, clock)?;
    let head = store.read(|reader| reader.head())?;
    if head < manifest.journal {
        return Err(no_copy(&asked.folder, "the database in its place is another one"));
    }
    let log_goes_on = manifest.log.is_none() || keys.is_some();
    Ok(Restored { manifest, aside, log_goes_on })
}

fn no_copy(folder: &Path, why: impl Into<String>) -> KeepError {
    KeepError::NoCopy { folder: folder.to_owned(), why: why.into() }
}

/// Sees that every file of a copy is there and has the bytes that it had.
fn whole(folder: &Path, database: &Path, manifest: &Manifest) -> Result<(), KeepError> {
    let said = &manifest.database;
    if digest(database).map_err(KeepError::unreadable(database))?
        != (said.bytes, said.sha256.clone())
    {
        return Err(no_copy(folder, "its database is not the one that was copied"));
    }
    for file in &manifest.evidence {
        let path = folder.join(EVIDENCE).join(&file.sha256);
        if digest(&path).map_err(KeepError::unreadable(&path))?.1 != file.sha256 {
            return Err(no_copy(folder, format!("its evidence file {} is damaged", file.sha256)));
        }
    }
    Ok(())
}

/// The key that checks the log in a copy.
fn verifier(folder: &Path, manifest: &Manifest) -> Result<Option<VerifierKey>, KeepError> {
    let Some(log) = &manifest.log else { return Ok(None) };
    let key = VerifierKey::parse(&log.key);
    Ok(Some(key.map_err(|error| no_copy(folder, format!("its log's key: {error}")))?))
}

/// The key that signs the log in a copy.
fn signing(path: &Path, manifest: &Manifest) -> Result<Keys, KeepError> {
    let text = fs::read_to_string(path).map_err(KeepError::unreadable(path))?;
    let other = || KeepError::OtherKey(path.to_owned());
    let keys: Keys = serde_json::from_str(&text).map_err(|_unreadable| other())?;
    let verifier = public_log::verifier_of(&keys.log_key, &keys.log_origin)?;
    let same = manifest.log.as_ref().is_some_and(|log| log.key == verifier.to_string());
    if same { Ok(keys) } else { Err(other()) }
}

/// Sees that a database is what its copy says, and that everything in it fits together.
fn agrees(
    store: &Store,
    folder: &Path,
    manifest: &Manifest,
    key: Option<&VerifierKey>,
) -> Result<(), KeepError> {
    store.read(|reader| {
        let checked = everything_in(reader, key)?;
        if !checked.faults.is_empty() {
            return Err(KeepError::Faults(checked.faults));
        }
        let found = (reader.head()?, checked.providers, checked.entries);
        if found == (manifest.journal, manifest.providers, manifest.log_entries) {
            Ok(())
        } else {
            Err(no_copy(folder, "its database does not hold what the manifest says"))
        }
    })
}

/// One connection, so that none is left when the store is dropped.
fn open(target: &Target, prepare: Prepare, clock: &Arc<dyn Clock>) -> Result<Store, KeepError> {
    let options = Options { prepare, connections: 1, ..Options::default() };
    Ok(Store::open(target.clone(), &options, Arc::clone(clock))?)
}
