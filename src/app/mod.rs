//! Use cases: the only layer that combines store, catalog, rules, gazetteer and clock.
//!
//! Reads take what they answer with from one [`crate::catalog::Catalog`], loaded once per
//! request; the store is asked only by writes and by [`refresh`].

pub mod answer;
pub mod check;
pub mod cursor;
pub mod demo;
pub mod export;
pub mod import;
pub mod keys;
pub mod picture;
pub mod request;
pub mod search;
