//! The life of a flag: proposed by the engine, decided by people.

mod published;

use std::sync::Arc;

use bedside::{
    app::{
        App,
        check::check,
        detail::provider as detail,
        flags::{
            FlagError, FlagId,
            admin::{self, AdminFlag, AdminFlagsRequest},
            decide::{Step, decide},
            public::{self, FlagsAnswer, FlagsRequest},
            reply::{self, Kind, Reply, ReplyView},
        },
    },
    clock::ManualClock,
    domain::{FlagState, flag::Notice},
    store::{Action, Actor, ActorKind, Reason},
};
use serde_json::{Value, json};

use super::{provider, write};
use crate::support::{
    Backend::Sqlite,
    TestDb,
    flows::{INITIAL, TODAY, app_on, fictional, file, import, noon},
};

/// A provider of the made-up set about whom nobody has decided anything.
pub(super) fn bare(key: &str) -> Value {
    let mut row = fictional(key);
    row.as_object_mut().unwrap().remove("flags");
    row
}

/// An application over one such provider, with the clock that it goes by.
fn over(db: &TestDb, row: &Value) -> (Arc<App>, Arc<ManualClock>) {
    let report = import(&db.store(), &file(std::slice::from_ref(row)), INITIAL).unwrap();
    assert_eq!(report.failed, 0, "{report}");
    let (app, clock) = app_on(db, TODAY);
    app.attend_to_flags().unwrap();
    (app, clock)
}

/// Three people who may decide: enough for an appeal.
const DECIDERS: usize = 3;

fn take(app: &App, who: &str, id: FlagId, step: Step) -> Result<(), FlagError> {
    let actor = Actor {
        kind: ActorKind::Person,
        name: who.to_owned(),
        role: Some("compliance_officer".to_owned()),
    };
    decide(app, (&actor, &Reason::new("test", "")), id, &step, DECIDERS)
}

#[track_caller]
fn refused(app: &App, who: &str, id: FlagId, step: Step) -> String {
    match take(app, who, id, step) {
        Err(FlagError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn notice() -> Step {
    Step::Notify(Notice {
        method: "certified mail".into(),
        reference: "RR 1".into(),
        delivered_on: Some(TODAY.parse().unwrap()),
    })
}

fn list(app: &App, states: &[FlagState]) -> Vec<AdminFlag> {
    let request = AdminFlagsRequest { states: states.to_vec(), limit: 50, ..Default::default() };
    admin::list(app, &request).unwrap().data
}

/// The one flag that there is under a rule.
#[track_caller]
fn only(app: &App, rule: &str) -> (FlagId, AdminFlag) {
    let request = AdminFlagsRequest { rule: Some(rule.into()), limit: 50, ..Default::default() };
    let mut found = admin::list(app, &request).unwrap().data;
    assert_eq!(found.len(), 1, "{found:#?}");
    let flag = found.remove(0);
    (flag.id.parse().unwrap(), flag)
}

fn state(app: &App, id: FlagId) -> FlagState {
    admin::one(app, id).unwrap().state
}

fn shown(app: &App) -> FlagsAnswer {
    let request = FlagsRequest { limit: 50, ..Default::default() };
    public::flags(app, &request, String::new(), "").unwrap()
}

fn status(app: &App, key: &str) -> String {
    let slug = provider(app, key).slug;
    let safety = detail(app, &slug, None).unwrap().data.item.safety;
    json!(safety.status).as_str().unwrap().to_owned()
}

fn on(app: &App, clock: &ManualClock, day: &str) {
    clock.set(noon(day));
    app.catch_up().unwrap();
    app.attend_to_flags().unwrap();
}

fn send(app: &App, token: &str, kind: Kind, text: &str) -> Result<ReplyView, FlagError> {
    reply::send(app, token, &Reply { kind, text: text.into(), documents: Vec::new() }, DECIDERS)
}

#[test]
fn the_engine_proposes_once_and_tells_nobody() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db, &bare("F070"));
    let proposed = list(&app, &[FlagState::Proposed]);
    let rules: Vec<&str> = proposed.iter().map(|flag| flag.rule.as_str()).collect();
    assert_eq!(rules, ["KTS-001", "KTS-002"]);
    for flag in &proposed {
        assert!(flag.holds && !flag.official_act && !flag.evidence.is_empty(), "{flag:?}");
        assert_eq!(flag.proposed_on, Some(TODAY.parse().unwrap()));
        assert_eq!(flag.rule_version, Some(1));
    }
    assert_eq!(app.attend_to_flags().unwrap(), 0);
    assert_eq!(shown(&app).meta.total, 0);
    assert_eq!(status(&app, "F070"), "insufficient_information");
    assert!(detail(&app, &provider(&app, "F070").slug, None).unwrap().data.item.flags.is_empty());
}

#[test]
fn two_people_and_ten_business_days_publish_a_flag() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock) = over(&db, &bare("F071"));
    let (id, _) = only(&app, "KTS-001");
    assert!(refused(&app, "ann", id, Step::Publish).contains("notified"));
    let undelivered = Step::Notify(Notice {
        method: "e-mail".into(),
        reference: "message 1".into(),
        delivered_on: None,
    });
    take(&app, "ann", id, undelivered).unwrap();
    assert!(refused(&app, "ben", id, Step::Publish).contains("delivery"));
    let in_the_future = Step::Deliver("2026-11-23".parse().unwrap());
    assert!(matches!(take(&app, "ben", id, in_the_future), Err(FlagError::Input { .. })));
    take(&app, "ben", id, Step::Deliver(TODAY.parse().unwrap())).unwrap();
    let flag = admin::one(&app, id).unwrap();
    // Thanksgiving and three weekends lie between.
    assert_eq!(flag.respond_by, Some("2026-12-07".parse().unwrap()));
    assert_eq!(flag.publish_from, Some("2026-12-08".parse().unwrap()));
    on(&app, &clock, "2026-12-07");
    assert!(refused(&app, "ben", id, Step::Publish).contains("2026-12-07"));
    on(&app, &clock, "2026-12-08");
    assert!(refused(&app, "ann", id, Step::Publish).contains("second person"));
    assert_eq!(status(&app, "F071"), "insufficient_information");
    take(&app, "ben", id, Step::Publish).unwrap();

    assert_eq!(status(&app, "F071"), "flagged");
    let public = shown(&app);
    assert_eq!(public.meta.total, 1);
    let flag = &public.data[0];
    assert_eq!(flag.provider.name, provider(&app, "F071").profile.name);
    assert_eq!(flag.flag.published_on, Some("2026-12-08".parse().unwrap()));
    assert_eq!(flag.flag.appeal_by, Some("2027-01-07".parse().unwrap()));
    assert!(!flag.flag.evidence.is_empty() && flag.flag.text.contains("Rule KTS-001 v1"));
    assert!(flag.flag.text.contains("may be permitted under current federal law"));
    let name = provider(&app, "F071").profile.name;
    assert_eq!(json!(check(&app, &name).result), "flagged");
    let entries = app
        .store
        .read(|reader| reader.journal(&bedside::store::JournalFilter::default(), 0, 1_000));
    let decided: Vec<_> =
        entries.unwrap().into_iter().filter(|e| e.action == Action::Decide).collect();
    assert_eq!(decided.len(), 3);
    assert!(decided.iter().all(|e| e.actor.kind == ActorKind::Person && e.before.is_some()));
}

#[test]
fn an_official_act_is_shown_at_once_and_a_lapse_is_not() {
    for (key, rule, official) in [("F062", "KTS-022", true), ("F061", "KTS-021", true)] {
        let db = TestDb::new(Sqlite).unwrap();
        let (app, _) = over(&db, &bare(key));
        let (id, flag) = only(&app, rule);
        assert_eq!(flag.official_act, official, "{key}");
        take(&app, "ann", id, notice()).unwrap();
        take(&app, "ben", id, Step::Publish).unwrap();
        assert_eq!(status(&app, key), "flagged", "{key}");
        assert!(!shown(&app).data[0].flag.text.contains("federal law"), "{key}");
    }
    // A registration that has run out, and a licence of another state, are nobody's act.
    let mut lapsed = bare("F066");
    for site in lapsed["sites"].as_array_mut().unwrap() {
        for fact in site["facts"].as_array_mut().unwrap() {
            if fact["name"] == "cred.dea_status" {
                fact["value"] = json!("expired");
            }
        }
    }
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db, &lapsed);
    for rule in ["KTS-020", "KTS-021"] {
        let (id, flag) = only(&app, rule);
        assert!(!flag.official_act, "{rule}");
        take(&app, "ann", id, notice()).unwrap();
        assert!(refused(&app, "ben", id, Step::Publish).contains("until"), "{rule}");
    }
}

#[test]
fn a_dismissed_finding_is_not_proposed_again_on_the_same_evidence() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock) = over(&db, &bare("F071"));
    let (id, _) = only(&app, "KTS-001");
    take(&app, "ann", id, Step::Dismiss).unwrap();
    on(&app, &clock, "2026-11-30");
    assert_eq!(only(&app, "KTS-001").1.state, FlagState::Dismissed);
    assert_eq!(status(&app, "F071"), "insufficient_information");
    // A newer capture of the same is new evidence.
    write(&app.store, Action::Change, "F071", |provider| {
        let takehome = provider.facts.iter().find(|k| k.item.name == "takehome.supervision");
        let mut again = takehome.unwrap().clone();
        again.n = provider.next_n;
        again.item.observed_on = Some("2026-11-29".parse().unwrap());
        provider.next_n += 1;
        provider.facts.push(again);
    });
    app.catch_up().unwrap();
    app.attend_to_flags().unwrap();
    assert_eq!(list(&app, &[FlagState::Proposed]).len(), 1);
}
