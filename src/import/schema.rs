//! The JSON Schema of a line of the provider file, made from the types that read it.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::Line;

/// The schema, made once.
pub(super) static SCHEMA: LazyLock<Value> = LazyLock::new(provider_file_schema);

/// The JSON Schema (2020-12) of one line of the provider file.
///
/// It says the shape: names, types, codes and bounds. What depends on more than one value,
/// or on the gazetteer and the vocabulary of facts, is checked by [`super::check`].
#[must_use]
pub fn provider_file_schema() -> Value {
    let mut parts = Vec::new();
    Line::schemas(&mut parts);
    let definitions: BTreeMap<String, Value> =
        parts.into_iter().map(|(name, schema)| (name, to_json(schema))).collect();

    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bedside provider file: one line",
    });
    if let (Value::Object(root), Value::Object(line)) = (&mut root, to_json(Line::schema())) {
        root.extend(line);
        root.insert("$defs".to_owned(), json!(definitions));
    }
    root
}

/// A part of an OpenAPI document as JSON Schema: references move, the rest means the same.
fn to_json(schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>) -> Value {
    let mut value = serde_json::to_value(schema).unwrap_or(Value::Null);
    move_references(&mut value);
    value
}

fn move_references(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                match inner {
                    Value::String(target) if key == "$ref" => {
                        *target = target.replace("#/components/schemas/", "#/$defs/");
                    }
                    _ => move_references(inner),
                }
            }
            rename_example(map);
            lift_description(map);
        }
        Value::Array(list) => list.iter_mut().for_each(move_references),
        _ => {}
    }
}

/// OpenAPI's `example` is JSON Schema's `examples`. A property may be called `example`, and
/// then it is an object.
fn rename_example(map: &mut Map<String, Value>) {
    if map.get("example").is_some_and(|example| !example.is_object())
        && let Some(example) = map.remove("example")
    {
        map.insert("examples".to_owned(), json!([example]));
    }
}

/// A field that may be null carries its description inside the union; a reader looks for it
/// at the field.
fn lift_description(map: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = map.get_mut("oneOf") else { return };
    let may_be_null = choices.iter().any(|choice| choice.get("type") == Some(&json!("null")));
    if !may_be_null || choices.len() != 2 {
        return;
    }
    let lifted =
        choices.iter_mut().find_map(|choice| choice.as_object_mut()?.remove("description"));
    if let Some(description) = lifted {
        map.entry("description").or_insert(description);
    }
}
