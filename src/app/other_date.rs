//! A search for another date: the providers of the place are evaluated anew for it, and a
//! small catalog of them answers.

use std::{collections::BTreeSet, thread};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    App,
    picture::{self, Easel},
    search::{MAX_REEVALUATED, SearchError},
};
use crate::catalog::{Catalog, CatalogBuilder, ListingRecord, Place, Query};

/// A catalog for `as_of` of every published listing in the query's place.
pub(super) fn catalog_for(
    app: &App,
    catalog: &Catalog,
    query: &Query,
    as_of: NaiveDate,
) -> Result<Catalog, SearchError> {
    if query.place == Place::Everywhere {
        return Err(SearchError::DateNeedsPlace(catalog.as_of()));
    }
    let listings = catalog
        .listings_in(query.place, MAX_REEVALUATED)
        .ok_or_else(|| SearchError::TooManyForDate(catalog.as_of()))?;
    let wanted: BTreeSet<Uuid> = listings.iter().map(|listing| listing.provider()).collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    let mut builder = CatalogBuilder::new(catalog.revision(), as_of, catalog.fictional());
    for record in drawn(catalog, &wanted, app.easel(as_of)) {
        builder.listing(&record);
    }
    Ok(builder.finish())
}

/// The sites of providers, drawn on all processors, a share on each.
fn drawn(catalog: &Catalog, providers: &[Uuid], easel: Easel<'_>) -> Vec<ListingRecord> {
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let share = providers.len().div_ceil(threads).max(32);
    let draw = |share: &[Uuid]| -> Vec<ListingRecord> {
        share
            .iter()
            .filter_map(|id| picture::unpack(catalog.provider(*id)?.detail()))
            .flat_map(|provider| picture::listings(easel, provider))
            .collect()
    };
    thread::scope(|scope| {
        let workers: Vec<_> =
            providers.chunks(share).map(|share| scope.spawn(move || draw(share))).collect();
        workers
            .into_iter()
            .flat_map(|worker| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}
