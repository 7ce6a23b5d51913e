//! Copies of a whole directory: database and evidence files, made while it is in use, and put in
//! place again.
//!
//! A copy is a folder. It is written under another name, checked, brought to the disk and only
//! then given its own, so whatever has the name of a copy is whole. It holds no key that signs: an
//! older copy can be served, but never sign a second history of the public log.

mod back;
mod files;
mod manifest;
mod out;

use std::{
    io,
    path::{Path, PathBuf},
};

pub use back::{Restore, Restored, restore};
pub use manifest::{Keys, Manifest};
pub use out::{BackUp, BackedUp, back_up};

use super::public_log::LogError;
use crate::store;

/// Why a copy was not made, or not put in place.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The database could not be copied, or the copy not be put in place.
    #[error(transparent)]
    Copy(#[from] store::CopyError),
    /// The public log does not go together with it.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Copies are never overwritten.
    #[error("{} is there already; a copy is never overwritten, give another name", .0.display())]
    Exists(PathBuf),
    /// What was copied does not fit together.
    #[error("what would be copied does not fit together:\n{}", .0.join("\n"))]
    Faults(Vec<String>),
    /// It is no copy, or not whole.
    #[error("{} is no whole copy: {why}", folder.display())]
    NoCopy {
        /// Which folder.
        folder: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Evidence files belong to the copy, and nobody said where they are.
    #[error("there are files behind evidence; say with --evidence-dir where they are kept")]
    NoEvidenceFolder,
    /// A log's key was offered without the newest checkpoint.
    #[error(
        "with its key the log would go on, so it must be shown that nothing newer was signed: put \
         the newest checkpoint that anyone has into a file and name it with --checkpoint-file, or \
         leave --keys out and begin a new log with `bedside log recover`"
    )]
    NoCheckpoint,
    /// The key is of another log.
    #[error("{} does not hold the key of the log in the copy", .0.display())]
    OtherKey(PathBuf),
    /// A file that is asked for cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl KeepError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Unreadable { path, source }
    }
}
