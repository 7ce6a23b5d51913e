//! The queue: what to look at next, and working on it.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Transition, UUID, is_uuid, reason, uuid};
use crate::{
    app::queue::{
        Filter, ItemKind, Place, QueuePage, ReviewTask, Risk, TaskOutcome, Wanted,
        work::{Lease, Seen},
    },
    http::{
        Plain, Typed,
        authorized::{Authorized, EditListings, VerifyEvidence, ViewAdmin},
        blocking,
        openapi::{SignedInListErrors, TransitionErrors},
        params::{Kind, Param, Params, documented_params},
        problem::Problem,
        reply,
        shared::Shared,
    },
};

fn kinds() -> Vec<&'static str> {
    ItemKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

fn risks() -> Vec<&'static str> {
    Risk::ALL.iter().map(|risk| risk.as_str()).collect()
}

fn horizons() -> Vec<&'static str> {
    vec!["30", "60", "90"]
}

static KIND: Param = Param::one("kind", Kind::Code(kinds), "stale", "Only items of this kind.");
static RISK: Param =
    Param::one("risk", Kind::Code(risks), "critical", "Only items on which this depends.");
static PROVIDER: Param = Param::one(
    "provider",
    Kind::Shaped { check: is_uuid, pattern: UUID, words: "a UUID" },
    "01976e3c-0000-7000-8000-000000000001",
    "Only items of this provider.",
);
static FACT: Param =
    Param::one("fact", Kind::Text { max: 100 }, "excl.leie", "Only items about this fact.");
static PUBLISHED: Param =
    Param::one("published", Kind::Flag, "true", "Only items of published listings, or of others.");
static WITHIN: Param = Param::one(
    "within_days",
    Kind::Code(horizons),
    "30",
    "Only what stops to count within so many days.",
);
static LIMIT: Param =
    Param::one("limit", Kind::Integer { min: 1, max: 100 }, "20", "How many items on a page.")
        .or("20");
static CURSOR: Param = Param::one(
    "cursor",
    Kind::Text { max: 2_000 },
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.c2ln",
    "Where the page before ended, from its `links.next`.",
);

static QUEUE: &[&Param] = &[&KIND, &RISK, &PROVIDER, &FACT, &PUBLISHED, &WITHIN, &LIMIT, &CURSOR];

documented_params! {
    /// The parameters of the queue.
    QueueQuery, QUEUE
}

/// A page of the queue with the way to the next one.
#[derive(Serialize, ToSchema)]
pub struct QueueAnswer {
    #[serde(flatten)]
    page: QueuePage,
    links: QueueLinks,
}

/// Links of a page.
#[derive(Serialize, ToSchema)]
pub struct QueueLinks {
    /// The next page; null on the last.
    #[schema(example = json!(null))]
    next: Option<String>,
}

/// See what to look at next
///
/// Everything that is missing, stale, below its tier, conflicting or about to expire, and the
/// entries of official lists that may be about somebody, in the order of what depends on it and
/// of its age; with the counts of the whole queue and a forecast of lost labels.
#[utoipa::path(
    tag = "queue",
    operation_id = "list_queue",
    security(("bearer" = ["view_admin"])),
    params(QueueQuery),
    responses((status = 200, description = "A page of the queue", body = QueueAnswer), SignedInListErrors),
)]
#[get("/v1/admin/queue")]
pub async fn list_queue(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let filter = Filter {
        kind: params.code(&KIND),
        risk: params.code(&RISK),
        provider: uuid(&mut params, &PROVIDER),
        fact: params.text(&FACT),
        published: params.flag(&PUBLISHED),
        within_days: params.code(&WITHIN),
    };
    let limit = params.integer(&LIMIT).unwrap_or(20);
    let cursor = params.text(&CURSOR);
    params.finish()?;
    reply::takes_json(&request)?;

    let query = format!("queue {filter:?}");
    let now = shared.app.clock.now();
    let after: Option<Place> = match cursor {
        Some(cursor) => Some(shared.app.cursors.open(query.as_bytes(), &cursor, now)?),
        None => None,
    };
    let wanted = Wanted { filter, after, limit };
    let (page, next) = blocking(&shared, move |app| app.queue_page(&wanted)).await?;
    let cursor = next.and_then(|last| shared.app.cursors.seal(query.as_bytes(), &last, now));
    let (_, base) = reply::page_links("/v1/admin/queue", request.query_string());
    let next = cursor.map(|cursor| format!("{base}{cursor}"));
    let answer = QueueAnswer { page, links: QueueLinks { next } };
    reply::private(&answer)
}

/// Take an item
///
/// It is yours for 15 minutes, so that two people never do it twice. Taking it again begins
/// them anew.
#[utoipa::path(
    tag = "queue",
    operation_id = "lease_queue_item",
    security(("bearer" = ["edit_listings"])),
    params(("id" = String, Path, description = "The item's id", example = "task-000000000000000000000000")),
    request_body(content = Transition, description = "Why"),
    responses((status = 200, description = "It is yours", body = Lease), TransitionErrors),
)]
#[post("/v1/admin/queue/{id}/lease")]
pub async fn lease_queue_item(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    body: Typed<Transition>,
) -> Result<HttpResponse, Problem> {
    let why = body.0.why()?;
    let lease = blocking(&shared, move |app| app.lease_item(&by.actor, &why, &id)).await?;
    reply::private(&lease)
}

/// Give an item back
///
/// Before its 15 minutes are over, so that somebody else can take it.
#[utoipa::path(
    tag = "queue",
    operation_id = "release_queue_item",
    security(("bearer" = ["edit_listings"])),
    params(("id" = String, Path, description = "The item's id", example = "task-000000000000000000000000")),
    request_body(content = Transition, description = "Why"),
    responses((status = 204, description = "It is nobody's again"), TransitionErrors),
)]
#[post("/v1/admin/queue/{id}/release")]
pub async fn release_queue_item(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    body: Typed<Transition>,
) -> Result<HttpResponse, Problem> {
    let why = body.0.why()?;
    blocking(&shared, move |app| app.release_item(&by.actor, &why, &id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How something was seen again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RenewBody)]
pub struct Renewal {
    /// A snake_case code.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "seen_again")]
    reason_code: String,
    /// In your own words; may be empty.
    #[schema(max_length = 2000, example = "")]
    #[serde(default)]
    reason: String,
    /// Where, if not where it was seen before.
    #[schema(max_length = 2048, example = "https://clinic.example/about")]
    url: Option<String>,
    /// SHA-256 of the new capture, 64 hexadecimal digits.
    #[schema(
        pattern = "^[0-9a-fA-F]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    sha256: Option<String>,
    /// What it says, if not in the same words.
    #[schema(max_length = 1024, example = "A nurse stays in the room.")]
    excerpt: Option<String>,
}

/// What a renewal made.
#[derive(Serialize, ToSchema)]
pub struct Renewed {
    /// The provider.
    provider: Uuid,
    /// Its new version.
    #[schema(minimum = 1, example = 2)]
    version: i64,
    /// The day on which it was seen again.
    observed_on: NaiveDate,
}

/// Say that it was seen again, unchanged
///
/// Adds a capture with today's date and a statement with the same value, beside the old ones.
/// What rests on a signature or a certificate is renewed by a new one and not by this.
#[utoipa::path(
    tag = "queue",
    operation_id = "renew_queue_item",
    security(("bearer" = ["verify_evidence"])),
    params(("id" = String, Path, description = "The item's id", example = "01976e3c-0000-7000-8000-000000000001.provider.excl.leie")),
    request_body(content = Renewal, description = "Why, and what was seen"),
    responses((status = 200, description = "It counts from today", body = Renewed), TransitionErrors),
)]
#[post("/v1/admin/queue/{id}/renew")]
pub async fn renew_queue_item(
    by: Authorized<VerifyEvidence>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    body: Typed<Renewal>,
) -> Result<HttpResponse, Problem> {
    let body = body.0;
    let why = reason(&body.reason_code, &body.reason)?;
    let seen = Seen { url: body.url, sha256: body.sha256, excerpt: body.excerpt };
    let provider =
        blocking(&shared, move |app| app.renew_item(&by.actor, &why, &id, &seen)).await?;
    let answer = Renewed {
        provider: provider.id,
        version: provider.version,
        observed_on: provider.updated_at.date_naive(),
    };
    reply::private(&answer)
}

/// What was found out about an entry of a list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CloseBody)]
pub struct Closing {
    /// A snake_case code.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$", example = "identity_checked")]
    reason_code: String,
    /// In your own words; may be empty.
    #[schema(max_length = 2000, example = "The middle name and the year of birth differ.")]
    #[serde(default)]
    reason: String,
    /// `confirmed` states what the list says; `different` ends the matter for good.
    outcome: TaskOutcome,
    /// The site that a confirmed entry is about, where it is about a place.
    site: Option<Uuid>,
}

/// Decide about an entry of an official list
///
/// Whether it is about the provider, by what a number or a name alone could not say.
#[utoipa::path(
    tag = "queue",
    operation_id = "close_queue_task",
    security(("bearer" = ["verify_evidence"])),
    params(("id" = String, Path, description = "The task's id", example = "task-000000000000000000000000")),
    request_body(content = Closing, description = "What was decided, and why"),
    responses((status = 200, description = "The closed task", body = ReviewTask), TransitionErrors),
)]
#[post("/v1/admin/queue/{id}/close")]
pub async fn close_queue_task(
    by: Authorized<VerifyEvidence>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    body: Typed<Closing>,
) -> Result<HttpResponse, Problem> {
    let Closing { reason_code, reason: text, outcome, site } = body.0;
    let why = reason(&reason_code, &text)?;
    let close = move |app: &crate::app::App| app.close_task(&by.actor, &why, &id, outcome, site);
    let task = blocking(&shared, close).await?;
    reply::private(&task)
}
