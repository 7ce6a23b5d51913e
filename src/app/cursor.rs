//! Cursors: where a page ended, signed so that nobody can make one up.
//!
//! A cursor is a JSON Web Token (HS256) of 24 hours. Its key is made at the first start, kept
//! in the database and shared by replicas.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How long a cursor can be used.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Why a cursor was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It was not made here, or has been changed.
    #[error("this cursor was not made by this directory, or has been changed")]
    Forged,
    /// It is older than a day.
    #[error("this cursor is older than 24 hours")]
    Expired,
    /// It belongs to another query.
    #[error("this cursor belongs to another query")]
    OtherQuery,
}

/// What a cursor carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Claims<K> {
    /// Seconds since 1970 after which it is refused.
    exp: i64,
    /// A hash of the query that it belongs to.
    q: String,
    /// The last sort key and id.
    k: K,
}

/// Signs and reads cursors.
#[derive(Clone)]
pub struct Cursors {
    sign: Arc<EncodingKey>,
    read: Arc<DecodingKey>,
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors([REDACTED])")
    }
}

impl Cursors {
    /// Cursors under the given key: 32 random bytes.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self {
            sign: Arc::new(EncodingKey::from_secret(key)),
            read: Arc::new(DecodingKey::from_secret(key)),
        }
    }

    /// A cursor for the page after `last`. `query` is the canonical query.
    ///
    /// `None` only when the key type cannot be serialised.
    #[must_use]
    pub fn seal<K: Serialize>(&self, query: &[u8], last: &K, now: DateTime<Utc>) -> Option<String> {
        let claims = Claims { exp: (now + LIFETIME).timestamp(), q: fingerprint(query), k: last };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign).ok()
    }

    /// Reads a cursor that was given back with `query`.
    ///
    /// # Errors
    /// Forged, expired, or of another query.
    pub fn open<K: for<'de> Deserialize<'de>>(
        &self,
        query: &[u8],
        cursor: &str,
        now: DateTime<Utc>,
    ) -> Result<K, CursorError> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The clock is an input: expiry is checked below against the time that was passed in.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp"]);
        let claims = jsonwebtoken::decode::<Claims<K>>(cursor, &self.read, &validation)
            .map_err(|_error| CursorError::Forged)?
            .claims;
        if claims.exp <= now.timestamp() {
            return Err(CursorError::Expired);
        }
        if claims.q != fingerprint(query) {
            return Err(CursorError::OtherQuery);
        }
        Ok(claims.k)
    }
}

/// A short hash of a query: enough to tell queries apart, since the signature guards the rest.
fn fingerprint(query: &[u8]) -> String {
    let hash = Sha256::digest(query);
    URL_SAFE_NO_PAD.encode(hash.get(..12).unwrap_or(&hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hour * 3600, 0).unwrap_or_default()
    }

    #[test]
    fn a_cursor_serves_its_query_for_a_day_and_nothing_else() {
        let cursors = Cursors::new(&[7; 32]);
        let sealed = cursors.seal(b"q", &(1_u8, "x".to_owned()), at(0)).expect("sealed");
        let open = |query: &[u8], text: &str, now| cursors.open::<(u8, String)>(query, text, now);
        assert_eq!(open(b"q", &sealed, at(23)), Ok((1, "x".to_owned())));
        assert_eq!(open(b"q", &sealed, at(24)), Err(CursorError::Expired));
        assert_eq!(open(b"r", &sealed, at(1)), Err(CursorError::OtherQuery));
        assert_eq!(open(b"q", "nonsense", at(1)), Err(CursorError::Forged));
        let other =
            Cursors::new(&[8; 32]).seal(b"q", &(1_u8, "x".to_owned()), at(0)).expect("sealed");
        assert_eq!(open(b"q", &other, at(1)), Err(CursorError::Forged));
    }
}
