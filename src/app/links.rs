//! Links that stand in for an account: signed, expiring, for one purpose and one thing.
//!
//! A link's token is a JSON Web Token (HS256). Its key is made when it is first needed, kept in
//! the database and shared by replicas; it never signs cursors.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What a link lets its holder do. A link of one purpose is none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Reply to a flag, claim a mistaken identity, appeal.
    Reply,
    /// Answer questions about a clinic.
    Answer,
}

/// Why a link was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It was not made here, has been changed, or is for something else.
    #[error("this link was not made by this directory, or has been changed")]
    Forged,
    /// A newer one has taken its place, or it was taken back.
    #[error("this link was taken back or replaced by a newer one; ask the directory for another")]
    Replaced,
    /// Its time is over.
    #[error("this link has expired; ask the directory for a new one")]
    Expired,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims<T> {
    exp: i64,
    use_for: Purpose,
    of: T,
}

/// Makes and reads links.
#[derive(Clone)]
pub struct Links {
    sign: EncodingKey,
    read: DecodingKey,
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Links([REDACTED])")
    }
}

impl Links {
    /// Links under the given key: 32 random bytes.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self { sign: EncodingKey::from_secret(key), read: DecodingKey::from_secret(key) }
    }

    /// A token that lasts for a time. `None` only for a thing that cannot be written as JSON.
    #[must_use]
    pub fn seal<T: Serialize>(
        &self,
        purpose: Purpose,
        of: &T,
        now: DateTime<Utc>,
        lasts: TimeDelta,
    ) -> Option<String> {
        let claims = Claims { exp: (now + lasts).timestamp(), use_for: purpose, of };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign).ok()
    }

    /// Reads a token that was given back.
    ///
    /// # Errors
    /// Forged, for another purpose, or expired.
    pub fn open<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<T, LinkError> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The clock is an input: expiry is checked below against the time that was passed in.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp"]);
        let claims = jsonwebtoken::decode::<Claims<T>>(token, &self.read, &validation)
            .map_err(|_error| LinkError::Forged)?
            .claims;
        if claims.use_for != purpose {
            return Err(LinkError::Forged);
        }
        if claims.exp <= now.timestamp() {
            return Err(LinkError::Expired);
        }
        Ok(claims.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hour * 3600, 0).unwrap_or_default()
    }

    #[test]
    fn a_link_serves_one_purpose_for_its_time() {
        let links = Links::new(b"0123456789abcdef0123456789abcdef");
        let of = ("a provider".to_owned(), 7_u32);
        let token = links.seal(Purpose::Reply, &of, at(0), TimeDelta::hours(2)).unwrap();
        let open = |links: &Links, purpose, token: &str, hour| {
            links.open::<(String, u32)>(purpose, token, at(hour))
        };
        assert_eq!(open(&links, Purpose::Reply, &token, 1), Ok(of));
        assert_eq!(open(&links, Purpose::Reply, &token, 2), Err(LinkError::Expired));
        assert_eq!(open(&links, Purpose::Answer, &token, 1), Err(LinkError::Forged));
        let others = Links::new(b"another key another key another!");
        assert_eq!(open(&others, Purpose::Reply, &token, 1), Err(LinkError::Forged));
        let mut changed = token.clone();
        changed.pop();
        assert_eq!(open(&links, Purpose::Reply, &changed, 1), Err(LinkError::Forged));
        assert_eq!(open(&links, Purpose::Reply, "", 1), Err(LinkError::Forged));
    }
}
