//! NPPES, the registry of national provider identifiers: its bulk file and the answers of its
//! API.
//!
//! Source: CMS, "Full Replacement Monthly NPI File" and its version 2 (columns are found by
//! their names, since versions add some), and the NPPES NPI Registry API 2.1 (numbers and
//! epochs come as numbers or as texts).

use std::io::{self, BufRead, Read as _};

use super::{
    Entry, ListedAddress, ListedLicence, Row, Rows, Says, Who,
    keys::PersonName,
    nppes_api,
    table::{Cells, Column, Table, refused},
};
use crate::{
    domain::fact::FactValue,
    import::{Problem, RowError, check, csv::HeaderError},
};

/// The fact that the registry states.
pub const FACT: &str = "id.npi_check";

/// Where the registry is published.
pub const URL: &str = "https://npiregistry.cms.hhs.gov/";

/// The longest answer of the API: 200 results are about a mebibyte.
const MOST_ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// How many licences a row has room for.
const LICENCES: usize = 15;

/// The columns that are read, apart from licences.
const COLUMNS: [&str; 17] = [
    "NPI",
    "Entity Type Code",
    "Provider Organization Name (Legal Business Name)",
    "Provider Other Organization Name",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Middle Name",
    "Provider First Line Business Practice Location Address",
    "Provider Business Practice Location Address City Name",
    "Provider Business Practice Location Address State Name",
    "Provider Business Practice Location Address Postal Code",
    "Provider First Line Business Mailing Address",
    "Provider Business Mailing Address City Name",
    "Provider Business Mailing Address State Name",
    "Provider Business Mailing Address Postal Code",
    "NPI Deactivation Date",
    "NPI Reactivation Date",
];

/// Reads the bulk file or an answer of the API; the beginning tells which it is.
///
/// # Errors
/// Where the input cannot be read, lacks a column, or is an answer that holds no results.
pub fn rows<'a>(mut input: impl BufRead + 'a) -> Result<Rows<'a>, HeaderError> {
    let start = input.fill_buf()?;
    let bare = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    if bare.starts_with(b"{") {
        return answer(input);
    }
    let mut table = Table::open(input)?;
    let columns = table.columns(COLUMNS)?;
    let licences: Vec<(Column, Column)> = (1..=LICENCES)
        .filter_map(|at| {
            let number = table.column(&format!("Provider License Number_{at}")).ok()?;
            let state = table.column(&format!("Provider License Number State Code_{at}")).ok()?;
            Some((number, state))
        })
        .collect();
    Ok(Box::new(std::iter::from_fn(move || {
        Some(table.next()?.map(|row| match row {
            Ok(cells) => Row { line: cells.line, result: entry(&cells, &columns, &licences) },
            Err(error) => Row { line: error.line, result: Err(error) },
        }))
    })))
}

/// The results of one answer of the API.
fn answer<'a>(input: impl BufRead + 'a) -> Result<Rows<'a>, HeaderError> {
    let mut text = Vec::new();
    input.take(MOST_ANSWER_BYTES.saturating_add(1)).read_to_end(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|bytes| bytes > MOST_ANSWER_BYTES) {
        return Err(refused("", "the answer is longer than 16 MiB", "ask for fewer results"));
    }
    let text = text.strip_prefix(b"\xEF\xBB\xBF".as_slice()).unwrap_or(&text);
    let rows =
        nppes_api::rows(text).map_err(|problem| HeaderError::Columns(vec![problem.at(1, None)]))?;
    Ok(Box::new(rows.into_iter().map(io::Result::Ok)))
}

fn entry(
    cells: &Cells,
    columns: &[Column; 17],
    licences: &[(Column, Column)],
) -> Result<Option<Entry>, RowError> {
    let [
        npi,
        kind,
        organisation,
        other,
        last,
        first,
        middle,
        line1,
        city,
        state,
        zip,
        mail_line1,
        mail_city,
        mail_state,
        mail_zip,
        deactivated,
        reactivated,
    ] = columns.map(|column| cells.get(column));
    let address = |line1: &str, city: &str, state: &str, zip: &str| ListedAddress {
        line1: line1.to_owned(),
        city: city.to_owned(),
        state: state.parse().ok(),
        postal_code: zip.to_owned(),
    };
    // A number that was deactivated keeps neither name nor address in the file.
    let active = deactivated.is_empty() || !reactivated.is_empty();
    let names = || [organisation, other].into_iter().filter(|name| !name.is_empty());
    let who = match kind {
        "1" => PersonName::of_parts(last, first, middle).map_or(Who::Nobody, Who::Person),
        "2" => Who::Organisation(names().map(str::to_owned).collect()),
        "" if !active => Who::Nobody,
        _ => {
            let problem = Problem::new("Entity Type Code", "it is neither 1 nor 2", MEND);
            return Err(problem.at(cells.line, None));
        }
    };
    Found {
        line: cells.line,
        npi: npi.to_owned(),
        who,
        active,
        addresses: vec![
            address(line1, city, state, zip),
            address(mail_line1, mail_city, mail_state, mail_zip),
        ],
        licences: licences
            .iter()
            .map(|(number, state)| (cells.get(*number), cells.get(*state)))
            .filter(|(number, _)| !number.is_empty())
            .map(|(number, state)| ListedLicence {
                state: state.parse().ok(),
                number: number.to_owned(),
            })
            .collect(),
    }
    .entry()
    .map_err(|problem| problem.at(cells.line, None))
}

/// How a row that makes no sense is mended.
pub(super) const MEND: &str = "download the registry's data again";

/// What both forms of the registry come to.
pub(super) struct Found {
    pub line: u64,
    pub npi: String,
    pub who: Who,
    pub active: bool,
    pub addresses: Vec<ListedAddress>,
    pub licences: Vec<ListedLicence>,
}

impl Found {
    /// The entry, or what is wrong with its number.
    pub fn entry(self) -> Result<Option<Entry>, Problem> {
        let npi =
            check::npi(&self.npi).map_err(|(problem, _)| Problem::new("NPI", problem, MEND))?;
        let (value, said) = match self.active {
            true => ("valid_active", "active"),
            false => ("valid_deactivated", "deactivated"),
        };
        let named = match &self.who {
            Who::Organisation(names) => names.first().map(|name| format!("{name}: ")),
            Who::Person(_) | Who::Nobody => None,
        };
        Ok(Some(Entry {
            line: self.line,
            key: npi.clone(),
            who: self.who,
            excerpt: format!("{}NPI {npi}, {said}", named.unwrap_or_default()),
            npi: Some(npi),
            addresses: self.addresses,
            licences: self.licences,
            says: Says::Fact {
                name: FACT.to_owned(),
                value: FactValue::Code(value.to_owned()),
                valid_until: None,
                of_site: false,
            },
        }))
    }
}
