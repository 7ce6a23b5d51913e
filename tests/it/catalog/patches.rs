//! A patched catalog answers as one built anew does.

use std::collections::BTreeMap;

use bedside::catalog::{Catalog, CatalogHandle, Change, ListingRecord};
use uuid::Uuid;

use super::{catalog, check, synthetic::Synthetic};

/// A catalog and the records that it ought to hold.
struct Twin {
    catalog: Catalog,
    records: BTreeMap<Uuid, ListingRecord>,
}

impl Twin {
    fn new(records: Vec<ListingRecord>) -> Self {
        let catalog = catalog(&records);
        Self { catalog, records: records.into_iter().map(|record| (record.id, record)).collect() }
    }

    fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Listing(record) => {
                    self.records.insert(record.id, (**record).clone());
                }
                Change::NoListing(id) => {
                    self.records.remove(id);
                }
                Change::Provider(_) | Change::NoProvider(_) | Change::Gone(_) => {}
            }
        }
        self.catalog = self.catalog.patched(self.catalog.revision() + 1, changes);
    }

    fn check(&self, synthetic: &mut Synthetic, queries: usize) {
        let records: Vec<ListingRecord> = self.records.values().cloned().collect();
        assert_eq!(self.catalog.len(), records.len());
        for _ in 0..queries {
            let mut query = synthetic.any_query();
            query.limit = query.limit.min(30);
            for _ in 0..3 {
                let Some(next) = check(&self.catalog, &records, &query) else { break };
                query.after = Some(next);
            }
        }
        let mut listed: Vec<_> = self
            .catalog
            .listings()
            .map(|(class, listing)| (listing.id(), class, listing.last_checked_on()))
            .collect();
        listed.sort_unstable_by_key(|(id, ..)| *id);
        let ought = records.iter().map(|record| (record.id, record.class, record.last_checked_on));
        assert!(listed.into_iter().eq(ought));
        for record in records.iter().step_by(37) {
            assert_eq!(self.catalog.listing(record.id).unwrap().slug(), record.slug);
            let by_slug = self.catalog.listing_by_slug(&record.slug).unwrap();
            assert_eq!(by_slug.item().0, &record.item.bytes[..record.item.splice_at]);
            assert_eq!(self.catalog.class(record.id), Some(record.class));
        }
    }
}

/// New listings, changed ones and removed ones, some of them twice.
fn changes(twin: &Twin, synthetic: &mut Synthetic) -> Vec<Change> {
    let ids: Vec<Uuid> = twin.records.keys().copied().collect();
    let mut changes = Vec::new();
    for (at, id) in ids.iter().enumerate().step_by(61) {
        let mut record = synthetic.listing();
        if at % 2 == 0 {
            record.id = *id;
        }
        changes.push(Change::Listing(Box::new(record)));
        changes.push(Change::NoListing(ids[(at * 7 + 3) % ids.len()]));
    }
    changes.push(Change::NoListing(Uuid::from_u128(404)));
    changes
}

#[test]
fn patches_and_rebuilds_answer_as_brute_force_does() {
    let mut synthetic = Synthetic::new(42);
    let mut twin = Twin::new(synthetic.listings(2_500));
    for _ in 0..4 {
        let changes = changes(&twin, &mut synthetic);
        twin.apply(&changes);
        twin.check(&mut synthetic, 60);
    }
    let rebuilt = twin.catalog.rebuilt();
    assert_eq!(rebuilt.revision(), twin.catalog.revision());
    // What came while the rebuild was under way is not lost.
    for _ in 0..2 {
        let changes = changes(&twin, &mut synthetic);
        twin.apply(&changes);
    }
    twin.catalog = twin.catalog.rebased_on(&rebuilt);
    twin.check(&mut synthetic, 60);
    twin.catalog = twin.catalog.rebuilt();
    twin.check(&mut synthetic, 60);
}

#[test]
fn a_rebuild_is_due_after_a_thousand_changes_and_then_no_more() {
    let mut synthetic = Synthetic::new(8);
    let mut twin = Twin::new(synthetic.listings(10));
    let new = |synthetic: &mut Synthetic, count| -> Vec<Change> {
        synthetic.listings(count).into_iter().map(|r| Change::Listing(Box::new(r))).collect()
    };
    twin.apply(&new(&mut synthetic, 999));
    assert!(!twin.catalog.needs_rebuild());
    twin.apply(&new(&mut synthetic, 1));
    assert!(twin.catalog.needs_rebuild());
    assert!(!twin.catalog.rebuilt().needs_rebuild());
    assert_eq!(twin.catalog.rebuilt().len(), 1_010);
}

#[test]
fn readers_keep_the_catalog_that_they_loaded() {
    let mut synthetic = Synthetic::new(8);
    let records = synthetic.listings(3);
    let handle = CatalogHandle::new(catalog(&records));
    let loaded = handle.load();
    handle.store(handle.load_full().patched(2, &[Change::NoListing(records[0].id)]));
    assert!(loaded.listing(records[0].id).is_some());
    assert!(handle.load().listing(records[0].id).is_none());
    assert_eq!((loaded.revision(), handle.load().revision()), (1, 2));
}
