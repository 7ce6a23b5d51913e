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
    rules::{Rulebook, Source, Sources, Which, wire::evaluate_request},
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
    /// stand in for those that are not given
    Check {
        /// The files, told apart by their content
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
    let texts: Vec<(String, String)> = paths
        .iter()
        .map(|path| Ok((path.display().to_string(), read(path)?)))
        .collect::<Result<_, Failure>>()?;
    let files: Vec<Source<'_>> = texts.iter().map(|(name, text)| Source { name, text }).collect();
    let rulebook = Sources::replaced_by(&files)
        .and_then(|sources| Rulebook::load(&sources))
        .map_err(|errors| Failure::Input(errors.into()))?;
    exit::print(&format!(
        "ok: {} facts, {} rules, hash {}",
        rulebook.vocabulary().facts().len(),
        rulebook.rules().len(),
        rulebook.hash()
    ))
}

fn eval(path: &Path, as_of: Option<NaiveDate>) -> Result<Exit, Failure> {
    let text = read(path)?;
    let mut body: serde_json::Value = serde_json::from_str(&text)
        .with_context(|| format!("{} is no JSON", path.display()))
        .map_err(Failure::Input)?;
    if let (Some(day), Some(members)) = (as_of, body.as_object_mut()) {
        members.insert("as_of".to_owned(), day.to_string().into());
    }
    let rulebook = Rulebook::built_in().map_err(|error| Failure::Other(error.into()))?;
    match evaluate_request(&rulebook, &body, SystemClock.today(), Which::Reported) {
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
