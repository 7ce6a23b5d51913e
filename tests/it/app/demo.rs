//! The two sets that ship: what the public sees of each provider.

use std::collections::{BTreeMap, BTreeSet};

use bedside::{
    app::{
        App, demo,
        detail::{Missing, provider as detail},
    },
    catalog::ListingClass,
    clock::ManualClock,
    config::Demo,
    domain::{OperatingStatus, SafetyStatus},
    gazetteer::Gazetteer,
    store::Options,
};
use rstest::rstest;

use super::{head, provider};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{TODAY, app_on, fictional_set, left_out, noon, rulebook, search, try_search},
};

/// A database filled as `serve --demo` fills it, and the application over it.
fn filled(backend: Backend, set: Demo) -> Option<(TestDb, std::sync::Arc<App>)> {
    let db = TestDb::new(backend)?;
    let clock = ManualClock::new(noon(TODAY));
    let store =
        db.store_with(std::sync::Arc::new(ManualClock::new(noon(TODAY))), &Options::default());
    let gazetteer = Gazetteer::embedded().unwrap();
    demo::fill(&store, set, rulebook(), gazetteer, &clock).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let before = head(&store);
    demo::fill(&store, Demo::Real, rulebook(), gazetteer, &clock).unwrap();
    assert_eq!(head(&store), before, "a database that holds providers is left as it is");
    Some((db, app))
}

/// What the set's maker means each provider to be: key, then status or listing state.
fn intended() -> BTreeMap<&'static str, Vec<&'static str>> {
    include_str!("intended.csv")
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').unwrap())
        .map(|(key, intended)| (key, intended.split('+').collect()))
        .collect()
}

#[rstest]
fn every_made_up_provider_has_the_status_that_it_stands_for(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((_db, app)) = filled(backend, Demo::Fictional) else { return };
    let intended = intended();
    assert_eq!(intended.len(), fictional_set().len());
    for (key, intended) in intended {
        let stored = provider(&app, key);
        let shown = detail(&app, &stored.slug, None);
        match intended.as_slice() {
            ["draft" | "submitted" | "in_review" | "suspended"] => {
                assert_eq!(shown.unwrap_err(), Missing::Unknown, "{key}");
            }
            ["delisted"] => assert_eq!(shown.unwrap_err(), Missing::Delisted, "{key}"),
            [status] => {
                let shown = shown.unwrap().data.item;
                assert_eq!(shown.safety.status.as_str(), *status, "{key}");
                for site in shown.sites {
                    assert_eq!(site.status.as_str(), *status, "{key} {}", site.name);
                }
            }
            sites => {
                let sites_shown = shown.unwrap().data.item.sites;
                assert_eq!(sites_shown.len(), sites.len(), "{key}");
                for (site, intended) in sites_shown.iter().zip(sites) {
                    match *intended {
                        "closed" => {
                            assert_eq!(
                                app.catalog.load().class(site.id),
                                Some(ListingClass::Closed)
                            );
                        }
                        status => assert_eq!(site.status.as_str(), status, "{key} {}", site.name),
                    }
                }
            }
        }
    }
}

#[test]
fn every_status_and_every_class_occurs_in_the_made_up_set() {
    let (_db, app) = filled(Sqlite, Demo::Fictional).unwrap();
    let mut statuses = BTreeSet::new();
    let mut classes = BTreeSet::new();
    let catalog = app.catalog.load();
    for row in fictional_set() {
        let stored = provider(&app, row["source_key"].as_str().unwrap());
        if let Ok(shown) = detail(&app, &stored.slug, None) {
            statuses.insert(shown.data.item.safety.status.as_str());
            classes.extend(stored.sites.iter().filter_map(|site| catalog.class(site.id)));
        }
    }
    assert_eq!(statuses.len(), SafetyStatus::ALL.len(), "{statuses:?}");
    assert_eq!(classes, ListingClass::ALL.into_iter().collect());
}

#[rstest]
#[case("postal_code=20814", "Bethesda, MD 20814")]
#[case("city=New York&state=NY", "New York, NY")]
#[case("q=chicago il", "Chicago, IL")]
#[case("q=los angeles", "Los Angeles, CA")]
#[case("postal_code=77002", "Houston, TX 77002")]
fn near_a_big_city_there_are_accredited_clinics_with_their_course_cost(
    #[case] place: &str,
    #[case] label: &str,
) {
    let (_db, app) = filled(Sqlite, Demo::Fictional).unwrap();
    let answer = search(&app, place);
    assert_eq!(answer.meta.origin.as_ref().unwrap().label, label);
    assert!(answer.meta.total >= 2, "{}", answer.meta.total);
    assert!(answer.meta.fictional);
    let priced = answer.data.iter().filter(|clinic| clinic.course_cost.min_cents.is_some());
    assert!(priced.count() >= 2);
    for clinic in &answer.data {
        assert!(clinic.accredited && clinic.safety.status.as_str().starts_with("supervised"));
        assert!(clinic.safety.verified_on.is_some(), "{}", clinic.name);
    }
}

#[rstest]
fn a_search_of_the_real_set_finds_calliope_and_says_what_is_not_known(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some((_db, app)) = filled(backend, Demo::Real) else { return };
    let answer = search(&app, "postal_code=20814&view=all");
    assert!(!answer.meta.fictional);
    let clinic = answer.data.iter().find(|c| c.name == "Calliope Health Ketamine").unwrap();
    assert_eq!(clinic.address.city.as_deref(), Some("Bethesda"));
    assert_eq!(clinic.address.postal_code.as_deref(), Some("20814"));
    assert!(clinic.address.line1.is_some());
    assert_eq!(clinic.phone.as_deref(), Some("+13018289513"));
    assert!(clinic.website.as_deref().is_some_and(|url| url.contains("calliope")));
    assert_eq!(clinic.safety.text, "We could not verify key safety facts");
    assert_eq!(clinic.operating_status.unwrap_or(OperatingStatus::Normal), OperatingStatus::Normal);

    let hidden = search(&app, "postal_code=20814");
    assert_eq!((hidden.data.len(), hidden.meta.total), (0, 0));
    assert_eq!(hidden.meta.left_out.insufficient_information, answer.meta.total);
    assert_eq!(left_out(&hidden), answer.meta.total + left_out(&answer));
    for (zip, found) in [("62025", true), ("07024", true), ("99999", false)] {
        assert_eq!(try_search(&app, &format!("postal_code={zip}")).is_ok(), found, "{zip}");
    }
}

#[test]
fn nothing_is_claimed_about_a_real_provider_for_or_against() {
    let (_db, app) = filled(Sqlite, Demo::Real).unwrap();
    let mut public = 0;
    for line in include_str!("../../../data/providers.ndjson").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let stored = provider(&app, row["source_key"].as_str().unwrap());
        let Ok(shown) = detail(&app, &stored.slug, None) else { continue };
        public += 1;
        let safety = shown.data.item.safety;
        assert_eq!(safety.status, SafetyStatus::InsufficientInformation, "{}", stored.slug);
        assert_eq!(safety.counts.critical, 0, "{}", stored.slug);
        assert!(shown.data.item.flags.is_empty());
    }
    assert!(public > 70, "{public}");
    assert_eq!(search(&app, "view=supervised").meta.total, 0);
    assert_eq!(search(&app, "status=flagged").meta.total, 0);
}
