//! From the untyped tree to the typed one, against the vocabulary.

use std::ops::Range;

use crate::rules::{
    value::bit,
    vocabulary::{FactSpec, Kind, Vocabulary},
};

use super::{
    Clause, Expr, ExprError, ExprFault, Relation, Test,
    parse::{Literal, Node, Shape},
};

/// Gives the tree its types; the result is a truth value.
pub fn check(source: &str, node: &Node, vocabulary: &Vocabulary) -> Result<Expr, ExprError> {
    Checker { source, vocabulary }.truth(node)
}

struct Checker<'a> {
    source: &'a str,
    vocabulary: &'a Vocabulary,
}

impl<'a> Checker<'a> {
    /// A node that must be a truth value.
    fn truth(&self, node: &Node) -> Result<Expr, ExprError> {
        let leaf = |test| Ok(Expr::Leaf(Clause { test, span: node.span.clone() }));
        match &node.shape {
            Shape::Not(inner) => Ok(Expr::Not(Box::new(self.truth(inner)?))),
            Shape::And(parts) => Ok(Expr::And(self.truths(parts)?)),
            Shape::Or(parts) => Ok(Expr::Or(self.truths(parts)?)),
            Shape::Literal(Literal::Truth(value)) => leaf(Test::Always(*value)),
            Shape::Name(name) => {
                let fact = self.fact(name, &node.span)?;
                match fact.kind {
                    Kind::Tri => leaf(Test::Is(fact.id, true)),
                    _ => Err(self.wrong_type(
                        &node.span,
                        format!("`{name}` is {} fact and stands alone here", article(&fact.kind)),
                    )),
                }
            }
            Shape::Compare(relation, left, right) => self.comparison(*relation, left, right, node),
            Shape::In(left, right) => leaf(self.membership(left, right)?),
            Shape::Literal(Literal::Text(_) | Literal::Number(_)) | Shape::List(_) => {
                Err(self.wrong_type(&node.span, "this is no truth value".to_owned()))
            }
        }
    }

    fn truths(&self, parts: &[Node]) -> Result<Vec<Expr>, ExprError> {
        parts.iter().map(|part| self.truth(part)).collect()
    }

    /// `fact relation literal` or the other way round.
    fn comparison(
        &self,
        relation: Relation,
        left: &Node,
        right: &Node,
        whole: &Node,
    ) -> Result<Expr, ExprError> {
        let (side, literal, relation, literal_span) = match (&left.shape, &right.shape) {
            (Shape::Literal(_), Shape::Literal(_)) => {
                let reason = "two literals are compared; no fact can change the result";
                return Err(self.wrong_type(&whole.span, reason.to_owned()));
            }
            (_, Shape::Literal(literal)) => (left, literal, relation, &right.span),
            (Shape::Literal(literal), _) => (right, literal, relation.turned(), &left.span),
            _ => {
                let reason = "one side of a comparison must be a literal";
                return Err(self.wrong_type(&whole.span, reason.to_owned()));
            }
        };
        let leaf = |test| Ok(Expr::Leaf(Clause { test, span: whole.span.clone() }));
        let Shape::Name(name) = &side.shape else {
            // `(a || b) == false`: anything that is a truth value can be compared with one.
            let inner = self.truth(side)?;
            return match (relation, literal) {
                (Relation::Eq, Literal::Truth(true)) | (Relation::Ne, Literal::Truth(false)) => {
                    Ok(inner)
                }
                (Relation::Eq, Literal::Truth(false)) | (Relation::Ne, Literal::Truth(true)) => {
                    Ok(Expr::Not(Box::new(inner)))
                }
                _ => {
                    let reason = "a truth value compares with == and != to true or false";
                    Err(self.wrong_type(&whole.span, reason.to_owned()))
                }
            };
        };
        let fact = self.fact(name, &side.span)?;
        match (&fact.kind, relation, literal) {
            (Kind::Tri, Relation::Eq, Literal::Truth(want)) => leaf(Test::Is(fact.id, *want)),
            (Kind::Tri, Relation::Ne, Literal::Truth(want)) => leaf(Test::Is(fact.id, !*want)),
            (Kind::Int { .. }, _, Literal::Number(number)) => {
                leaf(Test::Number(fact.id, relation, *number))
            }
            (Kind::Enum(codes), Relation::Eq | Relation::Ne, Literal::Text(text)) => {
                let one = bit(self.code(fact, text, literal_span)?);
                let every = (0_u8..).zip(codes).fold(0, |mask, (code, _)| mask | bit(code));
                let codes = if relation == Relation::Eq { one } else { every & !one };
                leaf(Test::OneOf(fact.id, codes))
            }
            (Kind::Tri, ..) => Err(self.wrong_type(
                &whole.span,
                format!("`{name}` is a tri fact: compare it with == or != to true or false"),
            )),
            (Kind::Int { .. }, ..) => Err(self.wrong_type(
                literal_span,
                format!("`{name}` is an int fact: compare it with a whole number"),
            )),
            (Kind::Enum(_), ..) => Err(self.wrong_type(
                &whole.span,
                format!("`{name}` is an enum fact: compare it with ==, != or in to its values"),
            )),
            (Kind::Set(_), ..) => Err(self.wrong_type(
                &whole.span,
                format!("`{name}` is a set fact: ask for a member with \"value\" in {name}"),
            )),
        }
    }

    /// `"member" in set_fact` or `fact in [literals]`.
    fn membership(&self, left: &Node, right: &Node) -> Result<Test, ExprError> {
        match (&left.shape, &right.shape) {
            (Shape::Literal(Literal::Text(text)), Shape::Name(name)) => {
                let fact = self.fact(name, &right.span)?;
                match fact.kind {
                    Kind::Set(_) => Ok(Test::Has(fact.id, self.code(fact, text, &left.span)?)),
                    _ => Err(self.wrong_type(
                        &right.span,
                        format!("`{name}` is {} fact, not a set", article(&fact.kind)),
                    )),
                }
            }
            (Shape::Name(name), Shape::List(items)) => {
                let fact = self.fact(name, &left.span)?;
                let Kind::Enum(_) = fact.kind else {
                    return Err(self.wrong_type(
                        &left.span,
                        format!(
                            "`{name}` is {} fact; only enum facts are looked for in a list",
                            article(&fact.kind)
                        ),
                    ));
                };
                let mut codes = 0;
                for (item, span) in items {
                    let Literal::Text(text) = item else {
                        let reason = format!("the values of `{name}` are texts");
                        return Err(self.wrong_type(span, reason));
                    };
                    codes |= bit(self.code(fact, text, span)?);
                }
                Ok(Test::OneOf(fact.id, codes))
            }
            _ => {
                let span = left.span.start..right.span.end;
                let reason = "write \"value\" in set_fact or enum_fact in [\"value\", ...]";
                Err(self.wrong_type(&span, reason.to_owned()))
            }
        }
    }

    fn fact(&self, name: &str, span: &Range<usize>) -> Result<&'a FactSpec, ExprError> {
        self.vocabulary.named(name).ok_or_else(|| {
            let closest = self.vocabulary.closest(name).map(str::to_owned);
            self.error(span, ExprFault::UnknownFact { name: name.to_owned(), closest })
        })
    }

    fn code(&self, fact: &FactSpec, text: &str, span: &Range<usize>) -> Result<u8, ExprError> {
        fact.kind.code(text).ok_or_else(|| {
            let fault = ExprFault::NoSuchValue {
                fact: fact.name.clone(),
                value: text.to_owned(),
                allowed: fact.kind.codes().join(", "),
            };
            self.error(span, fault)
        })
    }

    fn wrong_type(&self, span: &Range<usize>, reason: String) -> ExprError {
        self.error(span, ExprFault::WrongType(reason))
    }

    fn error(&self, span: &Range<usize>, fault: ExprFault) -> ExprError {
        ExprError::new(self.source, span.start, fault)
    }
}

/// "a tri", "an int".
fn article(kind: &Kind) -> String {
    let name = kind.name();
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}
