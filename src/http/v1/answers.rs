//! A clinic's own answers, by a signed link.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::invites::{
        answers::{AnswersInput, send},
        form::{AnswerForm, form},
    },
    http::{
        JsonBytes, blocking,
        openapi::{LinkErrors, LinkWriteErrors},
        params::Params,
        problem::Problem,
        reply::{self, Caching, Media},
        shared::Shared,
        typed,
    },
};

/// The questions to a clinic.
#[derive(Serialize, ToSchema)]
pub struct FormAnswer {
    /// The questions, what is known, and what stands before which label.
    data: AnswerForm,
}

/// Read the questions to your clinic
///
/// Each fact as a plain question, those that stand before a supervised label first. The link was
/// sent to the clinic; no account is needed.
#[utoipa::path(
    tag = "invites",
    operation_id = "get_answers",
    security(()),
    params(("token" = String, Path, description = "The token of the link", example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")),
    responses((status = 200, description = "The questions", body = FormAnswer), LinkErrors),
)]
#[get("/v1/answers/{token}")]
pub async fn get_answers(
    request: HttpRequest,
    shared: Data<Shared>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let data = blocking(&shared, move |app| form(app, &token)).await?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&FormAnswer { data })?))
}

/// Answer the questions to your clinic
///
/// Answers are statements that a named person signs. They wait for a verifier and count for
/// nothing until one has accepted them; a later answer takes the place of one that waits.
#[utoipa::path(
    tag = "invites",
    operation_id = "send_answers",
    security(()),
    params(("token" = String, Path, description = "The token of the link", example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")),
    request_body(content = AnswersInput, description = "The answers", example = json!({
        "attested_by": {"name": "Avery Example", "role": "medical director"},
        "answers": [{"fact": "site.monitor_spo2", "value": true}],
    })),
    responses((status = 200, description = "They were taken; the questions as they stand now", body = FormAnswer), LinkWriteErrors),
)]
#[post("/v1/answers/{token}")]
pub async fn send_answers(
    request: HttpRequest,
    shared: Data<Shared>,
    token: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let input: AnswersInput = typed(&body)?;
    let data = blocking(&shared, move |app| send(app, &token, &input)).await?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&FormAnswer { data })?))
}
