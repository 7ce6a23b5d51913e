//! What operators and their machines ask: health, readiness, metrics, whom to tell of a hole.

use std::str::FromStr;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Data},
};
use chrono::{NaiveDate, SecondsFormat, TimeDelta};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    openapi::{NamedErrors, PlainErrors, ReadinessErrors},
    params::{Kind as ParamKind, Param, Params, documented_params},
    problem::{Kind, Problem},
    reply::{self, Caching, Media},
    shared::Shared,
};

/// How the process is.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: whoever reads it has an answer.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Ask whether the process lives
///
/// Says nothing about the database; `/readyz` does.
#[utoipa::path(
    tag = "service",
    operation_id = "get_health",
    security(()),
    responses((status = 200, description = "It does", body = Health), PlainErrors),
)]
#[get("/healthz")]
pub async fn get_health(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&Health { status: "ok" })?))
}

/// Whether the service answers.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// `ready`, or `degraded` while the database does not answer: reading goes on from memory.
    #[schema(example = "ready")]
    status: &'static str,
    /// Whether changes are taken.
    writes: bool,
    /// The revision of what the public sees: how many entries the public log had.
    #[schema(example = 88123)]
    revision: u64,
    /// The date that its statuses hold for.
    as_of: NaiveDate,
    /// Providers that are left out because the database holds them in a form that this program
    /// cannot read; the log names them.
    #[schema(example = 0)]
    unreadable: usize,
}

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Reads,
    Writes,
}

impl FromStr for Purpose {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "reads" => Ok(Self::Reads),
            "writes" => Ok(Self::Writes),
            _ => Err(()),
        }
    }
}

static FOR: Param = Param::one(
    "for",
    ParamKind::Code(|| vec!["reads", "writes"]),
    "writes",
    "What the asker wants to send. For `writes` a database that does not answer is a 503.",
)
.or("reads");

documented_params! {
    /// The parameters of readiness.
    ReadinessQuery, &[&FOR]
}

/// Ask whether the service is ready
///
/// Reads are answered from memory, so they go on without a database.
#[utoipa::path(
    tag = "service",
    operation_id = "get_readiness",
    security(()),
    params(ReadinessQuery),
    responses((status = 200, description = "It is", body = Readiness), ReadinessErrors),
)]
#[get("/readyz")]
pub async fn get_readiness(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let purpose = params.code(&FOR).unwrap_or(Purpose::Reads);
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let writes = shared.app.takes_writes();
    if purpose == Purpose::Writes && !writes {
        let detail = "The database does not answer; reading goes on.";
        return Err(Problem::new(Kind::Unavailable, detail));
    }
    let catalog = shared.app.catalog.load();
    let readiness = Readiness {
        status: if writes { "ready" } else { "degraded" },
        writes,
        revision: catalog.public_revision(),
        as_of: catalog.as_of(),
        unreadable: shared.app.unreadable(),
    };
    Ok(reply::whole(media, Caching::NoStore, reply::json(&readiness)?))
}

/// Read the metrics
///
/// Prometheus text. Series are labelled by route template, never by address.
#[utoipa::path(
    tag = "service",
    operation_id = "get_metrics",
    security(()),
    responses(
        (status = 200, description = "The metrics", body = String, content_type = "text/plain",
            example = "# TYPE http_requests_total counter"),
        PlainErrors,
    ),
)]
#[get("/metrics")]
pub async fn get_metrics(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Text])?;
    let catalog = shared.app.catalog.load();
    let signed = shared.app.log.head().map_or(0, |head| head.size);
    for (name, about, value) in [
        (
            "catalog_revision",
            "Entries of the public log that the catalog has taken in",
            as_number(catalog.public_revision()),
        ),
        ("catalog_providers", "Providers in the catalog", as_number(catalog.provider_count())),
        (
            "catalog_unreadable_providers",
            "Providers left out because their documents cannot be read",
            as_number(shared.app.unreadable()),
        ),
        ("log_size", "Signed entries of the public log", as_number(signed)),
        (
            "log_halted",
            "1 where the public log was found damaged, so that nothing more is signed",
            as_number(u8::from(shared.app.log.halted().is_some())),
        ),
        (
            "store_reachable",
            "1 while the database answers",
            as_number(u8::from(shared.app.takes_writes())),
        ),
    ] {
        shared.metrics.set_gauge(name, about, value);
    }
    Ok(reply::whole(media, Caching::NoStore, shared.metrics.render()))
}

/// Read whom to tell of a security hole
///
/// A `security.txt` (RFC 9116), from what the operator has configured.
#[utoipa::path(
    tag = "service",
    operation_id = "get_security_contact",
    security(()),
    responses(
        (status = 200, description = "The contact", body = String, content_type = "text/plain",
            example = "Contact: mailto:security@directory.example"),
        NamedErrors,
    ),
)]
#[get("/.well-known/security.txt")]
pub async fn get_security_contact(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Text])?;
    let operator = &shared.app.operator;
    let Some(contact) = operator.corrections_contact.as_deref().map(str::trim) else {
        return Err(Problem::new(Kind::NotFound, "The operator has configured no contact."));
    };
    let scheme =
        if contact.contains("://") || contact.starts_with("mailto:") { "" } else { "mailto:" };
    let expires = shared.app.clock.now() + TimeDelta::days(180);
    let mut text = format!(
        "Contact: {scheme}{contact}\nExpires: {}\nPreferred-Languages: en, es\n",
        expires.to_rfc3339_opts(SecondsFormat::Secs, true),
    );
    if let Some(policy) = operator.policy_url.as_deref() {
        text.push_str(&format!("Policy: {policy}\n"));
    }
    Ok(reply::whole(media, Caching::NoStore, Bytes::from(text)))
}

/// A whole number as a gauge has it; beyond 2^53 a metric may be off by one.
fn as_number(number: impl std::fmt::Display) -> f64 {
    number.to_string().parse().unwrap_or(f64::NAN)
}
