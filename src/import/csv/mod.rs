//! The flat form of a provider file: a table with one row for each site.
//!
//! A flat file says less than the provider file: one piece of evidence a row, a few facts
//! and prices. Its rows become the same tree of values as a line of JSON and go the same
//! way from there, so that a problem differs only in naming a column in place of a pointer.

mod columns;
mod draft;

use std::{io, iter};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};

use self::draft::Draft;
pub use columns::{COLUMNS, Column};

use super::{
    Checker, Problem, RowError,
    diagnose::{closest, shortened},
    read::{Row, WholeFile},
};

/// Why no row of a flat file can be read.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// The input cannot be read.
    #[error("the file cannot be read")]
    Io(#[from] io::Error),
    /// The header is not one of ours.
    #[error("the header of the flat file is wrong")]
    Columns(Vec<RowError>),
}

/// Reads and checks a flat file; rows of a provider stand together.
///
/// # Errors
/// Where the input cannot be read or its header names unknown or too few columns.
pub fn providers<'a, R: io::Read + 'a>(
    input: R,
    checker: Checker<'a>,
    mut whole: WholeFile,
) -> Result<impl Iterator<Item = io::Result<Row>> + 'a, HeaderError> {
    let mut reader = ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
    let header = reader.byte_headers().map_err(into_io)?;
    let columns = read_header(header).map_err(HeaderError::Columns)?;

    let mut records = reader.into_byte_records();
    let mut ahead: Option<Draft> = None;
    let mut queue: std::collections::VecDeque<Row> = std::collections::VecDeque::new();
    Ok(iter::from_fn(move || {
        loop {
            if let Some(row) = queue.pop_front() {
                return Some(Ok(whole.admit(row)));
            }
            match records.next() {
                None => return ahead.take().map(|draft| Ok(whole.admit(draft.finish(&checker)))),
                Some(Err(error)) => match bad_record(error) {
                    Ok(row) => {
                        queue.extend(ahead.take().map(|draft| draft.finish(&checker)));
                        queue.push_back(row);
                    }
                    Err(error) => return Some(Err(error)),
                },
                Some(Ok(record)) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    match cells(&record) {
                        Err(problem) => {
                            queue.extend(ahead.take().map(|draft| draft.finish(&checker)));
                            queue.push_back(Row::refused(line, None, vec![problem]));
                        }
                        Ok(cells) if cells.iter().all(|cell| cell.is_empty()) => {}
                        Ok(cells) => {
                            let mut draft = match ahead.take() {
                                Some(draft) if draft.continues(&columns, &cells) => draft,
                                done => {
                                    queue.extend(done.map(|draft| draft.finish(&checker)));
                                    Draft::new(line)
                                }
                            };
                            draft.add(line, &columns, &cells, checker.places);
                            ahead = Some(draft);
                        }
                    }
                }
            }
        }
    }))
}

/// Whether a file that begins so is a flat one: its first line names a column of ours and
/// begins no JSON.
#[must_use]
pub fn is_flat(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let first = text.trim_start_matches('\u{FEFF}').lines().next().unwrap_or_default().trim_start();
    !first.starts_with(['{', '[']) && first.contains("source_key")
}

/// The header and an example row, ready to be filled in.
#[must_use]
pub fn template() -> String {
    let row = |cell: fn(&Column) -> &str| {
        let cells: Vec<String> = COLUMNS.iter().map(|column| quoted(cell(column))).collect();
        cells.join(",")
    };
    format!("{}\n{}\n", row(|column| column.name), row(|column| column.example))
}

/// The columns and what they hold, a line each.
#[must_use]
pub fn help() -> String {
    let width = COLUMNS.iter().map(|column| column.name.len()).max().unwrap_or(0);
    COLUMNS.iter().map(|column| format!("{:width$}  {}\n", column.name, column.help)).collect()
}

/// A cell that a spreadsheet shows and never runs: what would begin a formula gets an
/// apostrophe, which the reader takes off again.
#[must_use]
pub fn safe_cell(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '@' | '\t' | '\r') => format!("'{text}"),
        // A number or a phone may begin with a sign.
        Some('+' | '-') if !text.chars().skip(1).all(|c| "0123456789.-() ".contains(c)) => {
            format!("'{text}")
        }
        _ => text.to_owned(),
    }
}

/// A cell with quotes where the format needs them.
fn quoted(text: &str) -> String {
    let text = safe_cell(text);
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The columns that a header names, or everything that is wrong with it.
fn read_header(header: &ByteRecord) -> Result<Vec<&'static Column>, Vec<RowError>> {
    let mut problems = Vec::new();
    let mut columns: Vec<&'static Column> = Vec::with_capacity(header.len());
    for name in header {
        let name = String::from_utf8_lossy(name);
        let name = name.trim_start_matches('\u{FEFF}');
        match COLUMNS.iter().find(|column| column.name == name) {
            Some(column) if columns.contains(&column) => {
                problems.push(Problem::new(name, "the column stands twice", "keep one of them"));
            }
            Some(column) => columns.push(column),
            None => {
                let mend = match closest(name, COLUMNS.iter().map(|column| column.name)) {
                    Some(near) => format!("write `{near}`"),
                    None => {
                        "take the column out, or see the template for the known ones".to_owned()
                    }
                };
                problems.push(Problem::new(shortened(name), "no column has this name", mend));
            }
        }
    }
    for needed in ["source_key", "name"] {
        if !columns.iter().any(|column| column.name == needed) {
            problems.push(Problem::new(needed, "the column is missing", "add it to the header"));
        }
    }
    if problems.is_empty() {
        Ok(columns)
    } else {
        Err(problems.into_iter().map(|problem| problem.at(1, None)).collect())
    }
}

fn cells(record: &ByteRecord) -> Result<Vec<&str>, Problem> {
    let cells: Option<Vec<&str>> =
        record.iter().map(|cell| std::str::from_utf8(cell).ok()).collect();
    cells.ok_or_else(|| Problem::new("", "the row is no UTF-8", "save the file as UTF-8"))
}

/// A record that is not as long as the header is a bad row; anything else ends the file.
fn bad_record(error: csv::Error) -> io::Result<Row> {
    let ErrorKind::UnequalLengths { pos, expected_len, len } = error.kind() else {
        return Err(into_io(error));
    };
    let line = pos.as_ref().map_or(0, csv::Position::line);
    let problem = format!("the row has {len} cells and the header {expected_len}");
    let mend = "put cells that hold a comma into double quotes";
    Ok(Row::refused(line, None, vec![Problem::new("", problem, mend)]))
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("the flat file cannot be read: {other:?}")),
    }
}
