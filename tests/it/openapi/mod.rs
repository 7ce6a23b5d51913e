//! The document of the API: committed, complete, and true of what is served.

mod answers;

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use actix_web::http::Method;
use bedside::http::openapi;
use serde_json::Value as Json;

use crate::support::app::TestApp;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");

fn document() -> Json {
    serde_json::from_str(&openapi::text()).unwrap()
}

/// Every operation: method, path, operation.
fn operations(document: &Json) -> Vec<(String, String, Json)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    found
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let served = TestApp::start().get("/openapi.json").expect(200).text();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(Path::new(COMMITTED).parent().unwrap()).unwrap();
        std::fs::write(COMMITTED, &served).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        committed == served,
        "openapi/openapi.json is out of date; write it anew with\n    UPDATE=1 cargo test --test it openapi"
    );
}

#[test]
fn the_version_is_pinned() {
    assert_eq!(document()["openapi"], "3.1.0");
}

#[test]
fn every_operation_is_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let of = format!("{method} {path}");
        let text = |name: &str| operation[name].as_str().unwrap_or_default().to_owned();
        assert!(!text("summary").is_empty(), "{of}: summary");
        assert!(text("summary").len() <= 80, "{of}: summary is no line");
        assert!(!text("description").is_empty(), "{of}: description");
        let id = text("operationId");
        assert!(id.split('_').count() >= 2 && id == id.to_lowercase(), "{of}: {id}");
        assert!(ids.insert(id), "{of}: an operation id twice");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{of}: one tag");
        assert!(operation["security"].is_array(), "{of}: security is not said");
        let mut statuses = BTreeSet::new();
        for (status, response) in operation["responses"].as_object().unwrap() {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(!description.is_empty(), "{of} {status}: description");
            statuses.insert(status.as_str());
            if status.starts_with(['4', '5']) {
                let schema = &response["content"]["application/problem+json"]["schema"];
                assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{of} {status}");
            }
        }
        assert!(statuses.iter().any(|status| status.starts_with('2')), "{of}: no success");
        assert!(statuses.contains("400") && statuses.contains("500"), "{of}: {statuses:?}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            assert!(parameter["description"].as_str().is_some_and(|d| d.len() > 5), "{of} {name}");
            assert!(!parameter["example"].is_null(), "{of} {name}: example");
            assert!(!parameter["schema"].is_null(), "{of} {name}: schema");
        }
    }
}

#[test]
fn every_property_of_every_schema_is_described() {
    let document = document();
    let mut missing = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        // A choice between described schemas needs no word of its own.
        if schema["description"].as_str().unwrap_or_default().is_empty()
            && !schema["oneOf"].is_array()
        {
            missing.push(name.clone());
        }
        let parts = schema["allOf"].as_array().into_iter().flatten().chain([schema]);
        for part in parts {
            for (property, schema) in part["properties"].as_object().into_iter().flatten() {
                let described = schema["description"].is_string()
                    // A rule's id says what its date is about.
                    || property.starts_with("KTS-")
                    // A reference to a described schema says what it is.
                    || schema["$ref"].is_string()
                    || schema["oneOf"].is_array();
                if !described {
                    missing.push(format!("{name}.{property}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not described: {missing:#?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(node: &Json, found: &mut BTreeSet<String>) {
        match node {
            Json::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Json::as_str) {
                    found.insert(reference.to_owned());
                }
                members.values().for_each(|member| walk(member, found));
            }
            Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut references = BTreeSet::new();
    walk(&document, &mut references);
    for reference in references {
        let found = document.pointer(reference.strip_prefix('#').unwrap());
        assert!(found.is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn the_routes_are_the_operations() {
    // The source registers handlers through one function that collects their documentation, so
    // what is left to check is that no handler is forgotten and none is registered elsewhere.
    let mut handlers = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                handlers += text
                    .lines()
                    .filter(|line| {
                        ["#[get(", "#[post(", "#[put(", "#[patch(", "#[delete("]
                            .iter()
                            .any(|attribute| line.starts_with(attribute))
                    })
                    .count();
            }
        }
    }
    let undocumented = ["/docs", "/docs/{file:.*}"].len();
    assert_eq!(handlers, operations(&document()).len() + undocumented);
    // And each operation is reachable under its own template.
    let app = TestApp::start();
    for (method, path, _) in operations(&document()) {
        let named = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let at = app.shared.routes.find(&path.replace(['{', '}'], ""), &named).unwrap();
        let route = &app.shared.routes.all()[at];
        assert_eq!(route.template, path);
        assert!(route.methods.iter().any(|known| known.as_str().eq_ignore_ascii_case(&method)));
        let filled = path.replace(['{', '}'], "");
        let reply = app.request(&method.to_uppercase(), &filled, &[], b"");
        assert_ne!(reply.status, 405, "{method} {path}");
        if !path.contains('{') {
            assert_ne!(reply.status, 404, "{method} {path}");
        }
    }
}

/// A schema of the document as one that stands for itself.
fn validator(document: &Json, schema: &Json) -> jsonschema::Validator {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    jsonschema::validator_for(&root).unwrap()
}

/// What is wrong with a JSON value by a schema.
fn faults(document: &Json, schema: &Json, value: &Json) -> Vec<String> {
    validator(document, schema)
        .iter_errors(value)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .take(5)
        .collect()
}

#[test]
fn every_example_fits_its_schema() {
    /// What was checked already, and what is wrong.
    type Found = (HashSet<String>, Vec<String>);

    fn walk(document: &Json, node: &Json, at: &str, found: &mut Found) {
        let Json::Object(members) = node else {
            if let Json::Array(items) = node {
                for (n, item) in items.iter().enumerate() {
                    walk(document, item, &format!("{at}/{n}"), found);
                }
            }
            return;
        };
        // A parameter or a media type names schema and example side by side; a schema holds its own.
        let schema = members.get("schema").unwrap_or(node);
        let own = members.contains_key("type") || members.contains_key("$ref");
        if members.contains_key("schema") || own {
            let examples = members.get("example").into_iter();
            let named = members.get("examples").and_then(Json::as_object).into_iter().flatten();
            let listed = members.get("examples").and_then(Json::as_array).into_iter().flatten();
            for example in examples.chain(named.filter_map(|(_, e)| e.get("value"))).chain(listed) {
                // The problems are the same for many operations.
                if !found.0.insert(format!("{schema} {example}")) {
                    continue;
                }
                let faults = faults(document, schema, example);
                if !faults.is_empty() {
                    found.1.push(format!("{at}: {faults:?}"));
                }
            }
        }
        for (name, member) in members {
            if !matches!(name.as_str(), "example" | "examples" | "default") {
                walk(document, member, &format!("{at}/{name}"), found);
            }
        }
    }
    let document = document();
    let mut found = Found::default();
    walk(&document, &document["paths"], "/paths", &mut found);
    walk(&document, &document["components"]["schemas"], "/components/schemas", &mut found);
    assert!(found.1.is_empty(), "{:#?}", found.1);
}
