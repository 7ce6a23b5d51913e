//! Connections: how they are opened, configured, pooled and given up, and the one way to
//! begin a transaction.

#![expect(clippy::disallowed_methods, reason = "this is the one place that opens connections")]

use std::{io::ErrorKind, path::Path, sync::Arc};

use diesel::{
    Connection, PgConnection, QueryResult, SqliteConnection,
    connection::{AnsiTransactionManager as Ansi, SimpleConnection, TransactionManager},
    r2d2::{HandleError, ManageConnection},
};

use super::{Error, Target, dialect, error::severs};

/// A connection to either database; queries are written once against it.
#[derive(diesel::MultiConnection)]
pub(super) enum Conn {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

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
    /// Something else.
    Foreign(&'static str),
}

impl SqliteFile {
    /// Looks at the header.
    ///
    /// SQLite reads it, as a file that never changes, which takes no lock and makes no file. A
    /// handle of our own would do harm: when a process closes any handle of a file, it loses
    /// every lock that it has on it. The next program to close the database would then think
    /// itself alone and take the write-ahead log away from the connections that still use it.
    pub fn at(path: &Path) -> Result<Self, Error> {
        let unreadable = |source: Box<dyn std::error::Error + Send + Sync>| Error::Unavailable {
            doing: "reading the database file",
            source,
        };
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.len() == 0 => return Ok(Self::Empty),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::Absent),
            Err(error) => return Err(unreadable(error.into())),
        }
        let mut sqlite = SqliteConnection::establish(&uri(path, "ro&immutable=1"))
            .map_err(|error| unreadable(error.into()))?;
        match dialect::application_id(&mut sqlite) {
            Ok(id) if id == i64::from(APPLICATION_ID) => Ok(Self::Ours),
            Ok(_) => Ok(Self::Foreign("a SQLite database of another application")),
            Err(error) if error.to_string().contains("not a database") => {
                Ok(Self::Foreign("a file that is no SQLite database"))
            }
            Err(error) => Err(unreadable(error.into())),
        }
    }
}

/// Opens a connection and changes nothing, no setting that the database keeps either.
///
/// diesel's own way for this enum would try one database after the other, hide the true error
/// and turn a misspelt URL into a new SQLite file.
pub(super) fn open_plain(target: &Target) -> Result<Conn, Error> {
    let unavailable = |error: diesel::ConnectionError| Error::Unavailable {
        doing: "connecting",
        source: target.redact(&error.to_string()).into(),
    };
    match target {
        Target::Sqlite(path) => match SqliteFile::at(path)? {
            SqliteFile::Absent | SqliteFile::Empty => {
                Err(Error::Missing { target: target.to_string() })
            }
            SqliteFile::Foreign(found) => {
                Err(Error::Foreign { target: target.to_string(), found: found.to_owned() })
            }
            SqliteFile::Ours => {
                let mut sqlite =
                    SqliteConnection::establish(&uri(path, "rw")).map_err(unavailable)?;
                sqlite
                    .batch_execute("PRAGMA busy_timeout = 5000")
                    .map_err(|error| Error::of("connecting", error))?;
                Ok(Conn::Sqlite(sqlite))
            }
        },
        Target::Postgres(url) => PgConnection::establish(url).map(Conn::Pg).map_err(unavailable),
    }
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

/// Sets what durability depends on, and refuses a database that will not have it.
pub(super) fn configure(conn: &mut Conn, target: &Target) -> Result<(), Error> {
    if let Conn::Sqlite(sqlite) = conn {
        sqlite
            .batch_execute(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536",
            )
            .map_err(|error| Error::of("connecting", error))?;
    }
    let settings = dialect::settings(conn).map_err(|error| Error::of("connecting", error))?;
    for (setting, value) in settings {
        let mend = match (setting, value.as_str()) {
            ("synchronous_commit", "off") => {
                "set synchronous_commit to on for this server, database and role"
            }
            ("journal_mode", mode) if mode != "wal" => {
                "put the file on a local disk, where write-ahead logging works"
            }
            _ => continue,
        };
        let setting = format!("{setting} = {value}");
        return Err(Error::Unsafe { target: target.to_string(), setting, mend });
    }
    Ok(())
}

/// A pooled connection, and whether it has proved to be of no more use.
pub(super) struct Pooled {
    conn: Conn,
    severed: bool,
    /// The file that the connection was opened on.
    file: Option<FileId>,
}

impl Pooled {
    /// Runs a query, sorts its error, and gives the connection up where the error says so.
    pub fn run<T>(
        &mut self,
        doing: &'static str,
        query: impl FnOnce(&mut Conn) -> QueryResult<T>,
    ) -> Result<T, Error> {
        query(&mut self.conn).map_err(|error| {
            self.severed |= severs(&error);
            Error::of(doing, error)
        })
    }

    /// The connection itself, for work whose errors are not diesel's own.
    pub const fn raw(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Sees that the database is there and takes writes.
    pub fn check(&mut self, target: &Target) -> Result<(), Error> {
        let gone = |source: &'static str| Error::Unavailable {
            doing: "checking the connection",
            source: source.into(),
        };
        if let Target::Sqlite(path) = target
            && self.file != FileId::at(path)
        {
            return Err(gone("the database file was removed or replaced"));
        }
        if self.run("checking the connection", dialect::is_standby)? {
            return Err(gone("the server is a standby, which takes no writes"));
        }
        Ok(())
    }
}

/// Which file a path leads to, so that one that was moved away is noticed: SQLite itself would
/// go on writing into a file that nobody can find any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    #[cfg(unix)]
    fn at(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    fn at(path: &Path) -> Option<Self> {
        path.exists().then_some(Self(0, 0))
    }
}

/// Opens connections for the pool.
#[derive(Debug, Clone)]
pub(super) struct Manager {
    pub target: Arc<Target>,
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled, Error> {
        let mut conn = open_plain(&self.target)?;
        configure(&mut conn, &self.target)?;
        let file = match self.target.as_ref() {
            Target::Sqlite(path) => FileId::at(path),
            Target::Postgres(_) => None,
        };
        Ok(Pooled { conn, severed: false, file })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Error> {
        pooled.check(&self.target)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        // A connection that was left inside a transaction is closed, which undoes it.
        std::thread::panicking()
            || pooled.severed
            || <Conn as TransactionManager<Conn>>::is_broken_transaction_manager(&mut pooled.conn)
    }
}

/// Tells the operator why the pool cannot connect; whoever waits only learns that it cannot.
#[derive(Debug)]
pub(super) struct LogFailures;

impl HandleError<Error> for LogFailures {
    fn handle_error(&self, error: Error) {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::warn!(%error, cause, "a database connection could not be opened or kept");
    }
}

/// Runs a closure as the only writer, and commits what it did or undoes all of it.
///
/// `BEGIN IMMEDIATE` on SQLite: a transaction that reads first and writes later fails with
/// "database is locked" whenever another wrote in between. `READ COMMITTED` on PostgreSQL:
/// with a stricter level the first read would see the state from before the lock.
pub(super) fn write_tx<T, E: From<Error>>(
    conn: &mut Pooled,
    change: impl FnOnce(&mut Pooled) -> Result<T, E>,
) -> Result<T, E> {
    conn.run("beginning to write", |conn| match conn {
        Conn::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        Conn::Pg(pg) => Ansi::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL READ COMMITTED"),
    })?;
    let result = conn
        .run("waiting for other writers", dialect::lock_writer)
        .map_err(E::from)
        .and_then(|()| change(conn));
    finish(conn, result)
}

/// Runs a closure that only reads, all of it from one state of the database.
pub(super) fn read_tx<T, E: From<Error>>(
    conn: &mut Pooled,
    read: impl FnOnce(&mut Pooled) -> Result<T, E>,
) -> Result<T, E> {
    conn.run("beginning to read", |conn| match conn {
        Conn::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN DEFERRED"),
        Conn::Pg(pg) => {
            Ansi::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    })?;
    let result = read(conn);
    finish(conn, result)
}

/// Commits after success and undoes after failure.
fn finish<T, E: From<Error>>(conn: &mut Pooled, result: Result<T, E>) -> Result<T, E> {
    match result {
        Ok(value) => {
            conn.run("committing", <Conn as TransactionManager<Conn>>::commit_transaction)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to report. Where undoing fails as well the
            // connection is closed, which undoes it too.
            let undone =
                conn.run("undoing", <Conn as TransactionManager<Conn>>::rollback_transaction);
            conn.severed |= undone.is_err();
            Err(error)
        }
    }
}

/// A connection outside the pool, for the work before there is one.
pub(super) fn open_alone(conn: Conn) -> Pooled {
    Pooled { conn, severed: false, file: None }
}
