//! A clinic's own answers: who is invited, what is asked, and when an answer counts.

use std::sync::Arc;

use bedside::{
    app::{
        App,
        detail::clinic,
        invites::{
            self, InviteError, InviteInput, Invited,
            answers::{self, AnswersInput, OneAnswer, Signer},
            form::form,
        },
        links::LinkError,
    },
    clock::ManualClock,
    domain::{fact::FactValue, invite::AnswerState},
    store::{Action, Actor, ActorKind, Reason},
};
use chrono::TimeDelta;
use rstest::rstest;
use serde_json::{Value, json};

use super::{provider, write};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{INITIAL, TODAY, app_on, fictional, file, import, noon},
};

/// A clinic that nobody has asked whether it watches the oxygen level.
fn row() -> Value {
    let mut row = fictional("F001");
    let facts = row["sites"][0]["facts"].as_array_mut().unwrap();
    facts.retain(|fact| fact["name"] != "site.monitor_spo2");
    row
}

fn over(db: &TestDb) -> (Arc<App>, Arc<ManualClock>) {
    let report = import(&db.store(), &file(&[row()]), INITIAL).unwrap();
    assert_eq!(report.failed, 0, "{report}");
    app_on(db, TODAY)
}

fn ann() -> Actor {
    Actor { kind: ActorKind::Person, name: "ann".into(), role: Some("editor".into()) }
}

fn why() -> Reason {
    Reason::new("test", "")
}

fn website(app: &App) -> String {
    provider(app, "F001").profile.website.unwrap()
}

fn invite(app: &App, contact: &str) -> Result<Invited, InviteError> {
    let listing = provider(app, "F001").sites[0].slug.clone();
    let input = InviteInput { listing, contact: contact.into(), days: Some(10) };
    invites::create(app, (&ann(), &why()), &input)
}

fn token(invited: &Invited) -> &str {
    invited.path.strip_prefix("/answers/").unwrap()
}

fn answer(app: &App, token: &str, fact: &str, value: FactValue) -> Result<(), InviteError> {
    let signer = Signer { name: "Avery Example".into(), role: "medical director".into() };
    let answers = vec![OneAnswer { fact: fact.into(), value, documents: Vec::new() }];
    answers::send(app, token, &AnswersInput { attested_by: signer, answers }).map(|_| ())
}

fn status(app: &App) -> Value {
    let slug = provider(app, "F001").sites[0].slug.clone();
    json!(clinic(app, &slug, None).unwrap().data.item.safety.status)
}

#[rstest]
fn an_answer_counts_once_a_verifier_has_accepted_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = over(&db);
    assert_eq!(status(&app), "insufficient_information");
    let invited = invite(&app, &website(&app)).unwrap();
    let asked = form(&app, token(&invited)).unwrap();
    let question = &asked.questions[0];
    assert_eq!(question.fact, "site.monitor_spo2");
    assert!(question.stands_before_label && question.known.is_none());
    assert!(asked.questions.iter().filter(|q| q.stands_before_label).count() == 1);
    // A register alone can say what its licence is.
    assert!(asked.questions.iter().all(|q| !q.fact.starts_with("cred.")));

    answer(&app, token(&invited), "site.monitor_spo2", FactValue::Bool(false)).unwrap();
    answer(&app, token(&invited), "site.monitor_spo2", FactValue::Bool(true)).unwrap();
    let waiting = form(&app, token(&invited)).unwrap().questions.remove(0);
    assert_eq!(waiting.pending, Some(FactValue::Bool(true)));
    assert_eq!(status(&app), "insufficient_information");
    let pending = answers::list(&app, &[AnswerState::Pending], None, None, 50).unwrap();
    assert_eq!(pending.len(), 1, "a later answer takes the place of one that waits");
    assert_eq!(pending[0].attested_by, "Avery Example, medical director");

    let accepted = answers::verify(&app, (&ann(), &why()), pending[0].id, true).unwrap();
    assert_eq!(accepted.state, AnswerState::Accepted);
    assert_eq!(status(&app), "supervised_in_person");
    let again = answers::verify(&app, (&ann(), &why()), pending[0].id, true);
    assert!(matches!(again, Err(InviteError::Refused(_))));
    let slug = provider(&app, "F001").sites[0].slug.clone();
    let shown = json!(clinic(&app, &slug, None).unwrap().data).to_string();
    assert!(!shown.contains("Avery Example, medical director"));
}

#[test]
fn a_rejected_answer_changes_nothing() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db);
    let invited = invite(&app, &website(&app)).unwrap();
    answer(&app, token(&invited), "site.monitor_spo2", FactValue::Bool(true)).unwrap();
    let before = provider(&app, "F001");
    let pending = answers::list(&app, &[], None, None, 50).unwrap();
    answers::verify(&app, (&ann(), &why()), pending[0].id, false).unwrap();
    assert_eq!(provider(&app, "F001"), before);
    assert!(form(&app, token(&invited)).unwrap().questions.iter().all(|q| q.pending.is_none()));
}

#[test]
fn a_link_is_sent_only_to_a_contact_that_strong_evidence_has() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db);
    let domain = website(&app).trim_end_matches('/').replace("https://", "");
    invite(&app, &format!("office@{domain}")).unwrap();
    for (contact, says) in [
        ("office@elsewhere.example", "stands in no official record"),
        ("https://elsewhere.example/", "stands in no official record"),
        ("+1 202 555 0199", "stands in no official record"),
        ("nonsense", "expected a phone"),
        ("", "expected a phone"),
    ] {
        match invite(&app, contact) {
            Err(InviteError::Input { pointer, detail }) => {
                assert_eq!(pointer, "/contact");
                assert!(detail.contains(says), "{contact}: {detail}");
            }
            other => panic!("{contact}: {other:?}"),
        }
    }
    // A contact that is listed counts for nothing while no strong evidence has it.
    write(&app.store, Action::Change, "F001", |provider| {
        for kept in &mut provider.evidence {
            kept.item.url = None;
        }
    });
    match invite(&app, &website(&app)) {
        Err(InviteError::Input { detail, .. }) => assert!(detail.contains("backs it"), "{detail}"),
        other => panic!("{other:?}"),
    }
    let listing = "nobody".to_owned();
    let nobody = InviteInput { listing, contact: website(&app), days: None };
    let refused = invites::create(&app, (&ann(), &why()), &nobody);
    assert!(matches!(refused, Err(InviteError::NoListing)));
}

#[test]
fn a_link_ends_with_its_day_and_when_it_is_taken_back() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock) = over(&db);
    let (one, other) =
        (invite(&app, &website(&app)).unwrap(), invite(&app, &website(&app)).unwrap());
    invites::revoke(&app, (&ann(), &why()), one.invite.id).unwrap();
    let end = |token: &str| match form(&app, token) {
        Err(InviteError::Link(error)) => Some(error),
        Ok(_) => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(end(token(&one)), Some(LinkError::Replaced));
    assert!(answer(&app, token(&one), "site.monitor_spo2", FactValue::Bool(true)).is_err());
    assert_eq!(end(token(&other)), None);
    assert_eq!(invites::list(&app, None, None, 50).unwrap().len(), 2);
    assert_eq!(other.invite.expires_on, "2026-12-01".parse().unwrap());
    clock.set(noon("2026-12-01") + TimeDelta::hours(11));
    assert_eq!(end(token(&other)), None, "the last day is a whole day");
    clock.set(noon("2026-12-01") + TimeDelta::hours(12));
    assert_eq!(end(token(&other)), Some(LinkError::Expired));
}

#[test]
fn only_what_is_asked_can_be_answered() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db);
    let invited = invite(&app, &website(&app)).unwrap();
    for (fact, value, at) in [
        ("cred.license_status", FactValue::Code("active".into()), "/answers/0/fact"),
        ("site.state", FactValue::Code("MD".into()), "/answers/0/fact"),
        ("nothing", FactValue::Bool(true), "/answers/0/fact"),
        ("site.monitor_spo2", FactValue::Int(3), "/answers/0/value"),
    ] {
        match answer(&app, token(&invited), fact, value) {
            Err(InviteError::Input { pointer, .. }) => assert_eq!(pointer, at, "{fact}"),
            other => panic!("{fact}: {other:?}"),
        }
    }
    assert!(answers::list(&app, &[], None, None, 50).unwrap().is_empty());
}
