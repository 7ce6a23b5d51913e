//! Access tokens: made in one way, and refused for every difference from it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{KeyRing, Session};

/// How long a token is good.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// How far two clocks may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// How long a token may be met after it was signed.
pub(super) const GOOD_FOR: TimeDelta = TimeDelta::seconds(10 * 60 + 2 * 30);

/// No token of ours is longer, in bytes.
pub const LONGEST_TOKEN: usize = 4_096;

/// What kind of token it is (RFC 9068).
const TYPE: &str = "at+jwt";

/// Who signs.
const ISSUER: &str = "bedside";

/// Whom it is for.
const AUDIENCE: &str = "bedside-api";

/// What a token says. One with more or with less is no token of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    iss: String,
    aud: String,
    /// Whose it is.
    pub sub: Uuid,
    /// The session that it belongs to.
    pub sid: Uuid,
    /// Its own id.
    pub jti: Uuid,
    /// Whether the second factor was given.
    pub mfa: bool,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// The header of a token of ours: whatever else one may have is refused, `crit` and the ways to
/// bring a key along among it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

impl Claims {
    /// What a token for a session says.
    #[must_use]
    pub fn of(session: &Session, jti: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: session.user,
            sid: session.id,
            jti,
            mfa: session.second_factor,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
        }
    }

    /// The signed token; `None` where there is no key.
    #[must_use]
    pub fn sign(&self, keys: &KeyRing, now: DateTime<Utc>) -> Option<String> {
        let key = keys.signer(now)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, self, &key.signs()).ok()
    }

    /// What a token says, if one of our keys has signed it and it is good now. Why it is not is
    /// nobody's business.
    #[must_use]
    pub fn read(token: &str, keys: &KeyRing, now: DateTime<Utc>) -> Option<Self> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
        let header: StrictHeader = serde_json::from_slice(&header).ok()?;
        if header.alg != "EdDSA" || header.typ != TYPE {
            return None;
        }
        let key = keys.reader(&header.kid, now)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The clock is an input: times are judged below, by the one that was passed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = jsonwebtoken::decode::<Self>(token, &key.reads(), &validation).ok()?.claims;
        let (now, leeway) = (now.timestamp(), LEEWAY.num_seconds());
        let begun = claims.nbf <= now.saturating_add(leeway);
        let lasts = now < claims.exp.saturating_add(leeway);
        let ours = claims.iat <= claims.nbf
            && claims.exp.saturating_sub(claims.iat) <= LIFETIME.num_seconds();
        (begun && lasts && ours).then_some(claims)
    }
}
