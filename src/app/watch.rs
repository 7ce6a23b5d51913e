//! Notices a database that neither answers nor fails, as one whose server was stopped in the
//! middle of a question: nothing on this side of the connection ever ends then.

use std::{
    sync::{Mutex, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use super::App;

/// How long a question may take before the database counts as gone. Longer than a connection that
/// is dead needs to be noticed by itself.
const PATIENCE: Duration = Duration::from_secs(4);

/// Since when something waits for the database.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Option<Instant>>);

impl Waiting {
    /// Does something that may wait.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        self.set(Some(Instant::now()));
        let done = work();
        self.set(None);
        done
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    fn too_long(&self) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() > PATIENCE)
    }
}

/// Refuses writes where a following of the journal and a mere ping both wait too long; a long
/// following alone is work, as at the turn of the date. The next following that ends takes it back.
pub(super) fn look(app: &App, following: &Waiting, pinging: &Waiting) {
    if following.too_long()
        && pinging.too_long()
        && app.store_reachable.swap(false, Ordering::Relaxed)
    {
        tracing::error!(
            "the database neither answers nor fails: reads go on from memory, writes are refused"
        );
    }
}
