//! The queue for people who are signed in: each step is one write through the one door.

use uuid::Uuid;

use super::{
    board::Place,
    item::ItemName,
    page::{QueuePage, Wanted, page},
    task::{ReviewTask, TaskOutcome},
    work::{self, Lease, Seen, WorkError},
};
use crate::{
    app::App,
    domain::{
        EvidenceKind, Tier,
        provider::{Evidence, Provider},
    },
    store::{self, Actor, Reason, RecordKind},
};

impl App {
    /// A page of the queue, and the place behind which the next one begins.
    ///
    /// # Errors
    /// When the store fails.
    pub fn queue_page(&self, wanted: &Wanted) -> Result<(QueuePage, Option<Place>), store::Error> {
        page(&self.queue, (&self.store, &self.rulebook), self.clock.now(), wanted)
    }

    /// Takes an item of the queue for 15 minutes.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] where the queue has no such item, [`WorkError::Leased`].
    pub fn lease_item(
        &self,
        actor: &Actor,
        reason: &Reason,
        item: &str,
    ) -> Result<Lease, WorkError> {
        if !self.has_item(item)? {
            return Err(WorkError::NotFound(item.to_owned()));
        }
        Ok(self.write(actor, reason, |tx| work::lease(tx, actor, item))?.value)
    }

    /// Gives an item back.
    ///
    /// # Errors
    /// [`WorkError::NotFound`] where nobody has it, [`WorkError::Leased`].
    pub fn release_item(
        &self,
        actor: &Actor,
        reason: &Reason,
        item: &str,
    ) -> Result<(), WorkError> {
        self.write(actor, reason, |tx| work::release(tx, actor, item))?;
        Ok(())
    }

    /// Says that an item was seen again, unchanged.
    ///
    /// # Errors
    /// Those of [`work::renew`].
    pub fn renew_item(
        &self,
        actor: &Actor,
        reason: &Reason,
        item: &str,
        seen: &Seen,
    ) -> Result<Provider, WorkError> {
        let seen = self.checked_seen(seen)?;
        let renew = |tx: &mut store::Tx<'_>| work::renew(tx, actor, &self.rulebook, item, &seen);
        Ok(self.write(actor, reason, renew)?.value)
    }

    /// Decides about a task.
    ///
    /// # Errors
    /// Those of [`work::close`].
    pub fn close_task(
        &self,
        actor: &Actor,
        reason: &Reason,
        task: &str,
        outcome: TaskOutcome,
        site: Option<Uuid>,
    ) -> Result<ReviewTask, WorkError> {
        Ok(self.write(actor, reason, |tx| work::close(tx, actor, task, outcome, site))?.value)
    }

    /// What a person says while renewing, in the spelling that is kept.
    fn checked_seen(&self, seen: &Seen) -> Result<Seen, WorkError> {
        // Only what is said is checked: the rest is taken over from what was checked before.
        let piece = Evidence {
            tier: Tier::E1,
            kind: EvidenceKind::RegistryRecord,
            url: seen.url.clone(),
            captured_on: Some(self.clock.today()),
            sha256: seen.sha256.clone(),
            excerpt: seen.excerpt.clone(),
            note: None,
        };
        let Evidence { url, sha256, excerpt, .. } =
            self.checked_piece(self.catalog.load_full().fictional(), piece, "")?;
        Ok(Seen { url, sha256, excerpt })
    }

    fn has_item(&self, item: &str) -> Result<bool, store::Error> {
        let Some(name) = ItemName::read(item) else {
            let task = self.store.read(|reader| reader.record(RecordKind::Task, item))?;
            return Ok(task.is_some_and(|task| task.standing));
        };
        let today = self.clock.today();
        self.queue.look(&self.store, &self.rulebook, today, |board| {
            board.find(&self.rulebook, name.provider, item).is_some()
        })
    }
}
