//! Reads a provider file row by row: one JSON object a line.
//!
//! Blank lines, a byte order mark and Windows line ends are ignored. A bad row is an error
//! of that row; the rows after it are read all the same. [`RawRows`], [`read_row`] and
//! [`WholeFile`] are the three steps of [`providers`], for callers that spread the middle
//! one over threads.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read as _},
};

use serde::Deserialize as _;
use serde_json::Value;

use super::{
    Checker, Line, Problem, RowError, check::Checked, diagnose, objects::Objects, problem::Path,
};

/// Longest line, in bytes.
pub const MOST_LINE_BYTES: usize = 1024 * 1024;

/// A row as it stands in the file, or why it could not be taken from it.
#[derive(Debug)]
pub struct RawRow {
    /// The line of the file, from 1.
    pub line: u64,
    /// Its bytes without the line end.
    pub bytes: Result<Vec<u8>, Problem>,
}

/// A row that was read: a good line, or everything that is wrong with it.
#[derive(Debug)]
pub struct Row {
    /// The line of the file, from 1.
    pub line: u64,
    /// The row's key, where one could be read.
    pub source_key: Option<String>,
    /// The checked line, or why it is refused (never empty).
    pub result: Result<Line, Vec<RowError>>,
    /// What a person should look at although the row was taken.
    pub warnings: Vec<RowError>,
}

/// Reads and checks a whole provider file.
///
/// # Errors
/// Each item is an error only where the input itself cannot be read; what is wrong with a
/// row stands in the row.
pub fn providers<'a, R: BufRead + 'a>(
    input: R,
    checker: Checker<'a>,
    mut whole: WholeFile,
) -> impl Iterator<Item = io::Result<Row>> + 'a {
    RawRows::new(input).map(move |raw| Ok(whole.admit(read_row(raw?, &checker))))
}

/// The lines of a file that are not blank, none of them held in memory beyond the limit.
#[derive(Debug)]
pub struct RawRows<R> {
    input: R,
    line: u64,
}

impl<R: BufRead> RawRows<R> {
    /// Starts at the first line.
    pub const fn new(input: R) -> Self {
        Self { input, line: 0 }
    }

    fn next_line(&mut self) -> io::Result<Option<RawRow>> {
        let mut bytes = Vec::new();
        // Room for the longest line with its line end.
        let most = MOST_LINE_BYTES.saturating_add(2);
        let room = u64::try_from(most).unwrap_or(u64::MAX);
        if self.input.by_ref().take(room).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.line = self.line.saturating_add(1);
        let cut_off = bytes.len() == most && bytes.last() != Some(&b'\n');
        if cut_off {
            self.input.skip_until(b'\n')?;
        }
        let mut row = bytes.as_slice();
        row = row.strip_suffix(b"\n").unwrap_or(row);
        row = row.strip_suffix(b"\r").unwrap_or(row);
        if self.line == 1 {
            row = row.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(row);
        }
        let bytes = if cut_off || row.len() > MOST_LINE_BYTES {
            let problem = "the line is longer than 1 MiB";
            Err(Problem::new("", problem, "write each provider on a line of its own"))
        } else {
            Ok(row.to_vec())
        };
        Ok(Some(RawRow { line: self.line, bytes }))
    }
}

impl<R: BufRead> Iterator for RawRows<R> {
    type Item = io::Result<RawRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_line() {
                Ok(Some(RawRow { bytes: Ok(bytes), .. })) if bytes.trim_ascii().is_empty() => {}
                Ok(row) => return row.map(Ok),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Parses and checks one row.
#[must_use]
pub fn read_row(raw: RawRow, checker: &Checker<'_>) -> Row {
    let line = raw.line;
    let bytes = match raw.bytes {
        Ok(bytes) => bytes,
        Err(problem) => return Row::refused(line, None, vec![problem]),
    };
    // A text that is known to be UTF-8 is parsed faster than bytes that are not.
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => {
            let problem = format!("byte {} is no UTF-8", error.valid_up_to().saturating_add(1));
            let problem = Problem::new(Path::ROOT, problem, "save the file as UTF-8");
            return Row::refused(line, None, vec![problem]);
        }
    };
    match parse(text) {
        Ok(parsed) => checked(line, parsed, checker),
        Err(error) => match tree(text) {
            Ok(value) => diagnosed(line, value, checker, Some(&error)),
            Err(problem) => Row::refused(line, None, vec![problem]),
        },
    }
}

fn parse(text: &str) -> serde_json::Result<Line> {
    let mut json = serde_json::Deserializer::from_str(text);
    let line = Line::deserialize(Objects(&mut json))?;
    json.end()?;
    Ok(line)
}

/// Turns a tree of values into a row, with every problem that it has: of its shape, else of its
/// values.
#[must_use]
pub fn from_tree(line: u64, value: Value, checker: &Checker<'_>) -> Row {
    match Line::deserialize(Objects(&value)) {
        Ok(parsed) => checked(line, parsed, checker),
        Err(error) => diagnosed(line, value, checker, Some(&error)),
    }
}

fn checked(line: u64, mut parsed: Line, checker: &Checker<'_>) -> Row {
    let Checked { problems, warnings } = checker.check(&mut parsed);
    let key = parsed.source_key.clone();
    if problems.is_empty() {
        let warnings = placed(line, Some(&key), warnings);
        Row { line, source_key: Some(key), result: Ok(parsed), warnings }
    } else {
        Row::refused(line, Some(key), problems)
    }
}

/// Says what the parser only hinted at.
fn diagnosed(
    line: u64,
    value: Value,
    checker: &Checker<'_>,
    error: Option<&serde_json::Error>,
) -> Row {
    let key = value.get("source_key").and_then(Value::as_str).map(str::to_owned);
    let mut problems = diagnose::problems(&value, checker.places);
    if problems.is_empty() {
        // The schema cannot see everything: a name that stands twice in one object is gone
        // once the object is a tree.
        let said = error.map_or_else(String::new, reason);
        problems.push(Problem::new("", said, "write each field once and in its documented form"));
    }
    Row::refused(line, key, problems)
}

/// Reads any JSON object.
fn tree(text: &str) -> Result<Value, Problem> {
    let whole = |problem: String, mend: &str| Err(Problem::new(Path::ROOT, problem, mend));
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() => Ok(value),
        Ok(_) => whole("it is no JSON object".to_owned(), "write one object a line"),
        Err(error) if error.to_string().starts_with("recursion limit") => {
            whole("it is nested too deep".to_owned(), "write it as the schema shows")
        }
        Err(error) => {
            let column = error.column();
            let problem = format!("it is no JSON: {} in column {column}", reason(&error));
            whole(problem, "write one complete JSON object a line, without commas between lines")
        }
    }
}

/// What a parser says, without the position within the one line.
fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    match said.rsplit_once(" at line ") {
        Some((reason, _)) => diagnose::shortened(reason),
        None => diagnose::shortened(&said),
    }
}

fn placed(line: u64, key: Option<&str>, problems: Vec<Problem>) -> Vec<RowError> {
    problems.into_iter().map(|problem| problem.at(line, key)).collect()
}

impl Row {
    /// A row that is not taken.
    pub(super) fn refused(line: u64, source_key: Option<String>, problems: Vec<Problem>) -> Self {
        let errors = placed(line, source_key.as_deref(), problems);
        Self { line, source_key, result: Err(errors), warnings: Vec::new() }
    }
}

/// What no row can see alone: keys that stand twice, and made-up providers among real ones.
#[derive(Debug, Default)]
pub struct WholeFile {
    seen: HashMap<String, u64>,
    fictional: Option<bool>,
}

impl WholeFile {
    /// Takes rows of one kind only, where the kind is known: that of the database.
    #[must_use]
    pub fn new(fictional: Option<bool>) -> Self {
        Self { seen: HashMap::new(), fictional }
    }

    /// Takes a row, or refuses it because of the rows before it. Rows come in the order of
    /// the file.
    #[must_use]
    pub fn admit(&mut self, row: Row) -> Row {
        // A row that was refused states nothing: a good one with its key is the first.
        let Ok(line) = &row.result else { return row };
        let key = line.source_key.clone();
        if let Some(first) = self.seen.get(&key) {
            let problem = format!("line {first} has the same key");
            let mend = "keep one line for each provider";
            let problems = vec![Problem::new("/source_key", problem, mend)];
            return Row::refused(row.line, Some(key), problems);
        }
        self.seen.insert(key.clone(), row.line);
        let fictional = *self.fictional.get_or_insert(line.fictional);
        if line.fictional == fictional {
            return row;
        }
        let problem = match fictional {
            true => "a real provider among fictional ones",
            false => "a fictional provider among real ones",
        };
        let mend = "keep the two in files and databases of their own";
        Row::refused(row.line, Some(key), vec![Problem::new("/fictional", problem, mend)])
    }
}
