//! Writing what is due about flags without anybody's decision: proposals, clearing, expiry.
//!
//! [`super::super::refresh`] notices while it draws a provider that something is due, on a
//! change or at the turn of the date. Several processes may do so at once: under the writer's
//! lock each looks again, and the second finds nothing left to do.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{engine::Look, next_version};
use crate::{
    app::App,
    store::{self, Action, Actor, ActorKind, Reason},
};

/// Providers in one write.
const BATCH: usize = 200;

impl App {
    /// Does what is due about the flags of providers that were noticed, and gives the number of
    /// providers that changed.
    ///
    /// # Errors
    /// Where the store fails; what was not written stays noticed.
    pub fn attend_to_flags(&self) -> Result<usize, store::Error> {
        let due: Vec<Uuid> = self.seen().due.iter().copied().collect();
        let mut changed = 0;
        for ids in due.chunks(BATCH) {
            let now = self.attend_to(ids)?;
            self.seen().due.retain(|id| !ids.contains(id));
            if now > 0 {
                // As they come: thousands at once would have the whole directory read anew, and
                // everybody who writes wait for that.
                self.take_in()?;
            }
            changed += now;
        }
        Ok(changed)
    }

    /// One write for each kind of thing that is due, since a write has one reason.
    fn attend_to(&self, ids: &[Uuid]) -> Result<usize, store::Error> {
        let today = self.clock.today();
        let mut by_code: BTreeMap<&'static str, Vec<Uuid>> = BTreeMap::new();
        for document in self.store.read(|reader| reader.documents(ids))? {
            let provider = document.provider()?;
            if let Some(due) = Look::new(&self.rulebook, &provider, today).due() {
                let code = due.done.first().copied().unwrap_or_default();
                by_code.entry(code).or_default().push(provider.id);
            }
        }
        let engine = Actor::new(ActorKind::System, "bedside");
        let mut changed = 0;
        for (code, ids) in by_code {
            let done = self.store.write(&engine, &Reason::new(code, ""), |tx| {
                let today = tx.at().date_naive();
                let mut providers = Vec::new();
                for document in tx.read().documents(&ids)? {
                    let mut provider = document.provider()?;
                    let due = Look::new(&self.rulebook, &provider, today).due();
                    if let Some(due) = due {
                        provider.flags = due.flags;
                        provider.next_n = due.next_n;
                        next_version(tx, &mut provider);
                        providers.push(provider);
                    }
                }
                let changes: Vec<_> =
                    providers.iter().map(|provider| (Action::Reassess, provider)).collect();
                tx.put_providers(&changes)?;
                Ok::<_, store::Error>(changes.len())
            })?;
            changed += done.value;
        }
        Ok(changed)
    }
}
