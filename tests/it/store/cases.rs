//! Tasks, invitations and answers; and reports, whose words are in no history.

use bedside::{
    clock::{Clock as _, SystemClock},
    store::{
        Action, Case, CaseFilter, CaseKind, Entity, EntityKind, Error, JournalFilter, Store,
        StoredReport,
    },
};
use rstest::rstest;
use uuid::Uuid;

use super::{because, put, someone};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    providers::provider,
};

fn case(provider: Uuid, key: Option<&str>) -> Case {
    Case {
        id: SystemClock.new_id(),
        kind: CaseKind::ReportTask,
        provider,
        open_key: key.map(str::to_owned),
        state: "open".into(),
        closed_at: None,
        version: 1,
        document: r#"{"n": 1}"#.into(),
    }
}

fn put_case(store: &Store, action: Action, case: &Case) -> Result<(), Error> {
    store.write(&someone(), &because(), |tx| tx.put_case(action, case)).map(|_| ())
}

#[rstest]
fn a_case_has_one_open_key_a_version_and_a_history(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let of = provider("1");
    put(&store, Action::Create, &of).unwrap();
    let first = case(of.id, Some("a"));
    put_case(&store, Action::Create, &first).unwrap();
    assert!(put_case(&store, Action::Create, &case(of.id, Some("a"))).is_err());
    assert!(matches!(put_case(&store, Action::Take, &first), Err(Error::Stale { .. })));
    put_case(&store, Action::Create, &case(of.id, None)).unwrap();
    put_case(&store, Action::Create, &case(of.id, None)).unwrap();

    let closed = Case {
        open_key: None,
        state: "closed".into(),
        version: 2,
        document: r#"{"n": 2}"#.into(),
        ..first.clone()
    };
    put_case(&store, Action::Close, &closed).unwrap();
    put_case(&store, Action::Create, &case(of.id, Some("a"))).unwrap();
    let found = |filter: CaseFilter| store.read(|reader| reader.cases(&filter, None, 10)).unwrap();
    assert_eq!(found(CaseFilter::default()).len(), 4);
    let done = CaseFilter { states: vec!["closed".into()], ..CaseFilter::default() };
    assert_eq!(found(done), std::slice::from_ref(&closed));
    let others = CaseFilter { kind: Some(CaseKind::Answer), ..CaseFilter::default() };
    assert_eq!(found(others), []);

    let entity = Entity { kind: EntityKind::Case, id: first.id.to_string() };
    let filter = JournalFilter { entity: Some(entity), public_only: false };
    let texts: Vec<Option<String>> = store
        .read(|reader| {
            let entries = reader.journal(&filter, 0, 10)?;
            entries.iter().map(|entry| reader.text_after(entry)).collect::<Result<_, Error>>()
        })
        .unwrap();
    assert_eq!(texts, [Some(first.document), Some(closed.document)]);
}

#[rstest]
fn the_words_of_a_report_are_in_no_history(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let of = provider("1");
    put(&store, Action::Create, &of).unwrap();
    let task = case(of.id, None);
    let report = StoredReport {
        id: SystemClock.new_id(),
        case: task.id,
        token_sha256: [7; 32],
        document: r#"{"text": "sentinel"}"#.into(),
        contact: Some(vec![1, 2, 3]),
    };
    store
        .write(&someone(), &because(), |tx| {
            tx.put_case(Action::Create, &task)?;
            tx.add_report(&report)
        })
        .unwrap();
    let read = |sha256: [u8; 32]| store.read(|reader| reader.report_by_token(&sha256)).unwrap();
    assert_eq!(read([7; 32]), Some(report.clone()));
    assert_eq!(read([8; 32]), None);
    store.write(&someone(), &because(), |tx| tx.forget_contact(report.id)).unwrap();
    assert_eq!(read([7; 32]), Some(StoredReport { contact: None, ..report.clone() }));
    let entity = Entity { kind: EntityKind::Report, id: report.id.to_string() };
    let filter = JournalFilter { entity: Some(entity), public_only: false };
    let entries = store.read(|reader| reader.journal(&filter, 0, 10)).unwrap();
    assert_eq!(entries.len(), 2);
    for entry in &entries {
        assert!(entry.is_secret() && entry.before.is_none() && !entry.public);
        assert_eq!(store.read(|reader| reader.text_after(entry)).unwrap(), None);
    }
}
