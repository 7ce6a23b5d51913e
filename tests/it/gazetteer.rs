//! Places are found as people write them, and never guessed.

use std::{collections::BTreeSet, time::Instant};

use bedside::{
    domain::{Precision, UsState, place::LatLon},
    gazetteer::{BBox, Gazetteer, Place, Resolution, ZipError},
};
use proptest::prelude::*;
use rstest::rstest;

fn gazetteer() -> &'static Gazetteer {
    Gazetteer::embedded().expect("the embedded tables are whole")
}

fn found(text: &str) -> Place {
    match gazetteer().resolve(text) {
        Resolution::Found(place) => place,
        other => panic!("`{text}` gave {other:?}"),
    }
}

fn labels(places: &[Place]) -> Vec<&str> {
    places.iter().map(|place| place.label.as_str()).collect()
}

#[rstest]
#[case("20814", "Bethesda, MD 20814", 39.004839, -77.103004)]
#[case("62025", "Edwardsville, IL 62025", 38.829908, -89.931046)]
#[case("07024", "Fort Lee, NJ 07024", 40.85064, -73.971007)]
#[case(" 20814-1234 ", "Bethesda, MD 20814", 39.004839, -77.103004)]
#[case("00636", "PR 00636", 18.1636, -67.080097)]
#[case("96970", "Ebeye 96970", 8.786, 167.7365)]
fn a_zip_code_resolves(#[case] zip: &str, #[case] label: &str, #[case] lat: f64, #[case] lon: f64) {
    let place = gazetteer().zip(zip).unwrap();
    assert_eq!(place.label, label);
    assert_eq!(place.point, LatLon { lat, lon });
    assert_eq!(place.precision, Precision::ZipCentroid);
    assert_eq!(found(zip), place);
}

#[test]
fn a_zip_code_says_where_it_is() {
    let place = gazetteer().zip("20814").unwrap();
    assert_eq!(place.city, "Bethesda");
    assert_eq!(place.state, Some(UsState::Md));
    assert_eq!(place.county.as_deref(), Some("Montgomery County"));
    assert_eq!(place.postal_code.as_deref(), Some("20814"));
    assert_eq!(gazetteer().state_of_zip("20814"), Some(UsState::Md));
    assert_eq!(gazetteer().state_of_zip("96970"), None);
}

#[rstest]
#[case("99999", ZipError::Unknown)]
#[case("00000", ZipError::Unknown)]
#[case("", ZipError::Malformed)]
#[case("2081", ZipError::Malformed)]
#[case("208144", ZipError::Malformed)]
#[case("20814-", ZipError::Malformed)]
#[case("20814-123", ZipError::Malformed)]
#[case("20814-12345", ZipError::Malformed)]
#[case("20814-1234-1", ZipError::Malformed)]
#[case("+2081", ZipError::Malformed)]
#[case("-2081", ZipError::Malformed)]
#[case("2081４", ZipError::Malformed)]
#[case("2081a", ZipError::Malformed)]
fn malformed_is_not_unknown(#[case] zip: &str, #[case] error: ZipError) {
    assert_eq!(gazetteer().zip(zip), Err(error));
    assert_eq!(gazetteer().resolve(zip), Resolution::Unknown);
    assert_eq!(gazetteer().state_of_zip(zip), None);
}

#[rstest]
#[case("Bethesda", UsState::Md, "Bethesda, MD")]
#[case("BETHESDA", UsState::Md, "Bethesda, MD")]
#[case("st louis", UsState::Mo, "St. Louis, MO")]
#[case("Saint Louis", UsState::Mo, "St. Louis, MO")]
#[case("St.Paul", UsState::Mn, "St. Paul, MN")]
#[case("Ft Lauderdale", UsState::Fl, "Fort Lauderdale, FL")]
#[case("Mt. Vernon", UsState::Ny, "Mount Vernon, NY")]
#[case("Ste. Genevieve", UsState::Mo, "Ste. Genevieve, MO")]
#[case("coeur d alene", UsState::Id, "Coeur d'Alene, ID")]
#[case("Coeur d’Alene", UsState::Id, "Coeur d'Alene, ID")]
#[case("Winston Salem", UsState::Nc, "Winston-Salem, NC")]
#[case("Mc Lean", UsState::Va, "McLean, VA")]
#[case("Canon City", UsState::Co, "Cañon City, CO")]
#[case("MAYAGUEZ", UsState::Pr, "Mayagüez, PR")]
#[case("Utqiagvik", UsState::Ak, "Utqiaġvik, AK")]
#[case("Nashville", UsState::Tn, "Nashville, TN")]
#[case("Honolulu", UsState::Hi, "Honolulu, HI")]
#[case("Ventura", UsState::Ca, "Ventura, CA")]
#[case("Paso Robles", UsState::Ca, "Paso Robles, CA")]
#[case("Islamorada", UsState::Fl, "Islamorada, FL")]
#[case("Washington", UsState::Dc, "Washington, DC")]
#[case("Lutherville-Timonium", UsState::Md, "Lutherville-Timonium, MD")]
#[case("lutherville timonium", UsState::Md, "Lutherville-Timonium, MD")]
#[case("Fort Lee", UsState::Nj, "Fort Lee, NJ")]
#[case("Bronx", UsState::Ny, "Bronx, NY")]
#[case("Queens", UsState::Ny, "Queens, NY")]
fn a_city_is_found_as_people_write_it(
    #[case] name: &str,
    #[case] state: UsState,
    #[case] label: &str,
) {
    let place = gazetteer().city(name, state).unwrap();
    assert_eq!(place.label, label);
    assert_eq!(place.precision, Precision::CityCentroid);
    assert_eq!((place.state, place.postal_code), (Some(state), None));
    assert!(gazetteer().inside_state_box(place.point, state));
}

#[test]
fn a_town_that_is_no_census_place_stands_where_its_zip_codes_are() {
    // Fort Lee in Virginia is a post town of one ZIP code and no Census place.
    let town = gazetteer().city("Fort Lee", UsState::Va).unwrap();
    let zip = gazetteer().zip("23801").unwrap();
    assert_eq!((town.point, town.label.as_str()), (zip.point, "Fort Lee, VA"));
}

#[test]
fn of_two_places_in_one_state_the_larger_is_taken() {
    // Census: the city in Los Angeles County has 105,000 people, the CDP near San Jose 5,000.
    let burbank = gazetteer().city("Burbank", UsState::Ca).unwrap();
    assert!((burbank.point.lat - 34.18).abs() < 0.1, "{burbank:?}");
}

#[test]
fn a_name_that_is_spelled_apart_is_another_place() {
    let apart = gazetteer().city("Lake View", UsState::Ar).unwrap();
    let together = gazetteer().city("Lakeview", UsState::Ar).unwrap();
    assert_eq!((apart.city.as_str(), together.city.as_str()), ("Lake View", "Lakeview"));
    assert_ne!(apart.point, together.point);
}

#[test]
fn a_city_that_is_not_there_is_not_made_up() {
    assert_eq!(gazetteer().city("Bethesda", UsState::Hi), None);
    assert_eq!(gazetteer().city("", UsState::Md), None);
    assert_eq!(gazetteer().city("Bethesd", UsState::Md), None);
}

#[rstest]
#[case("bethesda md", "Bethesda, MD")]
#[case("Bethesda, Maryland", "Bethesda, MD")]
#[case("bethesda", "Bethesda, MD")]
#[case("  BETHESDA ,, md. ", "Bethesda, MD")]
#[case("Bethesda, MD, USA", "Bethesda, MD")]
#[case("Bethesda MD United States", "Bethesda, MD")]
#[case("Bethesda, MD 20814", "Bethesda, MD 20814")]
#[case("Bethesda 20814-1234", "Bethesda, MD 20814")]
#[case("Maryland 20814 U.S.A.", "Bethesda, MD 20814")]
#[case("Springfield 62701", "Springfield, IL 62701")]
#[case("new york", "New York, NY")]
#[case("New York, New York", "New York, NY")]
#[case("nyc ny 10001", "")]
#[case("new york city", "New York City, NY")]
#[case("brooklyn", "Brooklyn, NY")]
#[case("manhattan", "Manhattan, NY")]
#[case("houston", "Houston, TX")]
#[case("Washington, D.C.", "Washington, DC")]
#[case("washington district of columbia", "Washington, DC")]
#[case("kansas city kansas", "Kansas City, KS")]
#[case("Charleston West Virginia", "Charleston, WV")]
#[case("Butte, MT", "Butte, MT")]
#[case("st. louis mo", "St. Louis, MO")]
#[case("Portland, ME", "Portland, ME")]
#[case("newton ia", "Newton, IA")]
#[case("newtonia", "Newtonia, MO")]
#[case("mc lean", "McLean, VA")]
#[case("oklahoma city", "Oklahoma City, OK")]
#[case("iowa city ia", "Iowa City, IA")]
#[case("Virginia, Minnesota", "Virginia, MN")]
#[case("San Juan Puerto Rico", "San Juan, PR")]
#[case("Christiansted U.S. Virgin Islands", "Christiansted, VI")]
fn free_text_is_read(#[case] text: &str, #[case] label: &str) {
    if label.is_empty() {
        assert_eq!(gazetteer().resolve(text), Resolution::Unknown);
    } else {
        assert_eq!(found(text).label, label);
    }
}

#[rstest]
#[case("springfield", &["Springfield, MO", "Springfield, MA", "Springfield, IL"])]
#[case("portland", &["Portland, OR", "Portland, ME", "Portland, TX"])]
#[case("Columbia", &["Columbia, SC", "Columbia, MO", "Columbia, MD"])]
#[case("kansas city", &["Kansas City, MO", "Kansas City, KS"])]
#[case("cleveland", &["Cleveland, OH", "Cleveland, TN"])]
fn an_ambiguous_name_gives_its_candidates(#[case] text: &str, #[case] first: &[&str]) {
    let Resolution::Ambiguous(places) = gazetteer().resolve(text) else {
        panic!("`{text}` is not ambiguous: {:?}", gazetteer().resolve(text));
    };
    assert_eq!(labels(&places)[..first.len()], *first);
    assert!(places.len() <= 10);
    let states: BTreeSet<_> = places.iter().map(|place| place.state).collect();
    assert_eq!(states.len(), places.len(), "a candidate's label must tell it from the others");
    for place in &places {
        assert_eq!(found(&place.label), *place);
    }
}

#[rstest]
#[case("maryland", UsState::Md)]
#[case("MD", UsState::Md)]
#[case("Washington", UsState::Wa)]
#[case("puerto rico", UsState::Pr)]
#[case("West Virginia", UsState::Wv)]
fn a_state_is_no_place_to_search_around(#[case] text: &str, #[case] expected: UsState) {
    let Resolution::State { state, places } = gazetteer().resolve(text) else {
        panic!("`{text}` is not read as a state: {:?}", gazetteer().resolve(text));
    };
    assert_eq!(state, expected);
    if text == "Washington" {
        assert_eq!(places[0].label, "Washington, DC");
    } else {
        assert_eq!(places, [], "nobody who types `{text}` means a hamlet");
    }
}

#[rstest]
#[case("")]
#[case(" , ")]
#[case("usa")]
#[case("united states")]
#[case("calliope health ketamine")]
#[case("99999")]
#[case("Boston, MA 20814")]
#[case("springfield 20814")]
#[case("ketamine clinic 20814")]
#[case("20814 20814")]
#[case("39.0, -77.1")]
#[case("Bethesda, Ontario")]
fn what_is_not_known_is_not_guessed(#[case] text: &str) {
    assert_eq!(gazetteer().resolve(text), Resolution::Unknown);
}

#[test]
fn every_state_has_its_name_and_its_people() {
    let states = gazetteer().states();
    assert_eq!(states.len(), UsState::ALL.len());
    for info in states {
        assert_eq!(gazetteer().state_named(&info.name), Some(info.code));
        assert_eq!(gazetteer().state_named(info.code.as_str()), Some(info.code));
        assert!(info.population > 0);
        assert_eq!(info.region.is_some(), info.division.is_some());
    }
    let maryland = gazetteer().state(UsState::Md).unwrap();
    assert_eq!((maryland.name.as_str(), maryland.fips.as_str()), ("Maryland", "24"));
    assert_eq!(maryland.region.as_deref(), Some("South"));
    assert_eq!(maryland.population, 6_170_738);
    assert_eq!(gazetteer().state_named("d.c."), Some(UsState::Dc));
    assert_eq!(gazetteer().state_named("Ontario"), None);
}

#[test]
fn every_zip_code_resolves_to_a_point_in_its_states_box() {
    let mut count = 0;
    for place in gazetteer().zips() {
        count += 1;
        let zip = place.postal_code.as_deref().unwrap();
        assert_eq!(gazetteer().zip(zip).unwrap(), place);
        let Some(state) = place.state else {
            assert!(["96960", "96970"].contains(&zip), "{zip} has no state");
            continue;
        };
        assert!(gazetteer().inside_state_box(place.point, state), "{place:?}");
        assert!(!gazetteer().looks_swapped(place.point, state), "{place:?}");
        assert!(gazetteer().time_zone(place.point, state).is_some(), "{place:?}");
    }
    assert_eq!(count, 41_174);
}

#[test]
fn every_label_leads_back_to_its_place() {
    for place in gazetteer().zips() {
        let Some(state) = place.state.filter(|_| !place.city.is_empty()) else { continue };
        assert_eq!(gazetteer().resolve(&place.label), Resolution::Found(place.clone()));
        let town = gazetteer().city(&place.city, state).unwrap();
        assert_eq!(gazetteer().resolve(&town.label), Resolution::Found(town));
    }
}

#[test]
fn a_box_may_cross_the_antimeridian() {
    let alaska = gazetteer().state_box(UsState::Ak).unwrap();
    assert!(alaska.west > alaska.east, "{alaska:?}");
    let inside = |lat, lon| gazetteer().inside_state_box(LatLon { lat, lon }, UsState::Ak);
    assert!(inside(61.2, -149.9), "Anchorage");
    assert!(inside(52.9, 173.2), "Attu");
    assert!(inside(52.0, 180.0) && inside(52.0, -180.0));
    assert!(!inside(61.2, 149.9), "a lost minus sign");
    assert!(!inside(47.6, -122.3), "Seattle");
}

#[test]
fn a_point_in_the_wrong_place_is_noticed() {
    let bethesda = LatLon { lat: 39.0, lon: -77.1 };
    let swapped = LatLon { lat: -77.1, lon: 39.0 };
    let gazetteer = gazetteer();
    assert!(gazetteer.inside_state_box(bethesda, UsState::Md));
    assert!(!gazetteer.looks_swapped(bethesda, UsState::Md));
    assert!(!gazetteer.inside_state_box(swapped, UsState::Md));
    assert!(gazetteer.looks_swapped(swapped, UsState::Md));
    assert!(!gazetteer.looks_swapped(swapped, UsState::Ca));
    assert!(!gazetteer.inside_state_box(bethesda, UsState::Ca));
    for lat in [f64::NAN, f64::INFINITY, 0.0] {
        let nowhere = LatLon { lat, lon: lat };
        for state in UsState::ALL {
            assert!(!gazetteer.inside_state_box(nowhere, *state));
            assert!(!gazetteer.looks_swapped(nowhere, *state));
        }
    }
}

#[rstest]
#[case("20814", "America/New_York")]
#[case("62025", "America/Chicago")]
#[case("85001", "America/Phoenix")]
#[case("86047", "America/Phoenix")]
#[case("85936", "America/Denver")]
#[case("99501", "America/Anchorage")]
#[case("46204", "America/Indiana/Indianapolis")]
#[case("79901", "America/Denver")]
#[case("32501", "America/Chicago")]
#[case("00901", "America/Puerto_Rico")]
#[case("96910", "Pacific/Guam")]
fn a_place_has_a_time_zone(#[case] zip: &str, #[case] zone: &str) {
    // 85936 is St. Johns in Apache County, whose county point lies on the Navajo Nation: the
    // table says America/Denver for it.
    let place = gazetteer().zip(zip).unwrap();
    let found = gazetteer().time_zone(place.point, place.state.unwrap()).unwrap();
    assert_eq!(found.name(), zone);
}

#[test]
fn the_zone_is_one_of_the_named_state() {
    // Nearer to Phenix City, Alabama, than to any other county point of Georgia's east.
    let columbus = gazetteer().city("Columbus", UsState::Ga).unwrap();
    let zone = |state| gazetteer().time_zone(columbus.point, state).unwrap().name();
    assert_eq!(zone(UsState::Ga), "America/New_York");
    assert_eq!(zone(UsState::Al), "America/Chicago");
}

#[test]
fn boundaries_are_closed_rings_around_their_state() {
    let states = gazetteer().state_shapes().unwrap();
    let counties = gazetteer().county_shapes().unwrap();
    assert_eq!((states.len(), counties.len()), (56, 3_233));
    let drawn: BTreeSet<_> = states.iter().map(|shape| shape.state).collect();
    assert!(drawn.iter().eq(UsState::ALL));
    for shape in states.iter().chain(counties) {
        let bbox: BBox = gazetteer().state_box(shape.state).unwrap();
        let rings: Vec<_> = shape.polygons.iter().flatten().collect();
        // The one county that is too small for the scale.
        assert_eq!(rings.is_empty(), shape.name == "Falls Church", "{shape:?}");
        for ring in rings {
            assert!(ring.len() >= 4 && ring.first() == ring.last(), "{} {ring:?}", shape.name);
            for [lon, lat] in ring {
                assert!(
                    bbox.contains(LatLon { lat: *lat, lon: *lon }),
                    "{} {lat} {lon}",
                    shape.name
                );
            }
        }
    }
    let maryland = states.iter().find(|shape| shape.state == UsState::Md).unwrap();
    assert_eq!((maryland.name.as_str(), maryland.fips.as_str()), ("Maryland", "24"));
    assert!(counties.iter().any(|c| c.fips == "24031" && c.name == "Montgomery"));
}

#[test]
fn hostile_text_is_answered_at_once() {
    let long = [
        "a".repeat(10_000),
        "st ".repeat(4_000),
        "é\u{301}".repeat(5_000),
        "20814 ".repeat(2_000),
        "\u{0}\u{7f}\u{202e}\u{feff}".repeat(1_000),
        "\u{fdfa}".repeat(66),
        "new ".repeat(49),
    ];
    let start = Instant::now();
    for text in &long {
        assert_eq!(gazetteer().resolve(text), Resolution::Unknown);
        assert_eq!(gazetteer().city(text, UsState::Md), None);
        assert_eq!(gazetteer().state_named(text), None);
        assert_eq!(gazetteer().zip(text), Err(ZipError::Malformed));
    }
    assert!(start.elapsed().as_millis() < 500, "{:?}", start.elapsed());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,120}|.{0,60}") {
        let _ = gazetteer().resolve(&text);
        let _ = gazetteer().city(&text, UsState::Ny);
        let _ = gazetteer().zip(&text);
        let _ = gazetteer().state_named(&text);
    }

    #[test]
    fn a_box_holds_a_point_wherever_the_turn_is_cut(
        west in -180.0..180.0_f64, width in 0.0..180.0_f64, within in 0.0..=1.0_f64,
    ) {
        let wrap = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
        let bbox = BBox { south: -10.0, west, north: 10.0, east: wrap(west + width) };
        let inside = LatLon { lat: 0.0, lon: wrap(width.mul_add(within * 0.98 + 0.01, west)) };
        let outside = LatLon { lat: 0.0, lon: wrap(west + width + (358.0 - width) / 2.0) };
        prop_assert!(bbox.contains(inside));
        prop_assert!(!bbox.contains(outside));
    }
}
