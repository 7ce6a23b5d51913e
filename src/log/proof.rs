//! One text that proves, offline, that a leaf is in the log (C2SP tlog-proof).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::hash::Hash;

/// The media name of the form.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Writes a proof: the leaf as extra data, its index, its path, and the signed checkpoint.
#[must_use]
pub fn text(leaf: &str, index: u64, path: &[Hash], checkpoint: &str) -> String {
    let mut text = format!("{HEADER}\nextra {}\nindex {index}\n", STANDARD.encode(leaf));
    for hash in path {
        text.push_str(&STANDARD.encode(hash));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(checkpoint);
    text
}
