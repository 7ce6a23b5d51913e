//! What a copy says of itself.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::KeepError;

/// The manifest's name in the folder of a copy.
pub(super) const MANIFEST: &str = "manifest.json";

/// The folder of evidence files in the folder of a copy.
pub(super) const EVIDENCE: &str = "evidence";

/// The form of copies that this program makes and reads.
const FORMAT: &str = "bedside-copy/1";

/// What a copy says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of the copy.
    format: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The version of the program that made it.
    pub made_by: String,
    /// The database.
    pub database: DatabaseCopy,
    /// The number of its newest journal entry.
    pub journal: i64,
    /// How many providers it has.
    pub providers: u64,
    /// How many entries its public log has.
    pub log_entries: u64,
    /// The log's key and head, where it has a name.
    pub log: Option<LogCopy>,
    /// The files behind evidence.
    pub evidence: Vec<EvidenceFile>,
    /// Files behind evidence that were gone or damaged when the copy was made, by SHA-256.
    pub evidence_missing: Vec<String>,
}

/// The copied database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseCopy {
    /// Which of the two it is of.
    pub kind: DatabaseKind,
    /// How many bytes the file has.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The schema of PostgreSQL that was copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What a database of PostgreSQL says of itself, without its keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseKind {
    /// A file of SQLite.
    Sqlite,
    /// What `pg_dump --format=custom` makes.
    Postgres,
}

impl DatabaseKind {
    /// The file's name in the folder of a copy.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "database.db",
            Self::Postgres => "database.dump",
        }
    }

    /// For people.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// The public log in a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogCopy {
    /// The key that checks its signatures, with its name.
    pub key: String,
    /// The newest signed checkpoint.
    pub checkpoint: Option<String>,
}

/// A file behind evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFile {
    /// SHA-256 of its bytes: its name.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: u64,
}

/// The key that signs a public log, as it is kept apart from copies.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The log's name.
    pub log_origin: String,
    /// Its key, base64.
    pub log_key: String,
}

impl Manifest {
    pub(super) fn new(made_at: DateTime<Utc>, database: DatabaseCopy) -> Self {
        Self {
            format: FORMAT.to_owned(),
            made_at,
            made_by: env!("CARGO_PKG_VERSION").to_owned(),
            database,
            journal: 0,
            providers: 0,
            log_entries: 0,
            log: None,
            evidence: Vec::new(),
            evidence_missing: Vec::new(),
        }
    }

    /// Reads the manifest of a copy.
    ///
    /// # Errors
    /// [`KeepError::NoCopy`].
    pub fn of(folder: &Path) -> Result<Self, KeepError> {
        let wrong = |why: String| KeepError::NoCopy { folder: folder.to_owned(), why };
        let text = fs::read_to_string(folder.join(MANIFEST))
            .map_err(|error| wrong(format!("{MANIFEST}: {error}")))?;
        let manifest: Self = serde_json::from_str(&text).map_err(|error| {
            wrong(format!("{MANIFEST}: {error}; a newer program may have made it"))
        })?;
        if manifest.format == FORMAT {
            Ok(manifest)
        } else {
            Err(wrong(format!("its form is {}, and this program reads {FORMAT}", manifest.format)))
        }
    }
}
