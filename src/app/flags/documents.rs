//! Documents that a provider sends by its link, to show that someone else is meant: for those who
//! decide, and never public.

use super::{
    FlagError, provider_in, replace,
    reply::{Kind, current, may, opened},
};
use crate::{
    app::{App, evidence::files::FileRecord},
    domain::flag::Flag,
    store::{Action, Actor, ActorKind, Reason},
};

/// The most documents that come by one link.
pub const MOST: usize = 5;

/// Keeps a document that comes by a link. The same bytes twice are one document.
///
/// # Errors
/// [`FlagError::Link`]; [`FlagError::File`] for what is no PDF, PNG or JPEG and where no files are
/// kept; [`FlagError::Refused`] where nothing can be claimed that it would back, and where as many
/// came as are taken; a store that fails.
pub fn send(app: &App, token: &str, bytes: &[u8]) -> Result<FileRecord, FlagError> {
    let named = opened(app, token)?;
    let provider = app.store.read(|reader| reader.provider(named.provider))?;
    let provider = provider.ok_or(FlagError::Unknown)?;
    // Before anything is kept on disk.
    room(app, current(&provider, named)?)?;
    let actor = Actor::new(ActorKind::Provider, named.id().to_string());
    let reason = Reason::new("document", "");
    let record = app.keep_file(&actor, &reason, bytes)?;
    app.write(&actor, &reason, |tx| {
        // Once more under the writer's lock: another may have come meanwhile.
        let mut provider = provider_in(tx, named.provider)?;
        let mut flag = current(&provider, named)?.clone();
        if flag.documents.contains(&record.sha256) {
            return Ok(());
        }
        room(app, &flag)?;
        flag.documents.push(record.sha256.clone());
        replace(tx, &mut provider, named.flag, flag);
        Ok::<_, FlagError>(tx.put_provider(Action::Answer, &provider)?)
    })?;
    Ok(record)
}

fn room(app: &App, flag: &Flag) -> Result<(), FlagError> {
    if !may(flag, app.clock.today()).contains(&Kind::IdentityError) {
        return Err(FlagError::refused("this cannot be sent any more, or not yet"));
    }
    if flag.documents.len() < MOST {
        return Ok(());
    }
    Err(FlagError::Refused(format!("at most {MOST} documents come by one link")))
}
