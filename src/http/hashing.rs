//! The queue for passwords: hashing one takes a processor for a while, so few are hashed at once
//! and few may wait. Search goes on beside a storm of sign-ins.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Kind, Problem};

/// How many are hashed at once.
const AT_ONCE: usize = 2;

/// How many may wait.
const WAITING: usize = 20;

/// When whoever found the queue full may come back, in seconds.
const COME_BACK: u16 = 2;

/// A queue with an end.
#[derive(Debug)]
pub struct Hashing {
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { slots: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0) }
    }
}

/// One that waits; it no longer does once it is dropped, also where its client went away.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hashing {
    /// Waits for a turn. It lasts as long as what is returned, which the work takes along.
    ///
    /// # Errors
    /// 503 where too many wait already.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(turn) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(turn);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= WAITING {
            let detail = "Too many people sign in at this moment.";
            return Err(Problem::new(Kind::Unavailable, detail).retry_after(COME_BACK));
        }
        Arc::clone(&self.slots).acquire_owned().await.map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_at_once_twenty_wait_and_the_rest_comes_back_later() {
        let queue = Arc::new(Hashing::default());
        let held = [queue.turn().await.unwrap(), queue.turn().await.unwrap()];
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let queue = Arc::clone(&queue);
                tokio::spawn(async move { queue.turn().await.map(drop).is_ok() })
            })
            .collect();
        while queue.waiting.load(Ordering::Relaxed) < WAITING {
            tokio::task::yield_now().await;
        }
        assert_eq!(queue.turn().await.unwrap_err().kind(), Kind::Unavailable);
        // One that goes away leaves its place.
        let gone = waiting.first().unwrap();
        gone.abort();
        while queue.waiting.load(Ordering::Relaxed) == WAITING {
            tokio::task::yield_now().await;
        }
        drop(held);
        let mut served = 0;
        for one in waiting {
            served += usize::from(one.await.unwrap_or(false));
        }
        assert_eq!(served, WAITING - 1);
        assert!(queue.turn().await.is_ok());
    }
}
