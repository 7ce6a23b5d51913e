//! What operators and their machines ask: health, readiness, metrics, whom to tell of a hole.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Data},
};
use chrono::{SecondsFormat, TimeDelta};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    openapi::{NamedErrors, PlainErrors},
    params::Params,
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
    let operator = &shared.operator;
    let Some(contact) = operator.corrections_contact.as_deref().map(str::trim) else {
        return Err(Problem::new(Kind::NotFound, "The operator has configured no contact."));
    };
    let scheme =
        if contact.contains("://") || contact.starts_with("mailto:") { "" } else { "mailto:" };
    let expires = shared.clock.now() + TimeDelta::days(180);
    let mut text = format!(
        "Contact: {scheme}{contact}\nExpires: {}\nPreferred-Languages: en, es\n",
        expires.to_rfc3339_opts(SecondsFormat::Secs, true),
    );
    if let Some(policy) = operator.policy_url.as_deref() {
        text.push_str(&format!("Policy: {policy}\n"));
    }
    Ok(reply::whole(media, Caching::NoStore, Bytes::from(text)))
}
