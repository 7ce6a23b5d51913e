//! Secrets of second factors as they are stored: sealed with a key that stands in a file apart
//! from the database, so that a copy of the database gives nobody a code.

use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::{
    app::{
        App,
        seal::{SealError, SealKey},
    },
    auth::totp,
    store::Target,
};

/// The key that seals second factors: the operator's, or one that is made beside a SQLite
/// database. There is none beside a PostgreSQL that no file is named for, since other machines
/// must have the same one.
///
/// # Errors
/// A file that cannot be read or made, or that holds no key.
pub fn second_factor_key(
    target: &Target,
    file: Option<&Path>,
) -> Result<Option<SealKey>, SealError> {
    match (file, target) {
        (Some(file), _) => SealKey::read(file).map(Some),
        (None, Target::Postgres(_)) => Ok(None),
        (None, Target::Sqlite(database)) => {
            let mut name = database.clone().into_os_string();
            name.push(".key");
            made_once(Path::new(&name)).map(Some)
        }
    }
}

/// The key of a file, which is made where there is none.
fn made_once(file: &Path) -> Result<SealKey, SealError> {
    match SealKey::read(file) {
        Err(SealError::File(error)) if error.kind() == ErrorKind::NotFound => {}
        known => return known,
    }
    // Under its name only once it is whole, and never over one that somebody else has made.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut fresh = NamedTempFile::new_in(folder)?;
    writeln!(fresh, "{}", STANDARD.encode(rand::random::<[u8; 32]>()))?;
    fresh.as_file().sync_all()?;
    match fresh.persist_noclobber(file) {
        Ok(_) => {}
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.error.into()),
    }
    // The name is on the disk once its folder is; without it nothing that is sealed would open.
    File::open(folder)?.sync_all()?;
    SealKey::read(file)
}

impl App {
    /// A secret as it is stored: sealed where there is a key for that. It opens for this account
    /// alone.
    pub(super) fn sealed(&self, user: Uuid, secret: &[u8]) -> Result<Vec<u8>, SealError> {
        match self.second_factor_key.get() {
            Some(key) => key.seal(&STANDARD.encode(secret), user.as_bytes()),
            None => Ok(secret.to_vec()),
        }
    }

    /// The secret that is stored so. One that was stored before there was a key is as long as a
    /// secret is, which nothing sealed can be.
    pub(super) fn unsealed(&self, user: Uuid, stored: &[u8]) -> Result<Vec<u8>, SealError> {
        if stored.len() == totp::SECRET_BYTES {
            return Ok(stored.to_vec());
        }
        let key = self.second_factor_key.get().ok_or(SealError::Broken)?;
        let opened = key.open(stored, user.as_bytes())?;
        STANDARD.decode(opened).map_err(|_not_base64| SealError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_beside_a_file_and_never_beside_a_server() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(folder.path().join("bedside.db"));
        let key = || second_factor_key(&target, None).unwrap().unwrap();
        let sealed = key().seal("a secret", b"somebody").unwrap();
        assert_eq!(key().open(&sealed, b"somebody").unwrap(), "a secret");
        let file = folder.path().join("bedside.db.key");
        let named = second_factor_key(&"postgres://x/y".parse().unwrap(), Some(&file));
        assert_eq!(named.unwrap().unwrap().open(&sealed, b"somebody").unwrap(), "a secret");
        assert!(second_factor_key(&"postgres://x/y".parse().unwrap(), None).unwrap().is_none());
        let missing = folder.path().join("missing");
        assert!(second_factor_key(&target, Some(&missing)).is_err());
        std::fs::write(&file, "no key").unwrap();
        assert!(second_factor_key(&target, None).is_err());
    }
}
