//! `bedside rules check` and `bedside rules eval`.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{Exit, Failure, exit};
use crate::{
    clock::{Clock, SystemClock},
    rules::{Rulebook, RulebookFiles, wire::{EvaluationRequest, evaluate_request}},
};

/// `bedside rules`.
#[derive(Debug, Args)]
pub(super) struct RulesCommand {
    #[command(subcommand)]
    what: RulesWhat,
}

#[derive(Debug, Subcommand)]
enum RulesWhat {
    /// Check rulebook files: facts.json, rules.json and citations.json, the built-in ones
    /// standing in for those that are not given
    Check {
        /// The files, told apart by their names
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Decide about facts: the answer of POST /v1/evaluations
    Eval {
        /// A JSON file with `facts` as the API takes it, or - for standard input
        file: PathBuf,

        /// The date to decide for; by default the file's, else today
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<NaiveDate>,
    },
}

impl RulesCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        match self.what {
            RulesWhat::Check { files } => check(&files),
            RulesWhat::Eval { file, as_of } => eval(&file, as_of),
        }
    }
}

fn check(paths: &[PathBuf]) -> Result<Exit, Failure> {
    let mut files = RulebookFiles::embedded();
    let texts: Vec<(&Path, String)> = paths
        .iter()
        .map(|path| Ok((path.as_path(), read(path)?)))
        .collect::<Result<_, Failure>>()?;
    for (path, text) in &texts {
        match path.file_name().and_then(|name| name.to_str()) {
            Some(name) if name.contains("facts") => files.facts = text,
            Some(name) if name.contains("citations") => files.citations = text,
            Some(name) if name.contains("rules") => files.rules = text,
            _ => {
                return Err(Failure::Input(anyhow::anyhow!(
                    "{}: the name must say which file it is: facts, rules or citations",
                    path.display()
                )));
            }
        }
    }
    match Rulebook::load(files) {
        Ok(rulebook) => exit::print(&format!(
            "ok: version {}, {} facts, {} rules, hash {}",
            rulebook.version(),
            rulebook.vocabulary().len(),
            rulebook.rules().len(),
            rulebook.hash()
        )),
        Err(error) => Err(Failure::Input(error.into())),
    }
}

fn eval(path: &Path, as_of: Option<NaiveDate>) -> Result<Exit, Failure> {
    let text = read(path)?;
    let mut request: EvaluationRequest = serde_json::from_str(&text)
        .with_context(|| format!("{} is not what POST /v1/evaluations takes", path.display()))
        .map_err(Failure::Input)?;
    if as_of.is_some() {
        request.as_of = as_of;
    }
    let rulebook = Rulebook::embedded().map_err(|error| Failure::Other(error.into()))?;
    match evaluate_request(rulebook, &request, SystemClock.today()) {
        Ok(answer) => exit::print(
            &serde_json::to_string_pretty(&answer).map_err(|error| Failure::Other(error.into()))?,
        ),
        Err(errors) => {
            let lines: Vec<String> =
                errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect();
            Err(Failure::Input(anyhow::anyhow!("{}", lines.join("\n"))))
        }
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    exit::open(path)?
        .read_to_string(&mut text)
        .with_context(|| format!("cannot read {} as text", path.display()))
        .map_err(Failure::NoInput)?;
    Ok(text)
}
