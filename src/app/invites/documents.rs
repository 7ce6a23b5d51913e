//! Documents that a clinic sends by its link: for verifiers, and never public.

use super::{InviteError, invited, open_invite};
use crate::{
    app::{App, evidence::files::FileRecord, reports::written},
    domain::invite::Invite,
    store::{Action, Actor, ActorKind, Reason},
};

/// The most documents that come by one link.
pub const MOST: usize = 20;

/// Keeps a document that comes by a link. The same bytes twice are one document.
///
/// # Errors
/// [`InviteError::Link`]; [`InviteError::File`] for what is no PDF, PNG or JPEG and where no
/// files are kept; [`InviteError::Refused`] where as many came as are taken; a store that fails.
pub fn send(app: &App, token: &str, bytes: &[u8]) -> Result<FileRecord, InviteError> {
    let (id, invite) = app.store.read(|reader| invited(app, reader, token))?;
    // Before anything is kept on disk.
    room(&invite)?;
    let actor = Actor::new(ActorKind::Provider, format!("invite:{id}"));
    let reason = Reason::new("document", "");
    let record = app.keep_file(&actor, &reason, bytes)?;
    app.write(&actor, &reason, |tx| {
        // Once more under the writer's lock: it may have been taken back meanwhile.
        let (id, _) = invited(app, &mut tx.read(), token)?;
        let (mut case, mut invite) = open_invite(&mut tx.read(), id)?;
        if invite.documents.contains(&record.sha256) {
            return Ok(());
        }
        room(&invite)?;
        invite.documents.push(record.sha256.clone());
        case.version = case.version.saturating_add(1);
        case.document = written(&invite)?;
        Ok::<_, InviteError>(tx.put_case(Action::Change, &case)?)
    })?;
    Ok(record)
}

fn room(invite: &Invite) -> Result<(), InviteError> {
    if invite.documents.len() < MOST {
        return Ok(());
    }
    Err(InviteError::Refused(format!("at most {MOST} documents come by one link")))
}
