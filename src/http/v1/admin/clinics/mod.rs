//! Listings as administrators work on them.
//!
//! A provider with its sites is one listing: it is read, versioned and changed as a whole. An id
//! in an address is that of the provider or of one of its sites.

mod bodies;
mod bulk;
mod content;
mod read;
mod steps;

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, web::Data};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use self::{bodies::*, bulk::*, content::*, read::*, steps::*};
use super::reason as because;
use crate::{
    app::{
        App,
        editorial::{Actor, EditError, Errand, Reason, Receipt, Retry},
    },
    http::{blocking, preconditions::if_match, problem::Problem, reply, shared::Shared},
};

/// What a write made of a listing. The answer's `ETag` is the new version.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptAnswer {
    /// The listing as it is now, in short.
    data: Receipt,
}

/// Which listing, in an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "the document alone reads it")]
struct ListingId {
    /// The id of the listing (its provider) or of one of its sites
    #[param(example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")]
    id: String,
}

/// Over which version a change is made, in its headers.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the document alone reads it")]
struct SeenHeader {
    /// The `ETag` of the version that you have seen
    #[param(rename = "If-Match", example = "\"4\"")]
    if_match: String,
}

/// By what a request is known if it is sent again, in its headers.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the document alone reads it")]
struct RetryHeader {
    /// A string in quotes. The same request with the same key within 24 hours has one effect and gets the same answer.
    #[param(rename = "Idempotency-Key", example = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"")]
    idempotency_key: Option<String>,
}

/// The listing that an address names.
fn listing_id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_no_id| EditError::Unknown.into())
}

/// Which listing is to be changed, and which of its versions the client has seen.
pub struct Seen {
    id: Uuid,
    versions: Vec<i64>,
}

impl FromRequest for Seen {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = listing_id(request.match_info().query("id"));
        ready(id.and_then(|id| Ok(Self { id, versions: if_match(request)? })))
    }
}

/// Does a change of one listing: over the version that the client has seen, and once however
/// often it is sent.
async fn change(
    shared: &Data<Shared>,
    (actor, reason, retry): (Actor, Reason, Option<Retry>),
    seen: Seen,
    work: impl FnOnce(&App, Errand<'_>, (Uuid, &[i64])) -> Result<Receipt, EditError> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let receipt = blocking(shared, move |app| {
        let errand = Errand { actor: &actor, reason: &reason, retry: retry.as_ref() };
        work(app, errand, (seen.id, &seen.versions))
    })
    .await?;
    received(receipt)
}

fn received(receipt: Receipt) -> Result<HttpResponse, Problem> {
    reply::versioned(receipt.version, &ReceiptAnswer { data: receipt })
}
