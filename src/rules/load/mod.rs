//! Reading a rulebook from its files, with every fault named.

mod facts;
mod rules;

use std::{collections::BTreeMap, fmt};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{
    expr::ExprError,
    rulebook::{Citation, Core, Rulebook},
};

/// The version of the built-in rulebook. It grows with every change of its content; a test
/// compares the content's hash with the one that `rulebook/versions.json` holds for it.
pub const BUILT_IN_VERSION: u32 = 1;

/// A file of a rulebook: its name for messages, and its text.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What the file is called.
    pub name: &'a str,
    /// What stands in it.
    pub text: &'a str,
}

/// The files that make a rulebook.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The vocabulary.
    pub facts: Source<'a>,
    /// The rules.
    pub rules: Source<'a>,
    /// What the rules cite.
    pub citations: Source<'a>,
    /// The rulebook's version, from 1.
    pub version: u32,
}

impl<'a> Sources<'a> {
    /// The files that are part of the program.
    #[must_use]
    pub const fn built_in() -> Self {
        Self {
            facts: Source {
                name: "facts.json",
                text: include_str!("../../../rulebook/facts.json"),
            },
            rules: Source {
                name: "rules.json",
                text: include_str!("../../../rulebook/rules.json"),
            },
            citations: Source {
                name: "citations.json",
                text: include_str!("../../../rulebook/citations.json"),
            },
            version: BUILT_IN_VERSION,
        }
    }

    /// The built-in files with some of them replaced; which one a file replaces is seen from
    /// its content, not from its name.
    ///
    /// # Errors
    /// A file is no JSON, or neither vocabulary nor rules nor citations, or a second of its kind.
    pub fn replaced_by(files: &[Source<'a>]) -> Result<Self, LoadErrors> {
        let mut sources = Self::built_in();
        let mut given = Vec::new();
        let mut errors = Vec::new();
        for file in files {
            let part = match Part::of(file) {
                Ok(part) if given.contains(&part) => {
                    let reason = format!("a second file of {}; give one at a time", part.word());
                    errors.push(LoadError::file(file.name, reason));
                    continue;
                }
                Ok(part) => part,
                Err(reason) => {
                    errors.push(LoadError::file(file.name, reason));
                    continue;
                }
            };
            match part {
                Part::Facts => sources.facts = *file,
                Part::Rules => sources.rules = *file,
                Part::Citations => sources.citations = *file,
            }
            given.push(part);
        }
        if errors.is_empty() { Ok(sources) } else { Err(LoadErrors(errors)) }
    }
}

/// Which part of a rulebook a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Facts,
    Rules,
    Citations,
}

impl Part {
    const fn word(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Rules => "rules",
            Self::Citations => "citations",
        }
    }

    fn of(file: &Source<'_>) -> Result<Self, String> {
        let json: Json = serde_json::from_str(file.text).map_err(|e| e.to_string())?;
        let holds =
            |key: &str| json.as_array().is_some_and(|all| all.iter().any(|x| x.get(key).is_some()));
        match &json {
            Json::Object(_) => Ok(Self::Citations),
            Json::Array(_) if holds("applies_to") || holds("condition") || holds("id") => {
                Ok(Self::Rules)
            }
            Json::Array(_) if holds("type") || holds("name") => Ok(Self::Facts),
            _ => Err("this is neither a list of facts, nor a list of rules, nor an object of \
                      citations"
                .to_owned()),
        }
    }
}

/// One fault of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The file's name.
    pub file: String,
    /// The rule, fact or citation, such as `rule KTS-001`; empty for the file as a whole.
    pub item: String,
    /// The field; empty for the item as a whole.
    pub field: String,
    /// Bytes before the faulty place in an expression, and that place in characters from 1.
    pub at: Option<(usize, usize)>,
    /// What is wrong.
    pub reason: String,
}

impl LoadError {
    fn file(file: &str, reason: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            item: String::new(),
            field: String::new(),
            at: None,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if !self.item.is_empty() {
            write!(f, "{}: ", self.item)?;
        }
        if !self.field.is_empty() {
            write!(f, "{}", self.field)?;
            match self.at {
                Some((_, column)) => write!(f, " at character {column}: ")?,
                None => write!(f, ": ")?,
            }
        }
        f.write_str(&self.reason)
    }
}

/// Everything that is wrong with a rulebook, one fault a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadErrors(pub Vec<LoadError>);

impl fmt::Display for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(LoadError::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for LoadErrors {}

/// Collects the faults of one file.
struct Faults<'a> {
    file: &'a str,
    found: Vec<LoadError>,
}

impl Faults<'_> {
    fn add(&mut self, item: &str, field: &str, reason: impl Into<String>) {
        self.found.push(LoadError {
            file: self.file.to_owned(),
            item: item.to_owned(),
            field: field.to_owned(),
            at: None,
            reason: reason.into(),
        });
    }

    fn add_expr(&mut self, item: &str, field: &str, error: &ExprError) {
        self.add(item, field, error.fault.to_string());
        if let Some(last) = self.found.last_mut() {
            last.at = Some((error.offset, error.column));
        }
    }
}

/// The elements of a file that is a JSON array, each with the name by which messages call it.
fn elements(faults: &mut Faults<'_>, text: &str, word: &str, key: &str) -> Vec<(String, Json)> {
    let list: Vec<Json> = match serde_json::from_str(text) {
        Ok(list) => list,
        Err(error) => {
            faults.add("", "", error.to_string());
            return Vec::new();
        }
    };
    let mut seen = std::collections::HashSet::new();
    let mut named = Vec::with_capacity(list.len());
    for (at, json) in list.into_iter().enumerate() {
        match json.get(key).and_then(Json::as_str) {
            Some(name) if !seen.insert(name.to_owned()) => {
                faults.add(&format!("{word} {name}"), key, "this one stands there twice");
            }
            Some(name) => named.push((format!("{word} {name}"), json)),
            None => faults.add(&format!("{word} {}", at + 1), key, "a text is needed here"),
        }
    }
    named
}

/// Reads, checks and puts together.
pub(super) fn load(sources: &Sources<'_>) -> Result<Rulebook, LoadErrors> {
    let mut of_facts = Faults { file: sources.facts.name, found: Vec::new() };
    let vocabulary = facts::read(&mut of_facts, sources.facts.text);
    let core = Core::find(&vocabulary);
    if let (Err(reason), true) = (&core, of_facts.found.is_empty()) {
        of_facts.add("", "", reason.clone());
    }

    let mut of_citations = Faults { file: sources.citations.name, found: Vec::new() };
    let citations = read_citations(&mut of_citations, sources.citations.text);

    // Rules that read a faulty fact or cite a faulty source would only repeat its fault.
    let mut of_rules = Faults { file: sources.rules.name, found: Vec::new() };
    let rules = if of_facts.found.is_empty() && of_citations.found.is_empty() {
        rules::read(&mut of_rules, sources.rules.text, &vocabulary, &citations)
    } else {
        Vec::new()
    };

    let errors: Vec<LoadError> =
        [of_facts, of_citations, of_rules].into_iter().flat_map(|faults| faults.found).collect();
    match core {
        Ok(core) if errors.is_empty() => Ok(Rulebook::assemble(
            sources.version,
            content_hash(sources),
            vocabulary,
            core,
            rules,
            citations,
        )),
        _ => Err(LoadErrors(errors)),
    }
}

fn read_citations(faults: &mut Faults<'_>, text: &str) -> BTreeMap<String, Citation> {
    let by_key: BTreeMap<String, Json> = match serde_json::from_str(text) {
        Ok(by_key) => by_key,
        Err(error) => {
            faults.add("", "", error.to_string());
            return BTreeMap::new();
        }
    };
    let mut citations = BTreeMap::new();
    for (key, json) in by_key {
        match serde_json::from_value::<Citation>(json) {
            Ok(citation) if citation.text.trim().is_empty() => {
                faults.add(&format!("citation {key}"), "text", "a text is needed here");
            }
            Ok(citation) => {
                citations.insert(key, citation);
            }
            Err(error) => faults.add(&format!("citation {key}"), "", error.to_string()),
        }
    }
    citations
}

/// SHA-256 over the content: JSON without spaces, keys in byte order, facts by name and rules by
/// id, so that neither layout nor order of the files counts.
fn content_hash(sources: &Sources<'_>) -> String {
    let mut hash = Sha256::new();
    for (source, key) in [(sources.facts, "name"), (sources.rules, "id"), (sources.citations, "")] {
        let mut json: Json = serde_json::from_str(source.text).unwrap_or_default();
        if let Some(list) = json.as_array_mut() {
            let name = |item: &Json| item.get(key).and_then(Json::as_str).map(str::to_owned);
            list.sort_by_key(name);
        }
        let mut text = String::new();
        canonical(&json, &mut text);
        hash.update(text.as_bytes());
        hash.update(b"\n");
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes JSON without spaces and with keys in byte order.
fn canonical(json: &Json, into: &mut String) {
    match json {
        Json::Array(items) => {
            into.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                canonical(item, into);
            }
            into.push(']');
        }
        Json::Object(fields) => {
            let sorted: BTreeMap<&String, &Json> = fields.iter().collect();
            into.push('{');
            for (at, (key, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                into.push_str(&Json::String(key.clone()).to_string());
                into.push(':');
                canonical(value, into);
            }
            into.push('}');
        }
        scalar => into.push_str(&scalar.to_string()),
    }
}
