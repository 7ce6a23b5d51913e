//! What stands where, and how large it may grow.

use std::collections::BTreeSet;

use super::{assert_none, files, root, source::Source, text};

/// The most lines of a source file.
const MOST_LINES: usize = 450;

/// Files that are longer, with the length that they may not exceed. The list may only shrink: an
/// entry whose file has become shorter by a tenth must be lowered, and one that fits is removed.
const LONGER: &[(&str, usize)] = &[("src/domain/codes.rs", 736)];

/// What a newcomer, a packager or a tool looks for at the top.
const TOP_LEVEL: &[&str] = &[
    ".ci/run",
    ".dockerignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "NOTICE",
    "README.md",
    "clippy.toml",
    "compose.yaml",
    "deny.toml",
    "justfile",
    "openapi/openapi.json",
    "rustfmt.toml",
];

/// Unfinished work and silenced lints do not land.
const UNFINISHED: &[&str] =
    &["todo!", "unimplemented!", "dbg!", "#[ignore", "#[allow(", "#![allow("];

#[test]
fn top_level_files_exist() {
    let missing: Vec<String> = TOP_LEVEL
        .iter()
        .filter(|file| !root().join(file).is_file())
        .map(ToString::to_string)
        .collect();
    assert_none("missing at the top", &missing);
}

#[test]
fn source_files_stay_readable() {
    let mut complaints = Vec::new();
    for file in files("src", "rs") {
        let lines = text(&file).lines().count();
        match LONGER.iter().find(|(name, _)| *name == file) {
            None if lines > MOST_LINES => {
                complaints.push(format!("{file}: {lines} lines; split it along its subject"));
            }
            Some((_, most)) if lines > *most => {
                complaints.push(format!("{file}: {lines} lines, at most {most} were excused"));
            }
            Some(_) if lines <= MOST_LINES => {
                complaints.push(format!("{file}: fits now; remove it from LONGER"));
            }
            Some((_, most)) if lines * 10 < most * 9 => {
                complaints.push(format!("{file}: lower its entry in LONGER to {lines}"));
            }
            _ => {}
        }
    }
    for (file, _) in LONGER.iter().filter(|(file, _)| !root().join(file).is_file()) {
        complaints.push(format!("{file}: is gone; remove it from LONGER"));
    }
    assert_none("file sizes", &complaints);
}

#[test]
fn nothing_unfinished_lands() {
    let mut complaints = Vec::new();
    for file in files("src", "rs") {
        for (line, code) in Source::parse(&text(&file)).lines() {
            for word in UNFINISHED.iter().filter(|word| code.contains(**word)) {
                complaints.push(format!("{file}:{line}: {word}"));
            }
        }
    }
    for file in files("tests", "rs") {
        for (line, code) in Source::parse(&text(&file)).lines() {
            if code.contains("#[ignore") {
                complaints.push(format!("{file}:{line}: a test that is skipped proves nothing"));
            }
        }
    }
    assert_none("unfinished", &complaints);
}

#[test]
fn every_source_file_says_what_it_is() {
    let silent: Vec<String> = ["src", "tests", "benches", "examples"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .filter(|file| !text(file).starts_with("//!"))
        .collect();
    assert_none("a file begins with `//!` and says what it is", &silent);
}

#[test]
fn unsafe_code_is_forbidden() {
    assert!(text("src/lib.rs").contains("#![forbid(unsafe_code)]"));
    assert!(text("Cargo.toml").contains("unsafe_code = \"forbid\""));
}

/// The migrations of one database: folder names, each proven to hold both directions.
fn migrations(database: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("migrations").join(database)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for file in ["up.sql", "down.sql"] {
                let sql = std::fs::read_to_string(path.join(file)).unwrap_or_default();
                assert!(!sql.trim().is_empty(), "{} lacks {file}", path.display());
            }
            names.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    names
}

#[test]
fn both_databases_have_the_same_migrations() {
    let sqlite = migrations("sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, migrations("postgres"));
}

#[test]
fn the_container_is_built_with_the_oldest_supported_toolchain_or_newer() {
    let manifest = text("Cargo.toml");
    let oldest = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    let dockerfile = text("Dockerfile");
    let image = dockerfile.lines().find_map(|line| line.strip_prefix("FROM rust:")).unwrap();
    let minor = |version: &str| -> u32 {
        version
            .trim_matches('"')
            .split('.')
            .nth(1)
            .unwrap()
            .split('-')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert!(minor(image) >= minor(oldest), "Dockerfile: {image}, Cargo.toml: {oldest}");
}
