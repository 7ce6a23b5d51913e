//! A clinic's own answers, by a signed link.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path, Payload},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{self, DocumentAnswer};
use crate::{
    app::invites::{
        answers::{AnswersInput, send},
        documents::send as send_document,
        form::{AnswerForm, form},
    },
    http::{
        JsonBytes, blocking,
        openapi::{LinkErrors, LinkUploadErrors, LinkWriteErrors},
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

/// Send a document that backs your answers
///
/// A PDF, PNG or JPEG of at most 10 MiB, as its own bytes; at most 20 by one link. Verifiers see
/// it, and the public never does. Blank out what identifies a patient before you send it.
#[utoipa::path(
    tag = "invites",
    operation_id = "send_answer_document",
    security(()),
    params(("token" = String, Path, description = "The token of the link", example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The document"),
    responses((status = 201, description = "Kept", body = DocumentAnswer), LinkUploadErrors),
)]
#[post("/v1/answers/{token}/documents")]
pub async fn send_answer_document(
    request: HttpRequest,
    shared: Data<Shared>,
    token: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    reply::negotiate(&request, &[Media::Json])?;
    // Nobody's ten mebibytes are read before the link is known to serve.
    let link = token.clone();
    blocking(&shared, move |app| form(app, &link)).await?;
    let bytes = documents::read(&request, payload).await?;
    documents::kept(blocking(&shared, move |app| send_document(app, &token, &bytes)).await?)
}
