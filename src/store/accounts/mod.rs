//! People, their sessions, programs and signing keys. Each row repeats as JSON what the journal
//! may hold of it; secrets have columns of their own and never leave them.

mod clients;
mod keys;
mod sessions;
mod users;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Action, Entity, EntityKind, Error, Tx, conn::Conn, rows::sha256, schema, tx::Change};
use crate::auth::{Client, SigningKey, User};

pub(super) use clients::note_uses;
pub use sessions::Refresh;
pub use users::Credentials;

/// Everything that decides who may come in, as of one moment.
#[derive(Debug, Clone, Default)]
pub struct AccountStates {
    /// Every person.
    pub users: Vec<User>,
    /// Every program with the SHA-256 of its key.
    pub clients: Vec<(Client, [u8; 32])>,
    /// When each program's key was last used.
    pub uses: HashMap<Uuid, DateTime<Utc>>,
    /// The sessions that were ended before their time, as far back as was asked for.
    pub ended: Vec<Uuid>,
    /// The keys that sign tokens.
    pub keys: Vec<SigningKey>,
}

impl super::Reader<'_> {
    /// Everything that decides who may come in; of the sessions those that were ended after a
    /// time.
    ///
    /// # Errors
    /// See [`Self::head`]; [`Error::Corrupt`].
    pub fn account_states(&mut self, ended_after: DateTime<Utc>) -> Result<AccountStates, Error> {
        Ok(AccountStates {
            users: self.users()?,
            clients: self.clients()?,
            uses: self.client_uses()?,
            ended: self.sessions_ended_after(ended_after)?,
            keys: self.signing_keys()?,
        })
    }
}

impl Tx<'_> {
    /// Adds the entry of an account's row.
    fn enter_account(
        &mut self,
        action: Action,
        entity_kind: EntityKind,
        entity_id: String,
        (before, after): (Option<String>, Option<&str>),
    ) {
        let after_sha256 = after.map(sha256);
        self.enter(Change { action, entity_kind, entity_id, public: false, after_sha256, before });
    }
}

/// The text of an account's row as the journal may hold it.
pub(super) fn current_text(conn: &mut Conn, entity: &Entity) -> QueryResult<Option<String>> {
    use schema::{clients, sessions, users};
    let id = &entity.id;
    match entity.kind {
        EntityKind::User => users::table.find(id).select(users::document).first(conn).optional(),
        EntityKind::Session => {
            sessions::table.find(id).select(sessions::document).first(conn).optional()
        }
        EntityKind::Client => {
            clients::table.find(id).select(clients::document).first(conn).optional()
        }
        EntityKind::Provider
        | EntityKind::Meta
        | EntityKind::LogEntry
        | EntityKind::List
        | EntityKind::Task
        | EntityKind::Lease
        | EntityKind::File
        | EntityKind::Case
        | EntityKind::Report
        | EntityKind::SigningKey => Ok(None),
    }
}

fn to_text<T: Serialize>(what: &str, id: impl std::fmt::Display, it: &T) -> Result<String, Error> {
    serde_json::to_string(it).map_err(|error| Error::corrupt(format!("{what} {id}"), error))
}

fn from_text<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::corrupt(format!("a {what}"), error))
}

/// A digest as a column keeps it.
fn digest(bytes: &[u8]) -> Result<[u8; 32], Error> {
    bytes
        .try_into()
        .map_err(|error: std::array::TryFromSliceError| Error::corrupt("a digest", error))
}
