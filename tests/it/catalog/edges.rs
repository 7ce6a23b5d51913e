//! Poles, seams, edges of circles and boxes, and empty catalogs.

use bedside::{
    catalog::{
        CatalogBuilder, KeyValue, ListingRecord, NameQuery, Place, Query, Sort, View, distance_m,
        fold_name,
    },
    domain::place::LatLon,
};
use rstest::rstest;

use super::{
    all_in, catalog, check, ids,
    synthetic::{Synthetic, as_of},
};

fn at(lat: f64, lon: f64) -> LatLon {
    LatLon { lat, lon }
}

fn listings_at(points: &[LatLon]) -> Vec<ListingRecord> {
    let mut synthetic = Synthetic::new(1);
    let mut records = synthetic.listings(points.len());
    for (record, point) in records.iter_mut().zip(points) {
        record.point = Some(*point);
    }
    records
}

fn everything(place: Place) -> Query {
    Query { place, view: View::ALL, limit: 200, ..Query::default() }
}

/// Points all over the poles and the antimeridian, and copies of some.
fn awkward_points() -> Vec<LatLon> {
    let mut points = Vec::new();
    for lat in [-90.0, -89.9999, -45.0, 0.0, 0.000_01, 51.9, 89.9999, 90.0] {
        for lon in [-180.0, -179.9999, -90.0, -0.000_01, 0.0, 0.000_01, 120.0, 179.9999, 180.0] {
            points.extend([at(lat, lon), at(lat, lon)]);
        }
    }
    points
}

#[test]
fn circles_around_poles_and_seams_are_circles() {
    let points = awkward_points();
    let records = listings_at(&points);
    let catalog = catalog(&records);
    // Every point is there twice.
    for center in points.iter().step_by(2) {
        for other in points.iter().step_by(2) {
            // The radius is exactly the distance, so that the point is on the edge.
            let radius_m = distance_m(*center, *other);
            let query = everything(Place::Circle { center: *center, radius_m });
            let held = all_in(&catalog, query.place, points.len()).unwrap();
            let holds = |id| held.iter().any(|listing| listing.id() == id);
            assert!(
                records.iter().any(|record| record.point == Some(*other) && holds(record.id)),
                "{center:?} {other:?}"
            );
            check(&catalog, &records, &query);
        }
    }
}

#[test]
fn a_circle_a_hair_too_small_leaves_its_edge_out() {
    let (center, edge) = (at(39.0, -77.0), at(39.2, -77.3));
    let records = listings_at(&[edge]);
    let catalog = catalog(&records);
    let distance = distance_m(center, edge);
    for (radius_m, holds) in [(distance, 1), (distance - 1e-6, 0), (distance + 1e-6, 1)] {
        let place = Place::Circle { center, radius_m };
        assert_eq!(all_in(&catalog, place, 9).unwrap().len(), holds, "{radius_m}");
    }
}

#[rstest]
#[case::across_the_antimeridian(-90.0, 170.0, 90.0, -170.0)]
#[case::all_but_a_slice(-90.0, -170.0, 90.0, 170.0)]
#[case::everything(-90.0, -180.0, 90.0, 180.0)]
#[case::a_meridian(-90.0, 0.0, 90.0, 0.0)]
#[case::half_the_world(-90.0, -90.0, 90.0, 90.0)]
#[case::other_half(-90.0, 90.0, 90.0, -90.0)]
#[case::a_parallel(0.0, -180.0, 0.0, 180.0)]
#[case::a_polar_cap(89.0, -180.0, 90.0, 180.0)]
#[case::edges_on_points(0.0, -0.000_01, 51.9, 120.0)]
fn boxes_hold_what_their_degrees_say(
    #[case] south: f64,
    #[case] west: f64,
    #[case] north: f64,
    #[case] east: f64,
) {
    // 180 degrees east and west are one line; brute force knows each by one name only.
    let points: Vec<LatLon> =
        awkward_points().into_iter().filter(|point| point.lon.abs() < 180.0).collect();
    let records = listings_at(&points);
    let catalog = catalog(&records);
    check(&catalog, &records, &everything(Place::Box { south, west, north, east }));
}

#[test]
fn both_names_of_the_antimeridian_are_one_line() {
    let records = listings_at(&[at(10.0, 180.0), at(10.0, -180.0)]);
    let catalog = catalog(&records);
    for (west, east) in [(170.0, 180.0), (-180.0, -170.0), (179.0, -179.0)] {
        let place = Place::Box { south: 0.0, west, north: 20.0, east };
        assert_eq!(all_in(&catalog, place, 9).unwrap().len(), 2, "{west} {east}");
    }
}

#[test]
fn listings_without_a_position_are_found_by_name_and_state_only() {
    let mut records = listings_at(&[at(39.0, -77.0), at(39.0, -77.0)]);
    records[1].point = None;
    let catalog = catalog(&records);
    let around = Place::Circle { center: at(39.0, -77.0), radius_m: 1e9 };
    assert_eq!(all_in(&catalog, around, 9).unwrap().len(), 1);
    assert_eq!(all_in(&catalog, Place::Everywhere, 9).unwrap().len(), 2);
    let mut query = everything(Place::Everywhere);
    query.names = NameQuery::new(&records[1].name);
    check(&catalog, &records, &query);
}

#[test]
fn an_empty_catalog_answers_with_nothing() {
    let catalog = CatalogBuilder::new(5, as_of(), false).finish();
    for place in [Place::Everywhere, Place::Circle { center: at(0.0, 0.0), radius_m: 1e6 }] {
        let mut query = everything(place);
        query.names = NameQuery::new("anything");
        query.filters.languages.push("en".to_owned());
        query.filters.max_course_cents = Some(1);
        query.filters.open_at = Some(3);
        let answer = catalog.search(&query);
        assert!(ids(&answer).is_empty());
        assert_eq!((answer.total, answer.left_out.sum(), answer.next), (0, 0, None));
    }
    assert!(catalog.is_empty());
    assert_eq!((catalog.revision(), catalog.as_of(), catalog.fictional()), (5, as_of(), false));
}

#[test]
fn what_has_no_value_comes_last_in_every_sort() {
    let mut synthetic = Synthetic::new(5);
    let records = synthetic.listings(300);
    let catalog = catalog(&records);
    for sort in [Sort::CourseCost, Sort::SessionPrice, Sort::VerifiedAt] {
        let mut query = everything(Place::Everywhere);
        (query.sort, query.limit) = (sort, 1);
        let mut values = Vec::new();
        while let Some(next) = catalog.search(&query).next {
            values.push(next.value.clone());
            query.after = Some(next);
        }
        let missing = values.iter().position(|value| *value == KeyValue::Missing).unwrap();
        assert!(missing > 0, "{sort:?}");
        assert!(values[missing..].iter().all(|value| *value == KeyValue::Missing), "{sort:?}");
    }
}

#[rstest]
#[case("calliope", true)]
#[case("CALLI", true)]
#[case("caliope", true)]
#[case("callioep", true)]
#[case("calxxope", true)]
#[case("calxxxope", false)]
#[case("obrien", true)]
#[case("o'brein", true)]
#[case("nunez", true)]
#[case("ob", true)]
#[case("bo", false)]
#[case("calliope nunez", true)]
#[case("calliope smith", false)]
fn names_are_found_by_prefix_and_despite_typos(#[case] text: &str, #[case] found: bool) {
    let mut records = listings_at(&[at(39.0, -77.0)]);
    records[0].name = "Calliope Health".to_owned();
    records[0].other_names = vec!["O\u{2019}Brien & Núñez, P.C.".to_owned()];
    let catalog = catalog(&records);
    let mut query = everything(Place::Everywhere);
    query.names = NameQuery::new(text);
    let answer = catalog.search(&query);
    assert_eq!(answer.total + answer.left_out.sum(), u64::from(found), "{text}");
}

#[test]
fn folding_drops_case_marks_and_punctuation() {
    assert_eq!(fold_name("  St. Mary\u{2019}s—Núñez (Clinic) "), "st marys nunez clinic");
    assert_eq!(fold_name("***"), "");
    assert_eq!(NameQuery::new(" ... "), None);
}

#[test]
fn a_hostile_name_search_is_cut_short() {
    let text =
        "ketamine clinic wellness center infusion health psychiatry renew harbor ".repeat(99);
    assert_eq!(NameQuery::new(&text).unwrap().words().len(), 8);
    let long = "x".repeat(100_000);
    assert_eq!(NameQuery::new(&long).unwrap().words(), ["x".repeat(32)]);
}

#[test]
fn hundreds_at_one_spot_are_walked_in_the_order_of_their_ids() {
    let (city, near) = (at(39.0, -77.0), at(39.000_001, -77.0));
    let points: Vec<LatLon> = (0..900).map(|n| if n % 9 == 0 { near } else { city }).collect();
    let records = listings_at(&points);
    let catalog = catalog(&records);
    for center in [city, near, at(39.1, -77.2)] {
        let mut query = everything(Place::Circle { center, radius_m: 50_000.0 });
        (query.limit, query.include_unknown) = (7, true);
        query.filters.integration = Some(true);
        let mut pages = 1;
        while let Some(next) = check(&catalog, &records, &query) {
            query.after = Some(next);
            pages += 1;
        }
        assert!(pages > 50, "{pages}");
    }
}
