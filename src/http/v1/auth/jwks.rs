//! The public keys by which access tokens can be checked.

use actix_web::{HttpResponse, get, web::Data};
use utoipa::ToSchema;

use crate::http::{Plain, openapi::PlainErrors, problem::Problem, reply, shared::Shared};

/// A set of public keys (RFC 7517).
#[derive(ToSchema)]
#[expect(dead_code, reason = "the shape for the document; the answer is made by `auth`")]
pub struct KeySet {
    /// The keys: the one that signs, its successor, and those whose tokens have not ended.
    #[schema(value_type = Vec<Object>, example = json!([{
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "kid": "b0bq5aYxV2Yx1n0y", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }]))]
    keys: Vec<serde_json::Value>,
}

/// Read the public keys of access tokens
///
/// A JSON Web Key Set. A key stays in it until the last token that it signed has ended, and a
/// new one is in it before it signs.
#[utoipa::path(
    tag = "accounts",
    operation_id = "list_signing_keys",
    security(()),
    responses((status = 200, description = "The keys", body = KeySet), PlainErrors),
)]
#[get("/.well-known/jwks.json")]
pub async fn list_signing_keys(
    _plain: Plain,
    shared: Data<Shared>,
) -> Result<HttpResponse, Problem> {
    let keys = shared.app.accounts.load().keys.public(shared.app.clock.now());
    reply::private(&keys)
}
