//! The values that listings have bits for, and which column each of them is.

#![expect(
    clippy::as_conversions,
    reason = "the place of a code in its closed list is its discriminant"
)]

use super::listing::{ListingClass, ListingRecord};
use crate::domain::{
    Accepting, CredentialCode, CredentialTier, Indication, PaymentCode, Route, SafetyStatus,
    UsState,
};

/// A property with several values, any of which may be unknown for a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    State,
    Route,
    Indication,
    Payment,
    Language,
    Payer,
    Credential,
    CredentialTier,
    Accepting,
    Integration,
    FollowUp,
}

const DIMENSIONS: usize = Dimension::FollowUp as usize + 1;

/// The number of a value of a closed list, or of "unknown" in a dimension: one column each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Term(usize);

const CLASSES: usize = DIMENSIONS;
const STATUSES: usize = CLASSES + ListingClass::ALL.len();
const STATES: usize = STATUSES + SafetyStatus::ALL.len();
const ROUTES: usize = STATES + UsState::ALL.len();
const INDICATIONS: usize = ROUTES + Route::ALL.len();
const PAYMENTS: usize = INDICATIONS + Indication::ALL.len();
const CREDENTIALS: usize = PAYMENTS + PaymentCode::ALL.len();
const TIERS: usize = CREDENTIALS + CredentialCode::ALL.len();
const ACCEPTING: usize = TIERS + CredentialTier::ALL.len();
const INTEGRATION: usize = ACCEPTING + Accepting::ALL.len();
const FOLLOW_UP: usize = INTEGRATION + 2;

impl Term {
    /// How many there are.
    pub(super) const COUNT: usize = FOLLOW_UP + 2;

    /// The column.
    pub(super) const fn index(self) -> usize {
        self.0
    }

    /// "Unknown" in a dimension.
    pub(super) const fn unknown(dimension: Dimension) -> Self {
        Self(dimension as usize)
    }

    pub(super) const fn class(class: ListingClass) -> Self {
        Self(CLASSES + class as usize)
    }

    pub(super) const fn status(status: SafetyStatus) -> Self {
        Self(STATUSES + status as usize)
    }

    pub(super) const fn state(state: UsState) -> Self {
        Self(STATES + state as usize)
    }

    pub(super) const fn route(route: Route) -> Self {
        Self(ROUTES + route as usize)
    }

    pub(super) const fn indication(indication: Indication) -> Self {
        Self(INDICATIONS + indication as usize)
    }

    pub(super) const fn payment(payment: PaymentCode) -> Self {
        Self(PAYMENTS + payment as usize)
    }

    pub(super) const fn credential(credential: CredentialCode) -> Self {
        Self(CREDENTIALS + credential as usize)
    }

    pub(super) const fn tier(tier: CredentialTier) -> Self {
        Self(TIERS + tier as usize)
    }

    pub(super) const fn accepting(accepting: Accepting) -> Self {
        Self(ACCEPTING + accepting as usize)
    }

    pub(super) const fn integration(offered: bool) -> Self {
        Self(INTEGRATION + offered as usize)
    }

    pub(super) const fn follow_up(offered: bool) -> Self {
        Self(FOLLOW_UP + offered as usize)
    }
}

/// Every term of a closed list that holds for a record, and its unknown dimensions.
pub(super) fn terms_of(record: &ListingRecord) -> Vec<Term> {
    let mut terms = vec![Term::class(record.class), Term::status(record.status)];
    terms.extend(record.routes.items.iter().map(|route| Term::route(*route)));
    if !record.routes.complete {
        // An open set is unknown in what it does not name; a match is looked for first.
        terms.push(Term::unknown(Dimension::Route));
    }
    let mut list = |dimension, values: Option<Vec<Term>>| match values {
        Some(values) => terms.extend(values),
        None => terms.push(Term::unknown(dimension)),
    };
    list(Dimension::State, record.state.map(|v| vec![Term::state(v)]));
    list(Dimension::Indication, all(record.indications.as_deref(), Term::indication));
    list(Dimension::Payment, all(record.payments.as_deref(), Term::payment));
    list(Dimension::Language, record.languages.as_ref().map(|_| Vec::new()));
    list(Dimension::Payer, record.payers.as_ref().map(|_| Vec::new()));
    list(Dimension::Credential, all(record.credentials.as_deref(), Term::credential));
    list(Dimension::CredentialTier, all(record.credential_tiers.as_deref(), Term::tier));
    list(Dimension::Accepting, record.accepting.map(|v| vec![Term::accepting(v)]));
    list(Dimension::Integration, record.integration.map(|v| vec![Term::integration(v)]));
    list(Dimension::FollowUp, record.follow_up.map(|v| vec![Term::follow_up(v)]));
    terms.sort_unstable_by_key(|term| term.index());
    terms.dedup();
    terms
}

fn all<T: Copy>(values: Option<&[T]>, term: impl Fn(T) -> Term) -> Option<Vec<Term>> {
    values.map(|values| values.iter().map(|value| term(*value)).collect())
}

/// A language tag and the shorter tags that it falls under, folded: `es-MX`, `es`.
pub(super) fn language_terms(tag: &str) -> Vec<String> {
    let tag = tag.trim().to_ascii_lowercase();
    let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
    ends.filter_map(|end| tag.get(..end)).map(str::to_owned).collect()
}

/// A payer's name without case and surplus space.
pub(super) fn payer_term(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
