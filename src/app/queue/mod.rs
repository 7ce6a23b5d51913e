//! The queue: what people have to look at, in the order of what depends on it and of its age.
//!
//! [`Board`] holds every item of the directory for a date and follows the journal; [`page()`]
//! shows them with the words of their providers; [`work`] leases, renews and closes them.

mod board;
mod examine;
mod forecast;
mod item;
mod page;
mod service;
mod task;
pub mod work;

use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;

pub use self::{
    board::{Board, Filter, Place, Placed, QueueCounts},
    forecast::{Cause, Forecast},
    item::{Item, ItemKind, ItemName, Risk, Topic},
    page::{LeaseView, PlaceView, QueueItem, QueuePage, Wanted, next, page},
    task::{Proposed, ReviewTask, TaskOutcome},
};
use crate::{
    rules::Rulebook,
    store::{self, Store},
};

/// The board behind a lock; empty until it is first wanted.
#[derive(Debug, Default)]
pub struct Queue(Mutex<Option<Board>>);

impl Queue {
    /// Computes the board where there is none for this day, which takes seconds in a large
    /// directory, before anybody who asks has to wait for it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ready(
        &self,
        store: &Store,
        rulebook: &Rulebook,
        today: NaiveDate,
    ) -> Result<(), store::Error> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if board.as_ref().is_none_or(|board| board.as_of() != today) {
            *board = Some(Board::build(store, rulebook, today)?);
        }
        Ok(())
    }

    /// Brings the board up to date and looks at it.
    ///
    /// # Errors
    /// When the store fails; the board stays as it was.
    pub fn look<T>(
        &self,
        store: &Store,
        rulebook: &Rulebook,
        today: NaiveDate,
        look: impl FnOnce(&Board) -> T,
    ) -> Result<T, store::Error> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(board) = board.as_mut() {
            board.catch_up(store, rulebook, today)?;
            return Ok(look(board));
        }
        let fresh = Board::build(store, rulebook, today)?;
        Ok(look(board.insert(fresh)))
    }
}
