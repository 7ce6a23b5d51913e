//! The newest checkpoint, kept apart from the data, so that an old copy of the data is noticed.

use std::{
    fs::{self, TryLockError},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::LogError;
use crate::{
    log::{Hash, checkpoint::Checkpoint, note::VerifierKey, tree},
    store::{self, MetaKey, Reader, SignedCheckpoint, Store},
};

/// The checkpoint in a file; none where there is no file.
fn read(path: &Path) -> Result<Option<String>, LogError> {
    match fs::read_to_string(path) {
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LogError::File { path: path.to_owned(), source }),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Puts a checkpoint into the file, whole or not at all, and on the disk.
pub(super) fn write(path: &Path, note: &str) -> Result<(), LogError> {
    let failed = |source| LogError::File { path: path.to_owned(), source };
    let folder = folder_of(path);
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(note.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The name is on the disk once its folder is.
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// How long a process waits for another that is about to change the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Does something while no other process changes the file, once the data was found to begin with
/// the tree that is kept there.
///
/// A copy of the database may be running beside this one with the same key. Whichever is first
/// moves the file on, and the other must notice before it signs a second tree.
pub(super) fn agreed<T>(
    store: &Store,
    key: &VerifierKey,
    path: Option<&Path>,
    then: impl FnOnce() -> Result<T, LogError>,
) -> Result<T, LogError> {
    let Some(path) = path else { return then() };
    let _turn = turn(path)?;
    // Before the data: what was signed is in the database before it is in the file.
    if let Some(there) = signed_in(path, key)? {
        store.read(|reader| {
            let size = reader.log_size()?;
            matches(reader, size, there.size, &there.root, &path.display().to_string())
        })?;
    }
    then()
}

/// Waits until no other process changes the file: its folder is locked, since the file itself is
/// replaced. Where the file system knows no locks there is the comparison alone.
fn turn(path: &Path) -> Result<fs::File, LogError> {
    let failed = |source| LogError::File { path: path.to_owned(), source };
    let folder = fs::File::open(folder_of(path)).map_err(failed)?;
    let patience = Instant::now() + PATIENCE;
    while let Err(TryLockError::WouldBlock) = folder.try_lock() {
        if Instant::now() > patience {
            return Err(failed(ErrorKind::WouldBlock.into()));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(folder)
}

/// Puts a newer checkpoint into the file; another process may have put a newer one there.
pub(super) fn advance(
    path: Option<&Path>,
    key: &VerifierKey,
    newest: &SignedCheckpoint,
) -> Result<(), LogError> {
    let Some(path) = path else { return Ok(()) };
    match signed_in(path, key)? {
        Some(there) if there.size >= newest.size => Ok(()),
        _ => write(path, &newest.note),
    }
}

/// The checkpoint in the file, which must be of this log; none where there is no file.
fn signed_in(path: &Path, key: &VerifierKey) -> Result<Option<Checkpoint>, LogError> {
    read(path)?.map(|note| signed(path, &note, key)).transpose()
}

fn signed(path: &Path, note: &str, key: &VerifierKey) -> Result<Checkpoint, LogError> {
    Checkpoint::signed(note, key).ok_or_else(|| LogError::OtherLog {
        by: path.display().to_string(),
        origin: key.name().to_owned(),
    })
}

/// Moves the file out of the way and says where to.
pub(super) fn set_aside(path: &Path) -> Result<Option<PathBuf>, LogError> {
    if read(path)?.is_none() {
        return Ok(None);
    }
    let failed = |source| LogError::File { path: path.to_owned(), source };
    let aside = (1..).map(|n| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".old-{n}"));
        PathBuf::from(name)
    });
    for aside in aside.take(10_000) {
        if !aside.exists() {
            fs::rename(path, &aside).map_err(failed)?;
            return Ok(Some(aside));
        }
    }
    Err(failed(ErrorKind::AlreadyExists.into()))
}

/// Refuses a database without a log beside the checkpoint of one.
pub(super) fn refuse_orphan(store: &Store, file: Option<&Path>) -> Result<(), LogError> {
    let Some(path) = file else { return Ok(()) };
    let Some(note) = read(path)? else { return Ok(()) };
    let named = store.read(|reader| reader.meta(MetaKey::LogKey))?.is_some();
    if named {
        return Ok(());
    }
    let kept = note.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0);
    Err(LogError::Behind { size: 0, kept, by: path.display().to_string() })
}

/// Compares the data with every checkpoint that is kept; gives the newest.
pub(in crate::app) fn compare(
    store: &Store,
    key: &VerifierKey,
    file: Option<&Path>,
) -> Result<Option<SignedCheckpoint>, LogError> {
    let in_file = match file {
        Some(path) => signed_in(path, key)?.map(|there| (path.display().to_string(), there)),
        None => None,
    };
    store.read(|reader| {
        let size = reader.log_size()?;
        let newest = reader.last_checkpoint(key.name())?;
        if let Some(newest) = &newest {
            let by = "its last checkpoint".to_owned();
            let said =
                Checkpoint { origin: newest.origin.clone(), size: newest.size, root: newest.root };
            if Checkpoint::signed(&newest.note, key) != Some(said) {
                return Err(LogError::OtherLog { by, origin: key.name().to_owned() });
            }
            matches(reader, size, newest.size, &newest.root, &by)?;
        }
        if let Some(head) = reader.kept_head()? {
            let by = "the row that keeps the newest checkpoint";
            if head.origin != key.name() {
                let origin = key.name().to_owned();
                return Err(LogError::OtherLog { by: by.to_owned(), origin });
            }
            matches(reader, size, head.size, &head.root, by)?;
        }
        if let Some((by, kept)) = in_file {
            matches(reader, size, kept.size, &kept.root, &by)?;
        }
        Ok(newest)
    })
}

/// Refuses data that does not begin with the tree of a checkpoint.
fn matches(
    reader: &mut Reader<'_>,
    size: u64,
    kept: u64,
    root: &Hash,
    by: &str,
) -> Result<(), LogError> {
    if kept > size {
        return Err(LogError::Behind { size, kept, by: by.to_owned() });
    }
    let found = tree::root(&mut reader.log_tree(kept), kept).map_err(|error| match error {
        store::Error::Log(damage) => LogError::Damaged(damage.to_string()),
        other => other.into(),
    })?;
    if found == *root { Ok(()) } else { Err(LogError::Forked { size: kept, by: by.to_owned() }) }
}
