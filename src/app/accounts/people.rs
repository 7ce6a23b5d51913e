//! Accounts of people.

use std::collections::BTreeSet;

use crate::{
    app::App,
    auth::{Role, User, is_name, password},
    store::{self, Action, Actor, Credentials, Reason},
};

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The name cannot be one.
    #[error(
        "`{0}` cannot be the name of an account: give 2 to 64 lower-case letters, digits and \
         `. _ - @ +`, a letter or digit first"
    )]
    Name(String),
    /// The password is too weak.
    #[error(transparent)]
    Password(#[from] password::Weak),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] password::HashError),
    /// The database failed or refused.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// An account that is to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name to sign in with.
    pub name: String,
    /// The first password.
    pub password: String,
    /// What the person is here to do.
    pub roles: BTreeSet<Role>,
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
        if !is_name(&new.name) {
            return Err(PeopleError::Name(new.name));
        }
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
}
