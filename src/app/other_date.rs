//! A search for another date: the listings of the place that look different then are evaluated
//! anew, and laid over the catalog. That is kept for a while, since the next page and the next
//! filter ask for the same.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    App,
    picture::{self, Easel},
    search::{MAX_REEVALUATED, SearchError},
};
use crate::catalog::{Catalog, Change, Filters, Listing, Place, Query};

/// The most questions whose catalogs are kept.
const KEPT: usize = 16;

/// The last few catalogs that were laid out for other dates.
#[derive(Debug, Default)]
pub struct OtherDates(Mutex<Vec<Laid>>);

/// A catalog for another date.
#[derive(Debug)]
struct Laid {
    as_of: NaiveDate,
    /// What was asked, see [`that_differ`].
    question: Query,
    /// The catalog that it was laid over; it holds for no other.
    base: Arc<Catalog>,
    /// How many listings were evaluated anew.
    drawn: usize,
    catalog: Arc<Catalog>,
}

impl OtherDates {
    fn all(&self) -> MutexGuard<'_, Vec<Laid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, base: &Arc<Catalog>, as_of: NaiveDate, question: &Query) -> Option<Arc<Catalog>> {
        let all = self.all();
        let mut fitting = all.iter().filter(|laid| Arc::ptr_eq(&laid.base, base));
        let found = fitting.find(|laid| laid.as_of == as_of && laid.question == *question)?;
        Some(Arc::clone(&found.catalog))
    }

    /// Keeps one more, and of the others the newest for which there is room.
    fn keep(&self, laid: Laid) {
        let mut all = self.all();
        all.insert(0, laid);
        let mut room = MAX_REEVALUATED;
        let fits = |laid: &&Laid| {
            let left = room.checked_sub(laid.drawn);
            room = left.unwrap_or_default();
            left.is_some()
        };
        let fitting = all.iter().take(KEPT).take_while(fits).count();
        all.truncate(fitting);
    }

    /// Forgets what was laid over other catalogs than this one, which would stay in memory.
    pub(super) fn keep_only(&self, base: &Arc<Catalog>) {
        self.all().retain(|laid| Arc::ptr_eq(&laid.base, base));
    }
}

/// The catalog as the query sees it on another date.
pub(super) fn catalog_for(
    app: &App,
    base: &Arc<Catalog>,
    query: &Query,
    as_of: NaiveDate,
) -> Result<Arc<Catalog>, SearchError> {
    let question = that_differ(base, query, as_of)?;
    if let Some(kept) = app.other_dates.get(base, as_of, &question) {
        return Ok(kept);
    }
    let different = base
        .every_listing(question.clone(), MAX_REEVALUATED)
        .ok_or_else(|| SearchError::TooManyForDate(base.as_of()))?;
    let anew = drawn(base, &different, app.easel(as_of));
    let catalog = Arc::new(base.patched(base.revision(), &anew));
    let drawn = different.len();
    let laid = Laid { as_of, question, base: Arc::clone(base), drawn, catalog };
    let catalog = Arc::clone(&laid.catalog);
    app.other_dates.keep(laid);
    Ok(catalog)
}

/// How many listings [`catalog_for`] has to evaluate anew: none where that was done before.
pub(super) fn to_evaluate(
    app: &App,
    base: &Arc<Catalog>,
    query: &Query,
    as_of: NaiveDate,
) -> Result<u64, SearchError> {
    let question = that_differ(base, query, as_of)?;
    if app.other_dates.get(base, as_of, &question).is_some() {
        return Ok(0);
    }
    match base.count(question) {
        many if usize::try_from(many).is_ok_and(|many| many <= MAX_REEVALUATED) => Ok(many),
        _ => Err(SearchError::TooManyForDate(base.as_of())),
    }
}

/// The question for what another date can change in an answer: whatever differs then, as far as
/// no filter leaves it out on any date.
fn that_differ(base: &Catalog, query: &Query, as_of: NaiveDate) -> Result<Query, SearchError> {
    if query.place == Place::Everywhere {
        return Err(SearchError::DateNeedsPlace(base.as_of()));
    }
    let asked = query.filters.clone();
    Ok(Query {
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
    })
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
