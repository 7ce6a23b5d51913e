//! What screening against a list did, for people and for programs.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use crate::import::{RowError, report::keep};

/// What screening against a list did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ScreeningReport {
    /// The list's key.
    pub list: String,
    /// The date of the list.
    pub as_of: Option<NaiveDate>,
    /// Rows that were read, blank lines apart.
    pub lines: u64,
    /// Rows that could not be read.
    pub failed: u64,
    /// Providers that were compared with the list.
    pub providers: u64,
    /// Statements or credentials that an entry brought: a number matched, and something else
    /// agreed.
    pub stated: u64,
    /// Providers that are now stated not to be on the list.
    pub cleared: u64,
    /// Statements or credentials that were taken back since their entry is gone.
    pub withdrawn: u64,
    /// Tasks that were opened for a person: a number or a name matched, and nothing else agreed.
    pub tasks_opened: u64,
    /// Open tasks that were closed since their entry is gone.
    pub tasks_closed: u64,
    /// Providers about which the list says nothing new.
    pub unchanged: u64,
    /// Providers of which not everybody could be screened, so that nothing clears them.
    pub incomplete: u64,
    /// Why rows were refused, in the order of the file.
    pub errors: Vec<RowError>,
    /// Errors beyond those in `errors`.
    pub errors_more: u64,
    /// True where nothing was written because only a trial was asked for.
    pub dry_run: bool,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl ScreeningReport {
    /// Notes a row.
    pub fn take(&mut self, error: Option<RowError>) {
        self.lines = self.lines.saturating_add(1);
        if let Some(error) = error {
            self.failed = self.failed.saturating_add(1);
            keep(&mut self.errors, &mut self.errors_more, vec![error]);
        }
    }
}

/// The summary for people.
impl fmt::Display for ScreeningReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { list, lines, failed, providers, stated, cleared, withdrawn, seconds, .. } = self;
        write!(f, "{list}")?;
        if let Some(as_of) = self.as_of {
            write!(f, " of {as_of}")?;
        }
        write!(
            f,
            ": {lines} rows in {seconds:.1} s, {failed} refused; {providers} providers: \
             {stated} matches stated, {cleared} without a match, {withdrawn} taken back, \
             {} tasks opened, {} closed, {} unchanged, {} not complete",
            self.tasks_opened, self.tasks_closed, self.unchanged, self.incomplete
        )?;
        if self.failed > 0 {
            write!(f, "; since rows were refused, nothing was cleared or taken back")?;
        }
        if self.dry_run {
            write!(f, "; a trial: nothing was written")?;
        }
        for error in &self.errors {
            write!(f, "\nerror: {error}")?;
        }
        if self.errors_more > 0 {
            write!(f, "\n… and {} more of this kind", self.errors_more)?;
        }
        Ok(())
    }
}
