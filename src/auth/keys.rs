//! The keys that sign access tokens, and how one follows another without a failed request.
//!
//! A new key is known everywhere before it signs anything, and an old one is believed until the
//! last token that it signed has ended. Both follow from the times at which keys were made, so
//! processes agree without talking to one another.

use aws_lc_rs::{
    error::Unspecified,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Value, json};

use super::token;

/// How long a new key is only known before it signs: time for every process to have read it.
const SETTLING: TimeDelta = TimeDelta::seconds(10);

/// How old a key may become before another follows it.
const AGE: TimeDelta = TimeDelta::days(30);

/// An Ed25519 key with its name.
#[derive(Clone)]
pub struct SigningKey {
    /// Its name in the header of a token.
    pub kid: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The private key, PKCS#8.
    pub private: Vec<u8>,
    /// The public key, 32 bytes.
    pub public: Vec<u8>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({}, [REDACTED])", self.kid)
    }
}

impl SigningKey {
    /// A fresh key.
    ///
    /// # Errors
    /// Where there is no randomness.
    pub fn fresh(now: DateTime<Utc>) -> Result<Self, Unspecified> {
        let pair = Ed25519KeyPair::generate()?;
        let name: [u8; 12] = rand::random();
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(name),
            created_at: now,
            private: pair.to_pkcs8()?.as_ref().to_vec(),
            public: pair.public_key().as_ref().to_vec(),
        })
    }

    pub(super) fn signs(&self) -> EncodingKey {
        EncodingKey::from_ed_der(&self.private)
    }

    pub(super) fn reads(&self) -> DecodingKey {
        DecodingKey::from_ed_der(&self.public)
    }
}

/// Every key that may still matter.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    /// The oldest first.
    keys: Vec<SigningKey>,
}

impl KeyRing {
    /// A ring of some keys.
    #[must_use]
    pub fn new(mut keys: Vec<SigningKey>) -> Self {
        keys.sort_by(|a, b| (a.created_at, &a.kid).cmp(&(b.created_at, &b.kid)));
        Self { keys }
    }

    /// The key that signs now: the newest that everyone knows; none where there is no key.
    #[must_use]
    pub fn signer(&self, now: DateTime<Utc>) -> Option<&SigningKey> {
        let settled = self.keys.iter().rev().find(|key| key.created_at + SETTLING <= now);
        settled.or_else(|| self.keys.first())
    }

    /// The key of a name, while tokens that it signed may still be good.
    #[must_use]
    pub fn reader(&self, kid: &str, now: DateTime<Utc>) -> Option<&SigningKey> {
        let at = self.keys.iter().position(|key| key.kid == kid)?;
        (!self.is_over(at, now)).then(|| self.keys.get(at)).flatten()
    }

    /// The keys that nothing needs any more.
    #[must_use]
    pub fn over(&self, now: DateTime<Utc>) -> Vec<&str> {
        let keys = self.keys.iter().enumerate();
        keys.filter(|(at, _)| self.is_over(*at, now)).map(|(_, key)| key.kid.as_str()).collect()
    }

    /// Whether it is time for a new key.
    #[must_use]
    pub fn wants_another(&self, now: DateTime<Utc>) -> bool {
        self.keys.last().is_none_or(|newest| newest.created_at + AGE <= now)
    }

    /// The names of all keys, the oldest first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str())
    }

    /// The public keys, as RFC 7517 and RFC 8037 have them.
    #[must_use]
    pub fn public(&self, now: DateTime<Utc>) -> Value {
        let keys: Vec<Value> = (self.keys.iter().enumerate())
            .filter(|(at, _)| !self.is_over(*at, now))
            .map(|(_, key)| {
                json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "use": "sig",
                    "alg": "EdDSA",
                    "kid": key.kid,
                    "x": URL_SAFE_NO_PAD.encode(&key.public),
                })
            })
            .collect();
        json!({ "keys": keys })
    }

    /// A key is over once the last token that it signed before its successor took over has ended.
    fn is_over(&self, at: usize, now: DateTime<Utc>) -> bool {
        let successor = self.keys.get(at.saturating_add(1));
        successor.is_some_and(|key| key.created_at + SETTLING + token::GOOD_FOR < now)
    }
}
