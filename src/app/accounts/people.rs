//! Accounts of people.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{UserVerb, throttle::Guess};
use crate::{
    app::App,
    auth::{Identity, Permission, Role, User, is_name, password},
    store::{self, Action, Actor, ActorKind, Credentials, Reason, Tx},
};

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// The name cannot be one.
    #[error(
        "`{0}` cannot be the name of an account: give 2 to 64 lower-case letters, digits and \
         `. _ - @ +`, a letter or digit first"
    )]
    Name(String),
    /// The password is too weak.
    #[error(transparent)]
    Password(#[from] password::Weak),
    /// The password that was given as the present one is another.
    #[error("the present password is another")]
    Present,
    /// Too many guesses at the present password; how many seconds to wait.
    #[error("too many guesses; wait {0} seconds")]
    TooMany(i64),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] password::HashError),
    /// The change was made from another version.
    #[error("the account is at version {0} now; read it again")]
    Stale(i64),
    /// It is so already, or cannot become so.
    #[error("{0}")]
    State(&'static str),
    /// The database failed or refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// An account that is to be made.
#[derive(Clone)]
pub struct NewUser {
    /// The name to sign in with.
    pub name: String,
    /// The first password.
    pub password: String,
    /// What the person is here to do.
    pub roles: BTreeSet<Role>,
}

/// What is to be changed; what is left out stays.
#[derive(Clone, Default)]
pub struct UserPatch {
    /// The name to sign in with.
    pub name: Option<String>,
    /// What the person is here to do.
    pub roles: Option<BTreeSet<Role>>,
    /// A new password: every session ends.
    pub password: Option<String>,
}

impl App {
    /// Makes an account. Hashes the password, which takes its time.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn create_user(
        &self,
        actor: &Actor,
        reason: &Reason,
        new: NewUser,
    ) -> Result<User, PeopleError> {
        check_name(&new.name)?;
        password::judge(&new.password, &new.name)?;
        let hash = password::hash(&new.password)?;
        let id = self.clock.new_id();
        let done = self.write(actor, reason, |tx| {
            let user = User {
                id,
                name: new.name,
                roles: new.roles,
                disabled: false,
                version: 1,
                created_at: tx.at(),
                updated_at: tx.at(),
                password_set_at: tx.at(),
                second_factor_at: None,
                second_factor_offered_at: None,
            };
            tx.put_user(Action::Create, &user, &Credentials::new(hash))?;
            Ok::<_, PeopleError>(user)
        })?;
        Ok(done.value)
    }

    /// Changes an account that is still in one of the versions that the change was made from.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn patch_user(
        &self,
        actor: &Actor,
        reason: &Reason,
        (id, from): (Uuid, &[i64]),
        patch: UserPatch,
    ) -> Result<User, PeopleError> {
        if patch.roles.is_some() || patch.password.is_some() {
            somebody_else(actor, id)?;
        }
        if let Some(name) = &patch.name {
            check_name(name)?;
        }
        let hash = match &patch.password {
            Some(password) => {
                let known = self.accounts.load().user(id).map(|user| user.name.clone());
                let name = patch.name.clone().or(known).unwrap_or_default();
                password::judge(password, &name)?;
                Some(password::hash(password)?)
            }
            None => None,
        };
        self.change_user(actor, reason, (id, Action::Change), |tx, user, credentials| {
            if !from.contains(&user.version) {
                return Err(PeopleError::Stale(user.version));
            }
            if let Some(name) = patch.name {
                user.name = name;
            }
            if let Some(roles) = patch.roles {
                user.roles = roles;
            }
            if let Some(hash) = hash {
                credentials.password = hash;
                user.password_set_at = tx.at();
                end_sessions(tx, user.id, None)?;
            }
            Ok(())
        })
    }

    /// Closes or opens an account, ends its sessions, or takes its second factor away.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn act_on_user(
        &self,
        actor: &Actor,
        reason: &Reason,
        id: Uuid,
        verb: UserVerb,
    ) -> Result<User, PeopleError> {
        somebody_else(actor, id)?;
        let action = match verb {
            UserVerb::Disable => Action::Disable,
            UserVerb::Enable => Action::Enable,
            UserVerb::SignOut | UserVerb::ResetSecondFactor => Action::Change,
        };
        self.change_user(actor, reason, (id, action), |tx, user, credentials| {
            match verb {
                UserVerb::Disable if user.disabled => {
                    return Err(PeopleError::State("the account is disabled already"));
                }
                UserVerb::Enable if !user.disabled => {
                    return Err(PeopleError::State("the account is not disabled"));
                }
                UserVerb::ResetSecondFactor if user.second_factor_at.is_none() => {
                    return Err(PeopleError::State("the account has no second factor"));
                }
                UserVerb::Enable => user.disabled = false,
                UserVerb::Disable => user.disabled = true,
                UserVerb::SignOut => {}
                UserVerb::ResetSecondFactor => {
                    user.second_factor_at = None;
                    user.second_factor_offered_at = None;
                    credentials.totp_secret = None;
                    credentials.totp_offered = None;
                }
            }
            end_sessions(tx, user.id, None)
        })
    }

    /// Gives somebody the password that they chose themselves; their other sessions end.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn change_own_password(
        &self,
        actor: &Actor,
        identity: &Identity,
        present: &str,
        new: &str,
    ) -> Result<User, PeopleError> {
        let guess = Guess::of(&format!("password of {}", identity.id));
        self.throttle.admit(&guess, self.clock.now()).map_err(PeopleError::TooMany)?;
        let found = self.store.read(|reader| reader.user(identity.id))?;
        let (_, credentials) = found.ok_or(PeopleError::Unknown)?;
        if !password::verify(present, &credentials.password) {
            return Err(PeopleError::Present);
        }
        self.throttle.forgive(&guess);
        password::judge(new, &identity.name)?;
        let hash = password::hash(new)?;
        let reason = Reason::new("password_changed", "");
        self.change_user(actor, &reason, (identity.id, Action::Change), |tx, user, credentials| {
            credentials.password = hash;
            user.password_set_at = tx.at();
            end_sessions(tx, user.id, identity.session)
        })
    }

    /// Lets somebody in again who has lost everything: with another password, without a second
    /// factor. Only for the operator at the terminal.
    ///
    /// # Errors
    /// [`PeopleError`].
    pub fn reset_user(
        &self,
        actor: &Actor,
        reason: &Reason,
        name: &str,
        password: &str,
    ) -> Result<User, PeopleError> {
        let found = self.store.read(|reader| reader.user_by_name(name))?;
        let (user, _) = found.ok_or(PeopleError::Unknown)?;
        password::judge(password, name)?;
        let hash = password::hash(password)?;
        self.change_user(actor, reason, (user.id, Action::Change), |tx, user, credentials| {
            *credentials =
                Credentials { totp_step: credentials.totp_step, ..Credentials::new(hash) };
            user.disabled = false;
            user.password_set_at = tx.at();
            user.second_factor_at = None;
            user.second_factor_offered_at = None;
            end_sessions(tx, user.id, None)
        })
    }

    /// Changes an account under the writer's lock. Somebody must always be left who can manage
    /// people.
    pub(super) fn change_user(
        &self,
        actor: &Actor,
        reason: &Reason,
        (id, action): (Uuid, Action),
        change: impl FnOnce(&mut Tx<'_>, &mut User, &mut Credentials) -> Result<(), PeopleError>,
    ) -> Result<User, PeopleError> {
        let done = self.write(actor, reason, |tx| {
            let found = tx.read().user(id)?;
            let (mut user, mut credentials) = found.ok_or(PeopleError::Unknown)?;
            let managed = manages(&user);
            change(tx, &mut user, &mut credentials)?;
            user.version += 1;
            user.updated_at = tx.at();
            if managed && !manages(&user) {
                let others = tx.read().users()?;
                if !others.iter().any(|other| other.id != id && manages(other)) {
                    return Err(PeopleError::State(
                        "this is the last account that can manage people",
                    ));
                }
            }
            tx.put_user(action, &user, &credentials)?;
            Ok(user)
        })?;
        Ok(done.value)
    }
}

/// Nobody decides about their own account: whoever took a session over would otherwise keep its
/// owner out.
fn somebody_else(actor: &Actor, id: Uuid) -> Result<(), PeopleError> {
    if actor.kind == ActorKind::Person && actor.name == id.to_string() {
        let mend = "somebody else decides about your account; your password, your sessions and \
                    your second factor are yours to change under /v1/auth";
        return Err(PeopleError::State(mend));
    }
    Ok(())
}

fn manages(user: &User) -> bool {
    !user.disabled && user.may(Permission::ManagePeople)
}

fn check_name(name: &str) -> Result<(), PeopleError> {
    if is_name(name) { Ok(()) } else { Err(PeopleError::Name(name.to_owned())) }
}

/// Ends every session of somebody but one.
pub(super) fn end_sessions(
    tx: &mut Tx<'_>,
    user: Uuid,
    but: Option<Uuid>,
) -> Result<(), PeopleError> {
    let at = tx.at();
    for mut session in tx.read().open_sessions(user, at)? {
        if Some(session.id) != but {
            session.ended_at = Some(at);
            tx.end_session(&session)?;
        }
    }
    Ok(())
}
