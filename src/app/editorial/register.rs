//! All listings, whatever their state, with what they may share: drawn from the store when it
//! is first wanted, and brought up to date by the journal's numbers.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::holds::{Key, keys_of};
use crate::{
    catalog::fold_name,
    domain::{
        ListingState, Precision, UsState,
        editorial::Release,
        place::{LatLon, Position},
        provider::{Prescriber, Provider, Site},
    },
    store::{self, Reader, Tx},
};

/// How many providers are read at once.
const BATCH: usize = 500;

/// How many journal entries are looked at at once.
const ENTRIES: i64 = 10_000;

/// As many entries are taken in within a write without anybody noticing.
const NEAR: i64 = 200;

/// What is kept of a listing.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) slug: String,
    pub(super) name: String,
    /// The name as names are compared.
    pub(super) folded: String,
    /// Every folded name, the aliases too.
    pub(super) names: Vec<String>,
    pub(super) source_key: String,
    pub(super) state: ListingState,
    pub(super) version: i64,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) sites: Vec<SiteRow>,
    pub(super) keys: Vec<Key>,
    /// Folded names of prescribers with their identifiers.
    pub(super) prescribers: Vec<(String, Option<String>)>,
    /// True while nothing but what it shares could hold it.
    pub(super) addresses_confirmed: bool,
    pub(super) releases: Vec<Release>,
}

/// What is kept of a site that stands.
#[derive(Debug, Clone)]
pub(super) struct SiteRow {
    pub(super) id: Uuid,
    pub(super) slug: String,
    pub(super) name: Option<String>,
    pub(super) city: Option<String>,
    pub(super) state: Option<UsState>,
    pub(super) zip: Option<String>,
    /// Where it is, if that is known to the street at least.
    pub(super) point: Option<LatLon>,
}

impl Row {
    pub(super) fn of(provider: &Provider) -> Self {
        let profile = &provider.profile;
        let aliases = profile.aliases.iter().map(|alias| alias.text.as_str());
        let sites = || provider.sites.iter().filter(|site| site.withdrawn_on.is_none());
        let mut names: Vec<String> = [profile.name.as_str()]
            .into_iter()
            .chain(aliases)
            .chain(sites().filter_map(|site| site.profile.name.as_deref()))
            .map(fold_name)
            .collect();
        names.sort_unstable();
        names.dedup();
        let person = |p: &Prescriber| (fold_name(&p.name), p.npi.clone());
        Self {
            id: provider.id,
            slug: provider.slug.clone(),
            name: profile.name.clone(),
            folded: fold_name(&profile.name),
            names,
            source_key: provider.source_key.clone(),
            state: provider.listing_state,
            version: provider.version,
            updated_at: provider.updated_at,
            sites: sites().map(SiteRow::of).collect(),
            keys: keys_of(provider),
            prescribers: profile.prescribers.iter().map(person).collect(),
            addresses_confirmed: sites().all(|site| super::address::is_confirmed(provider, site)),
            releases: provider.editorial.releases.clone(),
        }
    }

    /// True for a listing that no other can share anything with: it is gone.
    pub(super) const fn is_gone(&self) -> bool {
        matches!(self.state, ListingState::Delisted | ListingState::Merged)
    }
}

impl SiteRow {
    fn of(site: &Site) -> Self {
        let address = &site.profile.address;
        let near = |position: &Position| {
            !matches!(
                position.precision,
                Precision::ZipCentroid | Precision::CityCentroid | Precision::Unknown
            )
        };
        Self {
            id: site.id,
            slug: site.slug.clone(),
            name: site.profile.name.clone(),
            city: address.city.clone(),
            state: address.state,
            zip: address.postal_code.clone(),
            point: site.profile.position.filter(near).map(|position| position.point()),
        }
    }
}

/// All listings.
#[derive(Debug, Default)]
pub(super) struct Register {
    /// The journal's number that it is as of; `None` while it was never drawn.
    head: Option<i64>,
    rows: HashMap<Uuid, Row>,
    by_key: HashMap<Key, BTreeSet<Uuid>>,
    ahead: Option<Ahead>,
}

/// What the register has taken in from a transaction of which it does not know that it was
/// committed.
#[derive(Debug)]
struct Ahead {
    /// Which.
    transaction: u64,
    /// The journal's number before it.
    head: i64,
    /// What was there before, in the order of change.
    before: Vec<(Uuid, Option<Row>)>,
}

impl Register {
    /// Brings it up to date with what a reader sees, which is committed.
    pub(super) fn follow(&mut self, reader: &mut Reader<'_>) -> Result<(), store::Error> {
        self.step_back();
        self.take_in(reader)
    }

    /// Brings it up to date with what a write sees: what others have written before it in the
    /// same transaction is there too, until it is [`settled`](Self::settle) or anybody else
    /// asks.
    pub(super) fn follow_within(&mut self, tx: &mut Tx<'_>) -> Result<(), store::Error> {
        let transaction = tx.transaction();
        if self.ahead.as_ref().is_none_or(|ahead| ahead.transaction != transaction) {
            self.step_back();
            if let Some(head) = self.head {
                self.ahead = Some(Ahead { transaction, head, before: Vec::new() });
            }
        }
        self.take_in(&mut tx.read())
    }

    /// Learns that a transaction was committed.
    pub(super) fn settle(&mut self, transaction: u64) {
        self.ahead.take_if(|ahead| ahead.transaction == transaction);
    }

    /// True where it was drawn and lags no more than a few entries behind `head`.
    pub(super) fn is_near(&self, head: i64) -> bool {
        self.head.is_some_and(|at| head - at < NEAR)
    }

    /// Forgets what may not have been committed.
    fn step_back(&mut self) {
        let Some(ahead) = self.ahead.take() else { return };
        for (id, row) in ahead.before.into_iter().rev() {
            self.replace(id, row);
        }
        self.head = Some(ahead.head);
    }

    fn take_in(&mut self, reader: &mut Reader<'_>) -> Result<(), store::Error> {
        let Some(mut head) = self.head else {
            let head = reader.for_each_batch(BATCH, |documents| {
                for document in documents {
                    self.put(&document.provider()?);
                }
                Ok::<_, store::Error>(())
            })?;
            self.head = Some(head);
            return Ok(());
        };
        loop {
            let changes = reader.changed_since(head, ENTRIES)?;
            for document in reader.documents(&changes.providers)? {
                self.put(&document.provider()?);
            }
            head = changes.head;
            self.head = Some(head);
            if !changes.more {
                return Ok(());
            }
        }
    }

    fn put(&mut self, provider: &Provider) {
        let old = self.replace(provider.id, Some(Row::of(provider)));
        if let Some(ahead) = &mut self.ahead {
            ahead.before.push((provider.id, old));
        }
    }

    /// Puts a row in place of what was known of a listing, which is returned.
    fn replace(&mut self, id: Uuid, row: Option<Row>) -> Option<Row> {
        for key in row.iter().flat_map(|row| &row.keys) {
            self.by_key.entry(key.clone()).or_default().insert(id);
        }
        let old = match row {
            Some(row) => self.rows.insert(id, row),
            None => self.rows.remove(&id),
        };
        let kept = self.rows.get(&id).map_or(&[][..], |row| &row.keys);
        for key in old.iter().flat_map(|old| &old.keys).filter(|key| !kept.contains(key)) {
            if let Some(ids) = self.by_key.get_mut(key) {
                ids.remove(&id);
            }
        }
        old
    }

    /// Every listing, in no order.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// The listing with this id.
    pub(super) fn row(&self, id: Uuid) -> Option<&Row> {
        self.rows.get(&id)
    }

    /// The listings that have a key and are not gone, by id.
    pub(super) fn sharing(&self, key: &Key) -> impl Iterator<Item = &Row> {
        let ids = self.by_key.get(key).into_iter().flatten();
        ids.filter_map(|id| self.rows.get(id)).filter(|row| !row.is_gone())
    }

    /// The groups of listings that have something in common.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&Key, &BTreeSet<Uuid>)> {
        self.by_key.iter().filter(|(_, ids)| ids.len() > 1)
    }
}
