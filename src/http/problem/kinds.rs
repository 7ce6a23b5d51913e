//! The one table of the types of problems.

use actix_web::http::StatusCode;

/// Declares the problem types: variant, slug, status, title, and what a reader of
/// `/problems/{slug}` is told.
macro_rules! kinds {
    ($($variant:ident = $slug:literal, $status:ident, $title:literal, $about:literal;)+) => {
        /// A type of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind {
            $(#[doc = $about] $variant,)+
        }

        impl Kind {
            /// Every type, in the order of the status.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The last part of its address.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }

            /// Its status code.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// Its name for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// What it means and how to mend it.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }
        }
    };
}

kinds! {
    BadRequest = "bad-request", BAD_REQUEST, "Bad request",
        "The request could not be read as HTTP for this resource.";
    InvalidParameter = "invalid-parameter", BAD_REQUEST, "Invalid parameter",
        "A query parameter has a value that it cannot have, or parameters do not go together. `errors` names each one.";
    UnknownParameter = "unknown-parameter", BAD_REQUEST, "Unknown parameter",
        "The resource knows no parameter of that name. It is refused rather than ignored, since an ignored filter would look like an answer.";
    TooPrecise = "too-precise", BAD_REQUEST, "Position too precise for an address",
        "Addresses of requests end up in logs and histories, so a GET takes coordinates of at most two decimals (about a kilometre). Send the exact position in the body of POST /v1/clinics/search, or round it.";
    InvalidBody = "invalid-body", BAD_REQUEST, "Invalid body",
        "The body is no JSON of the shape that the operation takes. `errors` names each place by its JSON pointer.";
    InvalidCursor = "invalid-cursor", BAD_REQUEST, "Invalid cursor",
        "The cursor was not made by this service. Start again without one.";
    CursorMismatch = "cursor-mismatch", BAD_REQUEST, "Cursor of another query",
        "A cursor continues the query that it came from; only `limit` may change. Start again without it.";
    CursorExpired = "cursor-expired", BAD_REQUEST, "Expired cursor",
        "A cursor lives for 24 hours. Start again without it.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Not signed in",
        "The operation needs `Authorization: Bearer` with an access token or an API key that is good now. Which of the many ways in which one can be bad this was is not told.";
    InvalidCredentials = "invalid-credentials", UNAUTHORIZED, "Sign-in refused",
        "There is no such account, it is disabled, or what was given to prove it is wrong. Which of these is not told.";
    SecondFactorNeeded = "second-factor-needed", UNAUTHORIZED, "Code needed",
        "The account has a second factor: send the six digits that the authenticator program shows now as `code` too.";
    Forbidden = "forbidden", FORBIDDEN, "Not allowed",
        "You are who you say, but none of your roles or scopes allows this. Ask an administrator.";
    SecondFactorMissing = "second-factor-missing", FORBIDDEN, "Second factor needed",
        "Your role needs a second factor and the account has none yet. Until it does, all it may do is POST /v1/auth/totp.";
    FourEyes = "four-eyes", FORBIDDEN, "Another person has to do it",
        "Whoever created, changed or submitted a listing since it was last public does not publish it. Ask somebody who did none of these.";
    NotFound = "not-found", NOT_FOUND, "Not found",
        "There is nothing at this address.";
    PlaceNotFound = "place-not-found", NOT_FOUND, "Place not found",
        "The gazetteer knows no such ZIP code or place in the United States.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "The resource exists, and the `Allow` header lists the methods that it takes.";
    NotAcceptable = "not-acceptable", NOT_ACCEPTABLE, "Not acceptable",
        "None of the media types in `Accept` can be served here.";
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT, "Request took too long to arrive",
        "The request did not arrive whole in time. Send it again.";
    Conflict = "conflict", CONFLICT, "Conflict",
        "What was asked for does not go with how things are now; the detail says what is in the way.";
    IllegalTransition = "illegal-transition", CONFLICT, "Not possible in this state",
        "The thing is not where this step can be taken, or not yet, or another person has to take it. The detail says which; for a listing, `possible` lists the steps that its state allows.";
    Held = "held", CONFLICT, "Held for a person",
        "Something makes the listing wait: an address that nothing but the provider confirms, or something that it shares with another listing. `holds` lists each; confirm the address or release the hold.";
    ShownHasChanged = "shown-has-changed", CONFLICT, "What was shown has changed",
        "The digest stands for something else than what is there now. Ask again without a digest, look, and send the new one.";
    RequestInProgress = "request-in-progress", CONFLICT, "Request in progress",
        "A request with this `Idempotency-Key` is being served. Ask again in a moment; the answer will be its answer.";
    LinkExpired = "link-expired", GONE, "Link expired",
        "The link's time is over, or a newer one has taken its place. Ask the directory for another.";
    Gone = "gone", GONE, "Gone",
        "The listing was taken off for good; the detail says why.";
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, "Changed in between",
        "Somebody changed it since you read it: `If-Match` names another version. Read it again and decide anew.";
    PayloadTooLarge = "payload-too-large", PAYLOAD_TOO_LARGE, "Body too large",
        "The body is larger than the operation takes.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "The operation takes `application/json` in UTF-8 without a content encoding.";
    AmbiguousPlace = "ambiguous-place", UNPROCESSABLE_ENTITY, "Ambiguous place",
        "Several places have that name. `candidates` lists them; ask again with `city` and `state`, or with a ZIP code.";
    TooManyListings = "too-many-listings", UNPROCESSABLE_ENTITY, "Too many listings for another date",
        "Answering for another date evaluates every listing of the place anew that looks different then, of which there may be at most 20,000. Ask for a smaller radius, or for a date nearer to today.";
    NotOffered = "not-offered", UNPROCESSABLE_ENTITY, "Not offered",
        "The clinic is not known to offer the route that was asked for, so there is no cost of a course on it.";
    InvalidFacts = "invalid-facts", UNPROCESSABLE_ENTITY, "Invalid facts",
        "The body is JSON of the right shape, but a fact, a value, a rule or a date in it cannot be. `errors` names each by its JSON pointer; GET /v1/facts has the vocabulary.";
    InvalidListing = "invalid-listing", UNPROCESSABLE_ENTITY, "Invalid listing",
        "The body is JSON of the right shape, but something in it cannot be said of a listing. `errors` names each place by its JSON pointer and says how to mend it.";
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "Idempotency-Key reused",
        "The key was used within the last 24 hours for a request with another body or address. Take a new one for each thing that is to be done.";
    PreconditionRequired = "precondition-required", PRECONDITION_REQUIRED, "If-Match needed",
        "A change must say which version it is made from: send the `ETag` of what you read as `If-Match`, so that nobody's work is overwritten unseen.";
    TooFewDeciders = "too-few-deciders", CONFLICT, "Too few people to decide",
        "An appeal is decided by a person who has not decided before, and while fewer than three people can decide flags nobody would be left.";
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests",
        "More was asked than this operation allows in so short a time. Try again after the time in `Retry-After`.";
    HeadTooLarge = "head-too-large", REQUEST_HEADER_FIELDS_TOO_LARGE, "Head too large",
        "The address and the headers of the request are larger than the service reads, or there are too many headers. Send fewer or shorter ones; a long question goes into a body.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal error",
        "The service made a mistake. It is logged under the request id.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Unavailable",
        "The service cannot do this right now. Try again after the time in `Retry-After`.";
    DeadlineExceeded = "deadline-exceeded", SERVICE_UNAVAILABLE, "Deadline exceeded",
        "The answer took longer than the service allows itself. Try again, or ask for less.";
}

impl Kind {
    /// The type whose slug is `slug`.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }

    /// The plainest type with a status, for errors that actix made; what has no type of its own
    /// is the client's mistake in general or ours in general.
    #[must_use]
    pub fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::BadRequest,
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::TOO_MANY_REQUESTS => Self::TooManyRequests,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::HeadTooLarge,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}
