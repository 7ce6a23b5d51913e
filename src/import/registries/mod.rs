//! Official lists: the exclusion list of HHS-OIG, NPPES, and any roster that a map describes.
//!
//! A reader turns each row of a list into an [`Entry`]: whom it is about, in keys that can be
//! compared ([`keys`]), and what the list says about them. It compares nothing itself and does
//! no I/O but reading its input. Rows are read one at a time and none is held beyond a
//! mebibyte; what is wrong with one is an error of that row.

pub mod keys;
pub mod leie;
pub mod nppes;
mod nppes_api;
mod report;
pub mod roster;
mod table;

use std::io;

use chrono::NaiveDate;

use super::RowError;
use crate::domain::{UsState, fact::FactValue, offer::Credential};

pub use report::ScreeningReport;
pub use roster::{Map, MapError};

/// Whom an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// An organisation, by its names.
    Organisation(Vec<String>),
    /// A person.
    Person(keys::PersonName),
    /// The list names nobody, as NPPES does once a number is deactivated.
    Nobody,
}

/// An address in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedAddress {
    /// Street and number.
    pub line1: String,
    /// City.
    pub city: String,
    /// The state's two letters, where they are ones.
    pub state: Option<UsState>,
    /// ZIP code, with or without the four digits behind it.
    pub postal_code: String,
}

/// A licence in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedLicence {
    /// The state that issued it, where the list says so.
    pub state: Option<UsState>,
    /// Its number as the list writes it.
    pub number: String,
}

/// What an entry says about whom it names.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// A fact has a value.
    Fact {
        /// The fact's name in the vocabulary.
        name: String,
        /// The value.
        value: FactValue,
        /// The last day on which it counts, where the list prints one.
        valid_until: Option<NaiveDate>,
        /// True where it is said of the place at the entry's address, not of the provider.
        of_site: bool,
    },
    /// A site holds a credential.
    Credential(Box<Credential>),
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The line of the file, from 1.
    pub line: u64,
    /// What tells the entry from others through every issue of the list.
    pub key: String,
    /// Whom it is about.
    pub who: Who,
    /// National provider identifier; none where the list has none or a placeholder.
    pub npi: Option<String>,
    /// Addresses.
    pub addresses: Vec<ListedAddress>,
    /// Licences.
    pub licences: Vec<ListedLicence>,
    /// What it says.
    pub says: Says,
    /// The entry in short, for the evidence: no date of birth, and no person's name.
    pub excerpt: String,
}

impl Entry {
    /// Whom the entry names, for the people who look at it.
    #[must_use]
    pub fn named(&self) -> String {
        match &self.who {
            Who::Organisation(names) => names.first().cloned().unwrap_or_default(),
            Who::Person(person) => format!("{}, {}", person.last, person.first),
            Who::Nobody => String::new(),
        }
    }
}

/// A row of a list.
#[derive(Debug)]
pub struct Row {
    /// The line of the file, from 1.
    pub line: u64,
    /// The entry, nothing where the row says nothing about anybody now, or what is wrong.
    pub result: Result<Option<Entry>, RowError>,
}

/// The rows of a list; an item is an error only where the input itself cannot be read.
pub type Rows<'a> = Box<dyn Iterator<Item = io::Result<Row>> + 'a>;
