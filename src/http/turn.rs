//! Turns at work that costs a thousand times what a request usually costs.
//!
//! A search for another date evaluates listings anew, a tenth of a millisecond each, and may
//! meet twenty thousand. So that nobody can stall the others with it, such work is done by one
//! thread at a time, and rests three times as long as it took: it never has more than a quarter
//! of one processor. Whoever would wait too long for a turn is told when to come back.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Kind, Problem};

/// How long somebody waits for a turn.
const MOST_WAIT: Duration = Duration::from_secs(2);
/// How many times as long as a turn took nobody else has one.
const REST: u32 = 3;

/// Whose turn it is.
#[derive(Debug)]
pub struct Turns {
    one: Arc<Semaphore>,
    rested_at: Arc<Mutex<Instant>>,
}

impl Default for Turns {
    fn default() -> Self {
        let rested_at = Arc::new(Mutex::new(Instant::now()));
        Self { one: Arc::new(Semaphore::new(1)), rested_at }
    }
}

impl Turns {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Kind::Unavailable`] where it does not come in time.
    pub async fn take(&self) -> Result<Turn, Problem> {
        let wait = async {
            let one = Arc::clone(&self.one).acquire_owned().await.map_err(Problem::internal)?;
            let rested_at = *self.rested_at.lock().unwrap_or_else(PoisonError::into_inner);
            tokio::time::sleep_until(rested_at.into()).await;
            Ok(Turn { _one: one, rested_at: Arc::clone(&self.rested_at), from: Instant::now() })
        };
        tokio::time::timeout(MOST_WAIT, wait).await.unwrap_or_else(|_| Err(self.busy()))
    }

    /// Says when to come back: after the rest, as far as it is known.
    fn busy(&self) -> Problem {
        let rested_at = *self.rested_at.lock().unwrap_or_else(PoisonError::into_inner);
        let rest = rested_at.saturating_duration_since(Instant::now()).max(MOST_WAIT);
        let detail = "others are being answered for another date, and that takes a processor much \
                      longer than today's answer; try again later, or leave `as_of` out";
        let seconds = u16::try_from(rest.as_secs().saturating_add(1)).unwrap_or(u16::MAX);
        Problem::new(Kind::Unavailable, detail).retry_after(seconds)
    }
}

/// One turn. It goes with the work, and not with the request: who hangs up ends nothing.
#[derive(Debug)]
pub struct Turn {
    _one: OwnedSemaphorePermit,
    rested_at: Arc<Mutex<Instant>>,
    from: Instant,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let now = Instant::now();
        let rest = now.saturating_duration_since(self.from).saturating_mul(REST);
        *self.rested_at.lock().unwrap_or_else(PoisonError::into_inner) = now + rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn one_has_a_turn_and_whoever_waits_too_long_is_told_when_to_come_back() {
        let turns = Turns::default();
        let first = turns.take().await.unwrap();
        let refused = turns.take().await.unwrap_err();
        assert_eq!((refused.kind(), refused.retry_after_s()), (Kind::Unavailable, Some(3)));
        drop(first);
        // It took two seconds and more, so the rest is six.
        let refused = turns.take().await.unwrap_err();
        assert!(refused.retry_after_s() >= Some(4), "{:?}", refused.retry_after_s());
    }

    #[actix_web::test]
    async fn after_a_turn_nobody_has_one_for_three_times_as_long() {
        let turns = Turns::default();
        let turn = turns.take().await.unwrap();
        std::thread::sleep(Duration::from_millis(50));
        drop(turn);
        let from = Instant::now();
        turns.take().await.unwrap();
        assert!(from.elapsed() >= Duration::from_millis(150), "{:?}", from.elapsed());
    }
}
