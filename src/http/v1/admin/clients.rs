//! Programs with a key.

use std::collections::BTreeSet;

use actix_web::{
    HttpResponse, get, patch, post,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Transition,
    accounts::{VersionHeader, because, distinct, given_distinct, step},
    bad_member, given, id_in,
};
use crate::{
    app::accounts::{ClientError, ClientPatch, ClientVerb, NewClient},
    auth::{Client, Scope, Secret},
    http::{
        Authorized, IfMatch, Plain, Typed,
        authorized::ManagePeople,
        blocking,
        openapi::{AccountWriteErrors, AdminErrors, AdminItemErrors},
        problem::{Kind, Problem},
        reply,
        shared::Shared,
    },
};

/// A program with a key.
#[derive(Serialize, ToSchema)]
pub struct ClientAnswer {
    /// The id.
    #[schema(example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")]
    id: Uuid,
    /// What it is called, for people.
    #[schema(example = "Referral desk of Mercy Hospital")]
    name: String,
    /// The public part of its key, by which a key that was found somewhere is recognised.
    #[schema(example = "k3x9m2pa")]
    key_id: String,
    /// What the key may be used for.
    scopes: BTreeSet<Scope>,
    /// True where the key no longer opens anything.
    disabled: bool,
    /// Counts changes; the `ETag` is made of it.
    #[schema(minimum = 1, example = 1)]
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
    /// When the key stops to open anything.
    expires_at: DateTime<Utc>,
    /// When the key was last used, to the minute; left out where it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_at: Option<DateTime<Utc>>,
    /// The key itself: here, once, and nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        example = "bsd_live_k3x9m2paq1Yk3b0bq5aYxV2Yx1n0yqC9mJm5m1rVb8Qx0m3f7wU1a2b3c4d"
    )]
    key: Option<String>,
}

impl ClientAnswer {
    fn of(client: &Client, last_used_at: Option<DateTime<Utc>>, key: Option<&Secret>) -> Self {
        Self {
            id: client.id,
            name: client.name.clone(),
            key_id: client.key_id.clone(),
            scopes: client.scopes.clone(),
            disabled: client.disabled,
            version: client.version,
            created_at: client.created_at,
            updated_at: client.updated_at,
            expires_at: client.expires_at,
            last_used_at,
            key: key.map(|key| key.expose().to_owned()),
        }
    }
}

/// Every program with a key.
#[derive(Serialize, ToSchema)]
pub struct ClientsAnswer {
    /// The programs, in the order in which they were made.
    data: Vec<ClientAnswer>,
}

/// A program that is to have a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClientBody {
    /// What it is called, for people.
    #[schema(min_length = 1, max_length = 200, example = "Referral desk of Mercy Hospital")]
    name: String,
    /// What the key may be used for.
    #[schema(example = json!(["directory.read"]))]
    #[serde(deserialize_with = "distinct")]
    scopes: BTreeSet<Scope>,
    /// When the key ends, within a year.
    expires_at: DateTime<Utc>,
    /// Why, as a snake_case code; `client_made` where it is left out.
    #[schema(
        nullable = false,
        max_length = 64,
        pattern = "^[a-z][a-z0-9_]{0,63}$",
        example = "contract_signed"
    )]
    #[serde(default, deserialize_with = "given")]
    reason_code: Option<String>,
    /// Why, in your own words.
    #[schema(nullable = false, max_length = 2000, example = "They refer patients.")]
    #[serde(default, deserialize_with = "given")]
    reason: Option<String>,
}

/// What is to be changed about a program; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientPatchBody {
    /// What it is called, for people.
    #[schema(nullable = false, min_length = 1, max_length = 200, example = "Referral desk")]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    /// What the key may be used for.
    #[schema(nullable = false, example = json!(["directory.read", "directory.bulk"]))]
    #[serde(default, deserialize_with = "given_distinct")]
    scopes: Option<BTreeSet<Scope>>,
    /// When the key ends, within a year.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    expires_at: Option<DateTime<Utc>>,
    /// Why, as a snake_case code; `client_changed` where it is left out.
    #[schema(
        nullable = false,
        max_length = 64,
        pattern = "^[a-z][a-z0-9_]{0,63}$",
        example = "more_needed"
    )]
    #[serde(default, deserialize_with = "given")]
    reason_code: Option<String>,
    /// Why, in your own words.
    #[schema(nullable = false, max_length = 2000, example = "They take everything at night.")]
    #[serde(default, deserialize_with = "given")]
    reason: Option<String>,
}

/// List programs with a key
///
/// Without the keys, which nobody has but the programs.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_clients",
    security(("bearer" = ["manage_people"])),
    responses((status = 200, description = "Every program", body = ClientsAnswer), AdminErrors),
)]
#[get("/v1/admin/clients")]
pub async fn list_clients(
    _by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let accounts = shared.app.accounts.load();
    let answer = |client: &Client| ClientAnswer::of(client, accounts.last_use(client.id), None);
    let data = accounts.clients().into_iter().map(answer).collect();
    reply::private(&ClientsAnswer { data })
}

/// Read a program
///
/// Its `ETag` is what a change must name in `If-Match`.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_client",
    security(("bearer" = ["manage_people"])),
    params(("id" = Uuid, Path, description = "The program's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")),
    responses((status = 200, description = "The program", body = ClientAnswer), AdminItemErrors),
)]
#[get("/v1/admin/clients/{id}")]
pub async fn get_client(
    _by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let accounts = shared.app.accounts.load();
    let client = accounts.client(id_in(&id)?).ok_or_else(|| Problem::of(Kind::NotFound))?;
    let last_used_at = accounts.last_use(client.id);
    reply::versioned(client.version, &ClientAnswer::of(client, last_used_at, None))
}

/// Give a program a key
///
/// The key is in the answer, once. Only its digest is kept.
#[utoipa::path(
    tag = "accounts",
    operation_id = "create_client",
    security(("bearer" = ["manage_people"])),
    request_body(content = NewClientBody, description = "The program"),
    responses((status = 201, description = "The program with its key", body = ClientAnswer), AccountWriteErrors),
)]
#[post("/v1/admin/clients")]
pub async fn create_client(
    by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<NewClientBody>,
) -> Result<HttpResponse, Problem> {
    let NewClientBody { name, scopes, expires_at, reason_code, reason } = body.0;
    let reason = because(reason_code, reason, "client_made")?;
    let new = NewClient { name: checked(name)?, scopes, expires_at };
    let (client, key) =
        blocking(&shared, move |app| app.create_client(&by.actor, &reason, new)).await?;
    let at = format!("/v1/admin/clients/{}", client.id);
    let answer = ClientAnswer::of(&client, None, Some(&key));
    Ok(reply::created(reply::versioned(client.version, &answer)?, Some(&at)))
}

/// Change a program
///
/// What is left out stays. The key stays too; `replace_key` gives another.
#[utoipa::path(
    tag = "accounts",
    operation_id = "update_client",
    security(("bearer" = ["manage_people"])),
    params(
        ("id" = Uuid, Path, description = "The program's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        VersionHeader,
    ),
    request_body(content = ClientPatchBody, description = "What is to be changed"),
    responses((status = 200, description = "The program", body = ClientAnswer), AccountWriteErrors),
)]
#[patch("/v1/admin/clients/{id}")]
pub async fn update_client(
    by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    from: IfMatch,
    body: Typed<ClientPatchBody>,
) -> Result<HttpResponse, Problem> {
    let ClientPatchBody { name, scopes, expires_at, reason_code, reason } = body.0;
    let reason = because(reason_code, reason, "client_changed")?;
    let (id, IfMatch(from)) = (id_in(&id)?, from);
    let patch = ClientPatch { name: name.map(checked).transpose()?, scopes, expires_at };
    let client =
        blocking(&shared, move |app| app.patch_client(&by.actor, &reason, (id, &from), patch))
            .await?;
    let last_used_at = shared.app.accounts.load().last_use(client.id);
    reply::versioned(client.version, &ClientAnswer::of(&client, last_used_at, None))
}

/// Close or open a program's key, or give it another
///
/// Takes effect everywhere within seconds. A new key is in the answer, once.
#[utoipa::path(
    tag = "accounts",
    operation_id = "act_on_client",
    security(("bearer" = ["manage_people"])),
    params(
        ("id" = Uuid, Path, description = "The program's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("verb" = ClientVerb, Path, description = "What is to be done", example = "disable"),
    ),
    request_body(content = Transition, description = "Why"),
    responses((status = 200, description = "The program", body = ClientAnswer), AccountWriteErrors),
)]
#[post("/v1/admin/clients/{id}/{verb}")]
pub async fn act_on_client(
    by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: Typed<Transition>,
) -> Result<HttpResponse, Problem> {
    let (id, verb) = step::<ClientVerb>(&path)?;
    let reason = body.0.why()?;
    let (client, key) = blocking(&shared, move |app| match verb {
        ClientVerb::ReplaceKey => {
            let (client, key) = app.replace_key(&by.actor, &reason, id)?;
            Ok((client, Some(key)))
        }
        ClientVerb::Disable | ClientVerb::Enable => {
            let disabled = verb == ClientVerb::Disable;
            Ok::<_, ClientError>((app.switch_client(&by.actor, &reason, id, disabled)?, None))
        }
    })
    .await?;
    let last_used_at = shared.app.accounts.load().last_use(client.id);
    reply::versioned(client.version, &ClientAnswer::of(&client, last_used_at, key.as_ref()))
}

/// A name for people.
fn checked(name: String) -> Result<String, Problem> {
    let good = (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good { Ok(name) } else { Err(bad_member("/name", "expected 1 to 200 characters".into())) }
}

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        let detail = error.to_string();
        match error {
            ClientError::Unknown => Self::of(Kind::NotFound),
            ClientError::Expiry => bad_member("/expires_at", detail),
            ClientError::Stale(_) => Self::new(Kind::PreconditionFailed, detail),
            ClientError::State(_) => Self::new(Kind::Conflict, detail),
            ClientError::Store(error) => error.into(),
        }
    }
}
