//! The catalog against brute force, and its edges one by one.

mod edges;
mod oracle;
mod patches;
mod providers;
mod synthetic;

use bedside::catalog::{
    Answer, Catalog, CatalogBuilder, Listing, ListingRecord, Place, Query, SortKey,
};
use oracle::Expected;
use synthetic::{Synthetic, as_of};
use uuid::Uuid;

fn catalog(records: &[ListingRecord]) -> Catalog {
    let mut builder = CatalogBuilder::new(1, as_of(), true);
    records.iter().for_each(|record| builder.listing(record));
    builder.finish()
}

/// Every listing of a place, whatever its class.
fn all_in(catalog: &Catalog, place: Place, most: usize) -> Option<Vec<&Listing>> {
    catalog.every_listing(Query { place, ..Query::default() }, most)
}

fn ids(answer: &Answer<'_>) -> Vec<Uuid> {
    answer.hits.iter().map(|hit| hit.listing.id()).collect()
}

/// Asserts that an answer is what brute force says.
fn assert_same(answer: &Answer<'_>, expected: &Expected<'_>, query: &Query) {
    let page: Vec<_> = expected.matches.iter().take(query.limit).collect();
    let wanted: Vec<Uuid> = page.iter().map(|(key, _)| key.id).collect();
    assert_eq!(ids(answer), wanted, "hits of {query:?}");
    for (hit, (key, _)) in answer.hits.iter().zip(&page) {
        assert_eq!(hit.unknown, key.unknown, "section in {query:?}");
        if let bedside::catalog::KeyValue::Distance(metres) = key.value {
            assert_eq!(hit.distance_m, Some(metres), "distance in {query:?}");
        }
    }
    let next = (expected.matches.len() > query.limit)
        .then(|| page.last().map(|(key, _)| key.clone()))
        .flatten();
    assert_eq!(answer.next, next, "next of {query:?}");
    let counts = (answer.total, answer.left_out.unknown, answer.left_out.by_class);
    let wanted = (expected.total, expected.unknown, expected.by_class);
    assert_eq!(counts, wanted, "counts of {query:?}");
}

/// Asks the same in both ways; the words of a name search are those that it was made of.
fn check(catalog: &Catalog, records: &[ListingRecord], query: &Query) -> Option<SortKey> {
    let words = query.names.as_ref().map(|names| names.words().to_vec()).unwrap_or_default();
    let answer = catalog.search(query);
    assert_same(&answer, &oracle::answer(records, query, &words), query);
    answer.next
}

#[test]
fn a_thousand_queries_answer_as_brute_force_does() {
    let mut synthetic = Synthetic::new(20_814);
    let records = synthetic.listings(6_000);
    let catalog = catalog(&records);
    let (mut found, mut left_out) = (0, 0);
    for _ in 0..1_000 {
        let query = synthetic.any_query();
        check(&catalog, &records, &query);
        let answer = catalog.search(&query);
        found += usize::from(answer.total > 0);
        left_out += usize::from(answer.left_out.sum() > 0);
    }
    assert!(found > 300 && left_out > 500, "the queries say something: {found}, {left_out}");
}

#[test]
fn filters_that_match_next_to_nothing_answer_as_brute_force_does() {
    let mut synthetic = Synthetic::new(7);
    let records = synthetic.listings(6_000);
    let catalog = catalog(&records);
    for _ in 0..100 {
        let mut query = synthetic.any_query();
        synthetic.rare_filter(&mut query.filters);
        check(&catalog, &records, &query);
    }
}

#[test]
fn pages_one_after_another_are_one_big_page() {
    let mut synthetic = Synthetic::new(99);
    let records = synthetic.listings(3_000);
    let catalog = catalog(&records);
    let mut pages = 0;
    for _ in 0..100 {
        let mut query = synthetic.any_query();
        query.limit = 1_000_000;
        let whole = ids(&catalog.search(&query));
        query.limit = whole.len() / 7 + 1;
        let mut walked = Vec::new();
        loop {
            let answer = catalog.search(&query);
            walked.extend(ids(&answer));
            pages += 1;
            assert_eq!(usize::try_from(answer.total).unwrap(), whole.len(), "{query:?}");
            let Some(next) = check(&catalog, &records, &query) else { break };
            query.after = Some(next);
        }
        assert_eq!(walked, whole, "{query:?}");
    }
    assert!(pages > 200, "{pages}");
}

#[test]
fn the_order_of_taking_in_changes_no_answer() {
    let mut synthetic = Synthetic::new(3);
    let records = synthetic.listings(2_000);
    let mut turned = records.clone();
    turned.reverse();
    turned.rotate_left(777);
    let (one, other) = (catalog(&records), catalog(&turned));
    for _ in 0..100 {
        let query = synthetic.any_query();
        let (a, b) = (one.search(&query), other.search(&query));
        assert_eq!(ids(&a), ids(&b));
        assert_eq!((a.total, a.left_out, a.next), (b.total, b.left_out, b.next));
    }
}

#[test]
fn every_published_listing_of_the_place_counts_once_or_fails_a_filter() {
    let mut synthetic = Synthetic::new(11);
    let records = synthetic.listings(2_000);
    let catalog = catalog(&records);
    for _ in 0..50 {
        let mut query = synthetic.city_query();
        query.filters = Default::default();
        let answer = catalog.search(&query);
        let there = all_in(&catalog, query.place, records.len()).unwrap();
        let counted = usize::try_from(answer.total + answer.left_out.sum()).unwrap();
        assert_eq!(counted, there.len());
        assert!(there.is_empty() || all_in(&catalog, query.place, there.len() - 1).is_none());
    }
}
