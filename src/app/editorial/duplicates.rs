//! Listings that may be one: found by what they have in common, each pair with a score that says
//! what it is made of.

use std::collections::{BTreeSet, HashMap};

use geo::{Distance, Haversine, Point};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    EditError,
    register::{Register, Row},
};
use crate::{
    app::App,
    domain::{ListingState, editorial::HoldKind},
};

/// A group of more listings than this is a chain or a landlord, not a duplicate; it is looked at
/// through its other groups.
const MOST_IN_GROUP: usize = 50;

/// The least score that is shown.
const LEAST: u8 = 30;

/// Two listings that may be one.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Duplicate {
    /// The sum of the parts, at most 100. It sorts work for people and decides nothing.
    #[schema(example = 85, maximum = 100)]
    pub score: u8,
    /// What the score is made of.
    pub parts: Vec<ScorePart>,
    /// The two listings; the one that is public or older comes first.
    pub listings: Vec<Side>,
}

/// One reason to think that two listings are one.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScorePart {
    /// What was compared: `name`, `phone`, `domain`, `npi`, `suite` or `distance`.
    #[schema(example = "phone")]
    pub part: &'static str,
    /// What it adds.
    #[schema(example = 30)]
    pub points: u8,
    /// The same in words.
    #[schema(example = "both have +12025550142")]
    pub explanation: String,
}

/// One of two listings that may be one.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Side {
    /// The listing's id.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "Example Ketamine Clinic")]
    pub name: String,
    /// Where it is in its editorial life.
    pub listing_state: ListingState,
    /// Its version.
    #[schema(example = 2)]
    pub version: i64,
    /// Its sites that stand, to be named in a merge.
    pub sites: Vec<Uuid>,
}

/// The pairs that were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicatesAnswer {
    /// The pairs, the likeliest first.
    pub data: Vec<Duplicate>,
    /// How many pairs there are, those that are not shown too.
    #[schema(example = 3)]
    pub total: u64,
}

/// Pairs of listings that may be one.
///
/// # Errors
/// When the store fails.
pub fn duplicates(app: &App, limit: u16) -> Result<DuplicatesAnswer, EditError> {
    let mut register = app.editorial.register();
    app.store.read(|reader| register.follow(reader))?;
    let mut found: Vec<Duplicate> = candidates(&register)
        .into_iter()
        .filter_map(|(one, other)| Some(compare(register.row(one)?, register.row(other)?)))
        .filter(|pair| pair.score >= LEAST)
        .collect();
    let ids = |pair: &Duplicate| pair.listings.iter().map(|side| side.id).collect::<Vec<_>>();
    found.sort_by_key(|pair| (std::cmp::Reverse(pair.score), ids(pair)));
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    found.truncate(usize::from(limit));
    Ok(DuplicatesAnswer { data: found, total })
}

/// Pairs that have a key, a name or a ZIP code with the beginning of a name in common.
fn candidates(register: &Register) -> BTreeSet<(Uuid, Uuid)> {
    let live = || register.rows().filter(|row| !row.is_gone());
    let mut groups: HashMap<String, Vec<Uuid>> = HashMap::new();
    for row in live() {
        let first = row.folded.split(' ').next().unwrap_or_default();
        groups.entry(row.folded.clone()).or_default().push(row.id);
        for zip in row.sites.iter().filter_map(|site| site.zip.as_ref()) {
            groups.entry(format!("{zip} {first}")).or_default().push(row.id);
        }
    }
    let mut pairs = BTreeSet::new();
    for ids in groups.into_values() {
        pair_up(&ids, &mut pairs);
    }
    for ((kind, _), ids) in register.groups() {
        if *kind != HoldKind::Prescriber {
            let live = |id: &&Uuid| register.row(**id).is_some_and(|row| !row.is_gone());
            let ids: Vec<Uuid> = ids.iter().filter(live).copied().collect();
            pair_up(&ids, &mut pairs);
        }
    }
    pairs
}

fn pair_up(ids: &[Uuid], pairs: &mut BTreeSet<(Uuid, Uuid)>) {
    if ids.len() > MOST_IN_GROUP {
        return;
    }
    for (at, one) in ids.iter().enumerate() {
        for other in ids.iter().skip(at.saturating_add(1)).filter(|other| *other != one) {
            pairs.insert((*one.min(other), *one.max(other)));
        }
    }
}

fn compare(one: &Row, other: &Row) -> Duplicate {
    let mut parts = Vec::new();
    parts.extend(name_part(one, other));
    for (kind, part, points) in [
        (HoldKind::Npi, "npi", 40),
        (HoldKind::Phone, "phone", 30),
        (HoldKind::Domain, "domain", 25),
        (HoldKind::Suite, "suite", 15),
    ] {
        let shared = one.keys.iter().find(|key| key.0 == kind && other.keys.contains(key));
        if let Some((_, value)) = shared {
            parts.push(ScorePart { part, points, explanation: format!("both have {value}") });
        }
    }
    parts.extend(distance_part(one, other));
    let score = parts.iter().fold(0_u8, |sum, part| sum.saturating_add(part.points)).min(100);
    let rank = |row: &Row| (row.state != ListingState::Published, row.id);
    let (first, second) = if rank(one) <= rank(other) { (one, other) } else { (other, one) };
    Duplicate { score, parts, listings: vec![Side::of(first), Side::of(second)] }
}

impl Side {
    fn of(row: &Row) -> Self {
        Self {
            id: row.id,
            name: row.name.clone(),
            listing_state: row.state,
            version: row.version,
            sites: row.sites.iter().map(|site| site.id).collect(),
        }
    }
}

/// The most that names add.
const NAME_POINTS: f64 = 35.0;

/// Names that are less alike than this say nothing.
const LEAST_ALIKE: f64 = 0.8;

fn name_part(one: &Row, other: &Row) -> Option<ScorePart> {
    let pairs = one.names.iter().flat_map(|a| other.names.iter().map(move |b| (a, b)));
    let alike = pairs.map(|(a, b)| strsim::jaro_winkler(a, b)).fold(0.0, f64::max);
    if alike < LEAST_ALIKE {
        return None;
    }
    let points = points(NAME_POINTS * (alike - LEAST_ALIKE) / (1.0 - LEAST_ALIKE));
    let explanation = if alike >= 1.0 {
        "a name is the same".to_owned()
    } else {
        format!("names are {:.0} % alike", (alike * 100.0).floor())
    };
    (points > 0).then_some(ScorePart { part: "name", points, explanation })
}

fn distance_part(one: &Row, other: &Row) -> Option<ScorePart> {
    let places = |row: &'_ Row| -> Vec<Point> {
        let points = row.sites.iter().filter_map(|site| site.point);
        points.map(|point| Point::new(point.lon, point.lat)).collect()
    };
    let others = places(other);
    let nearest = places(one)
        .into_iter()
        .flat_map(|a| others.iter().map(move |b| Haversine.distance(a, *b)))
        .fold(f64::INFINITY, f64::min);
    let (points, explanation) = if nearest <= 200.0 {
        (20, format!("sites are {nearest:.0} m apart"))
    } else if nearest <= 2_000.0 {
        (10, format!("sites are {nearest:.0} m apart"))
    } else {
        let zips = |row: &'_ Row| -> BTreeSet<String> {
            row.sites.iter().filter_map(|site| site.zip.clone()).collect()
        };
        let (mine, theirs) = (zips(one), zips(other));
        let zip = mine.intersection(&theirs).next()?;
        // Where both places are known to be apart, one ZIP code says nothing.
        if nearest.is_finite() {
            return None;
        }
        (10, format!("both have a site in {zip}"))
    };
    Some(ScorePart { part: "distance", points, explanation })
}

/// Points as a whole number. The bounds are far inside those of the type.
fn points(number: f64) -> u8 {
    format!("{:.0}", number.clamp(0.0, 100.0)).parse().unwrap_or(0)
}
