//! Just enough of Rust's grammar to look at a source file without being fooled by its comments
//! and strings.

/// A source file taken apart.
pub struct Source {
    /// The code: comments are gone and every literal's inside is blank; lines keep their numbers.
    pub code: String,
    /// The insides of the string literals, each with its line.
    pub strings: Vec<(usize, String)>,
}

impl Source {
    /// Takes a file apart.
    pub fn parse(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut parsed = Self { code: String::with_capacity(text.len()), strings: Vec::new() };
        let mut at = 0;
        while at < chars.len() {
            at = parsed.step(&chars, at);
        }
        parsed
    }

    /// Consumes one token that may hide code, or one character.
    fn step(&mut self, chars: &[char], at: usize) -> usize {
        let peek = |n: usize| chars.get(at + n).copied().unwrap_or('\0');
        match (chars[at], peek(1)) {
            ('/', '/') => end_of_line(chars, at),
            ('/', '*') => self.block_comment(chars, at),
            ('"', _) => self.string(chars, at + 1),
            ('r', '"' | '#') if !self.inside_a_word() => self.raw_string(chars, at),
            ('\'', '\\') => self.char_literal(chars, at),
            ('\'', _) if peek(2) == '\'' => self.char_literal(chars, at),
            (other, _) => {
                self.code.push(other);
                at + 1
            }
        }
    }

    fn inside_a_word(&self) -> bool {
        // `br"…"` is a raw string too; any other word before the r makes it a plain letter.
        let mut back = self.code.chars().rev();
        match back.next() {
            Some('b') => back.next().is_some_and(is_word),
            Some(other) => is_word(other),
            None => false,
        }
    }

    fn block_comment(&mut self, chars: &[char], at: usize) -> usize {
        let (mut depth, mut i) = (0, at);
        while i < chars.len() {
            match (chars[i], chars.get(i + 1)) {
                ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
                ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
                (c, _) => {
                    if c == '\n' {
                        self.code.push('\n');
                    }
                    i += 1;
                }
            }
            if depth == 0 {
                break;
            }
        }
        i
    }

    fn string(&mut self, chars: &[char], start: usize) -> usize {
        let mut end = start;
        while end < chars.len() && chars[end] != '"' {
            end += if chars[end] == '\\' { 2 } else { 1 };
        }
        self.keep(chars, start, end.min(chars.len()));
        end + 1
    }

    fn raw_string(&mut self, chars: &[char], at: usize) -> usize {
        let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
        let start = at + 1 + hashes + 1;
        if chars.get(start - 1) != Some(&'"') {
            // A raw identifier such as `r#type`.
            self.code.push('r');
            return at + 1;
        }
        let closes =
            |i: usize| chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
        let end = (start..chars.len()).find(|i| closes(*i)).unwrap_or(chars.len());
        self.keep(chars, start, end);
        end + 1 + hashes
    }

    fn char_literal(&mut self, chars: &[char], at: usize) -> usize {
        self.code.push_str("''");
        // An escape is at least two characters, so that '\'' ends where it should.
        let from = if chars[at + 1] == '\\' { at + 3 } else { at + 2 };
        (from..chars.len()).find(|i| chars[*i] == '\'').unwrap_or(chars.len()) + 1
    }

    fn keep(&mut self, chars: &[char], start: usize, end: usize) {
        let inside: String = chars[start..end].iter().collect();
        let line = self.code.matches('\n').count() + 1;
        self.code.push('"');
        self.code.extend(inside.chars().filter(|c| *c == '\n'));
        self.code.push('"');
        self.strings.push((line, inside));
    }

    /// The lines of code with their numbers.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(i, line)| (i + 1, line))
    }

    /// The first segment of every path that begins with `prefix` (`crate::`, say), with its line;
    /// `crate::{a::b, c}` names both a and c.
    pub fn paths_from(&self, prefix: &str) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices(prefix) {
            if self.code[..at].chars().next_back().is_some_and(is_word) {
                continue;
            }
            let line = self.code[..at].matches('\n').count() + 1;
            let rest = &self.code[at + prefix.len()..];
            let names = match rest.strip_prefix('{') {
                Some(group) => heads(group),
                None => vec![first_word(rest)],
            };
            found.extend(names.into_iter().filter(|n| !n.is_empty()).map(|n| (line, n)));
        }
        found
    }
}

/// True for what a name is made of.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// True where `needle` stands in `line` as a whole path or word.
pub fn names(line: &str, needle: &str) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + needle.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn end_of_line(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len())
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| is_word(*c)).collect()
}

/// The first words of the members of a use group, up to the brace that closes it.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(first_word(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(first_word(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

#[test]
fn comments_and_literals_do_not_hide_or_fake_code() {
    let text = r###"
use crate::{domain::{Tier, fact}, rules}; // crate::store
/* crate::http /* nested */ */ let a = "crate::app \" still";
let b = r#"crate::cli"#; let c = '"'; let d = '\''; crate::clock::now();
fn f<'a>(x: &'a str) -> &'a str { mycrate::x(x) }
"###;
    let source = Source::parse(text);
    let seen: Vec<_> = source.paths_from("crate::").into_iter().collect();
    let want = [(2, "domain"), (2, "rules"), (4, "clock")];
    assert_eq!(seen, want.map(|(line, name)| (line, name.to_owned())));
    let strings: Vec<_> = source.strings.iter().map(|(line, s)| (*line, s.as_str())).collect();
    assert_eq!(strings, [(3, "crate::app \\\" still"), (4, "crate::cli")]);
}

#[test]
fn a_name_is_found_only_whole() {
    assert!(names("std::time::Instant::now()", "Instant"));
    assert!(!names("Instantaneous", "Instant"));
    assert!(!names("my_diesel::x", "diesel"));
}
