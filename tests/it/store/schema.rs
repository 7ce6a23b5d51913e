//! The tables of both databases are those of `src/store/schema.rs`, and migrations can be
//! undone.

use std::{collections::BTreeSet, fs, path::Path};

use bedside::store::{Prepare, migrate, revert_losing_everything};
use rstest::rstest;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
};

/// `table column Type` in the words of `schema.rs`, as the database has them.
fn columns(db: &TestDb) -> Vec<String> {
    let rows = match db.backend {
        Sqlite => db.texts(
            "SELECT m.name || ' ' || p.name || ' ' || p.\"notnull\" || ' ' || lower(p.type) AS text
             FROM sqlite_schema m JOIN pragma_table_info(m.name) p
             WHERE m.type = 'table' ORDER BY m.name, p.cid",
        ),
        Postgres => db.texts(
            "SELECT table_name || ' ' || column_name || ' ' ||
                    CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END || ' ' || data_type AS text
             FROM information_schema.columns WHERE table_schema = current_schema()
             ORDER BY table_name, ordinal_position",
        ),
    };
    rows.iter()
        .filter(|row| !row.starts_with("__diesel_schema_migrations "))
        .map(|row| {
            let [table, column, required, kind] =
                row.splitn(4, ' ').collect::<Vec<_>>().try_into().unwrap();
            let kind = match kind {
                "text" => "Text",
                "bigint" | "integer" => "BigInt",
                "boolean" => "Bool",
                "timestamp" | "timestamp without time zone" => "Timestamp",
                "blob" | "bytea" => "Binary",
                other => panic!("{table}.{column} has the type {other}"),
            };
            match required {
                "1" => format!("{table} {column} {kind}"),
                _ => format!("{table} {column} Nullable<{kind}>"),
            }
        })
        .collect()
}

#[rstest]
fn the_tables_are_those_that_the_code_knows(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let mut table = "";
    let mut known = Vec::new();
    for line in include_str!("../../../src/store/schema.rs").lines() {
        if let Some((name, _)) = line.trim().split_once(" (") {
            table = name;
        }
        if let Some((column, kind)) = line.trim().trim_end_matches(',').split_once(" -> ") {
            known.push((table, format!("{table} {column} {kind}")));
        }
    }
    // By table; within a table the order counts.
    known.sort_by_key(|(table, _)| *table);
    let known: Vec<String> = known.into_iter().map(|(_, column)| column).collect();
    assert!(known.len() > 30, "{known:?}");
    assert_eq!(columns(&db), known);
}

#[rstest]
fn every_foreign_key_is_indexed_and_says_what_deleting_means(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let found = match backend {
        Sqlite => db.texts(
            "SELECT m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || ' ' || f.on_delete ||
                CASE WHEN EXISTS (
                    SELECT 1 FROM pragma_index_list(m.name) l
                    JOIN pragma_index_info(l.name) i ON i.seqno = 0 AND i.name = f.\"from\"
                ) THEN ' indexed' ELSE ' NOT INDEXED' END AS text
             FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
             WHERE m.type = 'table' ORDER BY 1",
        ),
        Postgres => db.texts(
            "SELECT r.relname || '.' || a.attname || ' -> ' || t.relname || ' ' ||
                CASE c.confdeltype WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
                    ELSE 'NOTHING SAID' END ||
                CASE WHEN EXISTS (
                    SELECT 1 FROM pg_index i
                    WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
                ) THEN ' indexed' ELSE ' NOT INDEXED' END AS text
             FROM pg_constraint c
             JOIN pg_class r ON r.oid = c.conrelid
             JOIN pg_class t ON t.oid = c.confrelid
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace
             ORDER BY 1",
        ),
    };
    assert_eq!(
        found,
        [
            "cases.provider_id -> providers RESTRICT indexed",
            "cases.seq -> journal RESTRICT indexed",
            "client_uses.client_id -> clients CASCADE indexed",
            "clients.seq -> journal RESTRICT indexed",
            "log_entries.seq -> journal RESTRICT indexed",
            "providers.merged_into -> providers RESTRICT indexed",
            "providers.seq -> journal RESTRICT indexed",
            "records.seq -> journal RESTRICT indexed",
            "refresh_tokens.session_id -> sessions CASCADE indexed",
            "reports.case_id -> cases RESTRICT indexed",
            "reports.seq -> journal RESTRICT indexed",
            "sessions.seq -> journal RESTRICT indexed",
            "sessions.user_id -> users CASCADE indexed",
            "signing_keys.seq -> journal RESTRICT indexed",
            "sites.provider_id -> providers CASCADE indexed",
            "users.seq -> journal RESTRICT indexed",
        ]
    );
}

#[rstest]
fn both_databases_have_the_same_indexes(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let found = match backend {
        Sqlite => db.texts(
            "SELECT m.name || '(' ||
                (SELECT group_concat(i.name, ',') FROM pragma_index_info(l.name) i) || ')' ||
                CASE l.\"unique\" WHEN 1 THEN ' unique' ELSE '' END ||
                CASE l.partial WHEN 1 THEN ' partial' ELSE '' END AS text
             FROM sqlite_schema m JOIN pragma_index_list(m.name) l
             WHERE m.type = 'table' AND l.origin <> 'pk'",
        ),
        Postgres => db.texts(
            "SELECT r.relname || '(' || (
                    SELECT string_agg(a.attname, ',' ORDER BY k.n)
                    FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
                    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.attnum
                ) || ')' ||
                CASE WHEN i.indisunique THEN ' unique' ELSE '' END ||
                CASE WHEN i.indpred IS NOT NULL THEN ' partial' ELSE '' END AS text
             FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid
             WHERE NOT i.indisprimary AND r.relnamespace = current_schema()::regnamespace",
        ),
    };
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [
            "cases(closed_at)",
            "cases(kind,state,id)",
            "cases(open_key) unique",
            "cases(provider_id)",
            "cases(seq)",
            "clients(key_id) unique",
            "clients(seq)",
            "idempotency_keys(at)",
            "journal(entity_kind,entity_id,seq)",
            "journal(seq) partial",
            "log_entries(entity_id,idx)",
            "log_entries(seq)",
            "providers(merged_into) partial",
            "providers(seq) unique",
            "providers(slug) unique",
            "providers(source_key) unique",
            "records(seq) unique",
            "refresh_tokens(session_id)",
            "reports(case_id)",
            "reports(seq)",
            "reports(token_sha256) unique",
            "sessions(ended_at)",
            "sessions(seq)",
            "sessions(user_id)",
            "signing_keys(seq)",
            "sites(provider_id,source_key) unique",
            "sites(slug) unique",
            "users(name) unique",
            "users(seq)",
        ]
    );
}

/// Everything that a migration may leave behind.
fn dump(db: &TestDb) -> Vec<String> {
    match db.backend {
        Sqlite => db.texts(
            "SELECT type || ' ' || name || ': ' || coalesce(sql, '') AS text
             FROM sqlite_schema ORDER BY 1",
        ),
        Postgres => db.texts(
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' ||
                    is_nullable || ' ' || coalesce(column_default, '') || ' ' ||
                    coalesce(collation_name, '') AS text
             FROM information_schema.columns WHERE table_schema = current_schema()
             UNION ALL
             SELECT 'index ' || replace(indexdef, current_schema(), '') FROM pg_indexes
             WHERE schemaname = current_schema()
             UNION ALL
             SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
             FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
             UNION ALL
             SELECT 'routine ' || proname FROM pg_proc
             WHERE pronamespace = current_schema()::regnamespace
             UNION ALL
             SELECT 'type ' || typname FROM pg_type
             WHERE typnamespace = current_schema()::regnamespace
             ORDER BY 1",
        ),
    }
}

#[rstest]
fn up_down_up_gives_the_same_tables(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let up = dump(&db);
    assert!(up.len() > 10);
    revert_losing_everything(&db.target()).unwrap();
    let left: Vec<String> =
        dump(&db).into_iter().filter(|line| !line.contains("__diesel_schema_migrations")).collect();
    assert_eq!(left, Vec::<String>::new(), "the down.sql must remove these");
    let again = migrate(&db.target(), Prepare::CreateAndMigrate).unwrap();
    assert_eq!(again.before, Vec::<String>::new());
    assert_eq!(dump(&db), up);
}

#[test]
fn both_folders_have_the_same_migrations_and_each_can_be_undone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |backend: &str| -> BTreeSet<String> {
        fs::read_dir(folder.join(backend))
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                for file in ["up.sql", "down.sql"] {
                    let sql = fs::read_to_string(path.join(file)).unwrap();
                    assert!(!sql.trim().is_empty(), "{}/{file}", path.display());
                }
                path.file_name().unwrap().to_str().unwrap().to_owned()
            })
            .collect()
    };
    let sqlite = names("sqlite");
    assert_eq!(sqlite, names("postgres"));
    for (number, name) in (1..).zip(&sqlite) {
        assert!(name.starts_with(&format!("{number:04}_")), "{name} leaves a gap");
    }
}
