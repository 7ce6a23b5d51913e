//! Programs with a key.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Accounts;
use crate::{
    app::App,
    auth::{Client, Identity, Kind, Scope, Secret, api_key, digest},
    store::{self, Action, Actor, Reason},
};

/// How long a key is good at most.
pub const LONGEST: TimeDelta = TimeDelta::days(366);

/// Why a program's key was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is no such program.
    #[error("there is no client of that id")]
    Unknown,
    /// The end lies in the past, or too far ahead.
    #[error("a key ends in the future and within a year")]
    Expiry,
    /// The change was made from another version.
    #[error("it is at version {0} now; read it again")]
    Stale(i64),
    /// It is so already, or cannot become so.
    #[error("{0}")]
    State(&'static str),
    /// The database failed or refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// A program that is to have a key.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// What it is called, for people.
    pub name: String,
    /// What the key may be used for.
    pub scopes: BTreeSet<Scope>,
    /// When the key ends.
    pub expires_at: DateTime<Utc>,
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct ClientPatch {
    /// What it is called.
    pub name: Option<String>,
    /// What the key may be used for.
    pub scopes: Option<BTreeSet<Scope>>,
    /// When the key ends.
    pub expires_at: Option<DateTime<Utc>>,
}

/// When keys were used since it was last written down: at most once a minute for each.
#[derive(Debug, Default)]
pub struct Uses(Mutex<HashMap<Uuid, DateTime<Utc>>>);

impl Uses {
    fn note(&self, client: Uuid, at: DateTime<Utc>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(client, at);
    }

    fn take(&self) -> Vec<(Uuid, DateTime<Utc>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain().collect()
    }
}

impl Accounts {
    /// Whose key it is, if it is good now.
    pub(super) fn client_of(&self, key: &str, now: DateTime<Utc>) -> Option<&Client> {
        let (client, sha256) = self.clients.get(api_key::id_of(key)?)?;
        let same = verify_slices_are_equal(&digest(key), sha256).is_ok();
        (same && !client.disabled && now < client.expires_at).then_some(client)
    }

    /// A program.
    #[must_use]
    pub fn client(&self, id: Uuid) -> Option<&Client> {
        self.clients.values().map(|(client, _)| client).find(|client| client.id == id)
    }

    /// When a program's key was last used, to the minute.
    #[must_use]
    pub fn last_use(&self, client: Uuid) -> Option<DateTime<Utc>> {
        self.uses.get(&client).copied()
    }

    /// Every program, by id.
    #[must_use]
    pub fn clients(&self) -> Vec<&Client> {
        let mut all: Vec<&Client> = self.clients.values().map(|(client, _)| client).collect();
        all.sort_by_key(|client| client.id);
        all
    }
}

impl App {
    pub(super) fn identify_client(&self, accounts: &Accounts, key: &str) -> Option<Identity> {
        let now = self.clock.now();
        let client = accounts.client_of(key, now)?;
        self.uses.note(client.id, now);
        Some(Identity {
            kind: Kind::Client,
            id: client.id,
            name: client.name.clone(),
            roles: BTreeSet::new(),
            scopes: client.scopes.clone(),
            session: None,
            second_factor: false,
            complete: true,
        })
    }

    /// Makes a program's key. The key itself is here and nowhere else, ever.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn create_client(
        &self,
        actor: &Actor,
        reason: &Reason,
        new: NewClient,
    ) -> Result<(Client, Secret), ClientError> {
        check_expiry(new.expires_at, self.clock.now())?;
        let (key_id, key) = api_key::fresh();
        let id = self.clock.new_id();
        let done = self.write(actor, reason, |tx| {
            let client = Client {
                id,
                name: new.name,
                key_id,
                scopes: new.scopes,
                disabled: false,
                version: 1,
                created_at: tx.at(),
                updated_at: tx.at(),
                expires_at: new.expires_at,
            };
            tx.put_client(Action::Create, &client, &key.digest())?;
            Ok::<_, ClientError>(client)
        })?;
        Ok((done.value, key))
    }

    /// Changes a program that is still in one of the versions that the change was made from.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn patch_client(
        &self,
        actor: &Actor,
        reason: &Reason,
        (id, from): (Uuid, &[i64]),
        patch: ClientPatch,
    ) -> Result<Client, ClientError> {
        if let Some(expires_at) = patch.expires_at {
            check_expiry(expires_at, self.clock.now())?;
        }
        self.change_client(actor, reason, (id, Some(from), Action::Change), |client, _| {
            if let Some(name) = patch.name {
                client.name = name;
            }
            if let Some(scopes) = patch.scopes {
                client.scopes = scopes;
            }
            if let Some(expires_at) = patch.expires_at {
                client.expires_at = expires_at;
            }
            Ok(())
        })
    }

    /// Closes or opens a program's key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn switch_client(
        &self,
        actor: &Actor,
        reason: &Reason,
        id: Uuid,
        disabled: bool,
    ) -> Result<Client, ClientError> {
        let action = if disabled { Action::Disable } else { Action::Enable };
        self.change_client(actor, reason, (id, None, action), |client, _| {
            if client.disabled == disabled {
                return Err(ClientError::State(if disabled {
                    "the key is disabled already"
                } else {
                    "the key is not disabled"
                }));
            }
            client.disabled = disabled;
            Ok(())
        })
    }

    /// Gives a program another key in place of the one that it has, which is refused from now on.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn replace_key(
        &self,
        actor: &Actor,
        reason: &Reason,
        id: Uuid,
    ) -> Result<(Client, Secret), ClientError> {
        let (key_id, key) = api_key::fresh();
        let sha256 = key.digest();
        let client =
            self.change_client(actor, reason, (id, None, Action::Change), |client, stored| {
                client.key_id = key_id;
                *stored = sha256;
                Ok(())
            })?;
        Ok((client, key))
    }

    fn change_client(
        &self,
        actor: &Actor,
        reason: &Reason,
        (id, from, action): (Uuid, Option<&[i64]>, Action),
        change: impl FnOnce(&mut Client, &mut [u8; 32]) -> Result<(), ClientError>,
    ) -> Result<Client, ClientError> {
        let done = self.write(actor, reason, |tx| {
            let found = tx.read().clients()?.into_iter().find(|(client, _)| client.id == id);
            let (mut client, mut key) = found.ok_or(ClientError::Unknown)?;
            if from.is_some_and(|from| !from.contains(&client.version)) {
                return Err(ClientError::Stale(client.version));
            }
            change(&mut client, &mut key)?;
            client.version += 1;
            client.updated_at = tx.at();
            tx.put_client(action, &client, &key)?;
            Ok(client)
        })?;
        Ok(done.value)
    }

    /// Writes down when keys were last used. The keeper calls it once a minute.
    ///
    /// # Errors
    /// When the store fails; what was noted is then forgotten.
    pub fn note_uses(&self) -> Result<(), store::Error> {
        let uses = self.uses.take();
        if uses.is_empty() { Ok(()) } else { self.store.note_client_uses(&uses) }
    }
}

fn check_expiry(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), ClientError> {
    if at > now && at <= now + LONGEST { Ok(()) } else { Err(ClientError::Expiry) }
}
