//! The keys that sign access tokens: the first one, one after another, and taking one away.

use crate::{
    app::App,
    auth::SigningKey,
    store::{self, Actor, ActorKind, Reason},
};

impl App {
    /// Makes a key where there is none or the newest is old, and takes away those that nothing
    /// needs any more. The keeper calls it now and then.
    ///
    /// # Errors
    /// When the store fails.
    pub fn tend_keys(&self) -> Result<(), store::Error> {
        let now = self.clock.now();
        let ring = &self.accounts.load().keys;
        if !ring.wants_another(now) && ring.over(now).is_empty() {
            return Ok(());
        }
        let actor = Actor::new(ActorKind::System, "bedside");
        self.change_keys(&actor, &Reason::new("key_age", ""), false, false)
    }

    /// What is to be done about accounts once a minute: keys by their age, and when programs'
    /// keys were used. What fails now is tried again in a minute.
    pub fn tend_accounts(&self) {
        if let Err(error) = self.tend_keys().and_then(|()| self.note_uses()) {
            tracing::warn!(%error, "the accounts could not be tended");
        }
    }

    /// Makes a new key that takes over within seconds; tokens of the old ones go on until they
    /// end by themselves, unless the old keys are taken away at once.
    ///
    /// # Errors
    /// When the store fails.
    pub fn rotate_keys(
        &self,
        actor: &Actor,
        reason: &Reason,
        remove_old: bool,
    ) -> Result<(), store::Error> {
        self.change_keys(actor, reason, true, remove_old)
    }

    fn change_keys(
        &self,
        actor: &Actor,
        reason: &Reason,
        another: bool,
        remove_old: bool,
    ) -> Result<(), store::Error> {
        let fresh = SigningKey::fresh(self.clock.now());
        self.write(actor, reason, |tx| {
            let now = tx.at();
            // Another process may have been first: what the database holds now counts.
            let ring = crate::auth::KeyRing::new(tx.read().signing_keys()?);
            let old: Vec<&str> = if remove_old { ring.names().collect() } else { ring.over(now) };
            for kid in old {
                tx.remove_signing_key(kid)?;
            }
            if another || ring.wants_another(now) {
                let fresh = fresh.map_err(|_unspecified| store::Error::Unavailable {
                    doing: "making a signing key",
                    source: "there is no randomness".into(),
                })?;
                tx.add_signing_key(&SigningKey { created_at: now, ..fresh })?;
            }
            Ok::<_, store::Error>(())
        })?;
        Ok(())
    }
}
