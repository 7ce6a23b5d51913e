//! The catalog: a base, what changed since, and the answers from both.

use std::{collections::BTreeMap, sync::Arc};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    build::Draft,
    collect::Found,
    gone::{Fate, Gone, GoneRecord},
    listing::{Listing, ListingClass, ListingRecord},
    names::NameQuery,
    providers::{
        KeyKind, Provider, ProviderKey, ProviderPage, ProviderRecord, Providers, provider,
    },
    query::{Answer, Hit, KeyValue, LeftOut, Place, Query, Sort, SortKey, View},
    search::{Dead, search},
    segment::Segment,
};

/// Changes since the last rebuild from which another is due.
const PENDING_LIMIT: usize = 1_000;

/// The picture of everything public at one revision and date. It never changes: a change
/// makes another catalog that shares the large parts.
#[derive(Debug)]
pub struct Catalog {
    revision: i64,
    as_of: NaiveDate,
    fictional: bool,
    base: Arc<Segment>,
    recent: Arc<Segment>,
    dead: Arc<Dead>,
    pub(super) providers: Providers,
    gone: Gone,
    /// The revision of every listing and provider that changed since the base was made.
    touched: Arc<BTreeMap<Uuid, i64>>,
}

/// Takes in listings and providers, each id once, and makes a catalog of them.
#[derive(Debug)]
pub struct CatalogBuilder {
    revision: i64,
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
            as_of,
            fictional,
            listings: Draft::default(),
            providers: Vec::new(),
            gone: Vec::new(),
        }
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
            as_of: self.as_of,
            fictional: self.fictional,
            base: Arc::new(self.listings.finish()),
            recent: Arc::default(),
            dead: Arc::default(),
            providers: Providers::new(self.providers),
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
    /// The journal's revision.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.revision
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
        self.base.listings.len() - self.dead.len() + self.recent.listings.len()
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
        let base = search(&self.base, &self.dead, query, most);
        let recent = search(&self.recent, &Dead::default(), query, most);
        let from = |segment, found: Vec<Found>| -> Vec<(&Arc<Segment>, Found)> {
            found.into_iter().map(|found| (segment, found)).collect()
        };
        let base_found = from(&self.base, base.found);
        let mut found = if recent.found.is_empty() {
            base_found
        } else {
            let recent = from(&self.recent, recent.found);
            let mut keyed: Vec<_> = base_found
                .into_iter()
                .chain(recent)
                .map(|(segment, found)| (key(segment, query, &found), segment, found))
                .collect();
            keyed.sort_by(|(a, ..), (b, ..)| a.order(b));
            keyed.into_iter().map(|(_, segment, found)| (segment, found)).collect()
        };
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let next = found.last().filter(|_| more).map(|(segment, found)| key(segment, query, found));
        let hits = found
            .into_iter()
            .filter_map(|(segment, found)| {
                Some(Hit {
                    listing: segment.listing(found.slot)?,
                    distance_m: found.distance_m,
                    unknown: found.unknown,
                })
            })
            .collect();
        let mut left_out = LeftOut {
            unknown: base.left_out.unknown + recent.left_out.unknown,
            by_class: base.left_out.by_class,
        };
        for (sum, more) in left_out.by_class.iter_mut().zip(recent.left_out.by_class) {
            *sum += more;
        }
        Answer { hits, total: base.total + recent.total, left_out, next }
    }

    /// Every published listing of a place, whatever its class; `None` where there are more
    /// than `most`.
    #[must_use]
    pub fn listings_in(&self, place: Place, most: usize) -> Option<Vec<&Listing>> {
        let mut query = Query { place, view: View::EVERY, limit: 0, ..Query::default() };
        let total = usize::try_from(self.search(&query).total).ok()?;
        if total > most {
            return None;
        }
        query.limit = total;
        Some(self.search(&query).hits.into_iter().map(|hit| hit.listing).collect())
    }

    /// A listing by the site's id.
    #[must_use]
    pub fn listing(&self, id: Uuid) -> Option<&Listing> {
        self.either(|segment| segment.slot_by_id(id))
    }

    /// A listing by its slug.
    #[must_use]
    pub fn listing_by_slug(&self, slug: &str) -> Option<&Listing> {
        self.either(|segment| segment.slot_by_slug(slug))
    }

    /// The class of a listing.
    #[must_use]
    pub fn class(&self, id: Uuid) -> Option<ListingClass> {
        self.at(|segment| segment.slot_by_id(id)).and_then(|(segment, slot)| segment.class(slot))
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

    /// What became of the provider or site that was found by this id or name in addresses.
    #[must_use]
    pub fn fate(&self, key: &str) -> Option<Fate> {
        self.gone.fate(key)
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
        let mut draft = Draft::default();
        let id_of = |slot| self.recent.listing(slot).map(|listing| listing.id());
        draft.add_segment(&self.recent, |slot| {
            id_of(slot).is_some_and(|id| !listings.contains_key(&id))
        });
        listings.values().flatten().for_each(|record| draft.add(record));
        let mut dead = Dead::clone(&self.dead);
        for slot in listings.keys().filter_map(|id| self.base.slot_by_id(*id)) {
            dead.add(&self.base, slot);
        }
        let gone = self.gone.patched(|id| providers.contains_key(&id), gone.into_iter());
        let changed_providers: Vec<Uuid> = providers.keys().copied().collect();
        let providers = if providers.is_empty() {
            self.providers.clone()
        } else {
            self.providers.patched(
                |id| providers.contains_key(&id),
                providers.keys().copied(),
                providers.values().flatten().map(|record| provider(record)),
            )
        };
        let mut touched = BTreeMap::clone(&self.touched);
        touched.extend(listings.keys().map(|id| (*id, revision)));
        touched.extend(changed_providers.iter().map(|id| (*id, revision)));
        Self {
            revision,
            as_of: self.as_of,
            fictional: self.fictional,
            base: Arc::clone(&self.base),
            recent: Arc::new(draft.finish()),
            dead: Arc::new(dead),
            providers,
            gone,
            touched: Arc::new(touched),
        }
    }

    /// Whether so much has changed since the base was made that a rebuild pays.
    #[must_use]
    pub fn needs_rebuild(&self) -> bool {
        self.touched.len() >= PENDING_LIMIT
    }

    /// The same catalog with everything in one base. Takes a while: for a background thread,
    /// whose result [`Self::rebased_on`] then brings up to date.
    #[must_use]
    pub fn rebuilt(&self) -> Self {
        let mut draft = Draft::default();
        draft.add_segment(&self.base, |slot| !self.dead.contains(slot));
        draft.add_segment(&self.recent, |_| true);
        Self {
            revision: self.revision,
            as_of: self.as_of,
            fictional: self.fictional,
            base: Arc::new(draft.finish()),
            recent: Arc::default(),
            dead: Arc::default(),
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
        let mut draft = Draft::default();
        let id_of = |slot| self.recent.listing(slot).map(|listing| listing.id());
        draft.add_segment(&self.recent, |slot| {
            id_of(slot).is_some_and(|id| touched.contains_key(&id))
        });
        let mut dead = Dead::default();
        for slot in touched.keys().filter_map(|id| rebuilt.base.slot_by_id(*id)) {
            dead.add(&rebuilt.base, slot);
        }
        let recent = self.providers.recent.all().map(|(_, provider)| provider);
        let providers = rebuilt.providers.patched(
            |_| true,
            touched.keys().copied(),
            recent.filter(|provider| touched.contains_key(&provider.id())).map(Arc::clone),
        );
        Self {
            revision: self.revision,
            as_of: self.as_of,
            fictional: self.fictional,
            base: Arc::clone(&rebuilt.base),
            recent: Arc::new(draft.finish()),
            dead: Arc::new(dead),
            providers,
            gone: self.gone.clone(),
            touched: Arc::new(touched),
        }
    }

    /// The segment and slot of a listing: what changed since the base was made comes first.
    fn at(&self, slot_in: impl Fn(&Segment) -> Option<u32>) -> Option<(&Segment, u32)> {
        if let Some(slot) = slot_in(&self.recent) {
            return Some((&self.recent, slot));
        }
        let slot = slot_in(&self.base).filter(|slot| !self.dead.contains(*slot))?;
        Some((&self.base, slot))
    }

    fn either(&self, slot_in: impl Fn(&Segment) -> Option<u32>) -> Option<&Listing> {
        self.at(slot_in).and_then(|(segment, slot)| segment.listing(slot)).map(AsRef::as_ref)
    }

    /// Bytes on the heap, by part.
    #[must_use]
    pub fn memory(&self) -> Vec<(&'static str, usize)> {
        let mut parts = self.base.memory();
        parts.push(("providers", self.providers.base.memory()));
        parts
    }
}

/// Where a hit stands in the whole order.
fn key(segment: &Segment, query: &Query, found: &Found) -> SortKey {
    let mut key = segment.key(query.sort(), found.unknown, found.slot);
    if let (Sort::Distance, Some(metres)) = (query.sort(), found.distance_m) {
        key.value = KeyValue::Distance(metres);
    }
    key
}
