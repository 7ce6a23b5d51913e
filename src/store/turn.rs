//! Whose turn it is to write, within this process.
//!
//! Both databases let one writer in at a time. Waiting for it there is wasteful: SQLite's
//! waiting writers poll and may starve, PostgreSQL's each hold a pooled connection that a
//! health check may need. So writers of one process queue here, for a limited time.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// A turn that one thread has at a time.
#[derive(Debug, Default)]
pub(super) struct Turn {
    taken: Mutex<bool>,
    free: Condvar,
}

/// Held while it is this thread's turn.
#[derive(Debug)]
pub(super) struct Held<'a>(&'a Turn);

impl Turn {
    /// Waits for the turn; `None` when it did not come in time.
    pub fn take(&self, patience: Duration) -> Option<Held<'_>> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut taken, waited) = self
            .free
            .wait_timeout_while(taken, patience, |taken| *taken)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() && *taken {
            return None;
        }
        *taken = true;
        Some(Held(self))
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_waits_and_gives_up_in_time() {
        let turn = Turn::default();
        let first = turn.take(Duration::ZERO).unwrap();
        assert!(turn.take(Duration::from_millis(5)).is_none());
        drop(first);
        assert!(turn.take(Duration::ZERO).is_some());
    }

    #[test]
    fn a_panic_gives_the_turn_back() {
        let turn = Turn::default();
        let panicked = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _held = turn.take(Duration::ZERO).unwrap();
                    std::panic::resume_unwind(Box::new("as meant"));
                })
                .join()
        });
        assert!(panicked.is_err() && turn.take(Duration::ZERO).is_some());
    }
}
