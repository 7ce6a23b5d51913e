//! What every request passes on its way in and every answer on its way out, in one step.
//!
//! In: a request id, the route, the methods that it takes, the rate limit. Around the handler: the deadline and
//! a net for panics. Out: every error as a problem, the security headers, one count and one log
//! line. One wrapper does it all, since nested middlewares would box a future each and search
//! is counted in microseconds.
//!
//! A log line holds the route template, the method, the status, the time taken and the request
//! id. It never holds a path, a query, a header or an address.

use std::{
    any::Any,
    num::NonZeroU32,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use actix_web::{
    Error, HttpMessage as _, HttpRequest, HttpResponse,
    dev::{Service, ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use futures_util::FutureExt as _;

use super::{
    authorized,
    limits::{Class, Sender, Tally},
    metrics::UNMATCHED,
    problem::{Kind, PROBLEM_JSON, Problem},
    routes::served_as,
    shared::{Failure, Shared},
};

/// The header of the request id.
pub static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The headers of every answer. Pages and the API documentation bring their own
/// content-security policy.
static SECURITY_HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=()"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
];

/// The headers of an answer to a preflight: reading is open to every page, without credentials.
static PREFLIGHT_HEADERS: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "Accept, If-None-Match, X-Request-Id"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
];

/// What is known of a request before it is served.
struct Arrival {
    shared: Arc<Shared>,
    started: Instant,
    id: HeaderValue,
    method: Method,
    route: Option<usize>,
    /// The path, where an error of it is to be a page.
    page: Option<Box<str>>,
    /// What it is counted in, where its sender is limited.
    tally: Option<Tally>,
}

/// What becomes of a request.
enum Passage<F> {
    Served(F),
    Answered(ServiceResponse),
    Failed(Problem),
}

/// Lets a request through. Meant for `App::wrap_fn`, as the outermost wrapper.
pub fn pass<S>(
    shared: Arc<Shared>,
    mut request: ServiceRequest,
    next: &S,
) -> impl Future<Output = Result<ServiceResponse, Error>> + use<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>,
    S::Future: 'static,
{
    let mut arrival = Arrival::of(shared, &request);
    let early = arrival.answer_early().or_else(|| arrival.count(&request));
    let passage = if let Some(answer) = early {
        Passage::Answered(request.into_response(answer))
    } else {
        if arrival.method == Method::HEAD {
            // Served like GET; the encoder of HTTP/1.1 remembers to leave the body out.
            request.head_mut().method = Method::GET;
        }
        match catch_unwind(AssertUnwindSafe(|| next.call(request))) {
            Ok(serving) => Passage::Served(serving),
            Err(panic) => Passage::Failed(arrival.panicked(&*panic)),
        }
    };
    async move {
        let outcome = match passage {
            Passage::Answered(response) => Ok(response),
            Passage::Failed(problem) => Err(problem),
            Passage::Served(serving) => arrival.within_deadline(serving).await,
        };
        arrival.leave(outcome)
    }
}

impl Arrival {
    fn of(shared: Arc<Shared>, request: &ServiceRequest) -> Self {
        let id = match request.headers().get(&REQUEST_ID) {
            Some(given) if is_sane_id(given) => given.clone(),
            _ => fresh_id(&shared),
        };
        let path = request.match_info().as_str();
        let route = shared.routes.find(path, request.method());
        let served = route.and_then(|at| shared.routes.all().get(at));
        let of_a_page = served.is_some_and(|route| !route.documented);
        let is_operation =
            served.map_or_else(|| path.starts_with("/v1/"), |route| route.documented);
        let wants_page = !is_operation && names_page_first(request.headers()).unwrap_or(of_a_page);
        let page = wants_page.then(|| path.into());
        let method = request.method().clone();
        Self { started: Instant::now(), id, method, route, page, shared, tally: None }
    }

    /// The answers that need no handler: to OPTIONS, and to a method that the route lacks.
    fn answer_early(&self) -> Option<HttpResponse> {
        let route = self.shared.routes.all().get(self.route?)?;
        if route.takes(&self.method) {
            return None;
        }
        let mut answer = if self.method == Method::OPTIONS {
            let mut answer = HttpResponse::NoContent().finish();
            if route.methods.contains(&Method::GET) {
                insert(answer.headers_mut(), &PREFLIGHT_HEADERS);
            }
            answer
        } else {
            self.render(&Problem::of(Kind::MethodNotAllowed), None)
        };
        answer.headers_mut().insert(header::ALLOW, route.allow.clone());
        Some(answer)
    }

    /// Counts the request, unless its sender is not limited; the answer where that has asked
    /// too much already.
    fn count(&mut self, request: &ServiceRequest) -> Option<HttpResponse> {
        let limiter = &self.shared.limiter;
        let class = limiter.class(self.route, &self.method);
        if class == Class::Free {
            return None;
        }
        let network = limiter.network(request.peer_addr(), request.headers())?;
        let identity = authorized::meet(&self.shared.app, request);
        let sender = Sender::of(network, identity.as_ref());
        let tally = self.tally.insert(Tally::of(sender));
        request.extensions_mut().insert(tally.clone());
        let refusal = limiter.count(class, NonZeroU32::MIN, tally).err()?;
        Some(self.render(&refusal, Some(request.request())))
    }

    async fn within_deadline<F>(&self, serving: F) -> Result<ServiceResponse, Problem>
    where
        F: Future<Output = Result<ServiceResponse, Error>>,
    {
        let caught = AssertUnwindSafe(serving).catch_unwind();
        match tokio::time::timeout(self.shared.limits.request_time, caught).await {
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err(error))) => Err(problem_of(&error)),
            Ok(Err(panic)) => Err(self.panicked(&*panic)),
            Err(_) => Err(Problem::of(Kind::DeadlineExceeded).caused_by("deadline exceeded")),
        }
    }

    /// The problem that a panic is. Its message may quote the request, so it goes nowhere.
    fn panicked(&self, _message: &(dyn Any + Send)) -> Problem {
        self.shared.metrics.panicked();
        Problem::internal("a handler panicked")
    }

    fn leave(&self, outcome: Result<ServiceResponse, Problem>) -> Result<ServiceResponse, Error> {
        match outcome {
            Ok(response) => {
                let mut response = self.with_problem_body(response);
                self.dress(response.response_mut());
                Ok(response)
            }
            Err(problem) => {
                // The request went with the handler, so the answer travels as an error.
                let mut answer = self.render(&problem, None);
                self.dress(&mut answer);
                Err(InternalError::from_response("", answer).into())
            }
        }
    }

    /// Gives an error its final shape, whoever made it.
    fn with_problem_body(&self, response: ServiceResponse) -> ServiceResponse {
        let status = response.status();
        if !status.is_client_error() && !status.is_server_error() {
            return response;
        }
        let problem = match response.response().error() {
            Some(error) => problem_of(error),
            // A problem that has been answered already, such as a wrong method.
            None if has_problem_type(response.headers()) => return response,
            // A page tells people in its own words.
            None if is_page(response.headers()) => return response,
            None => Problem::of(Kind::from_status(status)),
        };
        let (request, _) = response.into_parts();
        let answer = self.render(&problem, Some(&request));
        ServiceResponse::new(request, answer)
    }

    fn render(&self, problem: &Problem, request: Option<&HttpRequest>) -> HttpResponse {
        let id = self.id.to_str().ok();
        if problem.kind().status().is_server_error() {
            tracing::error!(
                target: "bedside::access",
                route = self.template(),
                request_id = id,
                error = problem.chain(),
                "request failed",
            );
        }
        if let (Some(path), Some(show)) = (&self.page, self.shared.error_page) {
            let status = problem.kind().status();
            let retry_after_s = problem.retry_after_s();
            let failure = Failure { path, status, retry_after_s, request_id: id };
            return show(&self.shared.app, &failure);
        }
        let instance = match (self.route, request) {
            (Some(_), _) => Some(self.template()),
            (None, Some(request)) => Some(request.path()),
            (None, None) => None,
        };
        problem.respond(id, instance)
    }

    /// The last step: headers, count, log line.
    fn dress(&self, answer: &mut HttpResponse) {
        let headers = answer.headers_mut();
        secure(headers);
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(
                    "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
                ),
            );
        }
        if let Some(tally) = &self.tally {
            tally.tell(headers);
        }
        headers.insert(REQUEST_ID.clone(), self.id.clone());
        let (status, took) = (answer.status(), self.started.elapsed());
        self.shared.metrics.observe(self.route, served_as(&self.method), status, took);
        tracing::info!(
            target: "bedside::access",
            route = self.template(),
            method = known_name(&self.method),
            status = status.as_u16(),
            duration_ms = took.as_secs_f64() * 1_000.0,
            request_id = self.id.to_str().ok(),
            "answered",
        );
    }

    fn template(&self) -> &str {
        let route = self.route.and_then(|at| self.shared.routes.all().get(at));
        route.map_or(UNMATCHED, |route| &route.template)
    }
}

/// Adds the security headers that an answer has not set itself.
pub(super) fn secure(headers: &mut HeaderMap) {
    for (name, value) in &SECURITY_HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
}

fn insert(headers: &mut HeaderMap, values: &[(HeaderName, &'static str)]) {
    for (name, value) in values {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
}

/// The problem inside an error, or the one that an error of actix amounts to. Its text is not
/// passed on, since it may quote the request.
fn problem_of(error: &Error) -> Problem {
    error.as_error::<Problem>().map_or_else(
        || Problem::of(Kind::from_status(error.as_response_error().status_code())),
        Problem::clone,
    )
}

/// Whether a client would rather read a page than a document for programs: whichever of the two
/// it names first, where it names one.
fn names_page_first(headers: &HeaderMap) -> Option<bool> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut kinds = accept
        .unwrap_or_default()
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    let named = kinds.find(|kind| *kind == "text/html" || kind.ends_with("json"));
    named.map(|kind| kind == "text/html")
}

fn is_page(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn has_problem_type(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == PROBLEM_JSON.as_bytes())
}

/// Ids of others are kept where they are short and plain.
fn is_sane_id(id: &HeaderValue) -> bool {
    (1..=64).contains(&id.len())
        && id
            .as_bytes()
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

pub(super) fn fresh_id(shared: &Shared) -> HeaderValue {
    let mut buffer = uuid::Uuid::encode_buffer();
    let id = shared.app.clock.new_id();
    // An id of hexadecimal digits and hyphens is always a header value.
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer))
        .unwrap_or_else(|_| HeaderValue::from_static("none"))
}

/// A method for the log: a made-up one could carry anything.
fn known_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
