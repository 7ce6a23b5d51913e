//! A search for another date: the providers of the place are evaluated anew for it, and a
//! small catalog of them answers.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    App, picture,
    search::{MAX_REEVALUATED, SearchError},
};
use crate::catalog::{Catalog, CatalogBuilder, Change, Place, Query};

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
    let providers: BTreeSet<Uuid> = listings.iter().map(|listing| listing.provider()).collect();
    let mut builder = CatalogBuilder::new(catalog.revision(), as_of, catalog.fictional());
    for provider in providers {
        let Some(record) = catalog.provider(provider) else { continue };
        let Some(provider) = picture::unpack(record.detail()) else { continue };
        for change in picture::records(app.easel(as_of), provider, None) {
            if let Change::Listing(record) = change {
                builder.listing(&record);
            }
        }
    }
    Ok(builder.finish())
}
