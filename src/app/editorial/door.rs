//! The one way in which a listing is changed.

use chrono::NaiveDate;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Actor, EditError, Hold, Reason, Receipt, holds, register::Register};
use crate::{
    app::App,
    domain::{ListingState, provider::Provider},
    store::{Action, Reader, Tx},
};

/// Who wants something done, and why.
#[derive(Debug, Clone, Copy)]
pub struct Errand<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// Why.
    pub reason: &'a Reason,
    /// How the request is known if it is sent again.
    pub retry: Option<&'a Retry>,
}

/// How a request is known if it is sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// The key that the client chose.
    pub key: String,
    /// SHA-256 of the request.
    pub request: [u8; 32],
}

/// A listing in the hands of whoever changes it.
pub(super) struct Work<'w, 'c> {
    /// The write.
    pub tx: &'w mut Tx<'c>,
    /// All listings as they were before it.
    pub register: &'w Register,
    /// The day of the write.
    pub today: NaiveDate,
}

/// Runs a write once, however often its request is sent.
pub(super) fn once<T: Serialize + DeserializeOwned>(
    app: &App,
    errand: Errand<'_>,
    work: impl FnOnce(Work<'_, '_>) -> Result<T, EditError>,
) -> Result<T, EditError> {
    let _running =
        errand.retry.map(|retry| Running::begin(app, errand.actor, retry)).transpose()?;
    // Outside the writer's turn, since drawing the register for the first time takes long.
    super::ready(app)?;
    let done = app.write(errand.actor, errand.reason, |tx| {
        if let Some(retry) = errand.retry
            && let Some(kept) = tx.kept_answer(&retry.key)?
        {
            if kept.request_sha256 != retry.request {
                return Err(EditError::KeyReused);
            }
            return Ok((serde_json::from_str(&kept.answer).map_err(corrupt)?, None));
        }
        let mut register = app.editorial.register();
        register.follow_within(tx)?;
        let today = tx.at().date_naive();
        let answer = work(Work { tx, register: &register, today })?;
        if let Some(retry) = errand.retry {
            let text = serde_json::to_string(&answer).map_err(corrupt)?;
            tx.keep_answer(&retry.key, &retry.request, &text)?;
        }
        Ok((answer, Some(tx.transaction())))
    })?;
    let (answer, followed) = done.value;
    if let Some(transaction) = followed {
        app.editorial.register().settle(transaction);
    }
    Ok(answer)
}

/// Changes one listing: the version that its author has seen must be the current one.
pub(super) fn change(
    app: &App,
    errand: Errand<'_>,
    (id, expected): (Uuid, &[i64]),
    change: impl FnOnce(&mut Work<'_, '_>, &mut Provider) -> Result<Action, EditError>,
) -> Result<Receipt, EditError> {
    once(app, errand, |mut work| {
        let before = current(&mut work.tx.read(), id, expected)?;
        let mut after = before.clone();
        let action = change(&mut work, &mut after)?;
        put(&mut work, action, &before, after)
    })
}

/// Changes what a listing says, not its state.
pub(super) fn edit(
    app: &App,
    errand: Errand<'_>,
    at: (Uuid, &[i64]),
    edit: impl FnOnce(&mut Work<'_, '_>, &mut Provider) -> Result<Action, EditError>,
) -> Result<Receipt, EditError> {
    change(app, errand, at, |work, provider| {
        if matches!(provider.listing_state, ListingState::Delisted | ListingState::Merged) {
            return Err(EditError::Closed { state: provider.listing_state });
        }
        let before = holds::of(provider, work.register);
        let action = edit(work, provider)?;
        if provider.listing_state == ListingState::Published {
            // What is public cannot be moved to an address or a phone that nobody has looked at.
            let fresh: Vec<Hold> = holds::of(provider, work.register)
                .into_iter()
                .filter(|hold| hold.is_open() && !before.contains(hold))
                .collect();
            if !fresh.is_empty() {
                return Err(EditError::Held(fresh));
            }
        }
        Ok(action)
    })
}

/// Stores the next version of a listing.
pub(super) fn put(
    work: &mut Work<'_, '_>,
    action: Action,
    before: &Provider,
    mut after: Provider,
) -> Result<Receipt, EditError> {
    after.version = before.version.saturating_add(1);
    after.updated_at = work.tx.at();
    work.tx.put_provider(action, &after)?;
    Ok(Receipt::new(&after, holds::of(&after, work.register)))
}

/// The listing with this id, or with a site of this id, if it is at a version that is expected.
pub(super) fn current(
    reader: &mut Reader<'_>,
    id: Uuid,
    expected: &[i64],
) -> Result<Provider, EditError> {
    let provider = listing(reader, id)?;
    if expected.contains(&provider.version) {
        Ok(provider)
    } else {
        Err(EditError::Stale { current: provider.version })
    }
}

/// The listing with this id, or with a site of this id.
pub(super) fn listing(reader: &mut Reader<'_>, id: Uuid) -> Result<Provider, EditError> {
    if let Some(provider) = reader.provider(id)? {
        return Ok(provider);
    }
    let owner = reader.provider_of_site(id)?.ok_or(EditError::Unknown)?;
    reader.provider(owner)?.ok_or(EditError::Unknown)
}

/// A kept answer that cannot be written or read: a mistake of ours.
fn corrupt(error: serde_json::Error) -> EditError {
    EditError::Store(crate::store::Error::Corrupt {
        what: "a kept answer".into(),
        source: Some(Box::new(error)),
    })
}

/// A request with a key that is being served.
struct Running<'a> {
    app: &'a App,
    key: (String, String),
}

impl<'a> Running<'a> {
    fn begin(app: &'a App, actor: &Actor, retry: &Retry) -> Result<Self, EditError> {
        let key = (actor.name.clone(), retry.key.clone());
        if app.editorial.running().insert(key.clone()) {
            Ok(Self { app, key })
        } else {
            Err(EditError::KeyRunning)
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.app.editorial.running().remove(&self.key);
    }
}
