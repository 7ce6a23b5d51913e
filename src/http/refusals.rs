//! The refusals of the use cases, as problems.

use serde::Serialize;
use serde_json::value::to_raw_value;
use utoipa::ToSchema;

use super::problem::{FieldError, Kind, Location, Problem};
use crate::{
    app::{
        accounts::SignInError,
        answer::Origin,
        cursor::CursorError,
        detail::Missing,
        flags::{FlagError, admin::ListError},
        invites::InviteError,
        links::LinkError,
        reports::{ReportError, quota::Spent},
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
            SignInError::Unsigned => Self::internal(error),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        let kind = match error {
            LinkError::Forged => Kind::NotFound,
            LinkError::Expired | LinkError::Replaced => Kind::LinkExpired,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<FlagError> for Problem {
    fn from(error: FlagError) -> Self {
        let detail = error.to_string();
        match error {
            FlagError::Unknown => Self::new(Kind::NotFound, detail),
            FlagError::Link(error) => error.into(),
            FlagError::Refused(_) => Self::new(Kind::IllegalTransition, detail),
            FlagError::TooFewDeciders => Self::new(Kind::TooFewDeciders, detail),
            FlagError::Input { pointer, .. } => invalid(pointer, detail),
            FlagError::Store(error) => error.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Cursor(error) => error.into(),
            ListError::Store(error) => error.into(),
        }
    }
}

impl From<InviteError> for Problem {
    fn from(error: InviteError) -> Self {
        let detail = error.to_string();
        match error {
            InviteError::NoListing | InviteError::Unknown => Self::new(Kind::NotFound, detail),
            InviteError::Link(error) => error.into(),
            InviteError::Refused(_) => Self::new(Kind::IllegalTransition, detail),
            InviteError::Input { pointer, .. } => invalid(&pointer, detail),
            InviteError::Store(error) => error.into(),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        let detail = error.to_string();
        match error {
            ReportError::NoListing | ReportError::Unknown => Self::new(Kind::NotFound, detail),
            ReportError::Refused(_) => Self::new(Kind::IllegalTransition, detail),
            ReportError::Input { pointer, .. } => invalid(pointer, detail),
            ReportError::Store(error) => error.into(),
        }
    }
}

impl From<Spent> for Problem {
    fn from(spent: Spent) -> Self {
        Self::new(
            Kind::TooManyRequests,
            "Your network has sent as many reports today as are taken from one; they are worked on.",
        )
        .retry_after(spent.retry_after_s)
    }
}

/// A member of a body that cannot be taken.
fn invalid(pointer: &str, detail: String) -> Problem {
    let place = Location::Pointer(pointer.to_owned());
    let errors = vec![FieldError::new(place, "invalid", detail.clone())];
    Problem::new(Kind::InvalidBody, detail).with_errors(errors)
}
