//! Finds every problem of a row's shape at once, with the published schema as the measure.
//!
//! A good row never comes here: it is parsed straight into its types. What the parser
//! refuses is read again as a tree of values and walked along the schema, since a parser
//! stops at the first problem and does not say where in the tree it was.

use serde_json::{Map, Value};

use super::{
    check::Places,
    problem::{Path, Problem},
    schema::SCHEMA,
};

/// So many problems of one row are told; a row with more is not worth reading on.
pub(super) const MOST_PROBLEMS: usize = 100;

/// Every place where a value departs from the schema of a line.
pub(super) fn problems(row: &Value, places: &dyn Places) -> Vec<Problem> {
    let mut walk = Walk { places, found: Vec::new() };
    walk.node(&SCHEMA, row, Path::ROOT);
    walk.found
}

struct Walk<'a> {
    places: &'a dyn Places,
    found: Vec<Problem>,
}

impl Walk<'_> {
    fn report(&mut self, at: Path<'_>, problem: impl Into<String>, mend: impl Into<String>) {
        if self.found.len() < MOST_PROBLEMS {
            self.found.push(Problem::new(at, problem, mend));
        }
    }

    fn node(&mut self, schema: &Value, value: &Value, at: Path<'_>) {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let name = target.trim_start_matches("#/$defs/");
            let definition = SCHEMA.get("$defs").and_then(|all| all.get(name));
            if name == "UsState" && self.state_name(value, at) {
                return;
            }
            return self.node(definition.unwrap_or(&Value::Null), value, at);
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            return self.choice(choices, value, at);
        }
        if let Some(codes) = schema.get("enum").and_then(Value::as_array) {
            return self.code(codes, value, at);
        }
        match (schema_types(schema).as_slice(), value) {
            ([], _) => {}
            (types, Value::Null) if types.contains(&"null") => {}
            (types, Value::Object(map)) if types.contains(&"object") => {
                self.object(schema, map, at)
            }
            (types, Value::Array(list)) if types.contains(&"array") => {
                let items = schema.get("items").unwrap_or(&Value::Null);
                for (index, item) in list.iter().enumerate() {
                    self.node(items, item, at.index(index));
                }
            }
            (types, Value::String(text)) if types.contains(&"string") => {
                self.text(schema, text, at);
            }
            (types, Value::Bool(_)) if types.contains(&"boolean") => {}
            (types, Value::Number(number)) if types.contains(&"integer") => match number.as_i64() {
                Some(whole) => self.bounds(schema, whole, at),
                None => self.report(at, format!("{number} is no whole number"), "round it"),
            },
            (types, Value::Number(_)) if types.contains(&"number") => {}
            (types, _) => self.wrong_type(types, value, at),
        }
    }

    fn object(&mut self, schema: &Value, map: &Map<String, Value>, at: Path<'_>) {
        let none = Map::new();
        let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        for required in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if let Some(name) = required.as_str()
                && !map.contains_key(name)
            {
                self.report(at.key(name), "it is missing", "add it");
            }
        }
        for (key, value) in map {
            match known.get(key) {
                Some(schema) => self.node(schema, value, at.key(key)),
                None => {
                    let mend = match closest(key, known.keys().map(String::as_str)) {
                        Some(near) => format!("write `{near}`, or leave it out"),
                        None => format!("leave it out; known are {}", listed(known.keys())),
                    };
                    self.report(at.key(key), "no field has this name", mend);
                }
            }
        }
    }

    /// A `oneOf` is either a reference that may be null or a union told apart by type.
    fn choice(&mut self, choices: &[Value], value: &Value, at: Path<'_>) {
        let fits = |choice: &&Value| {
            let types = schema_types(choice);
            types.iter().any(|name| *name == type_name(value))
        };
        if let Some(choice) = choices.iter().find(fits) {
            return self.node(choice, value, at);
        }
        let types: Vec<&str> = choices.iter().flat_map(schema_types).collect();
        self.wrong_type(&types, value, at);
    }

    fn code(&mut self, codes: &[Value], value: &Value, at: Path<'_>) {
        let Value::String(text) = value else {
            return self.wrong_type(&["string"], value, at);
        };
        if codes.contains(value) {
            return;
        }
        let codes = || codes.iter().filter_map(Value::as_str);
        let mend = match closest(text, codes()) {
            Some(near) => format!("write `{near}`"),
            None => format!("write one of {}", listed(codes())),
        };
        self.report(at, format!("no code is spelled `{}`", shortened(text)), mend);
    }

    /// A state that is written out; true where it was one.
    fn state_name(&mut self, value: &Value, at: Path<'_>) -> bool {
        let named = value.as_str().and_then(|text| self.places.state_named(text));
        let Some(state) = named.filter(|state| Some(state.as_str()) != value.as_str()) else {
            return false;
        };
        self.report(at, "a state is written as its two-letter code", format!("write `{state}`"));
        true
    }

    fn text(&mut self, schema: &Value, text: &str, at: Path<'_>) {
        match schema.get("format").and_then(Value::as_str) {
            Some("date") if text.parse::<chrono::NaiveDate>().is_err() => {
                self.report(at, format!("`{}` is no date", shortened(text)), "write YYYY-MM-DD");
            }
            Some("hh-mm") if chrono::NaiveTime::parse_from_str(text, "%H:%M").is_err() => {
                let mend = "write HH:MM, from 00:00 to 23:59; midnight is 00:00";
                self.report(at, format!("`{}` is no time of day", shortened(text)), mend);
            }
            _ => {}
        }
    }

    fn bounds(&mut self, schema: &Value, number: i64, at: Path<'_>) {
        let bound = |name| schema.get(name).and_then(Value::as_i64);
        if let Some(least) = bound("minimum")
            && number < least
        {
            self.report(at, format!("{number} is too small"), format!("write {least} or more"));
        }
        if let Some(most) = bound("maximum")
            && number > most
        {
            self.report(at, format!("{number} is too large"), format!("write {most} or less"));
        }
    }

    fn wrong_type(&mut self, types: &[&str], value: &Value, at: Path<'_>) {
        let wanted: Vec<&str> = types.iter().map(|name| in_words(name)).collect();
        let mend = match value {
            Value::Null => "leave it out where it is not known".to_owned(),
            Value::Number(number) if types.contains(&"string") => format!("write \"{number}\""),
            _ => format!("write {}", wanted.join(" or ")),
        };
        let problem = format!("it is {}, not {}", in_words(type_name(value)), wanted.join(" or "));
        self.report(at, problem, mend);
    }
}

fn resolved(schema: &Value) -> &Value {
    let Some(target) = schema.get("$ref").and_then(Value::as_str) else { return schema };
    SCHEMA
        .get("$defs")
        .and_then(|all| all.get(target.trim_start_matches("#/$defs/")))
        .unwrap_or(schema)
}

/// The JSON types that a schema takes, through references and unions.
fn schema_types(schema: &Value) -> Vec<&str> {
    let schema = resolved(schema);
    match (schema.get("type"), schema.get("oneOf").and_then(Value::as_array)) {
        (Some(Value::String(name)), _) => vec![name],
        (Some(Value::Array(names)), _) => names.iter().filter_map(Value::as_str).collect(),
        (_, Some(choices)) => choices.iter().flat_map(schema_types).collect(),
        _ => Vec::new(),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn in_words(type_name: &str) -> &'static str {
    match type_name {
        "null" => "null",
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a text",
        "array" => "a list",
        _ => "an object",
    }
}

/// The name that was probably meant: the same but for case, or few letters away.
pub(super) fn closest<'n>(
    given: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    if let Some(same) = names.clone().find(|name| name.eq_ignore_ascii_case(given)) {
        return Some(same);
    }
    // Long texts are no misspelling, and two letters of difference say nothing about a
    // code of two.
    let near = |name: &&str| given.len() < 64 && name.len() > 3;
    let distance = |name: &&str| strsim::osa_distance(&given.to_ascii_lowercase(), name);
    let best = names.filter(near).min_by_key(distance)?;
    (distance(&best) <= 2).then_some(best)
}

fn listed(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The beginning of a text, so that a message stays readable.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let mut cut: String = text.chars().filter(|c| !c.is_control()).take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        cut.push('…');
    }
    cut
}
