//! A search for another date: the listings of the place that look different then are evaluated
//! anew, and laid over the catalog.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    App,
    picture::{self, Easel},
    search::{MAX_REEVALUATED, SearchError},
};
use crate::catalog::{Catalog, Change, Filters, Listing, Place, Query};

/// The catalog as the query sees it on another date.
pub(super) fn catalog_for(
    app: &App,
    catalog: &Catalog,
    query: &Query,
    as_of: NaiveDate,
) -> Result<Catalog, SearchError> {
    if query.place == Place::Everywhere {
        return Err(SearchError::DateNeedsPlace(catalog.as_of()));
    }
    let different = catalog
        .every_listing(that_differ(query, as_of), MAX_REEVALUATED)
        .ok_or_else(|| SearchError::TooManyForDate(catalog.as_of()))?;
    let anew = drawn(catalog, &different, app.easel(as_of));
    Ok(catalog.patched(catalog.revision(), &anew))
}

/// The question for what another date can change in an answer: whatever differs then, as far as
/// no filter leaves it out on any date.
fn that_differ(query: &Query, as_of: NaiveDate) -> Query {
    let asked = query.filters.clone();
    Query {
        place: query.place,
        names: query.names.clone(),
        filters: Filters {
            // These rest on what is judged by the date.
            statuses: Vec::new(),
            routes: Vec::new(),
            credentials: Vec::new(),
            credential_tiers: Vec::new(),
            max_session_cents: None,
            max_course_cents: None,
            verified_since: None,
            differs_on: Some(as_of),
            ..asked
        },
        include_unknown: true,
        ..Query::default()
    }
}

/// The listings of the providers of some, drawn anew.
fn drawn(catalog: &Catalog, listings: &[&Listing], easel: Easel<'_>) -> Vec<Change> {
    let providers: BTreeSet<Uuid> = listings.iter().map(|listing| listing.provider()).collect();
    providers
        .into_iter()
        .filter_map(|id| picture::unpack(catalog.provider(id)?.detail()))
        .flat_map(|provider| picture::listings(easel, provider))
        .map(|record| Change::Listing(Box::new(record)))
        .collect()
}
