//! A name and a password for an access token.

use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::accounts::{SignIn, SignedIn},
    auth::{LIFETIME, Secret},
    http::{
        Plain, Typed, blocking, openapi::SignInErrors, problem::Problem, reply, shared::Shared,
        v1::admin::given,
    },
};

/// What to sign in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInBody)]
pub struct Body {
    /// The name of the account.
    #[schema(max_length = 64, example = "ann")]
    username: String,
    /// Its password.
    #[schema(max_length = 256, example = "three quiet herons on a pier")]
    password: String,
    /// The six digits of the second factor, where the account has one.
    #[schema(nullable = false, max_length = 16, example = "492039")]
    #[serde(default, deserialize_with = "given")]
    code: Option<String>,
    /// What an earlier sign-in on this device was given: the failures of others then do not slow
    /// this one.
    #[schema(nullable = false, max_length = 256, example = "AZQOCnwrfW6aV1sfDI8vEQAAAABpH6ZA")]
    #[serde(default, deserialize_with = "given")]
    device_token: Option<String>,
}

/// An access token with what continues it.
#[derive(Serialize, ToSchema)]
pub struct TokenAnswer {
    /// For `Authorization: Bearer`.
    #[schema(example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.e30.c2ln")]
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds until the access token ends.
    #[schema(minimum = 1, example = 600)]
    expires_in: i64,
    /// Gives the next pair of tokens, once: POST /v1/auth/refresh.
    /// Left out where the session keeps the one that it has.
    #[schema(nullable = false, example = "q1Yk3b0bq5aYxV2Yx1n0yqC9mJm5m1rVb8Qx0m3f7wU")]
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// To be sent along with the next sign-in on this device. It opens nothing.
    #[schema(nullable = false, example = "AZQOCnwrfW6aV1sfDI8vEQAAAABpH6ZA")]
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<String>,
    /// Seconds until the session ends for good.
    #[schema(minimum = 0, example = 43_200)]
    session_expires_in: i64,
    /// True where all that the account may do is to set up its second factor.
    second_factor_missing: bool,
}

impl TokenAnswer {
    /// The answer for somebody who is signed in, at a time.
    #[must_use]
    pub fn of(signed_in: &SignedIn, now: chrono::DateTime<chrono::Utc>) -> Self {
        Self {
            access_token: signed_in.access_token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: LIFETIME.num_seconds(),
            refresh_token: text(signed_in.refresh_token.as_ref()),
            device_token: text(signed_in.device_token.as_ref()),
            session_expires_in: (signed_in.expires_at - now).num_seconds().max(0),
            second_factor_missing: signed_in.incomplete,
        }
    }
}

/// Sign in
///
/// Gives an access token of ten minutes and a refresh token that continues the session, once.
/// An account with a second factor needs `code` as well; where it is missing the problem is
/// `second-factor-needed`, and every other refusal looks the same.
#[utoipa::path(
    tag = "accounts",
    operation_id = "create_token",
    security(()),
    request_body(content = Body, description = "Name and password"),
    responses((status = 200, description = "Signed in", body = TokenAnswer), SignInErrors),
)]
#[post("/v1/auth/token")]
pub async fn create_token(
    _plain: Plain,
    request: HttpRequest,
    shared: Data<Shared>,
    body: Typed<Body>,
) -> Result<HttpResponse, Problem> {
    let body = body.0;
    let with = SignIn {
        name: body.username,
        password: body.password,
        code: body.code,
        device_token: body.device_token,
        network: shared.limiter.network(request.peer_addr(), request.headers()),
    };
    let guess = shared.app.admit(&with)?;
    let turn = shared.hashing.turn().await?;
    let signed_in = blocking(&shared, move |app| {
        let _turn = turn;
        app.sign_in(&with, &guess)
    })
    .await?;
    answer(&shared, &signed_in)
}

/// The answer with somebody's tokens.
///
/// # Errors
/// A mistake of ours.
pub fn answer(shared: &Shared, signed_in: &SignedIn) -> Result<HttpResponse, Problem> {
    reply::private(&TokenAnswer::of(signed_in, shared.app.clock.now()))
}

fn text(secret: Option<&Secret>) -> Option<String> {
    secret.map(|secret| secret.expose().to_owned())
}
