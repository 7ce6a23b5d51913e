//! Listings as administrators work on them.
//!
//! A provider with its sites is one listing: it is read, versioned and changed as a whole. An id
//! in an address is that of the provider or of one of its sites.

mod bodies;
mod bulk;
mod content;
mod read;
mod steps;

use actix_web::{HttpRequest, HttpResponse, http::header::EntityTag, web::Data};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::{bodies::*, bulk::*, content::*, read::*, steps::*};
use super::reason as because;
use crate::{
    app::{
        App,
        editorial::{Actor, EditError, Errand, Reason, Receipt},
    },
    http::{
        JsonBytes, blocking,
        params::Params,
        preconditions::{if_match, retry},
        problem::Problem,
        reply::{self, Caching, Media},
        shared::Shared,
    },
};

/// What a write made of a listing. The answer's `ETag` is the new version.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptAnswer {
    /// The listing as it is now, in short.
    data: Receipt,
}

/// The listing that an address names.
fn listing_id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_no_id| EditError::Unknown.into())
}

/// Does a change of one listing: over the version that the client has seen, and once however
/// often it is sent.
async fn change(
    request: &HttpRequest,
    shared: &Data<Shared>,
    body: &JsonBytes,
    (actor, reason): (Actor, Reason),
    id: &str,
    work: impl FnOnce(&App, Errand<'_>, (Uuid, &[i64])) -> Result<Receipt, EditError> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let media = ask(request)?;
    let id = listing_id(id)?;
    let retry = retry(request, &body.0)?;
    let expected = if_match(request)?;
    let receipt = blocking(shared, move |app| {
        let errand = Errand { actor: &actor, reason: &reason, retry: retry.as_ref() };
        work(app, errand, (id, &expected))
    })
    .await?;
    received(receipt, media)
}

/// What every request here is asked first: no parameter, and JSON back.
fn ask(request: &HttpRequest) -> Result<Media, Problem> {
    Params::from_query(request.query_string())?.finish()?;
    reply::negotiate(request, &[Media::Json])
}

fn received(receipt: Receipt, media: Media) -> Result<HttpResponse, Problem> {
    let tag = version_tag(receipt.version);
    let body = reply::json(&ReceiptAnswer { data: receipt })?;
    let mut response = reply::whole(media, Caching::NoStore, body);
    reply::set_tag(&mut response, &tag);
    Ok(response)
}

/// The entity tag of a version.
fn version_tag(version: i64) -> EntityTag {
    EntityTag::new_strong(version.to_string())
}
