//! Signing in, going on, and signing out.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};

use super::{PeopleError, people::end_sessions, throttle::Guess};
use crate::{
    app::{App, seal::SealError},
    auth::{Claims, Identity, Secret, Session, User, digest, password, totp},
    store::{self, Action, Actor, ActorKind, Credentials, Reason, Refresh},
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
    /// The code of the second factor, where the account has one.
    pub code: Option<String>,
    /// What an earlier sign-in on this device was given.
    pub device_token: Option<String>,
    /// The network that it comes from; used for counting and kept nowhere.
    pub network: Option<IpAddr>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn([REDACTED])")
    }
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no such account, it is disabled, or what was given is wrong: nobody is told
    /// which.
    #[error("the sign-in was refused")]
    Refused,
    /// The password is right, and the account has a second factor that was not given.
    #[error("the code of the second factor is needed too")]
    CodeNeeded,
    /// Too many guesses; how many seconds to wait.
    #[error("too many guesses; wait {0} seconds")]
    TooMany(i64),
    /// No token could be signed.
    #[error("no token could be signed")]
    Unsigned,
    /// The secret of the second factor cannot be read.
    #[error("the second factor cannot be read with this server's key")]
    Sealed(#[from] SealError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The token for requests.
    pub access_token: Secret,
    /// The token that continues the session, once; none where the session keeps the one it has.
    pub refresh_token: Option<Secret>,
    /// What to send along next time, so that the failures of others do not slow this device.
    pub device_token: Option<Secret>,
    /// When the session ends for good.
    pub expires_at: DateTime<Utc>,
    /// True where all that the account may do is to set up its second factor.
    pub incomplete: bool,
}

impl App {
    /// Counts a guess at a password before anything is checked.
    ///
    /// # Errors
    /// [`SignInError::TooMany`].
    pub fn admit(&self, with: &SignIn) -> Result<Guess, SignInError> {
        let now = self.clock.now();
        let accounts = self.accounts.load();
        let user = accounts.users().find(|user| user.name == with.name);
        let known = |token: &&String| user.is_some_and(|user| self.devices.knows(token, user, now));
        let device = with.device_token.as_ref().filter(known).map(|token| digest(token));
        let guess = Guess { account: digest(&with.name), network: with.network, device };
        self.throttle.admit(&guess, now).map_err(SignInError::TooMany)?;
        Ok(guess)
    }

    /// Signs somebody in whose guess was admitted. Takes as long for an account that is not
    /// there as for one that is.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn sign_in(&self, with: &SignIn, guess: &Guess) -> Result<SignedIn, SignInError> {
        let found = self.store.read(|reader| reader.user_by_name(&with.name))?;
        let Some((user, credentials)) = found else {
            password::pretend(&with.password);
            return Err(SignInError::Refused);
        };
        if !password::verify(&with.password, &credentials.password) || user.disabled {
            return Err(SignInError::Refused);
        }
        let step = self.second_factor(&user, &credentials, with.code.as_deref())?;
        self.renew_hash(&user, &credentials, &with.password);
        let signed_in = self.begin(&user, step)?;
        self.throttle.forgive(guess);
        let device_token = Some(self.devices.token(&user, self.clock.now()));
        Ok(SignedIn { device_token, ..signed_in })
    }

    /// The time step of the code that was given; none where the account has no second factor.
    fn second_factor(
        &self,
        user: &User,
        credentials: &Credentials,
        code: Option<&str>,
    ) -> Result<Option<i64>, SignInError> {
        let secret = credentials.totp_secret.as_ref().filter(|_| user.second_factor_at.is_some());
        let Some(secret) = secret else { return Ok(None) };
        let code = code.ok_or(SignInError::CodeNeeded)?;
        let secret = self.unsealed(user.id, secret)?;
        let step = totp::accepted_step(&secret, code, credentials.totp_step, self.clock.now());
        step.map(Some).ok_or(SignInError::Refused)
    }

    /// Hashes a password anew that was hashed with less effort than today's. That it did not work
    /// this time is no reason to keep somebody out.
    fn renew_hash(&self, user: &User, credentials: &Credentials, password: &str) {
        if !password::is_outdated(&credentials.password) {
            return;
        }
        let Ok(hash) = password::hash(password) else { return };
        let actor = Actor::new(ActorKind::System, "bedside");
        let reason = Reason::new("password_rehashed", "");
        let old = credentials.password.clone();
        let changed =
            self.change_user(&actor, &reason, (user.id, Action::Change), |_, _, stored| {
                // Unless the person has chosen another one meanwhile.
                if stored.password == old {
                    stored.password = hash;
                }
                Ok(())
            });
        if let Err(error) = changed {
            tracing::warn!(%error, "a password could not be hashed anew");
        }
    }

    /// Begins a session for somebody who has proved who they are in both ways, or, where the
    /// flag is not set, by their password alone.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn open_session(&self, user: &User, second_factor: bool) -> Result<SignedIn, SignInError> {
        self.start(user, second_factor, None)
    }

    fn begin(&self, user: &User, step: Option<i64>) -> Result<SignedIn, SignInError> {
        self.start(user, step.is_some(), step)
    }

    fn start(
        &self,
        user: &User,
        second_factor: bool,
        step: Option<i64>,
    ) -> Result<SignedIn, SignInError> {
        self.tend_keys()?;
        let refresh_token = Secret::fresh("");
        let id = self.clock.new_id();
        let done = self.write(&themselves(user), &Reason::new("sign_in", ""), |tx| {
            if let Some(step) = step {
                // Under the writer's lock: two sign-ins at once cannot both use the code.
                let last = tx.read().user(user.id)?.map(|(_, stored)| stored.totp_step);
                if last.is_none_or(|last| step <= last) {
                    return Err(SignInError::Refused);
                }
                tx.take_totp_step(user.id, step)?;
            }
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
            Ok(session)
        })?;
        self.tokens(user, &done.value, Some(refresh_token))
    }

    /// Continues a session. A token that has continued it before is in two hands: then the
    /// session ends, since nobody can tell which hand is the owner's.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn refresh(&self, token: &str) -> Result<SignedIn, SignInError> {
        let used = digest(token);
        let met = self.store.read(|reader| reader.refresh(&used))?.ok_or(SignInError::Refused)?;
        let user = self.accounts.load().user(met.session.user).cloned();
        let user = user.filter(|user| !user.disabled).ok_or(SignInError::Refused)?;
        let next = Secret::fresh("");
        let continued = self.write(&themselves(&user), &Reason::new("refresh", ""), |tx| {
            let met = tx.read().refresh(&used)?.ok_or(SignInError::Refused)?;
            let Refresh { mut session, used: again } = met;
            let over = session.ended_at.is_some() || session.expires_at <= tx.at();
            if again || over {
                return Err(SignInError::Refused);
            }
            session.refreshed_at = tx.at();
            tx.continue_session(&session, &used, &next.digest())?;
            Ok(session)
        });
        match continued {
            Ok(done) => self.tokens(&user, &done.value, Some(next)),
            Err(SignInError::Refused) => {
                self.end_if_reused(&user, &used)?;
                Err(SignInError::Refused)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the session of a token that was used twice.
    fn end_if_reused(&self, user: &User, used: &[u8; 32]) -> Result<(), store::Error> {
        let actor = Actor::new(ActorKind::System, "bedside");
        self.write(&actor, &Reason::new("refresh_token_reuse", ""), |tx| {
            let met = tx.read().refresh(used)?;
            let open = met.filter(|met| met.used && met.session.ended_at.is_none());
            if let Some(Refresh { mut session, .. }) = open {
                tracing::warn!(user = %user.id, "a refresh token was used twice: its session ends");
                session.ended_at = Some(tx.at());
                tx.end_session(&session)?;
            }
            Ok(())
        })
        .map(drop)
    }

    /// Ends the session of somebody's token, or all of their sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub fn sign_out(
        &self,
        actor: &Actor,
        identity: &Identity,
        everywhere: bool,
    ) -> Result<(), PeopleError> {
        self.write(actor, &Reason::new("sign_out", ""), |tx| {
            if everywhere {
                return end_sessions(tx, identity.id, None);
            }
            let session = match identity.session {
                Some(id) => tx.read().session(id)?,
                None => None,
            };
            if let Some(mut session) = session.filter(|session| session.ended_at.is_none()) {
                session.ended_at = Some(tx.at());
                tx.end_session(&session)?;
            }
            Ok(())
        })
        .map(drop)
    }

    /// The tokens of a session.
    pub(super) fn tokens(
        &self,
        user: &User,
        session: &Session,
        refresh_token: Option<Secret>,
    ) -> Result<SignedIn, SignInError> {
        let now = self.clock.now();
        let claims = Claims::of(session, self.clock.new_id(), now);
        let access_token =
            claims.sign(&self.accounts.load().keys, now).ok_or(SignInError::Unsigned)?;
        Ok(SignedIn {
            access_token: Secret::from(access_token),
            refresh_token,
            device_token: None,
            expires_at: session.expires_at,
            incomplete: user.needs_second_factor() && !session.second_factor,
        })
    }
}

/// Somebody who acts on their own account.
fn themselves(user: &User) -> Actor {
    Actor::new(ActorKind::Person, user.id.to_string())
}
