//! Files behind evidence: kept beside the database under their hash, never public.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    app::App,
    store::{self, Action, Actor, Reason, RecordKind, Target},
};

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// What a file is, judged by how it begins and not by what its sender says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum FileKind {
    /// A PDF document.
    #[serde(rename = "application/pdf")]
    Pdf,
    /// A PNG image.
    #[serde(rename = "image/png")]
    Png,
    /// A JPEG image.
    #[serde(rename = "image/jpeg")]
    Jpeg,
}

impl FileKind {
    /// The kind of a file that begins so; `None` for any other.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins = |mark: &[u8]| bytes.starts_with(mark);
        if begins(b"%PDF-") {
            Some(Self::Pdf)
        } else if begins(b"\x89PNG\r\n\x1A\n") {
            Some(Self::Png)
        } else if begins(b"\xFF\xD8\xFF") {
            Some(Self::Jpeg)
        } else {
            None
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// The end of a file name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FileRecord {
    /// SHA-256 of its bytes: its name.
    #[schema(example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub sha256: String,
    /// How many bytes it has.
    #[schema(minimum = 1, maximum = 10_485_760)]
    pub bytes: u64,
    /// What it is.
    pub media_type: FileKind,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
}

/// Why a file could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is no PDF, PNG or JPEG.
    #[error("it is no PDF, PNG or JPEG")]
    Kind,
    /// Nobody has said where files are kept.
    #[error("files cannot be kept here: the server was started without --evidence-dir")]
    NoFolder,
    /// There is no such file.
    #[error("there is no file with this SHA-256")]
    NotFound,
    /// Its bytes are no longer those that were uploaded.
    #[error("the file {0} is damaged")]
    Damaged(String),
    /// The folder does not work.
    #[error("the folder of evidence files does not work")]
    Io(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Where the files of a database are kept unless the operator says where: beside the file of a
/// SQLite database; nowhere for PostgreSQL, which other machines share.
#[must_use]
pub fn folder_beside(target: &Target) -> Option<PathBuf> {
    match target {
        Target::Sqlite(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".evidence");
            Some(name.into())
        }
        Target::Postgres(_) => None,
    }
}

impl App {
    /// Keeps a file. The same bytes twice are one file.
    ///
    /// # Errors
    /// [`FileError::Kind`], [`FileError::NoFolder`], and where disk or database fail.
    pub fn keep_file(
        &self,
        actor: &Actor,
        reason: &Reason,
        bytes: &[u8],
    ) -> Result<FileRecord, FileError> {
        let media_type = FileKind::of(bytes).ok_or(FileError::Kind)?;
        let folder = self.evidence_folder().ok_or(FileError::NoFolder)?;
        let sha256 = hash(bytes);
        // The file first: a record without its file would be a promise that cannot be kept.
        write_whole(&folder, &sha256, bytes)?;
        let done = self.write(actor, reason, |tx| {
            if let Some(known) = tx.read().record(RecordKind::File, &sha256)? {
                return Ok::<_, FileError>(known.read()?);
            }
            let record = FileRecord {
                sha256: sha256.clone(),
                bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                media_type,
                uploaded_at: tx.at(),
            };
            tx.put_record(Action::Create, (RecordKind::File, &sha256), true, &record)?;
            Ok(record)
        })?;
        Ok(done.value)
    }

    /// A file with what is known of it; its bytes are compared with its name.
    ///
    /// # Errors
    /// [`FileError::NotFound`], [`FileError::Damaged`], and where disk or database fail.
    pub fn file(&self, sha256: &str) -> Result<(FileRecord, Vec<u8>), FileError> {
        let record = self.store.read(|reader| reader.record(RecordKind::File, sha256))?;
        let record: FileRecord = record.ok_or(FileError::NotFound)?.read()?;
        let folder = self.evidence_folder().ok_or(FileError::NoFolder)?;
        let bytes = match fs::read(folder.join(&record.sha256)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FileError::Damaged(record.sha256));
            }
            Err(error) => return Err(error.into()),
        };
        if hash(&bytes) == record.sha256 {
            Ok((record, bytes))
        } else {
            Err(FileError::Damaged(record.sha256))
        }
    }

    /// True where files can be kept.
    #[must_use]
    pub fn keeps_files(&self) -> bool {
        self.evidence_folder().is_some()
    }

    fn evidence_folder(&self) -> Option<PathBuf> {
        self.evidence_dir.get().cloned().or_else(|| folder_beside(self.store.target()))
    }
}

/// SHA-256 in lower-case hexadecimal.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file so that there is the whole of it or none, whatever happens meanwhile.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    fs::File::open(folder)?.sync_all()
}
