//! Everything published at once.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, HeaderValue},
    web::{Bytes, Data},
};
use futures_util::stream;

use crate::http::{
    Authorized,
    authorized::DirectoryBulk,
    openapi::AdminErrors,
    params::Params,
    problem::Problem,
    reply::{self, Caching, Media},
    shared::Shared,
};

/// Take every published listing
///
/// One listing a line (NDJSON), each as a search has it but without a distance; all of one
/// revision, which the `ETag` stands for. For programs that keep a copy: nobody needs to page
/// through the search for that.
#[utoipa::path(
    tag = "clinics",
    operation_id = "export_clinics",
    security(("bearer" = ["directory.bulk"])),
    responses(
        (status = 200, description = "The listings", body = String,
            content_type = "application/x-ndjson",
            example = "{\"id\":\"01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11\"}\n"),
        (status = 304, description = "The client has this revision already"),
        AdminErrors,
    ),
)]
#[get("/v1/export/clinics")]
pub async fn export_clinics(
    _by: Authorized<DirectoryBulk>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::NdJson])?;
    let tag = shared.answer_tag(None, media, &[b"export"]);
    if reply::is_unchanged(&request, &tag) {
        return Ok(reply::unchanged(&tag, Caching::Revalidate));
    }
    let chunks = shared.app.listings().map(|chunk| Ok::<_, Problem>(Bytes::from(chunk)));
    let mut response = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(media.content_type())))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")))
        .streaming(stream::iter(chunks));
    reply::set_tag(&mut response, &tag);
    Ok(response)
}
