//! Sealing what must not be readable in the database or its backups: AES-256-GCM under a key
//! that stands in a file apart from both.

use std::{fmt, path::Path};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The bytes of a key.
const KEY_BYTES: usize = 32;

/// Why a key or a sealed text is of no use.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key's file cannot be read.
    #[error("the key file cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// The file holds no key.
    #[error(
        "the key file holds no key of 32 bytes in base64; make one with \
         `head -c 32 /dev/urandom | base64 > FILE`, and keep it apart from the database and its \
         backups"
    )]
    NoKey,
    /// What was sealed was sealed with another key, or was changed.
    #[error("this was sealed with another key, or was changed")]
    Broken,
}

/// A key that seals.
pub struct SealKey(RandomizedNonceKey);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey([REDACTED])")
    }
}

impl SealKey {
    /// Reads a key from its file: 32 bytes in base64.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds no key.
    pub fn read(file: &Path) -> Result<Self, SealError> {
        let text = std::fs::read_to_string(file)?;
        let key = STANDARD.decode(text.trim()).map_err(|_not_base64| SealError::NoKey)?;
        Self::new(&key)
    }

    /// A key of 32 bytes.
    ///
    /// # Errors
    /// [`SealError::NoKey`] for any other number of bytes.
    pub fn new(key: &[u8]) -> Result<Self, SealError> {
        if key.len() != KEY_BYTES {
            return Err(SealError::NoKey);
        }
        RandomizedNonceKey::new(&AES_256_GCM, key).map(Self).map_err(|_unfit| SealError::NoKey)
    }

    /// Seals a text for one thing: it opens for no other. The nonce stands before it.
    ///
    /// # Errors
    /// [`SealError::Broken`] only where there is no randomness to be had.
    pub fn seal(&self, text: &str, of: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut sealed = text.as_bytes().to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(of), &mut sealed)
            .map_err(|_unspecified| SealError::Broken)?;
        let mut all = nonce.as_ref().to_vec();
        all.append(&mut sealed);
        Ok(all)
    }

    /// Opens what was sealed for this thing.
    ///
    /// # Errors
    /// [`SealError::Broken`].
    pub fn open(&self, sealed: &[u8], of: &[u8]) -> Result<String, SealError> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError::Broken)?;
        let nonce =
            Nonce::try_assume_unique_for_key(nonce).map_err(|_unspecified| SealError::Broken)?;
        let mut text = text.to_vec();
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(of), &mut text)
            .map_err(|_unspecified| SealError::Broken)?;
        String::from_utf8(opened.to_vec()).map_err(|_not_text| SealError::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_for_its_thing_alone() {
        let key = SealKey::new(&[7; 32]).unwrap();
        let sealed = key.seal("ann@reader.example", b"report 1").unwrap();
        assert_eq!(key.open(&sealed, b"report 1").unwrap(), "ann@reader.example");
        assert!(!sealed.windows(6).any(|part| part == b"reader"));
        assert_ne!(sealed, key.seal("ann@reader.example", b"report 1").unwrap());
        assert!(key.open(&sealed, b"report 2").is_err());
        assert!(SealKey::new(&[8; 32]).unwrap().open(&sealed, b"report 1").is_err());
        for at in [0, 12, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(&changed, b"report 1").is_err(), "{at}");
        }
        assert!(key.open(&[], b"report 1").is_err());
    }

    #[test]
    fn a_key_file_holds_32_bytes_in_base64() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, good) in [(STANDARD.encode([1; 32]) + "\n", true), ("short".into(), false)] {
            std::fs::write(file.path(), text).unwrap();
            assert_eq!(SealKey::read(file.path()).is_ok(), good);
        }
    }
}
