//! The embedded tables: decompressing them and reading their rows.

use std::{io::Read, str::FromStr};

use csv::StringRecord;
use flate2::read::GzDecoder;

use crate::domain::place::LatLon;

/// A gzipped file that is part of the binary.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// File name in `data/geo`.
    pub name: &'static str,
    bytes: &'static [u8],
}

macro_rules! embedded {
    ($($name:ident = $file:literal;)+) => {
        $(pub const $name: Embedded = Embedded {
            name: $file,
            bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/geo/", $file)),
        };)+
    };
}

embedded! {
    ZIPS = "zips.csv.gz";
    PLACES = "places.csv.gz";
    COUNTIES = "counties.csv.gz";
    STATES = "states.csv.gz";
    STATE_SHAPES = "states.topo.json.gz";
    COUNTY_SHAPES = "counties.topo.json.gz";
}

/// An embedded table that cannot be read: the build took in a damaged file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("embedded table {table}, line {line}: {problem}")]
pub struct DataError {
    /// File name in `data/geo`.
    pub table: &'static str,
    /// Line of the decompressed file, from 1; 0 = the file as a whole.
    pub line: u64,
    /// What is wrong.
    pub problem: String,
}

impl Embedded {
    /// An error about the file as a whole.
    pub fn error(self, problem: impl ToString) -> DataError {
        DataError { table: self.name, line: 0, problem: problem.to_string() }
    }

    /// The decompressed bytes.
    pub fn decompress(self) -> Result<Vec<u8>, DataError> {
        let mut out = Vec::with_capacity(self.bytes.len().saturating_mul(5));
        GzDecoder::new(self.bytes).read_to_end(&mut out).map_err(|e| self.error(e))?;
        Ok(out)
    }

    /// Hands every row of a CSV table to `take`; the columns must be exactly `columns`.
    pub fn each_row(
        self,
        columns: &[&str],
        mut take: impl FnMut(Row<'_>) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let bytes = self.decompress()?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        if reader.headers().map_err(|e| self.error(e))? != columns {
            return Err(self.error(format!("the columns are not {}", columns.join(", "))));
        }
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).map_err(|e| self.error(e))? {
            take(Row { table: self.name, record: &record })?;
        }
        Ok(())
    }
}

/// One row of a table; columns are named by position, in the order of the header.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    table: &'static str,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The text of a column.
    pub fn text(self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or_default()
    }

    /// The value of a column.
    pub fn value<T: FromStr<Err: ToString>>(self, column: usize) -> Result<T, DataError> {
        self.text(column).parse().map_err(|e: T::Err| self.error(e))
    }

    /// The point in two neighbouring columns, latitude first.
    pub fn point(self, column: usize) -> Result<LatLon, DataError> {
        Ok(LatLon { lat: self.value(column)?, lon: self.value(column.saturating_add(1))? })
    }

    /// An error about this row.
    pub fn error(self, problem: impl ToString) -> DataError {
        let line = self.record.position().map_or(0, csv::Position::line);
        DataError { table: self.table, line, problem: problem.to_string() }
    }
}
