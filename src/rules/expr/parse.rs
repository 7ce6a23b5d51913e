//! From lexemes to an untyped tree, by recursive descent with a limit on its depth.

use std::ops::Range;

use super::{
    ExprError, ExprFault, Relation,
    lex::{Lexeme, Token, lex},
};

/// How deep brackets and negations may stand in each other. A hostile expression must not
/// exhaust the stack; the deepest condition of the first rulebook stands at 2.
const MAX_DEPTH: usize = 64;

/// A node of the untyped tree and the bytes that it takes up.
#[derive(Debug)]
pub struct Node {
    pub shape: Shape,
    pub span: Range<usize>,
}

#[derive(Debug)]
pub enum Shape {
    Name(String),
    Literal(Literal),
    List(Vec<(Literal, Range<usize>)>),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare(Relation, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    Text(String),
    Number(i64),
    Truth(bool),
}

/// Parses a whole expression.
pub fn parse(source: &str) -> Result<Node, ExprError> {
    let mut parser = Parser { source, lexemes: lex(source)?, at: 0, depth: 0 };
    let node = parser.any()?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.expected("an operator or the end")),
    }
}

struct Parser<'a> {
    source: &'a str,
    lexemes: Vec<Lexeme>,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Node, ExprError> {
        self.chain("||", Self::all, Shape::Or)
    }

    fn all(&mut self) -> Result<Node, ExprError> {
        self.chain("&&", Self::comparison, Shape::And)
    }

    /// One or more parts with the same operator between them.
    fn chain(
        &mut self,
        operator: &str,
        part: fn(&mut Self) -> Result<Node, ExprError>,
        shape: fn(Vec<Node>) -> Shape,
    ) -> Result<Node, ExprError> {
        let first = part(self)?;
        if !self.sees(operator) {
            return Ok(first);
        }
        let start = first.span.start;
        let mut end = first.span.end;
        let mut parts = vec![first];
        while self.takes(operator).is_some() {
            let next = part(self)?;
            end = next.span.end;
            parts.push(next);
        }
        Ok(Node { shape: shape(parts), span: start..end })
    }

    fn comparison(&mut self) -> Result<Node, ExprError> {
        let left = self.unary()?;
        let relation = match self.peek() {
            Some(Token::Sign("==")) => Some(Relation::Eq),
            Some(Token::Sign("!=")) => Some(Relation::Ne),
            Some(Token::Sign("<")) => Some(Relation::Lt),
            Some(Token::Sign("<=")) => Some(Relation::Le),
            Some(Token::Sign(">")) => Some(Relation::Gt),
            Some(Token::Sign(">=")) => Some(Relation::Ge),
            Some(Token::Sign("in")) => None,
            _ => return Ok(left),
        };
        self.at += 1;
        let right = self.unary()?;
        let span = left.span.start..right.span.end;
        let (left, right) = (Box::new(left), Box::new(right));
        if matches!(self.peek(), Some(Token::Sign("==" | "!=" | "<" | "<=" | ">" | ">=" | "in"))) {
            return Err(self.expected("`&&`, `||` or the end; comparisons do not chain"));
        }
        let shape = match relation {
            Some(relation) => Shape::Compare(relation, left, right),
            None => Shape::In(left, right),
        };
        Ok(Node { shape, span })
    }

    fn unary(&mut self) -> Result<Node, ExprError> {
        let Some(sign) = self.takes("!") else { return self.primary() };
        let inner = self.deeper(sign.start, Self::unary)?;
        let span = sign.start..inner.span.end;
        Ok(Node { shape: Shape::Not(Box::new(inner)), span })
    }

    fn primary(&mut self) -> Result<Node, ExprError> {
        if let Some(open) = self.takes("(") {
            let inner = self.deeper(open.start, Self::any)?;
            let close = self.needs(")")?;
            // A clause is quoted without the brackets around it.
            return Ok(match inner.shape {
                Shape::Name(_) | Shape::Literal(_) | Shape::List(_) => {
                    Node { shape: inner.shape, span: open.start..close.end }
                }
                _ => inner,
            });
        }
        if let Some(open) = self.takes("[") {
            return self.list(open.start);
        }
        if let Some((literal, span)) = self.literal() {
            return Ok(Node { shape: Shape::Literal(literal), span });
        }
        match self.lexemes.get(self.at).cloned() {
            Some(Lexeme { token: Token::Name(name), span }) => {
                self.at += 1;
                Ok(Node { shape: Shape::Name(name), span })
            }
            _ => Err(self.expected("a fact, a value, `!`, `(` or `[`")),
        }
    }

    /// The rest of a list after its bracket.
    fn list(&mut self, start: usize) -> Result<Node, ExprError> {
        let mut items = Vec::new();
        loop {
            match self.literal() {
                Some(item) => items.push(item),
                None => return Err(self.expected("a text, a number, `true` or `false`")),
            }
            if self.takes(",").is_none() {
                let close = self.needs("]")?;
                return Ok(Node { shape: Shape::List(items), span: start..close.end });
            }
        }
    }

    fn literal(&mut self) -> Option<(Literal, Range<usize>)> {
        let lexeme = self.lexemes.get(self.at)?;
        let literal = match &lexeme.token {
            Token::Text(text) => Literal::Text(text.clone()),
            Token::Number(number) => Literal::Number(*number),
            Token::Truth(truth) => Literal::Truth(*truth),
            Token::Name(_) | Token::Sign(_) => return None,
        };
        let span = lexeme.span.clone();
        self.at += 1;
        Some((literal, span))
    }

    fn deeper(
        &mut self,
        offset: usize,
        inner: fn(&mut Self) -> Result<Node, ExprError>,
    ) -> Result<Node, ExprError> {
        if self.depth >= MAX_DEPTH {
            return Err(ExprError::new(self.source, offset, ExprFault::TooDeep(MAX_DEPTH)));
        }
        self.depth += 1;
        let node = inner(self);
        self.depth -= 1;
        node
    }

    fn peek(&self) -> Option<&Token> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    fn sees(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(seen)) if *seen == sign)
    }

    fn takes(&mut self, sign: &str) -> Option<Range<usize>> {
        if !self.sees(sign) {
            return None;
        }
        let span = self.lexemes.get(self.at).map(|lexeme| lexeme.span.clone());
        self.at += 1;
        span
    }

    fn needs(&mut self, sign: &str) -> Result<Range<usize>, ExprError> {
        self.takes(sign).ok_or_else(|| self.expected(&format!("`{sign}`")))
    }

    fn expected(&self, what: &str) -> ExprError {
        let (offset, found) = match self.lexemes.get(self.at) {
            Some(Lexeme { span, .. }) => {
                let text = self.source.get(span.clone()).unwrap_or_default();
                (span.start, format!("`{text}`"))
            }
            None => (self.source.len(), "the end".to_owned()),
        };
        let fault = ExprFault::Syntax(format!("expected {what}, found {found}"));
        ExprError::new(self.source, offset, fault)
    }
}
