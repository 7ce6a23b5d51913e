//! Taking files in: read and check on all processors, merge and store batch by batch.
//!
//! A batch is one write, so that an interrupted import leaves whole providers or nothing. A
//! strict import and a dry run are one write for the whole file, which is undone in the end.

mod batch;
mod knowledge;
mod rows;

use std::{
    io::{self, BufRead},
    time::Instant,
};

use chrono::{DateTime, Utc};

use crate::{
    import::{ImportReport, Mode, csv::HeaderError, read::WholeFile},
    store::{Actor, ActorKind, DataKind, Reason, Store},
};

pub use knowledge::Knowledge;
pub use rows::{Form, Rows};

/// How a file is to be taken in.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions {
    /// Whether the file's listing states count.
    pub initial: bool,
    /// Whether one refused row refuses the file.
    pub strict: bool,
    /// Whether nothing is to be written.
    pub dry_run: bool,
}

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The input cannot be read.
    #[error("the input cannot be read; what was imported before it stays")]
    Input(#[from] io::Error),
    /// The header of a CSV file is not one of ours.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// `--initial` after a person has published.
    #[error(
        "a person has published listings in this database, so a file may no longer decide what is \
         public; import without --initial, and new listings wait as `submitted`"
    )]
    NotInitial,
    /// The work was undone on purpose, by a dry run or a strict import with a refused row.
    /// Never leaves this module.
    #[error("undone on purpose")]
    Undone,
}

/// Reads a file into the store and says what became of every row. Without a form the file's
/// beginning tells it.
///
/// `progress` hears how many rows were taken or refused so far.
///
/// # Errors
/// When the input or the database fails, or `--initial` comes too late; what is wrong with
/// single rows stands in the report.
pub fn import(
    store: &Store,
    knowledge: Knowledge<'_>,
    now: DateTime<Utc>,
    (input, form): (&mut dyn BufRead, Option<Form>),
    options: ImportOptions,
    progress: &mut dyn FnMut(u64),
) -> Result<ImportReport, ImportError> {
    let started = Instant::now();
    let kind = store.read(|reader| {
        if options.initial && reader.person_has_published()? {
            return Err(ImportError::NotInitial);
        }
        Ok(reader.data_kind()?)
    })?;
    let whole = WholeFile::new(kind.map(|kind| kind == DataKind::Fictional));
    let mut rows = Rows::new(input, form, knowledge.checker(now.date_naive()), whole)?;
    let mut run =
        batch::Run::new(now, if options.initial { Mode::Initial } else { Mode::Ordinary });
    run.report.dry_run = options.dry_run;
    let actor = Actor::new(ActorKind::Operator, "import");
    let reason = Reason::new("import", "");

    if options.dry_run || options.strict {
        let mut changed = Vec::new();
        let outcome = store.write(&actor, &reason, |tx| {
            rows.each_batch(|batch| {
                changed = run.merged(tx, batch)?;
                run.put(tx, &changed)?;
                progress(run.report.lines);
                Ok::<_, ImportError>(())
            })?;
            let refused = options.strict && run.report.failed > 0;
            if options.dry_run || refused { Err(ImportError::Undone) } else { Ok(()) }
        });
        match outcome {
            Ok(_) => {}
            Err(ImportError::Undone) if options.dry_run => {}
            Err(ImportError::Undone) => run.report.undo(),
            Err(ImportError::Store(error)) if batch::is_about_rows(&error) => {
                run.blame(store, (&actor, &reason), &changed, error)?;
                if !options.dry_run {
                    run.report.undo();
                }
            }
            Err(error) => return Err(error),
        }
    } else {
        rows.each_batch(|batch| {
            run.take(store, (&actor, &reason), batch)?;
            progress(run.report.lines);
            Ok::<_, ImportError>(())
        })?;
    }
    Ok(run.finish(started.elapsed().as_secs_f64()))
}
