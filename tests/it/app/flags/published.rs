//! What becomes of a published flag: answered by the provider, suspended, ended by evidence or by
//! the clock.

use std::sync::Arc;

use bedside::{
    app::{
        App,
        check::check,
        flags::{
            FlagError, FlagId, admin,
            decide::Step,
            reply::{self, Kind, Reply},
        },
    },
    clock::ManualClock,
    domain::FlagState,
    store::Action,
};
use serde_json::json;

use super::{bare, notice, on, only, over, refused, send, shown, state, status, take};
use crate::{
    app::{provider, write},
    support::{
        Backend::Sqlite,
        TestDb,
        flows::{INITIAL, fictional, file, import, noon},
    },
};

/// A published flag of F071, with the token of the provider's link.
fn published(db: &TestDb) -> (Arc<App>, Arc<ManualClock>, FlagId, String) {
    let (app, clock) = over(db, &bare("F071"));
    let (id, _) = only(&app, "KTS-001");
    assert!(reply::link(&app, id).is_err());
    take(&app, "ann", id, notice()).unwrap();
    let token = reply::link(&app, id).unwrap();
    on(&app, &clock, "2026-12-08");
    take(&app, "ben", id, Step::Publish).unwrap();
    (app, clock, id, token)
}

#[test]
fn the_provider_answers_by_its_link_and_is_shown_unedited() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock) = over(&db, &bare("F071"));
    let (id, _) = only(&app, "KTS-001");
    take(&app, "ann", id, notice()).unwrap();
    let token = reply::link(&app, id).unwrap();
    let told = reply::view(&app, &token).unwrap();
    assert_eq!(told.rule, "KTS-001");
    assert!(
        !told.evidence.is_empty() && !told.citations.is_empty() && !told.clears_when.is_empty()
    );
    assert_eq!(told.may, [Kind::Reply, Kind::IdentityError]);
    for bad in ["", "  ", "\u{0}", &"x".repeat(2_001)] {
        assert!(matches!(send(&app, &token, Kind::Reply, bad), Err(FlagError::Input { .. })));
    }
    assert!(matches!(send(&app, &token, Kind::Appeal, "too early"), Err(FlagError::Refused(_))));
    let said = "We stopped in October.\n<b>See</b> our page; \"nobody\" is sent home.";
    send(&app, &token, Kind::Reply, said).unwrap();
    assert_eq!(state(&app, id), FlagState::Answered);
    assert!(!json!(shown(&app).data).to_string().contains("October"));
    on(&app, &clock, "2026-12-08");
    take(&app, "ben", id, Step::Publish).unwrap();
    assert_eq!(shown(&app).data[0].flag.reply.as_deref(), Some(said));
    let name = provider(&app, "F071").profile.name;
    assert!(json!(check(&app, &name)).to_string().contains("We stopped in October."));

    take(&app, "ann", id, Step::RenewLink).unwrap();
    assert!(matches!(reply::view(&app, &token), Err(FlagError::Link(_))));
    let newer = reply::link(&app, id).unwrap();
    assert!(reply::view(&app, &newer).is_ok());
    clock.set(noon("2027-12-09"));
    assert!(matches!(reply::view(&app, &newer), Err(FlagError::Link(_))));
}

#[test]
fn an_appeal_goes_to_a_person_who_has_decided_nothing() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock, id, token) = published(&db);
    let few = Reply { kind: Kind::Appeal, text: "It is not us.".into(), documents: Vec::new() };
    assert!(matches!(reply::send(&app, &token, &few, 2), Err(FlagError::TooFewDeciders)));
    let told = send(&app, &token, Kind::Appeal, "The page was changed.").unwrap();
    assert_eq!(told.state, FlagState::Appealed);
    // Fifteen business days, over Christmas and New Year.
    assert_eq!(told.answer_by, Some("2026-12-30".parse().unwrap()));
    assert_eq!(status(&app, "F071"), "flagged");
    assert!(shown(&app).data[0].flag.text.ends_with("The provider has appealed."));
    assert!(matches!(send(&app, &token, Kind::Appeal, "Again."), Err(FlagError::Refused(_))));
    for who in ["ann", "ben"] {
        let uphold = Step::Uphold("It still says so.".into());
        assert!(refused(&app, who, id, uphold).contains("not decided"), "{who}");
        assert!(refused(&app, who, id, Step::Clear(Some("x".into()))).contains("not decided"));
    }
    on(&app, &clock, "2026-12-10");
    take(&app, "cleo", id, Step::Clear(Some("The page has changed.".into()))).unwrap();
    let flag = &shown(&app).data[0].flag;
    assert_eq!(flag.state, FlagState::Cleared);
    assert!(flag.history && flag.evidence.is_empty());
    assert_eq!(flag.published_on, Some("2026-12-08".parse().unwrap()));
    assert_eq!(flag.closed_on, Some("2026-12-10".parse().unwrap()));
    assert_eq!(status(&app, "F071"), "insufficient_information");
    on(&app, &clock, "2026-12-11");
    assert_eq!(only(&app, "KTS-001").1.state, FlagState::Cleared);
}

#[test]
fn an_upheld_appeal_leaves_the_flag_and_there_is_no_second_one() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock, id, token) = published(&db);
    on(&app, &clock, "2027-01-07");
    assert!(reply::view(&app, &token).unwrap().may.contains(&Kind::Appeal));
    send(&app, &token, Kind::Appeal, "In time.").unwrap();
    take(&app, "cleo", id, Step::Uphold("It still says so.".into())).unwrap();
    assert_eq!(state(&app, id), FlagState::Published);
    let told = reply::view(&app, &token).unwrap();
    assert_eq!(told.appeal.unwrap().answer.as_deref(), Some("It still says so."));
    assert!(!told.may.contains(&Kind::Appeal));
    // Thirty days after publication it is too late for a first one.
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock, _, token) = published(&db);
    on(&app, &clock, "2027-01-08");
    assert!(matches!(send(&app, &token, Kind::Appeal, "Late."), Err(FlagError::Refused(_))));
}

#[test]
fn a_claimed_mistake_of_identity_suspends_display_once_for_five_business_days() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock, id, token) = published(&db);
    send(&app, &token, Kind::IdentityError, "We are the other clinic of that name.").unwrap();
    let flag = &shown(&app).data[0].flag;
    assert_eq!(flag.state, FlagState::DisplaySuspended);
    assert!(flag.evidence.is_empty() && flag.reply.is_none());
    assert_eq!(flag.suspended.as_ref().unwrap().until, "2026-12-15".parse().unwrap());
    assert!(!json!(flag).to_string().contains("other clinic"));
    assert_eq!(status(&app, "F071"), "insufficient_information");
    on(&app, &clock, "2026-12-15");
    assert_eq!(status(&app, "F071"), "insufficient_information");
    // By the clock alone, before anybody has attended to it.
    clock.set(noon("2026-12-16"));
    app.catch_up().unwrap();
    assert_eq!(status(&app, "F071"), "flagged");
    app.attend_to_flags().unwrap();
    assert_eq!(state(&app, id), FlagState::Published);
    assert!(refused(&app, "ann", id, Step::Suspend).contains("once"));
    let again = send(&app, &token, Kind::IdentityError, "Once more.");
    assert!(matches!(again, Err(FlagError::Refused(_))));
}

#[test]
fn evidence_expires_by_the_clock_and_never_reads_clean() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock, id, _) = published(&db);
    let last = admin::one(&app, id).unwrap().expires_on.unwrap();
    on(&app, &clock, &last.to_string());
    assert_eq!(status(&app, "F071"), "flagged");
    let after = last.succ_opt().unwrap().to_string();
    clock.set(noon(&after));
    app.catch_up().unwrap();
    assert_eq!(status(&app, "F071"), "insufficient_information");
    assert_eq!(shown(&app).data[0].flag.state, FlagState::Expired);
    assert_eq!(shown(&app).data[0].flag.closed_on, after.parse().ok());
    app.attend_to_flags().unwrap();
    let flag = only(&app, "KTS-001").1;
    assert_eq!((flag.state, flag.closed_on), (FlagState::Expired, after.parse().ok()));
    assert!(shown(&app).data[0].flag.text.ends_with("previously noted, evidence expired."));
    assert_eq!(status(&app, "F071"), "insufficient_information");
}

#[test]
fn a_fact_that_clears_moves_the_flag_to_history() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, clock, id, _) = published(&db);
    on(&app, &clock, "2026-12-20");
    write(&app.store, Action::Change, "F071", |provider| {
        let takehome = provider.facts.iter().find(|k| k.item.name == "takehome.offered").unwrap();
        let mut registry = provider.evidence[0].clone();
        registry.item.tier = bedside::domain::Tier::E1;
        registry.item.kind = bedside::domain::EvidenceKind::RegistryRecord;
        registry.item.captured_on = Some("2026-12-20".parse().unwrap());
        let mut ended = takehome.clone();
        ended.n = provider.next_n;
        ended.item.value = Some(bedside::domain::fact::FactValue::Bool(false));
        ended.item.evidence = vec![provider.evidence.len().try_into().unwrap()];
        ended.item.observed_on = None;
        provider.next_n += 1;
        provider.evidence.push(registry);
        provider.facts.push(ended);
    });
    app.catch_up().unwrap();
    app.attend_to_flags().unwrap();
    let flag = admin::one(&app, id).unwrap();
    assert_eq!(flag.state, FlagState::Cleared);
    assert_eq!(flag.published_on, Some("2026-12-08".parse().unwrap()));
    assert_eq!(flag.closed_on, Some("2026-12-20".parse().unwrap()));
    assert!(shown(&app).data[0].flag.history);
    assert_ne!(status(&app, "F071"), "flagged");
}

#[test]
fn a_file_does_not_go_back_on_what_people_decided() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db, &fictional("F080"));
    let (id, _) = only(&app, "KTS-001");
    take(&app, "ann", id, notice()).unwrap();
    import(&app.store, &file(&[fictional("F080")]), INITIAL).unwrap();
    app.catch_up().unwrap();
    assert_eq!(only(&app, "KTS-001").1.state, FlagState::Notified);
}

#[test]
fn what_does_not_exist_is_unknown() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db, &bare("F071"));
    let (id, _) = only(&app, "KTS-001");
    for text in
        ["", ".", "x.1", &format!("{}.", id.provider), &format!("{}.99999999999", id.provider)]
    {
        assert!(matches!(text.parse::<FlagId>(), Err(FlagError::Unknown)), "{text}");
    }
    let other = FlagId { n: id.n + 1, ..id };
    assert!(matches!(take(&app, "ann", other, Step::Dismiss), Err(FlagError::Unknown)));
    assert!(matches!(reply::view(&app, "nonsense"), Err(FlagError::Link(_))));
}
