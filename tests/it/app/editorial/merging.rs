//! Two listings that are one.

use bedside::{
    app::{
        detail::{Missing, clinic, provider as detail},
        editorial::{EditError, Receipt, duplicates, merge, read, unmerge},
    },
    domain::{
        ListingState,
        editorial::{SiteMove, Verb},
        flag::Flag,
        provider::{Kept, Origin},
    },
    store::Action,
};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use super::{faults, line, person, published, version};
use crate::{
    app::write,
    support::{
        Backend::{self, Postgres, Sqlite},
        TestDb,
        flows::{ORDINARY, TODAY, app_on, file, import},
    },
};

#[rstest]
fn a_merge_leads_every_address_to_the_survivor_and_can_be_undone(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let ben = person("ben");
    let (duplicate, survivor) = (published(&app, 1), published(&app, 2));
    let sites =
        |id| -> Vec<Uuid> { read(&app, id).unwrap().data.sites.iter().map(|s| s.id).collect() };
    let (from, to) = (sites(duplicate)[0], sites(survivor)[0]);
    let into = |survivor, moves: &[SiteMove]| -> Result<Receipt, EditError> {
        merge(&app, ben.errand(), (duplicate, &[version(&app, duplicate)]), survivor, moves)
    };
    assert_eq!(faults(into(survivor, &[]))[0].0, "/sites");
    let nowhere = SiteMove { from, to: Some(from) };
    assert_eq!(faults(into(survivor, &[nowhere]))[0].0, "/sites/0/to");
    assert_eq!(faults(into(duplicate, &[]))[0].0, "/survivor");
    assert_eq!(faults(into(Uuid::nil(), &[]))[0].0, "/survivor");
    let draft = person("ann").create(&app, line(3)).id;
    assert!(matches!(into(draft, &[]), Err(EditError::Conflict(_))), "links would lead nowhere");

    let flags = |flags: Vec<Kept<Flag>>| {
        write(&app.store, Action::Change, "N1", |provider| provider.flags = flags);
    };
    flags(vec![Kept::new(99, Origin::Person, Flag::proposed("KTS-001".into()))]);
    let moves = [SiteMove { from, to: Some(to) }];
    assert!(matches!(into(survivor, &moves), Err(EditError::Conflict(_))), "a flag would vanish");
    flags(Vec::new());

    let before = read(&app, duplicate).unwrap().data;
    let merged = into(survivor, &[SiteMove { from, to: Some(to) }]).unwrap();
    assert_eq!(merged.listing_state, ListingState::Merged);
    for key in [duplicate.to_string(), before.slug.clone()] {
        assert_eq!(detail(&app, &key, None).unwrap_err(), Missing::Merged { into: survivor });
    }
    assert_eq!(clinic(&app, &from.to_string(), None).unwrap_err(), Missing::Merged { into: to });
    assert!(matches!(
        person("ann").patch(&app, duplicate, json!({"profile": {"phone": null}})),
        Err(EditError::Closed { .. })
    ));
    // The survivor is not held by what has become part of it.
    assert!(read(&app, survivor).unwrap().holds.is_empty());

    let undo = || unmerge(&app, ben.errand(), (duplicate, &[version(&app, duplicate)]));
    let undone = undo().unwrap();
    assert_eq!(undone.listing_state, ListingState::Published);
    assert_eq!(clinic(&app, &from.to_string(), None).unwrap().data.item.id, from);
    assert!(matches!(undo(), Err(EditError::IllegalTransition { verb: Verb::Unmerge, .. })));

    // A site that goes nowhere is gone; and what a file changed in between is looked at again.
    into(survivor, &[SiteMove { from, to: None }]).unwrap();
    assert_eq!(clinic(&app, &from.to_string(), None).unwrap_err(), Missing::Delisted);
    let mut row = line(1);
    row["aliases"] = json!([{"text": "New in the file"}]);
    row["evidence"] = json!([{"tier": "E5", "kind": "document", "note": "new"}]);
    import(&app.store, &file(&[row]), ORDINARY).unwrap();
    assert_eq!(undo().unwrap().listing_state, ListingState::InReview);
}

#[rstest]
fn duplicates_are_found_with_the_reasons_why(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let ann = person("ann");
    let one = published(&app, 1);
    let mut same = line(1);
    same["source_key"] = json!("N1b");
    same["name"] = json!("Listing Birchwoods (fictional)");
    let other = ann.create(&app, same).id;
    ann.create(&app, line(2));

    let found = duplicates(&app, 10).unwrap();
    assert_eq!(found.total, 1, "{:?}", found.data);
    let pair = &found.data[0];
    let ids: Vec<Uuid> = pair.listings.iter().map(|side| side.id).collect();
    assert_eq!(ids, [one, other], "the public one first");
    let parts: Vec<&str> = pair.parts.iter().map(|part| part.part).collect();
    assert_eq!(parts, ["name", "phone", "domain", "suite", "distance"]);
    let sum: u32 = pair.parts.iter().map(|part| u32::from(part.points)).sum();
    assert_eq!(u32::from(pair.score), sum.min(100));
    assert!(pair.parts[1].explanation.contains("+16055550101"), "{:?}", pair.parts);
}
