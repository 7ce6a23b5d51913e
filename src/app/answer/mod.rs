//! What clients read: the shapes of answers, with their OpenAPI schemas.
//!
//! Names and meanings here are a promise to programs outside; fields are added, never changed.

mod clinic;
mod detail;
mod envelope;
mod flag;

pub use clinic::*;
pub use detail::*;
pub use envelope::*;
pub use flag::*;
