//! Whose turn it is to write, within this process, and which writes are committed together.
//!
//! Both databases let one writer in at a time. Waiting for it there is wasteful: SQLite's
//! waiting writers poll and may starve, PostgreSQL's each hold a pooled connection that a
//! health check may need. So writers of one process queue here, for a limited time.
//!
//! A commit waits for the disk, milliseconds in which nobody else writes. So whoever is done
//! while others wait hands the open transaction on to the next of them, and the last commits for
//! all. Nobody is told of success before that.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// At most this many writes are committed together.
const MEMBERS: usize = 64;

/// A turn that one thread has at a time; `W` is an open transaction.
#[derive(Debug)]
pub(super) struct Turn<W> {
    state: Mutex<State<W>>,
    free: Condvar,
    handed_on_for: Duration,
}

#[derive(Debug)]
struct State<W> {
    taken: bool,
    /// Threads that wait for the turn.
    waiting: usize,
    /// What was handed on; whoever takes the turn has to see to it.
    open: Option<Together<W>>,
}

/// Held while it is this thread's turn.
#[derive(Debug)]
pub(super) struct Held<'a, W>(&'a Turn<W>);

/// Writes that are committed together or not at all. Dropped undecided, none was committed.
#[derive(Debug)]
pub(super) struct Together<W> {
    /// The transaction.
    pub work: W,
    fate: Arc<Fate>,
    members: usize,
    since: Instant,
}

/// What becomes of writes that are committed together.
#[derive(Debug, Default)]
pub(super) struct Fate {
    committed: Mutex<Option<bool>>,
    known: Condvar,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<W> Turn<W> {
    /// Nobody's turn yet. After so long a transaction is handed on no more.
    pub const fn new(handed_on_for: Duration) -> Self {
        let state = State { taken: false, waiting: 0, open: None };
        Self { state: Mutex::new(state), free: Condvar::new(), handed_on_for }
    }

    /// Waits for the turn; `None` when it did not come in time. With it comes the transaction
    /// that was handed on, if one was.
    pub fn take(&self, patience: Duration) -> Option<(Held<'_, W>, Option<Together<W>>)> {
        let mut state = locked(&self.state);
        state.waiting += 1;
        let (mut state, _) = self
            .free
            .wait_timeout_while(state, patience, |state| state.taken)
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        if state.taken {
            return None;
        }
        state.taken = true;
        let open = state.open.take();
        Some((Held(self), open))
    }
}

impl<'a, W> Held<'a, W> {
    /// Gives the turn with an open transaction to whoever waits, and returns where its fate will
    /// be known; gives both back where nobody waits or it is time to commit.
    pub fn hand_on(self, together: Together<W>) -> Result<Arc<Fate>, (Self, Together<W>)> {
        let mut state = locked(&self.0.state);
        let full = together.members >= MEMBERS || together.since.elapsed() >= self.0.handed_on_for;
        if full || state.waiting == 0 {
            drop(state);
            return Err((self, together));
        }
        let fate = Arc::clone(&together.fate);
        // In one step, so that those who wait cannot all have given up before it is there: a
        // thread whose patience is over looks once more before it goes.
        state.open = Some(together);
        state.taken = false;
        drop(state);
        self.0.free.notify_one();
        std::mem::forget(self);
        Ok(fate)
    }
}

impl<W> Drop for Held<'_, W> {
    fn drop(&mut self) {
        locked(&self.0.state).taken = false;
        self.0.free.notify_one();
    }
}

impl<W> Together<W> {
    /// A transaction with its first write.
    pub fn new(work: W) -> Self {
        Self { work, fate: Arc::default(), members: 1, since: Instant::now() }
    }

    /// Counts one more write.
    pub const fn join(&mut self) {
        self.members += 1;
    }

    /// Tells everybody what has become of their writes.
    pub fn decide(&self, committed: bool) {
        let mut known = locked(&self.fate.committed);
        if known.is_none() {
            *known = Some(committed);
            self.fate.known.notify_all();
        }
    }
}

impl<W> Drop for Together<W> {
    fn drop(&mut self) {
        self.decide(false);
    }
}

impl Fate {
    /// Waits until it is known; true where the writes were committed.
    pub fn wait(&self) -> bool {
        let known = self
            .known
            .wait_while(locked(&self.committed), |known| known.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        *known == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn the_second_waits_and_gives_up_in_time() {
        let turn = Turn::<()>::new(LONG);
        let first = turn.take(Duration::ZERO).unwrap();
        assert!(turn.take(Duration::from_millis(5)).is_none());
        drop(first);
        assert!(turn.take(Duration::ZERO).is_some());
    }

    #[test]
    fn a_panic_gives_the_turn_back() {
        let turn = Turn::<()>::new(LONG);
        let panicked = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _held = turn.take(Duration::ZERO).unwrap();
                    std::panic::resume_unwind(Box::new("as meant"))
                })
                .join()
        });
        assert!(panicked.is_err() && turn.take(Duration::ZERO).is_some());
    }

    #[test]
    fn nothing_is_handed_on_to_nobody() {
        let turn = Turn::new(LONG);
        let (held, _) = turn.take(Duration::ZERO).unwrap();
        assert!(held.hand_on(Together::new(1)).is_err());
        let (_, open) = turn.take(Duration::ZERO).unwrap();
        assert!(open.is_none());
    }

    #[test]
    fn everybody_learns_what_the_last_one_decides() {
        for committed in [true, false] {
            let turn = Turn::new(LONG);
            let (held, _) = turn.take(Duration::ZERO).unwrap();
            std::thread::scope(|scope| {
                let last = scope.spawn(|| {
                    let (_held, open) = turn.take(LONG).unwrap();
                    let mut open = open.unwrap();
                    open.join();
                    // Dropped undecided, as by a panic, nothing of it was committed.
                    if committed {
                        open.decide(true);
                    }
                    open.work
                });
                while locked(&turn.state).waiting == 0 {
                    std::thread::yield_now();
                }
                let fate = held.hand_on(Together::new(7)).unwrap();
                assert_eq!(fate.wait(), committed);
                assert_eq!(last.join().unwrap(), 7);
            });
        }
    }

    #[test]
    fn a_full_transaction_is_committed() {
        let turn = Turn::new(LONG);
        let (held, _) = turn.take(Duration::ZERO).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| turn.take(LONG).unwrap());
            while locked(&turn.state).waiting == 0 {
                std::thread::yield_now();
            }
            let mut full = Together::new(());
            (1..MEMBERS).for_each(|_| full.join());
            assert!(held.hand_on(full).is_err());
        });
    }
}
