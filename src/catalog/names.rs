//! Search by name: words by prefix, typos forgiven.
//!
//! Names are folded (marks, case and punctuation dropped) into words. A word of a query
//! matches a word of a name that begins with it, or that it becomes by one edit (two for
//! long words), where an edit is a letter changed, added, left out or swapped with the next.

use std::collections::HashMap;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::columns::{Column, Mask, bit_of, leaf_of};

/// Letters of a word that count; more are cut off, in names and queries alike.
const WORD_LETTERS: usize = 32;

/// Words of a query that count, so that a long text cannot make a search slow.
const QUERY_WORDS: usize = 8;

/// Letters from which one edit is forgiven, and from which two are.
const ONE_EDIT: usize = 4;
const TWO_EDITS: usize = 8;

/// Prefixes of up to this many letters have a set of their own where their words are many.
const SHORT_PREFIX: usize = 2;

/// A name as names are compared and ordered: without case, marks and punctuation, one space
/// between words. Apostrophes join, everything else that is no letter or digit separates.
#[must_use]
pub fn fold_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut push = |letter: char| {
        if letter.is_alphanumeric() {
            folded.push(letter);
        } else if !matches!(letter, '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`')
            && !folded.is_empty()
            && !folded.ends_with(' ')
        {
            folded.push(' ');
        }
    };
    if name.is_ascii() {
        // Nearly every name, and no letter of it needs a table.
        name.chars().for_each(|letter| push(letter.to_ascii_lowercase()));
    } else {
        let letters = name.nfkd().filter(|c| !is_combining_mark(*c));
        letters.flat_map(char::to_lowercase).for_each(push);
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The words of a folded name.
pub(super) fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').filter(|word| !word.is_empty()).map(cut)
}

fn cut(word: &str) -> &str {
    word.char_indices().nth(WORD_LETTERS).and_then(|(end, _)| word.get(..end)).unwrap_or(word)
}

/// A search for a name: its words, folded. All of them must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameQuery {
    words: Vec<String>,
}

impl NameQuery {
    /// Reads a text; `None` where it has no letter or digit. Only its first eight words count,
    /// and the first 32 letters of each.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut kept: Vec<String> = Vec::new();
        for word in words(&fold_name(text)).take(QUERY_WORDS) {
            if !kept.iter().any(|known| known == word) {
                kept.push(word.to_owned());
            }
        }
        (!kept.is_empty()).then_some(Self { words: kept })
    }

    /// The words that count, folded, each once.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

/// Edits that are forgiven in a word of a query.
const fn edits(letters: usize) -> usize {
    if letters >= TWO_EDITS {
        2
    } else if letters >= ONE_EDIT {
        1
    } else {
        0
    }
}

/// Gathers words and the entries whose names hold them.
#[derive(Debug, Default)]
pub(super) struct NameDraft {
    words: HashMap<Box<str>, Vec<u32>>,
}

impl NameDraft {
    /// Adds a name of an entry. Entries come in order; a word that an entry has twice counts
    /// once.
    pub(super) fn add(&mut self, name: &str, entry: u32) {
        for word in words(&fold_name(name)) {
            match self.words.get_mut(word) {
                Some(entries) if entries.last() == Some(&entry) => {}
                Some(entries) => entries.push(entry),
                None => {
                    self.words.insert(word.into(), vec![entry]);
                }
            }
        }
    }

    /// Takes over the words of an index; `entry_of` says what became of a slot.
    pub(super) fn add_index(&mut self, index: &NameIndex, entry_of: impl Fn(u32) -> Option<u32>) {
        for (word, column) in &index.words {
            let entries = self.words.entry(word.clone()).or_default();
            column.for_each(|slot| entries.extend(entry_of(slot)));
        }
    }

    /// The index, with the slot of each entry.
    pub(super) fn finish(self, leaves: usize, slot_of: impl Fn(u32) -> u32) -> NameIndex {
        let mut words: Vec<(Box<str>, Column)> = self
            .words
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty())
            .map(|(word, entries)| {
                (word, Column::new(entries.into_iter().map(&slot_of).collect(), leaves))
            })
            .collect();
        words.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut index = NameIndex { words, prefixes: HashMap::new(), leaves };
        index.prefixes = index.short_prefixes();
        index
    }
}

/// The words of all names, sorted, each with the slots whose names hold it.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    words: Vec<(Box<str>, Column)>,
    /// The union of all words that begin with a short prefix, where it is not small.
    prefixes: HashMap<Box<str>, Column>,
    leaves: usize,
}

/// Slots that match so far: a sorted list while they are few, bits once they are many.
enum Matches {
    Few(Vec<u32>),
    Many(Vec<u64>),
}

impl NameIndex {
    /// The slots that match every word of a query.
    pub(super) fn mask(&self, query: &NameQuery) -> Mask<'static> {
        let mut matches: Option<Matches> = None;
        for word in &query.words {
            let these = self.matches(word);
            matches = Some(match matches {
                None => these,
                Some(before) => before.and(these),
            });
        }
        match matches {
            Some(Matches::Many(words)) => Mask::of_words(words),
            Some(Matches::Few(slots)) => Mask::of_sorted(&slots, self.leaves),
            None => Mask::of_sorted(&[], self.leaves),
        }
    }

    /// Bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        let words = self
            .words
            .iter()
            .map(|(word, column)| size_of::<(Box<str>, Column)>() + word.len() + column.memory());
        let prefixes = self
            .prefixes
            .iter()
            .map(|(word, column)| size_of::<(Box<str>, Column)>() + word.len() + column.memory());
        words.sum::<usize>() + prefixes.sum::<usize>()
    }

    /// The slots whose names hold a word that a word of a query matches.
    fn matches(&self, word: &str) -> Matches {
        let typos = self.words_within(word, edits(word.chars().count()));
        let found = match self.prefixes.get(word) {
            Some(all) => vec![all],
            None => self.words_from(word).iter().map(|(_, column)| column).collect(),
        };
        union(found.into_iter().chain(typos), self.leaves)
    }

    /// The words that begin with a prefix.
    fn words_from(&self, prefix: &str) -> &[(Box<str>, Column)] {
        let from = self.words.partition_point(|(word, _)| **word < *prefix);
        let rest = self.words.get(from..).unwrap_or_default();
        let to = rest.partition_point(|(word, _)| word.starts_with(prefix));
        rest.get(..to).unwrap_or_default()
    }

    /// The columns of the words within some edits of a word.
    fn words_within(&self, word: &str, edits: usize) -> Vec<&Column> {
        let mut found = Vec::new();
        if edits > 0 {
            let letters: Vec<char> = word.chars().collect();
            let first: Vec<usize> = (0..=letters.len()).collect();
            let walk = Walk { letters: &letters, edits };
            walk.down(&self.words, 0, &Rows { last: &first, before: None }, &mut found);
        }
        found
    }

    fn short_prefixes(&self) -> HashMap<Box<str>, Column> {
        let mut prefixes = HashMap::new();
        for letters in 1..=SHORT_PREFIX {
            let prefix_of = |word: &str| {
                word.char_indices().nth(letters - 1).map(|(at, last)| at + last.len_utf8())
            };
            for group in self.words.chunk_by(|(a, _), (b, _)| {
                let end = prefix_of(a);
                end.is_some() && a.get(..end.unwrap_or(0)) == b.get(..end.unwrap_or(0))
            }) {
                let [(word, _), _, ..] = group else { continue };
                let Some(prefix) = prefix_of(word).and_then(|end| word.get(..end)) else {
                    continue;
                };
                if let Matches::Many(words) = union(group.iter().map(|(_, c)| c), self.leaves) {
                    prefixes.insert(prefix.into(), Column::of_words(words));
                }
            }
        }
        prefixes
    }
}

/// The union of columns: a list while it is shorter than a word for every leaf.
fn union<'a>(columns: impl Iterator<Item = &'a Column>, leaves: usize) -> Matches {
    let columns: Vec<&Column> = columns.collect();
    let mut few = Vec::new();
    for column in &columns {
        match column {
            Column::Rare(slots) if few.len() + slots.len() <= leaves => {
                few.extend_from_slice(slots);
            }
            _ => {
                let mut words = vec![0; leaves];
                for column in &columns {
                    column.add_to(&mut words);
                }
                return Matches::Many(words);
            }
        }
    }
    few.sort_unstable();
    few.dedup();
    Matches::Few(few)
}

impl Matches {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Many(mut words), Self::Many(others)) => {
                for (word, other) in words.iter_mut().zip(others) {
                    *word &= other;
                }
                Self::Many(words)
            }
            (Self::Few(mut slots), Self::Many(words))
            | (Self::Many(words), Self::Few(mut slots)) => {
                slots.retain(|slot| {
                    words.get(leaf_of(*slot)).is_some_and(|word| word & bit_of(*slot) != 0)
                });
                Self::Few(slots)
            }
            (Self::Few(mut slots), Self::Few(others)) => {
                slots.retain(|slot| others.binary_search(slot).is_ok());
                Self::Few(slots)
            }
        }
    }
}

/// A walk through the sorted words as through a trie, with one row of the edit-distance
/// table for each letter; a branch ends where no cell of its row is within the edits.
struct Walk<'a> {
    letters: &'a [char],
    edits: usize,
}

/// The rows of the letters so far: the last, and the one before it with the last letter.
struct Rows<'a> {
    last: &'a [usize],
    before: Option<(&'a [usize], char)>,
}

impl Walk<'_> {
    /// Looks at the words of a group, which agree up to byte `at`.
    fn down<'c>(
        &self,
        mut group: &'c [(Box<str>, Column)],
        at: usize,
        rows: &Rows<'_>,
        found: &mut Vec<&'c Column>,
    ) {
        if let [(word, column), rest @ ..] = group
            && word.len() == at
        {
            if rows.last.last().is_some_and(|edits| *edits <= self.edits) {
                found.push(column);
            }
            group = rest;
        }
        while let [(word, _), ..] = group {
            let Some(letter) = word.get(at..).and_then(|rest| rest.chars().next()) else { return };
            let end = at + letter.len_utf8();
            let prefix = word.get(..end).unwrap_or_default();
            let same = group.partition_point(|(other, _)| other.starts_with(prefix));
            let (branch, rest) = group.split_at(same);
            group = rest;
            let row = self.row(rows, letter);
            if row.iter().any(|edits| *edits <= self.edits) {
                let rows = Rows { last: &row, before: Some((rows.last, letter)) };
                self.down(branch, end, &rows, found);
            }
        }
    }

    /// The row after one more letter.
    fn row(&self, rows: &Rows<'_>, letter: char) -> Vec<usize> {
        let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
        let mut row = Vec::with_capacity(self.letters.len() + 1);
        row.push(cell(rows.last, 0) + 1);
        let mut left: Option<char> = None;
        for (at, own) in self.letters.iter().enumerate() {
            let changed = cell(rows.last, at) + usize::from(*own != letter);
            let added_or_left_out = cell(rows.last, at + 1).min(cell(&row, at)) + 1;
            let mut best = changed.min(added_or_left_out);
            if let Some((before, last_letter)) = rows.before
                && last_letter == *own
                && left == Some(letter)
            {
                best = best.min(cell(before, at - 1) + 1);
            }
            row.push(best);
            left = Some(*own);
        }
        row
    }
}
