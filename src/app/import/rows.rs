//! Rows of a file in batches, parsed and checked on all processors.

use std::{
    io::{self, BufRead},
    num::NonZeroUsize,
    thread::{self, Scope, ScopedJoinHandle},
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

    /// Hands over all rows, batch by batch. While one is taken the next is read and checked.
    ///
    /// # Errors
    /// Where the input cannot be read; the first error of `take`.
    pub fn each_batch<E: From<io::Error>>(
        &mut self,
        mut take: impl FnMut(Vec<Row>) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.0 {
            Source::Ndjson { raw, checker, whole } => thread::scope(|scope| {
                let mut ahead = start(scope, raw, checker)?;
                while !ahead.is_empty() {
                    let batch = std::mem::take(&mut ahead);
                    let next = start(scope, raw, checker);
                    take(batch.into_iter().flat_map(joined).map(|row| whole.admit(row)).collect())?;
                    // What was read before the input failed is kept.
                    ahead = next?;
                }
                Ok(())
            }),
            Source::Csv(rows) => loop {
                let batch: Vec<Row> = rows.by_ref().take(BATCH).collect::<io::Result<_>>()?;
                if batch.is_empty() {
                    return Ok(());
                }
                take(batch)?;
            },
        }
    }
}

/// Reads a batch and starts to parse and check it: a share on each processor, in the order of
/// the file. Nothing after the last row.
fn start<'scope, 'a: 'scope>(
    scope: &'scope Scope<'scope, '_>,
    raw: &mut RawRows<&mut dyn BufRead>,
    checker: &Checker<'a>,
) -> io::Result<Vec<ScopedJoinHandle<'scope, Vec<Row>>>> {
    let mut raw = raw.by_ref().take(BATCH).collect::<io::Result<Vec<RawRow>>>()?;
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = raw.len().div_ceil(threads).max(64);
    let mut shares = Vec::with_capacity(threads);
    while raw.len() > share {
        let rest = raw.split_off(share);
        shares.push(std::mem::replace(&mut raw, rest));
    }
    if !raw.is_empty() {
        shares.push(raw);
    }
    let checker = *checker;
    let read = move |share: Vec<RawRow>| -> Vec<Row> {
        share.into_iter().map(|row| read_row(row, &checker)).collect()
    };
    Ok(shares.into_iter().map(|share| scope.spawn(move || read(share))).collect())
}

fn joined(share: ScopedJoinHandle<'_, Vec<Row>>) -> Vec<Row> {
    share.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
