//! The store as everyone else sees it.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use diesel::r2d2::{Pool, PooledConnection};
use uuid::Uuid;

use super::{
    Actor, Error, Migrations, Publisher, Reader, Reason, Target, Tx,
    accounts::note_uses,
    conn::{LogFailures, Manager, read_tx, write_tx},
    migrate::migrate,
    turn::{Held, Turn},
};
use crate::clock::Clock;

/// How far [`Store::open`] may go to make the database fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prepare {
    /// Make it where there is none, and run pending migrations.
    #[default]
    CreateAndMigrate,
    /// Run pending migrations; a missing database is an error.
    Migrate,
    /// Change nothing; pending migrations are an error.
    Nothing,
}

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How far to go.
    pub prepare: Prepare,
    /// At most this many connections.
    pub connections: u32,
    /// How long to wait for a connection.
    pub connection_wait: Duration,
    /// How long to wait for other writers of this process.
    pub turn_wait: Duration,
    /// Says what is public; a store without it changes nothing that is.
    pub publisher: Option<Arc<dyn Publisher>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prepare: Prepare::default(),
            // Reads come from memory, so few connections do.
            connections: 4,
            connection_wait: Duration::from_millis(500),
            turn_wait: Duration::from_secs(5),
            publisher: None,
        }
    }
}

/// What a write gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done<T> {
    /// What the closure returned.
    pub value: T,
    /// The journal's head after the write: the revision that has it.
    pub head: i64,
    /// The time of the write.
    pub at: DateTime<Utc>,
}

/// The database behind a pool; cheap to clone, and every method blocks.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: Pool<Manager>,
    target: Arc<Target>,
    clock: Arc<dyn Clock>,
    turn: Turn,
    turn_wait: Duration,
    publisher: Option<Arc<dyn Publisher>>,
    migrations: Migrations,
}

impl Store {
    /// Opens the database and makes it fit, as far as the options allow.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Foreign`], [`Error::Newer`], [`Error::Pending`] and
    /// [`Error::Unsafe`] leave the database as it was; [`Error::Unavailable`] where it cannot
    /// be reached.
    pub fn open(target: Target, options: &Options, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let migrations = migrate(&target, options.prepare)?;
        let target = Arc::new(target);
        let pool = Pool::builder()
            .max_size(options.connections)
            .min_idle(Some(1))
            .connection_timeout(options.connection_wait)
            .error_handler(Box::new(LogFailures))
            .build_unchecked(Manager { target: Arc::clone(&target) });
        let turn_wait = options.turn_wait;
        let publisher = options.publisher.clone();
        let turn = Turn::default();
        let shared = Shared { pool, target, clock, turn, turn_wait, publisher, migrations };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Reads: every answer within the closure comes from one state of the database.
    ///
    /// # Errors
    /// [`Error::Unavailable`], and what the closure returns.
    pub fn read<T, E: From<Error>>(
        &self,
        read: impl FnOnce(&mut Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        read_tx(&mut *self.connection()?, |conn| read(&mut Reader::new(conn)))
    }

    /// Writes: what the closure does is committed together with its journal entries, or not
    /// at all. The one door.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Doomed`], and what the closure returns; after any
    /// error nothing was kept, but see [`Error::Unavailable`].
    pub fn write<T, E: From<Error>>(
        &self,
        actor: &Actor,
        reason: &Reason,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<Done<T>, E> {
        let _turn = self.turn()?;
        write_tx(&mut *self.connection()?, |conn| {
            let publisher = self.shared.publisher.as_deref();
            let mut tx = Tx::begin(conn, actor, reason, publisher, self.shared.clock.now())?;
            let value = change(&mut tx)?;
            let at = tx.at();
            Ok(Done { value, head: tx.finish()?, at })
        })
    }

    /// Writes down when programs' keys were last used. A note and no change: the one write that
    /// has no journal entry, since reading makes it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn note_client_uses(&self, uses: &[(Uuid, DateTime<Utc>)]) -> Result<(), Error> {
        let _turn = self.turn()?;
        write_tx(&mut *self.connection()?, |conn| note_uses(conn, uses))
    }

    /// Sees that the database is there and takes writes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where it is gone, or is a standby after a failover.
    pub fn ping(&self) -> Result<(), Error> {
        self.connection()?.check(&self.shared.target)
    }

    /// Who says what is public.
    #[must_use]
    pub fn publisher(&self) -> Option<&dyn Publisher> {
        self.shared.publisher.as_deref()
    }

    /// Which database; shown without passwords.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.shared.target
    }

    /// What opening it found and did.
    #[must_use]
    pub fn migrations(&self) -> &Migrations {
        &self.shared.migrations
    }

    fn turn(&self) -> Result<Held<'_>, Error> {
        self.shared.turn.take(self.shared.turn_wait).ok_or_else(|| Error::Unavailable {
            doing: "waiting for other writers",
            source: "another write takes too long".into(),
        })
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, Error> {
        self.shared
            .pool
            .get()
            .map_err(|error| Error::Unavailable { doing: "connecting", source: Box::new(error) })
    }
}
