//! The layout, the allowed directions and the documents, held by tests: what ARCHITECTURE.md
//! promises about the source is checked here against the source itself.

mod documents;
mod layers;
mod layout;
mod schemas;
mod source;
mod words;

use std::path::{Path, PathBuf};

/// The project's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file, named from the project's folder.
fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files of ours below a folder whose name ends in `.ext`, sorted, named from the project's
/// folder with forward slashes.
fn files(folder: &str, ext: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(dir) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("node_modules") {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == ext) {
                found.push(name(&path));
            }
        }
    }
    found.sort();
    found
}

/// A path as it is named from the project's folder.
fn name(path: &Path) -> String {
    let inside: PathBuf = path.strip_prefix(root()).unwrap().components().collect();
    inside.to_str().unwrap().replace('\\', "/")
}

/// Fails with every complaint at once, so that one run shows all there is to mend.
#[track_caller]
fn assert_none(what: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{what}:\n  {}", complaints.join("\n  "));
}
