//! The JSON of rules, facts, findings and evaluations.

mod describe;
mod evaluation;
mod finding;
mod schema;

pub use describe::{FactAnswer, RuleAnswer};
pub use evaluation::{
    Assume, EvaluationAnswer, EvaluationRequest, FieldError, RulebookRef, evaluate_request,
};
pub use finding::{
    DecidedClause, FindingAnswer, FindingFact, LawAnswer, MissingFact, StepAnswer, StepKind,
};
pub use schema::{FactsGiven, LawDates};
