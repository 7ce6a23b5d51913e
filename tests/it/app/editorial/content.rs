//! What a listing says: patches and items of people, and files that come later.

use bedside::{
    app::editorial::{EditError, create, read},
    domain::{ListingState, provider::Provider},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{faults, line, person, version};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{ORDINARY, TODAY, app_on, fictional, file, import},
};

fn standing(provider: &Provider) -> Vec<u32> {
    let mut numbers: Vec<u32> =
        provider.facts.iter().filter(|kept| kept.stands()).map(|kept| kept.n).collect();
    for site in &provider.sites {
        numbers.extend(site.facts.iter().filter(|kept| kept.stands()).map(|kept| kept.n));
    }
    numbers
}

#[test]
fn a_new_listing_is_checked_as_a_row_of_a_file_is() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let ann = person("ann");
    let mut bad = line(1);
    bad["phone"] = json!("12");
    bad["colour"] = json!("blue");
    bad["sites"][0]["address"]["state"] = json!("XX");
    let wrong = faults(create(&app, ann.errand(), bad));
    let places: Vec<&str> = wrong.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert!(places.contains(&"/colour") && places.contains(&"/sites/0/address/state"), "{wrong:?}");
    let mut public = line(1);
    public["listing_state"] = json!("published");
    assert_eq!(faults(create(&app, ann.errand(), public))[0].0, "/listing_state");

    ann.create(&app, line(1));
    let again = create(&app, ann.errand(), line(1));
    assert!(matches!(again, Err(EditError::Conflict(_))), "{again:?}");
    let mut real = line(2);
    real["fictional"] = json!(false);
    let mixed = create(&app, ann.errand(), real);
    assert!(matches!(mixed, Err(EditError::Conflict(_))), "{mixed:?}");
}

#[test]
fn absent_null_and_value_differ() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let ann = person("ann");
    let id = ann.create(&app, line(1)).id;
    let site = read(&app, id).unwrap().data.sites[0].id.to_string();
    ann.patch(
        &app,
        id,
        json!({
            "profile": {"phone": "(202) 555-0142"},
            "sites": {&site: {"phone": null, "address": {"line2": "Suite 5"}, "wait_days": 3}},
        }),
    )
    .unwrap();
    let after = read(&app, id).unwrap().data;
    assert_eq!(after.profile.phone.as_deref(), Some("+12025550142"), "in its one spelling");
    assert_eq!(after.profile.website.as_deref(), Some("https://listing-1.example/"));
    let profile = &after.sites[0].profile;
    assert_eq!((profile.phone.as_deref(), profile.wait_days), (None, Some(3)));
    assert_eq!(profile.address.line2.as_deref(), Some("Suite 5"));
    assert_eq!(profile.address.line1.as_deref(), Some("1 Example Street"));

    let before = version(&app, id);
    for (body, place) in [
        (json!({"profile": {"colour": "blue"}}), "/profile/colour".to_owned()),
        (json!({"profile": {"facts": []}}), "/profile/facts".to_owned()),
        (json!({"profile": {"name": null}}), "/profile/name".to_owned()),
        (json!({"profile": {"npi": "123"}}), "/profile/npi".to_owned()),
        (json!({"sites": {&site: {"phone": 5}}}), format!("/sites/{site}/phone")),
        (json!({"sites": {&site: {"slug": "x"}}}), format!("/sites/{site}/slug")),
        (json!({"sites": {"nowhere": null}}), "/sites/nowhere".to_owned()),
        (
            json!({"sites": {uuid::Uuid::nil().to_string(): {"wait_days": 3}}}),
            format!("/sites/{}", uuid::Uuid::nil()),
        ),
    ] {
        let wrong = faults(ann.patch(&app, id, body.clone()));
        assert_eq!(wrong[0].0, place, "{body}: {wrong:?}");
    }
    assert_eq!(version(&app, id), before, "nothing of a refused patch is kept");
}

#[rstest]
fn what_people_decided_outlives_every_file(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let row = fictional("F001");
    import(&db.store(), &file(&[row.clone()]), ORDINARY).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let ann = person("ann");
    let listing = super::super::provider(&app, "F001");
    assert_eq!(listing.listing_state, ListingState::Submitted);
    let (id, site) = (listing.id, listing.sites[0].id.to_string());
    let withdrawn = standing(&listing)[0];
    ann.patch(
        &app,
        id,
        json!({
            "profile": {"website": null, "description": "Ours."},
            "sites": {&site: {"phone": "+13015550199"}, "annex": {"name": "Annex"}},
        }),
    )
    .unwrap();
    ann.change_items(
        &app,
        id,
        json!({"payments": [{"code": "CASH", "details": "said by phone"}]}),
        &[withdrawn],
    )
    .unwrap();
    let decided = read(&app, id).unwrap().data;

    // The same file changes nothing; one that says more adds what it says.
    import(&app.store, &file(&[row.clone()]), ORDINARY).unwrap();
    assert_eq!(read(&app, id).unwrap().data, decided);
    let mut more = row.clone();
    more["description"] = json!("Theirs.");
    more["aliases"] = json!([{"text": "Another (fictional)"}]);
    import(&app.store, &file(&[more]), ORDINARY).unwrap();
    let after = read(&app, id).unwrap().data;
    assert_eq!(after.version, decided.version + 1);
    assert_eq!(after.profile.aliases[0].text, "Another (fictional)");
    assert_eq!(after.profile.description.as_deref(), Some("Ours."));
    assert_eq!(after.profile.website, None, "taken back by a person");
    assert_eq!(after.sites[0].profile.phone.as_deref(), Some("+13015550199"));
    assert_eq!(after.sites.len(), 2);
    assert!(after.sites[1].withdrawn_on.is_none(), "a person's site stays");
    assert!(!standing(&after).contains(&withdrawn));
    assert_eq!(standing(&after).len(), standing(&listing).len() - 1, "and does not come back");

    // A site that a person withdrew stays so, though the file names it.
    ann.patch(&app, id, json!({"sites": {&site: null}})).unwrap();
    import(&app.store, &file(&[row]), ORDINARY).unwrap();
    assert!(read(&app, id).unwrap().data.sites[0].withdrawn_on.is_some());
}

#[test]
fn items_lean_on_evidence_that_stands() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let ann = person("ann");
    let id = ann.create(&app, line(1)).id;
    let site = read(&app, id).unwrap().data.sites[0].id.to_string();
    let record = json!({"tier": "E1", "kind": "registry-record", "captured_on": "2026-11-20"});
    let fact = |at: u32| json!({"name": "telehealth.used", "value": false, "evidence": [at]});
    let added = json!({
        "evidence": [record],
        "facts": [fact(0)],
        "sites": {&site: {"credentials": [{"code": "facet-3", "evidence": [0]}]}},
    });
    ann.change_items(&app, id, added, &[]).unwrap();
    let listing = read(&app, id).unwrap().data;
    assert_eq!((listing.evidence.len(), listing.facts.len()), (1, 1));
    assert_eq!(listing.sites[0].credentials.len(), 1);
    let (piece, statement) = (listing.evidence[0].n, listing.facts[0].n);
    let credential = listing.sites[0].credentials[0].n;

    let wrong =
        |added: Value, withdrawn: &[u32]| faults(ann.change_items(&app, id, added, withdrawn));
    assert_eq!(wrong(json!({"facts": [fact(0)]}), &[])[0].0, "/facts/0", "it stands already");
    assert!(wrong(json!({"facts": [fact(7)]}), &[])[0].0.starts_with("/facts/0/evidence"));
    assert_eq!(
        wrong(json!({"facts": [{"name": "no.such", "value": true}]}), &[])[0].0,
        "/facts/0/name"
    );
    let bad = json!({"evidence": [{"tier": "E1", "kind": "website-capture"}]});
    assert_eq!(wrong(bad, &[])[0].0, "/evidence/0/tier", "counted from the first new piece");
    assert_eq!(wrong(json!({"flags": []}), &[])[0].0, "/flags");
    assert_eq!(wrong(json!({}), &[piece, 99])[0].0, "/withdraw/1");
    let told = wrong(json!({}), &[piece, statement]);
    assert!(told[0].1.contains(&format!("item {credential} leans")), "{told:?}");

    ann.change_items(&app, id, json!({}), &[piece, statement, credential]).unwrap();
    let listing = read(&app, id).unwrap().data;
    assert!(listing.facts[0].withdrawn_by_person() && listing.evidence[0].withdrawn_by_person());
    // What is withdrawn cannot be leaned on again.
    assert!(wrong(json!({"facts": [fact(0)]}), &[])[0].1.contains("is withdrawn"));
}
