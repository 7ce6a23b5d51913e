//! Why a change was refused.

use super::Hold;
use crate::{
    app::cursor::CursorError,
    domain::{ListingState, editorial::Verb},
    import::RowError,
    store,
};

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer into the body.
    pub pointer: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

impl Fault {
    pub(super) fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// What an import would say of a row, at another place.
    pub(super) fn of(error: RowError, pointer: impl FnOnce(&str) -> String) -> Self {
        let RowError { field, problem, mend, .. } = error;
        Self { pointer: pointer(&field), detail: format!("{problem}; {mend}") }
    }
}

/// Why a change of a listing was refused, or a question about one cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// No listing and no site has this id.
    #[error("no listing and no site has this id")]
    Unknown,
    /// The listing has no such version.
    #[error("this listing has no version {0}")]
    NoVersion(i64),
    /// Somebody was faster.
    #[error("the listing is at version {current} by now; read it again")]
    Stale {
        /// The version that is current.
        current: i64,
    },
    /// The state does not allow it.
    #[error("a listing that is {from} cannot {verb}; possible now: {}", words(*.from))]
    IllegalTransition {
        /// The state.
        from: ListingState,
        /// What was asked for.
        verb: Verb,
    },
    /// The listing is closed to changes.
    #[error("a listing that is {state} cannot be changed; possible now: {}", words(*.state))]
    Closed {
        /// The state.
        state: ListingState,
    },
    /// Something keeps the listing from being public.
    #[error("the listing is held: {}", explained(.0))]
    Held(Vec<Hold>),
    /// A second person has to do it.
    #[error("you {0} this listing since it was last public; another person has to publish it")]
    FourEyes(&'static str),
    /// What was sent cannot be.
    #[error("{}", first(.0))]
    Invalid(Vec<Fault>),
    /// It does not go together with what there is.
    #[error("{0}")]
    Conflict(String),
    /// The key was used for another request.
    #[error("this key was used for another request within the last 24 hours; take a new one")]
    KeyReused,
    /// The first request with this key is not done yet.
    #[error("a request with this key is being served; ask again in a moment")]
    KeyRunning,
    /// What was shown is not what is there now.
    #[error("what was shown has changed since; look again and send the new digest")]
    ShownChanged,
    /// A cursor was refused.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database failed.
    #[error(transparent)]
    Store(store::Error),
}

impl EditError {
    /// One fault.
    pub(super) fn fault(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault::new(pointer, detail)])
    }
}

impl From<store::Error> for EditError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Stale { stored, .. } => Self::Stale { current: stored },
            store::Error::Conflict(_)
            | store::Error::SlugTaken { .. }
            | store::Error::MixedData { .. } => Self::Conflict(error.to_string()),
            other => Self::Store(other),
        }
    }
}

fn words(state: ListingState) -> String {
    let verbs: Vec<&str> = Verb::possible(state).map(Verb::as_str).collect();
    if verbs.is_empty() { "nothing".to_owned() } else { verbs.join(", ") }
}

fn explained(holds: &[Hold]) -> String {
    let told: Vec<&str> = holds.iter().map(|hold| hold.explanation.as_str()).collect();
    told.join("; ")
}

fn first(faults: &[Fault]) -> String {
    faults.first().map_or_else(String::new, |fault| format!("{}: {}", fault.pointer, fault.detail))
}
