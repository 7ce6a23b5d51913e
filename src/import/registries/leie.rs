//! The List of Excluded Individuals and Entities of HHS-OIG, as the CSV file that it publishes.
//!
//! Source of the layout: <https://oig.hhs.gov/exclusions/files/leie_record_layout.pdf>, 18
//! columns. The whole list is replaced every month; a reinstated party is simply absent.

use std::io::BufRead;

use sha2::{Digest, Sha256};

use super::{
    Entry, ListedAddress, Row, Rows, Says, Who,
    keys::PersonName,
    table::{Cells, Column, Table},
};
use crate::{
    domain::fact::FactValue,
    import::{Problem, RowError, check, csv::HeaderError},
};

/// The fact that the list states.
pub const FACT: &str = "excl.leie";

/// Where the list is published.
pub const URL: &str = "https://oig.hhs.gov/exclusions/exclusions_list.asp";

/// The 18 columns, in the order of the layout.
const COLUMNS: [&str; 18] = [
    "LASTNAME",
    "FIRSTNAME",
    "MIDNAME",
    "BUSNAME",
    "GENERAL",
    "SPECIALTY",
    "UPIN",
    "NPI",
    "DOB",
    "ADDRESS",
    "CITY",
    "STATE",
    "ZIP",
    "EXCLTYPE",
    "EXCLDATE",
    "REINDATE",
    "WAIVERDATE",
    "WVRSTATE",
];

/// Stands in `NPI` where the number is not known.
const UNKNOWN_NPI: &str = "0000000000";

/// Stands in a date that there is not.
const NO_DATE: &str = "00000000";

/// Reads the list.
///
/// # Errors
/// Where the input cannot be read or its header is another one.
pub fn rows<'a>(input: impl BufRead + 'a) -> Result<Rows<'a>, HeaderError> {
    let mut table = Table::open(input)?;
    let columns = table.columns(COLUMNS)?;
    Ok(Box::new(std::iter::from_fn(move || {
        Some(table.next()?.map(|row| match row {
            Ok(cells) => Row { line: cells.line, result: entry(&cells, &columns) },
            Err(error) => Row { line: error.line, result: Err(error) },
        }))
    })))
}

fn entry(cells: &Cells, columns: &[Column; 18]) -> Result<Option<Entry>, RowError> {
    let [
        last,
        first,
        middle,
        business,
        _,
        _,
        _,
        npi,
        _,
        address,
        city,
        state,
        zip,
        kind,
        excluded,
        reinstated,
        waived,
        waiver_state,
    ] = columns.map(|column| cells.get(column));
    let refuse = |field: &str, problem: String| {
        let mend = "download the list again; without this row nobody can be said to be absent";
        Problem::new(field, problem, mend).at(cells.line, None)
    };
    if kind.is_empty() {
        return Err(refuse("EXCLTYPE", "it does not say why".to_owned()));
    }
    for (field, date) in [("EXCLDATE", excluded), ("REINDATE", reinstated), ("WAIVERDATE", waived)]
    {
        if date != NO_DATE && day(date).is_none() {
            return Err(refuse(field, "it is no date like 20260131".to_owned()));
        }
    }
    if reinstated != NO_DATE {
        return Ok(None);
    }
    // A number whose check digit is wrong is nobody's: the entry is known by its name alone.
    let npi = (npi != UNKNOWN_NPI).then(|| check::npi(npi).ok()).flatten();
    let who = if business.is_empty() {
        let person = PersonName::of_parts(last, first, middle);
        Who::Person(person.ok_or_else(|| refuse("LASTNAME", "it names nobody".to_owned()))?)
    } else {
        Who::Organisation(vec![business.to_owned()])
    };
    let named = match &who {
        Who::Organisation(_) => format!("{business}: "),
        Who::Person(_) | Who::Nobody => String::new(),
    };
    let waiver = match waived {
        NO_DATE => String::new(),
        date => format!("; waiver {waiver_state} {date}"),
    };
    let value = if is_mandatory(kind) { "confirmed_mandatory" } else { "confirmed_permissive" };
    Ok(Some(Entry {
        line: cells.line,
        key: key(&[last, first, middle, business, address, zip, kind, excluded]),
        who,
        npi,
        addresses: vec![ListedAddress {
            line1: address.to_owned(),
            city: city.to_owned(),
            state: state.parse().ok(),
            postal_code: zip.to_owned(),
        }],
        licences: Vec::new(),
        says: Says::Fact {
            name: FACT.to_owned(),
            value: FactValue::Code(value.to_owned()),
            valid_until: None,
            of_site: false,
        },
        excerpt: format!("{named}section {kind}, excluded {excluded}{waiver}"),
    }))
}

/// True for the exclusions that the law makes mandatory: section 1128(a) of the Social Security
/// Act, which is not section 1128A.
fn is_mandatory(kind: &str) -> bool {
    let bare: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    bare.strip_prefix("1128a").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Eight digits that are a day.
fn day(text: &str) -> Option<chrono::NaiveDate> {
    (text.len() == 8).then(|| chrono::NaiveDate::parse_from_str(text, "%Y%m%d").ok()).flatten()
}

/// What tells an entry from others: the list has no key of its own.
fn key(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1F}").to_uppercase());
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_1128_a_is_mandatory_and_1128_capital_a_is_not() {
        for kind in ["1128a1", "1128a4", "1128(a)(3)"] {
            assert!(is_mandatory(kind), "{kind}");
        }
        for kind in ["1128b4", "1128Aa", "1156", "1128b14", "BRCH SA"] {
            assert!(!is_mandatory(kind), "{kind}");
        }
    }
}
