//! Passwords that are tried first.

/// The list that ships with the program, one a line, in lower case.
const LIST: &str = include_str!("common.txt");

/// Whether a password is on the list, in any spelling of its letters.
pub(super) fn is_common(password: &str) -> bool {
    let folded = password.to_lowercase();
    LIST.lines().any(|line| line == folded)
}
