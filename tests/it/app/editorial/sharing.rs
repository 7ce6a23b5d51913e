//! What holds a listing: an address that nobody else confirms, and what it shares.

use bedside::{
    app::editorial::{
        EditError, Hold, ListingsRequest, Receipt, confirm_address, list, read, release,
    },
    domain::editorial::{HoldKind, Verb},
};
use rstest::rstest;
use serde_json::json;

use super::{faults, line, person, published, version};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{INITIAL, ORDINARY, TODAY, app_on, fictional_set, file, import},
};

fn kinds(holds: &[Hold]) -> Vec<(HoldKind, bool)> {
    holds.iter().map(|hold| (hold.kind, hold.released)).collect()
}

#[rstest]
fn only_what_is_not_the_providers_own_confirms_an_address(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let (ann, ben) = (person("ann"), person("ben"));
    let id = ann.create(&app, line(1)).id;
    let site = read(&app, id).unwrap().data.sites[0].id;
    let evidence = json!([
        {"tier": "E2", "kind": "website-capture", "url": "https://listing-1.example/",
            "captured_on": "2026-11-20", "excerpt": "1 Example Street"},
        {"tier": "E3", "kind": "attestation", "captured_on": "2026-11-20"},
        {"tier": "E6", "kind": "patient-report", "captured_on": "2026-11-20"},
        {"tier": "E5", "kind": "phone-verification", "captured_on": "2026-11-20"},
        {"tier": "E4", "kind": "inspection-report", "captured_on": "2026-11-20"},
    ]);
    ann.change_items(&app, id, json!({"evidence": evidence}), &[]).unwrap();
    ann.step(&app, id, Verb::Submit).unwrap();
    ben.step(&app, id, Verb::Take).unwrap();
    let confirm =
        |at: u32| confirm_address(&app, ben.errand(), (id, &[version(&app, id)]), site, at);
    for own in 0..4 {
        assert_eq!(faults(confirm(own))[0].0, "/evidence", "{own}");
    }
    assert_eq!(faults(confirm(9))[0].0, "/evidence");
    let refused = ben.step(&app, id, Verb::Publish);
    assert!(
        matches!(&refused, Err(EditError::Held(holds)) if kinds(holds) == [(HoldKind::Address, false)])
    );
    assert_eq!(confirm(4).unwrap().holds, []);

    // Another address is not the one that was confirmed.
    let moved = json!({"sites": {site.to_string(): {"address": {"line1": "2 Example Street"}}}});
    let receipt = ann.patch(&app, id, moved).unwrap();
    assert_eq!(kinds(&receipt.holds), [(HoldKind::Address, false)]);
    confirm(4).unwrap();
    // Nor is it confirmed by evidence that somebody took back.
    let piece = read(&app, id).unwrap().data.evidence[4].n;
    let receipt = ann.change_items(&app, id, json!({}), &[piece]).unwrap();
    assert_eq!(kinds(&receipt.holds), [(HoldKind::Address, false)]);
}

#[rstest]
fn what_is_shared_waits_for_a_person(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let (ann, ben) = (person("ann"), person("ben"));
    let mut first = line(1);
    first["npi"] = json!("1999000015");
    first["prescribers"] = json!([{"name": "Dr. Jo Example", "npi": "1999000023"}]);
    first["sites"][0]["address"]["line2"] = json!("Suite 3");
    ann.create(&app, first.clone());

    let mut same = first;
    same["source_key"] = json!("N2");
    same["name"] = json!("Somebody Else (fictional)");
    same["website"] = json!("https://www.listing-1.example/contact");
    same["sites"][0]["address"]["line1"] = json!("1 EXAMPLE ST");
    same["sites"][0]["address"]["line2"] = json!("Ste 3");
    let id = ann.create(&app, same).id;
    ann.confirm_addresses(&app, id);
    ann.step(&app, id, Verb::Submit).unwrap();
    ben.step(&app, id, Verb::Take).unwrap();
    let holds = read(&app, id).unwrap().holds;
    assert_eq!(
        kinds(&holds),
        [
            (HoldKind::Phone, false),
            (HoldKind::Domain, false),
            (HoldKind::Npi, false),
            (HoldKind::Prescriber, false),
            (HoldKind::Suite, false),
        ]
    );
    assert!(holds[0].explanation.contains("is also that of Listing Birchwood"), "{holds:?}");
    assert!(matches!(ben.step(&app, id, Verb::Publish), Err(EditError::Held(_))));

    let let_go = |kind, key: &str| -> Result<Receipt, EditError> {
        release(&app, ben.errand(), (id, &[version(&app, id)]), kind, key)
    };
    assert_eq!(faults(let_go(HoldKind::Phone, "+12025550100"))[0].0, "/key");
    assert_eq!(faults(let_go(HoldKind::Address, "x"))[0].0, "/kind");
    for hold in &holds {
        let_go(hold.kind, &hold.key).unwrap();
    }
    assert!(read(&app, id).unwrap().holds.iter().all(|hold| hold.released));
    ben.step(&app, id, Verb::Publish).unwrap();

    // A third listing with the same phone was not there when the hold was let go.
    let mut third = line(3);
    third["sites"][0]["phone"] = json!("+16055550101");
    ann.create(&app, third);
    let open: Vec<_> = read(&app, id).unwrap().holds.into_iter().filter(Hold::is_open).collect();
    assert_eq!(kinds(&open), [(HoldKind::Phone, false)]);
    assert_eq!(open[0].with.len(), 2);
}

#[test]
fn namesakes_with_identifiers_of_their_own_share_nothing() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let ann = person("ann");
    let with = |number, npi: Option<&str>| {
        let mut line = line(number);
        line["prescribers"] = json!([{"name": "Dr. Jo Example", "npi": npi}]);
        ann.create(&app, line).holds
    };
    with(1, Some("1999000015"));
    assert_eq!(kinds(&with(2, Some("1999000023"))), [(HoldKind::Address, false)]);
    let unknown = with(3, None);
    assert_eq!(kinds(&unknown), [(HoldKind::Address, false), (HoldKind::Prescriber, false)]);
}

#[rstest]
fn a_public_listing_is_not_moved_to_what_nobody_has_looked_at(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let ann = person("ann");
    let (id, other) = (published(&app, 1), published(&app, 2));
    let site = read(&app, id).unwrap().data.sites[0].id.to_string();
    let phone = read(&app, other).unwrap().data.sites[0].profile.phone.clone();
    for body in [
        json!({"sites": {&site: {"phone": phone}}}),
        json!({"sites": {&site: {"address": {"line1": "9 Elsewhere"}}}}),
        json!({"sites": {"annex": {"address": {"line1": "9 Elsewhere"}}}}),
        json!({"profile": {"website": "https://listing-2.example/"}}),
    ] {
        let refused = ann.patch(&app, id, body.clone());
        assert!(matches!(refused, Err(EditError::Held(_))), "{body}: {refused:?}");
    }
    ann.patch(&app, id, json!({"sites": {&site: {"wait_days": 3}}})).unwrap();
    // Off the public pages it may be mended.
    person("ben").step(&app, id, Verb::Suspend).unwrap();
    ann.patch(&app, id, json!({"sites": {&site: {"address": {"line1": "9 Elsewhere"}}}})).unwrap();
}

#[rstest]
fn listings_are_found_by_state_name_source_and_hold(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let ask = |request: ListingsRequest| {
        let request = ListingsRequest { limit: 200, ..request };
        list(&app, &request, "/".into(), "/?cursor=").unwrap()
    };
    let all = ask(ListingsRequest::default());
    assert_eq!(all.meta.total, u64::try_from(fictional_set().len()).unwrap());
    let id = published(&app, 1);
    let mut row = line(2);
    row["source_key"] = json!("W-1");
    import(&app.store, &file(&[row]), ORDINARY).unwrap();
    let found = |request| -> Vec<String> {
        ask(request).data.into_iter().map(|item| item.source_key).collect()
    };
    use bedside::domain::ListingState::Submitted;
    let state = vec![Submitted];
    assert_eq!(found(ListingsRequest { state, ..Default::default() }), ["W-1", "F121"]);
    let source = Some("W-".to_owned());
    assert_eq!(found(ListingsRequest { source, ..Default::default() }), ["W-1"]);
    for q in ["listing birch", "N1", &id.to_string()] {
        let q = Some(q.to_owned());
        assert_eq!(found(ListingsRequest { q: q.clone(), ..Default::default() }), ["N1"], "{q:?}");
    }
    assert_eq!(
        found(ListingsRequest {
            held: Some(false),
            source: Some("N".into()),
            ..Default::default()
        }),
        ["N1"]
    );
    assert!(
        found(ListingsRequest { held: Some(true), ..Default::default() })
            .contains(&"W-1".to_owned())
    );

    // Pages join up.
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let request = ListingsRequest { limit: 7, cursor, ..Default::default() };
        let page = list(&app, &request, "/".into(), "/?cursor=").unwrap();
        names.extend(page.data.into_iter().map(|item| item.id));
        cursor = page.meta.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let all: Vec<_> =
        ask(ListingsRequest::default()).data.into_iter().map(|item| item.id).collect();
    assert_eq!(names, all);
}
