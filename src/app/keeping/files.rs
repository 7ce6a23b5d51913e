//! Files that reach the disk whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::KeepError;
use crate::log::hex;

/// The folder that a path lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Reads a file to its end: how many bytes it has, and their SHA-256.
pub(super) fn digest(path: &Path) -> io::Result<(u64, String)> {
    through(&mut File::open(path)?, &mut io::sink())
}

/// Copies a file under the same name into another folder, if its bytes have the SHA-256 that is
/// its name. Says how many there are; none where there is no such file.
pub(super) fn copy_named(from: &Path, to: &Path, sha256: &str) -> Result<Option<u64>, KeepError> {
    let path = from.join(sha256);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeepError::io(&path)(error)),
    };
    let mut written = || -> io::Result<Option<u64>> {
        let mut copy = NamedTempFile::new_in(to)?;
        let (bytes, found) = through(&mut file, copy.as_file_mut())?;
        if found != sha256 {
            return Ok(None);
        }
        copy.as_file().sync_all()?;
        copy.persist(to.join(sha256)).map_err(|error| error.error)?;
        Ok(Some(bytes))
    };
    written().map_err(KeepError::io(to))
}

/// Writes a new file that only its owner reads; where there is one already, with the same text
/// it stays.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), KeepError> {
    if path.symlink_metadata().is_ok() {
        return match fs::read_to_string(path) {
            Ok(there) if there == text => Ok(()),
            _ => Err(KeepError::Exists(path.to_owned())),
        };
    }
    let folder = folder_of(path);
    let written = || -> io::Result<()> {
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    written().map_err(KeepError::io(path))
}

/// Sees that the names in a folder have reached the disk.
pub(super) fn names_on_disk(folder: &Path) -> Result<(), KeepError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(KeepError::io(folder))
}

/// Passes bytes on, and says how many there were and their SHA-256.
fn through(from: &mut File, to: &mut dyn io::Write) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        let Some(chunk) = buffer.get(..read).filter(|chunk| !chunk.is_empty()) else { break };
        hash.update(chunk);
        to.write_all(chunk)?;
        bytes += u64::try_from(read).unwrap_or(u64::MAX);
    }
    Ok((bytes, hex(hash.finalize().as_slice())))
}
