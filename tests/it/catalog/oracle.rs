//! The catalog's answers worked out the slow way: every listing, every filter, one by one.

use std::cmp::Ordering;

use bedside::{
    catalog::{
        Filters, KeyValue, ListingClass, ListingRecord, Place, Query, Sort, SortKey, distance_m,
        fold_name,
    },
    domain::place::LatLon,
};

/// What the slow way says.
pub struct Expected<'a> {
    /// Every match after the cursor, in order, with its key.
    pub matches: Vec<(SortKey, &'a ListingRecord)>,
    pub total: u64,
    pub unknown: u64,
    pub by_class: [u64; 8],
}

/// Answers a query; `words` are the words of its name search, if it has one.
pub fn answer<'a>(records: &'a [ListingRecord], query: &Query, words: &[String]) -> Expected<'a> {
    let mut expected =
        Expected { matches: Vec::new(), total: 0, unknown: 0, by_class: Default::default() };
    for record in records {
        if !in_place(record.point, &query.place) || !words.iter().all(|w| named(record, w)) {
            continue;
        }
        let verdicts = verdicts(record, &query.filters);
        if verdicts.contains(&Some(false)) {
            continue;
        }
        let unknown = verdicts.contains(&None);
        let shown = query.view.shows(record.class);
        if unknown && !(query.include_unknown && shown) {
            expected.unknown += 1;
        } else if !shown {
            let class = ListingClass::ALL.iter().position(|class| *class == record.class).unwrap();
            expected.by_class[class] += 1;
        } else {
            expected.total += 1;
            let key = SortKey { unknown, value: value(record, query), id: record.id };
            if query.after.as_ref().is_none_or(|after| after.order(&key) == Ordering::Less) {
                expected.matches.push((key, record));
            }
        }
    }
    expected.matches.sort_by(|(a, _), (b, _)| a.order(b));
    expected
}

fn in_place(point: Option<LatLon>, place: &Place) -> bool {
    match (*place, point) {
        (Place::Everywhere, _) => true,
        (_, None) => false,
        (Place::Circle { center, radius_m }, Some(point)) => distance_m(center, point) <= radius_m,
        (Place::Box { south, west, north, east }, Some(point)) => {
            let along = if west <= east {
                west <= point.lon && point.lon <= east
            } else {
                west <= point.lon || point.lon <= east
            };
            south <= point.lat && point.lat <= north && along
        }
    }
}

fn value(record: &ListingRecord, query: &Query) -> KeyValue {
    let cents = |cents: Option<u32>| cents.map_or(KeyValue::Missing, KeyValue::Cents);
    match (query.sort, query.place) {
        (Sort::Distance, Place::Circle { center, .. }) => {
            KeyValue::Distance(distance_m(center, record.point.unwrap()))
        }
        (Sort::Distance | Sort::Name, _) => KeyValue::Name(fold_name(&record.name)),
        (Sort::CourseCost, _) => cents(record.course_min_cents),
        (Sort::SessionPrice, _) => cents(record.session_min_cents),
        (Sort::VerifiedAt, _) => record.verified_on.map_or(KeyValue::Missing, KeyValue::Day),
    }
}

/// Holds, fails, or is unknown: one verdict for each filter that is set.
fn verdicts(record: &ListingRecord, filters: &Filters) -> Vec<Option<bool>> {
    fn list<T: PartialEq>(wanted: &[T], stated: Option<&[T]>) -> Option<Option<bool>> {
        let any = |stated: &[T]| wanted.iter().any(|value| stated.contains(value));
        (!wanted.is_empty()).then(|| stated.map(any))
    }
    fn at_most(greatest: Option<u32>, stated: Option<u32>) -> Option<Option<bool>> {
        greatest.map(|greatest| stated.map(|cents| cents <= greatest))
    }
    let one = |value: Option<bool>| value.map(|v| vec![v]);
    let routes = (!filters.routes.is_empty()).then(|| {
        let any = filters.routes.iter().any(|route| record.routes.items.contains(route));
        if any || record.routes.complete { Some(any) } else { None }
    });
    let languages = (!filters.languages.is_empty()).then(|| {
        let speaks = |wanted: &String, tag: &String| {
            let (wanted, tag) = (wanted.to_lowercase(), tag.to_lowercase());
            tag == wanted || tag.starts_with(&format!("{wanted}-"))
        };
        let any = |tags: &Vec<String>| {
            filters.languages.iter().any(|wanted| tags.iter().any(|tag| speaks(wanted, tag)))
        };
        record.languages.as_ref().map(any)
    });
    let fold = |texts: &[String]| texts.iter().map(|t| t.to_lowercase()).collect::<Vec<_>>();
    let payments_not = list(&filters.payments_not, record.payments.as_deref());
    [
        list(&filters.states, record.state.map(|s| vec![s]).as_deref()),
        list(&filters.statuses, Some(&[record.status])),
        routes,
        list(&filters.indications, record.indications.as_deref()),
        list(&filters.payments, record.payments.as_deref()),
        payments_not.map(|has| has.map(|has| !has)),
        languages,
        list(&fold(&filters.payers), record.payers.as_deref().map(fold).as_deref()),
        list(&filters.credentials, record.credentials.as_deref()),
        list(&filters.credential_tiers, record.credential_tiers.as_deref()),
        list(&filters.accepting, record.accepting.map(|a| vec![a]).as_deref()),
        list(filters.integration.as_slice(), one(record.integration).as_deref()),
        list(filters.follow_up.as_slice(), one(record.follow_up).as_deref()),
        at_most(filters.max_session_cents, record.session_min_cents),
        at_most(filters.max_course_cents, record.course_min_cents),
        filters.verified_since.map(|first| record.verified_on.map(|day| day >= first)),
        filters.differs_on.map(|day| Some(!record.steady.contains(&day))),
        filters.open_at.map(|minute| record.hours.as_ref().map(|hours| hours.is_open(minute))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether a word begins a word of one of the names, or is within its edits of one.
fn named(record: &ListingRecord, word: &str) -> bool {
    let edits = match word.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    let names = std::iter::once(&record.name).chain(&record.other_names);
    names.map(|name| fold_name(name)).any(|name| {
        name.split(' ').any(|own| {
            own.starts_with(word) || (edits > 0 && strsim::osa_distance(word, own) <= edits)
        })
    })
}
