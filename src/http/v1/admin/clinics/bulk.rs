//! Many listings at once: published over a diff, and compared for duplicates.

use actix_web::{HttpRequest, HttpResponse, get, post, web::Data};

use super::{Batch, RetryHeader, because};
use crate::{
    app::editorial::{self, BatchAnswer, DuplicatesAnswer, Errand},
    http::{
        Authorized, Plain, Repeatable,
        authorized::{PublishListings, ViewAdmin},
        blocking,
        openapi::{AdminReadErrors, CreateErrors},
        params::{Kind, Param, Params, documented_params},
        problem::{Kind as ProblemKind, Problem},
        reply,
        shared::Shared,
    },
};

/// The most listings of a batch.
const MOST: usize = 200;

/// Publish many listings over a diff
///
/// Without a digest nothing is written: each row shows what would become public and what is in
/// the way. With the digest of what was shown, just that is published; rows that cannot be are
/// refused one by one. The digest stands in for `If-Match`.
#[utoipa::path(
    tag = "admin",
    operation_id = "publish_listings",
    security(("bearer" = ["publish_listings"])),
    params(RetryHeader),
    request_body(content = Batch, description = "The listings and, to publish them, the digest"),
    responses(
        (status = 200, description = "What became of each, or would", body = BatchAnswer),
        CreateErrors,
    ),
)]
#[post("/v1/admin/clinics/publish-batch")]
pub async fn publish_listings(
    by: Authorized<PublishListings>,
    _plain: Plain,
    shared: Data<Shared>,
    body: Repeatable<Batch>,
) -> Result<HttpResponse, Problem> {
    let Batch { reason_code, reason, ids, digest } = body.said;
    if !(1..=MOST).contains(&ids.len()) {
        let detail = format!("/ids: expected 1 to {MOST} ids");
        return Err(Problem::new(ProblemKind::InvalidBody, detail));
    }
    let reason = because(&reason_code, &reason)?;
    let answer = blocking(&shared, move |app| {
        let errand = Errand { actor: &by.actor, reason: &reason, retry: body.retry.as_ref() };
        editorial::publish_batch(app, errand, &ids, digest.as_deref())
    })
    .await?;
    reply::private(&answer)
}

static MOST_PAIRS: Param = Param::one(
    "limit",
    Kind::Integer { min: 1, max: 200 },
    "20",
    "How many pairs at most, the likeliest first.",
)
.or("50");

documented_params! {
    /// The parameters of a list of duplicates.
    DuplicatesQuery, &[&MOST_PAIRS]
}

/// List listings that may be one
///
/// Pairs that share a phone, a web address, an identifier, a suite or a name, each with a score
/// that says what it is made of. The score sorts work for people and decides nothing.
#[utoipa::path(
    tag = "admin",
    operation_id = "list_duplicates",
    security(("bearer" = ["view_admin"])),
    params(DuplicatesQuery),
    responses(
        (status = 200, description = "The pairs", body = DuplicatesAnswer),
        AdminReadErrors,
    ),
)]
#[get("/v1/admin/clinics/duplicates")]
pub async fn list_duplicates(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let limit = params.integer(&MOST_PAIRS).unwrap_or(50);
    params.finish()?;
    reply::takes_json(&request)?;
    let answer = blocking(&shared, move |app| editorial::duplicates(app, limit)).await?;
    reply::private(&answer)
}
