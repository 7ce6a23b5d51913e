//! Is this provider known, and as what?

use actix_web::{HttpRequest, HttpResponse, get, post, web::Data};
use serde_json::json;
use utoipa::{PartialSchema, ToSchema};

use crate::{
    app::check::{CheckAnswer, check},
    http::{
        body::JsonBytes,
        openapi::{CheckBodyErrors, CheckErrors},
        params::{Kind, Param, Params, body_schema, documented_params},
        problem::Problem,
        reply::{self, Caching, Media},
        shared::Shared,
    },
};

static Q: Param = Param::one(
    "q",
    Kind::Text { max: 300 },
    "calliopehealth.example",
    "A web address, a phone, a national provider identifier or a name.",
)
.needed();

static CHECK: &[&Param] = &[&Q];

documented_params! {
    /// The parameters of a check.
    CheckQuery, CHECK
}

/// Check a provider
///
/// A verdict is given only on an exact domain, phone or identifier, or on an exact full name
/// that one provider has. `not_found` never means that a provider is safe.
#[utoipa::path(
    tag = "check",
    operation_id = "get_check",
    security(()),
    params(CheckQuery),
    responses(
        (status = 200, description = "What is known", body = CheckAnswer),
        (status = 304, description = "The client has this answer already"),
        CheckErrors,
    ),
)]
#[get("/v1/check")]
pub async fn get_check(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let typed = read(Params::from_query(request.query_string())?)?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let body = reply::json(&check(&shared.app, &typed))?;
    // Identifiers by which a provider is found stand in no public record, so that the public
    // revision does not follow them: the answer itself does.
    let tag = shared.answer_tag(None, media, &[b"check", &body]);
    reply::conditional(&request, tag, media, Caching::Revalidate, || Ok(body))
}

/// Check a provider without a trace in an address
///
/// The same as `GET /v1/check`, with the question in the body.
#[utoipa::path(
    tag = "check",
    operation_id = "post_check",
    security(()),
    request_body(content = CheckBody, description = "The question"),
    responses((status = 200, description = "What is known", body = CheckAnswer), CheckBodyErrors),
)]
#[post("/v1/check")]
pub async fn post_check(
    request: HttpRequest,
    shared: Data<Shared>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    let typed = read(Params::from_json(&body.0)?)?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let answer = reply::json(&check(&shared.app, &typed))?;
    Ok(reply::whole(media, Caching::NoStore, answer))
}

fn read(mut params: Params<'_>) -> Result<String, Problem> {
    let typed = params.required_text(&Q);
    params.finish()?;
    Ok(typed)
}

/// The body of a check.
pub struct CheckBody;

impl PartialSchema for CheckBody {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        body_schema("What to check.", CHECK, json!({"q": "calliopehealth.example"})).into()
    }
}

impl ToSchema for CheckBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "CheckBody".into()
    }
}
