//! Exit codes and the two ways in which a command ends.

use std::io::{self, Write};

/// A command that did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0.
    Done,
    /// 65: the work is done, and the input had errors that were reported.
    InputErrors,
}

impl Exit {
    /// The process's exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::InputErrors => 65,
        }
    }
}

/// What stopped a command, with its exit code (those of `sysexits.h` where one fits).
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// 65: the input is wrong.
    #[error("{0:#}")]
    Input(anyhow::Error),
    /// 66: the input cannot be read.
    #[error("{0:#}")]
    NoInput(anyhow::Error),
    /// 69: something that is needed cannot be reached.
    #[error("{0:#}")]
    Unavailable(anyhow::Error),
    /// 73: the output cannot be written.
    #[error("{0:#}")]
    Output(anyhow::Error),
    /// 78: the configuration is wrong.
    #[error("{0:#}")]
    Config(anyhow::Error),
    /// 1: anything else.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl Failure {
    /// The process's exit code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Input(_) => 65,
            Self::NoInput(_) => 66,
            Self::Unavailable(_) => 69,
            Self::Output(_) => 73,
            Self::Config(_) => 78,
            Self::Other(_) => 1,
        }
    }
}

/// Writes a text to standard output. A reader that has gone away is no failure.
pub(super) fn print(text: &str) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    match write!(out, "{text}{newline}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(
            anyhow::Error::new(error).context("cannot write to standard output"),
        )),
        _ => Ok(Exit::Done),
    }
}

/// Opens a file to read, `-` being standard input.
pub(super) fn open(path: &std::path::Path) -> Result<Box<dyn io::BufRead>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::BufReader::new(io::stdin())));
    }
    let file = std::fs::File::open(path).map_err(|error| {
        Failure::NoInput(anyhow::Error::new(error).context(format!(
            "cannot read {}: give a file, or - for standard input",
            path.display()
        )))
    })?;
    Ok(Box::new(io::BufReader::with_capacity(1 << 20, file)))
}
