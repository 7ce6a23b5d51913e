//! The catalog follows its store, whoever writes, and outlives it.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use bedside::{
    app::{
        App,
        detail::{Missing, clinic, provider as detail},
        keeper::Keeper,
    },
    domain::ListingState,
    store::{Action, Actor, ActorKind, MetaKey, Reason, Store},
};
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::json;

use super::{head, provider, write};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{
        INITIAL, ORDINARY, TODAY, app_on, fictional, fictional_set, file, import, names, noon,
        search,
    },
};

/// What any reader sees of everything.
fn seen(app: &App) -> serde_json::Value {
    let answer = search(app, "view=all&limit=200");
    json!([answer.data, answer.meta.total, answer.meta.left_out, answer.meta.revision])
}

/// A setting, as another process at its first start writes one.
fn set_something(store: &Store) {
    let (actor, reason) = (Actor::new(ActorKind::System, "other"), Reason::new("test", ""));
    let key = store.read(|reader| reader.meta(MetaKey::CursorKey)).unwrap().unwrap();
    store.write(&actor, &reason, |tx| tx.set_meta(MetaKey::CursorKey, &key)).unwrap();
}

#[rstest]
fn what_another_process_writes_is_taken_in(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    assert!(app.catalog.load().is_empty() && !app.catalog.load().fictional());
    let other = db.store();

    // The first providers decide what the database is.
    import(&other, &file(&[fictional("F001")]), INITIAL).unwrap();
    assert_eq!(search(&app, "postal_code=20814").meta.total, 0, "nobody has looked yet");
    app.catch_up().unwrap();
    let answer = search(&app, "postal_code=20814");
    assert_eq!((answer.meta.total, answer.meta.revision), (1, 1), "one entry of the public log");
    assert_eq!(app.catalog.load().revision(), head(&other));
    assert!(answer.meta.fictional);

    import(&other, &file(&fictional_set()), INITIAL).unwrap();
    app.catch_up().unwrap();
    let (fresh, _) = app_on(&db, TODAY);
    assert_eq!(seen(&app), seen(&fresh));

    // Providers that nobody may see change nothing that is seen.
    let mut unseen = fictional("F002");
    unseen["source_key"] = json!("F002b");
    import(&other, &file(&[unseen]), ORDINARY).unwrap();
    app.catch_up().unwrap();
    assert_eq!(seen(&app)[0], seen(&fresh)[0]);
    assert_eq!(app.catalog.load().revision(), head(&other));
}

#[rstest]
fn a_document_that_cannot_be_read_costs_its_own_listing_alone(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    import(&store, &file(&[fictional("F001"), fictional("F002")]), INITIAL).unwrap();
    let (app, _) = app_on(&db, TODAY);
    assert_eq!((search(&app, "view=all").data.len(), app.unreadable()), (2, 0));

    write(&store, Action::Change, "F001", |provider| provider.profile.name.push('!'));
    db.execute("UPDATE providers SET document = '{' WHERE source_key = 'F001'");
    app.catch_up().unwrap();
    let (fresh, _) = app_on(&db, TODAY);
    for app in [&app, &fresh] {
        let shown = search(app, "view=all").data;
        assert_eq!((shown.len(), app.unreadable()), (1, 1));
        assert!(shown[0].name.contains("Make-Believe"), "{}", shown[0].name);
        assert_eq!(app.catalog.load().revision(), head(&store));
    }
}

#[rstest]
fn a_patched_catalog_answers_as_one_that_was_read_anew(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    import(&store, &file(&fictional_set()), INITIAL).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let of_two_doors = provider(&app, "F113");
    write(&store, Action::Change, "F001", |p| {
        p.sites[0].profile.name = Some("Renamed Ketamine of Bethesda (fictional)".to_owned());
    });
    write(&store, Action::Suspend, "F002", |p| p.listing_state = ListingState::Suspended);
    write(&store, Action::Delist, "F003", |p| p.listing_state = ListingState::Delisted);
    let into = provider(&app, "F001").id;
    write(&store, Action::Merge, "F004", |p| {
        p.listing_state = ListingState::Merged;
        p.merged_into = Some(into);
    });
    write(&store, Action::Publish, "F121", |p| p.listing_state = ListingState::Published);
    write(&store, Action::Change, "F113", |p| {
        p.sites[0].withdrawn_on = Some(TODAY.parse().unwrap());
    });
    app.catch_up().unwrap();

    let (fresh, _) = app_on(&db, TODAY);
    assert_eq!(seen(&app), seen(&fresh));
    let found = search(&app, "q=renamed ketamine&view=all");
    assert_eq!(names(&found), ["Renamed Ketamine of Bethesda (fictional)"]);
    for app in [&app, &fresh] {
        let site = |key: &str| provider(app, key).sites[0].slug.clone();
        let of = |key: &str| provider(app, key).slug;
        assert_eq!(clinic(app, &site("F002"), None).unwrap_err(), Missing::Unknown);
        assert_eq!(clinic(app, &site("F003"), None).unwrap_err(), Missing::Delisted);
        assert_eq!(detail(app, &of("F003"), None).unwrap_err(), Missing::Delisted);
        assert_eq!(detail(app, &of("F004"), None).unwrap_err(), Missing::Merged { into });
        assert!(detail(app, &of("F121"), None).is_ok());
        assert!(clinic(app, &of_two_doors.sites[0].slug, None).is_err(), "a withdrawn site");
        assert!(clinic(app, &of_two_doors.sites[1].slug, None).is_ok());
    }
}

#[rstest]
fn a_write_that_no_provider_has_to_do_with_is_taken_in_once(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(true, false)] empty: bool,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    if !empty {
        import(&store, &file(&[fictional("F001")]), INITIAL).unwrap();
    }
    let (app, _) = app_on(&db, TODAY);
    set_something(&store);
    app.catch_up().unwrap();
    let caught_up = app.catalog.load_full();
    assert_eq!(caught_up.revision(), head(&store));
    app.catch_up().unwrap();
    assert!(Arc::ptr_eq(&caught_up, &app.catalog.load_full()), "nothing new, nothing done");
}

#[rstest]
fn a_new_day_decides_anew(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (app, clock) = app_on(&db, "2026-12-31");
    assert_eq!(search(&app, "q=el paso tx").meta.total, 1);
    clock.set(noon("2026-12-31") + TimeDelta::hours(11));
    app.catch_up().unwrap();
    assert_eq!(search(&app, "q=el paso tx").meta.total, 1, "the last day is a whole day");
    clock.set(noon("2027-01-01") - TimeDelta::hours(12));
    app.catch_up().unwrap();
    let answer = search(&app, "q=el paso tx");
    assert_eq!((answer.meta.total, answer.meta.as_of.to_string().as_str()), (0, "2027-01-01"));
    assert_eq!(answer.meta.left_out.insufficient_information, 1);
}

/// Waits until the keeper has noticed whether the database answers.
#[track_caller]
fn wait_for_writes(app: &App, taken: bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while app.takes_writes() != taken {
        assert!(Instant::now() < patience, "takes_writes() stays {}", !taken);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[rstest]
fn with_the_database_gone_reads_go_on(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (app, _) = app_on(&db, TODAY);
    // What is due about the flags of the set is done before anybody looks.
    app.attend_to_flags().unwrap();
    let _keeper = Keeper::start(Arc::clone(&app));
    let before = seen(&app);
    assert!(app.takes_writes());

    let away = |there: bool| match (&db.file, &db.schema) {
        (Some(file), _) => {
            let moved = file.with_extension("away");
            let (from, to) = if there { (&moved, file) } else { (file, &moved) };
            fs::rename(from, to).unwrap();
        }
        (None, Some(schema)) => {
            let moved = format!("{schema}_away");
            let (from, to) = if there { (&moved, schema) } else { (schema, &moved) };
            db.execute(&format!("ALTER SCHEMA {from} RENAME TO {to}"));
        }
        (None, None) => unreachable!(),
    };
    away(false);
    wait_for_writes(&app, false);
    assert_eq!(seen(&app), before);
    let found = &search(&app, "postal_code=20814&view=all").data[0];
    assert!(clinic(&app, &found.slug, None).is_ok());
    assert!(detail(&app, &found.provider.slug, None).is_ok());
    assert!(search(&app, "postal_code=20814&as_of=2027-01-01").meta.total > 0);
    let checked = bedside::app::check::check(&app, &found.name);
    assert_eq!(checked.matches.len(), 1);
    assert!(app.catch_up().is_err());

    away(true);
    wait_for_writes(&app, true);
    assert_eq!(seen(&app), before);
}
