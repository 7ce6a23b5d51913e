//! Who may name whom.

use super::{
    assert_none, files,
    source::{Source, names},
    text,
};

/// Each top-level module with those that it may name. What is not listed may not be named, and a
/// new module fails the test until its place in the order has been decided here and in
/// ARCHITECTURE.md.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
    ("rules", &["domain"]),
    ("gazetteer", &["domain"]),
    ("catalog", &["domain"]),
    ("log", &[]),
    ("verify", &[]),
    ("import", &["domain"]),
    ("auth", &["domain"]),
    ("store", &["auth", "domain", "clock", "log"]),
    (
        "app",
        &[
            "auth",
            "store",
            "catalog",
            "rules",
            "gazetteer",
            "import",
            "log",
            "domain",
            "config",
            "clock",
        ],
    ),
    (
        "http",
        &[
            "app",
            "auth",
            "store",
            "catalog",
            "gazetteer",
            "rules",
            "log",
            "domain",
            "config",
            "clock",
        ],
    ),
    ("pages", &["http", "app", "catalog", "gazetteer", "rules", "domain", "config"]),
    (
        "cli",
        &[
            "http",
            "pages",
            "app",
            "auth",
            "store",
            "import",
            "rules",
            "gazetteer",
            "verify",
            "domain",
            "config",
            "telemetry",
            "clock",
        ],
    ),
    ("main", &["cli"]),
];

/// The layers that neither touch the outside nor read the clock nor know a framework.
const PURE: &[&str] = &["domain", "auth", "rules", "gazetteer", "catalog", "log", "verify"];

/// What a pure layer never names.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "SystemTime",
    "Instant::now",
    "actix_web",
    "diesel",
    "tokio",
    "tracing",
    "println",
];

/// The one place for each thing that is done in one place only.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("actix_web", &["http", "pages"]),
    ("ureq", &["cli"]),
    ("actix_http", &["http"]),
    ("actix_multipart", &["http"]),
    ("actix_server", &["http"]),
    ("actix_service", &["http"]),
    ("actix_cors", &["http"]),
    ("utoipa_actix_web", &["http", "pages"]),
    ("utoipa_swagger_ui", &["http"]),
    ("clap", &["main", "cli", "config"]),
    ("Utc::now", &["clock"]),
    ("Local::now", &[]),
    ("now_v7", &["clock"]),
];

/// How a statement of SQL begins, as it would stand in a handler.
const SQL: &[&str] =
    &["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "BEGIN "];

/// The top-level module that a file belongs to.
fn module(file: &str) -> &str {
    let inside = file.strip_prefix("src/").unwrap();
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

/// How many `super`s lead from a file's own code to the crate's root.
fn depth(file: &str) -> usize {
    let path = file.trim_end_matches("/mod.rs").trim_end_matches(".rs");
    path.split('/').count() - 1
}

fn sources() -> Vec<(String, Source)> {
    let all = files("src", "rs");
    assert!(all.len() > 10, "the source was not found: {all:?}");
    all.into_iter().map(|file| (file.clone(), Source::parse(&text(&file)))).collect()
}

#[test]
fn modules_name_only_those_below_them() {
    let mut complaints = Vec::new();
    for (file, source) in sources() {
        let here = module(&file);
        if here == "lib" {
            continue;
        }
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == here) else {
            complaints.push(format!("{file}: module `{here}` has no place in MAY_NAME"));
            continue;
        };
        let prefix = if here == "main" { "bedside::" } else { "crate::" };
        for (line, named) in source.paths_from(prefix) {
            let known = MAY_NAME.iter().any(|(name, _)| *name == named);
            if known && named != here && !allowed.contains(&named.as_str()) {
                complaints.push(format!("{file}:{line}: `{here}` may not name `{named}`"));
            }
        }
        complaints.extend(climbs(&file, &source));
    }
    assert_none("a module names one that it may not know", &complaints);
}

/// Paths that climb to the crate's root by `super`, where the test above would not see them.
fn climbs(file: &str, source: &Source) -> Vec<String> {
    let tests_from = source
        .lines()
        .find(|(_, line)| line.trim() == "#[cfg(test)]")
        .map_or(usize::MAX, |(line, _)| line);
    let most = |line: usize| depth(file) - 1 + usize::from(line >= tests_from);
    source
        .lines()
        .filter(|(number, line)| longest_climb(line) > most(*number))
        .map(|(number, _)| format!("{file}:{number}: `super` climbs to the root; say `crate::`"))
        .collect()
}

/// The most `super::` in a row on a line.
fn longest_climb(line: &str) -> usize {
    let (mut longest, mut run, mut end) = (0, 0, usize::MAX);
    for (at, word) in line.match_indices("super::") {
        run = if at == end { run + 1 } else { 1 };
        end = at + word.len();
        longest = longest.max(run);
    }
    longest
}

#[test]
fn pure_layers_stay_pure() {
    let mut complaints = Vec::new();
    for (file, source) in sources().iter().filter(|(file, _)| PURE.contains(&module(file))) {
        for (line, code) in source.lines() {
            for word in IMPURE.iter().filter(|word| names(code, word)) {
                complaints.push(format!("{file}:{line}: names `{word}`"));
            }
        }
    }
    assert_none("a pure layer reaches outside", &complaints);
}

#[test]
fn each_tool_has_its_one_place() {
    let mut complaints = Vec::new();
    for (file, source) in sources() {
        for (line, code) in source.lines() {
            for (word, places) in ONLY_IN {
                if names(code, word) && !places.contains(&module(&file)) {
                    complaints.push(format!("{file}:{line}: `{word}` belongs in {places:?}"));
                }
            }
        }
    }
    assert_none("a tool is used outside its place", &complaints);
}

#[test]
fn handlers_hold_no_sql() {
    let mut complaints = Vec::new();
    for (file, source) in sources() {
        if module(&file) == "store" {
            continue;
        }
        for (line, literal) in &source.strings {
            if SQL.iter().any(|start| literal.trim_start().starts_with(start)) {
                complaints.push(format!("{file}:{line}: SQL belongs in `store`"));
            }
        }
    }
    assert_none("SQL outside the store", &complaints);
}

#[test]
fn the_order_has_no_circle() {
    // Repeatedly setting aside the modules whose allowed names are all set aside leaves none.
    let mut placed: Vec<&str> = Vec::new();
    while placed.len() < MAY_NAME.len() {
        let next = MAY_NAME.iter().find(|(name, below)| {
            !placed.contains(name) && below.iter().all(|one| placed.contains(one))
        });
        let (name, _) = next.unwrap_or_else(|| panic!("a circle above {placed:?}"));
        placed.push(name);
    }
}

#[test]
fn a_climb_is_noticed_and_a_neighbour_is_not() {
    let source = Source::parse("use super::super::store;\nuse super::near;\nuse crate::x;\n");
    assert_eq!(climbs("src/domain/place.rs", &source).len(), 1);
    let source = Source::parse("use super::app;\n#[cfg(test)]\nmod tests { use super::near; }\n");
    assert_eq!(climbs("src/domain/mod.rs", &source).len(), 1);
}
