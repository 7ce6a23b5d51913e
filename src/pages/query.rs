//! The address of a search page: what it asks for, and how it is written again.
//!
//! Forms of browsers without JavaScript send every field, empty ones too, so reading is lenient
//! where the API is strict: an empty value asks for nothing, and a value that cannot be read is
//! told on the page instead of being dropped in silence.

use std::str::FromStr;

use url::form_urlencoded;

use crate::{
    app::request::{Filters, Place, SearchRequest, Sort, Unknowns, View},
    domain::{
        Indication, PaymentCode, Route, SafetyStatus,
        place::{LatLon, METRES_PER_MILE},
    },
};

/// The radius that a page searches unless asked otherwise, miles.
pub const DEFAULT_RADIUS: u16 = 60;
/// The radii that a page offers, miles.
pub const RADII: [u16; 6] = [10, 25, 60, 100, 250, 500];
/// Clinics of a group at first, and after "show more".
const FEW: u16 = 20;
const MANY: u16 = 200;
/// Clinics of a group on paper.
const PRINTED: u16 = 10;
/// The longest text that anyone types into the box.
const MAX_TEXT: usize = 200;
/// The largest price that is asked for, dollars.
const MAX_DOLLARS: i64 = 1_000_000;

/// A point of the device, as two decimals.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    lat: String,
    lon: String,
    at: LatLon,
}

/// What a search page is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindQuery {
    /// ZIP code, city or name.
    pub q: String,
    /// Instead of `q`: where the device is.
    pub point: Option<Point>,
    /// Miles; `None` = the default.
    pub radius: Option<u16>,
    /// Ways to pay, any of them.
    pub payments: Vec<PaymentCode>,
    /// Routes, any of them.
    pub routes: Vec<Route>,
    /// Condition.
    pub indication: Option<Indication>,
    /// BCP 47.
    pub language: Option<String>,
    /// Only with integration therapy.
    pub integration: bool,
    /// Only those that take new patients.
    pub accepting: bool,
    /// Dollars.
    pub max_session: Option<i64>,
    /// Dollars.
    pub max_course: Option<i64>,
    /// The order.
    pub sort: Sort,
    /// Also those of which a filter's value is not known.
    pub include_unknown: bool,
    /// Longer groups.
    pub more: bool,
    /// The flagged listings and those with points to ask about.
    pub concerns: bool,
    /// For paper.
    pub print: bool,
    /// Parameters whose value could not be read.
    pub unread: Vec<String>,
    /// A point finer than two decimals was sent: the place that may be used instead.
    pub too_precise: Option<(String, String)>,
}

impl FindQuery {
    /// Reads a query string.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut query = Self::default();
        let (mut lat, mut lon) = (None, None);
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let read = match name.as_ref() {
                "q" => {
                    query.q = value.chars().take(MAX_TEXT).collect();
                    true
                }
                "lat" => set(&mut lat, value.parse::<f64>().ok().filter(|d| d.abs() <= 90.0)),
                "lon" => set(&mut lon, value.parse::<f64>().ok().filter(|d| d.abs() <= 180.0)),
                "radius" => {
                    set(&mut query.radius, value.parse().ok().filter(|r| RADII.contains(r)))
                }
                "payment" => push(&mut query.payments, value),
                "route" => push(&mut query.routes, value),
                "indication" => set(&mut query.indication, value.parse().ok()),
                "language" => set(&mut query.language, language(value)),
                "integration" => flag(&mut query.integration, value),
                "accepting" => flag(&mut query.accepting, value),
                "max_session" => set(&mut query.max_session, dollars(value)),
                "max_course" => set(&mut query.max_course, dollars(value)),
                "sort" => value.parse().map(|sort| query.sort = sort).is_ok(),
                "unknown" => {
                    query.include_unknown = value == "include";
                    query.include_unknown
                }
                "more" => flag(&mut query.more, value),
                "show" => {
                    query.concerns = value == "concerns";
                    query.concerns
                }
                "print" => flag(&mut query.print, value),
                // Whatever else a link carries is not ours to judge.
                _ => true,
            };
            if !read {
                query.unread.push(name.into_owned());
            }
        }
        if let (Some(lat), Some(lon)) = (lat, lon) {
            query.take_point(text, lat, lon);
        }
        query
    }

    fn take_point(&mut self, text: &str, lat: f64, lon: f64) {
        let (shown_lat, shown_lon) = (format!("{lat:.2}"), format!("{lon:.2}"));
        let fine = form_urlencoded::parse(text.as_bytes())
            .filter(|(name, _)| name == "lat" || name == "lon")
            .any(|(_, value)| {
                let decimals = value
                    .trim()
                    .split_once('.')
                    .map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len());
                decimals > 2
            });
        if fine {
            self.too_precise = Some((shown_lat, shown_lon));
        } else {
            self.point = Some(Point { lat: shown_lat, lon: shown_lon, at: LatLon { lat, lon } });
        }
    }

    /// True where there is something to search for.
    #[must_use]
    pub fn asks(&self) -> bool {
        !self.q.is_empty() || self.point.is_some()
    }

    /// True where a filter is set.
    #[must_use]
    pub fn filters_set(&self) -> bool {
        self.filters() != Filters::default()
    }

    /// The radius in miles.
    #[must_use]
    pub fn radius_mi(&self) -> u16 {
        self.radius.unwrap_or(DEFAULT_RADIUS)
    }

    fn filters(&self) -> Filters {
        Filters {
            routes: self.routes.clone(),
            indications: self.indication.into_iter().collect(),
            payments: self.payments.clone(),
            languages: self.language.iter().cloned().collect(),
            accepting: self.accepting.then_some(true),
            integration: self.integration.then_some(true),
            max_session_price: self.max_session.map(|dollars| dollars.saturating_mul(100)),
            max_course_cost: self.max_course.map(|dollars| dollars.saturating_mul(100)),
            ..Filters::default()
        }
    }

    /// The request for one group of the page.
    #[must_use]
    pub fn request(&self, view: View, statuses: Vec<SafetyStatus>) -> SearchRequest {
        let zip = self.q.len() == 5 && self.q.bytes().all(|b| b.is_ascii_digit());
        let (place, q) = match &self.point {
            Some(point) => (Place::Point(point.at), None),
            None if zip => (Place::PostalCode(self.q.clone()), None),
            None => (Place::None, Some(self.q.clone())),
        };
        SearchRequest {
            place,
            q,
            radius_m: f64::from(self.radius_mi()) * METRES_PER_MILE,
            filters: Filters { statuses, ..self.filters() },
            view,
            sort: self.sort,
            unknown: if self.include_unknown { Unknowns::Include } else { Unknowns::Exclude },
            limit: match (self.print, self.more) {
                (true, _) => PRINTED,
                (false, true) => MANY,
                (false, false) => FEW,
            },
            ..SearchRequest::default()
        }
    }

    /// The address of this search.
    #[must_use]
    pub fn to_path(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        if !self.q.is_empty() {
            out.append_pair("q", &self.q);
        }
        if let Some(point) = &self.point {
            out.append_pair("lat", &point.lat).append_pair("lon", &point.lon);
        }
        if let Some(radius) = self.radius.filter(|radius| *radius != DEFAULT_RADIUS) {
            out.append_pair("radius", &radius.to_string());
        }
        for payment in &self.payments {
            out.append_pair("payment", payment.as_str());
        }
        for route in &self.routes {
            out.append_pair("route", route.as_str());
        }
        if let Some(indication) = self.indication {
            out.append_pair("indication", indication.as_str());
        }
        if let Some(language) = &self.language {
            out.append_pair("language", language);
        }
        for (name, set) in [("integration", self.integration), ("accepting", self.accepting)] {
            if set {
                out.append_pair(name, "true");
            }
        }
        for (name, dollars) in [("max_session", self.max_session), ("max_course", self.max_course)]
        {
            if let Some(dollars) = dollars {
                out.append_pair(name, &dollars.to_string());
            }
        }
        if self.sort != Sort::default() {
            out.append_pair("sort", self.sort.as_str());
        }
        if self.include_unknown {
            out.append_pair("unknown", "include");
        }
        for (name, value, set) in [
            ("more", "true", self.more),
            ("show", "concerns", self.concerns),
            ("print", "true", self.print),
        ] {
            if set {
                out.append_pair(name, value);
            }
        }
        let query = out.finish();
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }

    /// The address of this search with something changed.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut changed = self.clone();
        changed.unread.clear();
        change(&mut changed);
        changed.to_path()
    }

    /// Asks for a way to pay, or no longer does.
    pub fn toggle_payment(&mut self, code: PaymentCode) {
        match self.payments.binary_search(&code) {
            Ok(at) => {
                self.payments.remove(at);
            }
            Err(at) => self.payments.insert(at, code),
        }
    }

    /// Latitude and longitude for the form's hidden fields.
    #[must_use]
    pub fn point_texts(&self) -> Option<(&str, &str)> {
        self.point.as_ref().map(|point| (point.lat.as_str(), point.lon.as_str()))
    }
}

fn set<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    let read = value.is_some();
    *slot = value;
    read
}

fn push<C: FromStr + Ord>(list: &mut Vec<C>, value: &str) -> bool {
    let Ok(code) = value.parse() else { return false };
    if let Err(at) = list.binary_search(&code) {
        list.insert(at, code);
    }
    true
}

fn flag(slot: &mut bool, value: &str) -> bool {
    *slot = matches!(value, "true" | "1" | "on");
    *slot
}

fn language(value: &str) -> Option<String> {
    let plain = value.len() <= 12 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then(|| value.to_ascii_lowercase())
}

fn dollars(value: &str) -> Option<i64> {
    let digits = value.trim_start_matches('$').replace(',', "");
    digits.parse().ok().filter(|dollars| (0..=MAX_DOLLARS).contains(dollars))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_ask_for_nothing() {
        let query = FindQuery::read("q=20814&payment=&route=&max_session=&sort=");
        assert_eq!(query.to_path(), "/?q=20814");
        assert!(query.unread.is_empty());
    }

    #[test]
    fn an_address_is_written_as_it_was_read() {
        let path = "/?q=Bethesda%2C+MD&radius=100&payment=medicaid&payment=payment-plan&route=iv\
                    &indication=ptsd&language=es&integration=true&accepting=true&max_session=450\
                    &sort=course_cost&unknown=include&show=concerns";
        assert_eq!(FindQuery::read(path.strip_prefix("/?").unwrap()).to_path(), path);
    }

    #[test]
    fn a_way_to_pay_is_set_and_taken_back() {
        let mut query = FindQuery::read("q=20814&payment=medicaid");
        query.toggle_payment(PaymentCode::PaymentPlan);
        assert_eq!(query.to_path(), "/?q=20814&payment=medicaid&payment=payment-plan");
        query.toggle_payment(PaymentCode::Medicaid);
        assert_eq!(query.to_path(), "/?q=20814&payment=payment-plan");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let query = FindQuery::read("q=x&payment=gold&radius=7&utm_source=y");
        assert_eq!(query.unread, ["payment", "radius"]);
    }

    #[test]
    fn a_point_is_never_finer_than_two_decimals() {
        let fine = FindQuery::read("lat=38.98123&lon=-77.1");
        assert_eq!(fine.point, None);
        assert_eq!(fine.too_precise, Some(("38.98".to_owned(), "-77.10".to_owned())));
        let coarse = FindQuery::read("lat=38.98&lon=-77.1");
        assert_eq!(coarse.to_path(), "/?lat=38.98&lon=-77.10");
    }

    #[test]
    fn a_zip_code_is_a_place_and_other_text_is_read_by_the_search() {
        let zip = FindQuery::read("q=20814").request(View::All, vec![]);
        assert_eq!(zip.place, Place::PostalCode("20814".to_owned()));
        let text = FindQuery::read("q=Bethesda, MD").request(View::All, vec![]);
        assert_eq!((text.place, text.q.as_deref()), (Place::None, Some("Bethesda, MD")));
    }
}
