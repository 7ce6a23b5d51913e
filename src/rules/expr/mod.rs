//! The expression language of guards and conditions: a typed tree with three-valued evaluation.
//!
//! A subset of CEL: `&&`, `||`, `!`, comparisons, `in`, literals, lists of literals and fact
//! names. Text becomes lexemes ([`lex`]), lexemes become a tree ([`parse`]) and the vocabulary
//! gives the tree its types ([`check`]).

mod check;
mod error;
mod lex;
mod parse;

use std::ops::Range;

pub use error::{ExprError, ExprFault};

use super::{
    tri::Tri,
    value::{FactState, Facts, Value, bit},
    vocabulary::{FactId, Vocabulary},
};

/// A guard or a condition that fits its vocabulary.
#[derive(Debug, Clone)]
pub struct Condition {
    source: String,
    root: Expr,
}

/// A node of the typed tree.
#[derive(Debug, Clone)]
enum Expr {
    Leaf(Clause),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
}

/// A leaf: one question about one fact, and where it stands in the text.
#[derive(Debug, Clone)]
pub struct Clause {
    test: Test,
    span: Range<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Test {
    /// A literal.
    Always(bool),
    /// A `tri` fact has this value.
    Is(FactId, bool),
    /// An `int` fact stands in this relation to a number.
    Number(FactId, Relation, i64),
    /// An `enum` fact is one of these codes.
    OneOf(FactId, u64),
    /// A `set` fact has this member.
    Has(FactId, u8),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Relation {
    fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Eq => left == right,
            Self::Ne => left != right,
            Self::Lt => left < right,
            Self::Le => left <= right,
            Self::Gt => left > right,
            Self::Ge => left >= right,
        }
    }

    /// The relation with its sides exchanged.
    const fn turned(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
        }
    }
}

impl Condition {
    /// Reads an expression and checks it against the vocabulary.
    ///
    /// # Errors
    /// A syntax error, an unknown fact, a wrong type or a value that does not exist, each with
    /// its place in the text.
    pub fn parse(source: &str, vocabulary: &Vocabulary) -> Result<Self, ExprError> {
        let node = parse::parse(source)?;
        let root = check::check(source, &node, vocabulary)?;
        Ok(Self { source: source.to_owned(), root })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the condition holds.
    #[must_use]
    pub fn eval(&self, facts: &Facts) -> Tri {
        self.root.eval(facts)
    }

    /// The clauses that alone decide the result: those that are true where it is true, false
    /// where it is false, and unknown where it is unknown.
    #[must_use]
    pub fn deciding(&self, facts: &Facts) -> Vec<&Clause> {
        let mut clauses = Vec::new();
        self.root.deciding(facts, &mut |clause| clauses.push(clause));
        clauses
    }

    /// Hands every deciding clause to a function, without building a list.
    pub fn each_deciding<'a>(&'a self, facts: &Facts, mut each: impl FnMut(&'a Clause)) {
        self.root.deciding(facts, &mut each);
    }

    /// Every clause, from left to right.
    #[must_use]
    pub fn clauses(&self) -> Vec<&Clause> {
        let mut clauses = Vec::new();
        self.root.leaves(&mut clauses);
        clauses
    }

    /// A clause's text.
    #[must_use]
    pub fn text(&self, clause: &Clause) -> &str {
        self.source.get(clause.span.clone()).unwrap_or_default()
    }
}

impl Clause {
    /// The fact that it asks about; none for a literal.
    #[must_use]
    pub const fn fact(&self) -> Option<FactId> {
        match self.test {
            Test::Always(_) => None,
            Test::Is(fact, _)
            | Test::Number(fact, _, _)
            | Test::OneOf(fact, _)
            | Test::Has(fact, _) => Some(fact),
        }
    }

    /// Whether it holds. Comparison with unknown is unknown.
    #[must_use]
    pub fn eval(&self, facts: &Facts) -> Tri {
        let of = |fact| match facts.get(fact) {
            FactState::Known(value) => Some(value),
            FactState::Unknown(_) => None,
        };
        match self.test {
            Test::Always(value) => value.into(),
            Test::Is(fact, want) => match of(fact) {
                Some(Value::Bool(value)) => (value == want).into(),
                _ => Tri::Unknown,
            },
            Test::Number(fact, relation, number) => match of(fact) {
                Some(Value::Int(value)) => relation.holds(value, number).into(),
                _ => Tri::Unknown,
            },
            Test::OneOf(fact, codes) => match of(fact) {
                Some(Value::Code(code)) => (codes & bit(code) != 0).into(),
                _ => Tri::Unknown,
            },
            Test::Has(fact, code) => match of(fact) {
                Some(Value::Set(set)) if set.has(code) => Tri::True,
                Some(Value::Set(set)) if set.complete => Tri::False,
                _ => Tri::Unknown,
            },
        }
    }
}

impl Expr {
    fn eval(&self, facts: &Facts) -> Tri {
        match self {
            Self::Leaf(clause) => clause.eval(facts),
            Self::Not(inner) => !inner.eval(facts),
            Self::And(parts) => {
                let mut all = Tri::True;
                for part in parts {
                    all = all.and(part.eval(facts));
                    if all == Tri::False {
                        break;
                    }
                }
                all
            }
            Self::Or(parts) => {
                let mut any = Tri::False;
                for part in parts {
                    any = any.or(part.eval(facts));
                    if any == Tri::True {
                        break;
                    }
                }
                any
            }
        }
    }

    /// In AND and OR alike, the parts that have the whole's value decide it: all of them where
    /// the value needs all, and those that forced it where one was enough.
    fn deciding<'a>(&'a self, facts: &Facts, each: &mut dyn FnMut(&'a Clause)) {
        match self {
            Self::Leaf(clause) => each(clause),
            Self::Not(inner) => inner.deciding(facts, each),
            Self::And(parts) | Self::Or(parts) => {
                let whole = self.eval(facts);
                for part in parts.iter().filter(|part| part.eval(facts) == whole) {
                    part.deciding(facts, each);
                }
            }
        }
    }

    fn leaves<'a>(&'a self, into: &mut Vec<&'a Clause>) {
        match self {
            Self::Leaf(clause) => into.push(clause),
            Self::Not(inner) => inner.leaves(into),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.leaves(into));
            }
        }
    }
}
