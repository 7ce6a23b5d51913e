//! People and programs: who is asking, and what an administrator does about accounts.
//!
//! Everything that decides who may come in is kept in memory beside the catalog and follows the
//! journal in the same way, so that checking a token costs no I/O and a right that is taken away
//! on one process is gone on every other within a second.

mod keys;
mod people;
mod sign_in;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use people::{NewUser, PeopleError};
pub use sign_in::{SignIn, SignInError, SignedIn};

use super::App;
use crate::{
    auth::{Claims, Identity, KeyRing, Kind, LIFETIME, Permission, User},
    store::{self, AccountStates, Actor, ActorKind, Done, Reason, Tx},
};

/// How many people must be able to decide about flags: one to propose, another to publish, a
/// third whom an appeal can go to.
pub const DECIDERS: usize = 3;

/// How far back ended sessions are remembered: until the last of their tokens has ended too.
const REMEMBERED: TimeDelta = TimeDelta::minutes(5);

/// Who may come in, as of one revision of the journal.
#[derive(Debug, Default)]
pub struct Accounts {
    users: BTreeMap<Uuid, Arc<User>>,
    ended: HashSet<Uuid>,
    /// The keys that sign tokens.
    pub keys: KeyRing,
}

impl From<AccountStates> for Accounts {
    fn from(states: AccountStates) -> Self {
        Self {
            users: states.users.into_iter().map(|user| (user.id, Arc::new(user))).collect(),
            ended: states.ended.into_iter().collect(),
            keys: KeyRing::new(states.keys),
        }
    }
}

impl Accounts {
    /// Reads them from the store.
    pub(super) fn read(store: &store::Store, now: DateTime<Utc>) -> Result<Self, store::Error> {
        let since = now - LIFETIME - REMEMBERED;
        store.read(|reader| reader.account_states(since)).map(Self::from)
    }

    /// A person.
    #[must_use]
    pub fn user(&self, id: Uuid) -> Option<&Arc<User>> {
        self.users.get(&id)
    }

    /// Every person, by id.
    pub fn users(&self) -> impl Iterator<Item = &Arc<User>> {
        self.users.values()
    }
}

impl App {
    /// Writes, and lets the catalog and the accounts in memory take it in, so that a writer sees
    /// its own write. Blocks: handlers go through [`crate::http::blocking`].
    ///
    /// # Errors
    /// Those of [`store::Store::write`].
    pub fn write<T, E: From<store::Error>>(
        &self,
        actor: &Actor,
        reason: &Reason,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<Done<T>, E> {
        let done = self.store.write(actor, reason, change)?;
        if let Err(error) = self.catch_up() {
            // What was written is kept; the keeper takes it in once the database answers again.
            tracing::warn!(%error, "a write could not be read back at once");
        }
        Ok(done)
    }

    /// Who proves with this token who they are; `None` where it proves nothing.
    #[must_use]
    pub fn identify(&self, token: &str) -> Option<Identity> {
        let accounts = self.accounts.load();
        let claims = Claims::read(token, &accounts.keys, self.clock.now())?;
        let user = accounts.user(claims.sub).filter(|user| !user.disabled)?;
        if accounts.ended.contains(&claims.sid) {
            return None;
        }
        Some(Identity {
            kind: Kind::Person,
            id: user.id,
            name: user.name.clone(),
            roles: user.roles.clone(),
            scopes: std::collections::BTreeSet::new(),
            session: Some(claims.sid),
            complete: claims.mfa || !user.needs_second_factor(),
        })
    }

    /// How many people can decide about flags. Fewer than [`DECIDERS`] cannot give a provider
    /// due process.
    #[must_use]
    pub fn deciders(&self) -> usize {
        let accounts = self.accounts.load();
        let can = |user: &&Arc<User>| !user.disabled && user.may(Permission::DecideFlags);
        accounts.users().filter(can).count()
    }
}

/// Someone who signed in, as the journal names them: by id, since names may change.
#[must_use]
pub fn person(identity: &Identity, role: Option<crate::auth::Role>) -> Actor {
    let kind = match identity.kind {
        Kind::Person => ActorKind::Person,
        Kind::Client => ActorKind::Client,
    };
    Actor { kind, name: identity.id.to_string(), role: role.map(|role| role.to_string()) }
}
