//! Connections: how they are opened, configured, pooled and given up, and the one way to
//! begin a transaction.

#![expect(clippy::disallowed_methods, reason = "this is the one place that opens connections")]

use std::{path::Path, sync::Arc};

use diesel::{
    Connection, PgConnection, QueryResult, SqliteConnection,
    connection::{AnsiTransactionManager as Ansi, SimpleConnection, TransactionManager},
    r2d2::{HandleError, ManageConnection},
};

use super::{
    Error, Target, dialect,
    error::severs,
    sqlite_file::{
        APPLICATION_ID, NO_DATABASE, OF_ANOTHER, SqliteFile, foreign, log_ahead, open_sqlite,
    },
};

/// A connection to either database; queries are written once against it.
#[derive(diesel::MultiConnection)]
pub(super) enum Conn {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Opens the first connection of a process and changes nothing, no setting that the database
/// keeps either.
///
/// diesel's own way for this enum would try one database after the other, hide the true error
/// and turn a misspelt URL into a new SQLite file.
pub(super) fn open_plain(target: &Target) -> Result<Conn, Error> {
    match target {
        Target::Sqlite(path) => match SqliteFile::at(path)? {
            SqliteFile::Absent | SqliteFile::Empty => {
                Err(Error::Missing { target: target.to_string() })
            }
            SqliteFile::OfAnother => Err(foreign(target, OF_ANOTHER)),
            SqliteFile::NoDatabase => Err(foreign(target, NO_DATABASE)),
            SqliteFile::Ours => open_sqlite(target, path).map(Conn::Sqlite),
        },
        Target::Postgres(url) => {
            PgConnection::establish(url).map(Conn::Pg).map_err(|error| unavailable(target, &error))
        }
    }
}

/// Opens a connection beside others to a database that was found to be ours.
///
/// SQLite looks at the file this time. A handle of our own would do harm: when a process closes
/// any handle of a file, it loses every lock that it has on it. The next program to close the
/// database would then think itself alone and take the write-ahead log away from the connections
/// that still use it, with all that they write from then on.
pub(super) fn open_another(target: &Target) -> Result<Conn, Error> {
    let Target::Sqlite(path) = target else { return open_plain(target) };
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0) || !path.exists() {
        return Err(Error::Missing { target: target.to_string() });
    }
    let mut sqlite = open_sqlite(target, path)?;
    match dialect::application_id(&mut sqlite) {
        Ok(id) if id == i64::from(APPLICATION_ID) => Ok(Conn::Sqlite(sqlite)),
        Ok(_) => Err(foreign(target, OF_ANOTHER)),
        Err(error) if error.to_string().contains("not a database") => {
            Err(foreign(target, NO_DATABASE))
        }
        Err(error) => Err(Error::of("connecting", error)),
    }
}

pub(super) fn unavailable(target: &Target, error: &diesel::ConnectionError) -> Error {
    Error::Unavailable { doing: "connecting", source: target.redact(&error.to_string()).into() }
}

/// Sets what durability depends on, and refuses a database that will not have it.
pub(super) fn configure(conn: &mut Conn, target: &Target) -> Result<(), Error> {
    if let Conn::Sqlite(sqlite) = conn {
        log_ahead(sqlite)
            .and_then(|()| {
                sqlite.batch_execute(
                    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                     PRAGMA cache_size = -65536",
                )
            })
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

    /// True once it has proved to be of no more use.
    pub const fn is_severed(&self) -> bool {
        self.severed
    }

    /// The connection itself, for work whose errors are not diesel's own.
    pub const fn raw(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Sees that the database is there and takes writes.
    pub fn check(&mut self, target: &Target) -> Result<(), Error> {
        const CHECKING: &str = "checking the connection";
        if let Target::Sqlite(path) = target
            && self.file != FileId::at(path)
        {
            return Err(moved_away(CHECKING));
        }
        if self.run(CHECKING, dialect::is_standby)? {
            let source = "the server is a standby, which takes no writes".into();
            return Err(Error::Unavailable { doing: CHECKING, source });
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

impl Manager {
    /// The file that the path leads to now; none for PostgreSQL.
    fn file(&self) -> Option<FileId> {
        match self.target.as_ref() {
            Target::Sqlite(path) => FileId::at(path),
            Target::Postgres(_) => None,
        }
    }
}

/// The file is not the one that was opened.
fn moved_away(doing: &'static str) -> Error {
    Error::Unavailable { doing, source: "the database file was removed or replaced".into() }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled, Error> {
        // Looked at before and after, since a file may be moved away while it is opened: its
        // connection would be taken for one to whatever is there by then.
        let file = self.file();
        let mut conn = open_another(&self.target)?;
        configure(&mut conn, &self.target)?;
        if file != self.file() {
            return Err(moved_away("connecting"));
        }
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
    begin_writing(conn)?;
    let result = change(conn);
    finish(conn, result)
}

/// Begins a transaction and waits until it is the only one that writes.
pub(super) fn begin_writing(conn: &mut Pooled) -> Result<(), Error> {
    conn.run("beginning to write", |conn| match conn {
        Conn::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        Conn::Pg(pg) => Ansi::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL READ COMMITTED"),
    })?;
    match conn.run("waiting for other writers", dialect::lock_writer) {
        Ok(()) => Ok(()),
        failed => finish(conn, failed),
    }
}

/// Runs a closure within a transaction that has the work of others in it: an error undoes what
/// the closure did and nothing else. Where that fails, the connection is given up, and with it
/// the whole transaction.
pub(super) fn part_of_tx<T, E: From<Error>>(
    conn: &mut Pooled,
    change: impl FnOnce(&mut Pooled) -> Result<T, E>,
) -> Result<T, E> {
    // PostgreSQL commits nothing, and says so to nobody, once a statement outside has failed.
    let begun =
        conn.run("setting a savepoint", <Conn as TransactionManager<Conn>>::begin_transaction);
    conn.severed |= begun.is_err();
    begun?;
    let result = change(conn);
    let went_well = result.is_ok();
    let result = finish(conn, result);
    conn.severed |= went_well && result.is_err();
    result
}

/// Commits, or releases the savepoint that was set last.
pub(super) fn commit(conn: &mut Pooled) -> Result<(), Error> {
    conn.run("committing", <Conn as TransactionManager<Conn>>::commit_transaction)
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
            commit(conn)?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to report.
            undo(conn);
            Err(error)
        }
    }
}

/// Undoes a transaction, or what was done since the last savepoint. Where that fails the
/// connection is closed, which undoes it too.
pub(super) fn undo(conn: &mut Pooled) {
    let undone = conn.run("undoing", <Conn as TransactionManager<Conn>>::rollback_transaction);
    conn.severed |= undone.is_err();
}

/// A connection outside the pool, for the work before there is one.
pub(super) fn open_alone(conn: Conn) -> Pooled {
    Pooled { conn, severed: false, file: None }
}
