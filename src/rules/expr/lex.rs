//! From text to lexemes.

use std::ops::Range;

use winnow::{
    LocatingSlice, ModalResult, Parser,
    ascii::{digit1, multispace0},
    combinator::{alt, delimited, fail, opt, preceded, repeat},
    stream::Location,
    token::{none_of, one_of, take_while},
};

use super::{ExprError, ExprFault};

/// The smallest parts of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// The name of a fact.
    Name(String),
    /// A text literal.
    Text(String),
    /// A whole number.
    Number(i64),
    /// `true` or `false`.
    Truth(bool),
    /// An operator, a bracket, a comma or `in`.
    Sign(&'static str),
}

/// A token and the bytes that it takes up.
#[derive(Debug, Clone)]
pub struct Lexeme {
    pub token: Token,
    pub span: Range<usize>,
}

type Input<'a> = LocatingSlice<&'a str>;

/// Cuts the text into lexemes.
pub fn lex(source: &str) -> Result<Vec<Lexeme>, ExprError> {
    let mut input = LocatingSlice::new(source);
    let mut lexemes = Vec::new();
    loop {
        let spaces: ModalResult<&str> = multispace0.parse_next(&mut input);
        let at = input.current_token_start();
        if spaces.is_err() || input.is_empty() {
            return Ok(lexemes);
        }
        match token.with_span().parse_next(&mut input) {
            Ok((token, span)) => lexemes.push(Lexeme { token, span }),
            Err(_) => {
                let rest = source.get(at..).unwrap_or_default();
                return Err(ExprError::new(source, at, ExprFault::Syntax(complaint(rest))));
            }
        }
    }
}

fn token(input: &mut Input<'_>) -> ModalResult<Token> {
    alt((sign, text, number, word)).parse_next(input)
}

/// The longer sign comes before the one that it starts with.
const SIGNS: [&str; 14] =
    ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ","];

fn sign(input: &mut Input<'_>) -> ModalResult<Token> {
    for sign in SIGNS {
        if opt(sign).parse_next(input)?.is_some() {
            return Ok(Token::Sign(sign));
        }
    }
    fail.parse_next(input)
}

fn text(input: &mut Input<'_>) -> ModalResult<Token> {
    let escaped = preceded('\\', one_of(['"', '\'', '\\']));
    let in_double = repeat(0.., alt((none_of(['"', '\\', '\n']), escaped)));
    let escaped = preceded('\\', one_of(['"', '\'', '\\']));
    let in_single = repeat(0.., alt((none_of(['\'', '\\', '\n']), escaped)));
    alt((delimited('"', in_double, '"'), delimited('\'', in_single, '\'')))
        .map(Token::Text)
        .parse_next(input)
}

fn number(input: &mut Input<'_>) -> ModalResult<Token> {
    (opt('-'), digit1)
        .take()
        .verify_map(|digits: &str| digits.parse().ok())
        .map(Token::Number)
        .parse_next(input)
}

fn word(input: &mut Input<'_>) -> ModalResult<Token> {
    let first = one_of(('a'..='z', 'A'..='Z', '_'));
    let rest = take_while(0.., ('a'..='z', 'A'..='Z', '0'..='9', '_', '.'));
    (first, rest)
        .take()
        .map(|word: &str| match word {
            "true" => Token::Truth(true),
            "false" => Token::Truth(false),
            "in" => Token::Sign("in"),
            name => Token::Name(name.to_owned()),
        })
        .parse_next(input)
}

/// Why no token starts here, in words that lead to the mend.
fn complaint(rest: &str) -> String {
    let mut chars = rest.chars();
    match chars.next() {
        Some('"' | '\'') => {
            "this text does not end, or has an escape other than \\\", \\' and \\\\".to_owned()
        }
        Some('=') => "`=` is no operator; write `==`".to_owned(),
        Some('&') => "`&` is no operator; write `&&`".to_owned(),
        Some('|') => "`|` is no operator; write `||`".to_owned(),
        Some(c) if c.is_ascii_digit() || c == '-' => {
            "a number is whole and fits in 64 bits".to_owned()
        }
        Some(c) => format!("unexpected character {c:?}"),
        None => "unexpected end".to_owned(),
    }
}
