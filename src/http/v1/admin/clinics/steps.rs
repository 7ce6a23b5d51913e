//! A listing's way from draft to public and off again.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    AddressConfirmation, HoldRelease, ListingId, ListingMerge, ReasonBody, ReceiptAnswer,
    RetryHeader, Seen, SeenHeader, because, change,
};
use crate::{
    app::editorial,
    domain::editorial::Verb,
    http::{
        Authorized, Plain, Repeatable,
        authorized::{EditListings, PublishListings, VerifyEvidence},
        openapi::ChangeErrors,
        problem::{Kind, Problem},
        shared::Shared,
    },
};

/// Submit a draft
///
/// Hands it in: from `draft` to `submitted`.
#[utoipa::path(
    tag = "admin",
    operation_id = "submit_listing",
    security(("bearer" = ["edit_listings"])),
    params(ListingId, SeenHeader, RetryHeader),
    request_body(content = ReasonBody, description = "Why"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/submit")]
pub async fn submit_listing(
    by: Authorized<EditListings>,
    _plain: Plain,
    seen: Seen,
    shared: Data<Shared>,
    body: Repeatable<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let ReasonBody { reason_code, reason } = body.said;
    let why = (by.actor, because(&reason_code, &reason)?, body.retry);
    change(&shared, why, seen, |app, errand, at| editorial::step(app, errand, at, Verb::Submit))
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
        SeenHeader,
        RetryHeader,
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
    _plain: Plain,
    seen: Seen,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: Repeatable<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let verb = Verb::from_text(&path.1)
        .filter(|verb| !matches!(verb, Verb::Submit | Verb::Merge))
        .ok_or_else(|| Problem::new(Kind::NotFound, "There is no such step of a listing."))?;
    let ReasonBody { reason_code, reason } = body.said;
    let why = (by.actor, because(&reason_code, &reason)?, body.retry);
    change(&shared, why, seen, move |app, errand, at| match verb {
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
    params(ListingId, SeenHeader, RetryHeader),
    request_body(content = HoldRelease, description = "The hold, and why it is none"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/release")]
pub async fn release_hold(
    by: Authorized<PublishListings>,
    _plain: Plain,
    seen: Seen,
    shared: Data<Shared>,
    body: Repeatable<HoldRelease>,
) -> Result<HttpResponse, Problem> {
    let HoldRelease { reason_code, reason, kind, key } = body.said;
    if reason.trim().is_empty() {
        let detail = "/reason: say why what is shared is no obstacle";
        return Err(Problem::new(Kind::InvalidBody, detail));
    }
    let why = (by.actor, because(&reason_code, &reason)?, body.retry);
    change(&shared, why, seen, move |app, errand, at| {
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
    params(ListingId, SeenHeader, RetryHeader),
    request_body(content = AddressConfirmation, description = "The site and the evidence"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/confirm-address")]
pub async fn confirm_listing_address(
    by: Authorized<VerifyEvidence>,
    _plain: Plain,
    seen: Seen,
    shared: Data<Shared>,
    body: Repeatable<AddressConfirmation>,
) -> Result<HttpResponse, Problem> {
    let AddressConfirmation { reason_code, reason, site, evidence } = body.said;
    let why = (by.actor, because(&reason_code, &reason)?, body.retry);
    change(&shared, why, seen, move |app, errand, at| {
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
        SeenHeader,
        RetryHeader,
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
    _plain: Plain,
    seen: Seen,
    shared: Data<Shared>,
    body: Repeatable<ListingMerge>,
) -> Result<HttpResponse, Problem> {
    let ListingMerge { reason_code, reason, survivor, sites } = body.said;
    let why = (by.actor, because(&reason_code, &reason)?, body.retry);
    change(&shared, why, seen, move |app, errand, at| {
        editorial::merge(app, errand, at, survivor, &sites)
    })
    .await
}
