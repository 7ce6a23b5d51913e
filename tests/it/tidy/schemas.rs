//! The names of the API document's schemas, held against the source.

use std::collections::BTreeMap;

use super::{assert_none, files, text};

/// The document keeps schemas by the name of their type alone: of two types of one name it would
/// show either, as the order of the routes has it.
#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    let mut complaints = Vec::new();
    for file in files("src", "rs") {
        let (text, mut described, mut codes, mut alias) = (text(&file), false, false, None);
        for line in text.lines() {
            described |= line.contains("ToSchema") && !line.starts_with("use ");
            codes = (codes || line.starts_with("codes! {")) && !line.starts_with('}');
            if let Some((_, name)) = line.split_once("#[schema(as = ") {
                alias = name.split(|c: char| !c.is_alphanumeric()).next();
            }
            let item = line.split_once("struct ").or_else(|| line.split_once("enum "));
            let declared = item.filter(|(before, _)| described && !before.contains("//"));
            let listed = line.strip_prefix("    ").filter(|_| codes);
            let name = match (declared, listed) {
                (Some((_, rest)), _) => {
                    alias.take().or(rest.split(|c: char| !c.is_alphanumeric()).next())
                }
                (None, Some(rest)) => rest.strip_suffix(" {"),
                (None, None) => None,
            };
            let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
            described = false;
            if let Some(other) = named.insert(name.to_owned(), file.clone()) {
                complaints.push(format!("{file}: {name} is a schema of {other} too"));
            }
        }
    }
    assert!(named.len() > 100, "schemas were found: {}", named.len());
    assert_none("rename one of the types", &complaints);
}
