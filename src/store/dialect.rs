//! The few statements and messages in which the two databases differ, and nothing else.

use std::collections::BTreeMap;

use diesel::{
    prelude::*,
    result::{DatabaseErrorInformation, DatabaseErrorKind},
    sql_types::{BigInt, Bool, Text},
    upsert::excluded,
};

use super::{
    Constraint,
    conn::Conn,
    public_log::{LatestRow, LogRow, TileRow},
    rows::{EntryRow, ProviderRow, SiteRow, SlugRow},
    schema::{journal, log_entries, log_latest, log_tiles, meta, providers, sites, slugs},
};

/// The first half of the key of PostgreSQL's advisory lock; the second half is the schema, so
/// that two directories in one database do not wait for each other.
const WRITER_LOCK: i32 = 0x6265_6473;

/// At most this many rows in one `INSERT` of PostgreSQL, which takes 65,535 parameters.
const ROWS: usize = 1_000;

/// Waits until this transaction is the only one that writes. On SQLite `BEGIN IMMEDIATE` has
/// done so already.
pub(super) fn lock_writer(conn: &mut Conn) -> QueryResult<()> {
    if let Conn::Pg(pg) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))")
            .bind::<diesel::sql_types::Integer, _>(WRITER_LOCK)
            .execute(pg)?;
    }
    Ok(())
}

/// Loads the rows of a query whose column has one of these keys. diesel keeps no prepared statement
/// with a list, since lists have many lengths; so one key, which is what a single change asks for,
/// is compared as one.
macro_rules! load_keyed {
    ($conn:expr, $query:expr, $column:expr, $keys:expr) => {
        match $keys {
            [key] => $query.filter($column.eq(key)).load($conn),
            keys => $query.filter($column.eq_any(keys)).load($conn),
        }
    };
}
pub(super) use load_keyed;

/// Declares an insert of many rows. PostgreSQL takes them in one statement, since each costs
/// a round trip; on SQLite one prepared statement, run again and again, is the fastest. A single
/// row is no list there either: see `load_keyed`.
macro_rules! insert_many {
    ($name:ident, $row:ty, $table:path $(, $conflict:ident)?) => {
        pub(super) fn $name(conn: &mut Conn, rows: &[$row]) -> QueryResult<usize> {
            let mut taken = 0;
            match conn {
                Conn::Pg(pg) => {
                    for rows in rows.chunks(ROWS) {
                        taken += match rows {
                            [row] => diesel::insert_into($table)
                                .values(row)
                                $(.$conflict())?
                                .execute(pg)?,
                            rows => diesel::insert_into($table)
                                .values(rows)
                                $(.$conflict())?
                                .execute(pg)?,
                        };
                    }
                }
                Conn::Sqlite(sqlite) => {
                    for row in rows {
                        taken += diesel::insert_into($table)
                            .values(row)
                            $(.$conflict())?
                            .execute(sqlite)?;
                    }
                }
            }
            Ok(taken)
        }
    };
}

insert_many!(insert_providers, ProviderRow, providers::table);
insert_many!(insert_sites, SiteRow, sites::table);
insert_many!(insert_entries, EntryRow, journal::table);
insert_many!(insert_log_entries, LogRow, log_entries::table);
insert_many!(insert_log_tiles, TileRow, log_tiles::table);
insert_many!(reserve_slugs, SlugRow, slugs::table, on_conflict_do_nothing);

/// Puts rows in place of those of the same providers.
pub(super) fn replace_latest(conn: &mut Conn, rows: &[LatestRow]) -> QueryResult<usize> {
    macro_rules! replace {
        ($conn:expr, $rows:expr) => {
            diesel::insert_into(log_latest::table)
                .values($rows)
                .on_conflict(log_latest::entity_id)
                .do_update()
                .set((
                    log_latest::idx.eq(excluded(log_latest::idx)),
                    log_latest::state.eq(excluded(log_latest::state)),
                    log_latest::record_sha256.eq(excluded(log_latest::record_sha256)),
                ))
                .execute($conn)?
        };
    }
    let mut replaced = 0;
    match conn {
        Conn::Pg(pg) => {
            for rows in rows.chunks(ROWS) {
                replaced += match rows {
                    [row] => replace!(pg, row),
                    rows => replace!(pg, rows),
                };
            }
        }
        Conn::Sqlite(sqlite) => {
            for row in rows {
                replaced += replace!(sqlite, row);
            }
        }
    }
    Ok(replaced)
}

/// A name that a catalog query gives.
#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// A yes or no that a query gives.
#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// A number that a pragma gives.
#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn names(conn: &mut Conn, query: &str) -> QueryResult<Vec<String>> {
    let rows: Vec<Name> = diesel::sql_query(query).load(conn)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// The tables of the database, or of the schema that is in use.
pub(super) fn tables(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let query = match conn {
        Conn::Pg(_) => {
            "SELECT tablename::text AS name FROM pg_tables \
             WHERE schemaname = current_schema() ORDER BY 1"
        }
        Conn::Sqlite(_) => {
            "SELECT name FROM sqlite_schema \
             WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1"
        }
    };
    names(conn, query)
}

/// True where the `meta` table says that the database is ours.
pub(super) fn is_marked(conn: &mut Conn) -> QueryResult<bool> {
    let marks = names(conn, "SELECT value AS name FROM meta WHERE key = 'application'")?;
    Ok(marks.iter().any(|mark| mark == "bedside"))
}

/// The numbers of the migrations that were run; the table must exist.
pub(super) fn applied_migrations(conn: &mut Conn) -> QueryResult<Vec<String>> {
    names(conn, "SELECT version AS name FROM __diesel_schema_migrations ORDER BY 1")
}

/// True on a server that only follows another: it answers questions but takes no writes.
pub(super) fn is_standby(conn: &mut Conn) -> QueryResult<bool> {
    match conn {
        Conn::Pg(_) => {
            let row: Answer =
                diesel::sql_query("SELECT pg_is_in_recovery() AS answer").get_result(conn)?;
            Ok(row.answer)
        }
        Conn::Sqlite(_) => Ok(false),
    }
}

/// References that lead nowhere. PostgreSQL never has any.
pub(super) fn dangling_references(conn: &mut Conn) -> QueryResult<i64> {
    match conn {
        Conn::Pg(_) => Ok(0),
        Conn::Sqlite(_) => {
            let row: Number =
                diesel::sql_query("SELECT count(*) AS number FROM pragma_foreign_key_check")
                    .get_result(conn)?;
            Ok(row.number)
        }
    }
}

/// What SQLite finds wrong with the pages of a file: `ok`, or one line each.
pub(super) fn integrity(conn: &mut Conn) -> QueryResult<Vec<String>> {
    names(conn, "SELECT integrity_check AS name FROM pragma_integrity_check")
}

/// The name by which another connection can see what this transaction of PostgreSQL sees, and
/// the schema that is in use.
pub(super) fn snapshot(conn: &mut Conn) -> QueryResult<(String, String)> {
    let snapshot = names(conn, "SELECT pg_export_snapshot() AS name")?.pop().unwrap_or_default();
    Ok((snapshot, current_schema(conn)?))
}

/// The schema of PostgreSQL in which tables are made; empty where there is none.
pub(super) fn current_schema(conn: &mut Conn) -> QueryResult<String> {
    let schema = names(conn, "SELECT coalesce(current_schema()::text, '') AS name")?.pop();
    Ok(schema.unwrap_or_default())
}

/// The schemas of PostgreSQL.
pub(super) fn schemas(conn: &mut Conn) -> QueryResult<Vec<String>> {
    names(conn, "SELECT nspname::text AS name FROM pg_namespace")
}

/// True where another connection of this program is in the same database of PostgreSQL.
pub(super) fn others_at_work(conn: &mut Conn) -> QueryResult<bool> {
    let row: Answer = diesel::sql_query(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
         AND application_name = current_setting('application_name') \
         AND pid <> pg_backend_pid()) AS answer",
    )
    .get_result(conn)?;
    Ok(row.answer)
}

/// What the database says of itself.
pub(super) fn settings_of_itself(conn: &mut Conn) -> QueryResult<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> = meta::table.select((meta::key, meta::value)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Puts what a copy says of itself into an empty table.
pub(super) fn restore_settings(
    conn: &mut Conn,
    settings: &BTreeMap<String, String>,
) -> QueryResult<()> {
    for (key, value) in settings {
        diesel::insert_into(meta::table)
            .values((meta::key.eq(key), meta::value.eq(value)))
            .execute(conn)?;
    }
    Ok(())
}

/// The mark that says which application a SQLite file belongs to.
pub(super) fn application_id(sqlite: &mut SqliteConnection) -> QueryResult<i64> {
    let row: Number =
        diesel::sql_query("SELECT application_id AS number FROM pragma_application_id")
            .get_result(sqlite)?;
    Ok(row.number)
}

/// The settings of this connection that durability and patience depend on.
pub(super) fn settings(conn: &mut Conn) -> QueryResult<Vec<(&'static str, String)>> {
    let queries: &[(&'static str, &str)] = match conn {
        Conn::Sqlite(_) => &[
            ("journal_mode", "SELECT journal_mode AS name FROM pragma_journal_mode"),
            ("synchronous", "SELECT CAST(synchronous AS TEXT) AS name FROM pragma_synchronous"),
            ("busy_timeout", "SELECT CAST(timeout AS TEXT) AS name FROM pragma_busy_timeout"),
            ("foreign_keys", "SELECT CAST(foreign_keys AS TEXT) AS name FROM pragma_foreign_keys"),
        ],
        Conn::Pg(_) => &[
            ("synchronous_commit", "SELECT current_setting('synchronous_commit') AS name"),
            ("statement_timeout", "SELECT current_setting('statement_timeout') AS name"),
            ("application_name", "SELECT current_setting('application_name') AS name"),
            ("in_recovery", "SELECT pg_is_in_recovery()::text AS name"),
        ],
    };
    let mut settings = Vec::with_capacity(queries.len());
    for (setting, query) in queries {
        settings.push((*setting, names(conn, query)?.pop().unwrap_or_default()));
    }
    Ok(settings)
}

/// Which of our unique constraints a statement broke. PostgreSQL names the constraint, SQLite
/// only says `UNIQUE constraint failed: table.column, table.column`.
pub(super) fn constraint(info: &dyn DatabaseErrorInformation) -> Option<Constraint> {
    let broken = info
        .constraint_name()
        .or_else(|| info.message().strip_prefix("UNIQUE constraint failed: "))?;
    Some(match broken {
        "providers_pkey" | "providers.id" => Constraint::ProviderId,
        "providers_source_key_key" | "providers.source_key" => Constraint::ProviderSourceKey,
        "providers_slug_key" | "providers.slug" => Constraint::ProviderSlug,
        "sites_pkey" | "sites.id" => Constraint::SiteId,
        "sites_slug_key" | "sites.slug" => Constraint::SiteSlug,
        "sites_provider_id_source_key_key" | "sites.provider_id, sites.source_key" => {
            Constraint::SiteSourceKey
        }
        "users_name_key" | "users.name" => Constraint::UserName,
        "clients_key_id_key" | "clients.key_id" => Constraint::ClientKey,
        _ => return None,
    })
}

/// True where PostgreSQL's client library has lost the server, or the server has said that it
/// closes the connection. There is no SQLSTATE for the first, and for a moment the library still
/// calls the connection open, so that diesel makes no kind of either.
pub(super) fn lost(info: &dyn DatabaseErrorInformation) -> bool {
    const LOST: &[&str] = &[
        "server closed the connection",
        "could not receive data from server",
        "could not send data to server",
        "no connection to the server",
        "connection not open",
        "lost synchronization with server",
        "SSL SYSCALL error",
        "SSL connection has been closed",
        "SSL error",
        "terminating connection",
    ];
    LOST.iter().any(|start| info.message().starts_with(start))
}

/// True for an error of which diesel makes no kind of its own and which passes with time or
/// with the operator's help: a lock held too long, a statement cut off, a disk that is full.
pub(super) fn may_pass(kind: &DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> bool {
    const PASSING: &[&str] = &[
        // SQLite.
        "database is locked",
        "database table is locked",
        "database schema is locked",
        "database or disk is full",
        "disk I/O error",
        "attempt to write a readonly database",
        "unable to open database file",
        // PostgreSQL.
        "canceling statement due to",
        "the database system is",
        "could not extend file",
    ];
    matches!(kind, DatabaseErrorKind::SerializationFailure)
        || PASSING.iter().any(|start| info.message().starts_with(start))
}
