//! What a listing says: made, patched, added to.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    patch, post,
    web::{Data, Path},
};

use super::{ItemChanges, ListingPatch, NewListing, ReceiptAnswer, ask, because, change, received};
use crate::{
    app::editorial::{self, EditError, Errand, Fault},
    http::{
        Authorized, JsonBytes,
        authorized::EditListings,
        blocking,
        openapi::{ChangeErrors, CreateErrors},
        preconditions::retry,
        problem::Problem,
        shared::Shared,
        typed,
    },
};

/// Create a listing
///
/// A draft, from what a line of the provider file says. It is checked as an import checks it.
#[utoipa::path(
    tag = "admin",
    operation_id = "create_listing",
    security(("bearer" = ["edit_listings"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = NewListing, description = "The listing"),
    responses(
        (status = 201, description = "The draft", body = ReceiptAnswer),
        CreateErrors,
    ),
)]
#[post("/v1/admin/clinics")]
pub async fn create_listing(
    by: Authorized<EditListings>,
    request: HttpRequest,
    shared: Data<Shared>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let media = ask(&request)?;
    let NewListing { reason_code, reason, listing } = typed(&body)?;
    let reason = because(&reason_code, &reason)?;
    let retry = retry(&request, &body.0)?;
    let receipt = blocking(&shared, move |app| {
        let errand = Errand { actor: &by.actor, reason: &reason, retry: retry.as_ref() };
        editorial::create(app, errand, listing).map_err(within_listing)
    })
    .await?;
    let location = format!("/v1/admin/clinics/{}", receipt.id);
    let mut response = received(receipt, media)?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(location) = header::HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
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
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that you have seen", example = "\"4\""),
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = ListingPatch, description = "What changes"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[patch("/v1/admin/clinics/{id}")]
pub async fn patch_listing(
    by: Authorized<EditListings>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let ListingPatch { reason_code, reason, profile, sites } = typed(&body)?;
    let why = (by.actor, because(&reason_code, &reason)?);
    change(&request, &shared, &body, why, &id, move |app, errand, at| {
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
    params(
        ("id" = String, Path, description = "The id of the listing (its provider) or of one of its sites", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("If-Match" = String, Header, description = "The `ETag` of the version that you have seen", example = "\"4\""),
        ("Idempotency-Key" = Option<String>, Header, description = "A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\""),
    ),
    request_body(content = ItemChanges, description = "The items"),
    responses(
        (status = 200, description = "The listing in short", body = ReceiptAnswer),
        ChangeErrors,
    ),
)]
#[post("/v1/admin/clinics/{id}/items")]
pub async fn change_listing_items(
    by: Authorized<EditListings>,
    request: HttpRequest,
    shared: Data<Shared>,
    id: Path<String>,
    body: JsonBytes,
) -> Result<HttpResponse, Problem> {
    let mut items: ItemChanges = typed(&body)?;
    let added = items.added();
    let ItemChanges { reason_code, reason, withdraw, .. } = items;
    let why = (by.actor, because(&reason_code, &reason)?);
    change(&request, &shared, &body, why, &id, move |app, errand, at| {
        editorial::change_items(app, errand, at, &added, &withdraw)
    })
    .await
}
