//! What a listing says: made, patched, added to.

use actix_web::{HttpResponse, patch, post, web::Data};

use super::{
    ItemChanges, ListingId, ListingPatch, NewListing, ReceiptAnswer, RetryHeader, Seen, SeenHeader,
    because, change, received,
};
use crate::{
    app::editorial::{self, EditError, Errand, Fault},
    http::{
        Authorized, Plain, Repeatable,
        authorized::EditListings,
        blocking,
        openapi::{ChangeErrors, CreateErrors},
        problem::Problem,
        reply,
        shared::Shared,
    },
};

/// Create a listing
///
/// A draft, from what a line of the provider file says. It is checked as an import checks it.
#[utoipa::path(
    tag = "admin",
    operation_id = "create_listing",
    security(("bearer" = ["edit_listings"])),
    params(RetryHeader),
    request_body(content = NewListing, description = "The listing"),
    responses(
        (status = 201, description = "The draft", body = ReceiptAnswer),
        CreateErrors,
    ),
)]
#[post("/v1/admin/clinics")]
pub async fn create_listing(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    body: Repeatable<NewListing>,
) -> Result<HttpResponse, Problem> {
    let NewListing { reason_code, reason, listing } = body.said;
    let reason = because(&reason_code, &reason)?;
    let receipt = blocking(&shared, move |app| {
        let errand = Errand { actor: &by.actor, reason: &reason, retry: body.retry.as_ref() };
        editorial::create(app, errand, listing).map_err(within_listing)
    })
    .await?;
    let at = format!("/v1/admin/clinics/{}", receipt.id);
    Ok(reply::created(received(receipt)?, Some(&at)))
}

/// The listing is a member of the body, so its mistakes are below it.
fn within_listing(error: EditError) -> EditError {
    match error {
        EditError::Invalid(faults) => EditError::Invalid(
            faults
                .into_iter()
                .map(|fault| Fault { pointer: format!("/listing{}", fault.pointer), ..fault })
                .collect(),
        ),
        other => other,
    }
}

/// Patch a listing
///
/// Changes the profiles of the provider and of its sites. What you set or take back stays so,
/// whatever a file says later. A public listing cannot be given an address, phone, web address,
/// identifier or prescriber that would hold it: suspend it first.
#[utoipa::path(
    tag = "admin",
    operation_id = "patch_listing",
    security(("bearer" = ["edit_listings"])),
    params(ListingId, SeenHeader, RetryHeader),
    request_body(content = ListingPatch, description = "What changes"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[patch("/v1/admin/clinics/{id}")]
pub async fn patch_listing(
    by: Authorized<EditListings>,
    _plain: Plain,
    seen: Seen,
    shared: Data<Shared>,
    body: Repeatable<ListingPatch>,
) -> Result<HttpResponse, Problem> {
    let ListingPatch { reason_code, reason, profile, sites } = body.said;
    let why = (by.actor, because(&reason_code, &reason)?, body.retry);
    change(&shared, why, seen, move |app, errand, at| {
        editorial::patch(app, errand, at, &profile, &sites)
    })
    .await
}

/// Add and take back items
///
/// Statements, prices, credentials, ways to pay, coverage and evidence. Nothing is deleted: what
/// you take back stays visible with the date, and no file brings it back.
#[utoipa::path(
    tag = "admin",
    operation_id = "change_listing_items",
    security(("bearer" = ["edit_listings"])),
    params(ListingId, SeenHeader, RetryHeader),
    request_body(content = ItemChanges, description = "The items"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/items")]
pub async fn change_listing_items(
    by: Authorized<EditListings>,
    _plain: Plain,
    seen: Seen,
    shared: Data<Shared>,
    body: Repeatable<ItemChanges>,
) -> Result<HttpResponse, Problem> {
    let mut items: ItemChanges = body.said;
    let added = items.added();
    let ItemChanges { reason_code, reason, withdraw, .. } = items;
    let why = (by.actor, because(&reason_code, &reason)?, body.retry);
    change(&shared, why, seen, move |app, errand, at| {
        editorial::change_items(app, errand, at, &added, &withdraw)
    })
    .await
}
