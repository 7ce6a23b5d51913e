//! Going on and signing out, and one's own password.

use actix_web::{HttpResponse, post, web::Data};
use serde::Deserialize;
use utoipa::ToSchema;

use super::token::{TokenAnswer, answer};
use crate::http::{
    Plain, Typed,
    authorized::SignedInPerson,
    blocking,
    openapi::{OwnAccountErrors, SignInErrors},
    problem::Problem,
    shared::Shared,
    v1::admin::given,
};

/// What continues a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    /// The last refresh token that the session gave.
    #[schema(max_length = 256, example = "q1Yk3b0bq5aYxV2Yx1n0yqC9mJm5m1rVb8Qx0m3f7wU")]
    refresh_token: String,
}

/// Continue a session
///
/// A refresh token works once and gives the next one. One that is used twice is in two hands, so
/// the whole session ends and both must sign in anew.
#[utoipa::path(
    tag = "accounts",
    operation_id = "refresh_token",
    security(()),
    request_body(content = RefreshBody, description = "The refresh token"),
    responses((status = 200, description = "The next tokens", body = TokenAnswer), SignInErrors),
)]
#[post("/v1/auth/refresh")]
pub async fn refresh_token(
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<RefreshBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.0;
    let next = blocking(&shared, move |app| app.refresh(&body.refresh_token)).await?;
    answer(&shared, &next)
}

/// What is to end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeBody {
    /// True to end every session of the account and not just this one.
    #[schema(nullable = false, example = false)]
    #[serde(default, deserialize_with = "given")]
    everywhere: Option<bool>,
}

/// Sign out
///
/// Ends the session of the access token; its tokens are refused everywhere within seconds.
#[utoipa::path(
    tag = "accounts",
    operation_id = "revoke_token",
    security(("bearer" = [])),
    request_body(content = RevokeBody, description = "What is to end"),
    responses((status = 204, description = "Signed out"), OwnAccountErrors),
)]
#[post("/v1/auth/revoke")]
pub async fn revoke_token(
    by: SignedInPerson,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<RevokeBody>,
) -> Result<HttpResponse, Problem> {
    let everywhere = body.0.everywhere.unwrap_or(false);
    blocking(&shared, move |app| app.sign_out(&by.actor, &by.identity, everywhere)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A password for another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordBody {
    /// The password that the account has.
    #[schema(max_length = 256, example = "three quiet herons on a pier")]
    present: String,
    /// The password that it is to have. Those that everybody tries first are refused.
    #[schema(min_length = 8, max_length = 256, example = "four grey herons on the lake")]
    password: String,
}

/// Choose another password
///
/// The session goes on; every other session of the account ends.
#[utoipa::path(
    tag = "accounts",
    operation_id = "change_password",
    security(("bearer" = [])),
    request_body(content = PasswordBody, description = "Both passwords"),
    responses((status = 204, description = "The account has the new password"), OwnAccountErrors),
)]
#[post("/v1/auth/password")]
pub async fn change_password(
    by: SignedInPerson,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<PasswordBody>,
) -> Result<HttpResponse, Problem> {
    let PasswordBody { present, password } = body.0;
    let turn = shared.hashing.turn().await?;
    blocking(&shared, move |app| {
        let _turn = turn;
        app.change_own_password(&by.actor, &by.identity, &present, &password)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
