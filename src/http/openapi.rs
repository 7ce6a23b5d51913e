//! The document of the API: what is said once for all operations. The operations say the rest.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::json;
use utoipa::{
    IntoResponses, OpenApi as _,
    openapi::{
        OpenApi, OpenApiVersion, Ref, RefOr, Response,
        content::ContentBuilder,
        example::{Example, ExampleBuilder},
        response::ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt as _;

use super::{
    limits::Class,
    problem::{Kind, PROBLEM_JSON, ProblemBody},
    routes,
};
use crate::app::accounts::{ClientVerb, UserVerb};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Bedside",
        description = "The public directory of supervised, in-person ketamine care in the United States, and the register that says, with evidence, which providers prescribe ketamine without anyone at the bedside.\n\nUnknown is never a pass and never a flag: every fact is known with evidence or unknown with a reason. Nobody can pay for a place in any order. A question leaves no trace: addresses take coordinates of two decimals at most, and logs hold neither paths nor queries.\n\nRequests are counted by network, key or account. Answers that were counted say in `RateLimit` how many requests are left and in `RateLimit-Policy` out of how many in how many seconds (draft-ietf-httpapi-ratelimit-headers-10); after the last one the answer is 429 with `Retry-After`.\n\nErrors are problems (RFC 9457), each with a type that resolves to its documentation.",
        contact(
            name = "The maintainers of Bedside",
            url = "https://bedside.example/contact",
            email = "maintainers@bedside.example",
        ),
        license(name = "MIT OR Apache-2.0", url = "https://bedside.example/licence"),
    ),
    servers((url = "/", description = "This server")),
    tags(
        (name = "accounts", description = "Signing in and out, and who may do what."),
        (name = "admin", description = "Listings as administrators work on them. A provider with its sites is one listing with one version; the id of a site stands for its listing."),
        (name = "check", description = "Is this provider known, and as what?"),
        (name = "clinics", description = "One clinic or several, with everything known and unknown."),
        (name = "evidence", description = "What backs a statement, and who verified it."),
        (name = "queue", description = "What to look at next: what is missing, stale, below its tier, conflicting, expiring, or to be reviewed."),
        (name = "log", description = "The public log of changes, which nobody can rewrite unseen."),
        (name = "flags", description = "Critical findings with due process."),
        (name = "invites", description = "A clinic's own answers, by a link that it was sent."),
        (name = "providers", description = "The organisations behind the clinics, also those without an address."),
        (name = "reference", description = "Code lists with their sources."),
        (name = "replies", description = "The provider's side of a flag, by the link in its notice."),
        (name = "reports", description = "Wrong data or an unsafe practice, reported by anyone."),
        (name = "rules", description = "The rulebook, its vocabulary, and evaluations of given facts."),
        (name = "search", description = "Clinics near a place."),
        (name = "service", description = "The service itself."),
    ),
    components(schemas(ProblemBody<'_>, ClientVerb, UserVerb)),
)]
struct Base;

/// The document, from the routes that are registered.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = actix_web::App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(routes::documented)
        .split_for_parts();
    // Pinned, so that a later default of the generator does not move clients.
    document.openapi = OpenApiVersion::Version31;
    say_limits(&mut document);
    document.components.get_or_insert_default().add_security_scheme("bearer", bearer());
    document
}

/// The document as text, as it is served and committed.
#[must_use]
pub fn text() -> String {
    // A document of strings and numbers always serialises.
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Says of every operation that counts its requests what it answers to too many of them.
fn say_limits(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        if Class::of(Some(path), &Method::GET) == Class::Free {
            continue;
        }
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch];
        for operation in methods.into_iter().chain([&mut item.delete]).flatten() {
            for (status, response) in problem_responses(&[Kind::TooManyRequests]) {
                operation.responses.responses.entry(status).or_insert(response);
            }
        }
    }
}

/// How somebody proves who they are.
fn bearer() -> SecurityScheme {
    SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An access token of a person (POST /v1/auth/token), good for ten minutes, or an \
                 API key of a program. What an operation names beside the scheme is the \
                 permission that one of the person's roles must give, or the scope that the key \
                 must have.",
            ))
            .build(),
    )
}

/// Declares a class of error responses that operations share.
macro_rules! error_class {
    ($(#[$meta:meta])* $name:ident: $($kind:ident),+ $(,)?) => {
        $(#[$meta])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                problem_responses(&[$(Kind::$kind),+])
            }
        }
    };
}

error_class! {
    /// What may go wrong when something is read without parameters.
    PlainErrors: BadRequest, UnknownParameter, NotAcceptable, Internal, DeadlineExceeded
}

error_class! {
    /// What may go wrong when something is read by its name.
    NamedErrors: BadRequest, InvalidParameter, UnknownParameter, NotFound, NotAcceptable, Internal,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong with a question about readiness.
    ReadinessErrors: InvalidParameter, UnknownParameter, NotAcceptable, Internal, Unavailable,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when the public log is read page by page.
    LogListErrors: InvalidParameter, UnknownParameter, NotAcceptable, Internal, Unavailable,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when something of the public log is read by its name.
    LogNamedErrors: BadRequest, UnknownParameter, NotFound, NotAcceptable, Internal, Unavailable,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when a listing is read.
    ListingErrors: InvalidParameter, UnknownParameter, NotFound, NotAcceptable, Gone, Internal,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong with a course cost.
    CourseCostErrors: InvalidParameter, UnknownParameter, NotFound, NotAcceptable, Gone,
        NotOffered, Internal, DeadlineExceeded
}

error_class! {
    /// What may go wrong with a comparison.
    CompareErrors: InvalidParameter, UnknownParameter, NotFound, NotAcceptable, Gone, Internal,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong with a list that is read page by page.
    ListErrors: InvalidParameter, UnknownParameter, InvalidCursor, CursorMismatch, CursorExpired,
        NotAcceptable, Internal, DeadlineExceeded
}

error_class! {
    /// What may go wrong with a search by address.
    SearchErrors: InvalidParameter, UnknownParameter, TooPrecise, InvalidCursor, CursorMismatch,
        CursorExpired, PlaceNotFound, NotAcceptable, AmbiguousPlace, TooManyListings, Internal,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong with a search by body.
    SearchBodyErrors: InvalidBody, UnknownParameter, InvalidCursor, CursorMismatch, CursorExpired,
        PlaceNotFound, NotAcceptable, RequestTimeout, PayloadTooLarge, UnsupportedMediaType,
        AmbiguousPlace, TooManyListings, Internal, DeadlineExceeded
}

error_class! {
    /// What may go wrong with a check by address.
    CheckErrors: InvalidParameter, UnknownParameter, NotAcceptable, Internal, DeadlineExceeded
}

error_class! {
    /// What may go wrong with a check by body.
    CheckBodyErrors: InvalidBody, UnknownParameter, NotAcceptable, RequestTimeout,
        PayloadTooLarge, UnsupportedMediaType, Internal, DeadlineExceeded
}

error_class! {
    /// What may go wrong with an evaluation.
    EvaluationErrors: InvalidBody, InvalidParameter, UnknownParameter, NotAcceptable,
        RequestTimeout, PayloadTooLarge, UnsupportedMediaType, InvalidFacts, Internal,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when something is read by a link that stands in for an account.
    LinkErrors: BadRequest, UnknownParameter, NotFound, NotAcceptable, LinkExpired, Internal,
        Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when something is sent by such a link.
    LinkWriteErrors: InvalidBody, UnknownParameter, NotFound, NotAcceptable, RequestTimeout,
        IllegalTransition, TooFewDeciders, LinkExpired, PayloadTooLarge, UnsupportedMediaType,
        Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when a document is sent by such a link.
    LinkUploadErrors: BadRequest, UnknownParameter, NotFound, NotAcceptable, RequestTimeout,
        Conflict, IllegalTransition, LinkExpired, PayloadTooLarge, UnsupportedMediaType, Internal,
        Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when the status of a report is read.
    ReportStatusErrors: BadRequest, UnknownParameter, NotFound, NotAcceptable, Internal,
        Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong with a report.
    ReportErrors: InvalidBody, UnknownParameter, NotFound, NotAcceptable, RequestTimeout,
        PayloadTooLarge, UnsupportedMediaType, TooManyRequests, Internal, Unavailable,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when people with an account change something.
    AdminWriteErrors: InvalidBody, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotFound, NotAcceptable, RequestTimeout, IllegalTransition,
        TooFewDeciders, PayloadTooLarge, UnsupportedMediaType, Internal, Unavailable,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when something is read that is not public.
    AdminErrors: InvalidParameter, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotAcceptable, Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when one thing is read that is not public.
    AdminItemErrors: InvalidParameter, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotFound, NotAcceptable, Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when an account or a program's key is changed.
    AccountWriteErrors: InvalidBody, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotFound, NotAcceptable, RequestTimeout, Conflict,
        PreconditionFailed, PayloadTooLarge, UnsupportedMediaType, PreconditionRequired, Internal,
        Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when somebody changes their own account.
    OwnAccountErrors: InvalidBody, UnknownParameter, Unauthenticated, InvalidCredentials,
        Forbidden, NotFound, NotAcceptable, RequestTimeout, Conflict, PayloadTooLarge,
        UnsupportedMediaType, TooManyRequests, Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong with signing in.
    SignInErrors: InvalidBody, UnknownParameter, InvalidCredentials, SecondFactorNeeded,
        NotAcceptable,
        RequestTimeout, PayloadTooLarge, UnsupportedMediaType, TooManyRequests, Internal,
        Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong with a list for people who are signed in.
    SignedInListErrors: InvalidParameter, UnknownParameter, InvalidCursor, CursorMismatch,
        CursorExpired, Unauthenticated, Forbidden, SecondFactorMissing, NotAcceptable, Internal,
        Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when somebody who is signed in changes something.
    TransitionErrors: InvalidBody, InvalidParameter, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotFound, NotAcceptable, RequestTimeout, Conflict,
        PreconditionFailed, PayloadTooLarge, UnsupportedMediaType, Internal, Unavailable,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when somebody who is signed in reads something by its name.
    SignedInErrors: InvalidParameter, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotFound, NotAcceptable, Conflict, Internal, Unavailable,
        DeadlineExceeded
}

error_class! {
    /// What may go wrong when somebody who is signed in sends a file.
    UploadErrors: InvalidParameter, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotAcceptable, RequestTimeout, Conflict, PayloadTooLarge,
        UnsupportedMediaType, Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when an administrator reads a list.
    AdminListErrors: BadRequest, InvalidParameter, UnknownParameter, InvalidCursor,
        CursorMismatch, CursorExpired, Unauthenticated, Forbidden, SecondFactorMissing, NotFound,
        NotAcceptable, Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when an administrator reads one thing.
    AdminReadErrors: BadRequest, InvalidParameter, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotFound, NotAcceptable, Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when something new is recorded.
    CreateErrors: BadRequest, InvalidBody, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, NotFound, NotAcceptable, RequestTimeout, Conflict, ShownHasChanged,
        RequestInProgress, PayloadTooLarge, UnsupportedMediaType, InvalidListing,
        IdempotencyKeyReused, Internal, Unavailable, DeadlineExceeded
}

error_class! {
    /// What may go wrong when a listing is changed.
    ChangeErrors: BadRequest, InvalidBody, UnknownParameter, Unauthenticated, Forbidden,
        SecondFactorMissing, FourEyes, NotFound, NotAcceptable, RequestTimeout, Conflict,
        IllegalTransition, Held, RequestInProgress, PreconditionFailed, PayloadTooLarge,
        UnsupportedMediaType, InvalidListing, IdempotencyKeyReused, PreconditionRequired,
        Internal, Unavailable, DeadlineExceeded
}

/// The responses that some types of problem make: one for each status, with an example of each.
fn problem_responses(kinds: &[Kind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status().as_u16()).or_default().push(*kind);
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| {
            let titles: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .examples_from_iter(kinds.iter().map(|kind| (kind.slug(), example(*kind))))
                .build();
            let response = ResponseBuilder::new()
                .description(titles.join("; "))
                .content(PROBLEM_JSON, content)
                .build();
            (status.to_string(), RefOr::T(response))
        })
        .collect()
}

fn example(kind: Kind) -> Example {
    ExampleBuilder::new()
        .summary(kind.title())
        .value(Some(json!({
            "type": format!("/problems/{}", kind.slug()),
            "title": kind.title(),
            "status": kind.status().as_u16(),
            "detail": kind.about(),
            "request_id": "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11",
        })))
        .build()
}
