//! The parameters of the search: what each means, and how they become a [`SearchRequest`].

use chrono::NaiveDate;

use crate::{
    app::request::{
        BoundingBox, DEFAULT_LIMIT, DEFAULT_RADIUS_M, Filters, MAX_RADIUS_M, Place, SearchRequest,
        Sort, Unit, Unknowns, View,
    },
    domain::{
        CredentialCode, CredentialTier, Indication, PaymentCode, Route, SafetyStatus, UsState,
        place::LatLon,
    },
    http::params::{Kind, Param, Params, documented_params},
};

/// The wire values of a code list.
macro_rules! codes_of {
    ($list:ty) => {
        $crate::http::params::Kind::Code(|| <$list>::ALL.iter().map(|code| code.as_str()).collect())
    };
}

pub(in crate::http) use codes_of;

/// A civil date as a constant.
const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

/// The first and the last date that a search may name.
const FIRST_DAY: NaiveDate = day(2000, 1, 1);
const LAST_DAY: NaiveDate = day(2100, 12, 31);

static POSTAL_CODE: Param = Param::one(
    "postal_code",
    Kind::Shaped { check: is_zip, pattern: r"^\d{5}$", words: "a ZIP code of five digits" },
    "20814",
    "Search around the centroid of this ZIP code.",
);
static CITY: Param = Param::one(
    "city",
    Kind::Text { max: 100 },
    "Bethesda",
    "Search around this place; needs `state`. Of several of that name the most populous counts.",
);
static STATE: Param = Param::many(
    "state",
    codes_of!(UsState),
    "MD",
    "With `city`: the state that it is in. Otherwise: the listing's address is in one of these.",
);
static LAT: Param = Param::one(
    "lat",
    Kind::Number { min: -90.0, max: 90.0 },
    "38.98",
    "Search around this point, degrees north; needs `lon`. In an address at most two decimals.",
);
static LON: Param = Param::one(
    "lon",
    Kind::Number { min: -180.0, max: 180.0 },
    "-77.1",
    "Degrees east; needs `lat`. In an address at most two decimals.",
);
static BBOX: Param = Param::one(
    "bbox",
    Kind::Box,
    "-77.3,38.8,-76.9,39.1",
    "Search inside this box: west, south, east, north in degrees, in an address at most two decimals each. West above east crosses the antimeridian. There is no distance, and the order is by name.",
);
static Q: Param = Param::one(
    "q",
    Kind::Text { max: 200 },
    "Bethesda MD",
    "With a place: words of a clinic's or provider's name. Alone: a place if the gazetteer knows it, otherwise a name; `meta.interpreted` says which.",
);
static RADIUS: Param = Param::one(
    "radius",
    Kind::Number { min: 0.0, max: MAX_RADIUS_M },
    "25",
    "How far from the place, in `unit`, inclusive; at most 500 miles. Needs a place with a centre.",
);
static UNIT: Param = Param::one("unit", codes_of!(Unit), "mi", "The unit of `radius`.").or("mi");
static ROUTE: Param = Param::many(
    "route",
    codes_of!(Route),
    "iv",
    "Is known to be given on site by one of these routes.",
);
static INDICATION: Param = Param::many(
    "indication",
    codes_of!(Indication),
    "treatment-resistant-depression",
    "Treats one of these.",
);
static PAYMENT: Param =
    Param::many("payment", codes_of!(PaymentCode), "payment-plan", "Takes one of these.");
static PAYMENT_NOT: Param =
    Param::many("payment_not", codes_of!(PaymentCode), "self-pay", "Takes none of these.");
static COVERAGE: Param = Param::many(
    "coverage",
    Kind::Text { max: 100 },
    "Aetna",
    "This payer pays, in network, out of network or case by case. Letter case does not matter.",
);
static CREDENTIAL: Param = Param::many(
    "credential",
    codes_of!(CredentialCode),
    "facet-3",
    "Holds one of these credentials, valid on the date of the answer.",
);
static CREDENTIAL_TIER: Param = Param::many(
    "credential_tier",
    codes_of!(CredentialTier),
    "A",
    "Holds a valid credential of one of these tiers. Only tier A is accreditation.",
);
static LANGUAGE: Param = Param::many(
    "language",
    Kind::Shaped {
        check: is_language,
        pattern: r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
        words: "a language tag such as en or es",
    },
    "es",
    "One of these languages is spoken: BCP 47.",
);
static ACCEPTING: Param =
    Param::one("accepting", Kind::Flag, "true", "Whether new patients are taken.");
static INTEGRATION: Param =
    Param::one("integration", Kind::Flag, "true", "Whether integration therapy is offered.");
static FOLLOW_UP: Param =
    Param::one("follow_up", Kind::Flag, "true", "Whether there is follow-up after the course.");
static MAX_SESSION_PRICE: Param = Param::one(
    "max_session_price",
    Kind::Integer { min: 0, max: MAX_CENTS },
    "60000",
    "The lowest session price is at most this, US cents.",
);
static MAX_COURSE_COST: Param = Param::one(
    "max_course_cost",
    Kind::Integer { min: 0, max: MAX_CENTS },
    "300000",
    "The lowest complete course cost is at most this, US cents.",
);
static STATUS: Param = Param::many(
    "status",
    codes_of!(SafetyStatus),
    "caution",
    "Has one of these safety statuses; implies `view=all`.",
);
static OPEN_AT: Param = Param::one(
    "open_at",
    Kind::DateTime { min: FIRST_DAY, max: LAST_DAY },
    "2026-11-23T10:00",
    "Open then, local time at the clinic. Hours that are not known are unknown, not closed.",
);
static VERIFIED_WITHIN_DAYS: Param = Param::one(
    "verified_within_days",
    Kind::Integer { min: 0, max: 3_650 },
    "90",
    "Every fact behind its label was observed within so many days before the date of the answer.",
);
static VIEW: Param = Param::one(
    "view",
    codes_of!(View),
    "all",
    "Which listings may be shown: `default` = accredited and supervised, `supervised` = supervised, `all` = every published one with its status. `meta.left_out` counts the others by reason.",
)
.or("default");
static SORT: Param = Param::one(
    "sort",
    codes_of!(Sort),
    "course_cost",
    "The order; ties by id, unknown last. `distance` without a centre is by name. Nobody can pay for a place in it.",
)
.or("distance");
static UNKNOWN: Param = Param::one(
    "unknown",
    codes_of!(Unknowns),
    "include",
    "What becomes of listings whose value for a filter is not known: left out and counted, or appended after the known ones.",
)
.or("exclude");
static AS_OF: Param = Param::one(
    "as_of",
    Kind::Date { min: FIRST_DAY, max: LAST_DAY },
    "2026-11-21",
    "The date for which statuses, prices and credentials are judged; by default today in UTC. Another date needs a place in which at most 20,000 listings look different then, and counts as one evaluation for every 200 of them.",
);
pub(super) static LIMIT: Param = Param::one(
    "limit",
    Kind::Integer { min: 0, max: 200 },
    "20",
    "Listings on a page; 0 = only the counts.",
)
.or("20");
pub(super) static CURSOR: Param = Param::one(
    "cursor",
    Kind::Shaped {
        check: is_cursor,
        pattern: r"^[A-Za-z0-9_.-]{1,1024}$",
        words: "a cursor from the answer before",
    },
    "eyJrIjo",
    "Continue where the page before ended: the cursor of its `links.next`, within 24 hours and for the same query.",
);

/// The date of an answer about one thing: any at all.
pub(super) static ANY_AS_OF: Param = Param::one(
    "as_of",
    Kind::Date { min: day(1, 1, 1), max: day(9999, 12, 31) },
    "2026-11-21",
    "The date for which facts, prices and credentials are judged; by default today in UTC.",
);

/// The most that a price filter may ask for: a million dollars in cents.
const MAX_CENTS: i64 = 100_000_000;

/// Every parameter of the search, in the order of the documentation.
pub static SEARCH: &[&Param] = &[
    &POSTAL_CODE,
    &CITY,
    &STATE,
    &LAT,
    &LON,
    &BBOX,
    &Q,
    &RADIUS,
    &UNIT,
    &ROUTE,
    &INDICATION,
    &PAYMENT,
    &PAYMENT_NOT,
    &COVERAGE,
    &CREDENTIAL,
    &CREDENTIAL_TIER,
    &LANGUAGE,
    &ACCEPTING,
    &INTEGRATION,
    &FOLLOW_UP,
    &MAX_SESSION_PRICE,
    &MAX_COURSE_COST,
    &STATUS,
    &OPEN_AT,
    &VERIFIED_WITHIN_DAYS,
    &VIEW,
    &SORT,
    &UNKNOWN,
    &AS_OF,
    &LIMIT,
    &CURSOR,
];

documented_params! {
    /// The parameters of the search.
    SearchQuery, SEARCH
}

/// Reads a search. The mistakes stay in `params`, whose `finish` tells them all; the request is
/// worth something only after it.
pub fn read(params: &mut Params<'_>) -> SearchRequest {
    let states = params.codes(&STATE);
    let (place, states) = read_place(params, states);
    let q = params.text(&Q);
    let unit = params.code(&UNIT).unwrap_or_default();
    let radius_m = read_radius(params, unit, &place, q.is_some());
    let filters = read_filters(params, states);
    let view = params.code(&VIEW).unwrap_or_default();
    SearchRequest {
        place,
        q,
        radius_m,
        unit,
        view: if filters.statuses.is_empty() { view } else { View::All },
        filters,
        sort: params.code(&SORT).unwrap_or_default(),
        unknown: params.code(&UNKNOWN).unwrap_or_default(),
        as_of: params.date(&AS_OF),
        limit: params.integer(&LIMIT).unwrap_or(DEFAULT_LIMIT),
        cursor: params.text(&CURSOR),
    }
}

/// The one place of a query, and the states that are left to filter by.
fn read_place(params: &mut Params<'_>, mut states: Vec<UsState>) -> (Place, Vec<UsState>) {
    let city_given = params.has(&CITY);
    let given: Vec<&'static Param> = [&POSTAL_CODE, &CITY, &LAT, &LON, &BBOX]
        .into_iter()
        .filter(|param| params.has(param))
        // A point is one place although it has two names.
        .filter(|param| param.name != LON.name || !params.has(&LAT))
        .collect();
    for surplus in given.iter().skip(1) {
        params.fail(surplus, "second-place", "a query has one place only".into());
    }
    let postal_code = params.text(&POSTAL_CODE);
    let city = params.text(&CITY);
    let (lat, lon) = (params.degrees(&LAT), params.degrees(&LON));
    let bbox = read_box(params);
    if city_given && states.len() != 1 && !params.failed() {
        params.fail(&STATE, "missing", "`city` needs the one `state` that it is in".into());
    }
    for (one, other) in [(&LAT, &LON), (&LON, &LAT)] {
        if params.has(one) && !params.has(other) {
            params.fail(other, "missing", format!("`{}` needs `{}`", one.name, other.name));
        }
    }
    let place = match (postal_code, city, lat.zip(lon), bbox) {
        (Some(zip), ..) => Place::PostalCode(zip),
        (_, Some(city), ..) => match states.pop() {
            Some(state) => Place::City { city, state },
            None => Place::None,
        },
        (_, _, Some((lat, lon)), _) => Place::Point(LatLon { lat, lon }),
        (_, _, _, Some(bbox)) => Place::Box(bbox),
        _ => Place::None,
    };
    (place, states)
}

fn read_box(params: &mut Params<'_>) -> Option<BoundingBox> {
    let [min_lon, min_lat, max_lon, max_lat] = params.degrees_of_box(&BBOX)?;
    if min_lat > max_lat {
        params.fail(&BBOX, "inverted", "the southern edge lies north of the northern one".into());
    }
    Some(BoundingBox { min_lon, min_lat, max_lon, max_lat })
}

/// The radius in metres.
fn read_radius(params: &mut Params<'_>, unit: Unit, place: &Place, has_q: bool) -> f64 {
    let Some(radius) = params.number(&RADIUS) else { return DEFAULT_RADIUS_M };
    let centre = match place {
        Place::PostalCode(_) | Place::City { .. } | Place::Point(_) => true,
        Place::Box(_) => false,
        Place::None => has_q,
    };
    if !centre && !params.failed() {
        params.fail(&RADIUS, "not-applicable", "needs a place with a centre".into());
    }
    let metres = radius * unit.metres();
    // 500 miles in kilometres are a hair off in floating point.
    if metres > MAX_RADIUS_M + 0.001 {
        params.fail(&RADIUS, "out-of-range", "at most 500 miles".into());
    }
    metres.min(MAX_RADIUS_M)
}

fn read_filters(params: &mut Params<'_>, states: Vec<UsState>) -> Filters {
    Filters {
        routes: params.codes(&ROUTE),
        indications: params.codes(&INDICATION),
        payments: params.codes(&PAYMENT),
        payments_not: params.codes(&PAYMENT_NOT),
        coverage: folded(params.texts(&COVERAGE)),
        credentials: params.codes(&CREDENTIAL),
        credential_tiers: params.codes(&CREDENTIAL_TIER),
        languages: folded(params.texts(&LANGUAGE)),
        accepting: params.flag(&ACCEPTING),
        integration: params.flag(&INTEGRATION),
        follow_up: params.flag(&FOLLOW_UP),
        max_session_price: params.integer(&MAX_SESSION_PRICE),
        max_course_cost: params.integer(&MAX_COURSE_COST),
        statuses: params.codes(&STATUS),
        states,
        open_at: params.date_time(&OPEN_AT),
        verified_within_days: params.integer(&VERIFIED_WITHIN_DAYS),
    }
}

/// Lower case, sorted, each once.
fn folded(mut texts: Vec<String>) -> Vec<String> {
    for text in &mut texts {
        *text = text.to_lowercase();
    }
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn is_zip(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && text.len() <= 35
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn is_cursor(text: &str) -> bool {
    (1..=1_024).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}
