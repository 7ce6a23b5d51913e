//! What confirms that a site is at its address: evidence that is not the provider's own, seen
//! by a verifier.

use uuid::Uuid;

use super::{
    EditError, Receipt,
    door::{Errand, edit},
};
use crate::{
    app::App,
    domain::{
        EvidenceKind, Tier,
        editorial::AddressConfirmed,
        provider::{Evidence, Provider, Site},
    },
    store::Action,
};

/// True while evidence that stands confirms the address that the site has now.
pub(super) fn is_confirmed(provider: &Provider, site: &Site) -> bool {
    site.editorial.address_confirmed.as_ref().is_some_and(|confirmed| {
        let piece = usize::try_from(confirmed.evidence).ok();
        let piece = piece.and_then(|at| provider.evidence.get(at));
        confirmed.address == site.profile.address && piece.is_some_and(|kept| kept.stands())
    })
}

/// Records that a piece of evidence, by its position in the listing's list, confirms the
/// address of a site.
///
/// # Errors
/// No such site or evidence, an address without a street, or evidence that is the provider's
/// own word.
pub fn confirm_address(
    app: &App,
    errand: Errand<'_>,
    (id, expected): (Uuid, &[i64]),
    site: Uuid,
    evidence: u32,
) -> Result<Receipt, EditError> {
    edit(app, errand, (id, expected), |work, provider| {
        let piece = usize::try_from(evidence).ok().and_then(|at| provider.evidence.get(at));
        let piece = piece.filter(|kept| kept.stands()).ok_or_else(|| {
            EditError::fault("/evidence", "no evidence that stands is at this position")
        })?;
        if let Some(why) = why_not(&piece.item) {
            return Err(EditError::fault("/evidence", why));
        }
        let live = |known: &&mut Site| known.id == site && known.withdrawn_on.is_none();
        let site = provider.sites.iter_mut().find(live).ok_or_else(|| {
            EditError::fault("/site", "no site of this listing that stands has this id")
        })?;
        let address = site.profile.address.clone();
        if address.line1.is_none() || address.city.is_none() || address.state.is_none() {
            let detail = "the site has no street, city and state; add them first";
            return Err(EditError::fault("/site", detail));
        }
        site.editorial.address_confirmed =
            Some(AddressConfirmed { evidence, on: work.today, address });
        Ok(Action::Confirm)
    })
}

/// Why a piece of evidence cannot confirm an address.
fn why_not(evidence: &Evidence) -> Option<&'static str> {
    match (evidence.tier, evidence.kind) {
        (Tier::E2 | Tier::E3, _) => {
            Some("it is the provider's own word; name a record, report or document of another")
        }
        (Tier::E6, _) => Some("a report of a user confirms no address"),
        (_, EvidenceKind::PhoneVerification) => {
            Some("whoever answers the provider's phone is the provider")
        }
        _ => None,
    }
}
