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
        "postal_code=20814&radius=500&limit=200",
        "postal_code=20814&radius=500&limit=200&view=all&sort=course_cost",
        "q=el paso tx&view=supervised",
        "bbox=-125,24,-66,50&limit=200&view=all&verified_within_days=200",
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
fn what_was_laid_out_for_another_day_is_forgotten_with_the_next_change() {
    let mut row = fictional("F001");
    row["sites"][0]["credentials"][0]["expires_on"] = json!("2026-12-31");
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, std::slice::from_ref(&row));
    let then = || search(&app, "postal_code=20814&as_of=2027-01-01");
    assert_eq!(then().meta.total, 0);
    // Asked again it is the same, and another question is not answered by it.
    assert_eq!(then().meta.total, 0);
    assert_eq!(search(&app, "postal_code=20814&as_of=2027-01-01&view=all").meta.total, 1);
    assert_eq!(search(&app, "postal_code=20814&as_of=2026-12-30").meta.total, 1);

    row["sites"][0]["credentials"][0]["expires_on"] = json!("2027-01-31");
    import(&app.store, &file(&[row]), INITIAL).unwrap();
    app.catch_up().unwrap();
    assert_eq!(then().meta.total, 1);
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
