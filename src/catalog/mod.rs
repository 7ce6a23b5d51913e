//! The immutable in-memory picture of everything public, with its indexes.
