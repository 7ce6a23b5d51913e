//! Checkpoints: how large the tree is and what its root is, in three lines (C2SP
//! tlog-checkpoint).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    hash::Hash,
    note::{Note, VerifierKey},
};

/// The head of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, for good.
    pub origin: String,
    /// How many leaves it has.
    pub size: u64,
    /// The root above them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads the text; `None` where it is none, or not as [`Self::text`] writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let read = Self { origin, size, root };
        // Lines below, which the form allows, are not ours.
        text.starts_with(&read.text()).then_some(read)
    }

    /// Reads a note; `None` unless this key signed it for the log that is named as the key is.
    #[must_use]
    pub fn signed(note: &str, key: &VerifierKey) -> Option<Self> {
        let note = Note::parse(note).ok()?;
        Self::parse(note.signed_by(key)?).filter(|read| read.origin == key.name())
    }
}
