//! Access tokens: made in one way, and refused for every difference from it.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{KeyRing, Session, digest};

/// How long a token is good.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// How far two clocks may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// How long a token may be met after it was signed.
pub(super) const GOOD_FOR: TimeDelta = TimeDelta::seconds(10 * 60 + 2 * 30);

/// No token of ours is longer, in bytes.
pub const LONGEST_TOKEN: usize = 4_096;

/// So many tokens are remembered: those of everybody who works at the same time.
const REMEMBERED: usize = 1_000;

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
}

/// A token with a signature of ours.
#[derive(Debug, Clone)]
struct Signed {
    /// The name of the key.
    kid: String,
    claims: Claims,
}

impl Signed {
    /// Reads a token; `None` where none of our keys has signed it.
    fn read(token: &str, keys: &KeyRing, now: DateTime<Utc>) -> Option<Self> {
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
        let claims = jsonwebtoken::decode(token, &key.reads(), &validation).ok()?.claims;
        Some(Self { kid: header.kid, claims })
    }

    /// Whether its key still counts, and it is good now.
    fn holds(&self, keys: &KeyRing, now: DateTime<Utc>) -> bool {
        let (claims, now_s, leeway) = (&self.claims, now.timestamp(), LEEWAY.num_seconds());
        let begun = claims.nbf <= now_s.saturating_add(leeway);
        let lasts = now_s < claims.exp.saturating_add(leeway);
        let ours = claims.iat <= claims.nbf
            && claims.exp.saturating_sub(claims.iat) <= LIFETIME.num_seconds();
        keys.reader(&self.kid, now).is_some() && begun && lasts && ours
    }
}

/// Reads tokens, and remembers those that it found signed: to check a signature costs more than
/// everything else that a request asks of its worker. Everything that time or an administrator
/// can change is judged each time.
#[derive(Debug)]
pub struct Tokens {
    /// By the SHA-256 of the token, so that no token lies in memory for longer than its request.
    signed: Cache<[u8; 32], Arc<Signed>>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { signed: Cache::new(REMEMBERED) }
    }
}

impl Tokens {
    /// What a token says, if one of our keys has signed it and it is good now. Why it is not is
    /// nobody's business.
    #[must_use]
    pub fn read(&self, token: &str, keys: &KeyRing, now: DateTime<Utc>) -> Option<Claims> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let digest = digest(token);
        let known = self.signed.get(&digest);
        let signed = match known {
            Some(signed) => signed,
            None => {
                let signed = Arc::new(Signed::read(token, keys, now)?);
                self.signed.insert(digest, Arc::clone(&signed));
                signed
            }
        };
        signed.holds(keys, now).then(|| signed.claims.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::SigningKey;

    #[test]
    fn what_is_remembered_of_a_token_outlives_neither_its_time_nor_its_key() {
        let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        let keys = KeyRing::new(vec![SigningKey::fresh(now).unwrap()]);
        let id = Uuid::from_u128;
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: id(1),
            sid: id(2),
            jti: id(3),
            mfa: true,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
        };
        let token = claims.sign(&keys, now).unwrap();
        let tokens = Tokens::default();
        for _ in 0..2 {
            assert_eq!(tokens.read(&token, &keys, now).as_ref(), Some(&claims));
        }
        assert_eq!(tokens.signed.len(), 1);
        let later = now + LIFETIME + LEEWAY;
        assert_eq!(tokens.read(&token, &keys, later), None, "its time is over");
        assert_eq!(tokens.read(&token, &keys, now - TimeDelta::hours(1)), None, "not yet");
        let others = KeyRing::new(vec![SigningKey::fresh(now).unwrap()]);
        assert_eq!(tokens.read(&token, &others, now), None, "its key was taken away");
        assert!(tokens.read(&token, &keys, now).is_some());

        // Not a byte may differ from what was signed, and what is refused is not remembered.
        let (body, signature) = token.rsplit_once('.').unwrap();
        let mut rest = signature.chars();
        let other = if rest.next() == Some('A') { 'B' } else { 'A' };
        let forged = format!("{body}.{other}{}", rest.as_str());
        assert_eq!(tokens.read(&forged, &keys, now), None);
        assert_eq!(tokens.signed.len(), 1);
    }
}
