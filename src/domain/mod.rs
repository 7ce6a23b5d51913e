//! What the words mean: providers, sites, statements, evidence and the codes of the field.
//!
//! Pure: no I/O, no clock, no framework. Everything here is a value that the store keeps,
//! the rules read and the catalog shows.

mod codes;
pub mod course_cost;
pub mod editorial;
pub mod fact;
pub mod flag;
pub mod hours;
pub mod invite;
pub mod offer;
pub mod place;
pub mod provider;
pub mod report;
pub mod workdays;

pub use codes::*;
