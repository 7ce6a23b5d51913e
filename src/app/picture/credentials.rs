//! Which credentials are valid on a date, and whether they make a clinic accredited.
//!
//! Source of the rules: the rulebook's paragraph on accreditation. What a credential leaves
//! out is unknown, and unknown is never a pass.

use chrono::NaiveDate;

use super::evidence::Numbers;
use crate::{
    app::answer::{CredentialItem, CredentialView},
    domain::{
        CredentialStatus, CredentialTier, Tier,
        offer::Credential,
        provider::{Provider, Site, standing},
    },
};

/// True when the credential is in force on the date, with evidence that counts (E1 or E4).
#[must_use]
pub fn is_valid(credential: &Credential, provider: &Provider, as_of: NaiveDate) -> bool {
    let evidenced =
        provider.cited(&credential.evidence).any(|e| matches!(e.tier, Tier::E1 | Tier::E4));
    evidenced
        && credential.status == Some(CredentialStatus::Active)
        && credential.effective_on.is_none_or(|day| day <= as_of)
        && credential.expires_on.is_some_and(|day| as_of <= day)
}

/// True when the credential, valid on the date, is a survey of this very place whose scope is
/// known to cover sedation: the only thing that may be called an accreditation.
#[must_use]
pub fn accredits(credential: &Credential, provider: &Provider, as_of: NaiveDate) -> bool {
    credential.code.tier() == CredentialTier::A
        && credential.site_match == Some(true)
        && credential.scope_covers_sedation == Some(true)
        && is_valid(credential, provider, as_of)
}

/// The site's credentials that are valid on the date, strongest tier first.
#[must_use]
pub fn valid_items(site: &Site, provider: &Provider, as_of: NaiveDate) -> Vec<CredentialItem> {
    let mut items: Vec<CredentialItem> = standing(&site.credentials)
        .filter(|credential| is_valid(credential, provider, as_of))
        .map(|credential| CredentialItem {
            code: credential.code,
            tier: credential.code.tier(),
            expires_on: credential.expires_on,
        })
        .collect();
    items.sort_by_key(|item| (item.tier, item.code, item.expires_on));
    items.dedup();
    items
}

/// Every standing credential of a site with whether it is valid on the date.
#[must_use]
pub fn views(
    site: &Site,
    provider: &Provider,
    as_of: NaiveDate,
    numbers: &Numbers,
) -> Vec<CredentialView> {
    standing(&site.credentials)
        .map(|credential| CredentialView {
            code: credential.code,
            tier: credential.code.tier(),
            certificate_no: credential.certificate_no.clone(),
            status: credential.status,
            scope_covers_sedation: credential.scope_covers_sedation,
            site_match: credential.site_match,
            effective_on: credential.effective_on,
            expires_on: credential.expires_on,
            valid: is_valid(credential, provider, as_of),
            evidence: numbers.of(&credential.evidence),
        })
        .collect()
}
