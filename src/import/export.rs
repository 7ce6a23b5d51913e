//! Turns a provider back into a line of the provider file.
//!
//! Importing the lines into an empty database as an initial import gives the same listings
//! again: everything that stands, by whomever it was recorded. Ids, slugs and what was
//! withdrawn are not part of the format.

use std::io::{self, Write};

use super::{
    Line, SiteLine,
    merge::{Cites, cited},
};
use crate::domain::provider::{
    Evidence, Kept, Provider, ProviderProfile, Site, SiteProfile, standing,
};

/// What a file would have to say for this provider to come about.
#[must_use]
pub fn line(provider: &Provider) -> Line {
    let (evidence, numbers) = numbered_evidence(provider);
    let ProviderProfile {
        name,
        aliases,
        website,
        phone,
        npi,
        description,
        prescribers,
        prescribers_complete,
        price_guarantee,
    } = provider.profile.clone();
    Line {
        source_key: provider.source_key.clone(),
        name,
        aliases,
        website,
        phone,
        npi,
        fictional: provider.fictional,
        prescribers,
        prescribers_complete,
        description,
        listing_state: Some(provider.listing_state),
        sites: provider
            .sites
            .iter()
            .filter(|site| site.withdrawn_on.is_none())
            .map(|site| site_line(site, &numbers))
            .collect(),
        facts: renumbered(&provider.facts, &numbers),
        prices: renumbered(&provider.prices, &numbers),
        payments: standing(&provider.payments).cloned().collect(),
        coverage: standing(&provider.coverage).cloned().collect(),
        price_guarantee,
        flags: match provider.fictional {
            true => standing(&provider.flags).map(Into::into).collect(),
            // A real provider's flags are decided by people and travel in no file.
            false => Vec::new(),
        },
        evidence,
    }
}

/// Writes one provider as one line of JSON.
///
/// # Errors
/// Where the output cannot be written.
pub fn write(provider: &Provider, mut output: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut output, &line(provider)).map_err(io::Error::from)?;
    output.write_all(b"\n")
}

fn site_line(site: &Site, numbers: &[Option<u32>]) -> SiteLine {
    let SiteProfile {
        name,
        address,
        position,
        phone,
        hours,
        operating_status,
        accepting_patients,
        wait_days,
        referral_required,
        languages,
        accessibility,
        indications,
        minimum_age,
        maximum_age,
        first_line,
        integration,
        follow_up,
        course,
    } = site.profile.clone();
    SiteLine {
        source_key: site.source_key.clone(),
        name,
        address,
        position,
        phone,
        hours,
        operating_status,
        accepting_patients,
        wait_days,
        referral_required,
        languages,
        accessibility,
        indications,
        minimum_age,
        maximum_age,
        first_line,
        integration,
        follow_up,
        course,
        facts: renumbered(&site.facts, numbers),
        prices: renumbered(&site.prices, numbers),
        credentials: renumbered(&site.credentials, numbers),
    }
}

/// The evidence that stands or is leaned on, and the new number of each piece.
fn numbered_evidence(provider: &Provider) -> (Vec<Evidence>, Vec<Option<u32>>) {
    let cited: std::collections::HashSet<u32> = cited(provider).collect();
    let mut evidence = Vec::with_capacity(provider.evidence.len());
    let mut numbers = Vec::with_capacity(provider.evidence.len());
    for (at, kept) in provider.evidence.iter().enumerate() {
        let leaned_on = u32::try_from(at).is_ok_and(|at| cited.contains(&at));
        numbers.push(if kept.stands() || leaned_on {
            evidence.push(kept.item.clone());
            u32::try_from(evidence.len().saturating_sub(1)).ok()
        } else {
            None
        });
    }
    (evidence, numbers)
}

fn renumbered<T: Cites + Clone>(kept: &[Kept<T>], numbers: &[Option<u32>]) -> Vec<T> {
    let number = |at: u32| numbers.get(usize::try_from(at).ok()?).copied().flatten();
    standing(kept)
        .cloned()
        .map(|mut item| {
            item.recite(number);
            item
        })
        .collect()
}
