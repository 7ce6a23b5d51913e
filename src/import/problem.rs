//! What is wrong with a row, where, and how to mend it.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong within a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer to the value, such as `/sites/0/phone`; empty = the whole row. In a flat
    /// file it is the name of the column.
    pub field: String,
    /// What is wrong, without a full stop.
    pub problem: String,
    /// How to mend it, as an instruction without a full stop.
    pub mend: String,
}

impl Problem {
    /// A problem with the value at a pointer.
    pub fn new(
        field: impl fmt::Display,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { field: field.to_string(), problem: problem.into(), mend: mend.into() }
    }

    /// The same problem with its place in a file.
    #[must_use]
    pub fn at(self, line: u64, source_key: Option<&str>) -> RowError {
        let Self { field, problem, mend } = self;
        RowError { line, source_key: source_key.map(str::to_owned), field, problem, mend }
    }
}

/// A problem with its place in a file: what a person needs to mend the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowError {
    /// The line of the file, from 1.
    pub line: u64,
    /// The `source_key` of the row, where one could be read.
    pub source_key: Option<String>,
    /// JSON pointer to the value or name of the column; empty = the whole row.
    pub field: String,
    /// What is wrong.
    pub problem: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, source_key, field, problem, mend } = self;
        write!(f, "line {line}")?;
        if let Some(key) = source_key {
            write!(f, " ({key})")?;
        }
        if !field.is_empty() {
            write!(f, ", {field}")?;
        }
        write!(f, ": {problem}; {mend}")
    }
}

/// The way to a value within a row. It costs nothing until it is written out, so that a
/// good row pays for no pointer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'p>(Option<(&'p Path<'p>, Step<'p>)>);

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// The row itself.
    pub(super) const ROOT: Path<'static> = Path(None);

    /// The member of an object.
    pub(super) const fn key(&'p self, key: &'p str) -> Self {
        Self(Some((self, Step::Key(key))))
    }

    /// The element of a list.
    pub(super) const fn index(&'p self, index: usize) -> Self {
        Self(Some((self, Step::Index(index))))
    }
}

/// Writes the JSON pointer of RFC 6901.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((parent, step)) = self.0 else { return Ok(()) };
        parent.fmt(f)?;
        match step {
            Step::Index(index) => write!(f, "/{index}"),
            Step::Key(key) if key.contains(['~', '/']) => {
                write!(f, "/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Step::Key(key) => write!(f, "/{key}"),
        }
    }
}
