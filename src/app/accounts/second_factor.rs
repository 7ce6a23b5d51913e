//! Setting up a second factor: a secret is offered, and a code proves that it arrived.

use super::{PeopleError, SignInError, SignedIn, people::end_sessions, throttle::Guess};
use crate::{
    app::{App, seal::SealError},
    auth::{Identity, totp},
    store::{self, Action, Actor, Reason},
};

/// Why a second factor was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// None was offered.
    #[error("no second factor was offered; begin anew")]
    NotOffered,
    /// The code is wrong, or of another time.
    #[error("the code is wrong, or of another time")]
    Code,
    /// The account has a second factor, and this session did not give it.
    #[error("the account has a second factor already; sign in with it to set up another")]
    Incomplete,
    /// The account could not be changed.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// No token could be given.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl From<SealError> for SecondFactorError {
    fn from(error: SealError) -> Self {
        Self::SignIn(error.into())
    }
}

impl From<store::Error> for SecondFactorError {
    fn from(error: store::Error) -> Self {
        Self::People(error.into())
    }
}

/// A secret that is offered.
#[derive(Clone)]
pub struct Offer {
    /// The secret as people type it.
    pub secret: String,
    /// The same for a QR code.
    pub uri: String,
}

impl App {
    /// Offers a secret. One that the account has already goes on until the new one is confirmed.
    ///
    /// # Errors
    /// [`SecondFactorError`].
    pub fn offer_second_factor(
        &self,
        actor: &Actor,
        identity: &Identity,
    ) -> Result<Offer, SecondFactorError> {
        let user = self.accounts.load().user(identity.id).cloned().ok_or(PeopleError::Unknown)?;
        if user.second_factor_at.is_some() && !identity.second_factor {
            return Err(SecondFactorError::Incomplete);
        }
        let secret = totp::fresh_secret();
        let reason = Reason::new("second_factor_offered", "");
        let offered = self.sealed(identity.id, &secret)?;
        self.change_user(actor, &reason, (identity.id, Action::Change), |tx, user, stored| {
            user.second_factor_offered_at = Some(tx.at());
            stored.totp_offered = Some(offered);
            Ok(())
        })?;
        Ok(Offer { secret: totp::base32(&secret), uri: totp::uri(&secret, &user.name) })
    }

    /// Takes the offered secret for good once a code proves that it arrived. The session goes on
    /// as one that gave its second factor; all others of the account end.
    ///
    /// # Errors
    /// [`SecondFactorError`].
    pub fn confirm_second_factor(
        &self,
        actor: &Actor,
        identity: &Identity,
        code: &str,
    ) -> Result<SignedIn, SecondFactorError> {
        let now = self.clock.now();
        let guess = Guess::of(&format!("second factor of {}", identity.id));
        self.throttle.admit(&guess, now).map_err(SignInError::TooMany)?;
        let found = self.store.read(|reader| reader.user(identity.id))?;
        let (_, credentials) = found.ok_or(PeopleError::Unknown)?;
        let offered = credentials.totp_offered.ok_or(SecondFactorError::NotOffered)?;
        let secret = self.unsealed(identity.id, &offered)?;
        let step = totp::accepted_step(&secret, code, credentials.totp_step, now)
            .ok_or(SecondFactorError::Code)?;
        let reason = Reason::new("second_factor_confirmed", "");
        let mut session = None;
        let user =
            self.change_user(actor, &reason, (identity.id, Action::Change), |tx, user, stored| {
                if stored.totp_offered.as_deref() != Some(offered.as_slice())
                    || step <= stored.totp_step
                {
                    return Err(PeopleError::State("another code was confirmed meanwhile"));
                }
                stored.totp_secret = stored.totp_offered.take();
                stored.totp_step = step;
                user.second_factor_at = Some(tx.at());
                user.second_factor_offered_at = None;
                end_sessions(tx, user.id, identity.session)?;
                let own = match identity.session {
                    Some(id) => tx.read().session(id)?,
                    None => None,
                };
                if let Some(mut own) = own {
                    own.second_factor = true;
                    tx.change_session(&own)?;
                    session = Some(own);
                }
                Ok(())
            })?;
        self.throttle.forgive(&guess);
        let session = session.ok_or(SignInError::Refused)?;
        Ok(self.tokens(&user, &session, None)?)
    }
}
