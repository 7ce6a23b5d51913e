//! What differs between two JSON values, field by field.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldChange {
    /// Where it is: a JSON pointer (RFC 6901) into the listing.
    #[schema(example = "/profile/phone")]
    pub pointer: String,
    /// Its value before; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = serde_json::Value, required = false)]
    pub before: Option<Value>,
    /// Its value after; absent where there is none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = serde_json::Value, required = false)]
    pub after: Option<Value>,
}

/// The fields that differ, in the order of the documents. Lists are compared place by place:
/// those of a listing only grow.
#[must_use]
pub fn field_changes(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    walk(String::new(), Some(before), Some(after), &mut found);
    found
}

fn walk(
    pointer: String,
    before: Option<&Value>,
    after: Option<&Value>,
    found: &mut Vec<FieldChange>,
) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            for (name, value) in before {
                walk(below(&pointer, name), Some(value), after.get(name), found);
            }
            for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                walk(below(&pointer, name), None, Some(value), found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for at in 0..before.len().max(after.len()) {
                walk(format!("{pointer}/{at}"), before.get(at), after.get(at), found);
            }
        }
        (before, after) => {
            found.push(FieldChange { pointer, before: before.cloned(), after: after.cloned() });
        }
    }
}

fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_field_that_differs_is_named_once() {
        let before = json!({"a": 1, "b": [1, 2], "c": {"d": null, "e/f": "x"}, "same": [{}]});
        let after = json!({"a": 2, "b": [1, 2, 3], "c": {"e/f": "y"}, "g": {}, "same": [{}]});
        let told: Vec<_> = field_changes(&before, &after)
            .into_iter()
            .map(|change| (change.pointer, change.before, change.after))
            .collect();
        assert_eq!(
            told,
            [
                ("/a".to_owned(), Some(json!(1)), Some(json!(2))),
                ("/b/2".to_owned(), None, Some(json!(3))),
                ("/c/d".to_owned(), Some(json!(null)), None),
                ("/c/e~1f".to_owned(), Some(json!("x")), Some(json!("y"))),
                ("/g".to_owned(), None, Some(json!({}))),
            ]
        );
        assert_eq!(field_changes(&after, &after), []);
    }
}
