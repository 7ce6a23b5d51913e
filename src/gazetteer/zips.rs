//! The ZIP code table.

use crate::domain::{UsState, place::LatLon};

use super::{
    data::{DataError, ZIPS},
    names::{NameId, NamesBuilder},
};

/// Why a text gives no ZIP code place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ZipError {
    /// Neither five digits nor ZIP+4.
    #[error("a ZIP code has five digits, as in 20814 or 20814-1234")]
    Malformed,
    /// Five digits that the table does not hold.
    #[error("no such ZIP code is known")]
    Unknown,
}

/// The number of a ZIP code: five digits, or ZIP+4, whose last four say nothing here.
pub fn parse(text: &str) -> Result<u32, ZipError> {
    let (five, four) = match text.trim().split_once('-') {
        Some((five, four)) => (five, Some(four)),
        None => (text.trim(), None),
    };
    if !is_digits(five, 5) || four.is_some_and(|four| !is_digits(four, 4)) {
        return Err(ZipError::Malformed);
    }
    five.parse().or(Err(ZipError::Malformed))
}

/// True for exactly `count` ASCII digits.
pub fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[derive(Debug)]
pub struct ZipRow {
    pub zip: u32,
    pub point: LatLon,
    pub city: NameId,
    /// None for the Marshall Islands, which are no state.
    pub state: Option<UsState>,
    pub county: NameId,
}

/// The rows, by ZIP code.
#[derive(Debug)]
pub struct Zips(Vec<ZipRow>);

impl Zips {
    pub fn load(names: &mut NamesBuilder) -> Result<Self, DataError> {
        let columns = ["zip", "lat", "lon", "city", "state", "county"];
        let mut rows = Vec::with_capacity(41_200);
        ZIPS.each_row(&columns, |row| {
            let mut name =
                |column| names.intern(row.text(column)).ok_or_else(|| row.error("too many names"));
            rows.push(ZipRow {
                zip: parse(row.text(0)).map_err(|e| row.error(e))?,
                point: row.point(1)?,
                city: name(3)?,
                state: row.text(4).parse().ok(),
                county: name(5)?,
            });
            Ok(())
        })?;
        rows.sort_by_key(|row| row.zip);
        Ok(Self(rows))
    }

    pub fn all(&self) -> &[ZipRow] {
        &self.0
    }

    pub fn find(&self, text: &str) -> Result<&ZipRow, ZipError> {
        let zip = parse(text)?;
        let at = self.0.binary_search_by_key(&zip, |row| row.zip);
        at.ok().and_then(|at| self.0.get(at)).ok_or(ZipError::Unknown)
    }
}
