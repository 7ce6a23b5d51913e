//! The arithmetic of the public log, against the specifications and another implementation.

mod forms;
mod others;
mod tree;
