//! Signing in.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    app::App,
    auth::{Claims, Secret, Session, User, password},
    store::{self, Actor, ActorKind, Reason},
};

/// How long a session lasts at most, however often it is continued.
const SESSION: TimeDelta = TimeDelta::hours(12);

/// What somebody signs in with.
#[derive(Clone)]
pub struct SignIn {
    /// The name of the account.
    pub name: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn([REDACTED])")
    }
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, it is disabled, or the password is another: nobody is told
    /// which.
    #[error("the name or the password is wrong")]
    Refused,
    /// No token could be signed.
    #[error("no token could be signed")]
    Unsigned,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The token for requests.
    pub access_token: Secret,
    /// The token that continues the session, once.
    pub refresh_token: Secret,
    /// When the session ends for good.
    pub expires_at: DateTime<Utc>,
    /// True where all that the account may do is to set up its second factor.
    pub incomplete: bool,
}

impl App {
    /// Signs somebody in. Takes as long for an account that is not there as for one that is.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn sign_in(&self, with: &SignIn) -> Result<SignedIn, SignInError> {
        let found = self.store.read(|reader| reader.user_by_name(&with.name))?;
        let Some((user, credentials)) = found else {
            password::pretend(&with.password);
            return Err(SignInError::Refused);
        };
        if !password::verify(&with.password, &credentials.password) || user.disabled {
            return Err(SignInError::Refused);
        }
        self.open_session(&user, false)
    }

    /// Begins a session for somebody who has proved who they are.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn open_session(&self, user: &User, second_factor: bool) -> Result<SignedIn, SignInError> {
        self.tend_keys()?;
        let refresh_token = Secret::fresh("");
        let id = self.clock.new_id();
        let actor = Actor::new(ActorKind::Person, user.id.to_string());
        let done = self.write(&actor, &Reason::new("sign_in", ""), |tx| {
            let session = Session {
                id,
                user: user.id,
                second_factor,
                started_at: tx.at(),
                expires_at: tx.at() + SESSION,
                refreshed_at: tx.at(),
                ended_at: None,
            };
            tx.start_session(&session, &refresh_token.digest())?;
            Ok::<_, store::Error>(session)
        })?;
        self.signed_in(user, &done.value, refresh_token)
    }

    /// The tokens of a session.
    fn signed_in(
        &self,
        user: &User,
        session: &Session,
        refresh_token: Secret,
    ) -> Result<SignedIn, SignInError> {
        let now = self.clock.now();
        let claims = Claims::of(session, self.clock.new_id(), now);
        let access_token =
            claims.sign(&self.accounts.load().keys, now).ok_or(SignInError::Unsigned)?;
        Ok(SignedIn {
            access_token: Secret::from(access_token),
            refresh_token,
            expires_at: session.expires_at,
            incomplete: user.needs_second_factor() && !session.second_factor,
        })
    }
}
