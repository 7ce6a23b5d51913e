//! Time and fresh ids as parameters, so that everything above can be tested at any date.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use uuid::Uuid;

/// Tells the time and makes ids.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The current time, cut to microseconds since PostgreSQL keeps no more.
    fn now(&self) -> DateTime<Utc>;

    /// The civil date in UTC: the date for which statuses are evaluated.
    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// A fresh UUIDv7.
    fn new_id(&self) -> Uuid;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that makes ids")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// A clock that stands still until it is moved: for tests, and for asking about another day.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that stands at the given time.
    #[must_use]
    pub const fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}
