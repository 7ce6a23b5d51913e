//! Setting up a second factor.

use actix_web::{HttpResponse, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::token::{TokenAnswer, answer};
use crate::{
    app::accounts::SecondFactorError,
    http::{
        Plain, Typed,
        authorized::SignedInPerson,
        blocking,
        openapi::OwnAccountErrors,
        problem::{Kind, Problem},
        reply,
        shared::Shared,
        v1::admin::bad_member,
    },
};

/// Nothing but an empty object.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferBody {}

/// A secret for an authenticator program.
#[derive(Serialize, ToSchema)]
pub struct OfferAnswer {
    /// The secret as people type it, in base32.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same for a QR code.
    #[schema(
        example = "otpauth://totp/Bedside:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bedside"
    )]
    uri: String,
}

/// Offer a second factor
///
/// Gives a secret for an authenticator program (RFC 6238: SHA-1, six digits, 30 seconds). Nothing
/// changes before POST /v1/auth/totp/confirm.
#[utoipa::path(
    tag = "accounts",
    operation_id = "offer_second_factor",
    security(("bearer" = [])),
    request_body(content = OfferBody, description = "An empty object"),
    responses((status = 200, description = "The secret", body = OfferAnswer), OwnAccountErrors),
)]
#[post("/v1/auth/totp")]
pub async fn offer_second_factor(
    by: SignedInPerson,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<OfferBody>,
) -> Result<HttpResponse, Problem> {
    let OfferBody {} = body.0;
    let offer =
        blocking(&shared, move |app| app.offer_second_factor(&by.actor, &by.identity)).await?;
    let answer = OfferAnswer { secret: offer.secret, uri: offer.uri };
    reply::private(&answer)
}

/// The proof that the secret arrived.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmBody {
    /// The six digits that the authenticator program shows now.
    #[schema(max_length = 16, example = "492039")]
    code: String,
}

/// Confirm a second factor
///
/// From now on every sign-in needs a code. This session goes on as one that gave it, with the
/// access token in the answer; every other session of the account ends.
#[utoipa::path(
    tag = "accounts",
    operation_id = "confirm_second_factor",
    security(("bearer" = [])),
    request_body(content = ConfirmBody, description = "A code"),
    responses((status = 200, description = "It is set up", body = TokenAnswer), OwnAccountErrors),
)]
#[post("/v1/auth/totp/confirm")]
pub async fn confirm_second_factor(
    by: SignedInPerson,
    _plain: Plain,
    shared: Data<Shared>,
    body: Typed<ConfirmBody>,
) -> Result<HttpResponse, Problem> {
    let ConfirmBody { code } = body.0;
    let signed_in =
        blocking(&shared, move |app| app.confirm_second_factor(&by.actor, &by.identity, &code))
            .await?;
    answer(&shared, &signed_in)
}

impl From<SecondFactorError> for Problem {
    fn from(error: SecondFactorError) -> Self {
        let detail = error.to_string();
        match error {
            SecondFactorError::NotOffered | SecondFactorError::Incomplete => {
                Self::new(Kind::Conflict, detail)
            }
            SecondFactorError::Code => bad_member("/code", detail),
            SecondFactorError::People(error) => error.into(),
            SecondFactorError::SignIn(error) => error.into(),
        }
    }
}
