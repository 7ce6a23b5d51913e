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
        editorial::{EditError, Hold},
        evidence::{self, files::FileError},
        flags::{FlagError, admin::ListError},
        invites::InviteError,
        links::LinkError,
        public_log::LogError,
        queue::work::WorkError,
        reports::{ReportError, quota::Spent},
        search::SearchError,
    },
    domain::{ListingState, course_cost::CourseCostError, editorial::Verb},
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

/// What some problems say beside their text, so that a client knows what to do next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProblemMembers)]
pub struct Members {
    /// The version that is current: of a change that was made from another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = 4)]
    pub current_version: Option<i64>,
    /// The steps that the listing's state allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub possible: Option<Vec<Verb>>,
    /// What holds the listing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub holds: Vec<Hold>,
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

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<WorkError> for Problem {
    fn from(error: WorkError) -> Self {
        let detail = error.to_string();
        match error {
            WorkError::NotFound(_) => Self::new(Kind::NotFound, detail),
            WorkError::Leased { .. } | WorkError::Unfit(_) => Self::new(Kind::Conflict, detail),
            WorkError::Invalid(problems) => Self::of_row(&problems),
            WorkError::Store(error) => error.into(),
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let detail = error.to_string();
        match error {
            FileError::Kind => Self::new(Kind::UnsupportedMediaType, detail),
            FileError::NotFound => Self::new(Kind::NotFound, detail),
            FileError::NoFolder => Self::new(Kind::Conflict, detail),
            FileError::Store(error) => error.into(),
            FileError::Damaged(_) | FileError::Io(_) => Self::internal(error),
        }
    }
}

impl Problem {
    /// Too many guesses at a secret; how many seconds to wait.
    pub(super) fn guesses(seconds: i64) -> Self {
        let detail = "Too many guesses at this account or from this network.";
        let seconds = u16::try_from(seconds).unwrap_or(u16::MAX);
        Self::new(Kind::TooManyRequests, detail).retry_after(seconds)
    }

    /// What a check of a row says, about the body that it was made of.
    fn of_row(problems: &[evidence::Problem]) -> Self {
        let errors: Vec<FieldError> = problems
            .iter()
            .map(|problem| {
                let place = Location::Pointer(problem.field.clone());
                let detail = format!("{}; {}", problem.problem, problem.mend);
                FieldError::new(place, "invalid", detail)
            })
            .collect();
        let detail = problems.first().map_or_else(
            || Kind::InvalidBody.about().to_owned(),
            |first| format!("{}: {}; {}", first.field, first.problem, first.mend),
        );
        Self::new(Kind::InvalidBody, detail).with_errors(errors)
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Self::of(Kind::InvalidCredentials),
            SignInError::CodeNeeded => Self::of(Kind::SecondFactorNeeded),
            SignInError::TooMany(seconds) => Self::guesses(seconds),
            SignInError::Unsigned | SignInError::Sealed(_) => Self::internal(error),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        let detail = error.to_string();
        match error {
            EditError::Unknown | EditError::NoVersion(_) => Self::new(Kind::NotFound, detail),
            EditError::Stale { current } => Self::new(Kind::PreconditionFailed, detail)
                .with_members(Members { current_version: Some(current), ..Members::default() }),
            EditError::IllegalTransition { from, .. } => illegal(detail, from),
            EditError::Closed { state } => illegal(detail, state),
            EditError::Held(holds) => {
                Self::new(Kind::Held, detail).with_members(Members { holds, ..Members::default() })
            }
            EditError::FourEyes(_) => Self::new(Kind::FourEyes, detail),
            EditError::Invalid(faults) => {
                let errors = faults
                    .into_iter()
                    .map(|fault| {
                        FieldError::new(Location::Pointer(fault.pointer), "invalid", fault.detail)
                    })
                    .collect();
                Self::new(Kind::InvalidListing, detail).with_errors(errors)
            }
            EditError::Conflict(_) => Self::new(Kind::Conflict, detail),
            EditError::KeyReused => Self::new(Kind::IdempotencyKeyReused, detail),
            EditError::KeyRunning => Self::new(Kind::RequestInProgress, detail),
            EditError::ShownChanged => Self::new(Kind::ShownHasChanged, detail),
            EditError::Cursor(error) => error.into(),
            EditError::Store(error) => error.into(),
        }
    }
}

fn illegal(detail: String, state: ListingState) -> Problem {
    let possible = Some(Verb::possible(state).collect());
    Problem::new(Kind::IllegalTransition, detail)
        .with_members(Members { possible, ..Members::default() })
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
            FlagError::File(error) => error.into(),
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
            InviteError::File(error) => error.into(),
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
