//! The one error of this layer: a problem (RFC 9457). The table of its types is [`Kind`]'s.
//!
//! Handlers answer `Result<_, Problem>`. Whatever else goes wrong, in actix or in a panic, is
//! made a problem by the [gate](super::gate), so that no error leaves the service in another
//! shape. The text of a 5xx is constant; what caused it is logged once, by the gate, and never
//! sent.

mod kinds;

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc};

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

pub use self::kinds::Kind;
use super::refusals::{Candidate, Members};

/// The media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Where in the request a mistake is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The name of a query parameter.
    Parameter(String),
    /// A JSON pointer (RFC 6901) into the body.
    Pointer(String),
}

/// One mistake in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The query parameter that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "lat")]
    pub parameter: Option<String>,
    /// The JSON pointer (RFC 6901) to its place in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/facts/offers.ketamine")]
    pub pointer: Option<String>,
    /// What it is, in kebab-case.
    #[schema(example = "out-of-range")]
    pub code: &'static str,
    /// What it is, for people.
    #[schema(example = "expected a number from -90 to 90; got `389.8`")]
    pub detail: String,
}

impl FieldError {
    /// A mistake at a place.
    pub fn new(location: Location, code: &'static str, detail: impl Into<String>) -> Self {
        let (parameter, pointer) = match location {
            Location::Parameter(name) => (Some(name), None),
            Location::Pointer(pointer) => (None, Some(pointer)),
        };
        Self { parameter, pointer, code, detail: detail.into() }
    }

    /// The name of its place, whichever sort it is.
    #[must_use]
    pub fn place(&self) -> &str {
        self.parameter.as_deref().or(self.pointer.as_deref()).unwrap_or_default()
    }
}

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    candidates: Option<Box<RawValue>>,
    more: Members,
    retry_after_s: Option<u16>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Problem {
    /// A problem with what is to be said about this one occurrence.
    pub fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            candidates: None,
            more: Members::default(),
            retry_after_s: (kind.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
            source: None,
        }))
    }

    /// A problem of which nothing more is to be said than its type says.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self::new(kind, kind.about())
    }

    /// A mistake of ours. The cause is for the log, not for the client.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::of(Kind::Internal).caused_by(source)
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// Adds the mistakes, each with its place.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Adds what the client may choose from.
    #[must_use]
    pub fn with_candidates(mut self, candidates: Box<RawValue>) -> Self {
        self.0.candidates = Some(candidates);
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u16) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Adds what tells the client what to do next.
    #[must_use]
    pub fn with_members(mut self, members: Members) -> Self {
        self.0.more = members;
        self
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What happened this time.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// How long to wait before asking again, in seconds.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u16> {
        self.0.retry_after_s
    }

    /// The mistakes in the request.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// Everything that a person at a terminal can use, one mistake a line.
    #[must_use]
    pub fn for_terminal(&self) -> String {
        if self.0.errors.is_empty() {
            return self.0.detail.to_string();
        }
        let lines: Vec<String> = self
            .0
            .errors
            .iter()
            .map(|error| format!("{}: {}", error.place(), error.detail))
            .collect();
        lines.join("\n")
    }

    /// The causes from the outermost inwards, in one line for the log.
    #[must_use]
    pub fn chain(&self) -> Option<String> {
        let outermost: &(dyn StdError + 'static) = self.0.source.as_deref()?;
        let mut text = outermost.to_string();
        let mut next = outermost.source();
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        Some(text)
    }

    /// The whole response, for the request with this id at this instance.
    #[must_use]
    pub fn respond(&self, request_id: Option<&str>, instance: Option<&str>) -> HttpResponse {
        let inner = &*self.0;
        let body = ProblemBody {
            kind: format!("/problems/{}", inner.kind.slug()),
            title: inner.kind.title(),
            status: inner.kind.status().as_u16(),
            detail: &inner.detail,
            instance,
            request_id,
            errors: &inner.errors,
            candidates: inner.candidates.as_deref(),
            more: &inner.more,
        };
        let mut response = HttpResponse::build(inner.kind.status());
        response
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON)))
            .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        if let Some(seconds) = inner.retry_after_s {
            response.insert_header((header::RETRY_AFTER, HeaderValue::from(seconds)));
        }
        if inner.kind.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        // A body of strings and numbers always serialises.
        response.body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

/// An error of any kind, as RFC 9457 has it.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// The address of the documentation of this type of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid-parameter")]
    kind: String,
    /// The type's name.
    #[schema(example = "Invalid parameter")]
    title: &'static str,
    /// The status code of the response.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    status: u16,
    /// What happened this time.
    #[schema(example = "lat: expected a number from -90 to 90; got `389.8`")]
    detail: &'a str,
    /// The template of the address that was asked; never its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "/v1/clinics")]
    instance: Option<&'a str>,
    /// The id under which the service logged the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")]
    request_id: Option<&'a str>,
    /// The mistakes in the request, each with its place.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// What the client may choose from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Vec<Candidate<'static>>>)]
    candidates: Option<&'a RawValue>,
    #[serde(flatten)]
    more: &'a Members,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.kind.title())
    }
}

impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.0.source.as_deref() {
            Some(source) => Some(source),
            None => None,
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.kind.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.respond(None, None)
    }
}
