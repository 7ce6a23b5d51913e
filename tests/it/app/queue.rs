//! The queue: what it holds, in which order, and that two people never do the same thing.

use bedside::{
    app::{
        App,
        queue::{
            Board, Filter, ItemKind, Placed, QueueItem, Risk, TaskOutcome, Wanted,
            work::{Seen, WorkError},
        },
        screening::{List, ScreenOptions, screen},
    },
    domain::{
        ListingState,
        provider::{Provider, standing},
    },
    store::{Action, Actor, ActorKind, Reason},
};
use chrono::{NaiveDate, TimeDelta};
use rstest::rstest;
use serde_json::{Value, json};

use super::{provider, write};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{
        INITIAL, TODAY, app_of, app_on, fictional, fictional_set, file, import, noon, rulebook,
    },
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn someone(name: &str) -> Actor {
    Actor::new(ActorKind::Person, name)
}

fn because() -> Reason {
    Reason::new("test", "")
}

/// Every item of the queue, or of one provider.
fn items(app: &App, filter: Filter) -> Vec<QueueItem> {
    let wanted = Wanted { filter, after: None, limit: 100_000 };
    app.queue_page(&wanted).unwrap().0.data
}

fn of(app: &App, key: &str) -> Vec<QueueItem> {
    items(app, Filter { provider: Some(provider(app, key).id), ..Filter::default() })
}

fn about<'i>(items: &'i [QueueItem], fact: &str) -> &'i QueueItem {
    items.iter().find(|item| item.facts == [fact]).unwrap_or_else(|| panic!("{fact}: {items:#?}"))
}

/// A clinic whose every answer stands, but for one fact that the change touches.
fn with_fact(key: &str, fact: &str, change: impl Fn(&mut Value)) -> Value {
    let mut row = fictional(key);
    for list in ["/facts", "/sites/0/facts"] {
        for one in row.pointer_mut(list).unwrap().as_array_mut().unwrap() {
            if one["name"] == fact {
                change(one);
            }
        }
    }
    row
}

#[test]
fn each_gap_is_an_item_of_its_kind() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    for (key, kind) in [
        ("F090", ItemKind::Missing),
        ("F091", ItemKind::Stale),
        ("F092", ItemKind::Conflicting),
        ("F093", ItemKind::BelowTier),
    ] {
        let found = of(&app, key);
        assert!(found.iter().any(|item| item.kind == kind), "{key}: {found:#?}");
    }
    let unasked = of(&app, "F090");
    assert_eq!(unasked.len(), 1, "what nobody has asked is one item: {unasked:#?}");
    assert!(unasked[0].facts.len() > 10 && unasked[0].risk == Risk::Critical);
    assert!(unasked[0].facts.contains(&"offers.racemic_ketamine".to_owned()));
    // Who is off the directory for good is nobody's work.
    assert!(of(&app, "F124").is_empty());
    let page = app.queue_page(&Wanted { limit: 1, ..Wanted::default() }).unwrap().0;
    let all = items(&app, Filter::default());
    let count = |kind| all.iter().filter(|item| item.kind == kind).count();
    let counts = page.counts;
    for (kind, counted) in [
        (ItemKind::Missing, counts.missing),
        (ItemKind::Stale, counts.stale),
        (ItemKind::BelowTier, counts.below_tier),
        (ItemKind::Conflicting, counts.conflicting),
        (ItemKind::Expiring, counts.expiring_90),
        (ItemKind::Review, counts.review),
    ] {
        assert_eq!(u64::try_from(count(kind)).unwrap(), counted, "{kind:?}");
    }
}

#[test]
fn what_runs_out_is_foretold_with_its_cause() {
    let db = TestDb::new(Sqlite).unwrap();
    let soon = with_fact("F001", "excl.leie", |fact| fact["valid_until"] = json!("2026-11-25"));
    let later = with_fact("F002", "site.monitor_bp", |fact| {
        fact["valid_until"] = json!("2026-12-10");
    });
    let mut hidden = with_fact("F003", "excl.leie", |fact| {
        fact["valid_until"] = json!("2026-11-25");
    });
    hidden["listing_state"] = json!("submitted");
    let app = app_of(&db, &[soon, later, hidden, fictional("F004")]);
    let found = of(&app, "F001");
    let item = about(&found, "excl.leie");
    assert_eq!((item.kind, item.since), (ItemKind::Expiring, day("2026-11-25")));
    assert!(item.published && item.site.is_none() && item.risk <= Risk::Label, "{item:#?}");
    assert!(about(&of(&app, "F002"), "site.monitor_bp").site.is_some());

    let page = app.queue_page(&Wanted { limit: 1, ..Wanted::default() }).unwrap().0;
    let [week, month, quarter] = page.forecast.as_slice() else { panic!("{page:#?}") };
    assert_eq!((week.days, month.days, quarter.days), (7, 30, 90));
    assert_eq!(week.listings, 1, "{page:#?}");
    assert_eq!(week.causes[0].cause, "excl.leie");
    assert_eq!(month.listings, 2, "{page:#?}");
    assert!(month.causes.iter().any(|cause| cause.cause == "site.monitor_bp"));
    assert_eq!(page.counts.expiring_30, 3, "{page:#?}");
    // What is foretold comes true: on the day after, the label is gone.
    let (label, _clock) = app_on(&db, "2026-11-26");
    let status = |app: &App, key: &str| {
        let known = provider(app, key);
        let facts = rulebook().facts_of(&known, known.sites.first(), app.clock.today());
        rulebook().evaluate(&facts.facts(), &bedside::rules::Basis::on(app.clock.today())).status
    };
    assert!(bedside::app::picture::is_supervised(status(&app, "F001")));
    assert!(!bedside::app::picture::is_supervised(status(&label, "F001")));
    assert_eq!(about(&of(&label, "F001"), "excl.leie").kind, ItemKind::Stale);
}

#[test]
fn published_and_grave_and_old_come_first_and_pages_join() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let all = items(&app, Filter::default());
    assert!(all.len() > 50, "{}", all.len());
    let key = |item: &QueueItem| (!item.published, item.risk, item.since);
    assert!(all.is_sorted_by_key(key));
    let ids: std::collections::BTreeSet<&str> = all.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids.len(), all.len(), "each id once");

    let mut after = None;
    let mut joined = Vec::new();
    loop {
        let wanted = Wanted { filter: Filter::default(), after, limit: 7 };
        let (page, next) = app.queue_page(&wanted).unwrap();
        joined.extend(page.data);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(joined, all);
    let only = Filter { kind: Some(ItemKind::Stale), published: Some(true), ..Filter::default() };
    let stale = items(&app, only);
    assert!(!stale.is_empty() && stale.iter().all(|i| i.kind == ItemKind::Stale && i.published));
    let fact = Filter { fact: Some("excl.leie".to_owned()), ..Filter::default() };
    assert!(items(&app, fact).iter().all(|item| item.facts.contains(&"excl.leie".to_owned())));
}

#[rstest]
fn a_board_that_followed_equals_one_that_was_built_anew(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let rows: Vec<Value> = ["F001", "F036", "F090", "F092"].map(fictional).to_vec();
    let app = app_of(&db, &rows);
    let listed = |board: &Board| -> Vec<String> {
        let all = Filter::default();
        let placed: Vec<Placed> = board.page(rulebook(), &all, None).collect();
        placed.iter().map(|one| format!("{:?} {:?}", one.place, one.item)).collect()
    };
    let mut followed = Board::build(&app.store, rulebook(), day(TODAY)).unwrap();
    let withdrawn = |known: &mut Provider| {
        for kept in &mut known.sites[0].facts {
            kept.withdrawn_on = Some("2026-11-21".parse().unwrap());
        }
    };
    write(&app.store, Action::Change, "F001", withdrawn);
    write(&app.store, Action::Delist, "F092", |p| p.listing_state = ListingState::Delisted);
    leie(&app, "F036", TODAY);
    followed.catch_up(&app.store, rulebook(), day(TODAY)).unwrap();
    let anew = Board::build(&app.store, rulebook(), day(TODAY)).unwrap();
    assert_eq!(listed(&followed), listed(&anew));
    assert_eq!((followed.revision(), followed.counts()), (anew.revision(), anew.counts()));
    assert_eq!(anew.counts().review, 1, "{:?}", anew.counts());

    let task = items(&app, Filter { kind: Some(ItemKind::Review), ..Filter::default() });
    app.close_task(&someone("ann"), &because(), &task[0].id, TaskOutcome::Different, None).unwrap();
    followed.catch_up(&app.store, rulebook(), day(TODAY)).unwrap();
    assert_eq!(followed.counts().review, 0);
    followed.catch_up(&app.store, rulebook(), day("2026-12-31")).unwrap();
    let anew = Board::build(&app.store, rulebook(), day("2026-12-31")).unwrap();
    assert_eq!(listed(&followed), listed(&anew));
}

/// Screens against a list with the provider's number and nothing else of it.
fn leie(app: &App, key: &str, as_of: &str) {
    let npi = provider(app, key).profile.npi.unwrap();
    let text = format!(
        "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,\
         ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE\n,,,OTHER BUSINESS,,,,{npi},,1 X ST,\
         RENO,NV,89501,1128b4,20200101,00000000,00000000,\n"
    );
    let (actor, reason) = (someone("import"), because());
    let options =
        ScreenOptions { as_of: as_of.parse().unwrap(), dry_run: false, allow_fewer: false };
    let mut input = text.as_bytes();
    screen(
        &app.store,
        rulebook(),
        (&actor, &reason),
        (&List::Leie, &mut input),
        noon("2026-12-31"),
        options,
        &mut |_rows| {},
    )
    .unwrap();
}

#[rstest]
fn an_item_is_one_persons_for_a_quarter_of_an_hour(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, clock) = app_on(&db, TODAY);
    import(&app.store, &file(&[fictional("F090")]), INITIAL).unwrap();
    app.catch_up().unwrap();
    let id = of(&app, "F090")[0].id.clone();
    let (ann, ben) = (someone("ann"), someone("ben"));
    let lease = app.lease_item(&ann, &because(), &id).unwrap();
    assert_eq!(lease.until, noon(TODAY) + TimeDelta::minutes(15));
    assert_eq!(of(&app, "F090")[0].lease.as_ref().unwrap().by, "ann");
    let refused = app.lease_item(&ben, &because(), &id).unwrap_err();
    assert!(matches!(refused, WorkError::Leased { until } if until == lease.until), "{refused}");
    assert!(matches!(app.release_item(&ben, &because(), &id), Err(WorkError::Leased { .. })));
    clock.set(bedside::clock::Clock::now(&*clock) + TimeDelta::minutes(10));
    let longer = app.lease_item(&ann, &because(), &id).unwrap();
    assert_eq!(longer.until, lease.until + TimeDelta::minutes(10));
    app.release_item(&ann, &because(), &id).unwrap();
    assert!(of(&app, "F090")[0].lease.is_none());
    assert!(matches!(app.release_item(&ann, &because(), &id), Err(WorkError::NotFound(_))));

    app.lease_item(&ben, &because(), &id).unwrap();
    clock.set(bedside::clock::Clock::now(&*clock) + TimeDelta::minutes(15));
    assert!(of(&app, "F090")[0].lease.is_none());
    app.lease_item(&ann, &because(), &id).unwrap();
    for nothing in ["", "task-0", "x.y.z", &id.replace("facts", "excl.leie")] {
        let refused = app.lease_item(&ann, &because(), nothing);
        assert!(matches!(refused, Err(WorkError::NotFound(_))), "{nothing}");
    }
}

#[rstest]
fn seen_again_unchanged_is_one_step(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let soon = with_fact("F001", "excl.leie", |fact| {
        fact.as_object_mut().unwrap().remove("valid_until");
        fact["observed_on"] = json!("2026-10-20");
    });
    let app = app_of(&db, &[soon]);
    let found = of(&app, "F001");
    let item = about(&found, "excl.leie");
    assert!(item.renewable, "{item:#?}");
    let before = provider(&app, "F001");
    let (ann, ben) = (someone("ann"), someone("ben"));
    app.lease_item(&ben, &because(), &item.id).unwrap();
    let refused = app.renew_item(&ann, &because(), &item.id, &Seen::default());
    assert!(matches!(refused, Err(WorkError::Leased { .. })));
    let renewed = app.renew_item(&ben, &because(), &item.id, &Seen::default()).unwrap();
    assert_eq!(renewed.version, before.version + 1);
    let said: Vec<_> = standing(&renewed.facts).filter(|fact| fact.name == "excl.leie").collect();
    assert_eq!(said.len(), 2, "the old one stands beside it");
    assert_eq!((&said[1].value, said[1].observed_on), (&said[0].value, Some(day(TODAY))));
    let piece = renewed.cited(&said[1].evidence).next().unwrap();
    assert_eq!((piece.captured_on, &piece.sha256), (Some(day(TODAY)), &None));
    assert!(of(&app, "F001").iter().all(|item| item.lease.is_none()));
    let after = of(&app, "F001");
    let again = about(&after, "excl.leie");
    assert!(again.since > item.since, "{again:#?}");

    // A signature is not seen again, and what is not there is not renewed.
    let site = app.store.read(|r| r.provider(before.id)).unwrap().unwrap().sites[0].id;
    for (id, unfit) in [
        (format!("{}.{site}.site.monitor_bp", before.id), true),
        (format!("{}.{site}.comp.source", before.id), true),
        (format!("{}.{}.site.monitor_bp", before.id, before.id), false),
        ("nonsense".to_owned(), false),
    ] {
        match app.renew_item(&ann, &because(), &id, &Seen::default()) {
            Err(WorkError::Unfit(why)) if unfit => assert!(!why.is_empty()),
            Err(WorkError::NotFound(_)) if !unfit => {}
            other => panic!("{id}: {other:?}"),
        }
    }
}

#[test]
fn a_decided_task_stays_decided() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &[fictional("F036"), fictional("F004")]);
    let review = || items(&app, Filter { kind: Some(ItemKind::Review), ..Filter::default() });
    leie(&app, "F036", "2026-11-10");
    let task = review().remove(0);
    assert_eq!((task.risk, task.task.as_ref().unwrap().agrees.len()), (Risk::Critical, 1));
    let ann = someone("ann");
    app.close_task(&ann, &because(), &task.id, TaskOutcome::Different, None).unwrap();
    let twice = app.close_task(&ann, &because(), &task.id, TaskOutcome::Confirmed, None);
    assert!(matches!(twice, Err(WorkError::NotFound(_))));
    leie(&app, "F036", "2026-11-11");
    assert!(review().is_empty(), "somebody else stays somebody else");

    leie(&app, "F004", "2026-11-12");
    let task = review().remove(0);
    let gone = app.close_task(&ann, &because(), &task.id, TaskOutcome::Gone, None);
    assert!(matches!(gone, Err(WorkError::Unfit(_))));
    app.close_task(&ann, &because(), &task.id, TaskOutcome::Confirmed, None).unwrap();
    let known = provider(&app, "F004");
    let said = standing(&known.facts).filter(|fact| fact.name == "excl.leie").last().unwrap();
    assert_eq!(serde_json::to_value(&said.value).unwrap(), "confirmed_permissive");
    assert_eq!(said.observed_on, Some(day("2026-11-12")));
    // The next issue says it again without being asked.
    leie(&app, "F004", TODAY);
    assert!(review().is_empty());
    let known = provider(&app, "F004");
    let said = standing(&known.facts).filter(|fact| fact.name == "excl.leie").last().unwrap();
    assert_eq!(said.observed_on, Some(day(TODAY)));
}
