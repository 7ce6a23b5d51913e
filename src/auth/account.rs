//! People and their sessions, without their secrets: what the journal may hold.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Permission, Role, Scope};

/// A person with an account. Has no secret in it: it is what the journal keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The id, which stays when the name changes.
    pub id: Uuid,
    /// The name to sign in with; see [`is_name`].
    pub name: String,
    /// What the person is here to do; may be empty.
    pub roles: BTreeSet<Role>,
    /// True where the person can no longer sign in.
    pub disabled: bool,
    /// Counts changes, from 1.
    pub version: i64,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When the password was last set.
    pub password_set_at: DateTime<Utc>,
    /// Since when a second factor is asked for; none while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor_at: Option<DateTime<Utc>>,
    /// When a second factor was offered that is not confirmed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_factor_offered_at: Option<DateTime<Utc>>,
}

impl User {
    /// Whether one of the roles allows it.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission.granted_by(&self.roles).is_some()
    }

    /// Whether one of the roles asks for a second factor.
    #[must_use]
    pub fn needs_second_factor(&self) -> bool {
        self.roles.iter().any(|role| role.needs_second_factor())
    }
}

/// One sign-in and everything that followed from it: access tokens name it, refresh tokens
/// continue it, ending it refuses them all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The id.
    pub id: Uuid,
    /// Whose it is.
    pub user: Uuid,
    /// True where the second factor was given.
    pub second_factor: bool,
    /// When the person signed in.
    pub started_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was last continued.
    pub refreshed_at: DateTime<Utc>,
    /// When it was ended before its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
}

/// A program with a key. Has no secret in it: it is what the journal keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The id.
    pub id: Uuid,
    /// What it is called, for people.
    pub name: String,
    /// The public part of its key.
    pub key_id: String,
    /// What the key may be used for.
    pub scopes: BTreeSet<Scope>,
    /// True where the key no longer opens anything.
    pub disabled: bool,
    /// Counts changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When the key stops to open anything; at most a year from when it was made.
    pub expires_at: DateTime<Utc>,
}

/// Whether a text can be the name of an account: 2 to 64 of lower-case letters, digits and
/// `. _ - @ +`, a letter or digit first.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let inner =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-@+".contains(&byte);
    (2..=64).contains(&text.len())
        && text.bytes().all(inner)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}
