//! Names in addresses.

use std::collections::HashSet;

use bedside::{
    domain::{UsState, place::Address},
    import::slug::{MOST_SLUG_BYTES, first_free, slug},
};
use proptest::prelude::*;
use rstest::rstest;

fn address(city: &str, state: UsState) -> Address {
    Address { city: Some(city.to_owned()), state: Some(state), ..Address::default() }
}

#[rstest]
#[case("Calliope Health Ketamine", "calliope-health-ketamine-bethesda-md")]
#[case("  Dr. O’Neil's  Spa & Clinic -- No. 1! ", "dr-oneils-spa-and-clinic-no-1-bethesda-md")]
#[case("Zoë Łukasz Straße Ångström ﬁne", "zoe-lukasz-strasse-angstrom-fine-bethesda-md")]
#[case("R&R", "r-and-r-bethesda-md")]
#[case("氯胺酮", "listing-bethesda-md")]
#[case("360 Infusions", "360-infusions-bethesda-md")]
fn a_slug_is_name_city_and_state(#[case] name: &str, #[case] wanted: &str) {
    assert_eq!(slug(name, Some(&address("Bethesda", UsState::Md))), wanted);
}

#[test]
fn a_slug_needs_no_place() {
    assert_eq!(slug("Anywhere Clinic", None), "anywhere-clinic");
    assert_eq!(slug("Anywhere Clinic", Some(&Address::default())), "anywhere-clinic");
}

#[test]
fn a_slug_is_never_a_word_of_the_api_nor_an_id() {
    assert_eq!(slug("Compare", None), "compare-listing");
    assert_eq!(slug("Search!", None), "search-listing");
    let id = "0197a1b2-0000-7000-8000-000000000000";
    assert_eq!(slug(id, None), format!("{id}-listing"));
}

#[test]
fn a_long_name_gives_way_to_the_place() {
    let long = slug(&"Very Long Name ".repeat(20), Some(&address("Bethesda", UsState::Md)));
    assert!(long.ends_with("-name-bethesda-md") || long.ends_with("-bethesda-md"), "{long}");
    assert!(long.len() <= MOST_SLUG_BYTES);
}

#[test]
fn a_taken_slug_gets_a_number() {
    let mut taken: HashSet<String> = HashSet::new();
    let mut next = || first_free("a".to_owned(), |slug| taken.insert(slug.to_owned()));
    assert_eq!([next(), next(), next()], ["a", "a-2", "a-3"]);
}

proptest! {
    #[test]
    fn a_slug_is_short_ascii_words(name in "\\PC{0,200}", city in "\\PC{0,120}") {
        let made = slug(&name, Some(&address(&city, UsState::Md)));
        prop_assert!(made.len() <= MOST_SLUG_BYTES && !made.is_empty());
        prop_assert!(made.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        }), "{made}");
        prop_assert_eq!(slug(&name, Some(&address(&city, UsState::Md))), made);
    }
}
