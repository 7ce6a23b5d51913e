//! The public register of flags.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use chrono::NaiveDate;

use super::search_params::{CURSOR, codes_of};
use crate::{
    app::{
        flags::public::{self, FlagsAnswer, FlagsRequest},
        request::DEFAULT_LIMIT,
    },
    domain::FlagState,
    http::{
        openapi::ListErrors,
        params::{Kind, Param, Params, documented_params},
        problem::Problem,
        reply::{self, Caching, Media},
        shared::Shared,
    },
};

pub(super) static RULE: Param =
    Param::one("rule", Kind::Text { max: 32 }, "KTS-001", "The id of a rule.");
pub(super) static STATE: Param = Param::many(
    "state",
    codes_of!(FlagState),
    "published",
    "Where the flag stands. What was never on display is in no public answer, whatever is asked.",
);
static JURISDICTION: Param = Param::one(
    "jurisdiction",
    Kind::Text { max: 8 },
    "US-SC",
    "`US`, or `US-` and a state: where the rule applies.",
);
static PUBLISHED_SINCE: Param = Param::one(
    "published_since",
    Kind::Date { min: NaiveDate::MIN, max: NaiveDate::MAX },
    "2026-01-01",
    "Only flags that became public on this day or later.",
);
pub(super) static PAGE: Param =
    Param::one("limit", Kind::Integer { min: 1, max: 200 }, "20", "How many there are on a page.")
        .or("20");

documented_params! {
    /// The parameters of the list of flags.
    FlagsQuery, &[&RULE, &STATE, &JURISDICTION, &PUBLISHED_SINCE, &PAGE, &CURSOR]
}

/// List flags
///
/// Every flag that is, or once was, on display, with rule, evidence, dates, the provider's reply
/// and where it stands; the newest first. What nobody has published is not told in any way.
#[utoipa::path(
    tag = "flags",
    operation_id = "list_flags",
    security(()),
    params(FlagsQuery),
    responses(
        (status = 200, description = "A page of flags", body = FlagsAnswer),
        (status = 304, description = "The client has this answer already"),
        ListErrors,
    ),
)]
#[get("/v1/flags")]
pub async fn list_flags(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let address = request.query_string();
    let mut params = Params::from_query(address)?;
    let question = FlagsRequest {
        rule: params.text(&RULE),
        states: params.codes(&STATE),
        jurisdiction: params.text(&JURISDICTION),
        published_since: params.date(&PUBLISHED_SINCE),
        limit: params.integer(&PAGE).unwrap_or(DEFAULT_LIMIT),
        cursor: params.text(&CURSOR),
    };
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let tag = shared.answer_tag(None, media, &[b"flags", address.as_bytes()]);
    let (this, next_prefix) = reply::page_links("/v1/flags", address);
    let answer = public::flags(&shared.app, &question, this, &next_prefix)?;
    let mut response =
        reply::conditional(&request, tag, media, Caching::Revalidate, || reply::json(&answer))?;
    reply::set_links(&mut response, &answer.links.this, answer.links.next.as_deref());
    Ok(response)
}
