//! A search for another date: the providers of the place are evaluated anew for it, and a
//! small catalog of them answers.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    App, picture,
    search::{MAX_REEVALUATED, SearchError},
};
use crate::catalog::{Catalog, CatalogBuilder, Filters, Place, Query, View};

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
    // The place alone: statuses and prices of the other date decide about the rest.
    let all = |limit| Query {
        place: query.place,
        filters: Filters::default(),
        view: View::ALL,
        limit,
        ..Query::default()
    };
    let counted = catalog.search(&all(0));
    let found = counted.total + counted.left_out.sum();
    if found > MAX_REEVALUATED {
        return Err(SearchError::TooManyForDate { catalog_date: catalog.as_of(), found });
    }
    let easel = app.easel(as_of);
    let mut builder = CatalogBuilder::new(as_of, catalog.fictional());
    for id in catalog.providers_in(query.place).into_iter().collect::<BTreeSet<Uuid>>() {
        let provider = catalog.provider(id).and_then(|record| picture::unpack(record.detail()));
        if let Some(provider) = provider {
            builder.push(picture::records(easel, provider, None));
        }
    }
    Ok(builder.build(catalog.revision()))
}
