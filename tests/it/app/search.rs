//! From a question to a page of clinics.

use std::collections::BTreeSet;

use bedside::app::{cursor::CursorError, search::SearchError};
use chrono::TimeDelta;
use rstest::rstest;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{
        INITIAL, TODAY, app_of, app_on, fictional_set, file, import, left_out, names, noon, search,
        try_search,
    },
};

/// Within 500 miles of Washington, where half of the made-up set is.
const WIDE: &str = "postal_code=20814&radius=500&view=all";

#[rstest]
fn a_place_is_found_however_it_is_named(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let app = app_of(&db, &fictional_set());
    let by_zip = search(&app, "postal_code=20814&view=all");
    assert_eq!(by_zip.meta.interpreted, None);
    for query in ["city=Bethesda&state=MD", "q=bethesda md", "q=Bethesda, Maryland"] {
        let answer = search(&app, &format!("{query}&view=all"));
        assert_eq!(answer.meta.origin.unwrap().label, "Bethesda, MD", "{query}");
        let ids = |data: &[bedside::app::answer::ClinicItem]| -> BTreeSet<_> {
            data.iter().map(|clinic| clinic.id).collect()
        };
        assert_eq!(ids(&answer.data), ids(&by_zip.data), "{query}");
    }
    assert_eq!(search(&app, "q=20814").meta.interpreted.as_deref(), Some("place"));

    // With a place, `q` is a name.
    let named = search(&app, "postal_code=20814&view=all&q=make-beleive infusions");
    assert_eq!(names(&named), ["Make-Believe Infusions of Silver Spring (fictional)"]);
    assert_eq!(named.meta.interpreted.as_deref(), Some("name"));
    // Alone it is one where the gazetteer knows no such place.
    let alone = search(&app, "q=tall tale houston&view=all");
    assert_eq!(names(&alone), ["Tall Tale Ketamine of Uptown Houston (fictional)"]);
    assert_eq!(alone.meta.interpreted.as_deref(), Some("name"));
    assert!(alone.meta.origin.is_none() && alone.data[0].distance.is_none());
}

#[test]
fn a_state_by_name_is_all_of_it() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let named = search(&app, "q=Maryland&view=all");
    let by_code = search(&app, "state=MD&view=all");
    assert_eq!(names(&named), names(&by_code));
    assert!(named.meta.total >= 3 && named.meta.origin.is_none());
    assert_eq!(search(&app, "q=Maryland&state=MD&view=all").meta.total, named.meta.total);
    let both = search(&app, "q=Maryland&state=VA&view=all");
    assert_eq!((both.meta.total, left_out(&both)), (0, 0), "no clinic is in two states");
}

#[test]
fn an_ambiguous_place_is_answered_with_candidates() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    match try_search(&app, "q=springfield") {
        Err(SearchError::AmbiguousPlace { text, candidates }) => {
            assert_eq!(text, "springfield");
            let labels: Vec<&str> = candidates.iter().map(|place| place.label.as_str()).collect();
            assert!(labels.contains(&"Springfield, IL") && labels.contains(&"Springfield, MO"));
        }
        other => panic!("{other:?}"),
    }
    for query in ["postal_code=99999", "q=99999", "city=Nowhereville&state=MD"] {
        match try_search(&app, query) {
            Err(SearchError::PlaceNotFound(_)) => {}
            other => panic!("{query}: {other:?}"),
        }
    }
}

#[test]
fn a_name_without_a_letter_is_nobodys() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    for query in ["q=!!!&view=all", "postal_code=20814&view=all&q=---"] {
        let answer = search(&app, query);
        assert_eq!((answer.meta.total, left_out(&answer)), (0, 0), "{query}");
    }
}

#[rstest]
fn pages_add_up_to_the_whole(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let app = app_of(&db, &fictional_set());
    for sort in ["distance", "course_cost", "session_price", "name", "verified_at"] {
        for rest in ["", "&route=iv&unknown=include", "&q=ketamine"] {
            let query = format!("{WIDE}&sort={sort}{rest}");
            let whole = search(&app, &format!("{query}&limit=200"));
            assert!(whole.meta.total > 7 && whole.meta.next_cursor.is_none());
            let mut pages = Vec::new();
            let mut cursor = String::new();
            loop {
                let page = search(&app, &format!("{query}&limit=5{cursor}"));
                assert_eq!(page.meta.total, whole.meta.total);
                assert_eq!(page.meta.left_out, whole.meta.left_out);
                pages.extend(page.data.into_iter().map(|clinic| clinic.id));
                let Some(next) = page.meta.next_cursor else { break };
                cursor = format!("&cursor={next}");
            }
            let ids: Vec<_> = whole.data.iter().map(|clinic| clinic.id).collect();
            assert_eq!(pages, ids, "{query}");
        }
    }
    let counted = search(&app, &format!("{WIDE}&limit=0"));
    assert!(counted.data.is_empty() && counted.meta.total > 7);
    assert_eq!(counted.meta.next_cursor, None);
}

#[test]
fn a_cursor_serves_its_own_question_for_a_day() {
    let db = TestDb::new(Sqlite).unwrap();
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (app, clock) = app_on(&db, TODAY);
    let cursor = search(&app, &format!("{WIDE}&limit=5")).meta.next_cursor.unwrap();
    let again = |query: String| match try_search(&app, &format!("{query}&cursor={cursor}")) {
        Ok(answer) => Ok(answer.data.len()),
        Err(SearchError::Cursor(error)) => Err(error),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(again(format!("{WIDE}&limit=3")), Ok(3), "another page size is the same question");
    assert_eq!(again(format!("{WIDE}&sort=name")), Err(CursorError::OtherQuery));
    assert_eq!(again(format!("{WIDE}&route=iv")), Err(CursorError::OtherQuery));
    let (replica, _) = app_on(&db, TODAY);
    assert!(try_search(&replica, &format!("{WIDE}&cursor={cursor}")).is_ok(), "keys are shared");
    clock.set(noon(TODAY) + TimeDelta::hours(25));
    assert_eq!(again(format!("{WIDE}&limit=3")), Err(CursorError::Expired));
}

#[test]
fn every_listing_of_a_place_is_shown_or_counted_once() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    for place in ["postal_code=20814&radius=500", "q=chicago il&radius=300", "lat=38.9&lon=-77.0"] {
        let sum = |rest: &str| {
            let answer = search(&app, &format!("{place}{rest}"));
            answer.meta.total + left_out(&answer)
        };
        let all = sum("&view=all");
        assert!(all > 0, "{place}");
        assert_eq!([sum("&view=supervised"), sum("&view=default")], [all, all], "{place}");
        // Under a filter the rest are those whose known values fail it.
        for (filter, opposite) in [
            ("&follow_up=true", "&follow_up=false"),
            ("&integration=true", "&integration=false"),
            ("&accepting=true", "&accepting=false"),
            ("&payment=self-pay", "&payment_not=self-pay"),
        ] {
            for view in ["&view=all", ""] {
                let yes = search(&app, &format!("{place}{filter}{view}"));
                let no = search(&app, &format!("{place}{opposite}{view}"));
                assert_eq!(yes.meta.left_out.unknown, no.meta.left_out.unknown);
                let known = |answer: &bedside::app::answer::SearchAnswer| {
                    answer.meta.total + left_out(answer) - answer.meta.left_out.unknown
                };
                let counted = known(&yes) + known(&no) + yes.meta.left_out.unknown;
                assert_eq!(counted, all, "{place}{filter}{view}");
            }
        }
    }
}

#[test]
fn the_order_is_by_value_then_id_and_what_has_no_value_comes_last() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let sorted = |sort: &str| search(&app, &format!("{WIDE}&limit=200&sort={sort}")).data;
    /// Nulls behind everything, then the id.
    fn check<K: Ord + Clone + std::fmt::Debug>(sort: &str, keys: &[(Option<K>, uuid::Uuid)]) {
        let mut right = keys.to_vec();
        right.sort_by_key(|(key, id)| (key.is_none(), key.clone(), *id));
        assert_eq!(keys, right, "{sort}");
    }
    let costs: Vec<_> = sorted("course_cost")
        .iter()
        .map(|c| {
            let complete = c.course_cost.state == bedside::domain::course_cost::CostState::Complete;
            (c.course_cost.min_cents.filter(|_| complete), c.id)
        })
        .collect();
    check("course_cost", &costs);
    let (known, unknown) = (costs.iter().filter(|c| c.0.is_some()).count(), costs.len());
    assert!(known > 3 && known < unknown, "both ends are there");
    let prices: Vec<_> = sorted("session_price")
        .iter()
        .map(|c| (c.price.as_ref().map(|price| price.session_min_cents), c.id))
        .collect();
    check("session_price", &prices);
    let days: Vec<_> = sorted("verified_at")
        .iter()
        .map(|c| (c.safety.verified_on.map(std::cmp::Reverse), c.id))
        .collect();
    check("verified_at", &days);
    let by_name: Vec<_> =
        sorted("name").iter().map(|c| (Some(bedside::catalog::fold_name(&c.name)), c.id)).collect();
    check("name", &by_name);
    let near: Vec<f64> = sorted("distance").iter().map(|c| c.distance.unwrap().m).collect();
    assert!(near.is_sorted() && near.iter().all(|m| *m <= 500.0 * 1609.344));
}
