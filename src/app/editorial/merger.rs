//! Two listings that are one: the duplicate becomes part of the survivor, and back.
//!
//! A merge copies nothing. It says that the duplicate's public addresses lead to the survivor's,
//! site by site; what the duplicate said that the survivor should say is added there first.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    EditError, Fault, Receipt,
    door::{self, Errand, change},
    lifecycle::after,
};
use crate::{
    app::App,
    domain::{
        ListingState,
        editorial::{Merger, SiteMove, Verb},
        flag::Flag,
        provider::{Provider, standing},
    },
    store::Action,
};

/// Makes a listing part of another. `sites` says for each of its sites that stands which site of
/// the survivor it is; none = its address is gone.
///
/// # Errors
/// A state that does not allow it, a survivor that is gone itself or not public where the
/// duplicate is, or sites that are not named once each.
pub fn merge(
    app: &App,
    errand: Errand<'_>,
    at: (Uuid, &[i64]),
    survivor: Uuid,
    sites: &[SiteMove],
) -> Result<Receipt, EditError> {
    change(app, errand, at, |work, provider| {
        let from = provider.listing_state;
        let to = after(from, Verb::Merge)?;
        let survivor =
            door::listing(&mut work.tx.read(), survivor).map_err(|error| match error {
                EditError::Unknown => {
                    EditError::fault("/survivor", "no listing and no site has this id")
                }
                other => other,
            })?;
        if survivor.id == provider.id {
            return Err(EditError::fault("/survivor", "it is this listing itself"));
        }
        let was_public = matches!(from, ListingState::Published | ListingState::Suspended);
        let lasting = match survivor.listing_state {
            ListingState::Delisted | ListingState::Merged => false,
            ListingState::Published => true,
            _ => !was_public,
        };
        if !lasting {
            let detail = format!(
                "the survivor is {}, so that links to this listing would lead nowhere",
                survivor.listing_state
            );
            return Err(EditError::Conflict(detail));
        }
        if standing(&provider.flags).any(Flag::is_open) {
            let detail = "a flag on this listing is open; decide it before the listing becomes \
                          part of another, or it would vanish from view";
            return Err(EditError::Conflict(detail.to_owned()));
        }
        fits(provider, &survivor, sites)?;
        provider.editorial.merger = Some(Merger {
            state: from,
            version: provider.version.saturating_add(1),
            sites: sites.to_vec(),
        });
        provider.listing_state = to;
        provider.merged_into = Some(survivor.id);
        Ok(Action::Merge)
    })
}

/// Undoes a merge: the listing is again what it was, or waits for review where something has
/// changed in between.
///
/// # Errors
/// A listing that is not merged.
pub fn unmerge(app: &App, errand: Errand<'_>, at: (Uuid, &[i64])) -> Result<Receipt, EditError> {
    change(app, errand, at, |_, provider| {
        let review = after(provider.listing_state, Verb::Unmerge)?;
        let merger = provider.editorial.merger.take();
        let untouched = merger.filter(|merger| merger.version == provider.version);
        provider.listing_state = untouched.map_or(review, |merger| merger.state);
        provider.merged_into = None;
        Ok(Action::Unmerge)
    })
}

/// Every site that stands goes to a site of the survivor that stands, or nowhere, and is named
/// once.
fn fits(provider: &Provider, survivor: &Provider, moves: &[SiteMove]) -> Result<(), EditError> {
    let standing = |provider: &Provider| -> HashSet<Uuid> {
        let sites = provider.sites.iter().filter(|site| site.withdrawn_on.is_none());
        sites.map(|site| site.id).collect()
    };
    let (mut left, there) = (standing(provider), standing(survivor));
    let mut faults = Vec::new();
    for (at, SiteMove { from, to }) in moves.iter().enumerate() {
        if !left.remove(from) {
            let detail = "no site of this listing that stands has this id, or it is named twice";
            faults.push(Fault::new(format!("/sites/{at}/from"), detail));
        }
        if to.is_some_and(|to| !there.contains(&to)) {
            let detail = "no site of the survivor that stands has this id";
            faults.push(Fault::new(format!("/sites/{at}/to"), detail));
        }
    }
    for id in left {
        let detail = format!("the site {id} is missing; name where it went, or null");
        faults.push(Fault::new("/sites", detail));
    }
    if faults.is_empty() { Ok(()) } else { Err(EditError::Invalid(faults)) }
}
