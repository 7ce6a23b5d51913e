//! A search, a clinic and a cost as they are on another day.

use bedside::{
    app::{detail, search::SearchError},
    domain::SafetyStatus,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{
        INITIAL, TODAY, app_of, app_on, fictional, fictional_set, file, import, search, try_search,
    },
};

/// The clinics of an answer, whatever revision and page they came with.
fn data(answer: &bedside::app::answer::SearchAnswer) -> Value {
    json!(answer.data)
}

#[rstest]
fn a_search_for_another_day_answers_as_that_day_would(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values("2026-12-31", "2027-01-01", "2027-06-30", "2028-02-01", "2026-06-01")] day: &str,
) {
    let Some(db) = TestDb::new(backend) else { return };
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (today, _) = app_on(&db, TODAY);
    let (then, _) = app_on(&db, day);
    for query in [
        "postal_code=20814&radius=150&limit=200",
        "postal_code=20814&radius=150&limit=200&view=all&sort=course_cost",
        "postal_code=60614&radius=200&limit=200&view=all&unknown=include&route=iv",
        "q=el paso tx&view=supervised",
        "bbox=-125,30,-105,50&limit=200&view=all&verified_within_days=200",
    ] {
        let asked = search(&today, &format!("{query}&as_of={day}"));
        let lived = search(&then, query);
        assert_eq!(asked.meta.as_of.to_string(), day);
        assert_eq!(asked.meta.left_out, lived.meta.left_out, "{query}");
        assert_eq!(asked.meta.total, lived.meta.total, "{query}");
        assert_eq!(data(&asked), data(&lived), "{query}");
    }
}

#[test]
fn what_would_have_to_be_evaluated_anew_is_limited_and_the_rest_is_not() {
    let db = TestDb::new(Sqlite).unwrap();
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let everywhere = "bbox=-180,-90,180,90&limit=200&view=all";
    match try_search(&app, &format!("{everywhere}&as_of=2031-01-01")) {
        Err(SearchError::TooManyForDate(day)) => assert_eq!(day.to_string(), TODAY),
        other => panic!("{other:?}"),
    }
    // From one day to the next hardly anything ages.
    let tomorrow = search(&app, &format!("{everywhere}&as_of=2026-11-22"));
    assert_eq!(tomorrow.meta.total, search(&app, everywhere).meta.total);
    assert!(tomorrow.meta.total > 50);
    // What a filter leaves out on any day need not be looked at.
    search(&app, &format!("{everywhere}&as_of=2031-01-01&state=MD"));
}

#[test]
fn an_accreditation_ends_with_its_last_day() {
    let mut row = fictional("F001");
    row["sites"][0]["credentials"][0]["expires_on"] = json!("2026-12-31");
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &[row]);
    let on = |day: &str| search(&app, &format!("postal_code=20814&as_of={day}"));
    assert_eq!(on("2026-12-31").meta.total, 1);
    let after = on("2027-01-01");
    assert_eq!((after.data.len(), after.meta.left_out.not_accredited), (0, 1));
}

#[test]
fn facts_count_to_their_last_day_or_their_age_limit() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let status = |place: &str, day: &str| {
        let answer = search(&app, &format!("{place}&radius=10&view=all&as_of={day}"));
        answer.data[0].safety.status
    };
    // Every fact of this one names the last day of the year.
    assert_eq!(status("q=el paso tx", "2026-12-31"), SafetyStatus::SupervisedInPerson);
    assert_eq!(status("q=el paso tx", "2027-01-01"), SafetyStatus::InsufficientInformation);
    // Those of this one name none, and age by the rulebook.
    assert_eq!(status("q=albany ny", TODAY), SafetyStatus::SupervisedInPerson);
    assert_eq!(status("q=albany ny", "2027-12-01"), SafetyStatus::InsufficientInformation);
}

#[test]
fn another_day_needs_a_place_in_a_search_and_none_elsewhere() {
    let db = TestDb::new(Sqlite).unwrap();
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (app, _) = app_on(&db, TODAY);
    for query in ["view=all", "state=MD", "q=tall tale", "q=Maryland"] {
        match try_search(&app, &format!("{query}&as_of=2027-01-01")) {
            Err(SearchError::DateNeedsPlace(day)) => assert_eq!(day.to_string(), TODAY),
            other => panic!("{query}: {other:?}"),
        }
        assert!(try_search(&app, &format!("{query}&as_of={TODAY}")).is_ok(), "{query}");
    }
    let slug = search(&app, "q=el paso tx").data[0].slug.clone();
    let on = |day: &str| detail::clinic(&app, &slug, Some(day.parse().unwrap())).unwrap();
    assert!(on("2026-12-31").data.item.accredited && !on("2027-01-01").data.item.accredited);
    let cost = |day: &str| {
        let day = Some(day.parse().unwrap());
        detail::course_cost(&app, &slug, None, None, day).unwrap().unwrap().state
    };
    assert_ne!(cost(TODAY), cost("2040-01-01"), "prices are dated too");
}
