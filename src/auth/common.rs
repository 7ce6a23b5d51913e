//! Passwords that are tried first: a list written for this program from what everybody knows
//! about them (words, rows of keys, years and the endings that people add).

/// The list that ships with the program, one a line, in lower case.
const LIST: &str = include_str!("common.txt");

/// Whether a password is on the list, in any spelling of its letters.
pub(super) fn is_common(password: &str) -> bool {
    let folded = password.to_lowercase();
    LIST.lines().any(|line| line == folded)
}
