//! The catalog: a base, what changed since, and the answers from both.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    build::Draft,
    collect::Found,
    gone::{Fate, Gone, GoneRecord},
    layers::{Layer, Layers, Table as _},
    listing::{Listing, ListingClass, ListingRecord},
    names::NameQuery,
    providers::{
        KeyKind, Provider, ProviderKey, ProviderPage, ProviderRecord, ProviderTable, provider,
    },
    query::{Answer, Hit, KeyValue, LeftOut, Query, Sort, SortKey, View},
    search::search,
    segment::Segment,
};

/// Changes since the last rebuild from which another may be due.
const PENDING_LIMIT: usize = 1_000;

/// From so many times the square root of the listings on, it is. A rebuild costs as much as there is,
/// and each change as much as came since the last one: together they cost least in between.
const PENDING_ROOTS: usize = 15;

/// The picture of everything public at one revision and date. It never changes: a change
/// makes another catalog that shares the large parts.
#[derive(Debug)]
pub struct Catalog {
    revision: i64,
    public_revision: u64,
    as_of: NaiveDate,
    fictional: bool,
    listings: Layers<Segment>,
    pub(super) providers: Layers<ProviderTable>,
    gone: Gone,
    /// The revision of every listing and provider that changed since the large tables were made.
    touched: Arc<BTreeMap<Uuid, i64>>,
}

/// Takes in listings and providers, each id once, and makes a catalog of them.
#[derive(Debug)]
pub struct CatalogBuilder {
    revision: i64,
    public_revision: u64,
    as_of: NaiveDate,
    fictional: bool,
    listings: Draft,
    providers: Vec<Arc<Provider>>,
    gone: Vec<GoneRecord>,
}

impl CatalogBuilder {
    /// Starts a catalog of a revision of the journal, evaluated for a date.
    #[must_use]
    pub fn new(revision: i64, as_of: NaiveDate, fictional: bool) -> Self {
        Self {
            revision,
            public_revision: 0,
            as_of,
            fictional,
            listings: Draft::default(),
            providers: Vec::new(),
            gone: Vec::new(),
        }
    }

    /// The same of a revision of what the public sees.
    #[must_use]
    pub const fn public_revision(mut self, public_revision: u64) -> Self {
        self.public_revision = public_revision;
        self
    }

    /// Takes in a listing.
    pub fn listing(&mut self, record: &ListingRecord) {
        self.listings.add(record);
    }

    /// Takes in a provider.
    pub fn provider(&mut self, record: &ProviderRecord) {
        self.providers.push(provider(record));
    }

    /// Takes in what became of a provider that is public no more.
    pub fn gone(&mut self, record: GoneRecord) {
        self.gone.push(record);
    }

    /// Makes the catalog.
    #[must_use]
    pub fn finish(self) -> Catalog {
        Catalog {
            revision: self.revision,
            public_revision: self.public_revision,
            as_of: self.as_of,
            fictional: self.fictional,
            listings: Layers::new(self.listings.finish()),
            providers: Layers::new(ProviderTable::new(self.providers)),
            gone: Gone::default().patched(|_| false, self.gone.iter()),
            touched: Arc::default(),
        }
    }
}

/// A change to what is public.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A listing is new or different.
    Listing(Box<ListingRecord>),
    /// A listing is no longer public.
    NoListing(Uuid),
    /// A provider is new or different.
    Provider(Box<ProviderRecord>),
    /// A provider is no longer public.
    NoProvider(Uuid),
    /// A provider is no longer public, and this became of it.
    Gone(GoneRecord),
}

impl Catalog {
    /// The journal's revision: what the catalog has taken in. It moves with every write, also
    /// with those that nobody may know of, so that it stands in nothing public.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.revision
    }

    /// The revision of what the public sees: the number of entries of the public log.
    #[must_use]
    pub const fn public_revision(&self) -> u64 {
        self.public_revision
    }

    /// The same catalog at a revision of what the public sees.
    #[must_use]
    pub fn at_public_revision(self, public_revision: u64) -> Self {
        Self { public_revision, ..self }
    }

    /// The date for which everything was evaluated.
    #[must_use]
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Whether everything in it is made up.
    #[must_use]
    pub const fn fictional(&self) -> bool {
        self.fictional
    }

    /// How many listings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let living = |layer: &Layer<Segment>| layer.table.listings.len() - layer.dead.len();
        self.listings.each().map(living).sum()
    }

    /// How many providers there are.
    #[must_use]
    pub fn provider_count(&self) -> usize {
        usize::try_from(self.providers(None, None, 0).total).unwrap_or(usize::MAX)
    }

    /// True where there is no listing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Searches.
    #[must_use]
    pub fn search(&self, query: &Query) -> Answer<'_> {
        let most = if query.limit == 0 { 0 } else { query.limit + 1 };
        let (mut total, mut left_out) = (0, LeftOut::default());
        let mut parts: Vec<(&Segment, Vec<Found>)> = Vec::new();
        for layer in self.listings.each() {
            let part = search(&layer.table, &layer.dead, query, most);
            total += part.total;
            left_out.add(&part.left_out);
            if !part.found.is_empty() {
                parts.push((&layer.table, part.found));
            }
        }
        let mut found = in_order(parts, query);
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let next = found.last().filter(|_| more).map(|(segment, found)| key(segment, query, found));
        let hits = found
            .into_iter()
            .filter_map(|(segment, found)| {
                Some(Hit {
                    listing: segment.listing(found.slot)?,
                    point: segment.point(found.slot),
                    distance_m: found.distance_m,
                    unknown: found.unknown,
                })
            })
            .collect();
        Answer { hits, total, left_out, next }
    }

    /// How many published listings a query finds, whatever their class.
    #[must_use]
    pub fn count(&self, query: Query) -> u64 {
        self.search(&Query { view: View::EVERY, limit: 0, after: None, ..query }).total
    }

    /// Every published listing that a query finds, whatever its class; `None` where there are
    /// more than `most`.
    #[must_use]
    pub fn every_listing(&self, query: Query, most: usize) -> Option<Vec<&Listing>> {
        let total = usize::try_from(self.count(query.clone())).ok().filter(|it| *it <= most)?;
        let query = Query { view: View::EVERY, limit: total, after: None, ..query };
        Some(self.search(&query).hits.into_iter().map(|hit| hit.listing).collect())
    }

    /// Every published listing with its class, in no order that means anything.
    pub fn listings(&self) -> impl Iterator<Item = (ListingClass, &Listing)> {
        self.listings.each().flat_map(|layer| {
            let living = layer.table.slots().filter(|slot| layer.lives(*slot));
            living.filter_map(|slot| layer.table.classed(slot))
        })
    }

    /// A listing by the site's id.
    #[must_use]
    pub fn listing(&self, id: Uuid) -> Option<&Listing> {
        self.found(|segment| segment.slot_by_id(id))
    }

    /// A listing by its slug.
    #[must_use]
    pub fn listing_by_slug(&self, slug: &str) -> Option<&Listing> {
        self.found(|segment| segment.slot_by_slug(slug))
    }

    /// The class of a listing.
    #[must_use]
    pub fn class(&self, id: Uuid) -> Option<ListingClass> {
        let (segment, slot) = self.listings.find(|segment| segment.slot_by_id(id))?;
        segment.class(slot)
    }

    /// A provider by its id.
    #[must_use]
    pub fn provider(&self, id: Uuid) -> Option<&Provider> {
        self.providers.by_id(id)
    }

    /// A provider by its slug.
    #[must_use]
    pub fn provider_by_slug(&self, slug: &str) -> Option<&Provider> {
        self.providers.by_slug(slug)
    }

    /// What became of the provider that was found by this id or name in addresses.
    #[must_use]
    pub fn provider_fate(&self, key: &str) -> Option<Fate> {
        self.gone.provider(key)
    }

    /// What became of the clinic that was found by this id or name in addresses.
    #[must_use]
    pub fn listing_fate(&self, key: &str) -> Option<Fate> {
        self.gone.site(key)
    }

    /// Every provider that has a key, by id. A name is compared folded
    /// ([`super::fold_name`]), as names and aliases are kept.
    #[must_use]
    pub fn providers_by_key(&self, kind: KeyKind, key: &str) -> Vec<&Provider> {
        self.providers.by_key(kind, key)
    }

    /// A page of all providers, or of those whose name matches, by folded name.
    #[must_use]
    pub fn providers(
        &self,
        names: Option<&NameQuery>,
        after: Option<&ProviderKey>,
        limit: usize,
    ) -> ProviderPage<'_> {
        self.providers.page(names, after, limit)
    }

    /// The catalog after some changes, of which the last for an id counts. The price depends
    /// on what changed since the last rebuild, not on the size of the catalog.
    #[must_use]
    pub fn patched(&self, revision: i64, changes: &[Change]) -> Self {
        let mut listings: BTreeMap<Uuid, Option<&ListingRecord>> = BTreeMap::new();
        let mut providers: BTreeMap<Uuid, Option<&ProviderRecord>> = BTreeMap::new();
        let mut gone: Vec<&GoneRecord> = Vec::new();
        for change in changes {
            match change {
                Change::Listing(record) => drop(listings.insert(record.id, Some(record))),
                Change::NoListing(id) => drop(listings.insert(*id, None)),
                Change::Provider(record) => drop(providers.insert(record.id, Some(record))),
                Change::NoProvider(id) => drop(providers.insert(*id, None)),
                Change::Gone(record) => {
                    providers.insert(record.id, None);
                    gone.push(record);
                }
            }
        }
        let gone = self.gone.patched(|id| providers.contains_key(&id), gone.into_iter());
        let ids_of_listings: Vec<Uuid> = listings.keys().copied().collect();
        let ids_of_providers: Vec<Uuid> = providers.keys().copied().collect();
        let mut touched = BTreeMap::clone(&self.touched);
        let ids = ids_of_listings.iter().chain(&ids_of_providers);
        touched.extend(ids.map(|id| (*id, revision)));
        let listings = listings.into_values().flatten().collect();
        let providers = providers.into_values().flatten().map(provider).collect();
        Self {
            revision,
            public_revision: self.public_revision,
            as_of: self.as_of,
            fictional: self.fictional,
            listings: self.listings.patched(&ids_of_listings, listings),
            providers: self.providers.patched(&ids_of_providers, providers),
            gone,
            touched: Arc::new(touched),
        }
    }

    /// Whether so much has changed since the base was made that a rebuild pays.
    #[must_use]
    pub fn needs_rebuild(&self) -> bool {
        self.touched.len() >= PENDING_LIMIT.max(PENDING_ROOTS * self.len().isqrt())
    }

    /// The same catalog with everything in one base. Takes a while: for a background thread,
    /// whose result [`Self::rebased_on`] then brings up to date.
    #[must_use]
    pub fn rebuilt(&self) -> Self {
        Self {
            revision: self.revision,
            public_revision: self.public_revision,
            as_of: self.as_of,
            fictional: self.fictional,
            listings: self.listings.rebuilt(),
            providers: self.providers.rebuilt(),
            gone: self.gone.clone(),
            touched: Arc::default(),
        }
    }

    /// This catalog's content on the base of a rebuild of one of its forerunners: what
    /// changed since that forerunner is applied again.
    #[must_use]
    pub fn rebased_on(&self, rebuilt: &Self) -> Self {
        let touched: BTreeMap<Uuid, i64> = self
            .touched
            .iter()
            .filter(|(_, revision)| **revision > rebuilt.revision)
            .map(|(id, revision)| (*id, *revision))
            .collect();
        let changed: Vec<Uuid> = touched.keys().copied().collect();
        Self {
            revision: self.revision,
            public_revision: self.public_revision,
            as_of: self.as_of,
            fictional: self.fictional,
            listings: self.listings.rebased_on(&rebuilt.listings, &changed),
            providers: self.providers.rebased_on(&rebuilt.providers, &changed),
            gone: self.gone.clone(),
            touched: Arc::new(touched),
        }
    }

    fn found(&self, slot_in: impl Fn(&Segment) -> Option<u32>) -> Option<&Listing> {
        let (segment, slot) = self.listings.find(slot_in)?;
        segment.listing(slot).map(AsRef::as_ref)
    }

    /// Bytes on the heap, by part.
    #[must_use]
    pub fn memory(&self) -> Vec<(&'static str, usize)> {
        let mut parts = self.listings.base().memory();
        parts.push(("providers", self.providers.base().memory()));
        parts
    }
}

/// The hits of all segments in the whole order.
fn in_order<'a>(
    mut parts: Vec<(&'a Segment, Vec<Found>)>,
    query: &Query,
) -> Vec<(&'a Segment, Found)> {
    if parts.len() < 2 {
        let only = parts.pop().into_iter();
        return only
            .flat_map(|(segment, found)| found.into_iter().map(move |found| (segment, found)))
            .collect();
    }
    let all = parts.into_iter().flat_map(|(segment, found)| {
        found.into_iter().map(move |found| (key(segment, query, &found), segment, found))
    });
    let mut keyed: Vec<(SortKey, &Segment, Found)> = all.collect();
    keyed.sort_by(|(a, ..), (b, ..)| a.order(b));
    keyed.into_iter().map(|(_, segment, found)| (segment, found)).collect()
}

/// Where a hit stands in the whole order.
fn key(segment: &Segment, query: &Query, found: &Found) -> SortKey {
    let mut key = segment.key(query.sort(), found.unknown, found.slot);
    if let (Sort::Distance, Some(metres)) = (query.sort(), found.distance_m) {
        key.value = KeyValue::Distance(metres);
    }
    key
}
