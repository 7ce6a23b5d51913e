//! What an import did, for people and for programs.

use std::fmt;

use serde::Serialize;

use super::RowError;

/// So many errors and warnings are kept; the rest are counted.
const MOST_ERRORS: usize = 1_000;

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ImportReport {
    /// Rows that were read, blank lines apart.
    pub lines: u64,
    /// Providers that were not known before.
    pub created: u64,
    /// Providers that changed.
    pub updated: u64,
    /// Providers of which the file says nothing new.
    pub unchanged: u64,
    /// Rows that were refused.
    pub failed: u64,
    /// Why they were refused, in the order of the file; a row may have several errors.
    pub errors: Vec<RowError>,
    /// Errors beyond those in `errors`.
    pub errors_more: u64,
    /// What a person should look at although the row was taken.
    pub warnings: Vec<RowError>,
    /// Warnings beyond those in `warnings`.
    pub warnings_more: u64,
    /// True where nothing was written because only a trial was asked for.
    pub dry_run: bool,
    /// True where nothing was written because a row was refused and all or none was asked for.
    pub undone: bool,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Where the time went.
    pub phases: Vec<Phase>,
}

/// A part of an import and how long it took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Phase {
    /// Its name, such as `read` or `store`.
    pub name: &'static str,
    /// Seconds.
    pub seconds: f64,
}

impl ImportReport {
    /// Notes a row that was refused.
    pub fn refuse(&mut self, errors: Vec<RowError>) {
        self.lines = self.lines.saturating_add(1);
        self.failed = self.failed.saturating_add(1);
        keep(&mut self.errors, &mut self.errors_more, errors);
    }

    /// Notes a row that was taken, with what a person should look at.
    pub fn take(&mut self, warnings: Vec<RowError>) {
        self.lines = self.lines.saturating_add(1);
        keep(&mut self.warnings, &mut self.warnings_more, warnings);
    }

    /// Counts a provider by what became of it.
    pub const fn count(&mut self, merged: &super::Merged) {
        let counter = match merged {
            super::Merged::Created(_) => &mut self.created,
            super::Merged::Updated(_) => &mut self.updated,
            super::Merged::Unchanged => &mut self.unchanged,
        };
        *counter = counter.saturating_add(1);
    }

    /// Notes that a row that was counted as new or changed could not be stored.
    pub fn take_back(&mut self, created: bool, error: RowError) {
        let counter = if created { &mut self.created } else { &mut self.updated };
        *counter = counter.saturating_sub(1);
        self.failed = self.failed.saturating_add(1);
        keep(&mut self.errors, &mut self.errors_more, vec![error]);
    }

    /// Notes what a person should know about the file, though no row was refused for it.
    pub fn note(&mut self, warning: RowError) {
        keep(&mut self.warnings, &mut self.warnings_more, vec![warning]);
    }

    /// Notes that all of it was undone.
    pub const fn undo(&mut self) {
        self.created = 0;
        self.updated = 0;
        self.undone = true;
    }

    /// Notes how long a part took.
    pub fn phase(&mut self, name: &'static str, seconds: f64) {
        self.phases.push(Phase { name, seconds });
    }
}

fn keep(kept: &mut Vec<RowError>, more: &mut u64, errors: Vec<RowError>) {
    for error in errors {
        if kept.len() < MOST_ERRORS {
            kept.push(error);
        } else {
            *more = more.saturating_add(1);
        }
    }
}

/// The summary for people: the numbers, then each error and warning on a line.
impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lines, created, updated, unchanged, failed, seconds, .. } = self;
        write!(
            f,
            "{lines} rows in {seconds:.1} s: {created} new, {updated} changed, \
             {unchanged} unchanged, {failed} refused"
        )?;
        if self.dry_run {
            write!(f, "; a trial: nothing was written")?;
        }
        if self.undone {
            write!(f, "; nothing was written, since every row has to be good")?;
        }
        for (kind, list, more) in [
            ("error", &self.errors, self.errors_more),
            ("warning", &self.warnings, self.warnings_more),
        ] {
            for one in list {
                write!(f, "\n{kind}: {one}")?;
            }
            if more > 0 {
                write!(f, "\n… and {more} more of this kind")?;
            }
        }
        Ok(())
    }
}
