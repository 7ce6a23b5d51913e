//! What people have to look at.

mod task;

pub use task::{Proposed, ReviewTask, TaskOutcome};
