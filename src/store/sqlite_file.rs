//! The one file of a SQLite database: what it is, how it becomes ours, how it is opened.

#![expect(
    clippy::disallowed_methods,
    reason = "beside `conn`, the one place that opens connections"
)]

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::Path,
    time::Duration,
};

use diesel::{Connection, QueryResult, SqliteConnection, connection::SimpleConnection};

use super::{Error, Target, conn::unavailable};

/// "Beds": marks a SQLite file as ours in its header.
pub(super) const APPLICATION_ID: i32 = 0x4265_6473;

/// What a path leads to, judged by the header, before SQLite touches it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SqliteFile {
    /// No file.
    Absent,
    /// A file without a byte.
    Empty,
    /// A database of ours.
    Ours,
    /// A SQLite database of another application.
    OfAnother,
    /// No SQLite database: another file, or one of ours whose first bytes are lost.
    NoDatabase,
}

impl SqliteFile {
    /// Reads the header. Source of the offsets: SQLite's description of its file format, 1.3.
    ///
    /// Only where this process has no connection to the file: see [`open_another`](super::conn::open_another).
    pub fn at(path: &Path) -> Result<Self, Error> {
        let unreadable = |source: std::io::Error| Error::Unavailable {
            doing: "reading the database file",
            source: Box::new(source),
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Absent),
            Err(error) => return Err(unreadable(error)),
        };
        let mut header = Vec::with_capacity(100);
        file.take(100).read_to_end(&mut header).map_err(unreadable)?;
        let id = header.get(68..72).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        Ok(match id.map(i32::from_be_bytes) {
            _ if header.is_empty() => Self::Empty,
            Some(id) if header.starts_with(b"SQLite format 3\0") => {
                if id == APPLICATION_ID {
                    Self::Ours
                } else {
                    Self::OfAnother
                }
            }
            _ => Self::NoDatabase,
        })
    }
}

/// What is found where a database of ours should be.
pub(super) const OF_ANOTHER: &str = "a SQLite database of another application";
/// The same, where SQLite cannot open it.
pub(super) const NO_DATABASE: &str = "a file that is no SQLite database";

/// Refuses what is none of ours.
pub(super) fn foreign(target: &Target, found: &str) -> Error {
    Error::Foreign { target: target.to_string(), found: found.to_owned() }
}

/// Opens a file that is there, with patience for whoever has it locked.
pub(super) fn open_sqlite(target: &Target, path: &Path) -> Result<SqliteConnection, Error> {
    let mut sqlite = SqliteConnection::establish(&uri(path, "rw"))
        .map_err(|error| unavailable(target, &error))?;
    sqlite
        .batch_execute("PRAGMA busy_timeout = 5000")
        .map_err(|error| Error::of("connecting", error))?;
    Ok(sqlite)
}

/// Makes an empty SQLite file into one of ours. The mark goes to the file before the file
/// becomes a write-ahead-logged one, so that the header tells the truth from then on.
pub(super) fn mark_sqlite(path: &Path) -> Result<(), Error> {
    let mut sqlite = SqliteConnection::establish(&uri(path, "rwc")).map_err(|error| {
        Error::Unavailable { doing: "making the database file", source: Box::new(error) }
    })?;
    sqlite
        .batch_execute(&format!(
            "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; \
             PRAGMA application_id = {APPLICATION_ID}"
        ))
        .map_err(|error| Error::of("making the database file", error))
}

/// The URI of a SQLite file; the mode says whether it may be made.
fn uri(path: &Path, mode: &str) -> String {
    let path = path.to_string_lossy();
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?mode={mode}")
}

/// How often, and how far apart, it is tried to make a file write-ahead-logged: for as long as
/// SQLite itself waits for a lock.
const WAL_TRIES: u32 = 100;
const WAL_PAUSE: Duration = Duration::from_millis(50);

/// Makes a file write-ahead-logged for good; one that is stays as it is.
///
/// Where several processes make a new one at once, another may be doing so just then, and SQLite
/// does not wait for that: this one reads the file already, so the other might never end. It says
/// at once that the file is locked, and whoever asks again finds it done.
pub(super) fn log_ahead(sqlite: &mut SqliteConnection) -> QueryResult<()> {
    let mut tries = 0;
    loop {
        match sqlite.batch_execute("PRAGMA journal_mode = WAL") {
            Err(error) if tries < WAL_TRIES && error.to_string().contains("is locked") => {
                tries += 1;
                std::thread::sleep(WAL_PAUSE);
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_another_is_just_changing_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bedside.db");
        mark_sqlite(&path).unwrap();
        let target = Target::Sqlite(path.clone());
        let mut other = open_sqlite(&target, &path).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        let changing = std::thread::spawn(move || {
            std::thread::sleep(4 * WAL_PAUSE);
            other.batch_execute("COMMIT").unwrap();
        });
        let mut sqlite = open_sqlite(&target, &path).unwrap();
        log_ahead(&mut sqlite).unwrap();
        changing.join().unwrap();
    }
}
