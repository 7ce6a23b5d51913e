//! Reading parameters strictly, from a query string or from a JSON body alike.
//!
//! A [`Param`] says once what a parameter is called, what it means and what values it takes;
//! the reader checks by it and the OpenAPI document is written from it. Every mistake of a
//! request is collected and told at once. Whatever no getter asked for is unknown, and refused.

mod json;
mod query;
mod spec;
mod typed;

use std::borrow::Cow;

use super::problem::{FieldError, Kind as ProblemKind, Location, Problem};

pub(super) use spec::documented_params;
pub use spec::{Kind, Param, body_schema, query_parameters};

/// The most parameters that one request may have.
const MAX_PARAMETERS: usize = 200;

/// Where parameters were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The query string of the address.
    Query,
    /// The JSON body.
    Body,
}

/// A value as it was given. A query string has only texts.
#[derive(Debug, Clone, PartialEq)]
enum Value<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Integer(i64),
    Flag(bool),
    EmptyList,
    /// JSON of a sort that no parameter has: its name.
    Other(&'static str),
}

#[derive(Debug)]
struct Entry<'a> {
    name: Cow<'a, str>,
    value: Value<'a>,
    /// Its place in a JSON array.
    index: Option<usize>,
    taken: bool,
}

/// The parameters of one request and the mistakes found in them so far.
#[derive(Debug)]
pub struct Params<'a> {
    source: Source,
    entries: Vec<Entry<'a>>,
    asked: Vec<&'static str>,
    errors: Vec<FieldError>,
    too_precise: bool,
}

impl<'a> Params<'a> {
    /// Reads a query string.
    ///
    /// # Errors
    /// Percent-encoding that is no UTF-8, or too many parameters.
    pub fn from_query(text: &'a str) -> Result<Self, Problem> {
        let entries = query::entries(text)?;
        Ok(Self::new(Source::Query, entries))
    }

    /// Reads a JSON object.
    ///
    /// # Errors
    /// Text that is no JSON object, a name given twice, or too many names.
    pub fn from_json(body: &'a [u8]) -> Result<Self, Problem> {
        let entries = json::entries(body)?;
        Ok(Self::new(Source::Body, entries))
    }

    fn new(source: Source, entries: Vec<Entry<'a>>) -> Self {
        Self { source, entries, asked: Vec::new(), errors: Vec::new(), too_precise: false }
    }

    /// Where they were read from.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// The names that were asked for so far.
    #[must_use]
    pub fn asked(&self) -> &[&'static str] {
        &self.asked
    }

    /// True where the request names the parameter, whatever its value.
    #[must_use]
    pub fn has(&self, param: &Param) -> bool {
        self.entries.iter().any(|entry| entry.name == param.name)
    }

    /// True once a mistake was found: follow-up mistakes are then not worth telling.
    #[must_use]
    pub fn failed(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Records a mistake that concerns how parameters go together.
    pub fn fail(&mut self, param: &Param, code: &'static str, detail: String) {
        let location = self.location(param.name);
        self.errors.push(FieldError::new(location, code, detail));
    }

    /// Ends the reading: nothing may be left that nobody asked for, and no mistake may have
    /// been found.
    ///
    /// # Errors
    /// Every mistake, with its place.
    pub fn finish(mut self) -> Result<(), Problem> {
        let mut unknown = false;
        let mut told: Vec<String> = Vec::new();
        for at in 0..self.entries.len() {
            let Some(entry) = self.entries.get(at).filter(|entry| !entry.taken) else { continue };
            if told.iter().any(|name| *name == entry.name) {
                continue;
            }
            unknown = true;
            let name = entry.name.to_string();
            let location = self.location(&name);
            let detail = self.unknown_detail(&name);
            self.errors.push(FieldError::new(location, "unknown", detail));
            told.push(name);
        }
        if self.errors.is_empty() {
            return Ok(());
        }
        let kind = match (self.too_precise, self.source, unknown) {
            (true, _, _) => ProblemKind::TooPrecise,
            (_, Source::Body, _) => ProblemKind::InvalidBody,
            (_, Source::Query, true) => ProblemKind::UnknownParameter,
            (_, Source::Query, false) => ProblemKind::InvalidParameter,
        };
        let detail = match self.errors.first() {
            _ if self.too_precise => kind.about().to_owned(),
            Some(first) => format!("{}: {}", first.place(), first.detail),
            None => kind.about().to_owned(),
        };
        Err(Problem::new(kind, detail).with_errors(self.errors))
    }

    fn location(&self, name: &str) -> Location {
        match self.source {
            Source::Query => Location::Parameter(name.to_owned()),
            Source::Body => Location::Pointer(json::pointer(name)),
        }
    }

    fn unknown_detail(&self, name: &str) -> String {
        let nearest = self
            .asked
            .iter()
            .map(|known| (strsim::damerau_levenshtein(known, name), *known))
            .min()
            .filter(|(distance, known)| *distance <= 1 + known.len() / 4);
        match (nearest, self.asked.is_empty()) {
            (Some((_, known)), _) => format!("no such parameter; did you mean `{known}`?"),
            (None, true) => "no parameter is taken here".into(),
            (None, false) => format!("no such parameter; known are {}", self.asked.join(", ")),
        }
    }
}
