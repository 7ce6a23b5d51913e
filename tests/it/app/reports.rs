//! Reports of anyone: what is taken, what is refused, and what is forgotten.

use std::sync::Arc;

use bedside::{
    app::{
        App,
        reports::{
            ReportError, ReportInput, status, submit,
            tasks::{self, TaskStep, TaskView},
        },
        seal::SealKey,
    },
    clock::ManualClock,
    domain::report::{ReportOutcome, ReportTopic, TaskState},
    store::{Actor, ActorKind, EntityKind, JournalFilter, Reason},
};
use rstest::rstest;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{INITIAL, TODAY, app_on, fictional, file, import, noon},
};

fn over(db: &TestDb) -> (Arc<App>, Arc<ManualClock>) {
    import(&db.store(), &file(&[fictional("F001"), fictional("F002")]), INITIAL).unwrap();
    app_on(db, TODAY)
}

fn report(app: &App, at: usize, topic: ReportTopic, text: &str) -> ReportInput {
    let catalog = app.catalog.load();
    let providers = catalog.providers(None, None, 10).providers;
    let slug = providers[at].slug().to_owned();
    ReportInput { listing: slug, topic, text: text.into(), contact: None }
}

fn list(app: &App) -> Vec<TaskView> {
    tasks::list(app, &[], None, 50).unwrap()
}

fn officer() -> Actor {
    Actor { kind: ActorKind::Person, name: "ann".into(), role: Some("verifier".into()) }
}

fn step(app: &App, task: &TaskView, step: TaskStep) -> Result<TaskView, ReportError> {
    tasks::step(app, (&officer(), &Reason::new("test", "")), task.id, &step)
}

#[rstest]
fn reports_on_one_listing_and_topic_are_one_task(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, clock) = over(&db);
    let first = submit(&app, &report(&app, 0, ReportTopic::Hours, "Closed on Mondays.")).unwrap();
    let other = submit(&app, &report(&app, 1, ReportTopic::Hours, "Open on Sundays.")).unwrap();
    for n in 0..4 {
        let text = format!("Also closed on day {n}.");
        submit(&app, &report(&app, 1, ReportTopic::Hours, &text)).unwrap();
    }
    submit(&app, &report(&app, 1, ReportTopic::Price, "It costs more.")).unwrap();
    let tasks = list(&app);
    let counts: Vec<usize> = tasks.iter().map(|task| task.reports.len()).collect();
    // In the order of the first report: five reports do not come before one.
    assert_eq!(counts, [1, 5, 1]);
    assert_eq!(status(&app, &first.token).unwrap().state, TaskState::Open);

    assert_eq!(step(&app, &tasks[1], TaskStep::Take).unwrap().taken_by.as_deref(), Some("ann"));
    assert!(matches!(step(&app, &tasks[1], TaskStep::Take), Err(ReportError::Refused(_))));
    clock.set(noon("2026-11-24"));
    let close =
        || TaskStep::Close { outcome: ReportOutcome::Corrected, answer: Some("Thank you.".into()) };
    step(&app, &tasks[1], close()).unwrap();
    assert!(matches!(step(&app, &tasks[1], close()), Err(ReportError::Refused(_))));
    let told = status(&app, &other.token).unwrap();
    assert_eq!((told.state, told.outcome), (TaskState::Closed, Some(ReportOutcome::Corrected)));
    assert_eq!(told.reported_on, TODAY.parse().unwrap());
    assert_eq!(told.answer.as_deref(), Some("Thank you."));
    // What is reported afterwards opens a new task.
    submit(&app, &report(&app, 1, ReportTopic::Hours, "Still wrong.")).unwrap();
    assert_eq!(list(&app).len(), 4);
    let open = tasks::list(&app, &[TaskState::Open], None, 50).unwrap();
    assert_eq!(open.len(), 3);
    assert_eq!(tasks::list(&app, &[], Some(open[0].id), 1).unwrap().len(), 1);
    assert!(matches!(status(&app, "nothing"), Err(ReportError::Unknown)));
}

#[rstest]
fn a_contact_is_sealed_and_forgotten_180_days_after_closing(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let (app, clock) = over(&db);
    let mut input = report(&app, 0, ReportTopic::Other, "Please look at the page.");
    input.contact = Some("reader@mail.example".into());
    let Err(ReportError::Input { pointer, detail }) = submit(&app, &input) else { panic!() };
    assert_eq!(pointer, "/contact");
    assert!(detail.contains("no key"), "{detail}");

    app.contact_key.set(SealKey::new(&[9; 32]).unwrap()).unwrap();
    let taken = submit(&app, &input).unwrap();
    assert!(taken.status.contact_kept);
    let task = &list(&app)[0];
    assert_eq!(task.reports[0].contact.as_deref(), Some("reader@mail.example"));
    // Without the key it cannot be read, and no text of the database holds it.
    let (keyless, _) = app_on(&db, TODAY);
    assert_eq!(list(&keyless)[0].reports[0].contact, None);
    for table in ["journal", "reports", "cases"] {
        let column = if table == "journal" { "before" } else { "document" };
        let sql = format!("SELECT {column} AS text FROM {table} WHERE {column} LIKE '%reader@%'");
        assert_eq!(db.texts(&sql), [""; 0], "{table}");
    }

    let close = TaskStep::Close { outcome: ReportOutcome::NoChange, answer: None };
    step(&app, task, close).unwrap();
    clock.set(noon("2027-05-20"));
    assert_eq!(app.forget_contacts().unwrap(), 0);
    assert!(status(&app, &taken.token).unwrap().contact_kept);
    clock.set(noon("2027-05-21"));
    assert_eq!(app.forget_contacts().unwrap(), 1);
    assert_eq!(app.forget_contacts().unwrap(), 0);
    assert!(!status(&app, &taken.token).unwrap().contact_kept);
    assert_eq!(list(&app)[0].reports[0].contact, None);
    let entries =
        app.store.read(|reader| reader.journal(&JournalFilter::default(), 0, 1_000)).unwrap();
    let last = entries.last().unwrap();
    assert_eq!((last.entity.kind, last.action.as_str()), (EntityKind::Report, "forget"));
    // What somebody wrote is in no entry.
    assert!(entries.iter().all(|e| !e.before.iter().any(|text| text.contains("look at the page"))));
}

#[test]
fn what_cannot_be_kept_is_refused_with_an_explanation() {
    let db = TestDb::new(Sqlite).unwrap();
    let (app, _) = over(&db);
    let heads = || app.store.read(|reader| reader.head()).unwrap();
    let before = heads();
    let long = "x".repeat(2_049);
    for (text, says) in [
        ("", "what is wrong"),
        ("\u{7}", "control"),
        (long.as_str(), "2,048"),
        ("write to ann@mail.example", "e-mail"),
        ("call 301 828 9513", "phone"),
        ("my number is 078-05-1120", "social security"),
        ("I was born on 3/14/1985", "birth"),
        ("MRN 00482913", "record"),
    ] {
        match submit(&app, &report(&app, 0, ReportTopic::Supervision, text)) {
            Err(ReportError::Input { pointer: "/text", detail }) => {
                assert!(detail.contains(says), "{text}: {detail}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let mut nobody = report(&app, 0, ReportTopic::Other, "It is wrong.");
    nobody.listing = "nobody".into();
    assert!(matches!(submit(&app, &nobody), Err(ReportError::NoListing)));
    assert_eq!(heads(), before);
    let exact = "é".repeat(1_024);
    submit(&app, &report(&app, 0, ReportTopic::Other, &exact)).unwrap();
    assert!(!format!("{nobody:?}").contains("wrong"));
}
