//! A database for one test, on either backend.
//!
//! ```ignore
//! #[rstest]
//! fn something(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
//!     let Some(db) = TestDb::new(backend) else { return };
//!     let store = db.store();
//! }
//! ```

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use bedside::{
    app::public_log::PublicRecords,
    clock::{Clock, ManualClock},
    store::{Options, Prepare, Publisher, Store, Target, migrate},
};
use diesel::{Connection, PgConnection, connection::SimpleConnection};
use tempfile::TempDir;

use super::{
    flows::{TODAY, noon},
    postgres::Cluster,
};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database of a test's own, gone when dropped. Keep it longer than its stores.
pub struct TestDb {
    pub backend: Backend,
    /// As a user would write it.
    pub url: String,
    /// The file, on SQLite.
    pub file: Option<PathBuf>,
    /// The schema, on PostgreSQL.
    pub schema: Option<String>,
    _folder: Option<TempDir>,
}

impl TestDb {
    /// A database with all tables and nothing in them; `None` where there is no such server.
    pub fn new(backend: Backend) -> Option<Self> {
        let db = Self::empty(backend)?;
        match &db.file {
            Some(file) => fs::write(file, template()).unwrap(),
            None => {
                migrate(&db.target(), Prepare::CreateAndMigrate).unwrap();
            }
        }
        Some(db)
    }

    /// Whatever there is at a URL of PostgreSQL; it is left there.
    pub fn at(url: String) -> Self {
        Self { backend: Backend::Postgres, url, file: None, schema: None, _folder: None }
    }

    /// A database with all tables on a server of the test's own.
    pub fn on(cluster: &Cluster) -> Self {
        let db = Self::at(cluster.url("public"));
        migrate(&db.target(), Prepare::CreateAndMigrate).unwrap();
        db
    }

    /// A place for a database, without a table. On SQLite there is no file yet.
    pub fn empty(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("bedside.db");
                let url = format!("sqlite://{}", file.display());
                Some(Self { backend, url, file: Some(file), schema: None, _folder: Some(folder) })
            }
            Backend::Postgres => {
                static COUNT: AtomicU32 = AtomicU32::new(0);
                let cluster = Cluster::shared()?;
                let schema = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
                let url = cluster.url(&schema);
                let db =
                    Self { backend, url, file: None, schema: Some(schema.clone()), _folder: None };
                db.execute(&format!("CREATE SCHEMA {schema}"));
                Some(db)
            }
        }
    }

    pub fn target(&self) -> Target {
        self.url.parse().unwrap()
    }

    /// A store on it, with a clock that stands at noon of the day of the demonstration sets: what a
    /// test sees must not depend on the day on which it runs.
    pub fn store(&self) -> Store {
        self.store_with(Arc::new(ManualClock::new(noon(TODAY))), &Options::default())
    }

    /// A store that logs what is public, as every store of the program does.
    pub fn store_with(&self, clock: Arc<dyn Clock>, options: &Options) -> Store {
        let mut options = options.clone();
        options.publisher.get_or_insert_with(publisher);
        Store::open(self.target(), &options, clock).unwrap()
    }

    /// Runs SQL behind the store's back.
    #[expect(clippy::disallowed_methods, reason = "a test may go behind the store's back")]
    pub fn execute(&self, sql: &str) {
        match &self.file {
            Some(file) => diesel::SqliteConnection::establish(file.to_str().unwrap())
                .unwrap()
                .batch_execute(sql)
                .unwrap(),
            None => PgConnection::establish(&self.url).unwrap().batch_execute(sql).unwrap(),
        }
    }

    /// The first column of a query's rows, as text, behind the store's back.
    #[expect(clippy::disallowed_methods, reason = "a test may go behind the store's back")]
    pub fn texts(&self, sql: &str) -> Vec<String> {
        use diesel::{RunQueryDsl, sql_query};
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            text: String,
        }
        let sql = format!("SELECT text FROM ({sql}) AS rows");
        let rows: Vec<Row> = match &self.file {
            Some(file) => {
                let mut conn = diesel::SqliteConnection::establish(file.to_str().unwrap()).unwrap();
                sql_query(sql).load(&mut conn).unwrap()
            }
            None => sql_query(sql).load(&mut PgConnection::establish(&self.url).unwrap()).unwrap(),
        };
        rows.into_iter().map(|row| row.text).collect()
    }
}

/// What says to a store what is public.
pub fn publisher() -> Arc<dyn Publisher> {
    static PUBLISHER: LazyLock<Arc<PublicRecords>> =
        LazyLock::new(|| Arc::new(PublicRecords::built_in().unwrap()));
    Arc::clone(&*PUBLISHER) as Arc<dyn Publisher>
}

impl Drop for TestDb {
    fn drop(&mut self) {
        // The cluster goes as a whole; after a panic there may be locks that would make us wait.
        if let Some(schema) = self.schema.take().filter(|_| !std::thread::panicking()) {
            self.execute(&format!("SET lock_timeout = 2000; DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// The bytes of a SQLite file with all tables, made once in this process.
fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        let target = format!("sqlite://{}", file.display()).parse().unwrap();
        migrate(&target, Prepare::CreateAndMigrate).unwrap();
        fs::read(file).unwrap()
    })
}
