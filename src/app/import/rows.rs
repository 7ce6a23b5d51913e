//! Rows of a file in batches, parsed and checked on all processors.

use std::{
    io::{self, BufRead},
    num::NonZeroUsize,
    thread,
};

use crate::import::{
    Checker, csv,
    read::{RawRow, RawRows, Row, WholeFile, read_row},
};

/// Rows that are read, merged and stored together: enough to pay for a commit to disk, few
/// enough that a batch is merged within a second.
const BATCH: usize = 2_000;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One provider a line of JSON.
    Ndjson,
    /// One site a row of CSV.
    Csv,
}

/// A file's rows, in batches and in order.
pub struct Rows<'a>(Source<'a>);

enum Source<'a> {
    Ndjson { raw: RawRows<&'a mut dyn BufRead>, checker: Checker<'a>, whole: WholeFile },
    Csv(Box<dyn Iterator<Item = io::Result<Row>> + 'a>),
}

impl<'a> Rows<'a> {
    /// Starts at the file's first row. Without a form the beginning tells it.
    ///
    /// # Errors
    /// A CSV file whose header is not one of ours.
    pub fn new(
        input: &'a mut dyn BufRead,
        form: Option<Form>,
        checker: Checker<'a>,
        whole: WholeFile,
    ) -> Result<Self, csv::HeaderError> {
        let form = match form {
            Some(form) => form,
            None if csv::is_flat(input.fill_buf()?) => Form::Csv,
            None => Form::Ndjson,
        };
        Ok(Self(match form {
            Form::Ndjson => Source::Ndjson { raw: RawRows::new(input), checker, whole },
            Form::Csv => Source::Csv(Box::new(csv::providers(input, checker, whole)?)),
        }))
    }

    /// The next rows; none after the last.
    ///
    /// # Errors
    /// Where the input cannot be read.
    pub fn next_batch(&mut self) -> io::Result<Option<Vec<Row>>> {
        let rows: Vec<Row> = match &mut self.0 {
            Source::Ndjson { raw, checker, whole } => {
                let raw = raw.by_ref().take(BATCH).collect::<io::Result<Vec<_>>>()?;
                check_all(raw, checker).into_iter().map(|row| whole.admit(row)).collect()
            }
            Source::Csv(rows) => rows.by_ref().take(BATCH).collect::<io::Result<_>>()?,
        };
        Ok((!rows.is_empty()).then_some(rows))
    }
}

/// Parses and checks rows, a share on each processor, in the order of the file.
fn check_all(mut raw: Vec<RawRow>, checker: &Checker<'_>) -> Vec<Row> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = raw.len().div_ceil(threads).max(64);
    let mut shares = Vec::with_capacity(threads);
    while raw.len() > share {
        shares.push(raw.split_off(raw.len() - share));
    }
    shares.push(raw);
    let read = |share: Vec<RawRow>| share.into_iter().map(|r| read_row(r, checker)).collect();
    thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .rev()
            .map(|share| scope.spawn(move || -> Vec<Row> { read(share) }))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}
