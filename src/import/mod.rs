//! Files in and out: the provider file (one provider a line of JSON) and its flat form (CSV).
//!
//! Everything here works on bytes and values: no database, no clock, no framework. A file
//! goes through three steps, and each can be run alone:
//!
//! 1. [`read`] cuts a file into rows; a row is parsed into a [`Line`] and checked by
//!    [`check`], or refused with every problem that it has ([`RowError`]).
//! 2. [`merge`](mod@merge) lays a line over what is already known and says what changed.
//! 3. [`export`] turns a provider back into a line; importing it gives the same state.
//!
//! What is absent from a file is unknown, never a default. What it may hold is published as
//! a JSON Schema by [`schema`], and the same schema finds what is wrong with a bad line.

pub mod check;
pub mod csv;
mod diagnose;
pub mod export;
mod line;
pub mod merge;
mod objects;
mod problem;
pub mod read;
pub mod report;
pub mod schema;
pub mod slug;

use std::io::{self, BufRead};

pub use check::{Checker, FactCheck, Places};
pub use line::{Line, SiteLine};
pub(crate) use merge::Cites;
pub use merge::{MergeContext, Merged, Mode, SlugKind, merge};
pub use problem::{Problem, RowError};
pub use report::ImportReport;

/// The rows of a file of either form; the beginning tells which it is.
pub type Rows<'a> = Box<dyn Iterator<Item = io::Result<read::Row>> + 'a>;

/// Reads and checks a provider file or its flat form.
///
/// # Errors
/// Where the input cannot be read, or is flat and its header is not one of ours.
pub fn rows<'a, R: BufRead + 'a>(
    mut input: R,
    checker: Checker<'a>,
    whole: read::WholeFile,
) -> Result<Rows<'a>, csv::HeaderError> {
    Ok(if csv::is_flat(input.fill_buf()?) {
        Box::new(csv::providers(input, checker, whole)?)
    } else {
        Box::new(read::providers(input, checker, whole))
    })
}
