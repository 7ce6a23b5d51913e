//! The root of the API: where everything is.

use actix_web::{HttpRequest, HttpResponse, get, http::header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{
    openapi::PlainErrors,
    params::Params,
    problem::Problem,
    reply::{self, Caching, Media},
};

/// Where everything is.
#[derive(Serialize, ToSchema)]
pub struct Root {
    /// The name of the service.
    #[schema(example = "bedside")]
    name: &'static str,
    /// The version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Addresses by what is found there.
    links: RootLinks,
}

/// Addresses by what is found there; a part in braces is to be filled in.
#[derive(Serialize, ToSchema)]
pub struct RootLinks {
    /// This answer.
    #[serde(rename = "self")]
    this: &'static str,
    /// Clinics near a place.
    clinics: &'static str,
    /// Clinics near an exact point, by POST.
    search: &'static str,
    /// Several clinics side by side.
    compare: &'static str,
    /// Providers.
    providers: &'static str,
    /// A check of a web address, phone, NPI or name.
    check: &'static str,
    /// The rulebook.
    rules: &'static str,
    /// The vocabulary of facts.
    facts: &'static str,
    /// Evaluations of given facts, by POST.
    evaluations: &'static str,
    /// Public changes, in order.
    changes: &'static str,
    /// The public log.
    log: &'static str,
    /// Code lists.
    reference: &'static str,
    /// The document of this API.
    service_desc: &'static str,
    /// The same for people.
    service_doc: &'static str,
}

const ROOT: Root = Root {
    name: "bedside",
    version: env!("CARGO_PKG_VERSION"),
    links: RootLinks {
        this: "/v1",
        clinics: "/v1/clinics",
        search: "/v1/clinics/search",
        compare: "/v1/clinics/compare?ids={ids}",
        providers: "/v1/providers",
        check: "/v1/check?q={q}",
        rules: "/v1/rules",
        facts: "/v1/facts",
        evaluations: "/v1/evaluations",
        changes: "/v1/changes",
        log: "/v1/log",
        reference: "/v1/reference/{list}",
        service_desc: "/openapi.json",
        service_doc: "/docs/",
    },
};

/// Read where everything is
///
/// The `Link` header names the document of the API too (RFC 8631).
#[utoipa::path(
    tag = "service",
    operation_id = "get_root",
    security(()),
    responses((status = 200, description = "The addresses", body = Root), PlainErrors),
)]
#[get("/v1")]
pub async fn get_root(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let body = reply::json(&ROOT)?;
    let tag = reply::entity_tag(&[&body]);
    let mut response = reply::conditional(&request, tag, media, Caching::Public, || Ok(body))?;
    response.headers_mut().insert(
        header::LINK,
        header::HeaderValue::from_static(
            "</openapi.json>; rel=\"service-desc\"; type=\"application/json\", \
             </docs/>; rel=\"service-doc\"; type=\"text/html\", \
             </readyz>; rel=\"status\"",
        ),
    );
    Ok(response)
}
