//! A table in comma-separated form whose columns are found by their names.
//!
//! One row is one line: no official list breaks a line within a cell, and a quotation mark that
//! is never closed would else swallow the rest of the file.

use std::io::{self, BufRead};

use crate::import::{
    Problem, RowError,
    check::is_hidden,
    csv::HeaderError,
    diagnose::{closest, shortened},
    read::RawRows,
};

/// A table, read row by row.
pub(super) struct Table<R> {
    rows: RawRows<R>,
    header: Vec<String>,
}

/// One row of a table.
#[derive(Debug)]
pub(super) struct Cells {
    /// The line of the file, from 1.
    pub line: u64,
    cells: Vec<String>,
}

/// Where a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column(usize);

impl<R: BufRead> Table<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// Where the input cannot be read, is empty, or its first line is no row.
    pub fn open(input: R) -> Result<Self, HeaderError> {
        let mut rows = RawRows::new(input);
        let Some(raw) = rows.next().transpose()? else {
            return Err(refused("", "the file is empty", "download it again"));
        };
        let header =
            cells(raw.line, raw.bytes).map_err(|error| HeaderError::Columns(vec![error]))?;
        Ok(Self { rows, header: header.cells })
    }

    /// The columns with these names, in their order.
    ///
    /// # Errors
    /// Names those that are missing or stand twice.
    pub fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[Column; N], HeaderError> {
        let found: Vec<Result<Column, Problem>> =
            names.iter().map(|name| self.column(name)).collect();
        let problems: Vec<RowError> = found
            .iter()
            .filter_map(|found| found.clone().err())
            .map(|problem| problem.at(1, None))
            .collect();
        let columns: Vec<Column> = found.into_iter().filter_map(Result::ok).collect();
        columns.try_into().map_err(|_too_few: Vec<Column>| HeaderError::Columns(problems))
    }

    /// The column with this name, however it is capitalised.
    pub fn column(&self, name: &str) -> Result<Column, Problem> {
        let mut places = self
            .header
            .iter()
            .enumerate()
            .filter(|(_, header)| header.trim().eq_ignore_ascii_case(name))
            .map(|(at, _)| Column(at));
        match (places.next(), places.next()) {
            (Some(column), None) => Ok(column),
            (Some(_), Some(_)) => {
                Err(Problem::new(name, "the column stands twice", "keep one of them"))
            }
            (None, _) => {
                let mend = match closest(name, self.header.iter().map(String::as_str)) {
                    Some(near) => format!("the file has `{}`: name that", shortened(near)),
                    None => "give the list as its publisher offers it".to_owned(),
                };
                Err(Problem::new(name, "the column is missing", mend))
            }
        }
    }

    /// The next row; none after the last.
    pub fn next(&mut self) -> Option<io::Result<Result<Cells, RowError>>> {
        let raw = match self.rows.next()? {
            Ok(raw) => raw,
            Err(error) => return Some(Err(error)),
        };
        let row = cells(raw.line, raw.bytes).and_then(|row| {
            let (has, needs) = (row.cells.len(), self.header.len());
            if has == needs {
                return Ok(row);
            }
            let problem = format!("the row has {has} cells and the header {needs}");
            let mend = "download the file again; it may be cut";
            Err(Problem::new("", problem, mend).at(row.line, None))
        });
        Some(Ok(row))
    }
}

impl Cells {
    /// A cell without space around it; empty where there is none.
    pub fn get(&self, column: Column) -> &str {
        self.cells.get(column.0).map_or("", |cell| cell.trim())
    }
}

/// Cuts one line into its cells.
fn cells(line: u64, bytes: Result<Vec<u8>, Problem>) -> Result<Cells, RowError> {
    let refuse = |problem: &str, mend: &str| Problem::new("", problem, mend).at(line, None);
    let bytes = bytes
        .map_err(|problem| refuse(&problem.problem, "give the list as its publisher offers it"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_error| refuse("the row is no UTF-8", "save the file as UTF-8"))?;
    if text.bytes().filter(|b| *b == b'"').count() % 2 == 1 {
        let mend = "download the file again; a row must end on its own line";
        return Err(refuse("a quotation mark is not closed", mend));
    }
    if let Some(hidden) = text.chars().find(|c| is_hidden(*c) && *c != '\t') {
        let problem = format!("it holds the invisible character U+{:04X}", u32::from(hidden));
        return Err(refuse(&problem, "download the file again"));
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(_) => Ok(Cells { line, cells: record.iter().map(str::to_owned).collect() }),
        Err(_error) => Err(refuse("the row is no comma-separated row", "download the file again")),
    }
}

/// A file that has no header to speak of.
pub(super) fn refused(field: &str, problem: &str, mend: &str) -> HeaderError {
    HeaderError::Columns(vec![Problem::new(field, problem, mend).at(1, None)])
}
