//! Reports of anyone, without an account.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::reports::{ReportInput, ReportStatus, Submitted, status, submit},
    http::{
        Plain, Typed, blocking,
        openapi::{ReportErrors, ReportStatusErrors},
        problem::Problem,
        reply,
        shared::Shared,
    },
};

/// A report that was taken.
#[derive(Serialize, ToSchema)]
pub struct SubmittedAnswer {
    /// The token of its address, and how it stands.
    data: Submitted,
}

/// How a report stands.
#[derive(Serialize, ToSchema)]
pub struct ReportAnswer {
    /// How it stands.
    data: ReportStatus,
}

/// Report wrong data or missing supervision
///
/// No account, no health details: what identifies a person is refused with an explanation. Reports
/// on one listing and topic are worked on as one task, and more of them do not move it up. At
/// most five a day from one network.
#[utoipa::path(
    tag = "reports",
    operation_id = "create_report",
    security(()),
    request_body(content = ReportInput, description = "What is wrong"),
    responses((status = 201, description = "It was taken; come back to `/v1/reports/{token}`", body = SubmittedAnswer), ReportErrors),
)]
#[post("/v1/reports")]
pub async fn create_report(
    _plain: Plain,
    request: HttpRequest,
    shared: Data<Shared>,
    body: Typed<ReportInput>,
) -> Result<HttpResponse, Problem> {
    let input = body.0;
    if let Some(peer) = request.peer_addr() {
        shared.app.report_quota.take(peer.ip(), shared.app.clock.now())?;
    }
    let data = blocking(&shared, move |app| submit(app, &input)).await?;
    let at = format!("/v1/reports/{}", data.token);
    Ok(reply::created(reply::private(&SubmittedAnswer { data })?, Some(&at)))
}

/// Read how a report stands
///
/// By the token that was given when it was taken. What was written is not shown.
#[utoipa::path(
    tag = "reports",
    operation_id = "get_report",
    security(()),
    params(("token" = String, Path, description = "The token of the report", example = "q1Yk3b0bq5aYxV2Yx1n0yg")),
    responses((status = 200, description = "How it stands", body = ReportAnswer), ReportStatusErrors),
)]
#[get("/v1/reports/{token}")]
pub async fn get_report(
    _plain: Plain,
    shared: Data<Shared>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let data = blocking(&shared, move |app| status(app, &token)).await?;
    reply::private(&ReportAnswer { data })
}
