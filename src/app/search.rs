//! Search: from a question to the nearest clinics, in one look at one catalog.

mod bytes_out;

use bytes_out::Body;
use chrono::TimeDelta;

use super::{
    App,
    answer::{ClinicItem, Crisis, Distance, LeftOut, Origin, PageLinks, SearchAnswer, SearchMeta},
    cursor::CursorError,
    request::{Filters, Place, SearchRequest, Sort, Unknowns, View},
};
use crate::{
    catalog::{self, Answer, Catalog, Hit, NameQuery, Query, SortKey},
    domain::{Accepting, place::LatLon},
    gazetteer::Resolution,
};

pub use bytes_out::Shape;

/// The most listings that a search for another date evaluates anew. The API promises so many; one
/// such search runs at a time, so that a stranger cannot make the others wait.
pub const MAX_REEVALUATED: usize = 20_000;

/// Why a search was refused.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The gazetteer does not know the place.
    #[error("no place is known as `{0}`")]
    PlaceNotFound(String),
    /// The text names several places.
    #[error("`{text}` names several places")]
    AmbiguousPlace {
        /// What was asked for.
        text: String,
        /// The places, most populous first.
        candidates: Vec<Origin>,
    },
    /// The cursor was refused.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Another date was asked for, and there is too much to evaluate anew.
    #[error(
        "more than {MAX_REEVALUATED} clinics of this place would have to be evaluated anew for a \
         date other than {0}; choose a smaller radius, or a date nearer to it"
    )]
    TooManyForDate(chrono::NaiveDate),
    /// Another date was asked for without a place.
    #[error("for a date other than {0} a search needs a place")]
    DateNeedsPlace(chrono::NaiveDate),
    /// Our own page is not what we promise; a test rules it out.
    #[error("the answer cannot be read back")]
    Unreadable(#[source] serde_json::Error),
}

/// A page of results, ready to be sent.
#[derive(Debug)]
pub struct SearchPage {
    /// The JSON or GeoJSON body.
    pub body: Vec<u8>,
    /// The revision of the catalog that answered.
    pub revision: u64,
    /// The cursor of the next page; none on the last one.
    pub next_cursor: Option<String>,
}

/// How the answer is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'a> {
    /// JSON or GeoJSON.
    pub shape: Shape,
    /// The address of this page, and what the next page's cursor is appended to:
    /// `…?a=b&cursor=`.
    pub this: &'a str,
    /// See `this`.
    pub next_prefix: &'a str,
}

/// The question with its place found: what the catalog is asked, and where from.
struct Located {
    query: Query,
    origin: Option<Origin>,
    interpreted: Option<&'static str>,
    /// True where nothing can match: a name without a letter or digit, or two states at once.
    nothing: bool,
}

/// Answers a search from the catalog that is current at the call.
///
/// # Errors
/// An unknown or ambiguous place, a bad cursor, or another date with too much to evaluate.
pub fn search(
    app: &App,
    request: &SearchRequest,
    rendering: Rendering<'_>,
) -> Result<SearchPage, SearchError> {
    find(app, request, |hits, meta| SearchPage {
        body: Body::new(rendering.shape, hits).write(hits, &meta, &rendering),
        revision: meta.revision,
        next_cursor: meta.next_cursor,
    })
}

/// How many listings have to be evaluated anew before a search can be answered: none for the
/// catalog's own date, or where that was done before. Costs as much as an ordinary search.
///
/// # Errors
/// An unknown or ambiguous place, or another date with too much to evaluate.
pub fn to_evaluate(app: &App, request: &SearchRequest) -> Result<u64, SearchError> {
    let catalog = app.catalog.load();
    match request.as_of.filter(|date| *date != catalog.as_of()) {
        None => Ok(0),
        Some(as_of) => {
            let query = locate(app, request, as_of)?.query;
            super::other_date::to_evaluate(app, &catalog, &query, as_of)
        }
    }
}

/// The answer to a search as typed values, for those who show it in another form.
///
/// # Errors
/// As [`search`].
pub fn answer(app: &App, request: &SearchRequest) -> Result<SearchAnswer, SearchError> {
    let (data, meta) = each(app, request, |found| found.read())?;
    Ok(SearchAnswer { data, meta, links: PageLinks { this: String::new(), next: None } })
}

/// The same answer, each of its listings as `show` takes it from the catalog.
///
/// # Errors
/// As [`search`], and those of `show`.
pub fn each<T>(
    app: &App,
    request: &SearchRequest,
    mut show: impl FnMut(&Found<'_>) -> Result<T, SearchError>,
) -> Result<(Vec<T>, SearchMeta), SearchError> {
    find(app, request, |hits, meta| {
        let shown: Result<Vec<T>, _> = hits.iter().map(|hit| show(&Found { hit })).collect();
        Ok((shown?, meta))
    })?
}

/// A listing of a page of results, as the catalog keeps it.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    hit: &'a Hit<'a>,
}

impl Found<'_> {
    /// The site's id.
    #[must_use]
    pub const fn id(&self) -> uuid::Uuid {
        self.hit.listing.id()
    }

    /// How far it is from the middle of the search, rounded as answers round it.
    #[must_use]
    pub fn distance(&self) -> Option<Distance> {
        self.hit.distance_m.map(Distance::of)
    }

    /// Its item's bytes without the distance, in two parts. The same bytes say the same.
    #[must_use]
    pub fn bytes(&self) -> (&[u8], &[u8]) {
        self.hit.listing.item()
    }

    /// Its item as a value.
    ///
    /// # Errors
    /// [`SearchError::Unreadable`], which a test rules out.
    pub fn read(&self) -> Result<ClinicItem, SearchError> {
        Body::read(self.hit).map_err(SearchError::Unreadable)
    }
}

/// Looks once at one catalog, and shows the listings of the page with what goes with them.
fn find<T>(
    app: &App,
    request: &SearchRequest,
    show: impl FnOnce(&[Hit<'_>], SearchMeta) -> T,
) -> Result<T, SearchError> {
    let now = app.clock.now();
    let catalog = app.catalog.load();
    let as_of = request.as_of.unwrap_or_else(|| catalog.as_of());
    let canonical = request.canonical();

    let mut located = locate(app, request, as_of)?;
    if let Some(cursor) = &request.cursor {
        located.query.after = Some(app.cursors.open::<SortKey>(&canonical, cursor, now)?);
    }

    let other_date;
    let catalog: &Catalog = if as_of == catalog.as_of() {
        &catalog
    } else {
        other_date = super::other_date::catalog_for(app, &catalog, &located.query, as_of)?;
        &other_date
    };

    let answer = if located.nothing {
        Answer { hits: Vec::new(), total: 0, left_out: Default::default(), next: None }
    } else {
        catalog.search(&located.query)
    };
    let next = answer.next.as_ref().and_then(|key| app.cursors.seal(&canonical, key, now));
    let meta = SearchMeta {
        total: answer.total,
        limit: request.limit,
        view: request.view,
        interpreted: located.interpreted.map(str::to_owned),
        revision: catalog.public_revision(),
        as_of,
        fictional: catalog.fictional(),
        origin: located.origin,
        left_out: left_out(&answer.left_out),
        next_cursor: next,
        crisis: Crisis::default(),
        operator: app.operator.clone(),
    };
    Ok(show(&answer.hits, meta))
}

/// Finds the place, and says what the catalog is to be asked.
fn locate(
    app: &App,
    request: &SearchRequest,
    as_of: chrono::NaiveDate,
) -> Result<Located, SearchError> {
    let gazetteer = &app.gazetteer;
    let mut query = Query {
        filters: filters(&request.filters, as_of),
        view: view(request.view),
        include_unknown: request.unknown == Unknowns::Include,
        sort: sort(request.sort),
        limit: request.limit.into(),
        ..Query::default()
    };
    let circle = |center: LatLon| catalog::Place::Circle { center, radius_m: request.radius_m };
    let named = || request.q.as_deref().and_then(NameQuery::new);
    let mut nothing = false;

    let (place, origin, names, interpreted) = match (&request.place, request.q.as_deref()) {
        (Place::PostalCode(zip), _) => {
            let found =
                gazetteer.zip(zip).map_err(|_error| SearchError::PlaceNotFound(zip.clone()))?;
            let origin = Origin::from(&found);
            (circle(found.point), Some(origin), named(), "name")
        }
        (Place::City { city, state }, _) => {
            let found = gazetteer
                .city(city, *state)
                .ok_or_else(|| SearchError::PlaceNotFound(format!("{city}, {state}")))?;
            let origin = Origin::from(&found);
            (circle(found.point), Some(origin), named(), "name")
        }
        (Place::Point(point), _) => {
            let origin = Origin::of_point(*point);
            (circle(*point), Some(origin), named(), "name")
        }
        (Place::Box(b), _) => {
            let place = catalog::Place::Box {
                south: b.min_lat,
                west: b.min_lon,
                north: b.max_lat,
                east: b.max_lon,
            };
            (place, None, named(), "name")
        }
        (Place::None, None) => (catalog::Place::Everywhere, None, None, "name"),
        (Place::None, Some(text)) => match gazetteer.resolve(text) {
            Resolution::Found(found) => {
                (circle(found.point), Some(Origin::from(&found)), None, "place")
            }
            // "Washington" is a state and a city: whoever typed it is asked, not guessed.
            Resolution::Ambiguous(candidates) | Resolution::State { places: candidates, .. }
                if !candidates.is_empty() =>
            {
                return Err(SearchError::AmbiguousPlace {
                    text: text.to_owned(),
                    candidates: candidates.iter().map(Origin::from).collect(),
                });
            }
            Resolution::State { state, .. } => {
                let states = &mut query.filters.states;
                nothing = !states.is_empty() && !states.contains(&state);
                *states = vec![state];
                (catalog::Place::Everywhere, None, None, "place")
            }
            Resolution::Unknown | Resolution::Ambiguous(_) if is_zip_like(text) => {
                return Err(SearchError::PlaceNotFound(text.to_owned()));
            }
            Resolution::Unknown | Resolution::Ambiguous(_) => {
                (catalog::Place::Everywhere, None, named(), "name")
            }
        },
    };
    query.place = place;
    query.names = names;
    let interpreted = request.q.is_some().then_some(interpreted);
    nothing |= interpreted == Some("name") && query.names.is_none();
    Ok(Located { query, origin, interpreted, nothing })
}

/// Five digits are a ZIP code that nobody knows, never a clinic's name.
fn is_zip_like(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit())
}

fn filters(filters: &Filters, as_of: chrono::NaiveDate) -> catalog::Filters {
    let cents = |cents: i64| u32::try_from(cents).unwrap_or(u32::MAX);
    catalog::Filters {
        states: filters.states.clone(),
        statuses: filters.statuses.clone(),
        routes: filters.routes.clone(),
        indications: filters.indications.clone(),
        payments: filters.payments.clone(),
        payments_not: filters.payments_not.clone(),
        languages: filters.languages.clone(),
        payers: filters.coverage.clone(),
        credentials: filters.credentials.clone(),
        credential_tiers: filters.credential_tiers.clone(),
        accepting: match filters.accepting {
            None => Vec::new(),
            Some(true) => vec![Accepting::New],
            Some(false) => {
                Accepting::ALL.iter().copied().filter(|code| *code != Accepting::New).collect()
            }
        },
        integration: filters.integration,
        follow_up: filters.follow_up,
        max_session_cents: filters.max_session_price.map(cents),
        max_course_cents: filters.max_course_cost.map(cents),
        verified_since: filters
            .verified_within_days
            .and_then(|days| as_of.checked_sub_signed(TimeDelta::try_days(days.into())?)),
        differs_on: None,
        open_at: filters.open_at.map(catalog::minute_of_week),
    }
}

const fn view(view: View) -> catalog::View {
    match view {
        View::Default => catalog::View::DEFAULT,
        View::Supervised => catalog::View::SUPERVISED,
        View::All => catalog::View::ALL,
    }
}

const fn sort(sort: Sort) -> catalog::Sort {
    match sort {
        Sort::Distance => catalog::Sort::Distance,
        Sort::CourseCost => catalog::Sort::CourseCost,
        Sort::SessionPrice => catalog::Sort::SessionPrice,
        Sort::Name => catalog::Sort::Name,
        Sort::VerifiedAt => catalog::Sort::VerifiedAt,
    }
}

fn left_out(counted: &catalog::LeftOut) -> LeftOut {
    let [
        closed,
        no_dosing_on_site,
        out_of_scope,
        flagged,
        insufficient,
        caution,
        not_accredited,
        _,
    ] = counted.by_class;
    LeftOut {
        unknown: counted.unknown,
        closed,
        no_dosing_on_site,
        out_of_scope,
        flagged,
        insufficient_information: insufficient,
        caution,
        not_accredited,
    }
}
