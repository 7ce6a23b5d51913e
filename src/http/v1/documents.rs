//! Documents that come by a link which stands in for an account: how they are read and answered.

use actix_web::{
    FromRequest as _, HttpRequest, HttpResponse,
    http::header,
    web::{Bytes, Payload},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::evidence::files::FileRecord,
    http::{FileBytes, problem::Problem, reply},
};

/// A document that was taken.
#[derive(Serialize, ToSchema)]
pub struct DocumentAnswer {
    /// What is known of it; what it backs names it by its SHA-256.
    data: FileRecord,
}

/// The document in a body.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    FileBytes::from_request(request, &mut payload.into_inner()).await?.whole()
}

/// The answer to one that is kept.
pub(super) fn kept(data: FileRecord) -> Result<HttpResponse, Problem> {
    let body = reply::json(&DocumentAnswer { data })?;
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(body))
}
