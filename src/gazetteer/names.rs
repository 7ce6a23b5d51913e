//! Names as they are kept and as they are compared.
//!
//! Two names are the same when their letters and digits are, whatever their case,
//! diacritics, punctuation and spaces, with "St", "Ste", "Ft" and "Mt" written out:
//! "St. Mary's" = "saint marys", "Mc Lean" = "McLean", "Cañon City" = "canon city".

use std::collections::HashMap;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Signs inside a word that do not end it: "Coeur d'Alene", "Kāneʻohe".
const APOSTROPHES: [char; 4] = ['\'', '’', '‘', 'ʻ'];

/// The words of a text: runs of letters and digits in lower case without diacritics.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.to_owned()));
    words
}

fn each_word(text: &str, take: impl FnMut(&str)) {
    // Most names are ASCII, which is its own decomposition.
    if text.is_ascii() {
        split(text.chars().map(|c| c.to_ascii_lowercase()), take);
    } else {
        split(text.nfd().flat_map(char::to_lowercase), take);
    }
}

fn split(chars: impl Iterator<Item = char>, mut take: impl FnMut(&str)) {
    let mut word = String::new();
    for c in chars {
        if c.is_alphanumeric() {
            word.push(c);
        } else if !is_combining_mark(c) && !APOSTROPHES.contains(&c) && !word.is_empty() {
            take(&word);
            word.clear();
        }
    }
    if !word.is_empty() {
        take(&word);
    }
}

/// The key by which words are compared as a place's name.
pub fn key_of(words: &[String]) -> String {
    words.iter().map(|word| written_out(word)).collect()
}

/// The key by which a name is compared.
pub fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    each_word(name, |word| key.push_str(written_out(word)));
    key
}

/// True when two names have the same words, so that they are alike down to their spaces.
pub fn same_words(a: &[String], b: &str) -> bool {
    let b = words(b);
    a.iter().map(|word| written_out(word)).eq(b.iter().map(|word| written_out(word)))
}

fn written_out(word: &str) -> &str {
    match word {
        "st" => "saint",
        "ste" => "sainte",
        "ft" => "fort",
        "mt" => "mount",
        word => word,
    }
}

/// The number of a name in [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameId(u32);

/// Many short texts in one allocation, each kept once.
#[derive(Debug, Default)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// The text of a name.
    pub fn get(&self, id: NameId) -> &str {
        let place = usize::try_from(id.0).unwrap_or(usize::MAX);
        let end_of = |at: usize| self.ends.get(at).and_then(|end| usize::try_from(*end).ok());
        let start = place.checked_sub(1).map_or(Some(0), end_of);
        start.zip(end_of(place)).and_then(|(a, b)| self.text.get(a..b)).unwrap_or_default()
    }
}

/// Collects names and gives equal ones the same number.
#[derive(Debug, Default)]
pub struct NamesBuilder {
    names: Names,
    seen: HashMap<Box<str>, NameId>,
}

impl NamesBuilder {
    /// The number of a name, new or known; `None` when four gigabytes are full.
    pub fn intern(&mut self, name: &str) -> Option<NameId> {
        if let Some(id) = self.seen.get(name) {
            return Some(*id);
        }
        let id = NameId(u32::try_from(self.names.ends.len()).ok()?);
        self.names.text.push_str(name);
        self.names.ends.push(u32::try_from(self.names.text.len()).ok()?);
        self.seen.insert(name.into(), id);
        Some(id)
    }

    /// The names, without the means to add more.
    pub fn finish(mut self) -> Names {
        self.names.text.shrink_to_fit();
        self.names.ends.shrink_to_fit();
        self.names
    }
}
