//! Evidence as one answer shows it: what something public names, numbered without a gap, so that
//! no number tells of a piece that is withheld.

use std::collections::BTreeSet;

use super::{ProviderPicture, Subject, views::public_statements};
use crate::{
    app::answer::EvidenceView,
    domain::provider::{Provider, Site, standing},
};

/// The pieces of evidence of an answer, as places in the provider's list; a piece's number is
/// its place here.
#[derive(Debug)]
pub(super) struct Numbers(Vec<u32>);

impl Numbers {
    /// Numbers the evidence that an answer about a provider, or one of its sites, names.
    pub(super) fn new(whole: &ProviderPicture<'_>, site: Option<&Site>, subject: &Subject) -> Self {
        let provider = whole.provider();
        let statements = public_statements(whole, site, subject).flat_map(|k| &k.item.evidence);
        let site_prices = site.map_or([].as_slice(), |site| site.prices.as_slice());
        let credentials = site.map_or([].as_slice(), |site| site.credentials.as_slice());
        let named: BTreeSet<u32> = statements
            .chain(standing(site_prices).flat_map(|price| &price.evidence))
            .chain(standing(&provider.prices).flat_map(|price| &price.evidence))
            .chain(standing(credentials).flat_map(|credential| &credential.evidence))
            .copied()
            .collect();
        Self(named.into_iter().collect())
    }

    /// The numbers of pieces that a statement cites.
    pub(super) fn of(&self, cited: &[u32]) -> Vec<u32> {
        let number = |place: &u32| self.0.binary_search(place).ok();
        cited.iter().filter_map(number).filter_map(|at| u32::try_from(at).ok()).collect()
    }

    /// The number of the strongest piece that a statement cites.
    pub(super) fn strongest(&self, provider: &Provider, cited: &[u32]) -> Option<u32> {
        let tier = |place: &u32| Some(provider.cited(&[*place]).next()?.tier.rank());
        let strongest = cited.iter().min_by_key(|place| tier(place).unwrap_or(u8::MAX))?;
        self.of(&[*strongest]).first().copied()
    }

    /// The pieces, in the order of their numbers.
    pub(super) fn pieces(&self, provider: &Provider) -> Vec<EvidenceView> {
        (0..)
            .zip(provider.cited(&self.0))
            .map(|(n, evidence)| EvidenceView {
                n,
                tier: evidence.tier,
                kind: evidence.kind,
                url: evidence.url.clone(),
                captured_on: evidence.captured_on,
                sha256: evidence.sha256.clone(),
                excerpt: evidence.excerpt.clone(),
                note: evidence.note.clone(),
            })
            .collect()
    }
}
