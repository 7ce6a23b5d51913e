//! How fresh the directory is: how much of it was verified or looked at lately, and where.
//!
//! Counted over every published listing of one catalog, once for each catalog: a reader takes
//! what the last one counted while the revision and the date are the same.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::NaiveDate;

use super::App;
use crate::{
    catalog::{Catalog, Listing, ListingClass},
    domain::UsState,
};

/// What counts as lately, in days.
pub const RECENT_DAYS: u32 = 90;

/// The last day of each age group, in days; what is older is the last group.
pub const AGE_GROUPS: [u32; 4] = [30, RECENT_DAYS, 180, 365];

/// How fresh the published listings are. Sites that are closed for good are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The revision of what the public sees.
    pub revision: u64,
    /// The date that ages are counted to.
    pub as_of: NaiveDate,
    /// All of it.
    pub all: Share,
    /// How many listings were last looked at so long ago: by the groups of [`AGE_GROUPS`], then
    /// those that are older.
    pub ages: [u64; AGE_GROUPS.len() + 1],
    /// By state, by postal code; a listing without one is in none.
    pub states: Vec<(UsState, Share)>,
}

/// How fresh some listings are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many there are.
    pub total: u64,
    /// How many bear a label that was verified within [`RECENT_DAYS`]: the oldest fact behind it
    /// is no older.
    pub verified: u64,
    /// How many were looked at within [`RECENT_DAYS`]: the newest thing known is no older.
    pub checked: u64,
    /// How many were ever looked at.
    pub ever: u64,
    /// Half of those that were ever looked at were so within this many days; none where nothing
    /// was.
    pub median_days: Option<u32>,
}

/// What was counted last, with the journal's revision of the catalog that it was counted over.
#[derive(Debug, Default)]
pub(super) struct Counted(Mutex<Option<(i64, Arc<Freshness>)>>);

/// How fresh the directory is now.
#[must_use]
pub fn freshness(app: &App) -> Arc<Freshness> {
    let catalog = app.catalog.load();
    let mut last = app.freshness.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((revision, known)) = last.as_ref()
        && *revision == catalog.revision()
        && known.as_of == catalog.as_of()
    {
        return Arc::clone(known);
    }
    let counted = Arc::new(Freshness::of(&catalog));
    *last = Some((catalog.revision(), Arc::clone(&counted)));
    counted
}

/// Listings being counted.
#[derive(Default)]
struct Count {
    share: Share,
    ages: Vec<u32>,
}

impl Freshness {
    /// Counts the listings of a catalog.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let as_of = catalog.as_of();
        let mut all = Count::default();
        let mut states: BTreeMap<&str, (UsState, Count)> = BTreeMap::new();
        for (class, listing) in catalog.listings() {
            if class == ListingClass::Closed {
                continue;
            }
            all.add(listing, as_of);
            if let Some(state) = listing.state() {
                let (_, of_state) =
                    states.entry(state.as_str()).or_insert_with(|| (state, Count::default()));
                of_state.add(listing, as_of);
            }
        }
        let mut ages = [0_u64; AGE_GROUPS.len() + 1];
        for age in &all.ages {
            let group = AGE_GROUPS.iter().take_while(|last| age > *last).count();
            if let Some(count) = ages.get_mut(group) {
                *count = count.saturating_add(1);
            }
        }
        Self {
            revision: catalog.public_revision(),
            as_of,
            all: all.finish(),
            ages,
            states: states.into_values().map(|(state, count)| (state, count.finish())).collect(),
        }
    }
}

impl Count {
    fn add(&mut self, listing: &Listing, as_of: NaiveDate) {
        let age = |day: Option<NaiveDate>| {
            let days = as_of.signed_duration_since(day?).num_days();
            Some(u32::try_from(days).unwrap_or_default())
        };
        let recent = |age: Option<u32>| u64::from(age.is_some_and(|days| days <= RECENT_DAYS));
        let checked = age(listing.last_checked_on());
        let share = &mut self.share;
        share.total = share.total.saturating_add(1);
        share.verified = share.verified.saturating_add(recent(age(listing.verified_on())));
        share.checked = share.checked.saturating_add(recent(checked));
        share.ever = share.ever.saturating_add(u64::from(checked.is_some()));
        self.ages.extend(checked);
    }

    fn finish(mut self) -> Share {
        let half = self.ages.len().div_ceil(2).saturating_sub(1);
        let median = (!self.ages.is_empty()).then(|| *self.ages.select_nth_unstable(half).1);
        Share { median_days: median, ..self.share }
    }
}
