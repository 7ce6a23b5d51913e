//! A provider's own page about a finding: by a signed link, without an account.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path, Payload},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{self, DocumentAnswer};
use crate::{
    app::flags::{
        documents::send as send_document,
        reply::{Reply, ReplyView, send, view},
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

/// What a provider is told by its link.
#[derive(Serialize, ToSchema)]
pub struct ReplyAnswer {
    /// The finding, its evidence, what clears it, and what can be done until when.
    data: ReplyView,
}

/// Read what is claimed about you
///
/// The rule with its sources, the facts with copies of the evidence, what clears the finding, and
/// every deadline. The link was in the written notice; no account is needed.
#[utoipa::path(
    tag = "replies",
    operation_id = "get_reply",
    security(()),
    params(("token" = String, Path, description = "The token of the link in the notice", example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")),
    responses((status = 200, description = "The finding", body = ReplyAnswer), LinkErrors),
)]
#[get("/v1/replies/{token}")]
pub async fn get_reply(
    request: HttpRequest,
    shared: Data<Shared>,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let data = blocking(&shared, move |app| view(app, &token)).await?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&ReplyAnswer { data })?))
}

/// Reply, say that someone else is meant, or appeal
///
/// A reply is shown unedited beside the finding. A claim that someone else is meant takes a
/// published finding from view at once, one time and for at most five business days. An appeal is
/// decided by a person who has not decided before.
#[utoipa::path(
    tag = "replies",
    operation_id = "send_reply",
    security(()),
    params(("token" = String, Path, description = "The token of the link in the notice", example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")),
    request_body(content = Reply, description = "What you have to say"),
    responses((status = 200, description = "It was taken; the finding as it stands now", body = ReplyAnswer), LinkWriteErrors),
)]
#[post("/v1/replies/{token}")]
pub async fn send_reply(
    request: HttpRequest,
    shared: Data<Shared>,
    token: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let sent: Reply = typed(&body)?;
    let data = blocking(&shared, move |app| send(app, &token, &sent, app.deciders())).await?;
    Ok(reply::whole(media, Caching::NoStore, reply::json(&ReplyAnswer { data })?))
}

/// Send a document that shows that someone else is meant
///
/// A PDF, PNG or JPEG of at most 10 MiB, as its own bytes; at most five by one link. Send it before
/// the claim that names it. Those who decide see it, and the public never does. Blank out what
/// identifies a patient before you send it.
#[utoipa::path(
    tag = "replies",
    operation_id = "send_reply_document",
    security(()),
    params(("token" = String, Path, description = "The token of the link in the notice", example = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The document"),
    responses((status = 201, description = "Kept", body = DocumentAnswer), LinkUploadErrors),
)]
#[post("/v1/replies/{token}/documents")]
pub async fn send_reply_document(
    request: HttpRequest,
    shared: Data<Shared>,
    token: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    reply::negotiate(&request, &[Media::Json])?;
    // Nobody's ten mebibytes are read before the link is known to serve.
    let link = token.clone();
    blocking(&shared, move |app| view(app, &link)).await?;
    let bytes = documents::read(&request, payload).await?;
    documents::kept(blocking(&shared, move |app| send_document(app, &token, &bytes)).await?)
}
