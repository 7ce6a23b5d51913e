//! Copies of a whole database: out of one that is in use, and into a place where there is none.
//!
//! A copy holds everything but the keys that sign: who has a copy can read it, and can sign
//! neither the public log nor a token with it.

mod postgres;
mod programs;
mod sqlite;

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use super::{Error, MetaKey, Reader, Store, Target};

/// Tables whose rows are keys that sign, so that no copy has them.
const SECRET_TABLES: &[&str] = &["signing_keys"];

/// Why a copy was not made, or not put in place.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
    /// There is something already.
    #[error("{target} is not empty; give another place, or say --replace to set it aside")]
    Occupied {
        /// The database, without passwords.
        target: String,
    },
    /// Another program has it open.
    #[error("{target} is in use by another program; stop every server and command on it first")]
    InUse {
        /// The database, without passwords.
        target: String,
    },
    /// A copy of PostgreSQL goes into the schema that it came from.
    #[error(
        "the copy is of the schema `{copy}`, and new tables of this database would be made in \
         `{target}`; give a database URL whose search_path is {copy}, and make that schema"
    )]
    OtherSchema {
        /// The schema in the copy.
        copy: String,
        /// The schema of the target; empty where it has none.
        target: String,
    },
    /// A copy of one database does not go into the other.
    #[error("this is a copy of a {copy} database; give the URL of one")]
    OtherDatabase {
        /// What the copy is of.
        copy: &'static str,
    },
    /// A program of PostgreSQL is not here.
    #[error(
        "{program} is neither in PATH nor in /usr/lib/postgresql/*/bin; install PostgreSQL's \
         client programs, at least as new as the server (Debian: apt-get install postgresql-client)"
    )]
    NoProgram {
        /// Which.
        program: &'static str,
    },
    /// A program of PostgreSQL failed.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which.
        program: &'static str,
        /// What it said, without passwords.
        said: String,
    },
    /// What was copied is not whole.
    #[error("the copy is damaged: {0}")]
    Damaged(String),
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

impl CopyError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// What a copy of a database consists of beside its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// The schema that was copied, of PostgreSQL.
    pub schema: Option<String>,
    /// What the database says of itself, where the file does not hold it: on PostgreSQL, whose
    /// copying program takes whole tables and would take the keys as well.
    pub settings: BTreeMap<String, String>,
}

impl Store {
    /// Copies the database into a new file while others read and write, lets `look` read exactly
    /// what was copied, and sees that the file can be used. The file is on the disk then.
    ///
    /// # Errors
    /// See [`CopyError`]; a file that was begun is left for the caller to remove.
    pub fn copy_into<T, E: From<Error> + From<CopyError>>(
        &self,
        file: &Path,
        look: impl FnOnce(&mut Reader<'_>) -> Result<T, E>,
    ) -> Result<(Beside, T), E> {
        let found = match self.target() {
            Target::Sqlite(_) => sqlite::copy(self.target(), file, look)?,
            Target::Postgres(url) => self.read(|reader| {
                let beside = postgres::dump(reader, self.target(), url, file)?;
                Ok::<_, E>((beside, look(reader)?))
            })?,
        };
        on_disk(file)?;
        Ok(found)
    }
}

/// A copy that was put where it shall be used and can still be taken away again.
#[derive(Debug)]
pub struct Staged(Place);

#[derive(Debug)]
enum Place {
    Sqlite(sqlite::Staged),
    Postgres(Box<postgres::Staged>),
}

impl Staged {
    /// Puts a copy beside its place, or into it where that can be undone. What is there already
    /// is set aside if it may be replaced; nothing is ever deleted.
    ///
    /// # Errors
    /// See [`CopyError`]; everything is as it was.
    pub fn new(
        target: &Target,
        file: &Path,
        beside: &Beside,
        replace: bool,
    ) -> Result<Self, CopyError> {
        Ok(Self(match target {
            Target::Sqlite(path) => {
                Place::Sqlite(sqlite::Staged::new(target, path, file, replace)?)
            }
            Target::Postgres(_) => {
                Place::Postgres(Box::new(postgres::Staged::new(target, file, beside, replace)?))
            }
        }))
    }

    /// The database to open in order to look at what was copied.
    #[must_use]
    pub fn target(&self) -> &Target {
        match &self.0 {
            Place::Sqlite(staged) => staged.target(),
            Place::Postgres(staged) => staged.target(),
        }
    }

    /// Makes it the database of its place. Says under which name that which was there before was
    /// set aside. Every store on it must be closed.
    ///
    /// # Errors
    /// See [`CopyError`]; what was there before is back.
    pub fn settle(self) -> Result<Option<String>, CopyError> {
        match self.0 {
            Place::Sqlite(staged) => staged.settle(),
            Place::Postgres(staged) => Ok(staged.settle()),
        }
    }
}

/// The settings that no copy has.
fn secret_settings() -> impl Iterator<Item = &'static str> {
    MetaKey::ALL.iter().filter(|key| key.is_secret()).map(|key| key.as_str())
}

/// Sees that a file has reached the disk.
fn on_disk(path: &Path) -> Result<(), CopyError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(CopyError::io(path))
}
