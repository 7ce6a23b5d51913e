//! What is compared: one issue of a list, with its date and what is known of the last one.

use std::{
    cell::RefCell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::import::{
    csv::HeaderError,
    registries::{Map, Rows, leie, nppes, roster::Whom},
};

/// A list that providers are screened against.
#[derive(Debug, Clone)]
pub enum List {
    /// The exclusion list of HHS-OIG.
    Leie,
    /// The registry of national provider identifiers.
    Nppes,
    /// A roster that a map describes.
    Roster(Box<Map>),
}

/// When what an entry says is stated, and what its absence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Being on the list is the finding; not being on it clears who was screened wholly.
    Absence {
        /// The value that stands for not being on the list.
        cleared: &'static str,
    },
    /// The organisation's own entry says it; where it has no number, those of all prescribers.
    OwnNumber,
    /// The organisation's entry says it.
    Organisation,
    /// The entries of all prescribers say it.
    Prescribers,
}

impl List {
    /// The list's key.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Leie => "leie",
            Self::Nppes => "nppes",
            Self::Roster(map) => &map.key,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Leie => "HHS-OIG List of Excluded Individuals and Entities",
            Self::Nppes => "NPPES, the registry of national provider identifiers",
            Self::Roster(map) => &map.title,
        }
    }

    /// Where it is published.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Leie => leie::URL,
            Self::Nppes => nppes::URL,
            Self::Roster(map) => &map.url,
        }
    }

    /// The fact that it states; none where it states a credential.
    #[must_use]
    pub fn fact(&self) -> Option<&str> {
        match self {
            Self::Leie => Some(leie::FACT),
            Self::Nppes => Some(nppes::FACT),
            Self::Roster(map) => map.fact(),
        }
    }

    /// True where each issue is the whole list.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Leie => true,
            Self::Nppes => false,
            Self::Roster(map) => map.full,
        }
    }

    /// True where a name alone says too little even for a task, unless the state agrees: the
    /// list has millions of names.
    #[must_use]
    pub const fn names_need_state(&self) -> bool {
        !matches!(self, Self::Leie)
    }

    pub(super) fn policy(&self) -> Policy {
        match self {
            Self::Leie => Policy::Absence { cleared: "no_match" },
            Self::Nppes => Policy::OwnNumber,
            Self::Roster(map) => match map.whom {
                Whom::Organisations => Policy::Organisation,
                Whom::Prescribers => Policy::Prescribers,
            },
        }
    }

    pub(super) fn rows<'a>(&'a self, input: impl BufRead + 'a) -> Result<Rows<'a>, HeaderError> {
        match self {
            Self::Leie => leie::rows(input),
            Self::Nppes => nppes::rows(input),
            Self::Roster(map) => map.rows(input),
        }
    }
}

/// What is kept of an issue, to compare the next one with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRecord {
    /// The date of the list.
    pub as_of: NaiveDate,
    /// How many rows it had.
    pub rows: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// Reads on while it computes the SHA-256 of what goes by.
pub(super) struct Hashing<R> {
    inner: R,
    hasher: Rc<RefCell<Sha256>>,
}

/// The hash of what went by.
pub(super) struct Hash(Rc<RefCell<Sha256>>);

impl<R> Hashing<R> {
    pub fn new(inner: R) -> (Self, Hash) {
        let hasher = Rc::new(RefCell::new(Sha256::new()));
        (Self { inner, hasher: Rc::clone(&hasher) }, Hash(hasher))
    }
}

impl Hash {
    /// In lower-case hexadecimal.
    pub fn text(&self) -> String {
        let digest = self.0.borrow().clone().finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<R: BufRead> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.hasher.borrow_mut().update(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Hashing<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // The buffer is not empty where something of it is consumed, so this reads nothing.
        if let Ok(buffer) = self.inner.fill_buf() {
            self.hasher.borrow_mut().update(buffer.get(..amount).unwrap_or(buffer));
        }
        self.inner.consume(amount);
    }
}
