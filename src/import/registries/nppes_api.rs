//! One answer of the NPPES NPI Registry API: many members may be missing, numbers may be texts.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

use super::{
    ListedAddress, ListedLicence, Row, Who,
    keys::PersonName,
    nppes::{Found, MEND},
};
use crate::import::{Problem, diagnose::shortened};

#[derive(Deserialize)]
struct Answer {
    results: Option<Vec<serde_json::Value>>,
    #[serde(rename = "Errors")]
    errors: Option<Vec<ApiError>>,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct Result_ {
    #[serde(deserialize_with = "number_or_text")]
    number: String,
    #[serde(default)]
    enumeration_type: String,
    #[serde(default)]
    basic: Basic,
    #[serde(default)]
    other_names: Vec<OtherName>,
    #[serde(default)]
    addresses: Vec<Address>,
    #[serde(default, rename = "practiceLocations")]
    practice_locations: Vec<Address>,
    #[serde(default)]
    taxonomies: Vec<Taxonomy>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Basic {
    organization_name: String,
    first_name: String,
    last_name: String,
    middle_name: String,
    status: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OtherName {
    organization_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Address {
    address_1: String,
    city: String,
    state: String,
    postal_code: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Taxonomy {
    state: Option<String>,
    license: Option<String>,
}

/// The results of an answer.
///
/// # Errors
/// Where it is no answer, or one that holds an error in place of results.
pub(super) fn rows(text: &[u8]) -> Result<Vec<Row>, Problem> {
    let answer: Answer = serde_json::from_slice(text).map_err(|error| {
        let problem = format!("it is no answer of the registry: line {}", error.line());
        Problem::new("", problem, MEND)
    })?;
    let Some(results) = answer.results else {
        let said: Vec<String> =
            answer.errors.iter().flatten().map(|error| shortened(&error.description)).collect();
        let problem = format!("the registry answered with an error: {}", said.join("; "));
        return Err(Problem::new("/Errors", problem, "ask the registry again"));
    };
    Ok((1..).zip(results).map(|(at, result)| row(at, result)).collect())
}

/// One result; its place in the answer stands for its line.
fn row(at: u64, result: serde_json::Value) -> Row {
    let read = serde_json::from_value::<Result_>(result).map_err(|error| {
        Problem::new("", format!("result {at} is not as documented: {error}"), MEND)
    });
    let entry = read.and_then(|result| result.found(at)?.entry());
    Row { line: at, result: entry.map_err(|problem| problem.at(at, None)) }
}

impl Result_ {
    fn found(self, line: u64) -> Result<Found, Problem> {
        let Basic { organization_name, first_name, last_name, middle_name, status } = self.basic;
        let who = match self.enumeration_type.as_str() {
            "NPI-1" => PersonName::of_parts(&last_name, &first_name, &middle_name)
                .map_or(Who::Nobody, Who::Person),
            "NPI-2" => {
                let others = self.other_names.into_iter().map(|other| other.organization_name);
                let names = std::iter::once(organization_name).chain(others);
                Who::Organisation(names.filter(|name| !name.is_empty()).collect())
            }
            _ => {
                let problem = "it is neither NPI-1 nor NPI-2";
                return Err(Problem::new("/enumeration_type", problem, MEND));
            }
        };
        let addresses = self.addresses.into_iter().chain(self.practice_locations);
        Ok(Found {
            line,
            npi: self.number,
            who,
            active: status == "A" || status.is_empty(),
            addresses: addresses
                .map(|address| ListedAddress {
                    line1: address.address_1,
                    city: address.city,
                    state: address.state.parse().ok(),
                    postal_code: address.postal_code,
                })
                .collect(),
            licences: self
                .taxonomies
                .into_iter()
                .filter_map(|taxonomy| {
                    let number = taxonomy.license.filter(|number| !number.is_empty())?;
                    let state = taxonomy.state.and_then(|state| state.parse().ok());
                    Some(ListedLicence { state, number })
                })
                .collect(),
        })
    }
}

/// A number that older answers write as a number and newer ones as a text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
        Other(IgnoredAny),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number.to_string()),
        Either::Text(text) => Ok(text),
        Either::Other(_) => Err(serde::de::Error::custom("`number` is no number")),
    }
}
