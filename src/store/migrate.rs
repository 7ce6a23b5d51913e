//! Brings the tables up to date, or says why not and leaves everything as it was.

use diesel::{connection::SimpleConnection, migration::Migration};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{
    Error, Prepare, Target,
    conn::{Conn, Pooled, configure, open_alone, open_plain, write_tx},
    dialect,
    sqlite_file::{SqliteFile, mark_sqlite},
};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Where diesel notes which migrations were run.
const LEDGER: &str = "__diesel_schema_migrations";

/// What [`migrate`] found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrations {
    /// The numbers of those that had been run before.
    pub before: Vec<String>,
    /// The numbers of those that were run now.
    pub ran: Vec<String>,
}

/// What lives in a database.
enum State {
    Empty,
    Ours { applied: Vec<String> },
    Foreign { found: String },
}

/// Makes the database fit for this program, as far as `prepare` allows.
///
/// # Errors
/// [`Error::Missing`], [`Error::Foreign`], [`Error::Newer`] and [`Error::Pending`] leave the
/// database untouched, so does [`Error::Unsafe`]; [`Error::Migration`] has undone everything.
pub fn migrate(target: &Target, prepare: Prepare) -> Result<Migrations, Error> {
    if let Target::Sqlite(path) = target
        && prepare == Prepare::CreateAndMigrate
        && matches!(SqliteFile::at(path)?, SqliteFile::Absent | SqliteFile::Empty)
    {
        mark_sqlite(path)?;
    }
    let mut conn = open_alone(open_plain(target)?);
    let (before, pending) = judge(&mut conn, target, prepare)?;
    if prepare == Prepare::Nothing && !pending.is_empty() {
        return Err(Error::Pending { target: target.to_string(), pending: pending.join(", ") });
    }
    configure(conn.raw(), target)?;
    if pending.is_empty() {
        return Ok(Migrations { before, ran: pending });
    }
    loosen(&mut conn)?;
    write_tx(&mut conn, |conn| {
        // Another process may have been faster.
        let (before, pending) = judge(conn, target, prepare)?;
        apply(conn, target, |conn| match conn {
            Conn::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE).map(drop),
            Conn::Pg(pg) => pg.run_pending_migrations(POSTGRES).map(drop),
        })?;
        Ok(Migrations { before, ran: pending })
    })
}

/// Undoes every migration. All that the database holds is lost; the journal too.
///
/// # Errors
/// As [`migrate`]; a database that is not ours is left untouched.
pub fn revert_losing_everything(target: &Target) -> Result<(), Error> {
    let mut conn = open_alone(open_plain(target)?);
    judge(&mut conn, target, Prepare::Migrate)?;
    loosen(&mut conn)?;
    write_tx(&mut conn, |conn| {
        apply(conn, target, |conn| match conn {
            Conn::Sqlite(sqlite) => sqlite.revert_all_migrations(SQLITE).map(drop),
            Conn::Pg(pg) => pg.revert_all_migrations(POSTGRES).map(drop),
        })
    })
}

/// Lets a migration rebuild tables and take its time: SQLite cannot switch foreign keys off
/// inside a transaction, and on PostgreSQL the limit for a statement is meant for answers.
fn loosen(conn: &mut Pooled) -> Result<(), Error> {
    conn.run("preparing the migrations", |conn| match conn {
        Conn::Sqlite(sqlite) => sqlite.batch_execute("PRAGMA foreign_keys = OFF"),
        Conn::Pg(pg) => pg.batch_execute("SET statement_timeout = 0"),
    })
}

/// Runs or undoes migrations inside a transaction and sees that no reference dangles.
fn apply(
    conn: &mut Pooled,
    target: &Target,
    work: impl FnOnce(&mut Conn) -> diesel::migration::Result<()>,
) -> Result<(), Error> {
    let failed = |source| Error::Migration { target: target.to_string(), source };
    work(conn.raw()).map_err(failed)?;
    match conn.run("checking references", dialect::dangling_references)? {
        0 => Ok(()),
        count => Err(failed(format!("{count} references lead nowhere").into())),
    }
}

/// The migrations that were run and those that are pending, or why the database is not for us.
fn judge(
    conn: &mut Pooled,
    target: &Target,
    prepare: Prepare,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let applied = match state(conn)? {
        State::Ours { applied } => applied,
        State::Empty if prepare == Prepare::CreateAndMigrate => Vec::new(),
        State::Empty => return Err(Error::Missing { target: target.to_string() }),
        State::Foreign { found } => {
            return Err(Error::Foreign { target: target.to_string(), found });
        }
    };
    let known = known(target)?;
    if let Some(newer) = applied.iter().rev().find(|version| !known.contains(version)) {
        return Err(Error::Newer { target: target.to_string(), version: newer.clone() });
    }
    let pending = known.into_iter().filter(|version| !applied.contains(version)).collect();
    Ok((applied, pending))
}

/// True for a database without a table; one of somebody else's is an error.
pub(super) fn is_empty(conn: &mut Pooled, target: &Target) -> Result<bool, Error> {
    match state(conn)? {
        State::Empty => Ok(true),
        State::Ours { .. } => Ok(false),
        State::Foreign { found } => Err(Error::Foreign { target: target.to_string(), found }),
    }
}

/// Looks at the tables, and reads only ours.
fn state(conn: &mut Pooled) -> Result<State, Error> {
    const LOOKING: &str = "looking at the tables";
    let tables = conn.run(LOOKING, dialect::tables)?;
    let noted = tables.iter().any(|table| table == LEDGER);
    if tables.iter().all(|table| table == LEDGER) {
        return Ok(State::Empty);
    }
    if noted && tables.iter().any(|table| table == "meta") {
        match conn.run(LOOKING, dialect::is_marked) {
            Ok(true) => {
                let applied = conn.run(LOOKING, dialect::applied_migrations)?;
                return Ok(State::Ours { applied });
            }
            // Another application's `meta` need not have our columns.
            Ok(false) | Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let shown: Vec<&str> = tables.iter().map(String::as_str).take(5).collect();
    let more = if tables.len() > shown.len() { " and more" } else { "" };
    Ok(State::Foreign { found: format!("it has the tables {}{more}", shown.join(", ")) })
}

/// The numbers of the migrations in this program, in order.
fn known(target: &Target) -> Result<Vec<String>, Error> {
    use diesel::migration::MigrationSource;
    let mut known: Vec<String> = match target {
        Target::Sqlite(_) => {
            versions(MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE))
        }
        Target::Postgres(_) => versions(MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES)),
    }
    .map_err(|source| Error::Migration { target: target.to_string(), source })?;
    known.sort();
    Ok(known)
}

fn versions<DB: diesel::backend::Backend>(
    migrations: diesel::migration::Result<Vec<Box<dyn Migration<DB>>>>,
) -> diesel::migration::Result<Vec<String>> {
    Ok(migrations?.iter().map(|migration| migration.name().version().to_string()).collect())
}
