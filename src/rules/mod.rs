//! The rule engine: facts and a rulebook in, findings and a status out.
//!
//! `rulebook/README.md` says what everything here means. Pure and deterministic: the date is a
//! parameter, and the same facts, rulebook and date give the same answer everywhere.
//!
//! [`Rulebook::facts_of`] resolves what is stated about a site on a day, [`Rulebook::evaluate`]
//! gives the status without an allocation, [`Rulebook::findings`] the trace behind it, and
//! [`Rulebook::public_view`] what of all this the public may see.

mod display;
mod evaluate;
pub mod expr;
mod finding;
mod load;
mod public;
mod rule;
mod rulebook;
mod statements;
mod subject;
mod supervised;
mod text;
mod tri;
mod value;
mod vocabulary;
pub mod wire;

pub use display::{WORST_FIRST, display, worst};
pub use evaluate::{Basis, Counts, Evaluation, MAX_RULES, RuleSet};
pub use finding::{Decided, Finding, Part, Which};
pub use load::{BUILT_IN_VERSION, LoadError, LoadErrors, Source, Sources};
pub use public::PublicView;
pub use rule::{IfUndetermined, Law, LegalStatus, Outcome, Rule, RuleKind, Verdict};
pub use rulebook::{Citation, Core, Rulebook};
pub use statements::{About, Aged, Claim, Resolved};
pub use subject::ResolvedFacts;
pub use supervised::Step;
pub use text::{Lang, Plain};
pub use tri::Tri;
pub use value::{FactState, Facts, SetValue, Value};
pub use vocabulary::{FactId, FactSpec, Kind, MAX_CODES, ValueError, Vocabulary};
