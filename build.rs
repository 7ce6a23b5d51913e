//! Tells cargo about the files that macros embed, since it does not see through them.

fn main() {
    for folder in ["migrations", "rulebook", "data"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
