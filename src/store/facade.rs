//! The store as everyone else sees it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use diesel::r2d2::{Pool, PooledConnection};
use uuid::Uuid;

use super::{
    Actor, Error, Migrations, Publisher, Reader, Reason, Target, Tx,
    accounts::note_uses,
    conn::{
        LogFailures, Manager, Pooled, begin_writing, commit, part_of_tx, read_tx, undo, write_tx,
    },
    migrate::migrate,
    turn::{Held, Together, Turn},
    tx::Position,
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
    /// For how long small writes go on to join one transaction before it is committed.
    pub sharing: Duration,
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
            // Nobody waits much longer for a commit than it takes.
            sharing: Duration::from_millis(20),
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
    turn: Turn<Open>,
    /// How many transactions were begun to write.
    begun: AtomicU64,
    turn_wait: Duration,
    publisher: Option<Arc<dyn Publisher>>,
    migrations: Migrations,
}

/// A transaction that writes, and where it stands.
struct Open {
    conn: PooledConnection<Manager>,
    position: Position,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("position", &self.position).finish_non_exhaustive()
    }
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
        let turn = Turn::new(options.sharing);
        let begun = AtomicU64::new(0);
        let shared = Shared { pool, target, clock, turn, begun, turn_wait, publisher, migrations };
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
    /// at all. With [`write_with_others`](Self::write_with_others) the one door.
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
        let _turn = self.turn_alone()?;
        write_tx(&mut *self.connection()?, |conn| {
            let mut position = self.position(conn)?;
            self.change(conn, &mut position, (actor, reason), change)
        })
    }

    /// The same for a write that takes no more than milliseconds: where others wait, their
    /// writes and this one are committed together, since a commit takes longer than any of them.
    /// Each has its savepoint, so that what fails undoes itself and nothing else. Success is
    /// returned once the commit has succeeded.
    ///
    /// # Errors
    /// As [`write`](Self::write); and [`Error::Unavailable`] where the common commit failed.
    pub fn write_with_others<T, E: From<Error>>(
        &self,
        actor: &Actor,
        reason: &Reason,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<Done<T>, E> {
        let (turn, handed_on) = self.turn()?;
        let by = (actor, reason);
        let (together, result) = match handed_on {
            None => {
                let mut conn = self.connection()?;
                begin_writing(&mut conn)?;
                let begun = self.position(&mut conn).map_err(E::from).and_then(|mut position| {
                    let done = self.change(&mut conn, &mut position, by, change)?;
                    Ok((done, position))
                });
                match begun {
                    Ok((done, position)) => (Together::new(Open { conn, position }), Ok(done)),
                    Err(error) => {
                        undo(&mut conn);
                        return Err(error);
                    }
                }
            }
            Some(mut together) => {
                together.join();
                let Open { conn, position } = &mut together.work;
                let result = part_of_tx(conn, |conn| self.change(conn, position, by, change));
                (together, result)
            }
        };
        let committed = leave(turn, together);
        let done = result?;
        committed.map(|()| done).map_err(E::from)
    }

    /// Does a change and writes its entries; the transaction stands behind it then.
    fn change<T, E: From<Error>>(
        &self,
        conn: &mut Pooled,
        position: &mut Position,
        by: (&Actor, &Reason),
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<Done<T>, E> {
        let publisher = self.shared.publisher.as_deref();
        let mut tx = Tx::begin(conn, by, publisher, self.shared.clock.now(), position);
        let value = change(&mut tx)?;
        let at = tx.at();
        *position = tx.finish()?;
        Ok(Done { value, head: position.head(), at })
    }

    /// Where a transaction stands that has just begun.
    fn position(&self, conn: &mut Pooled) -> Result<Position, Error> {
        Position::read(conn, self.shared.begun.fetch_add(1, Ordering::Relaxed))
    }

    /// Writes down when programs' keys were last used. A note and no change: the one write that
    /// has no journal entry, since reading makes it.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn note_client_uses(&self, uses: &[(Uuid, DateTime<Utc>)]) -> Result<(), Error> {
        let _turn = self.turn_alone()?;
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

    /// The turn, with the transaction that was handed on.
    fn turn(&self) -> Result<(Held<'_, Open>, Option<Together<Open>>), Error> {
        self.shared.turn.take(self.shared.turn_wait).ok_or_else(|| Error::Unavailable {
            doing: "waiting for other writers",
            source: "another write takes too long".into(),
        })
    }

    /// The turn, for a write that may take its time: nobody else's is left uncommitted meanwhile.
    fn turn_alone(&self) -> Result<Held<'_, Open>, Error> {
        let (turn, handed_on) = self.turn()?;
        if let Some(mut together) = handed_on {
            // Whose writes these are is told; here it is nobody's error.
            drop(commit_all(&mut together));
        }
        Ok(turn)
    }

    fn connection(&self) -> Result<PooledConnection<Manager>, Error> {
        self.shared
            .pool
            .get()
            .map_err(|error| Error::Unavailable { doing: "connecting", source: Box::new(error) })
    }
}

/// Ends a thread's part in a transaction: commits for all, or leaves that to the next and waits
/// for it.
fn leave(turn: Held<'_, Open>, together: Together<Open>) -> Result<(), Error> {
    let failed = || Error::Unavailable {
        doing: "committing",
        source: "the transaction that this write shared with others failed".into(),
    };
    if together.work.conn.is_severed() {
        // A savepoint could not be set, released or returned to. What PostgreSQL would answer
        // to a commit now is no error, though it would keep nothing.
        return Err(failed());
    }
    match turn.hand_on(together) {
        Ok(fate) if fate.wait() => Ok(()),
        Ok(_undone) => Err(failed()),
        // The turn is held until it is committed.
        Err((_turn, mut together)) => commit_all(&mut together),
    }
}

/// Commits, and tells everybody what has become of their writes.
fn commit_all(together: &mut Together<Open>) -> Result<(), Error> {
    let committed = commit(&mut together.work.conn);
    together.decide(committed.is_ok());
    committed
}
