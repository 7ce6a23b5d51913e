//! The documentation: the document of the API, its pages, and the types of problems.

use std::sync::{Arc, LazyLock};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{Bytes, Path},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_swagger_ui::Config;

use super::{
    openapi::{self, NamedErrors, PlainErrors},
    params::Params,
    problem::{Kind, Problem},
    reply::{self, Caching, Media},
};

/// The policy of the documentation's pages: their own files, and images in the style sheet.
const PAGES_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(openapi::text()));
static PAGES: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    Arc::new(Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true))
});

/// Read the document of this API
///
/// OpenAPI 3.1. The pages at `/docs` show it to people.
#[utoipa::path(
    tag = "service",
    operation_id = "get_openapi_document",
    security(()),
    responses(
        (status = 200, description = "The document", body = Object, example = json!({"openapi": "3.1.0"})),
        PlainErrors,
    ),
)]
#[get("/openapi.json")]
pub async fn get_document(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let tag = reply::entity_tag(&[&DOCUMENT]);
    reply::conditional(&request, tag, media, Caching::Public, || Ok(DOCUMENT.clone()))
}

/// What a type of problem means.
#[derive(Serialize, ToSchema)]
pub struct ProblemType {
    /// The address by which problems name the type.
    #[serde(rename = "type")]
    #[schema(example = "/problems/too-precise")]
    kind: String,
    /// Its name.
    #[schema(example = "Position too precise for an address")]
    title: &'static str,
    /// Its status code.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    status: u16,
    /// What it means and how to mend it.
    #[schema(example = "Send the exact position in the body of POST /v1/clinics/search.")]
    description: &'static str,
}

/// Read what a type of problem means
///
/// The `type` of every error resolves here.
#[utoipa::path(
    tag = "service",
    operation_id = "get_problem_type",
    security(()),
    params(("type" = String, Path, description = "The last part of a problem's `type`", example = "too-precise")),
    responses(
        (status = 200, description = "What it means", content(
            (ProblemType = "application/json"),
            (String = "text/html", example = "<!doctype html>"),
        )),
        NamedErrors,
    ),
)]
#[get("/problems/{type}")]
pub async fn get_problem_type(
    request: HttpRequest,
    slug: Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let kind = Kind::from_slug(&slug).ok_or_else(|| Problem::of(Kind::NotFound))?;
    let media = reply::negotiate(&request, &[Media::Json, Media::Html])?;
    let tag = reply::entity_tag(&[media.essence().as_bytes(), kind.slug().as_bytes()]);
    reply::conditional(&request, tag, media, Caching::Public, || match media {
        Media::Html => Ok(Bytes::from(page(kind))),
        _ => reply::json(&ProblemType {
            kind: format!("/problems/{}", kind.slug()),
            title: kind.title(),
            status: kind.status().as_u16(),
            description: kind.about(),
        }),
    })
}

/// A problem type as a page. Its texts are ours and hold nothing to escape but `&` and `<`.
fn page(kind: Kind) -> String {
    let (title, status) = (kind.title(), kind.status().as_u16());
    let about = kind.about().replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n<p>Status {status}</p>\n<p>{about}</p>\n</html>\n"
    )
}

/// The pages of the documentation live in a folder, so that their relative links work.
#[get("/docs")]
pub async fn get_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

#[get("/docs/{file:.*}")]
pub async fn get_docs_file(file: Path<String>) -> Result<HttpResponse, Problem> {
    let file = utoipa_swagger_ui::serve(&file, Arc::clone(&PAGES))
        .map_err(|error| Problem::internal(error.to_string()))?
        .ok_or_else(|| Problem::of(Kind::NotFound))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(file.content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGES_POLICY));
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(file.bytes.into_owned()))
}
