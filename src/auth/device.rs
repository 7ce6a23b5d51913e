//! Devices that somebody has signed in from before.
//!
//! A device token says nothing but that its bearer once knew the password of one account. It
//! opens nothing; it only keeps the failures of strangers from locking the owner out. It is
//! signed, so nothing about devices is stored.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};

use super::{Secret, User};

/// How long a device is known.
const KNOWN: TimeDelta = TimeDelta::days(180);

/// Bytes before the signature: the user's id and the second of issue.
const BODY: usize = 24;

/// Signs and reads device tokens.
#[derive(Clone)]
pub struct Devices(hmac::Key);

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Devices([REDACTED])")
    }
}

impl Devices {
    /// Devices under a key of 32 random bytes.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The token of a device from which somebody has just signed in.
    #[must_use]
    pub fn token(&self, user: &User, now: DateTime<Utc>) -> Secret {
        let mut bytes = user.id.as_bytes().to_vec();
        bytes.extend_from_slice(&now.timestamp().to_be_bytes());
        let tag = hmac::sign(&self.0, &bytes);
        bytes.extend_from_slice(tag.as_ref());
        Secret::from(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether the token is of a device that this person signed in from, with the password that
    /// they have now.
    #[must_use]
    pub fn knows(&self, token: &str, user: &User, now: DateTime<Utc>) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
        let Some((body, tag)) = bytes.split_at_checked(BODY) else { return false };
        let Some((id, second)) = body.split_at_checked(16) else { return false };
        let Ok(second) = <[u8; 8]>::try_from(second) else { return false };
        let issued = DateTime::from_timestamp(i64::from_be_bytes(second), 0);
        hmac::verify(&self.0, body, tag).is_ok()
            && id == user.id.as_bytes()
            && issued.is_some_and(|issued| {
                // To the second, as the token has it.
                issued.timestamp() >= user.password_set_at.timestamp() && issued + KNOWN > now
            })
    }
}
