//! Leaves: what is in the tree for ever, and how it commits to what is not.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::hash::{Hash, hex, sha256, unhex};

/// The bytes that make a commitment unguessable.
pub type Salt = [u8; 16];

/// What a payload is bound by: SHA-256 over the salt and the payload's text. Whoever has both
/// can check it; whoever has neither learns nothing from it.
#[must_use]
pub fn commitment(salt: &[u8], payload: &str) -> Hash {
    let mut bytes = salt.to_vec();
    bytes.extend_from_slice(payload.as_bytes());
    sha256(&bytes)
}

/// What became of a listing in the eyes of the public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicAction {
    /// It is shown, for the first time or again.
    Published,
    /// What is shown of it changed.
    Changed,
    /// It is not shown for now.
    Suspended,
    /// It was taken off for good.
    Delisted,
    /// It became part of another listing.
    Merged,
}

impl PublicAction {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Changed => "changed",
            Self::Suspended => "suspended",
            Self::Delisted => "delisted",
            Self::Merged => "merged",
        }
    }
}

/// The kind of thing that every entry of this version is about.
pub const KIND: &str = "provider";

/// A leaf of the tree. No name of a person is ever in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// What became of it.
    pub action: PublicAction,
    /// When, in UTC, to the microsecond.
    pub at: String,
    /// 64 hexadecimal digits; see [`commitment`].
    pub commitment: String,
    /// The id of what was changed.
    pub id: String,
    /// What kind of thing was changed.
    pub kind: String,
    /// The version of this form.
    pub v: u8,
}

impl Leaf {
    /// A leaf about a provider.
    #[must_use]
    pub fn new(id: &str, action: PublicAction, at: DateTime<Utc>, commitment: &Hash) -> Self {
        Self {
            action,
            at: at.to_rfc3339_opts(SecondsFormat::Micros, true),
            commitment: hex(commitment),
            id: id.to_owned(),
            kind: KIND.to_owned(),
            v: 1,
        }
    }

    /// The bytes that are hashed: JSON without white space, its members in the order of their
    /// names.
    #[must_use]
    pub fn text(&self) -> String {
        // Members of plain text always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the bytes; `None` unless they are exactly as [`Self::text`] writes them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let leaf: Self = serde_json::from_str(text).ok()?;
        (leaf.text() == text).then_some(leaf)
    }

    /// True where the leaf commits to this payload.
    #[must_use]
    pub fn commits_to(&self, salt: &[u8], payload: &str) -> bool {
        unhex(&self.commitment).is_some_and(|bytes| bytes == commitment(salt, payload))
    }
}
