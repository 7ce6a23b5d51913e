//! A missing, newer or foreign database gives a clear error and is left untouched.

use std::{fs, process::Stdio, sync::Arc};

use bedside::{
    clock::SystemClock,
    store::{Error, Options, Prepare, Store, Target},
};
use rstest::rstest;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    program::{Program, Ran},
    providers::provider,
};

const EVERY_WAY: [Prepare; 3] = [Prepare::CreateAndMigrate, Prepare::Migrate, Prepare::Nothing];

fn open(target: Target, prepare: Prepare) -> Result<Store, Error> {
    Store::open(target, &Options { prepare, ..Options::default() }, Arc::new(SystemClock))
}

/// The versions of all migrations, as their folders are numbered.
fn versions() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let mut versions: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| Some(name.split_once('_')?.0.to_owned()))
        .collect();
    versions.sort();
    versions
}

#[rstest]
fn a_new_database_is_made_and_kept(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::empty(backend) else { return };
    let store = open(db.target(), Prepare::CreateAndMigrate).unwrap();
    assert_eq!(store.migrations().before, Vec::<String>::new());
    assert_eq!(store.migrations().ran, versions());
    store.ping().unwrap();
    super::put(&store, bedside::store::Action::Create, &provider("p")).unwrap();
    drop(store);
    let again = open(db.target(), Prepare::Nothing).unwrap();
    assert_eq!(again.migrations().ran, Vec::<String>::new());
    assert_eq!(again.read(|reader| reader.provider_count()).unwrap(), 1);
}

#[rstest]
fn a_missing_database_is_not_made_unasked(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(Prepare::Migrate, Prepare::Nothing)] prepare: Prepare,
) {
    let Some(db) = TestDb::empty(backend) else { return };
    let error = open(db.target(), prepare).unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    assert!(error.to_string().contains("bedside migrate"), "{error}");
    if let Some(file) = &db.file {
        assert!(!file.exists());
        // Nor is a file that someone has touched filled.
        fs::write(file, "").unwrap();
        assert!(matches!(open(db.target(), prepare).unwrap_err(), Error::Missing { .. }));
        assert_eq!(fs::read(file).unwrap(), b"");
    } else {
        assert!(tables(&db).is_empty());
    }
}

#[rstest]
fn pending_migrations_are_not_run_against_the_operators_word(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    db.execute("DELETE FROM __diesel_schema_migrations WHERE version = '0001'");
    let error = open(db.target(), Prepare::Nothing).unwrap_err();
    assert!(matches!(&error, Error::Pending { pending, .. } if pending == "0001"), "{error:?}");
    assert!(error.to_string().contains("bedside migrate"), "{error}");
}

#[rstest]
fn a_newer_database_is_refused_untouched(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    db.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
    let before = picture(&db);
    for prepare in EVERY_WAY {
        let error = open(db.target(), prepare).unwrap_err();
        assert!(
            matches!(&error, Error::Newer { version, .. } if version == "9999"),
            "{prepare:?}: {error:?}"
        );
    }
    assert_eq!(picture(&db), before);
}

#[rstest]
#[case::other_tables("CREATE TABLE invoices (id INTEGER)")]
#[case::other_meta(
    "CREATE TABLE meta (a INTEGER); CREATE TABLE __diesel_schema_migrations (b TEXT)"
)]
#[case::another_diesel(
    "CREATE TABLE users (id INTEGER);
     CREATE TABLE __diesel_schema_migrations
        (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP)"
)]
#[case::another_mark(
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
     CREATE TABLE __diesel_schema_migrations (version TEXT);
     INSERT INTO meta VALUES ('application', 'ledger')"
)]
fn a_foreign_database_is_refused_untouched(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] theirs: &str,
    // On SQLite: even when the header happens to say that it is ours.
    #[values(false, true)] our_header: bool,
) {
    let Some(db) = TestDb::empty(backend) else { return };
    db.execute(theirs);
    if our_header {
        match backend {
            Sqlite => db.execute(&format!("PRAGMA application_id = {}", 0x4265_6473)),
            Postgres => return,
        }
    }
    let before = picture(&db);
    for prepare in EVERY_WAY {
        let error = open(db.target(), prepare).unwrap_err();
        assert!(matches!(error, Error::Foreign { .. }), "{prepare:?}: {error:?}");
        assert!(error.to_string().contains("nothing was changed"), "{error}");
    }
    assert_eq!(picture(&db), before);
}

#[rstest]
#[case::text("name,phone\nA,1\n")]
#[case::long_text(&"x".repeat(5_000))]
#[case::almost_sqlite("SQLite format 3\0 but not really")]
fn a_file_that_is_no_database_is_refused_untouched(#[case] content: &str) {
    let db = TestDb::empty(Sqlite).unwrap();
    let file = db.file.as_ref().unwrap();
    fs::write(file, content).unwrap();
    for prepare in EVERY_WAY {
        let error = open(db.target(), prepare).unwrap_err();
        assert!(matches!(error, Error::Foreign { .. }), "{prepare:?}: {error:?}");
    }
    assert_eq!(fs::read_to_string(file).unwrap(), content);
    assert_eq!(files_beside(&db), ["bedside.db"]);
}

#[test]
fn a_folder_or_a_path_into_nowhere_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_path_buf(), folder.path().join("no/such/folder/bedside.db")] {
        let error = open(Target::Sqlite(path), Prepare::CreateAndMigrate).unwrap_err();
        assert!(error.is_unavailable(), "{error:?}");
    }
}

#[test]
fn a_path_may_hold_what_means_something_in_a_uri() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["50% off?.db", "a#b.db", "mode=memory&x.db", "ünïcode.db"] {
        let path = folder.path().join(name);
        let url = format!("sqlite://{}", path.display());
        open(url.parse().unwrap(), Prepare::CreateAndMigrate).unwrap().ping().unwrap();
        assert!(path.is_file(), "{name}");
    }
}

#[test]
fn a_server_that_is_not_there_says_so_without_the_password() {
    let target: Target = "postgres://ann:s3cret@127.0.0.1:1/bedside".parse().unwrap();
    let error = open(target, Prepare::Migrate).unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("refused"), "{cause}");
    assert!(!format!("{error:?} {error} {cause}").contains("s3cret"), "{cause}");
}

#[rstest]
fn several_processes_may_start_at_once(#[values(Sqlite, Postgres)] backend: Backend) {
    // Which of them is in whose way is a matter of microseconds, so they start more than once.
    for _ in 0..8 {
        let Some(db) = TestDb::empty(backend) else { return };
        let program = Program::on(&db.url);
        let starts: Vec<_> = (0..4)
            .map(|_| {
                let mut start = program.command(&["migrate"]);
                start.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for start in starts {
            Ran::from(start.wait_with_output().unwrap()).expect(0);
        }
        assert_eq!(
            db.texts("SELECT version AS text FROM __diesel_schema_migrations ORDER BY 1"),
            versions()
        );
    }
}

/// Everything that opening might change.
fn picture(db: &TestDb) -> Vec<String> {
    match &db.file {
        Some(file) => {
            let mut picture = files_beside(db);
            picture.push(format!("{:?}", fs::read(file).unwrap()));
            picture
        }
        None => tables(db),
    }
}

fn files_beside(db: &TestDb) -> Vec<String> {
    let folder = db.file.as_ref().unwrap().parent().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn tables(db: &TestDb) -> Vec<String> {
    db.texts(
        "SELECT table_name || ' ' || string_agg(column_name, ',' ORDER BY column_name) AS text
         FROM information_schema.columns WHERE table_schema = current_schema()
         GROUP BY table_name ORDER BY table_name",
    )
}
