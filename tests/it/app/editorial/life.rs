//! From draft to public and off again: which steps, by whom, over which versions.

use bedside::{
    app::{
        detail::{Missing, clinic},
        editorial::{EditError, diff, step, versions},
    },
    domain::{
        ListingState::{self, Delisted, Draft, InReview, Merged, Published, Submitted, Suspended},
        editorial::Verb,
    },
};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use super::{line, person, published, version};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{TODAY, app_on},
};

#[test]
fn only_the_steps_of_the_design_are_possible() {
    let possible =
        |state: ListingState| -> Vec<&str> { Verb::possible(state).map(Verb::as_str).collect() };
    assert_eq!(possible(Draft), ["submit", "delist", "merge"]);
    assert_eq!(possible(Submitted), ["take", "delist", "merge"]);
    assert_eq!(possible(InReview), ["publish", "return", "delist", "merge"]);
    assert_eq!(possible(Published), ["suspend", "delist", "merge"]);
    assert_eq!(possible(Suspended), ["resume", "delist", "merge"]);
    assert_eq!(possible(Delisted), Vec::<&str>::new());
    assert_eq!(possible(Merged), ["delist", "unmerge"]);
    assert_eq!(Verb::Return.from(InReview), Some(Draft));
    assert_eq!(Verb::Resume.from(Suspended), Some(InReview));
}

#[rstest]
fn a_listing_goes_public_and_off_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let (editor, verifier) = (person("editor"), person("verifier"));
    let made = editor.create(&app, line(1));
    assert_eq!((made.listing_state, made.version), (Draft, 1));
    editor.confirm_addresses(&app, made.id);
    let slug = made.slug.as_str();
    assert_eq!(clinic(&app, slug, None).unwrap_err(), Missing::Unknown);

    // A step that the state does not allow says what is possible, and changes nothing.
    let refused = verifier.step(&app, made.id, Verb::Publish).unwrap_err();
    assert!(refused.to_string().ends_with("possible now: submit, delist, merge"), "{refused}");
    assert_eq!(version(&app, made.id), 3);

    assert_eq!(editor.step(&app, made.id, Verb::Submit).unwrap().listing_state, Submitted);
    assert_eq!(verifier.step(&app, made.id, Verb::Take).unwrap().listing_state, InReview);
    assert_eq!(verifier.step(&app, made.id, Verb::Return).unwrap().listing_state, Draft);
    editor.step(&app, made.id, Verb::Submit).unwrap();
    verifier.step(&app, made.id, Verb::Take).unwrap();
    let public = verifier.step(&app, made.id, Verb::Publish).unwrap();
    assert_eq!(public.listing_state, Published);
    // Whoever wrote sees the write, and an id of a site is the listing's.
    let site = clinic(&app, slug, None).unwrap().data.item.id;
    assert_eq!(version(&app, site), public.version);

    verifier.step(&app, made.id, Verb::Suspend).unwrap();
    assert_eq!(clinic(&app, slug, None).unwrap_err(), Missing::Unknown);
    assert_eq!(verifier.step(&app, made.id, Verb::Resume).unwrap().listing_state, InReview);
    verifier.step(&app, made.id, Verb::Publish).unwrap();
    verifier.step(&app, made.id, Verb::Delist).unwrap();
    assert_eq!(clinic(&app, slug, None).unwrap_err(), Missing::Delisted);
    assert!(matches!(
        editor.patch(&app, made.id, json!({"profile": {"name": "Another"}})),
        Err(EditError::Closed { state: Delisted })
    ));
    assert!(matches!(
        step(&app, editor.errand(), (Uuid::nil(), &[1]), Verb::Submit),
        Err(EditError::Unknown)
    ));
}

#[rstest]
fn who_had_a_hand_in_a_listing_does_not_publish_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let (ann, ben, cat, dan) = (person("ann"), person("ben"), person("cat"), person("dan"));
    let id = ann.create(&app, line(1)).id;
    ann.confirm_addresses(&app, id);
    ben.step(&app, id, Verb::Submit).unwrap();
    ann.step(&app, id, Verb::Take).unwrap();
    cat.patch(&app, id, json!({"profile": {"description": "Another."}})).unwrap();
    for (who, did) in [(&ann, "created"), (&ben, "submitted"), (&cat, "changed")] {
        let refused = who.step(&app, id, Verb::Publish);
        assert!(matches!(&refused, Err(EditError::FourEyes(what)) if *what == did), "{refused:?}");
    }
    dan.step(&app, id, Verb::Publish).unwrap();
    // What was public once has been looked at: suspending and resuming needs no fourth person.
    ann.step(&app, id, Verb::Suspend).unwrap();
    ann.step(&app, id, Verb::Resume).unwrap();
    ann.step(&app, id, Verb::Publish).unwrap();
}

#[rstest]
fn of_racing_changes_exactly_one_wins(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let id = person("ann").create(&app, line(1)).id;
    for round in 0..100_i64 {
        let seen = version(&app, id);
        let outcomes: Vec<Result<i64, EditError>> = std::thread::scope(|scope| {
            let racers: Vec<_> = ["ann", "ben"]
                .into_iter()
                .map(|name| {
                    let app = &app;
                    scope.spawn(move || {
                        let profile = json!({"description": format!("{round} by {name}")});
                        let profile = profile.as_object().unwrap();
                        let who = person(name);
                        bedside::app::editorial::patch(
                            app,
                            who.errand(),
                            (id, &[seen]),
                            profile,
                            &serde_json::Map::new(),
                        )
                        .map(|receipt| receipt.version)
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        let won = outcomes.iter().filter(|o| matches!(o, Ok(v) if *v == seen + 1)).count();
        let lost = outcomes
            .iter()
            .filter(|o| matches!(o, Err(EditError::Stale { current }) if *current == seen + 1))
            .count();
        assert_eq!((won, lost), (1, 1), "round {round}: {outcomes:?}");
    }
    assert_eq!(version(&app, id), 101);
}

#[rstest]
fn any_two_versions_are_compared_field_by_field(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let id = published(&app, 1);
    let editor = person("editor");
    editor.patch(&app, id, json!({"profile": {"description": "One."}})).unwrap();
    editor.patch(&app, id, json!({"profile": {"description": "Two.", "website": null}})).unwrap();
    let last = version(&app, id);
    let told = |from, to| -> Vec<(String, Option<serde_json::Value>, Option<serde_json::Value>)> {
        diff(&app, id, from, to)
            .unwrap()
            .data
            .into_iter()
            .filter(|change| !["/version", "/updated_at"].contains(&change.pointer.as_str()))
            .filter(|change| !change.pointer.starts_with("/editorial"))
            .map(|change| (change.pointer, change.before, change.after))
            .collect()
    };
    let website = ("/profile/website".to_owned(), Some(json!("https://listing-1.example/")), None);
    assert_eq!(
        told(last - 1, last),
        [("/profile/description".to_owned(), Some(json!("One.")), Some(json!("Two."))), website,]
    );
    assert_eq!(told(last, last), []);
    assert!(told(1, last).iter().any(|(pointer, ..)| pointer == "/listing_state"));
    assert!(matches!(diff(&app, id, 0, 1), Err(EditError::NoVersion(0))));
    assert!(matches!(diff(&app, id, 1, last + 1), Err(EditError::NoVersion(_))));

    // Page by page, every version once.
    let mut numbers = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let links = ("/".to_owned(), "/?cursor=");
        let page = versions(&app, id, 3, cursor.as_deref(), links).unwrap();
        numbers.extend(page.data.iter().map(|made| made.version));
        assert!(page.data.iter().all(|made| made.reason_code == "test"));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(numbers, (1..=last).collect::<Vec<_>>());
}
