//! Any roster of licences, certificates or accreditations, read as a map says.
//!
//! A map is a small TOML file that a person writes once for a roster: which column means what,
//! and which fact or credential a row states. Everything that it names is checked before the
//! first row is read.

use std::{collections::BTreeMap, io::BufRead};

use chrono::NaiveDate;
use serde::Deserialize;

use super::{
    Entry, ListedAddress, ListedLicence, Row, Rows, Says, Who,
    keys::{self, PersonName},
    table::{Cells, Column, Table},
};
use crate::{
    domain::{CredentialCode, CredentialStatus, UsState, fact::FactValue, offer::Credential},
    import::{Problem, RowError, check, csv::HeaderError, diagnose::shortened},
};

/// Whom a roster is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Organisations: one entry says it for the provider.
    Organisations,
    /// Prescribers: a fact is stated once every named prescriber of a complete list was found,
    /// and then the worst of what was found; an adverse entry is stated at once.
    Prescribers,
}

/// What a person says about a roster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// The roster's own key: the next issue is compared with the last one of the same key.
    pub key: String,
    /// What it is called, for the evidence.
    pub title: String,
    /// Where it is published.
    pub url: String,
    /// Whom it is about.
    pub whom: Whom,
    /// True where each issue is the whole roster, so that an entry that is gone is taken back.
    #[serde(default)]
    pub full: bool,
    /// Our name for a column, and the roster's.
    columns: Columns,
    /// How dates are written, in the codes of strftime; by default `%Y-%m-%d`.
    #[serde(default = "iso")]
    dates: String,
    /// The state whose roster it is, where no column says so.
    state: Option<String>,
    /// The fact that a row states.
    fact: Option<StatedFact>,
    /// The credential that a row states; it is about the site whose address agrees.
    credential: Option<StatedCredential>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    npi: Option<String>,
    organisation: Option<String>,
    person: Option<String>,
    last_name: Option<String>,
    first_name: Option<String>,
    middle_name: Option<String>,
    address: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    licence_number: Option<String>,
    licence_state: Option<String>,
    status: Option<String>,
    effective_on: Option<String>,
    expires_on: Option<String>,
}

/// Whom a fact is said of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum About {
    #[default]
    Provider,
    /// The site whose address agrees.
    Site,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedFact {
    name: String,
    /// Whom it is said of; by default the provider.
    #[serde(default)]
    about: About,
    /// The value where the status column decides nothing.
    value: Option<FactValue>,
    /// The value for each text of the status column.
    #[serde(default)]
    values: BTreeMap<String, FactValue>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedCredential {
    code: String,
    /// The status where no column says it.
    status: Option<String>,
    /// The status for each text of the status column.
    #[serde(default)]
    statuses: BTreeMap<String, String>,
    scope_covers_sedation: Option<bool>,
}

fn iso() -> String {
    "%Y-%m-%d".to_owned()
}

/// What is wrong with a map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MapError(String);

impl Map {
    /// Reads a map and checks it against a vocabulary: `check` says what is wrong with a fact's
    /// value.
    ///
    /// # Errors
    /// What is wrong, in one sentence for each thing.
    pub fn read(
        text: &str,
        check: &dyn Fn(&str, &FactValue) -> Result<(), String>,
    ) -> Result<Self, MapError> {
        let map: Self = toml::from_str(text).map_err(|error| MapError(error.to_string()))?;
        let mut wrong = Vec::new();
        let named = |name: &str| !name.is_empty() && name.len() <= 60;
        if !named(&map.key)
            || !map.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            || ["leie", "nppes"].contains(&map.key.as_str())
        {
            wrong.push("`key` needs up to 60 small letters, digits and hyphens".to_owned());
        }
        if map.title.trim().is_empty() || map.title.chars().count() > 200 {
            wrong.push("`title` needs 1 to 200 characters".to_owned());
        }
        if let Err((problem, mend)) = check::web_address(&map.url) {
            wrong.push(format!("`url`: {problem}; {mend}"));
        }
        if let Some(state) = &map.state
            && state.parse::<UsState>().is_err()
        {
            wrong.push(format!("`state`: `{}` is no state", shortened(state)));
        }
        let columns = &map.columns;
        if columns.npi.is_none() && columns.licence_number.is_none() {
            wrong
                .push("`columns` needs `npi` or `licence_number`: a name proves nobody".to_owned());
        }
        let person = columns.person.is_some()
            || (columns.last_name.is_some() && columns.first_name.is_some());
        if columns.organisation.is_none() && !person {
            let needs = "`organisation`, `person`, or `last_name` and `first_name`";
            wrong.push(format!("`columns` needs {needs}"));
        }
        match (&map.fact, &map.credential) {
            (Some(fact), None) => {
                for value in fact.value.iter().chain(fact.values.values()) {
                    wrong.extend(check(&fact.name, value).err());
                }
                if fact.value.is_none() && fact.values.is_empty() {
                    wrong.push("`fact` needs `value` or `values`".to_owned());
                }
                if !fact.values.is_empty() && columns.status.is_none() {
                    wrong.push("`fact.values` needs `columns.status`".to_owned());
                }
            }
            (None, Some(credential)) => {
                if credential.code.parse::<CredentialCode>().is_err() {
                    let code = shortened(&credential.code);
                    wrong.push(format!("`credential.code`: `{code}` is no credential"));
                }
                let statuses = credential.status.iter().chain(credential.statuses.values());
                for status in statuses.filter(|s| s.parse::<CredentialStatus>().is_err()) {
                    wrong.push(format!("`credential`: `{}` is no status", shortened(status)));
                }
            }
            _ => wrong.push("say either `[fact]` or `[credential]`".to_owned()),
        }
        let of_place = map.fact.as_ref().is_none_or(|fact| fact.about == About::Site);
        if of_place && (columns.address.is_none() || columns.postal_code.is_none()) {
            let needs = "`address` and `postal_code`";
            wrong.push(format!("it is said of a place: `columns` needs {needs}"));
        }
        if wrong.is_empty() { Ok(map) } else { Err(MapError(wrong.join("\n"))) }
    }

    /// The fact that the roster states; none where it states a credential.
    #[must_use]
    pub fn fact(&self) -> Option<&str> {
        self.fact.as_ref().map(|fact| fact.name.as_str())
    }

    /// Reads a roster.
    ///
    /// # Errors
    /// Where the input cannot be read, or a column that the map names is not there.
    pub fn rows<'a>(&'a self, input: impl BufRead + 'a) -> Result<Rows<'a>, HeaderError> {
        let mut table = Table::open(input)?;
        let places = Places::find(&self.columns, &table)?;
        Ok(Box::new(std::iter::from_fn(move || {
            Some(table.next()?.map(|row| match row {
                Ok(cells) => {
                    let entry = self.entry(&cells, &places);
                    let entry = entry.map_err(|problem| problem.at(cells.line, None));
                    Row { line: cells.line, result: entry }
                }
                Err(error) => Row { line: error.line, result: Err::<_, RowError>(error) },
            }))
        })))
    }

    fn entry(&self, cells: &Cells, at: &Places) -> Result<Option<Entry>, Problem> {
        let get = |column: Option<Column>| column.map_or("", |column| cells.get(column));
        let npi = match get(at.npi) {
            "" => None,
            number => Some(check::npi(number).map_err(|(p, mend)| Problem::new("npi", p, mend))?),
        };
        let expires_on = self.day("expires_on", get(at.expires_on))?;
        let Some(says) =
            self.says(get(at.status), get(at.effective_on), expires_on, get(at.number))?
        else {
            return Ok(None);
        };
        let parse = |state: &str| state.parse::<UsState>().ok();
        let own_state = self.state.as_deref().and_then(parse);
        let number = get(at.number);
        let licences: Vec<ListedLicence> = keys::licence(number)
            .map(|_| ListedLicence {
                state: parse(get(at.licence_state)).or(own_state),
                number: number.to_owned(),
            })
            .into_iter()
            .collect();
        let organisation = get(at.organisation);
        let person = || match at.person {
            Some(column) => PersonName::readings(cells.get(column)).into_iter().last(),
            None => PersonName::of_parts(get(at.last), get(at.first), get(at.middle)),
        };
        let who = match organisation {
            "" => Who::Person(
                person()
                    .ok_or_else(|| Problem::new("", "the row names nobody", "take the row out"))?,
            ),
            name => Who::Organisation(vec![name.to_owned()]),
        };
        let named = if organisation.is_empty() { "" } else { organisation };
        let key = [npi.as_deref().unwrap_or(""), get(at.licence_state), number, named, get(at.zip)];
        Ok(Some(Entry {
            line: cells.line,
            key: key.join("|").to_uppercase(),
            npi,
            addresses: vec![ListedAddress {
                line1: get(at.address).to_owned(),
                city: get(at.city).to_owned(),
                state: parse(get(at.state)).or(own_state),
                postal_code: get(at.zip).to_owned(),
            }],
            licences,
            excerpt: excerpt(named, number, get(at.status), expires_on),
            who,
            says,
        }))
    }

    /// What a row states; nothing where its status means nothing to us.
    fn says(
        &self,
        status: &str,
        effective: &str,
        expires_on: Option<NaiveDate>,
        number: &str,
    ) -> Result<Option<Says>, Problem> {
        let unknown = |known: &mut dyn Iterator<Item = &String>| {
            let known: Vec<&str> = known.map(String::as_str).collect();
            let problem = format!("the map does not say what `{}` means", shortened(status));
            let mend = format!("add it to the map, which knows {}", known.join(", "));
            Problem::new("status", problem, mend)
        };
        if let Some(fact) = &self.fact {
            let value = match (fact.values.get(status), &fact.value) {
                (Some(value), _) | (None, Some(value)) => value.clone(),
                (None, None) => return Err(unknown(&mut fact.values.keys())),
            };
            return Ok(Some(Says::Fact {
                name: fact.name.clone(),
                value,
                valid_until: expires_on,
                of_site: fact.about == About::Site,
            }));
        }
        let Some(credential) = &self.credential else { return Ok(None) };
        let status = match (credential.statuses.get(status), &credential.status) {
            (Some(status), _) | (None, Some(status)) => status.parse().ok(),
            (None, None) if credential.statuses.is_empty() => None,
            (None, None) => return Err(unknown(&mut credential.statuses.keys())),
        };
        let Ok(code) = credential.code.parse() else { return Ok(None) };
        Ok(Some(Says::Credential(Box::new(Credential {
            code,
            certificate_no: keys::licence(number).map(|_| number.to_owned()),
            status,
            scope_covers_sedation: credential.scope_covers_sedation,
            site_match: Some(true),
            effective_on: self.day("effective_on", effective)?,
            expires_on,
            evidence: Vec::new(),
        }))))
    }

    fn day(&self, column: &str, text: &str) -> Result<Option<NaiveDate>, Problem> {
        if text.is_empty() {
            return Ok(None);
        }
        NaiveDate::parse_from_str(text, &self.dates).map(Some).map_err(|_error| {
            let problem = format!("`{}` is no date like {}", shortened(text), self.dates);
            Problem::new(column, problem, "say in the map how dates are written (`dates`)")
        })
    }
}

/// The entry in short; a person's number would name the person.
fn excerpt(named: &str, number: &str, status: &str, expires_on: Option<NaiveDate>) -> String {
    let number = if named.is_empty() { "" } else { number };
    let expires = expires_on.map(|day| format!("expires {day}"));
    let parts = [named, number, status, expires.as_deref().unwrap_or("")];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join(", ")
}

/// Where the columns of a map stand in a table.
#[derive(Default)]
struct Places {
    npi: Option<Column>,
    organisation: Option<Column>,
    person: Option<Column>,
    last: Option<Column>,
    first: Option<Column>,
    middle: Option<Column>,
    address: Option<Column>,
    city: Option<Column>,
    state: Option<Column>,
    zip: Option<Column>,
    number: Option<Column>,
    licence_state: Option<Column>,
    status: Option<Column>,
    effective_on: Option<Column>,
    expires_on: Option<Column>,
}

impl Places {
    fn find<R: BufRead>(columns: &Columns, table: &Table<R>) -> Result<Self, HeaderError> {
        let mut problems = Vec::new();
        let mut find = |name: &Option<String>| match name.as_deref().map(|n| table.column(n)) {
            Some(Ok(column)) => Some(column),
            Some(Err(problem)) => {
                problems.push(problem.at(1, None));
                None
            }
            None => None,
        };
        let places = Self {
            npi: find(&columns.npi),
            organisation: find(&columns.organisation),
            person: find(&columns.person),
            last: find(&columns.last_name),
            first: find(&columns.first_name),
            middle: find(&columns.middle_name),
            address: find(&columns.address),
            city: find(&columns.city),
            state: find(&columns.state),
            zip: find(&columns.postal_code),
            number: find(&columns.licence_number),
            licence_state: find(&columns.licence_state),
            status: find(&columns.status),
            effective_on: find(&columns.effective_on),
            expires_on: find(&columns.expires_on),
        };
        if problems.is_empty() { Ok(places) } else { Err(HeaderError::Columns(problems)) }
    }
}
