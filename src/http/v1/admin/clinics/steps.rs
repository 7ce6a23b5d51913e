//! A listing's way from draft to public and off again.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    AddressConfirmation, HoldRelease, ListingMerge, ReasonBody, ReceiptAnswer, because, change,
};
use crate::{
    app::editorial,
    domain::editorial::Verb,
    http::{
        Authorized, JsonBytes,
        authorized::{EditListings, PublishListings, VerifyEvidence},
        openapi::ChangeErrors,
        problem::{Kind, Problem},
        shared::Shared,
        typed,
    },
};

/// Submit a draft
///
/// Hands it in: from `draft` to `submitted`.
#[utoipa::path(
    tag = "admin",
    operation_id = "submit_listing",
    security(("bearer" = ["edit_listings"])),
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that you have seen", example = "\"4\""),
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = ReasonBody, description = "Why"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/submit")]
pub async fn submit_listing(
    by: Authorized<EditListings>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let ReasonBody { reason_code, reason } = typed(&body)?;
    let why = (by.actor, because(&reason_code, &reason)?);
    change(&request, &shared, &body, why, &id, |app, errand, at| {
        editorial::step(app, errand, at, Verb::Submit)
    })
    .await
}

/// A step of review.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStep {
    /// From `submitted` to `in_review`.
    Take,
    /// From `in_review` to `published`.
    Publish,
    /// From `in_review` to `draft`.
    Return,
    /// From `published` to `suspended`.
    Suspend,
    /// From `suspended` to `in_review`.
    Resume,
    /// From anywhere to `delisted`, for good.
    Delist,
    /// From `merged` back to what it was.
    Unmerge,
}

/// Move a listing to its next state
///
/// `take`, `publish`, `return`, `suspend`, `resume`, `delist` or `unmerge`. Whoever created,
/// changed or submitted a listing since it was last public does not publish it, and nothing is
/// published while something holds it.
#[utoipa::path(
    tag = "admin",
    operation_id = "move_listing",
    security(("bearer" = ["publish_listings"])),
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("verb" = inline(ReviewStep), Path, description = "The step", example = "publish"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that you have seen", example = "\"4\""),
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = ReasonBody, description = "Why"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/{verb}")]
pub async fn move_listing(
    by: Authorized<PublishListings>,
    request: HttpRequest,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let (id, verb) = path.into_inner();
    let verb = Verb::from_text(&verb)
        .filter(|verb| !matches!(verb, Verb::Submit | Verb::Merge))
        .ok_or_else(|| Problem::new(Kind::NotFound, "There is no such step of a listing."))?;
    let ReasonBody { reason_code, reason } = typed(&body)?;
    let why = (by.actor, because(&reason_code, &reason)?);
    change(&request, &shared, &body, why, &id, move |app, errand, at| match verb {
        Verb::Unmerge => editorial::unmerge(app, errand, at),
        verb => editorial::step(app, errand, at, verb),
    })
    .await
}

/// Release a hold
///
/// Something that the listing shares with others was looked at and is no obstacle. It holds
/// again once another listing shares it too.
#[utoipa::path(
    tag = "admin",
    operation_id = "release_hold",
    security(("bearer" = ["publish_listings"])),
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that you have seen", example = "\"4\""),
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = HoldRelease, description = "The hold, and why it is none"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/release")]
pub async fn release_hold(
    by: Authorized<PublishListings>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let HoldRelease { reason_code, reason, kind, key } = typed(&body)?;
    if reason.trim().is_empty() {
        let detail = "/reason: say why what is shared is no obstacle";
        return Err(Problem::new(Kind::InvalidBody, detail));
    }
    let why = (by.actor, because(&reason_code, &reason)?);
    change(&request, &shared, &body, why, &id, move |app, errand, at| {
        editorial::release(app, errand, at, kind, &key)
    })
    .await
}

/// Confirm the address of a site
///
/// Evidence that is not the provider's own says that the site is there. It holds as long as the
/// site has this address and the evidence stands.
#[utoipa::path(
    tag = "admin",
    operation_id = "confirm_listing_address",
    security(("bearer" = ["verify_evidence"])),
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that you have seen", example = "\"4\""),
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = AddressConfirmation, description = "The site and the evidence"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/confirm-address")]
pub async fn confirm_listing_address(
    by: Authorized<VerifyEvidence>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let AddressConfirmation { reason_code, reason, site, evidence } = typed(&body)?;
    let why = (by.actor, because(&reason_code, &reason)?);
    change(&request, &shared, &body, why, &id, move |app, errand, at| {
        editorial::confirm_address(app, errand, at, site, evidence)
    })
    .await
}

/// Merge a duplicate
///
/// The listing becomes part of the survivor, and its public addresses lead there, site by site.
/// Nothing is copied: add first what the survivor should say. `unmerge` undoes it.
#[utoipa::path(
    tag = "admin",
    operation_id = "merge_listing",
    security(("bearer" = ["publish_listings"])),
    params(
        ("id" = String, Path, description = "The id of the duplicate (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that you have seen", example = "\"4\""),
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = ListingMerge, description = "The survivor and where the sites go"),
    responses(
        (status = 200, description = "The duplicate in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/merge")]
pub async fn merge_listing(
    by: Authorized<PublishListings>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let ListingMerge { reason_code, reason, survivor, sites } = typed(&body)?;
    let why = (by.actor, because(&reason_code, &reason)?);
    change(&request, &shared, &body, why, &id, move |app, errand, at| {
        editorial::merge(app, errand, at, survivor, &sites)
    })
    .await
}
