//! Nothing public tells a flag that nobody has published from facts that nobody knows: not a
//! list, not a count, not a revision.

use std::sync::Arc;

use bedside::{
    app::{
        App,
        check::check,
        detail::{clinic, provider as detail},
        flags::{
            FlagId,
            admin::{self, AdminFlagsRequest},
            decide::{Step, decide},
            public::{self, FlagsRequest},
            reply::{self, Kind, Reply},
        },
        providers::{ProvidersRequest, providers},
    },
    domain::{FlagState, flag::Notice},
    store::{Actor, ActorKind, Error, MetaKey, Reason},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{flags::bare, head, provider};
use crate::support::{
    Backend::Sqlite,
    TestDb,
    flows::{INITIAL, TODAY, app_on, file, import, search},
};

fn over(db: &TestDb, row: &Value) -> Arc<App> {
    let report = import(&db.store(), &file(std::slice::from_ref(row)), INITIAL).unwrap();
    assert_eq!(report.failed, 0, "{report}");
    app_on(db, TODAY).0
}

/// Everything that anyone can ask, whole answers with their revision, ids told apart from each
/// other alone.
fn told(app: &Arc<App>, key: &str) -> String {
    let stored = provider(app, key);
    let all = FlagsRequest { limit: 50, ..Default::default() };
    let list = ProvidersRequest { limit: 50, ..Default::default() };
    let mut answers = vec![
        json!(detail(app, &stored.slug, None).unwrap()),
        json!(check(app, &stored.profile.name)),
        json!(search(app, "view=all&limit=50")),
        json!(search(app, "view=default&limit=0")),
        json!(search(app, "view=all&status=insufficient_information")),
        json!(providers(app, &list, String::new(), "").unwrap()),
        json!(public::flags(app, &all, String::new(), "").unwrap()),
    ];
    for state in FlagState::ALL {
        let of_state = FlagsRequest { states: vec![*state], ..all.clone() };
        answers.push(json!(public::flags(app, &of_state, String::new(), "").unwrap()));
    }
    for site in &stored.sites {
        answers.push(json!(clinic(app, &site.slug, None).unwrap()));
    }
    let mut text = json!(answers).to_string().replace(&stored.id.to_string(), "provider");
    for (at, site) in stored.sites.iter().enumerate() {
        text = text.replace(&site.id.to_string(), &format!("site {at}"));
    }
    text
}

/// Writes that change nothing, until the journal is as long as the other's.
fn fill(app: &Arc<App>, until: i64) {
    let actor = Actor::new(ActorKind::System, "test");
    while head(&app.store) < until {
        app.write(&actor, &Reason::new("test", ""), |tx| {
            let key = tx.read().meta(MetaKey::LinkKey)?.unwrap();
            tx.set_meta(MetaKey::LinkKey, &key)
        })
        .map(|_: bedside::store::Done<()>| ())
        .map_err(|error: Error| error)
        .unwrap();
    }
}

/// The row without what is withheld of it.
fn silent(row: &Value, told: &str) -> Value {
    let told: Value = serde_json::from_str(told).unwrap();
    let mut unknown: Vec<String> = Vec::new();
    let mut look = |answer: &Value| {
        for fact in answer["data"]["facts"].as_array().into_iter().flatten() {
            if fact["value"].is_null() {
                unknown.push(fact["name"].as_str().unwrap().to_owned());
            }
        }
    };
    let sites = row["sites"].as_array().map_or(0, Vec::len);
    let answers = told.as_array().unwrap();
    if sites == 0 {
        look(&answers[0]);
    }
    answers.iter().rev().take(sites).for_each(&mut look);
    let mut row = row.clone();
    let keep = |owner: &mut Value| {
        if let Some(list) = owner.get_mut("facts").and_then(Value::as_array_mut) {
            list.retain(|fact| !unknown.iter().any(|name| fact["name"] == *name));
        }
    };
    keep(&mut row);
    row.get_mut("sites").and_then(Value::as_array_mut).into_iter().flatten().for_each(keep);
    row
}

fn flags(app: &App) -> Vec<FlagId> {
    let all = AdminFlagsRequest { limit: 50, ..Default::default() };
    let found = admin::list(app, &all).unwrap().data;
    found.iter().map(|flag| flag.id.parse().unwrap()).collect()
}

fn as_ann(app: &App, id: FlagId, step: &Step) {
    let ann = Actor::new(ActorKind::Person, "ann");
    decide(app, (&ann, &Reason::new("test", "")), id, step, 3).unwrap();
}

fn notify(app: &App, id: FlagId) {
    let notice = Notice {
        method: "certified mail".into(),
        reference: "RR 1".into(),
        delivered_on: Some(TODAY.parse().unwrap()),
    };
    as_ann(app, id, &Step::Notify(notice));
}

#[rstest]
fn a_flag_in_the_making_is_told_by_nothing_public(
    #[values("F060", "F062", "F065", "F070", "F072")] key: &str,
    #[values("proposed", "notified", "answered", "disputed", "dismissed")] stage: &str,
) {
    let db = TestDb::new(Sqlite).unwrap();
    let row = bare(key);
    let app = over(&db, &row);
    app.attend_to_flags().unwrap();
    let ids = flags(&app);
    assert!(!ids.is_empty());
    for id in ids {
        match stage {
            "proposed" => continue,
            "dismissed" => {
                as_ann(&app, id, &Step::Dismiss);
                continue;
            }
            _ => notify(&app, id),
        }
        let token = reply::link(&app, id).unwrap();
        let kind = match stage {
            "answered" => Kind::Reply,
            "disputed" => Kind::IdentityError,
            _ => continue,
        };
        let text = "sentinel of a reply".to_owned();
        reply::send(&app, &token, &Reply { kind, text }, 3).unwrap();
    }
    let public = told(&app, key);
    assert!(!public.contains("sentinel of a reply"));

    let twin_db = TestDb::new(Sqlite).unwrap();
    let twin = over(&twin_db, &silent(&row, &public));
    assert_eq!(twin.attend_to_flags().unwrap(), 0, "nothing is found about the twin");
    fill(&twin, head(&app.store));
    assert_eq!(head(&twin.store), head(&app.store));
    assert_eq!(public, told(&twin, key));
}
