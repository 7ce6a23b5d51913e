//! A listing's way from draft to public and off again, and the holds that a person lets go.

use uuid::Uuid;

use super::{
    EditError, Hold, Receipt,
    door::{Errand, change, edit},
    holds,
    register::Register,
};
use crate::{
    app::App,
    domain::{
        ListingState,
        editorial::{HoldKind, Release, Verb},
        provider::Provider,
    },
    store::{Action, Actor, ActorKind, Reader},
};

/// How many versions are looked at at once.
const DEEDS: i64 = 1_000;

/// Takes a listing from one state to the next. Merging has its own use cases, since it names
/// another listing.
///
/// # Errors
/// A step that the state does not allow; publishing by somebody who created, changed or
/// submitted the listing since it was last public; publishing while something holds it.
pub fn step(
    app: &App,
    errand: Errand<'_>,
    at: (Uuid, &[i64]),
    verb: Verb,
) -> Result<Receipt, EditError> {
    change(app, errand, at, |work, provider| {
        let to = after(provider.listing_state, verb)?;
        if matches!(verb, Verb::Merge | Verb::Unmerge) {
            let detail =
                format!("{verb} names more than a listing; it has an operation of its own");
            return Err(EditError::Conflict(detail));
        }
        if verb == Verb::Publish {
            may_publish(&mut work.tx.read(), work.register, provider, errand.actor)?;
        }
        provider.listing_state = to;
        provider.merged_into = None;
        provider.editorial.merger = None;
        Ok(action_of(verb))
    })
}

/// The state that a step leads to.
pub(super) fn after(from: ListingState, verb: Verb) -> Result<ListingState, EditError> {
    verb.from(from).ok_or(EditError::IllegalTransition { from, verb })
}

/// What the journal calls a step.
pub(super) const fn action_of(verb: Verb) -> Action {
    match verb {
        Verb::Submit => Action::Submit,
        Verb::Take => Action::Take,
        Verb::Publish => Action::Publish,
        Verb::Return => Action::Return,
        Verb::Suspend => Action::Suspend,
        Verb::Resume => Action::Resume,
        Verb::Delist => Action::Delist,
        Verb::Merge => Action::Merge,
        Verb::Unmerge => Action::Unmerge,
    }
}

/// Publishing takes a second person and a listing that nothing holds.
pub(super) fn may_publish(
    reader: &mut Reader<'_>,
    register: &Register,
    provider: &Provider,
    actor: &Actor,
) -> Result<(), EditError> {
    if let Some(did) = had_a_hand_in(reader, provider.id, actor)? {
        return Err(EditError::FourEyes(did));
    }
    let open: Vec<Hold> = holds::of(provider, register).into_iter().filter(Hold::is_open).collect();
    if open.is_empty() { Ok(()) } else { Err(EditError::Held(open)) }
}

/// What a person did to a listing since it was last published, if it keeps that person from
/// publishing it.
pub(super) fn had_a_hand_in(
    reader: &mut Reader<'_>,
    provider: Uuid,
    actor: &Actor,
) -> Result<Option<&'static str>, EditError> {
    let mut did = None;
    let mut version = 0;
    loop {
        let deeds = reader.deeds(provider, version, DEEDS)?;
        let Some(last) = deeds.last() else { return Ok(did) };
        version = last.version;
        for deed in &deeds {
            let same = deed.actor.kind == ActorKind::Person && deed.actor.name == actor.name;
            did = match deed.action {
                Action::Publish => None,
                Action::Create if same => Some("created"),
                Action::Change if same => did.or(Some("changed")),
                Action::Submit if same => did.or(Some("submitted")),
                _ => did,
            };
        }
    }
}

/// Lets a hold go: somebody has looked at what is shared, and it is no obstacle.
///
/// # Errors
/// No such hold, or one about an address, which takes evidence.
pub fn release(
    app: &App,
    errand: Errand<'_>,
    at: (Uuid, &[i64]),
    kind: HoldKind,
    key: &str,
) -> Result<Receipt, EditError> {
    edit(app, errand, at, |work, provider| {
        if kind == HoldKind::Address {
            let detail = "an address is not let go but confirmed, by evidence";
            return Err(EditError::fault("/kind", detail));
        }
        let hold = holds::of(provider, work.register)
            .into_iter()
            .find(|hold| hold.kind == kind && hold.key == key && hold.is_open())
            .ok_or_else(|| {
                EditError::fault("/key", "nothing of this kind and key holds the listing")
            })?;
        let releases = &mut provider.editorial.releases;
        releases.retain(|known| known.kind != kind || known.key != key);
        releases.push(Release {
            kind,
            key: hold.key,
            with: hold.with.iter().map(|with| with.id).collect(),
            on: work.today,
        });
        Ok(Action::Release)
    })
}
