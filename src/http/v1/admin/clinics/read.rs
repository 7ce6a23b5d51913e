//! Listings in a list, one with everything, and its history.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Data, Path},
};

use super::listing_id;
use crate::{
    app::{
        editorial::{
            self, DiffAnswer, ListingAnswer, ListingsAnswer, ListingsRequest, VersionsAnswer,
        },
        request::DEFAULT_LIMIT,
    },
    domain::ListingState,
    http::{
        Authorized, Plain,
        authorized::ViewAdmin,
        blocking,
        openapi::{AdminListErrors, AdminReadErrors},
        params::{Kind, Param, Params, documented_params},
        problem::Problem,
        reply,
        shared::Shared,
        v1::search_params::{CURSOR, LIMIT, codes_of},
    },
};

static STATE: Param = Param::many(
    "state",
    codes_of!(ListingState),
    "submitted",
    "Where the listing is in its editorial life.",
);
static Q: Param = Param::one(
    "q",
    Kind::Text { max: 200 },
    "Example Ketamine",
    "Words of a name, or an id, slug or source key of the listing or of a site.",
);
static HELD: Param = Param::one(
    "held",
    Kind::Flag,
    "true",
    "Whether something keeps the listing from being published.",
);
static SOURCE: Param =
    Param::one("source", Kind::Text { max: 100 }, "P0", "How the source key begins.");

/// The greatest version that can be asked for.
const MOST_VERSIONS: i64 = 1_000_000_000;

static FROM: Param = Param::one(
    "from",
    Kind::Integer { min: 1, max: MOST_VERSIONS },
    "1",
    "The version that is compared.",
)
.needed();
static TO: Param = Param::one(
    "to",
    Kind::Integer { min: 1, max: MOST_VERSIONS },
    "2",
    "The version that it is compared with.",
)
.needed();

documented_params! {
    /// The parameters of a list of listings.
    ListingsQuery, &[&STATE, &Q, &HELD, &SOURCE, &LIMIT, &CURSOR]
}
documented_params! {
    /// The parameters of a list of versions.
    VersionsQuery, &[&LIMIT, &CURSOR]
}
documented_params! {
    /// The parameters of a comparison of versions.
    DiffQuery, &[&FROM, &TO]
}

/// List listings
///
/// Of every state, by name, a page at a time. Parameters add up.
#[utoipa::path(
    tag = "admin",
    operation_id = "list_listings",
    security(("bearer" = ["view_admin"])),
    params(ListingsQuery),
    responses(
        (status = 200, description = "A page of listings", body = ListingsAnswer),
        AdminListErrors,
    ),
)]
#[get("/v1/admin/clinics")]
pub async fn list_listings(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let address = request.query_string();
    let mut params = Params::from_query(address)?;
    let question = ListingsRequest {
        state: params.codes(&STATE),
        q: params.text(&Q),
        held: params.flag(&HELD),
        source: params.text(&SOURCE),
        limit: params.integer(&LIMIT).unwrap_or(DEFAULT_LIMIT),
        cursor: params.text(&CURSOR),
    };
    params.finish()?;
    reply::takes_json(&request)?;
    let (this, next_prefix) = reply::page_links("/v1/admin/clinics", address);
    let answer =
        blocking(&shared, move |app| editorial::list(app, &question, this, &next_prefix)).await?;
    let mut response = reply::private(&answer)?;
    reply::set_links(&mut response, &answer.links.this, answer.links.next.as_deref());
    Ok(response)
}

/// Read one listing with everything
///
/// Prescribers, who signed, what was withdrawn and by whom, and what holds it. The `ETag` is its
/// version: send it as `If-Match` with a change.
#[utoipa::path(
    tag = "admin",
    operation_id = "get_listing",
    security(("bearer" = ["view_admin"])),
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
    ),
    responses(
        (status = 200, description = "The listing", body = ListingAnswer),
        AdminReadErrors,
    ),
)]
#[get("/v1/admin/clinics/{id}")]
pub async fn get_listing(
    _by: Authorized<ViewAdmin>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = listing_id(&id)?;
    let answer = blocking(&shared, move |app| editorial::read(app, id)).await?;
    reply::versioned(answer.data.version, &answer)
}

/// List the versions of a listing
///
/// Who made each, when and why, oldest first.
#[utoipa::path(
    tag = "admin",
    operation_id = "list_versions",
    security(("bearer" = ["view_admin"])),
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        VersionsQuery,
    ),
    responses(
        (status = 200, description = "A page of versions", body = VersionsAnswer),
        AdminListErrors,
    ),
)]
#[get("/v1/admin/clinics/{id}/versions")]
pub async fn list_versions(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let address = request.query_string();
    let mut params = Params::from_query(address)?;
    let limit = params.integer(&LIMIT).unwrap_or(DEFAULT_LIMIT);
    let cursor = params.text(&CURSOR);
    params.finish()?;
    reply::takes_json(&request)?;
    let id = listing_id(&id)?;
    let (this, next) = reply::page_links(&format!("/v1/admin/clinics/{id}/versions"), address);
    let answer = blocking(&shared, move |app| {
        editorial::versions(app, id, limit, cursor.as_deref(), (this, &next))
    })
    .await?;
    let mut response = reply::private(&answer)?;
    reply::set_links(&mut response, &answer.links.this, answer.links.next.as_deref());
    Ok(response)
}

/// Compare two versions of a listing
///
/// Field by field, from the journal.
#[utoipa::path(
    tag = "admin",
    operation_id = "get_diff",
    security(("bearer" = ["view_admin"])),
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        DiffQuery,
    ),
    responses(
        (status = 200, description = "The fields that differ", body = DiffAnswer),
        AdminReadErrors,
    ),
)]
#[get("/v1/admin/clinics/{id}/diff")]
pub async fn get_diff(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let from = version(&mut params, &FROM);
    let to = version(&mut params, &TO);
    params.finish()?;
    reply::takes_json(&request)?;
    let id = listing_id(&id)?;
    let answer = blocking(&shared, move |app| editorial::diff(app, id, from, to)).await?;
    reply::private(&answer)
}

/// A version that must be named.
fn version(params: &mut Params<'_>, param: &'static Param) -> i64 {
    if !params.has(param) {
        params.fail(param, "missing", "must be given".into());
    }
    params.integer(param).unwrap_or_default()
}
