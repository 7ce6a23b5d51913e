//! People and programs: who is asking, and what an administrator does about accounts.
//!
//! Everything that decides who may come in is kept in memory beside the catalog and follows the
//! journal in the same way, so that checking a token costs no I/O and a right that is taken away
//! on one process is gone on every other within a second.

mod clients;
mod keys;
mod people;
mod sealed;
mod second_factor;
mod sign_in;
pub mod throttle;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use clients::{ClientError, ClientPatch, NewClient, Uses};
pub use people::{NewUser, PeopleError, UserPatch};
pub use sealed::second_factor_key;
pub use second_factor::{Offer, SecondFactorError};
pub use sign_in::{SignIn, SignInError, SignedIn};

use super::App;
use crate::{
    auth::{Client, Identity, KeyRing, Kind, LIFETIME, Permission, Tokens, User, api_key},
    domain::codes,
    store::{self, AccountStates, Actor, ActorKind, Done, Reason, Tx},
};

/// How many people must be able to decide about flags: one to propose, another to publish, a
/// third whom an appeal can go to.
pub const DECIDERS: usize = 3;

/// How far back ended sessions are remembered: until the last of their tokens has ended too.
const REMEMBERED: TimeDelta = TimeDelta::minutes(5);

codes! {
    /// What is done to somebody's account.
    UserVerb {
        /// The person can no longer sign in, and is signed out everywhere.
        Disable = "disable",
        /// They can again.
        Enable = "enable",
        /// They are signed out everywhere and can sign in again.
        SignOut = "sign_out",
        /// Their second factor is taken away, as when a phone was lost.
        ResetSecondFactor = "reset_second_factor",
    }
}

codes! {
    /// What is done to a program's key.
    ClientVerb {
        /// It no longer opens anything.
        Disable = "disable",
        /// It does again.
        Enable = "enable",
        /// Another takes its place.
        ReplaceKey = "replace_key",
    }
}

/// Who may come in, as of one revision of the journal.
#[derive(Debug, Default)]
pub struct Accounts {
    users: BTreeMap<Uuid, Arc<User>>,
    /// Programs with the SHA-256 of their keys, by the public part of the key.
    clients: HashMap<String, (Client, [u8; 32])>,
    uses: HashMap<Uuid, DateTime<Utc>>,
    ended: HashSet<Uuid>,
    /// The keys that sign tokens.
    pub keys: KeyRing,
    tokens: Tokens,
}

impl From<AccountStates> for Accounts {
    fn from(states: AccountStates) -> Self {
        Self {
            users: states.users.into_iter().map(|user| (user.id, Arc::new(user))).collect(),
            clients: (states.clients.into_iter())
                .map(|(client, key)| (client.key_id.clone(), (client, key)))
                .collect(),
            uses: states.uses,
            ended: states.ended.into_iter().collect(),
            keys: KeyRing::new(states.keys),
            tokens: Tokens::default(),
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
    /// its own write. Blocks: handlers go through [`crate::http::blocking`]. Small writes only:
    /// others wait for the same commit.
    ///
    /// # Errors
    /// Those of [`store::Store::write_with_others`].
    pub fn write<T, E: From<store::Error>>(
        &self,
        actor: &Actor,
        reason: &Reason,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<Done<T>, E> {
        let done = self.store.write_with_others(actor, reason, change)?;
        if let Err(error) = self.take_in_up_to(done.head) {
            // What was written is kept; the keeper takes it in once the database answers again.
            tracing::warn!(%error, "a write could not be read back at once");
        }
        Ok(done)
    }

    /// Who proves with this token who they are; `None` where it proves nothing.
    #[must_use]
    pub fn identify(&self, token: &str) -> Option<Identity> {
        let accounts = self.accounts.load();
        if token.starts_with(api_key::PREFIX) {
            return self.identify_client(&accounts, token);
        }
        let claims = accounts.tokens.read(token, &accounts.keys, self.clock.now())?;
        let user = accounts.user(claims.sub).filter(|user| !user.disabled)?;
        if accounts.ended.contains(&claims.sid) {
            return None;
        }
        Some(Identity {
            kind: Kind::Person,
            id: user.id,
            name: user.name.clone(),
            roles: user.roles.clone(),
            scopes: BTreeSet::new(),
            session: Some(claims.sid),
            second_factor: claims.mfa,
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
