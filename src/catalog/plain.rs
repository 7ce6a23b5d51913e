//! A catalog that looks at every listing: for the time being.

use std::{collections::HashSet, sync::Arc};

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    listing::{Listing, ListingClass, ListingRecord},
    names::{NameQuery, fold_name},
    providers::{Directory, ExactKey, Found, ProviderRecord},
    query::{Answer, Filters, Hit, KeyValue, LeftOut, Place, Query, Sort, SortKey},
    space::distance_m,
};
use crate::domain::place::LatLon;

#[derive(Debug)]
pub struct Change {
    pub provider: Uuid,
    pub record: Option<ProviderRecord>,
    pub listings: Vec<ListingRecord>,
}

impl Change {
    pub fn remove(provider: Uuid) -> Self {
        Self { provider, record: None, listings: Vec::new() }
    }
    pub fn put(record: ProviderRecord, listings: Vec<ListingRecord>) -> Self {
        Self { provider: record.id, record: Some(record), listings }
    }
}

#[derive(Debug)]
pub struct CatalogBuilder {
    as_of: NaiveDate,
    fictional: bool,
    records: Vec<ProviderRecord>,
    listings: Vec<ListingRecord>,
}

impl CatalogBuilder {
    pub fn new(as_of: NaiveDate, fictional: bool) -> Self {
        Self { as_of, fictional, records: Vec::new(), listings: Vec::new() }
    }
    pub fn push(&mut self, change: Change) {
        self.records.extend(change.record);
        self.listings.extend(change.listings);
    }
    pub fn build(self, revision: i64) -> Catalog {
        let listings = self.listings.into_iter().map(|r| Arc::new((Listing::new(&r), r))).collect();
        Catalog {
            as_of: self.as_of,
            fictional: self.fictional,
            revision,
            listings,
            directory: Directory::new(self.records),
        }
    }
}

#[derive(Debug)]
pub struct Catalog {
    as_of: NaiveDate,
    fictional: bool,
    revision: i64,
    listings: Vec<Arc<(Listing, ListingRecord)>>,
    directory: Directory,
}

#[derive(Debug)]
pub struct CatalogHandle(ArcSwap<Catalog>);
impl CatalogHandle {
    pub fn new(catalog: Catalog) -> Self {
        Self(ArcSwap::from_pointee(catalog))
    }
    pub fn load(&self) -> Arc<Catalog> {
        self.0.load_full()
    }
    pub fn store(&self, catalog: Catalog) {
        self.0.store(Arc::new(catalog));
    }
}

enum Tri {
    Yes,
    No,
    Unknown,
}

impl Catalog {
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }
    pub fn fictional(&self) -> bool {
        self.fictional
    }
    pub fn revision(&self) -> i64 {
        self.revision
    }
    pub fn is_empty(&self) -> bool {
        self.directory.count() == 0
    }
    pub fn needs_rebuild(&self) -> bool {
        self.directory.recent() > 1000
    }
    pub fn provider(&self, id: Uuid) -> Option<&ProviderRecord> {
        self.directory.get(id)
    }
    pub fn listing(&self, id: Uuid) -> Option<&Listing> {
        self.listings.iter().find(|l| l.1.id == id).map(|l| &l.0)
    }
    pub fn find_clinic(&self, key: &str) -> Found {
        self.directory.find_site(key)
    }
    pub fn find_provider(&self, key: &str) -> Found {
        self.directory.find_provider(key)
    }
    pub fn providers_with(&self, kind: ExactKey, key: &str) -> Vec<Uuid> {
        self.directory.with_key(kind, key)
    }
    pub fn providers_named_like(&self, typed: &str, limit: usize) -> Vec<Uuid> {
        NameQuery::new(typed)
            .map(|q| self.directory.named_like(&q, typed, limit))
            .unwrap_or_default()
    }
    pub fn providers_page(
        &self,
        after: Option<&(String, Uuid)>,
        limit: usize,
    ) -> Vec<(String, Uuid)> {
        self.directory.page(after, limit)
    }
    pub fn provider_count(&self) -> usize {
        self.directory.count()
    }
    pub fn providers_in(&self, place: Place) -> Vec<Uuid> {
        self.listings
            .iter()
            .filter(|l| within(place, l.1.point).is_some())
            .map(|l| l.1.provider)
            .collect()
    }
    pub fn patched(&self, revision: i64, changes: Vec<Change>) -> Self {
        let gone: HashSet<Uuid> = changes.iter().map(|c| c.provider).collect();
        let mut listings: Vec<_> =
            self.listings.iter().filter(|l| !gone.contains(&l.1.provider)).cloned().collect();
        let mut records = Vec::new();
        for change in changes {
            listings.extend(change.listings.into_iter().map(|r| Arc::new((Listing::new(&r), r))));
            records.push((change.provider, change.record));
        }
        Self {
            as_of: self.as_of,
            fictional: self.fictional,
            revision,
            listings,
            directory: self.directory.patched(records),
        }
    }
    pub fn search(&self, q: &Query) -> Answer<'_> {
        let mut total = 0;
        let mut left_out = LeftOut::default();
        let mut found = Vec::new();
        for l in &self.listings {
            let (listing, r) = (&l.0, &l.1);
            let Some(d) = within(q.place, r.point) else { continue };
            if let Some(names) = &q.names {
                let all: Vec<String> =
                    r.other_names.iter().chain([&r.name]).map(|n| fold_name(n)).collect();
                if !names.matches_plain(&all) {
                    continue;
                }
            }
            let unknown = match matches(&q.filters, r) {
                Tri::No => continue,
                Tri::Yes => false,
                Tri::Unknown => true,
            };
            if unknown && !(q.include_unknown && q.view.shows(r.class)) {
                left_out.unknown += 1;
                continue;
            }
            if !q.view.shows(r.class) {
                let at = ListingClass::ALL.iter().position(|c| *c == r.class).unwrap_or(0);
                if let Some(n) = left_out.by_class.get_mut(at) {
                    *n += 1;
                }
                continue;
            }
            total += 1;
            let value = match q.sort() {
                Sort::Distance => d.map_or(KeyValue::Missing, KeyValue::Distance),
                Sort::CourseCost => r.course_min_cents.map_or(KeyValue::Missing, KeyValue::Cents),
                Sort::SessionPrice => {
                    r.session_min_cents.map_or(KeyValue::Missing, KeyValue::Cents)
                }
                Sort::Name => KeyValue::Name(fold_name(&r.name)),
                Sort::VerifiedAt => r.verified_on.map_or(KeyValue::Missing, KeyValue::Day),
            };
            let key = SortKey { unknown, value, id: r.id };
            if q.after.as_ref().is_none_or(|a| key.order(a).is_gt()) {
                found.push((key, Hit { listing, distance_m: d, unknown }));
            }
        }
        found.sort_by(|a, b| a.0.order(&b.0));
        let more = found.len() > q.limit;
        found.truncate(q.limit);
        let next = if more { found.last().map(|f| f.0.clone()) } else { None };
        Answer { hits: found.into_iter().map(|f| f.1).collect(), total, left_out, next }
    }
}

fn within(place: Place, point: Option<LatLon>) -> Option<Option<f64>> {
    match place {
        Place::Everywhere => Some(None),
        Place::Circle { center, radius_m } => {
            let d = distance_m(center, point?);
            (d <= radius_m).then_some(Some(d))
        }
        Place::Box { south, west, north, east } => {
            let p = point?;
            let lon = if west <= east {
                west <= p.lon && p.lon <= east
            } else {
                p.lon >= west || p.lon <= east
            };
            (south <= p.lat && p.lat <= north && lon).then_some(None)
        }
    }
}

fn matches(f: &Filters, r: &ListingRecord) -> Tri {
    let mut unknown = false;
    let mut check = |v: Option<bool>| match v {
        Some(true) => true,
        Some(false) => false,
        None => {
            unknown = true;
            true
        }
    };
    fn any<T: PartialEq>(wanted: &[T], list: Option<&Vec<T>>) -> Option<bool> {
        if wanted.is_empty() {
            return Some(true);
        }
        list.map(|l| wanted.iter().any(|w| l.contains(w)))
    }
    let ok = (f.states.is_empty() || check(r.state.map(|s| f.states.contains(&s))))
        && (f.statuses.is_empty() || f.statuses.contains(&r.status))
        && (f.routes.is_empty()
            || check(if f.routes.iter().any(|x| r.routes.items.contains(x)) {
                Some(true)
            } else if r.routes.complete {
                Some(false)
            } else {
                None
            }))
        && check(any(&f.indications, r.indications.as_ref()))
        && check(any(&f.payments, r.payments.as_ref()))
        && (f.payments_not.is_empty()
            || check(any(&f.payments_not, r.payments.as_ref()).map(|b| !b)))
        && (f.languages.is_empty()
            || check(r.languages.as_ref().map(|l| {
                f.languages.iter().any(|w| {
                    l.iter().any(|x| {
                        x.to_lowercase() == w.to_lowercase()
                            || x.to_lowercase().starts_with(&format!("{}-", w.to_lowercase()))
                    })
                })
            })))
        && (f.payers.is_empty()
            || check(r.payers.as_ref().map(|l| {
                f.payers.iter().any(|w| l.iter().any(|x| x.to_lowercase() == w.to_lowercase()))
            })))
        && check(any(&f.credentials, r.credentials.as_ref()))
        && check(any(&f.credential_tiers, r.credential_tiers.as_ref()))
        && (f.accepting.is_empty() || check(r.accepting.map(|a| f.accepting.contains(&a))))
        && f.integration.is_none_or(|w| check(r.integration.map(|v| v == w)))
        && f.follow_up.is_none_or(|w| check(r.follow_up.map(|v| v == w)))
        && f.max_session_cents.is_none_or(|m| check(r.session_min_cents.map(|v| v <= m)))
        && f.max_course_cents.is_none_or(|m| check(r.course_min_cents.map(|v| v <= m)))
        && f.verified_since.is_none_or(|d| check(r.verified_on.map(|v| v >= d)))
        && f.open_at.is_none_or(|m| check(r.hours.as_ref().map(|h| h.is_open(m))));
    if !ok {
        Tri::No
    } else if unknown {
        Tri::Unknown
    } else {
        Tri::Yes
    }
}
