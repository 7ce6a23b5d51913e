//! Use cases: the only layer that combines store, catalog, rules and clock.

pub mod request;
