//! Made-up listings and queries from a seed: clustered like the population, with unknown,
//! stated and rare values everywhere.

use bedside::{
    catalog::{
        Filters, ListingClass, ListingRecord, NameQuery, OpenSet, Place, Query, Sort, SplicedItem,
        View, WeeklyHours,
    },
    domain::{
        Accepting, CredentialCode, Day, Indication, PaymentCode, Route, SafetyStatus, UsState,
        offer::Hours, place::LatLon,
    },
};
use chrono::{Days, NaiveDate, NaiveTime};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Large metropolitan areas with their population in hundreds of thousands. Source: Census
/// 2020, rounded; with two places beyond the antimeridian and two overseas.
const METROS: &[(f64, f64, u32, UsState)] = &[
    (40.71, -74.01, 201, UsState::Ny),
    (34.05, -118.24, 132, UsState::Ca),
    (41.88, -87.63, 96, UsState::Il),
    (32.78, -96.80, 76, UsState::Tx),
    (29.76, -95.37, 71, UsState::Tx),
    (38.91, -77.04, 64, UsState::Dc),
    (39.95, -75.17, 62, UsState::Pa),
    (25.76, -80.19, 61, UsState::Fl),
    (33.75, -84.39, 61, UsState::Ga),
    (42.36, -71.06, 49, UsState::Ma),
    (33.45, -112.07, 48, UsState::Az),
    (37.77, -122.42, 47, UsState::Ca),
    (33.95, -117.40, 46, UsState::Ca),
    (42.33, -83.05, 44, UsState::Mi),
    (47.61, -122.33, 40, UsState::Wa),
    (44.98, -93.27, 37, UsState::Mn),
    (32.72, -117.16, 33, UsState::Ca),
    (27.95, -82.46, 32, UsState::Fl),
    (39.74, -104.99, 30, UsState::Co),
    (39.29, -76.61, 28, UsState::Md),
    (38.63, -90.20, 28, UsState::Mo),
    (35.23, -80.84, 27, UsState::Nc),
    (28.54, -81.38, 27, UsState::Fl),
    (29.42, -98.49, 26, UsState::Tx),
    (45.52, -122.68, 25, UsState::Or),
    (21.31, -157.86, 10, UsState::Hi),
    (18.47, -66.11, 20, UsState::Pr),
    (13.47, 144.75, 2, UsState::Gu),
    (51.88, -176.65, 1, UsState::Ak),
];

/// The share of the population that lives in one of [`METROS`].
const METRO_SHARE: f64 = 0.43;

/// Towns in which the others live, the largest a hundred times the smallest.
const TOWNS: usize = 1_000;

const NAME_WORDS: &[&str] = &[
    "Ketamine",
    "Clinic",
    "Wellness",
    "Center",
    "Infusion",
    "Health",
    "Psychiatry",
    "Renew",
    "Harbor",
    "Calliope",
    "Aster",
    "Juniper",
    "Lumen",
    "Meridian",
    "Pinecrest",
    "Quartz",
    "Riverbend",
    "Solstice",
    "Tamarack",
    "Umbra",
    "Verdant",
    "Willow",
    "Xenia",
    "Yarrow",
    "Zephyr",
    "O'Brien",
    "Núñez",
    "St.",
    "Mind",
    "Therapeutics",
];

const PAYERS: &[&str] =
    &["Aetna", "Cigna", "Blue Cross", "Kaiser", "Humana", "UnitedHealthcare", "Tricare"];

/// The date for which everything synthetic is evaluated.
pub fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

/// A seeded source of listings and queries.
pub struct Synthetic {
    rng: StdRng,
    made: u64,
    /// Bytes of a listing's search item.
    pub item_bytes: usize,
}

impl Synthetic {
    pub fn new(seed: u64) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), made: 0, item_bytes: 40 }
    }

    pub fn listings(&mut self, count: usize) -> Vec<ListingRecord> {
        (0..count).map(|_| self.listing()).collect()
    }

    pub fn listing(&mut self) -> ListingRecord {
        self.made += 1;
        let id =
            Uuid::from_u128(u128::from(self.rng.random::<u64>()) << 64 | u128::from(self.made));
        let (point, state) = self.place();
        let full = self.chance(0.2);
        let class = match self.rng.random_range(0..100) {
            0 => ListingClass::Closed,
            1 => ListingClass::NoDosingOnSite,
            2 => ListingClass::OutOfScope,
            3..6 => ListingClass::Flagged,
            6..10 => ListingClass::Caution,
            _ if !full => ListingClass::InsufficientInformation,
            _ if self.chance(0.5) => ListingClass::Accredited,
            _ => ListingClass::NotAccredited,
        };
        let status = match class {
            ListingClass::OutOfScope => SafetyStatus::OutOfScope,
            ListingClass::Flagged => SafetyStatus::Flagged,
            ListingClass::Caution => SafetyStatus::Caution,
            ListingClass::Accredited | ListingClass::NotAccredited if self.chance(0.7) => {
                SafetyStatus::SupervisedInPerson
            }
            ListingClass::Accredited | ListingClass::NotAccredited => {
                SafetyStatus::SupervisedHybrid
            }
            _ => SafetyStatus::InsufficientInformation,
        };
        let known = if full { 0.95 } else { 0.4 };
        let credentials = self.maybe(known, |me| {
            let mut codes = me.some(CredentialCode::ALL, 0.06);
            if class == ListingClass::Accredited {
                codes.push(CredentialCode::Facet3);
            }
            codes
        });
        let name = self.name();
        let slug = format!("{}-{}", name.to_lowercase().replace(' ', "-"), self.made);
        let mut bytes = format!("{{\"id\":\"{id}\"").into_bytes();
        let splice_at = bytes.len();
        bytes.resize(splice_at + self.item_bytes.saturating_sub(splice_at), b' ');
        bytes.push(b'}');
        ListingRecord {
            id,
            provider: Uuid::from_u128(u128::from(self.made / 2)),
            slug,
            name,
            other_names: if self.chance(0.3) { vec![self.name()] } else { Vec::new() },
            point,
            state,
            class,
            status,
            routes: OpenSet { items: self.some(Route::ALL, 0.25), complete: self.chance(known) },
            indications: self.maybe(known, |me| me.some(Indication::ALL, 0.3)),
            payments: self.maybe(known, |me| me.some(PaymentCode::ALL, 0.2)),
            languages: self.maybe(known, |me| {
                let mut tags = vec![["en", "en-US"][me.rng.random_range(0..2)].to_owned()];
                for (tag, share) in [("es", 0.3), ("es-MX", 0.05), ("zh", 0.04), ("tlh", 0.0005)] {
                    if me.chance(share) {
                        tags.push(tag.to_owned());
                    }
                }
                tags
            }),
            payers: self.maybe(known * 0.7, |me| {
                let mut payers =
                    me.some(PAYERS, 0.2).iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
                if me.chance(0.05) {
                    payers.push(format!("Local Plan {}", me.rng.random_range(0..200)));
                }
                payers
            }),
            credential_tiers: credentials
                .as_ref()
                .map(|codes: &Vec<CredentialCode>| codes.iter().map(|code| code.tier()).collect()),
            credentials,
            accepting: self.maybe(known, |me| me.one(Accepting::ALL)),
            integration: self.maybe(known, |me| me.chance(0.5)),
            follow_up: self.maybe(known, |me| me.chance(0.5)),
            session_min_cents: self.maybe(known, |me| me.rng.random_range(6..40) * 2500),
            course_min_cents: self.maybe(known * 0.6, |me| me.rng.random_range(80..900) * 500),
            verified_on: self.maybe(if full { 0.9 } else { 0.0 }, |me| {
                as_of() - Days::new(me.rng.random_range(0..500))
            }),
            last_checked_on: self
                .maybe(known, |me| as_of() - Days::new(me.rng.random_range(0..700))),
            hours: self.maybe(known, Self::hours).flatten(),
            steady: as_of() - Days::new(self.rng.random_range(0..300))
                ..=as_of() + Days::new(self.rng.random_range(0..400)),
            item: SplicedItem { bytes, splice_at },
            detail: Vec::new(),
        }
    }

    fn place(&mut self) -> (Option<LatLon>, Option<UsState>) {
        let (lat, lon, state) = if self.chance(METRO_SHARE) { self.metro() } else { self.town() };
        let state = self.maybe(0.98, |_| state);
        if self.chance(0.03) {
            return (None, state);
        }
        if self.chance(0.05) {
            // The middle of the city, as where only the city is known: equal distances.
            return (Some(LatLon { lat, lon }), state);
        }
        // A dense core and wide suburbs.
        let spread = if self.chance(0.4) { 0.1 } else { 0.5 };
        let mut off =
            || (0..6).map(|_| self.rng.random_range(-1.0..1.0_f64)).sum::<f64>() / 2.0 * spread;
        let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
        let (lat, lon) = (round(lat + off()), round(lon + off()));
        (Some(LatLon { lat, lon: if lon < -180.0 { lon + 360.0 } else { lon } }), state)
    }

    fn metro(&mut self) -> (f64, f64, UsState) {
        let total: u32 = METROS.iter().map(|metro| metro.2).sum();
        let mut pick = self.rng.random_range(0..total);
        let metro = METROS.iter().find(|metro| {
            let here = pick < metro.2;
            pick = pick.saturating_sub(metro.2);
            here
        });
        let (lat, lon, _, state) = metro.unwrap();
        (*lat, *lon, *state)
    }

    fn town(&mut self) -> (f64, f64, UsState) {
        // The share of a town falls with its number; its place follows from the number.
        let number = (TOWNS as f64).powf(self.rng.random_range(0.3..1.0)) as u64;
        let mut own = StdRng::seed_from_u64(number);
        let (lat, lon) = (own.random_range(27.0..48.0), own.random_range(-123.0..-70.0));
        (lat, lon, UsState::ALL[own.random_range(0..51)])
    }

    fn name(&mut self) -> String {
        let words = self.rng.random_range(2..5);
        let mut name: Vec<String> = (0..words).map(|_| self.one(NAME_WORDS).to_owned()).collect();
        if self.chance(0.5) {
            // A rare name: a few syllables.
            let syllables = ["ka", "lo", "mir", "ten", "bra", "vo", "sel", "du", "ni", "phor"];
            let rare = (0..3).map(|_| self.one(&syllables)).collect::<String>();
            name.insert(0, rare);
        }
        name.join(" ")
    }

    fn hours(&mut self) -> Option<WeeklyHours> {
        let time = |hour: u32, minute| NaiveTime::from_hms_opt(hour % 24, minute, 0).unwrap();
        let opens = time(self.rng.random_range(6..11), self.rng.random_range(0..4) * 15);
        let closes = time(self.rng.random_range(15..26), self.rng.random_range(0..2) * 30);
        let days = self.some(Day::ALL, 0.8);
        WeeklyHours::new(&[Hours { days, opens, closes }])
    }

    fn chance(&mut self, share: f64) -> bool {
        self.rng.random_bool(share)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.random_range(0..of.len())]
    }

    fn some<T: Copy>(&mut self, of: &[T], share: f64) -> Vec<T> {
        of.iter().copied().filter(|_| self.chance(share)).collect()
    }

    fn maybe<T>(&mut self, share: f64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(share).then(|| value(self))
    }

    /// A search as patients make it: around a city, 5 to 100 miles, up to four filters.
    pub fn city_query(&mut self) -> Query {
        let center = loop {
            if let (Some(point), _) = self.place() {
                break point;
            }
        };
        let radius_m = 1_609.344 * self.rng.random_range(5.0..100.0);
        let mut query = Query {
            place: Place::Circle { center, radius_m },
            view: self.one(&[View::DEFAULT, View::SUPERVISED, View::ALL]),
            sort: self.one(&[
                Sort::Distance,
                Sort::Distance,
                Sort::Distance,
                Sort::CourseCost,
                Sort::SessionPrice,
                Sort::Name,
                Sort::VerifiedAt,
            ]),
            include_unknown: self.chance(0.2),
            ..Query::default()
        };
        for _ in 0..self.rng.random_range(0..5) {
            self.add_filter(&mut query.filters);
        }
        query
    }

    /// Any search at all: every kind of place, filter, sort and page size.
    pub fn any_query(&mut self) -> Query {
        let mut query = self.city_query();
        query.limit = self.one(&[0, 1, 5, 20, 20, 50, 200]);
        match self.rng.random_range(0..10) {
            0 => query.place = Place::Everywhere,
            1 | 2 => {
                let (a, b) =
                    (self.rng.random_range(-90.0..90.0), self.rng.random_range(-90.0..90.0));
                let any = -180.0..=180.0;
                let (west, east) = (self.rng.random_range(any.clone()), self.rng.random_range(any));
                query.place =
                    Place::Box { south: f64::min(a, b), west, north: f64::max(a, b), east };
            }
            3 => {
                let center = LatLon {
                    lat: self.rng.random_range(-90.0..=90.0),
                    lon: self.rng.random_range(-180.0..=180.0),
                };
                query.place =
                    Place::Circle { center, radius_m: self.rng.random_range(0.0..21_000_000.0) };
            }
            _ => {}
        }
        if self.chance(0.1) {
            query.filters.differs_on = Some(as_of() + Days::new(self.rng.random_range(0..500)));
        }
        if self.chance(0.2) {
            query.names = NameQuery::new(&self.mistyped_name(2));
        }
        query
    }

    /// Some words of a name, cut short or mistyped here and there.
    pub fn mistyped_name(&mut self, words: usize) -> String {
        let name = [self.name(), self.name(), self.name(), self.name()].join(" ");
        let words: Vec<String> = name.split(' ').take(words).map(|w| self.mistype(w)).collect();
        words.join(" ")
    }

    fn mistype(&mut self, word: &str) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let at = self.rng.random_range(0..letters.len());
        match self.rng.random_range(0..6) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, 'x'),
            2 => letters[at] = 'q',
            3 if at > 0 => letters.swap(at - 1, at),
            4 => letters.truncate(at + 1),
            _ => {}
        }
        letters.into_iter().collect()
    }

    fn add_filter(&mut self, filters: &mut Filters) {
        match self.rng.random_range(0..17) {
            0 => filters.states = vec![self.one(METROS).3],
            1 => filters.statuses = vec![self.one(SafetyStatus::ALL)],
            2 => filters.routes = self.some(Route::ALL, 0.3),
            3 => filters.indications = self.some(Indication::ALL, 0.15),
            4 => filters.payments = self.some(PaymentCode::ALL, 0.1),
            5 => filters.payments_not = vec![self.one(PaymentCode::ALL)],
            6 => filters.languages = vec![self.one(&["en", "es", "ES-mx", "zh"]).to_owned()],
            7 => filters.payers = vec![self.one(PAYERS).to_uppercase()],
            8 => filters.credentials = self.some(CredentialCode::ALL, 0.2),
            9 => filters.credential_tiers = vec![self.one(CredentialCode::ALL).tier()],
            10 => filters.accepting = vec![Accepting::New],
            11 => filters.integration = Some(self.chance(0.8)),
            12 => filters.follow_up = Some(self.chance(0.8)),
            13 => filters.max_session_cents = Some(self.rng.random_range(20_000..90_000)),
            14 => filters.max_course_cents = Some(self.rng.random_range(60_000..400_000)),
            15 => {
                let days = Days::new(self.rng.random_range(0..400));
                filters.verified_since = Some(as_of() - days);
            }
            _ => filters.open_at = Some(self.rng.random_range(0..7 * 24 * 60)),
        }
    }

    /// Filters that next to nothing matches.
    pub fn rare_filter(&mut self, filters: &mut Filters) {
        match self.rng.random_range(0..4) {
            0 => filters.languages = vec!["tlh".to_owned()],
            1 => filters.payers = vec![format!("local plan {}", self.rng.random_range(0..200))],
            2 => filters.max_session_cents = Some(14_999),
            _ => {
                filters.states = vec![UsState::Gu];
                filters.languages = vec!["tlh".to_owned()];
            }
        }
    }
}
