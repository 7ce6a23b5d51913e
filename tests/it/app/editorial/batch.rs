//! Many listings published at once, over a diff that somebody has seen.

use bedside::{
    app::editorial::{BatchAnswer, BatchOutcome, EditError, publish_batch},
    domain::editorial::Verb,
};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use super::{line, person, version};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{TODAY, app_on},
};

#[rstest]
fn what_was_shown_is_published_and_nothing_else(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, _) = app_on(&db, TODAY);
    let (ann, ben) = (person("ann"), person("ben"));
    let in_review = |number: u16, by: &super::Person| {
        let id = by.create(&app, line(number)).id;
        by.confirm_addresses(&app, id);
        by.step(&app, id, Verb::Submit).unwrap();
        ben.step(&app, id, Verb::Take).unwrap();
        id
    };
    let (good, own) = (in_review(1, &ann), in_review(2, &ben));
    let draft = ann.create(&app, line(3)).id;
    let ids = [good, own, draft];
    let batch = |digest: Option<&str>| -> Result<BatchAnswer, EditError> {
        publish_batch(&app, ben.errand(), &ids, digest)
    };
    let outcomes = |answer: &BatchAnswer| -> Vec<(Uuid, BatchOutcome)> {
        answer.data.iter().map(|row| (row.id, row.outcome)).collect()
    };

    let shown = batch(None).unwrap();
    assert!(shown.dry_run);
    let refused = [(own, BatchOutcome::Refused), (draft, BatchOutcome::Refused)];
    assert_eq!(outcomes(&shown)[0], (good, BatchOutcome::Ready));
    assert_eq!(outcomes(&shown)[1..], refused);
    assert!(shown.data[1].why.as_ref().unwrap().contains("another person"), "{shown:?}");
    let name = shown.data[0].changes.iter().find(|change| change.pointer == "/profile").unwrap();
    assert_eq!(name.after.as_ref().unwrap()["website"], json!("https://listing-1.example/"));
    assert_eq!(version(&app, good), shown.data[0].version, "nothing was written");

    // What has changed since is not what was shown.
    ann.patch(&app, good, json!({"profile": {"description": "New."}})).unwrap();
    assert!(matches!(batch(Some(&shown.digest)), Err(EditError::ShownChanged)));
    let shown = batch(None).unwrap();
    let done = batch(Some(&shown.digest)).unwrap();
    assert!(!done.dry_run);
    assert_eq!(outcomes(&done)[0], (good, BatchOutcome::Published));
    assert_eq!(outcomes(&done)[1..], refused);
    assert_eq!(version(&app, good), shown.data[0].version + 1);
    assert!(matches!(batch(Some(&shown.digest)), Err(EditError::ShownChanged)));

    // A later batch shows only what has changed since it was public.
    ann.patch(&app, good, json!({"profile": {"description": "Newer."}})).unwrap();
    let shown = batch(None).unwrap();
    let told: Vec<&str> = shown.data[0].changes.iter().map(|c| c.pointer.as_str()).collect();
    assert_eq!(told, ["/profile/description"]);

    let twice = publish_batch(&app, ben.errand(), &[good, good], None);
    assert!(matches!(twice, Err(EditError::Invalid(_))), "{twice:?}");
    let unknown = publish_batch(&app, ben.errand(), &[Uuid::nil()], None);
    assert!(matches!(unknown, Err(EditError::Unknown)));
}
