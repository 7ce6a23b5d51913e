//! The refusals of the use cases, as problems.

use serde::Serialize;
use serde_json::value::to_raw_value;
use utoipa::ToSchema;

use super::problem::{FieldError, Kind, Location, Problem};
use crate::{
    app::{
        accounts::SignInError, answer::Origin, cursor::CursorError, detail::Missing,
        search::SearchError,
    },
    domain::course_cost::CourseCostError,
    store,
};

/// What a client may choose from where a place is ambiguous.
#[derive(Serialize, ToSchema)]
pub struct Candidate<'a> {
    /// The place with its state, as it can be asked for.
    #[schema(example = "Springfield, IL")]
    label: &'a str,
    /// Degrees north.
    #[schema(example = 39.8)]
    lat: f64,
    /// Degrees east.
    #[schema(example = -89.64)]
    lon: f64,
}

impl<'a> From<&'a Origin> for Candidate<'a> {
    fn from(origin: &'a Origin) -> Self {
        Self { label: &origin.label, lat: origin.lat, lon: origin.lon }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        let detail = error.to_string();
        match error {
            SearchError::PlaceNotFound(_) => Self::new(Kind::PlaceNotFound, detail),
            SearchError::AmbiguousPlace { candidates, .. } => {
                let list: Vec<Candidate<'_>> = candidates.iter().map(Candidate::from).collect();
                let problem = Self::new(Kind::AmbiguousPlace, detail);
                match to_raw_value(&list) {
                    Ok(list) => problem.with_candidates(list),
                    Err(error) => Self::internal(error),
                }
            }
            SearchError::Cursor(error) => error.into(),
            SearchError::TooManyForDate { .. } | SearchError::DateNeedsPlace(_) => {
                Self::new(Kind::TooManyListings, detail)
            }
            SearchError::Unreadable(error) => Self::internal(error),
        }
    }
}

impl From<CursorError> for Problem {
    fn from(error: CursorError) -> Self {
        let kind = match error {
            CursorError::Forged => Kind::InvalidCursor,
            CursorError::Expired => Kind::CursorExpired,
            CursorError::OtherQuery => Kind::CursorMismatch,
        };
        let detail = error.to_string();
        let place = Location::Parameter("cursor".into());
        Self::new(kind, detail.clone()).with_errors(vec![FieldError::new(place, "refused", detail)])
    }
}

impl From<Missing> for Problem {
    fn from(missing: Missing) -> Self {
        let kind = match missing {
            Missing::Unknown | Missing::Merged { .. } => Kind::NotFound,
            Missing::Delisted => Kind::Gone,
        };
        Self::new(kind, missing.to_string())
    }
}

impl From<CourseCostError> for Problem {
    fn from(error: CourseCostError) -> Self {
        let (kind, name) = match error {
            CourseCostError::Sessions => (Kind::InvalidParameter, "sessions"),
            CourseCostError::RouteNotOffered(_) => (Kind::NotOffered, "route"),
        };
        let detail = error.to_string();
        let place = Location::Parameter(name.into());
        Self::new(kind, detail.clone()).with_errors(vec![FieldError::new(place, "refused", detail)])
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        let detail = error.to_string();
        match error {
            store::Error::Unavailable { .. } => {
                let detail = "The database does not answer; reading goes on.";
                Self::new(Kind::Unavailable, detail).caused_by(error)
            }
            store::Error::Stale { .. } => Self::new(Kind::PreconditionFailed, detail),
            store::Error::Conflict(_)
            | store::Error::SlugTaken { .. }
            | store::Error::MixedData { .. } => Self::new(Kind::Conflict, detail),
            other => Self::internal(other),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::of(Kind::InvalidCredentials),
            SignInError::CodeNeeded => Self::of(Kind::SecondFactorNeeded),
            SignInError::TooMany(seconds) => {
                let detail = "Too many guesses at this account or from this network.";
                let seconds = u16::try_from(seconds).unwrap_or(u16::MAX);
                Self::new(Kind::TooManyRequests, detail).retry_after(seconds)
            }
            SignInError::Unsigned => Self::internal(error),
            SignInError::Store(error) => error.into(),
        }
    }
}
