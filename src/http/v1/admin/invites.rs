//! Invitations to clinics.

use actix_web::{
    HttpRequest, HttpResponse, get, post,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AFTER, PROVIDER, Part, Transition, id_in, uuid};
use crate::{
    app::invites::{self, InviteInput, InviteView, Invited},
    http::{
        Authorized, Plain, Typed,
        authorized::{EditListings, ViewAdmin},
        blocking,
        openapi::{AdminWriteErrors, SignedInListErrors},
        params::{Params, documented_params},
        problem::{Kind, Problem},
        reply,
        shared::Shared,
        v1::flags::PAGE,
    },
};

documented_params! {
    /// The parameters of the list of invitations.
    InvitesQuery, &[&PROVIDER, &PAGE, &AFTER]
}

/// Invitations.
#[derive(Serialize, ToSchema)]
pub struct InvitesAnswer {
    /// The invitations, the oldest first.
    data: Vec<InviteView>,
}

/// A new invitation.
#[derive(Serialize, ToSchema)]
pub struct InvitedAnswer {
    /// The invitation and its link.
    data: Invited,
}

/// An invitation.
#[derive(Serialize, ToSchema)]
pub struct InviteAnswer {
    /// The invitation.
    data: InviteView,
}

/// Whom to invite, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteBody {
    /// Id or slug of the clinic or provider.
    #[schema(max_length = 200, example = "calliope-health-ketamine-bethesda-md")]
    listing: String,
    /// A phone, a web address, or an e-mail address on it, that stands in an official record or
    /// on the provider's own page.
    #[schema(min_length = 1, max_length = 253, example = "+13018289513")]
    contact: String,
    /// For how many days the link serves; 30 where nothing is said.
    #[schema(nullable = false, minimum = 1, maximum = 90, example = 30)]
    days: Option<u16>,
    /// Why, as a code of lower-case letters, digits and underscores.
    #[schema(
        min_length = 1,
        max_length = 60,
        pattern = "^[a-z][a-z0-9_]{0,59}$",
        example = "facts_missing"
    )]
    reason_code: String,
    /// Why, in words.
    #[serde(default)]
    #[schema(max_length = 2000, example = "Nobody has asked this clinic.")]
    reason: String,
}

/// List invitations
///
/// The oldest first. Links are not shown again.
#[utoipa::path(
    tag = "invites",
    operation_id = "list_invites",
    security(("bearer" = ["view_admin"])),
    params(InvitesQuery),
    responses((status = 200, description = "Invitations", body = InvitesAnswer), SignedInListErrors),
)]
#[get("/v1/admin/invites")]
pub async fn list_invites(
    _by: Authorized<ViewAdmin>,
    request: HttpRequest,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::from_query(request.query_string())?;
    let provider = uuid(&mut params, &PROVIDER);
    let Part { after, limit } = Part::of(&mut params);
    params.finish()?;
    reply::takes_json(&request)?;
    let data = blocking(&shared, move |app| invites::list(app, provider, after, limit)).await?;
    reply::private(&InvitesAnswer { data })
}

/// Invite a clinic
///
/// Makes a signed link that expires, for a contact that stands in an official record (E1) or on
/// the provider's own page (E2), and for no other.
#[utoipa::path(
    tag = "invites",
    operation_id = "create_invite",
    security(("bearer" = ["edit_listings"])),
    request_body(content = InviteBody, description = "Whom to invite, and why"),
    responses((status = 201, description = "The invitation and its link", body = InvitedAnswer), AdminWriteErrors),
)]
#[post("/v1/admin/invites")]
pub async fn create_invite(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<InviteBody>,
) -> Result<HttpResponse, Problem> {
    let InviteBody { listing, contact, days, reason_code, reason } = body.0;
    let reason = super::reason(&reason_code, &reason)?;
    let input = InviteInput { listing, contact, days };
    let create = move |app: &crate::app::App| invites::create(app, (&by.actor, &reason), &input);
    let data = blocking(&shared, create).await?;
    Ok(reply::created(reply::private(&InvitedAnswer { data })?, None))
}

/// Take an invitation back
///
/// `revoke` ends its link at once. What was answered by it stays.
#[utoipa::path(
    tag = "invites",
    operation_id = "revoke_invite",
    security(("bearer" = ["edit_listings"])),
    params(
        ("id" = String, Path, description = "The invitation's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("verb" = String, Path, description = "The step: revoke", example = "revoke"),
    ),
    request_body(content = Transition, description = "The reason"),
    responses((status = 200, description = "It was taken back", body = InviteAnswer), AdminWriteErrors),
)]
#[post("/v1/admin/invites/{id}/{verb}")]
pub async fn revoke_invite(
    by: Authorized<EditListings>,
    _plain: Plain,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: Typed<Transition>,
) -> Result<HttpResponse, Problem> {
    let (key, verb) = path.into_inner();
    if verb != "revoke" {
        return Err(Problem::new(Kind::NotFound, "An invitation has no step of this name."));
    }
    let invite = id_in(&key)?;
    let reason = body.0.why()?;
    let revoke = move |app: &crate::app::App| invites::revoke(app, (&by.actor, &reason), invite);
    let data = blocking(&shared, revoke).await?;
    reply::private(&InviteAnswer { data })
}
