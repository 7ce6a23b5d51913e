//! What can be wrong with an expression, and where.

/// A fault in an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {}: {fault}", .column)]
pub struct ExprError {
    /// Bytes before the faulty place.
    pub offset: usize,
    /// The faulty place, counted in characters from 1.
    pub column: usize,
    /// What is wrong there.
    pub fault: ExprFault,
}

impl ExprError {
    pub(super) fn new(source: &str, offset: usize, fault: ExprFault) -> Self {
        let before = source.get(..offset).unwrap_or(source);
        Self { offset, column: before.chars().count() + 1, fault }
    }
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExprFault {
    /// The text does not follow the grammar.
    #[error("syntax error: {0}")]
    Syntax(String),
    /// Brackets or negations stand too deep in each other.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// No fact has this name.
    #[error("unknown fact `{name}`{}", did_you_mean(.closest.as_deref()))]
    UnknownFact {
        /// The name that was written.
        name: String,
        /// The fact that may have been meant.
        closest: Option<String>,
    },
    /// The parts do not fit each other.
    #[error("wrong type: {0}")]
    WrongType(String),
    /// The fact has no such code.
    #[error("`{fact}` has no value \"{value}\"; its values are {allowed}")]
    NoSuchValue {
        /// The fact's name.
        fact: String,
        /// The code that was written.
        value: String,
        /// The codes that exist.
        allowed: String,
    },
}

fn did_you_mean(closest: Option<&str>) -> String {
    closest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
