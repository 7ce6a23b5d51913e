//! `bedside import`, `bedside export` and `bedside check`.

use std::{
    io::{ErrorKind, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Exit, Failure, database, exit};
use crate::{
    app::{
        export::{self, ExportError},
        import::{Form, ImportOptions, Knowledge, Rows, import},
    },
    clock::{Clock, SystemClock},
    config::DatabaseArgs,
    gazetteer::Gazetteer,
    import::{ImportReport, csv, read::WholeFile},
    rules::Rulebook,
};

/// `bedside import`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(super) struct ImportCommand {
    /// Print an empty CSV file with every column and what it means
    #[arg(long)]
    template: bool,

    #[command(subcommand)]
    what: Option<ImportWhat>,
}

#[derive(Debug, Subcommand)]
enum ImportWhat {
    /// Providers with their sites, statements and evidence
    Providers(ImportProviders),
}

/// The form of a file.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileForm {
    /// One provider a line of JSON
    Ndjson,
    /// One site a row
    Csv,
}

/// `bedside import providers`.
#[derive(Debug, Args)]
struct ImportProviders {
    /// The file, or - for standard input
    file: PathBuf,

    #[command(flatten)]
    database: DatabaseArgs,

    /// Let the file say what is published; refused once a person has published anything
    #[arg(long)]
    initial: bool,

    /// Take nothing unless every row is good
    #[arg(long)]
    strict: bool,

    /// Say what would happen, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,

    /// The file's form; by default CSV where its name ends in .csv or it begins with a header
    #[arg(long, value_enum, value_name = "FORM")]
    form: Option<FileForm>,
}

impl ImportCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.what {
            _ if self.template => exit::print(&csv::template()),
            Some(ImportWhat::Providers(command)) => command.run(),
            None => Err(Failure::Other(anyhow::anyhow!(
                "say what to import: `bedside import providers FILE`, or --template for a CSV file"
            ))),
        }
    }
}

impl ImportProviders {
    fn run(self) -> Result<Exit, Failure> {
        let mut input = exit::open(&self.file)?;
        let clock = Arc::new(SystemClock);
        let (store, _scratch) = if self.dry_run {
            database::open_for_trial(&self.database, clock.clone())?
        } else {
            (database::open(&self.database, clock.clone())?, None)
        };
        let bar = progress_bar();
        let report = import(
            &store,
            Knowledge { gazetteer: gazetteer()?, rulebook: &rulebook()? },
            clock.now(),
            (&mut *input, form(&self.file, self.form)),
            ImportOptions { initial: self.initial, strict: self.strict, dry_run: self.dry_run },
            &mut |rows| bar.set_position(rows),
        )
        .map_err(database::import_failure)?;
        bar.finish_and_clear();
        finish(&report, self.json)
    }
}

/// `bedside check`.
#[derive(Debug, Args)]
pub(super) struct CheckCommand {
    /// The provider file, or - for standard input
    file: PathBuf,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,

    /// The file's form; by default CSV where its name ends in .csv or it begins with a header
    #[arg(long, value_enum, value_name = "FORM")]
    form: Option<FileForm>,
}

impl CheckCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut input = exit::open(&self.file)?;
        let rulebook = rulebook()?;
        let knowledge = Knowledge { gazetteer: gazetteer()?, rulebook: &rulebook };
        let checker = knowledge.checker(SystemClock.today());
        let mut rows =
            Rows::new(&mut *input, form(&self.file, self.form), checker, WholeFile::new(None))
                .map_err(database::header_failure)?;
        let mut report = ImportReport { dry_run: true, ..ImportReport::default() };
        let unreadable = |error: std::io::Error| {
            Failure::NoInput(anyhow::Error::new(error).context("the input cannot be read"))
        };
        let read = rows.each_batch(|batch| {
            for row in batch {
                match row.result {
                    Ok(_) => report.take(row.warnings),
                    Err(errors) => report.refuse(errors),
                }
            }
            Ok::<_, std::io::Error>(())
        });
        read.map_err(unreadable)?;
        finish(&report, self.json)
    }
}

/// `bedside export`.
#[derive(Debug, Args)]
pub(super) struct ExportCommand {
    #[command(subcommand)]
    what: ExportWhat,
}

#[derive(Debug, Subcommand)]
enum ExportWhat {
    /// Providers, as a file that imports to the same state
    Providers {
        /// Where to write; by default standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,

        #[command(flatten)]
        database: DatabaseArgs,
    },
}

impl ExportCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let ExportWhat::Providers { output, database: args } = self.what;
        let store = database::open_existing(&args, Arc::new(SystemClock))?;
        let mut sink: Box<dyn Write> = match &output {
            None => Box::new(std::io::BufWriter::new(std::io::stdout().lock())),
            Some(path) => {
                let file = std::fs::File::create(path).map_err(|error| {
                    Failure::Output(
                        anyhow::Error::new(error)
                            .context(format!("cannot write {}", path.display())),
                    )
                })?;
                Box::new(std::io::BufWriter::new(file))
            }
        };
        match export::providers(&store, &mut *sink) {
            Ok(_) => Ok(Exit::Done),
            // Whoever read standard output has seen enough.
            Err(ExportError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
                Ok(Exit::Done)
            }
            Err(ExportError::Store(error)) => Err(database::failure(error)),
            Err(error) => Err(Failure::Output(error.into())),
        }
    }
}

/// The form that was said or that the name tells; else the file's beginning decides.
fn form(path: &Path, said: Option<FileForm>) -> Option<Form> {
    let named_csv = || path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    match said {
        Some(FileForm::Csv) => Some(Form::Csv),
        Some(FileForm::Ndjson) => Some(Form::Ndjson),
        None => named_csv().then_some(Form::Csv),
    }
}

pub(super) fn gazetteer() -> Result<&'static Gazetteer, Failure> {
    Gazetteer::embedded().map_err(|error| Failure::Other(anyhow::Error::new(error)))
}

pub(super) fn rulebook() -> Result<Rulebook, Failure> {
    Rulebook::built_in().map_err(|error| Failure::Other(error.into()))
}

/// A bar that counts rows; hidden unless a person watches.
fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} rows, {per_sec}, {elapsed}") {
        bar.set_style(style);
    }
    bar
}

/// Prints a report; a refused row makes the exit code 65.
fn finish(report: &ImportReport, json: bool) -> Result<Exit, Failure> {
    let text = if json {
        serde_json::to_string_pretty(report).map_err(|error| Failure::Other(error.into()))?
    } else {
        report.to_string()
    };
    exit::print(&text)?;
    Ok(if report.failed == 0 { Exit::Done } else { Exit::InputErrors })
}
