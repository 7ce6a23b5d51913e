//! Lays a line over what is already known about its provider.
//!
//! A line replaces everything that its `source_key` stated before. Nothing is deleted: what
//! the line no longer says is withdrawn with the date, and what a person recorded stays.
//! The same line twice changes nothing.
//!
//! A person's decision outlives every file: an item, a piece of evidence or a site that a
//! person withdrew does not come back, a field of the profile that a person set keeps its
//! value, a site that a person named stays. What a file states on nothing but evidence that a
//! person withdrew is not taken in.
//!
//! - An item that equals one that stands keeps its number, whoever put it there. An item
//!   that was withdrawn and is stated again gets a new number, so that the gap stays
//!   visible.
//! - Evidence is named by position, so its list only grows and equal evidence keeps its
//!   place. It is withdrawn when neither the file names it nor anything that stands cites
//!   it, and stands again when the file brings it back.
//! - A site is known by its key. One that is no longer named is withdrawn together with
//!   what the file said about it; one that returns keeps its id and its slug.
//! - A statement without `observed_on` is kept without it: the newest capture of its
//!   evidence is its day whenever it is read, since equal evidence never changes.
//! - A slug is made once and never changes.

mod items;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

pub(crate) use self::items::{Cites, cited};
use self::items::{Items, Positions, withdraw_idle_evidence};
use super::{Line, SiteLine, slug};
use crate::domain::{
    ListingState,
    editorial::{ProviderEditorial, SiteEditorial},
    flag::Flag,
    place::Address,
    provider::{Kept, Origin, Provider, ProviderProfile, Site, SiteProfile},
};

/// Which listing state a line may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The file's `listing_state` counts (absent = submitted), for known listings too.
    Initial,
    /// A new listing is submitted; a known one keeps its state.
    Ordinary,
}

/// What a slug names; each kind has slugs of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlugKind {
    /// A provider.
    Provider,
    /// A site.
    Site,
}

/// What a merge needs from the world.
pub struct MergeContext<'a> {
    /// The day with which items are withdrawn.
    pub as_of: NaiveDate,
    /// The time of the change.
    pub now: DateTime<Utc>,
    /// Which listing state counts.
    pub mode: Mode,
    /// Makes a fresh id.
    pub new_id: &'a mut dyn FnMut() -> Uuid,
    /// Reserves a slug; false where it is taken.
    pub reserve_slug: &'a mut dyn FnMut(SlugKind, &str) -> bool,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Merged {
    /// The line says nothing new.
    Unchanged,
    /// The provider was not known.
    Created(Box<Provider>),
    /// The provider changed; its version is one higher.
    Updated(Box<Provider>),
}

/// Merges a checked line into what is known, which must have the same key and be fictional
/// or real alike.
pub fn merge(existing: Option<&Provider>, line: Line, context: &mut MergeContext<'_>) -> Merged {
    let Some(known) = existing else {
        let mut provider = blank(&line, context);
        lay_over(&mut provider, line, context);
        return Merged::Created(Box::new(provider));
    };
    let mut provider = known.clone();
    if context.mode == Mode::Initial && provider.merged_into.is_none() {
        provider.listing_state = line.listing_state.unwrap_or(ListingState::Submitted);
    }
    lay_over(&mut provider, line, context);
    if provider == *known {
        return Merged::Unchanged;
    }
    provider.version = known.version.saturating_add(1);
    provider.updated_at = context.now;
    Merged::Updated(Box::new(provider))
}

/// A provider of which nothing is known yet but its key and name.
fn blank(line: &Line, context: &mut MergeContext<'_>) -> Provider {
    // The place tells namesakes apart, and a chain has no one place.
    let place = match line.sites.as_slice() {
        [only] => Some(&only.address),
        _ => None,
    };
    let listing_state = match context.mode {
        Mode::Initial => line.listing_state.unwrap_or(ListingState::Submitted),
        Mode::Ordinary => ListingState::Submitted,
    };
    Provider {
        id: (context.new_id)(),
        source_key: line.source_key.clone(),
        slug: new_slug(SlugKind::Provider, &line.name, place, context),
        fictional: line.fictional,
        listing_state,
        merged_into: None,
        version: 1,
        created_at: context.now,
        updated_at: context.now,
        next_n: 1,
        editorial: ProviderEditorial::default(),
        profile: ProviderProfile::default(),
        facts: Vec::new(),
        prices: Vec::new(),
        payments: Vec::new(),
        coverage: Vec::new(),
        flags: Vec::new(),
        evidence: Vec::new(),
        sites: Vec::new(),
        verifications: Vec::new(),
    }
}

fn new_slug(
    kind: SlugKind,
    name: &str,
    address: Option<&Address>,
    context: &mut MergeContext<'_>,
) -> String {
    slug::first_free(slug::slug(name, address), |slug| (context.reserve_slug)(kind, slug))
}

/// Makes a provider say what the line says.
fn lay_over(provider: &mut Provider, line: Line, context: &mut MergeContext<'_>) {
    let Line {
        source_key: _,
        name,
        aliases,
        website,
        phone,
        npi,
        fictional: _,
        prescribers,
        prescribers_complete,
        description,
        listing_state: _,
        sites,
        mut facts,
        mut prices,
        payments,
        coverage,
        price_guarantee,
        flags,
        evidence,
    } = line;
    let profile = ProviderProfile {
        name,
        aliases,
        website,
        phone,
        npi,
        description,
        prescribers,
        prescribers_complete,
        price_guarantee,
    };
    provider.profile = with_decided(&provider.profile, profile, &provider.editorial.fields);

    let mut items = Items::new(provider, Origin::File, context.as_of);
    let positions = items.evidence(&mut provider.evidence, evidence);
    positions.renumber(&mut facts);
    positions.renumber(&mut prices);
    items.replace(&mut provider.facts, facts);
    items.replace(&mut provider.prices, prices);
    items.replace(&mut provider.payments, payments);
    items.replace(&mut provider.coverage, coverage);
    // Once people have taken a flag up it is theirs, and no file goes back on it.
    let taken_up = |rule: &str| {
        let theirs = |kept: &&Kept<Flag>| kept.stands() && kept.by == Origin::Person;
        provider.flags.iter().filter(theirs).any(|kept| kept.item.rule == rule)
    };
    let flags = flags.into_iter().filter(|flag| !taken_up(&flag.rule)).map(Flag::from).collect();
    items.replace(&mut provider.flags, flags);

    let known: HashMap<String, usize> =
        provider.sites.iter().enumerate().map(|(at, s)| (s.source_key.clone(), at)).collect();
    let named: HashSet<String> = sites.iter().map(|site| site.source_key.clone()).collect();
    for line in sites {
        let at = known.get(&line.source_key).copied();
        match at.and_then(|at| provider.sites.get_mut(at)) {
            Some(site) => lay_over_site(site, line, &positions, &mut items),
            None => {
                let name = line.name.as_deref().unwrap_or(&provider.profile.name);
                let mut site = Site {
                    id: (context.new_id)(),
                    source_key: line.source_key.clone(),
                    slug: new_slug(SlugKind::Site, name, Some(&line.address), context),
                    withdrawn_on: None,
                    editorial: SiteEditorial::default(),
                    profile: SiteProfile::default(),
                    facts: Vec::new(),
                    prices: Vec::new(),
                    credentials: Vec::new(),
                };
                lay_over_site(&mut site, line, &positions, &mut items);
                provider.sites.push(site);
            }
        }
    }
    for site in &mut provider.sites {
        let of_a_file = site.editorial.by != Some(Origin::Person);
        if site.withdrawn_on.is_none() && of_a_file && !named.contains(&site.source_key) {
            site.withdrawn_on = Some(context.as_of);
            site.editorial.withdrawn_by = None;
            items.replace(&mut site.facts, Vec::new());
            items.replace(&mut site.prices, Vec::new());
            items.replace(&mut site.credentials, Vec::new());
        }
    }
    provider.next_n = items.next_n;
    withdraw_idle_evidence(provider, &positions, context.as_of);
}

/// Makes a site say what its part of the line says.
fn lay_over_site(site: &mut Site, line: SiteLine, positions: &Positions, items: &mut Items) {
    let SiteLine {
        source_key: _,
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
        mut facts,
        mut prices,
        mut credentials,
    } = line;
    if site.withdrawn_on.is_some() && site.editorial.withdrawn_by == Some(Origin::Person) {
        return;
    }
    site.withdrawn_on = None;
    let profile = SiteProfile {
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
    };
    site.profile = with_decided(&site.profile, profile, &site.editorial.fields);
    positions.renumber(&mut facts);
    positions.renumber(&mut prices);
    positions.renumber(&mut credentials);
    items.replace(&mut site.facts, facts);
    items.replace(&mut site.prices, prices);
    items.replace(&mut site.credentials, credentials);
}

/// What a file states, with the fields that a person has set as they are.
fn with_decided<T: Serialize + DeserializeOwned>(known: &T, stated: T, decided: &[String]) -> T {
    if decided.is_empty() {
        return stated;
    }
    let (Ok(Value::Object(known)), Ok(Value::Object(mut merged))) =
        (serde_json::to_value(known), serde_json::to_value(&stated))
    else {
        return stated;
    };
    for field in decided {
        match known.get(field) {
            Some(value) => merged.insert(field.clone(), value.clone()),
            None => merged.remove(field),
        };
    }
    // Both halves were profiles, field by field, so that the whole is one.
    serde_json::from_value(Value::Object(merged)).unwrap_or(stated)
}
