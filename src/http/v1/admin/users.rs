//! Accounts of people.

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
    app::accounts::{NewUser, PeopleError, UserPatch, UserVerb},
    auth::{Role, User},
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

/// A person with an account.
#[derive(Serialize, ToSchema)]
pub struct UserAnswer {
    /// The id, by which the journal names the person.
    #[schema(example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")]
    id: Uuid,
    /// The name to sign in with.
    #[schema(example = "ann")]
    name: String,
    /// What the person is here to do.
    roles: BTreeSet<Role>,
    /// True where the person can no longer sign in.
    disabled: bool,
    /// True where a second factor is asked for.
    second_factor: bool,
    /// Counts changes; the `ETag` is made of it.
    #[schema(minimum = 1, example = 3)]
    version: i64,
    /// When the account was made.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
    /// When the password was last set.
    password_set_at: DateTime<Utc>,
}

impl From<&User> for UserAnswer {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            name: user.name.clone(),
            roles: user.roles.clone(),
            disabled: user.disabled,
            second_factor: user.second_factor_at.is_some(),
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
            password_set_at: user.password_set_at,
        }
    }
}

/// Everybody with an account.
#[derive(Serialize, ToSchema)]
pub struct UsersAnswer {
    /// The people, in the order in which their accounts were made.
    data: Vec<UserAnswer>,
}

/// An account that is to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUserBody {
    /// The name to sign in with: lower-case letters, digits and `. _ - @ +`.
    #[schema(
        min_length = 2,
        max_length = 64,
        pattern = "^[a-z0-9][a-z0-9._@+-]{1,63}$",
        example = "ben"
    )]
    name: String,
    /// The first password; the person changes it with POST /v1/auth/password.
    #[schema(min_length = 8, max_length = 256, example = "three quiet herons on a pier")]
    password: String,
    /// What the person is here to do.
    #[schema(example = json!(["editor"]))]
    #[serde(deserialize_with = "distinct")]
    roles: BTreeSet<Role>,
    /// Why, as a snake_case code; `account_made` where it is left out.
    #[schema(
        nullable = false,
        max_length = 64,
        pattern = "^[a-z][a-z0-9_]{0,63}$",
        example = "account_made"
    )]
    #[serde(default, deserialize_with = "given")]
    reason_code: Option<String>,
    /// Why, in your own words.
    #[schema(nullable = false, max_length = 2000, example = "Ben writes listings from now on.")]
    #[serde(default, deserialize_with = "given")]
    reason: Option<String>,
}

/// What is to be changed about an account; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatchBody {
    /// The name to sign in with.
    #[schema(
        nullable = false,
        min_length = 2,
        max_length = 64,
        pattern = "^[a-z0-9][a-z0-9._@+-]{1,63}$",
        example = "ben"
    )]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    /// What the person is here to do.
    #[schema(nullable = false, example = json!(["editor", "verifier"]))]
    #[serde(default, deserialize_with = "given_distinct")]
    roles: Option<BTreeSet<Role>>,
    /// A new password: every session of the person ends.
    #[schema(
        nullable = false,
        min_length = 8,
        max_length = 256,
        example = "three quiet herons on a pier"
    )]
    #[serde(default, deserialize_with = "given")]
    password: Option<String>,
    /// Why, as a snake_case code; `account_changed` where it is left out.
    #[schema(
        nullable = false,
        max_length = 64,
        pattern = "^[a-z][a-z0-9_]{0,63}$",
        example = "new_task"
    )]
    #[serde(default, deserialize_with = "given")]
    reason_code: Option<String>,
    /// Why, in your own words.
    #[schema(nullable = false, max_length = 2000, example = "Ben checks evidence from now on.")]
    #[serde(default, deserialize_with = "given")]
    reason: Option<String>,
}

/// List accounts
///
/// Everybody who can sign in, and those who no longer can.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_users",
    security(("bearer" = ["manage_people"])),
    responses((status = 200, description = "Everybody", body = UsersAnswer), AdminErrors),
)]
#[get("/v1/admin/users")]
pub async fn list_users(
    _by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let accounts = shared.app.accounts.load();
    let data = accounts.users().map(|user| UserAnswer::from(&**user)).collect();
    reply::private(&UsersAnswer { data })
}

/// Read an account
///
/// Its `ETag` is what a change must name in `If-Match`.
#[utoipa::path(
    tag = "accounts",
    operation_id = "get_user",
    security(("bearer" = ["manage_people"])),
    params(("id" = Uuid, Path, description = "The account's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11")),
    responses((status = 200, description = "The account", body = UserAnswer), AdminItemErrors),
)]
#[get("/v1/admin/users/{id}")]
pub async fn get_user(
    _by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let accounts = shared.app.accounts.load();
    let user = accounts.user(id_in(&id)?).ok_or_else(|| Problem::of(Kind::NotFound))?;
    reply::versioned(user.version, &UserAnswer::from(&**user))
}

/// Make an account
///
/// The person signs in with the name and the first password and chooses another. Roles that need
/// a second factor allow nothing before it is set up.
#[utoipa::path(
    tag = "accounts",
    operation_id = "create_user",
    security(("bearer" = ["manage_people"])),
    request_body(content = NewUserBody, description = "The account"),
    responses((status = 201, description = "The account", body = UserAnswer), AccountWriteErrors),
)]
#[post("/v1/admin/users")]
pub async fn create_user(
    by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<NewUserBody>,
) -> Result<HttpResponse, Problem> {
    let NewUserBody { name, password, roles, reason_code, reason } = body.0;
    let reason = because(reason_code, reason, "account_made")?;
    let new = NewUser { name, password, roles };
    let turn = shared.hashing.turn().await?;
    let user = blocking(&shared, move |app| {
        let _turn = turn;
        app.create_user(&by.actor, &reason, new)
    })
    .await?;
    let at = format!("/v1/admin/users/{}", user.id);
    Ok(reply::created(reply::versioned(user.version, &UserAnswer::from(&user))?, Some(&at)))
}

/// Change an account
///
/// What is left out stays. Taking a role away takes effect everywhere within seconds. Nobody
/// changes their own roles.
#[utoipa::path(
    tag = "accounts",
    operation_id = "update_user",
    security(("bearer" = ["manage_people"])),
    params(
        ("id" = Uuid, Path, description = "The account's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        VersionHeader,
    ),
    request_body(content = UserPatchBody, description = "What is to be changed"),
    responses((status = 200, description = "The account", body = UserAnswer), AccountWriteErrors),
)]
#[patch("/v1/admin/users/{id}")]
pub async fn update_user(
    by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    id: Path<String>,
    from: IfMatch,
    body: Typed<UserPatchBody>,
) -> Result<HttpResponse, Problem> {
    let UserPatchBody { name, roles, password, reason_code, reason } = body.0;
    let reason = because(reason_code, reason, "account_changed")?;
    let (id, IfMatch(from)) = (id_in(&id)?, from);
    let patch = UserPatch { name, roles, password };
    let turn = if patch.password.is_some() { Some(shared.hashing.turn().await?) } else { None };
    let user = blocking(&shared, move |app| {
        let _turn = turn;
        app.patch_user(&by.actor, &reason, (id, &from), patch)
    })
    .await?;
    reply::versioned(user.version, &UserAnswer::from(&user))
}

/// Close or open an account, end its sessions, or take its second factor away
///
/// Takes effect everywhere within seconds. The last account that can manage people stays, and
/// nobody does this to their own account.
#[utoipa::path(
    tag = "accounts",
    operation_id = "act_on_user",
    security(("bearer" = ["manage_people"])),
    params(
        ("id" = Uuid, Path, description = "The account's id", example = "01940e0a-7c2b-7d6e-9a57-5b1f0c8f2f11"),
        ("verb" = UserVerb, Path, description = "What is to be done", example = "disable"),
    ),
    request_body(content = Transition, description = "Why"),
    responses((status = 200, description = "The account", body = UserAnswer), AccountWriteErrors),
)]
#[post("/v1/admin/users/{id}/{verb}")]
pub async fn act_on_user(
    by: Authorized<ManagePeople>,
    _plain: Plain,
    shared: Data<Shared>,
    path: Path<(String, String)>,
    body: Typed<Transition>,
) -> Result<HttpResponse, Problem> {
    let (id, verb) = step::<UserVerb>(&path)?;
    let reason = body.0.why()?;
    let user = blocking(&shared, move |app| app.act_on_user(&by.actor, &reason, id, verb)).await?;
    reply::versioned(user.version, &UserAnswer::from(&user))
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        let detail = error.to_string();
        match error {
            PeopleError::Unknown => Self::of(Kind::NotFound),
            PeopleError::Name(_) => bad_member("/name", detail),
            PeopleError::Password(_) => bad_member("/password", detail),
            PeopleError::Present => Self::of(Kind::InvalidCredentials),
            PeopleError::TooMany(seconds) => Self::guesses(seconds),
            PeopleError::Hash(error) => Self::internal(error),
            PeopleError::Stale(_) => Self::new(Kind::PreconditionFailed, detail),
            PeopleError::State(_) => Self::new(Kind::Conflict, detail),
            PeopleError::Store(error) => error.into(),
        }
    }
}
