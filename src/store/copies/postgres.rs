//! Copies of a PostgreSQL schema, made and put in place by PostgreSQL's own programs.

use std::path::Path;

use diesel::connection::SimpleConnection;

use super::{
    super::{
        Error, Reader, Target,
        conn::{Pooled, open_alone, open_plain, write_tx},
        dialect,
        migrate::is_empty,
    },
    Beside, CopyError, SECRET_TABLES,
    programs::{command, connect, run},
    secret_settings,
};

/// The table of settings, some of which no copy has.
const SETTINGS: &str = "meta";

/// Copies exactly what the reader's transaction sees.
pub(super) fn dump(
    reader: &mut Reader<'_>,
    target: &Target,
    url: &str,
    file: &Path,
) -> Result<Beside, CopyError> {
    const COPYING: &str = "copying the database";
    let (snapshot, schema) = reader.conn.run(COPYING, dialect::snapshot)?;
    let mut dump = command("pg_dump")?;
    dump.args(["--format=custom", "--no-owner", "--no-privileges"])
        .arg(format!("--snapshot={snapshot}"))
        .arg(format!("--schema={}", quoted(&schema)))
        .arg(format!("--file={}", file.display()));
    let left_out = SECRET_TABLES.iter().chain([&SETTINGS]);
    dump.args(left_out.map(|table| format!("--exclude-table-data={}.{table}", quoted(&schema))));
    connect(&mut dump, url)?;
    run("pg_dump", target, dump)?;

    let mut list = command("pg_restore")?;
    list.arg("--list").arg(file);
    let listed = run("pg_restore", target, list)?;
    for table in reader.conn.run(COPYING, dialect::tables)? {
        let left_out = table == SETTINGS || SECRET_TABLES.contains(&&*table);
        let kind = if left_out { "TABLE" } else { "TABLE DATA" };
        if !listed.contains(&format!(" {kind} {schema} {table} ")) {
            return Err(CopyError::Damaged(format!("it lacks the table {table}")));
        }
    }
    let mut settings = reader.conn.run(COPYING, dialect::settings_of_itself)?;
    settings.retain(|key, _| secret_settings().all(|secret| secret != key));
    Ok(Beside { schema: Some(schema), settings })
}

/// A copy in its schema, which goes away again unless it is settled.
#[derive(Debug)]
pub(super) struct Staged {
    target: Target,
    schema: String,
    aside: Option<String>,
    settled: bool,
}

impl Staged {
    pub fn new(
        target: &Target,
        file: &Path,
        beside: &Beside,
        replace: bool,
    ) -> Result<Self, CopyError> {
        const LOOKING: &str = "looking at the tables";
        let Target::Postgres(url) = target else {
            return Err(CopyError::OtherDatabase { copy: "PostgreSQL" });
        };
        // What is missing is better known before anything is moved.
        let restore = command("pg_restore")?;
        let mut conn = open_alone(open_plain(target)?);
        let schema = conn.run(LOOKING, dialect::current_schema)?;
        match &beside.schema {
            Some(copied) if *copied == schema => {}
            copied => {
                let copy = copied.clone().unwrap_or_default();
                return Err(CopyError::OtherSchema { copy, target: schema });
            }
        }
        let empty = is_empty(&mut conn, target)?;
        if !empty && !replace {
            return Err(CopyError::Occupied { target: target.to_string() });
        }
        if conn.run(LOOKING, dialect::others_at_work)? {
            return Err(CopyError::InUse { target: target.to_string() });
        }
        let mut staged = Self { target: target.clone(), schema, aside: None, settled: false };
        if !empty {
            staged.aside = Some(set_aside(&mut conn, &staged.schema)?);
        }
        staged.fill(&mut conn, restore, url, file, beside)?;
        Ok(staged)
    }

    /// Puts the copy into the empty schema. The settings are last: only they make the tables a
    /// database of ours.
    fn fill(
        &self,
        conn: &mut Pooled,
        mut restore: std::process::Command,
        url: &str,
        file: &Path,
        beside: &Beside,
    ) -> Result<(), CopyError> {
        restore
            .args(["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"])
            .arg(format!("--schema={}", self.schema));
        connect(&mut restore, url)?;
        restore.arg(file);
        run("pg_restore", &self.target, restore)?;
        write_tx(conn, |conn| {
            conn.run("restoring the settings", |conn| {
                dialect::restore_settings(conn, &beside.settings)
            })
        })?;
        Ok(())
    }

    pub const fn target(&self) -> &Target {
        &self.target
    }

    pub fn settle(mut self) -> Option<String> {
        self.settled = true;
        self.aside.take().map(|aside| format!("the schema {aside}"))
    }

    /// Takes the copy's tables away, and brings back what was there.
    fn undo(&self) -> Result<(), Error> {
        let mut conn = open_alone(open_plain(&self.target)?);
        let tables = conn.run("undoing", dialect::tables)?;
        let tables: Vec<String> = tables.iter().map(|table| quoted(table)).collect();
        let mut statements = "BEGIN;".to_owned();
        if !tables.is_empty() {
            statements.push_str(&format!("DROP TABLE {} CASCADE;", tables.join(", ")));
        }
        if let Some(aside) = &self.aside {
            let (schema, aside) = (quoted(&self.schema), quoted(aside));
            statements.push_str(&format!(
                "DROP SCHEMA {schema}; ALTER SCHEMA {aside} RENAME TO {schema};"
            ));
        }
        statements.push_str("COMMIT");
        conn.run("undoing", |conn| conn.batch_execute(&statements))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.settled
            && let Err(error) = self.undo()
        {
            let (schema, aside) = (&self.schema, &self.aside);
            tracing::error!(%error, schema, aside, "a half-restored schema could not be taken away");
        }
    }
}

/// Gives what is there another name and makes an empty schema of the old name.
fn set_aside(conn: &mut Pooled, schema: &str) -> Result<String, CopyError> {
    let taken = conn.run("looking at the schemas", dialect::schemas)?;
    let names = (1..10_000_u32).map(|n| format!("{schema}_replaced_{n}"));
    let Some(aside) = names.into_iter().find(|name| !taken.contains(name)) else {
        return Err(CopyError::Occupied {
            target: format!("{schema}_replaced_1 and what follows"),
        });
    };
    let (from, to) = (quoted(schema), quoted(&aside));
    let statements =
        format!("BEGIN; ALTER SCHEMA {from} RENAME TO {to}; CREATE SCHEMA {from}; COMMIT");
    conn.run("setting the schema aside", |conn| conn.batch_execute(&statements))?;
    Ok(aside)
}

/// A name as SQL has it, and as the patterns of the programs do.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
