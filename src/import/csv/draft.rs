//! A provider in the making: rows of a flat file become one tree of values.

use serde_json::{Map, Value, json};

use super::columns::{Cell, Column, To};
use crate::import::{
    Checker, Places, Problem,
    diagnose::shortened,
    read::{Row, from_tree},
};

/// The tree of a provider, and which cell each of its values came from.
pub(super) struct Draft {
    line: u64,
    tree: Value,
    cells: Vec<Origin>,
    problems: Vec<(Problem, u64)>,
}

/// Where a value of the tree came from.
struct Origin {
    pointer: String,
    column: &'static str,
    line: u64,
}

impl Draft {
    /// Starts at the first row of a provider.
    pub(super) fn new(line: u64) -> Self {
        let tree = json!({ "evidence": [] });
        Self { line, tree, cells: Vec::new(), problems: Vec::new() }
    }

    /// Whether a row is about the same provider.
    pub(super) fn continues(&self, columns: &[&Column], cells: &[&str]) -> bool {
        let key = columns.iter().zip(cells).find(|(column, _)| column.name == "source_key");
        key.is_some_and(|(_, cell)| self.tree.get("source_key").is_some_and(|known| known == cell))
    }

    /// Adds a row.
    pub(super) fn add(
        &mut self,
        line: u64,
        columns: &[&'static Column],
        cells: &[&str],
        places: &dyn Places,
    ) {
        let filled = || {
            let both = columns.iter().zip(cells);
            both.map(|(column, cell)| (*column, *cell)).filter(|(_, cell)| !cell.is_empty())
        };
        // Facts and prices are about the row's site, or about the provider where it has none.
        let has_site = filled().any(|(column, _)| matches!(column.to, To::Site(_)));
        let base = match has_site {
            true => format!("/sites/{}", self.count("/sites")),
            false => String::new(),
        };
        let has_evidence = filled().any(|(column, _)| matches!(column.to, To::Evidence(_)));
        let evidence = self.count("/evidence");
        let cited = if has_evidence { json!([evidence]) } else { json!([]) };

        for (column, cell) in filled() {
            let Some(text) = self.plain(column, cell, line) else { continue };
            let value = value(column.cell, text, places);
            let pointer = match column.to {
                To::Provider(pointer) => pointer.to_owned(),
                To::Site(pointer) => format!("{base}{pointer}"),
                To::Evidence(field) => format!("/evidence/{evidence}/{field}"),
                To::Fact(name) => {
                    let fact = self.named(&format!("{base}/facts"), "name", name, &cited);
                    match column.cell {
                        Cell::List => {
                            self.put(&format!("{fact}/value/complete"), json!(false));
                            format!("{fact}/value/items")
                        }
                        _ => format!("{fact}/value"),
                    }
                }
                To::Complete(name) => {
                    let fact = self.named(&format!("{base}/facts"), "name", name, &cited);
                    format!("{fact}/value/complete")
                }
                To::Price(kind, field) => {
                    let price = self.named(&format!("{base}/prices"), "kind", kind.0, &cited);
                    self.put(&format!("{price}/basis"), json!(kind.1));
                    format!("{price}/{field}")
                }
            };
            let once = matches!(column.to, To::Provider(_));
            match self.tree.pointer(&pointer) {
                Some(known) if once && *known != value => {
                    let problem = "it differs from the provider's first row";
                    let mend = "write the same, or leave it empty in further rows";
                    self.problems.push((Problem::new(column.name, problem, mend), line));
                }
                _ => self.put(&pointer, value),
            }
            self.cells.push(Origin { pointer, column: column.name, line });
        }
        if has_site && self.tree.pointer(&format!("{base}/source_key")).is_none() {
            let provider = self.tree.get("source_key").and_then(Value::as_str).unwrap_or_default();
            let key = format!("{provider}-{}", self.count("/sites"));
            self.put(&format!("{base}/source_key"), json!(key));
        }
    }

    /// Checks the provider like a line of JSON.
    pub(super) fn finish(self, checker: &Checker<'_>) -> Row {
        let Self { line, tree, cells, problems } = self;
        let mut row = from_tree(line, tree, checker);
        let said = row.result.as_mut().err().into_iter().flatten();
        for error in said.chain(&mut row.warnings) {
            if let Some(origin) = origin(&cells, &error.field) {
                error.line = origin.line;
                error.field = origin.column.to_owned();
            }
        }
        if !problems.is_empty() {
            let key = row.source_key.as_deref();
            let own = problems.into_iter().map(|(problem, line)| problem.at(line, key));
            let mut errors: Vec<_> = own.collect();
            errors.extend(row.result.err().into_iter().flatten());
            row.result = Err(errors);
        }
        row
    }

    /// A cell without the apostrophe that keeps a spreadsheet from running it.
    fn plain<'c>(&mut self, column: &Column, cell: &'c str, line: u64) -> Option<&'c str> {
        let formula = |text: &str| text.starts_with(['=', '@', '+', '-', '\t']);
        if let Some(text) = cell.strip_prefix('\'').filter(|text| formula(text)) {
            return Some(text);
        }
        let signed = matches!(column.cell, Cell::Phone | Cell::Number);
        if !formula(cell) || (signed && cell.starts_with(['+', '-'])) {
            return Some(cell);
        }
        let problem = format!("`{}` begins like a formula", shortened(cell));
        let mend = "put an apostrophe before it, or write the value";
        self.problems.push((Problem::new(column.name, problem, mend), line));
        None
    }

    /// The pointer to the element of a list whose field has this value; made where missing.
    fn named(&mut self, list: &str, field: &str, name: &str, cited: &Value) -> String {
        let elements = self.tree.pointer(list).and_then(Value::as_array);
        let at = elements
            .and_then(|all| all.iter().position(|one| one.get(field) == Some(&json!(name))));
        let pointer = format!("{list}/{}", at.unwrap_or_else(|| self.count(list)));
        if at.is_none() {
            self.put(&pointer, json!({ field: name, "evidence": cited }));
        }
        pointer
    }

    fn count(&self, list: &str) -> usize {
        self.tree.pointer(list).and_then(Value::as_array).map_or(0, Vec::len)
    }

    fn put(&mut self, pointer: &str, value: Value) {
        let mut at = &mut self.tree;
        for step in pointer.split('/').skip(1) {
            let index = step.parse::<usize>().ok();
            // A container is made as soon as something is to stand in it.
            if at.is_null() || (!at.is_object() && !at.is_array()) {
                *at = if index.is_some() { json!([]) } else { Value::Object(Map::new()) };
            }
            at = match at {
                Value::Array(list) => {
                    let index = index.unwrap_or(list.len());
                    if index >= list.len() {
                        list.push(Value::Null);
                    }
                    let last = list.len().saturating_sub(1);
                    match list.get_mut(index.min(last)) {
                        Some(element) => element,
                        None => return,
                    }
                }
                Value::Object(map) => map.entry(step).or_insert(Value::Null),
                _ => return,
            };
        }
        *at = value;
    }
}

/// The cell that a pointer speaks of: its own, or else the nearest one around or in it.
fn origin<'o>(cells: &'o [Origin], pointer: &str) -> Option<&'o Origin> {
    let within = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let around = cells.iter().filter(|cell| within(&cell.pointer, pointer));
    let inside = cells.iter().filter(|cell| within(pointer, &cell.pointer));
    let beside = || {
        let parent = pointer.rsplit_once('/').map(|(parent, _)| parent)?;
        cells.iter().find(|cell| !parent.is_empty() && within(parent, &cell.pointer))
    };
    around
        .max_by_key(|cell| cell.pointer.len())
        .or_else(|| inside.min_by_key(|cell| cell.pointer.len()))
        .or_else(beside)
}

/// A cell as a value. What does not read as its column wants stays a text, and the schema
/// says what is wrong with it.
fn value(cell: Cell, text: &str, places: &dyn Places) -> Value {
    let parts = || text.split(';').map(str::trim).filter(|part| !part.is_empty());
    match cell {
        Cell::Text | Cell::Phone => json!(text),
        Cell::State => json!(places.state_named(text).map_or(text, |state| state.as_str())),
        Cell::Number => serde_json::from_str::<serde_json::Number>(text.trim_start_matches('+'))
            .map_or_else(|_| json!(text), Value::Number),
        Cell::YesNo => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" => json!(true),
            "no" | "false" => json!(false),
            _ => json!(text),
        },
        Cell::List => parts().collect(),
        Cell::Codes => parts().map(|code| json!({ "code": code })).collect(),
    }
}
