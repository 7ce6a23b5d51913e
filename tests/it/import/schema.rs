//! The published schema is what the program reads.

use std::path::Path;

use bedside::import::schema::provider_file_schema;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{full, least, read};

const COMMITTED: &str = "data/provider-file.schema.json";

/// Set `UPDATE=1` to write the file anew.
#[test]
fn the_committed_schema_is_the_one_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(COMMITTED);
    let now = serde_json::to_string_pretty(&provider_file_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "{COMMITTED} is old; run the test again with UPDATE=1");
}

#[test]
fn every_field_is_described_and_no_field_may_be_added() {
    let schema = provider_file_schema();
    let mut parts = vec![("Line".to_owned(), schema.clone())];
    let definitions = schema["$defs"].as_object().unwrap();
    parts.extend(definitions.iter().map(|(name, part)| (name.clone(), part.clone())));
    let mut objects = 0;
    for (name, part) in parts {
        let Some(properties) = part["properties"].as_object() else { continue };
        objects += 1;
        assert_eq!(part["additionalProperties"], json!(false), "{name}");
        for (field, property) in properties {
            assert!(property["description"].is_string(), "{name}.{field} has no description");
        }
    }
    assert_eq!(objects, 19);
}

#[test]
fn the_schema_takes_good_lines() {
    let validator = jsonschema::draft202012::new(&provider_file_schema()).unwrap();
    for row in [full(), least("A")] {
        let errors: Vec<String> = validator.iter_errors(&row).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

/// Every place in a tree, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| places(v, &format!("{at}/{k}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, v)| places(v, &format!("{at}/{i}"), found));
        }
        _ => {}
    }
}

proptest! {
    /// What the schema refuses the reader refuses too, and says where.
    #[test]
    fn the_reader_refuses_what_the_schema_refuses(
        at in any::<prop::sample::Index>(),
        other in prop::sample::select(vec![
            json!(null), json!(true), json!(-1), json!(1.5), json!(300), json!(70000), json!("x"),
            json!("2026-01-01"), json!([]), json!([1]), json!({}), json!({"x": 1}), json!(1e300),
        ]),
    ) {
        let mut row = full();
        let mut all = Vec::new();
        places(&row, "", &mut all);
        let pointer = at.get(&all);
        *row.pointer_mut(pointer).unwrap() = other;
        let valid = jsonschema::draft202012::is_valid(&provider_file_schema(), &row);
        let result = read(&[row]).pop().unwrap().result;
        if !valid {
            prop_assert!(result.is_err(), "{pointer}: the schema refuses it");
            let errors = result.unwrap_err();
            prop_assert!(
                errors.iter().any(|e| e.field.starts_with(pointer.as_str()) || pointer.is_empty()),
                "{pointer}: {errors:?}"
            );
            prop_assert!(errors.iter().all(|e| !e.problem.is_empty() && !e.mend.is_empty()));
        }
    }
}
