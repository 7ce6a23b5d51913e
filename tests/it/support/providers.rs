//! Made-up providers to store.

use bedside::{
    clock::{Clock, SystemClock},
    domain::{
        ListingState,
        fact::FactValue,
        provider::{Kept, Origin, Provider, ProviderProfile, Site, SiteProfile, Statement},
    },
};

/// A fictional provider at version 1 with one site and one statement; `key` makes it unique.
pub fn provider(key: &str) -> Provider {
    let clock = SystemClock;
    let now = clock.now();
    Provider {
        id: clock.new_id(),
        source_key: key.to_owned(),
        slug: format!("provider-{key}"),
        fictional: true,
        listing_state: ListingState::Submitted,
        merged_into: None,
        version: 1,
        created_at: now,
        updated_at: now,
        next_n: 1,
        editorial: Default::default(),
        profile: ProviderProfile { name: format!("Provider {key}"), ..Default::default() },
        facts: vec![Kept {
            n: 0,
            by: Origin::File,
            withdrawn_on: None,
            withdrawn_by: None,
            item: Statement {
                name: "offers.racemic_ketamine".to_owned(),
                value: Some(FactValue::Bool(true)),
                reason: None,
                evidence: Vec::new(),
                observed_on: None,
                valid_until: None,
                attested_by: None,
            },
        }],
        prices: Vec::new(),
        payments: Vec::new(),
        coverage: Vec::new(),
        flags: Vec::new(),
        evidence: Vec::new(),
        sites: vec![site(key, "main")],
    }
}

/// A site of a provider.
pub fn site(provider: &str, key: &str) -> Site {
    Site {
        id: SystemClock.new_id(),
        source_key: key.to_owned(),
        slug: format!("site-{provider}-{key}"),
        withdrawn_on: None,
        editorial: Default::default(),
        profile: SiteProfile::default(),
        facts: Vec::new(),
        prices: Vec::new(),
        credentials: Vec::new(),
    }
}

/// The next version of a provider, with another name.
pub fn renamed(provider: &Provider, name: &str) -> Provider {
    let mut next = provider.clone();
    next.version += 1;
    next.profile.name = name.to_owned();
    next
}
