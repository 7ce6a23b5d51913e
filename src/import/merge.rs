//! Lays a line over what is already known about its provider.
//!
//! A line replaces everything that its `source_key` stated before. Nothing is deleted: what
//! the line no longer says is withdrawn with the date, and what a person recorded stays.
//! The same line twice changes nothing.
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

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::{Line, SiteLine, slug};
use crate::domain::{
    ListingState,
    flag::Flag,
    offer::{Credential, Price},
    place::Address,
    provider::{
        Evidence, Kept, Origin, Provider, ProviderProfile, Site, SiteProfile, Statement, standing,
    },
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
    if context.mode == Mode::Initial {
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
        profile: ProviderProfile::default(),
        facts: Vec::new(),
        prices: Vec::new(),
        payments: Vec::new(),
        coverage: Vec::new(),
        flags: Vec::new(),
        evidence: Vec::new(),
        sites: Vec::new(),
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
    provider.profile = ProviderProfile {
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

    let mut items = Items { next_n: provider.next_n, as_of: context.as_of };
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
        if site.withdrawn_on.is_none() && !named.contains(&site.source_key) {
            site.withdrawn_on = Some(context.as_of);
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
    site.withdrawn_on = None;
    site.profile = SiteProfile {
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
    positions.renumber(&mut facts);
    positions.renumber(&mut prices);
    positions.renumber(&mut credentials);
    items.replace(&mut site.facts, facts);
    items.replace(&mut site.prices, prices);
    items.replace(&mut site.credentials, credentials);
}

/// Gives items their numbers and takes back what is no longer stated.
struct Items {
    next_n: u32,
    as_of: NaiveDate,
}

impl Items {
    fn keep<T>(&mut self, item: T) -> Kept<T> {
        let n = self.next_n;
        self.next_n = n.saturating_add(1);
        Kept { n, by: Origin::File, withdrawn_on: None, item }
    }

    /// Makes the standing items of a file those that it states now.
    fn replace<T: PartialEq>(&mut self, kept: &mut Vec<Kept<T>>, stated: Vec<T>) {
        let before = kept.len();
        let mut confirmed = vec![false; before];
        // A file seldom changes its order, so the next match is mostly behind the last one.
        let mut cursor = 0;
        for item in stated {
            let matches = |kept: &Kept<T>| kept.stands() && kept.item == item;
            let ahead =
                kept.iter().skip(cursor).position(matches).map(|at| at.saturating_add(cursor));
            match ahead.or_else(|| kept.iter().take(cursor).position(matches)) {
                Some(at) => {
                    cursor = at.saturating_add(1);
                    if let Some(mark) = confirmed.get_mut(at) {
                        *mark = true;
                    }
                }
                None => kept.push(self.keep(item)),
            }
        }
        for (kept, confirmed) in kept.iter_mut().zip(confirmed) {
            if !confirmed && kept.by == Origin::File && kept.stands() {
                kept.withdrawn_on = Some(self.as_of);
            }
        }
    }

    /// Adds evidence that is new; where each piece of the file stands in the grown list.
    fn evidence(&mut self, kept: &mut Vec<Kept<Evidence>>, stated: Vec<Evidence>) -> Positions {
        let mut positions = Vec::with_capacity(stated.len());
        for item in stated {
            let at = match kept.iter().position(|kept| kept.item == item) {
                Some(at) => {
                    if let Some(known) = kept.get_mut(at) {
                        known.withdrawn_on = None;
                    }
                    at
                }
                None => {
                    kept.push(self.keep(item));
                    kept.len().saturating_sub(1)
                }
            };
            positions.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        Positions(positions)
    }
}

/// Where the file's pieces of evidence stand in the provider's list.
struct Positions(Vec<u32>);

impl Positions {
    fn renumber<T: Cites>(&self, items: &mut [T]) {
        for item in items {
            let cited = item.evidence_mut();
            for position in cited.iter_mut() {
                let at = usize::try_from(*position).ok().and_then(|at| self.0.get(at));
                *position = at.copied().unwrap_or(u32::MAX);
            }
            cited.sort_unstable();
            cited.dedup();
        }
    }
}

/// Withdraws the file's evidence that the file no longer names and nothing cites.
fn withdraw_idle_evidence(provider: &mut Provider, positions: &Positions, as_of: NaiveDate) {
    let mut used: HashSet<u32> = positions.0.iter().copied().collect();
    used.extend(cited(provider));
    for (at, kept) in provider.evidence.iter_mut().enumerate() {
        let used = u32::try_from(at).is_ok_and(|at| used.contains(&at));
        if !used && kept.by == Origin::File && kept.stands() {
            kept.withdrawn_on = Some(as_of);
        }
    }
}

/// The evidence that anything that stands leans on.
pub(super) fn cited(provider: &Provider) -> impl Iterator<Item = u32> {
    fn of<T: Cites>(kept: &[Kept<T>]) -> impl Iterator<Item = u32> {
        standing(kept).flat_map(|item| item.evidence().iter().copied())
    }
    let sites = provider.sites.iter();
    let of_sites =
        sites.flat_map(|site| of(&site.facts).chain(of(&site.prices)).chain(of(&site.credentials)));
    of(&provider.facts).chain(of(&provider.prices)).chain(of_sites)
}

/// An item that leans on evidence, by its positions in the provider's list.
pub(super) trait Cites {
    fn evidence(&self) -> &[u32];
    fn evidence_mut(&mut self) -> &mut Vec<u32>;
}

macro_rules! cites {
    ($($item:ty),+) => {
        $(impl Cites for $item {
            fn evidence(&self) -> &[u32] {
                &self.evidence
            }

            fn evidence_mut(&mut self) -> &mut Vec<u32> {
                &mut self.evidence
            }
        })+
    };
}

cites!(Statement, Price, Credential);
