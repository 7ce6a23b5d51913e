//! One clinic, its course cost, and clinics side by side.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::LOCATION,
    web::{Data, Path},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::search_params::{ANY_AS_OF, codes_of};
use crate::{
    app::{
        answer::{ClinicAnswer, DetailMeta},
        compare::{self, CompareAnswer},
        detail::{self, Missing},
    },
    domain::{Route, course_cost::CourseCost},
    http::{
        openapi::{CompareErrors, CourseCostErrors, ListingErrors},
        params::{Kind, Param, Params, documented_params},
        problem::Problem,
        reply::{self, Caching, Media},
        shared::Shared,
    },
};

static ROUTE: Param = Param::one(
    "route",
    codes_of!(Route),
    "iv",
    "The route that the course is on; by default the cheapest that the clinic offers.",
);
static SESSIONS: Param = Param::one(
    "sessions",
    Kind::Integer { min: 1, max: 60 },
    "6",
    "How many treatment sessions; by default the clinic's own number, else 6, or 8 for esketamine, marked as assumed.",
);
static IDS: Param = Param::many(
    "ids",
    Kind::Shaped {
        check: is_key,
        pattern: r"^[A-Za-z0-9-]{1,200}$",
        words: "the id or slug of a clinic",
    },
    "calliope-health-ketamine-bethesda-md",
    "Two to five ids or slugs, joined by commas.",
)
.joined()
.needed();

documented_params! {
    /// The parameters of one listing.
    DetailQuery, &[&ANY_AS_OF]
}
documented_params! {
    /// The parameters of a course cost.
    CourseCostQuery, &[&ROUTE, &SESSIONS, &ANY_AS_OF]
}
documented_params! {
    /// The parameters of a comparison.
    CompareQuery, &[&IDS]
}

/// Read one clinic
///
/// Everything known and unknown about it, with evidence and findings.
#[utoipa::path(
    tag = "clinics",
    operation_id = "get_clinic",
    security(()),
    params(
        ("id" = String, Path, description = "The clinic's id or slug", example = "calliope-health-ketamine-bethesda-md"),
        DetailQuery,
    ),
    responses(
        (status = 200, description = "The clinic", body = ClinicAnswer),
        (status = 304, description = "The client has this answer already"),
        (status = 308, description = "It became part of the clinic in `Location`"),
        ListingErrors,
    ),
)]
#[get("/v1/clinics/{id}")]
pub async fn get_clinic(
    request: HttpRequest,
    shared: Data<Shared>,
    key: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let as_of = params.date(&ANY_AS_OF);
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let tag = shared.answer_tag(as_of, media, &[b"clinic", key.as_bytes()]);
    match detail::clinic(&shared.app, &key, as_of) {
        Ok(clinic) => {
            reply::conditional(&request, tag, media, Caching::Revalidate, || reply::json(&clinic))
        }
        Err(missing) => elsewhere(missing, "/v1/clinics/", ""),
    }
}

/// What a course costs at a clinic.
#[derive(Serialize, ToSchema)]
pub struct CourseCostAnswer {
    /// The cost, item by item, with everything that was assumed.
    data: CourseCost,
    /// What the answer rests on.
    meta: DetailMeta,
}

/// Read what a whole course costs
///
/// Itemised. `complete` when consultation and induction are known, `at_least` when only the
/// induction is, `unpublished` otherwise.
#[utoipa::path(
    tag = "clinics",
    operation_id = "get_course_cost",
    security(()),
    params(
        ("id" = String, Path, description = "The clinic's id or slug", example = "calliope-health-ketamine-bethesda-md"),
        CourseCostQuery,
    ),
    responses(
        (status = 200, description = "The cost", body = CourseCostAnswer),
        (status = 304, description = "The client has this answer already"),
        (status = 308, description = "The clinic became part of the one in `Location`"),
        CourseCostErrors,
    ),
)]
#[get("/v1/clinics/{id}/course-cost")]
pub async fn get_course_cost(
    request: HttpRequest,
    shared: Data<Shared>,
    key: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let route = params.code(&ROUTE);
    let sessions = params.integer(&SESSIONS);
    let as_of = params.date(&ANY_AS_OF);
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let question = request.query_string().as_bytes();
    let tag = shared.answer_tag(as_of, media, &[b"cost", key.as_bytes(), question]);
    let app = &shared.app;
    match detail::course_cost(app, &key, route, sessions, as_of) {
        Ok(cost) => {
            let catalog = app.catalog.load();
            let meta = app.meta(&catalog, as_of.unwrap_or_else(|| catalog.as_of()));
            let answer = CourseCostAnswer { data: cost?, meta };
            reply::conditional(&request, tag, media, Caching::Revalidate, || reply::json(&answer))
        }
        Err(missing) => elsewhere(missing, "/v1/clinics/", "/course-cost"),
    }
}

/// Compare clinics side by side
///
/// Two to five, in the order that was asked for, from one revision of the catalog.
#[utoipa::path(
    tag = "clinics",
    operation_id = "compare_clinics",
    security(()),
    params(CompareQuery),
    responses(
        (status = 200, description = "The clinics", body = CompareAnswer),
        (status = 304, description = "The client has this answer already"),
        CompareErrors,
    ),
)]
#[get("/v1/clinics/compare")]
pub async fn compare_clinics(
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let keys = params.texts_in_order(&IDS);
    let mut once = keys.clone();
    once.sort_unstable();
    once.dedup();
    if !params.failed()
        && (once.len() < keys.len() || !(compare::MIN..=compare::MAX).contains(&keys.len()))
    {
        params.fail(&IDS, "wrong-length", "give two to five different clinics".into());
    }
    params.finish()?;
    let media = reply::negotiate(&request, &[Media::Json])?;
    let tag = shared.answer_tag(None, media, &[b"compare", keys.join(",").as_bytes()]);
    let answer = compare::compare(&shared.app, &keys).map_err(|(key, missing)| {
        let problem = Problem::from(missing.clone());
        Problem::new(problem.kind(), format!("{key}: {missing}"))
    })?;
    reply::conditional(&request, tag, media, Caching::Revalidate, || reply::json(&answer))
}

/// The answer for a listing that is not here: where it went, or a problem.
pub(super) fn elsewhere(
    missing: Missing,
    before: &str,
    after: &str,
) -> Result<HttpResponse, Problem> {
    match missing {
        Missing::Merged { into } => Ok(HttpResponse::PermanentRedirect()
            .insert_header((LOCATION, format!("{before}{into}{after}")))
            .finish()),
        other => Err(other.into()),
    }
}

fn is_key(text: &str) -> bool {
    (1..=200).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
