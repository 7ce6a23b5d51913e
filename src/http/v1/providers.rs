//! Providers, those without any address too.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};

use super::{
    clinics::{DetailQuery, elsewhere},
    search_params::{ANY_AS_OF, CURSOR, LIMIT},
};
use crate::{
    app::{
        answer::ProviderAnswer,
        detail,
        providers::{self, ProvidersAnswer, ProvidersRequest},
        request::DEFAULT_LIMIT,
    },
    http::{
        openapi::{ListErrors, ListingErrors},
        params::{Kind, Param, Params, documented_params},
        problem::Problem,
        reply::{self, Caching, Media},
        shared::Shared,
    },
};

static Q: Param =
    Param::one("q", Kind::Text { max: 200 }, "Calliope Health", "A name; typos are forgiven.");
static DOMAIN: Param = Param::one(
    "domain",
    Kind::Text { max: 253 },
    "calliopehealth.example",
    "A web address or domain: the provider whose own it is.",
);
static PHONE: Param = Param::one(
    "phone",
    Kind::Text { max: 32 },
    "+1 301 555 0100",
    "A phone of the provider or of one of its sites.",
);
static NPI: Param = Param::one(
    "npi",
    Kind::Shaped { check: is_npi, pattern: r"^[12]\d{9}$", words: "ten digits, the first 1 or 2" },
    "1234567893",
    "A national provider identifier.",
);

documented_params! {
    /// The parameters of a list of providers.
    ProvidersQuery, &[&Q, &DOMAIN, &PHONE, &NPI, &LIMIT, &CURSOR]
}

/// List providers
///
/// By name, a page at a time. Parameters add up.
#[utoipa::path(
    tag = "providers",
    operation_id = "list_providers",
    security(()),
    params(ProvidersQuery),
    responses(
        (status = 200, description = "A page of providers", body = ProvidersAnswer),
        (status = 304, description = "The client has this answer already"),
        ListErrors,
    ),
)]
#[get("/v1/providers")]
pub async fn list_providers(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let address = request.query_string();
    let mut params = Params::from_query(address)?;
    let question = ProvidersRequest {
        q: params.text(&Q),
        domain: params.text(&DOMAIN),
        phone: params.text(&PHONE),
        npi: params.text(&NPI),
        limit: params.integer(&LIMIT).unwrap_or(DEFAULT_LIMIT),
        cursor: params.text(&CURSOR),
    };
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let (this, next_prefix) = reply::page_links("/v1/providers", address);
    let answer = providers::providers(&shared.app, &question, this, &next_prefix)?;
    // As for a check: identifiers stand in no public record. Cursors differ from time to time.
    let found = reply::json(&answer.data)?;
    let tag = shared.answer_tag(None, media, &[b"providers", address.as_bytes(), &found]);
    let mut response =
        reply::conditional(&request, tag, media, Caching::Revalidate, || reply::json(&answer))?;
    reply::set_links(&mut response, &answer.links.this, answer.links.next.as_deref());
    Ok(response)
}

/// Read one provider
///
/// Everything known and unknown about it, with its places, evidence and findings.
#[utoipa::path(
    tag = "providers",
    operation_id = "get_provider",
    security(()),
    params(
        ("id" = String, Path, description = "The provider's id or slug", example = "calliope-health-ketamine"),
        DetailQuery,
    ),
    responses(
        (status = 200, description = "The provider", body = ProviderAnswer),
        (status = 304, description = "The client has this answer already"),
        (status = 308, description = "It became part of the provider in `Location`"),
        ListingErrors,
    ),
)]
#[get("/v1/providers/{id}")]
pub async fn get_provider(
    request: HttpRequest,
    shared: Data<Shared>,
    key: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let as_of = params.date(&ANY_AS_OF);
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let tag = shared.answer_tag(as_of, media, &[b"provider", key.as_bytes()]);
    match detail::provider(&shared.app, &key, as_of) {
        Ok(provider) => {
            reply::conditional(&request, tag, media, Caching::Revalidate, || reply::json(&provider))
        }
        Err(missing) => elsewhere(missing, "/v1/providers/", ""),
    }
}

fn is_npi(text: &str) -> bool {
    text.len() == 10
        && text.starts_with(['1', '2'])
        && text.bytes().all(|byte| byte.is_ascii_digit())
}
