//! Files in and out.

use bedside::{
    app::{
        export,
        import::{ImportError, ImportOptions},
    },
    domain::{ListingState, provider::Provider},
    store::{Action, Error, Store},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{head, write};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{INITIAL, ORDINARY, fictional, fictional_set, file, import, lines},
};

/// The least that a made-up provider can say.
fn least(key: &str) -> Value {
    json!({"source_key": key, "name": format!("Provider {key} (fictional)"), "fictional": true,
        "evidence": []})
}

fn providers(store: &Store) -> Vec<Provider> {
    let mut all = Vec::new();
    store
        .read(|reader| {
            reader.for_each_batch(500, |documents| {
                for document in documents {
                    all.push(document.provider()?);
                }
                Ok::<_, Error>(())
            })
        })
        .unwrap();
    all
}

fn states(store: &Store) -> Vec<(String, ListingState)> {
    let all = providers(store).into_iter();
    let mut states: Vec<_> = all.map(|p| (p.source_key, p.listing_state)).collect();
    states.sort();
    states
}

fn exported(store: &Store) -> String {
    let mut text = Vec::new();
    export::providers(store, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[rstest]
fn an_initial_file_decides_what_is_public_and_an_ordinary_one_does_not(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(first) = TestDb::new(backend) else { return };
    let store = first.store();
    let rows = [fictional("F001"), fictional("F120"), fictional("F123"), least("Z")];
    import(&store, &file(&rows), INITIAL).unwrap();
    let stated = |key: &str, state| (key.to_owned(), state);
    let intended = [
        stated("F001", ListingState::Published),
        stated("F120", ListingState::Draft),
        stated("F123", ListingState::Suspended),
        stated("Z", ListingState::Submitted),
    ];
    assert_eq!(states(&store), intended);

    let report = import(&store, &file(&rows), ORDINARY).unwrap();
    assert_eq!((report.updated, report.unchanged), (0, 4));
    assert_eq!(states(&store), intended, "a known listing keeps its state");

    let mut silent = fictional("F001");
    silent.as_object_mut().unwrap().remove("listing_state");
    import(&store, &file(&[silent]), INITIAL).unwrap();
    assert_eq!(states(&store)[0], stated("F001", ListingState::Submitted), "absent = submitted");

    let Some(second) = TestDb::new(backend) else { return };
    let store = second.store();
    import(&store, &file(&rows), ORDINARY).unwrap();
    assert!(states(&store).iter().all(|(_, state)| *state == ListingState::Submitted));
}

#[rstest]
fn the_same_file_twice_changes_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let set = fictional_set();
    let report = import(&store, &file(&set), INITIAL).unwrap();
    let all = set.len() as u64;
    assert_eq!((report.lines, report.created, report.failed), (all, all, 0), "{report}");
    let (before, known) = (head(&store), providers(&store));
    for options in [INITIAL, ORDINARY] {
        let report = import(&store, &file(&set), options).unwrap();
        assert_eq!((report.created, report.updated, report.unchanged), (0, 0, all), "{report}");
    }
    assert_eq!(head(&store), before);
    assert_eq!(providers(&store), known);
}

#[rstest]
fn a_bad_row_never_loses_a_good_one(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    // More than one batch, with bad rows of every kind at its edges and within.
    let mut text = Vec::new();
    let mut bad = 0;
    for n in 0..4_100 {
        if n % 1_000 == 999 || n % 2_000 == 0 {
            bad += 1;
            text.extend_from_slice(match n % 3 {
                0 => b"{\"source_key\": \"cut of".as_slice(),
                1 => b"\xff\xfe\n\"no object\"",
                _ => b"{\"source_key\": \"X\", \"name\": \"X\", \"evidence\": [], \"color\": 1}",
            });
            bad += u64::from(n % 3 == 1);
            text.push(b'\n');
        }
        text.extend_from_slice(format!("{}\n", least(&format!("P{n}"))).as_bytes());
    }
    let report = import(&store, &text, ORDINARY).unwrap();
    assert_eq!((report.lines, report.created, report.failed), (4_100 + bad, 4_100, bad));
    assert_eq!(providers(&store).len(), 4_100);
    assert_eq!(head(&store), 4_100);
    for error in &report.errors {
        assert!(error.line > 0 && !error.problem.is_empty() && !error.mend.is_empty(), "{error}");
    }
}

#[rstest]
fn strict_takes_all_or_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let strict = ImportOptions { strict: true, ..ORDINARY };
    let mut rows = vec![least("A"), least("B"), json!({"source_key": "C"})];
    let report = import(&store, &file(&rows), strict).unwrap();
    assert_eq!((report.lines, report.created, report.failed), (3, 0, 1), "{report}");
    assert!(report.undone && report.to_string().contains("nothing was written"));
    assert_eq!((providers(&store).len(), head(&store)), (0, 0));

    rows.pop();
    let report = import(&store, &file(&rows), strict).unwrap();
    assert_eq!((report.created, report.undone), (2, false));
    assert_eq!(providers(&store).len(), 2);
}

#[rstest]
fn a_trial_says_what_would_happen_and_writes_nothing(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    import(&store, &file(&[least("A"), least("B")]), ORDINARY).unwrap();
    let (before, known) = (head(&store), exported(&store));
    let mut renamed = least("B");
    renamed["name"] = json!("Renamed (fictional)");
    let rows = [least("A"), renamed, least("C"), json!({"source_key": "D"})];
    let report = import(&store, &file(&rows), ImportOptions { dry_run: true, ..ORDINARY }).unwrap();
    assert_eq!(
        (report.created, report.updated, report.unchanged, report.failed, report.dry_run),
        (1, 1, 1, 1, true)
    );
    assert_eq!((head(&store), exported(&store)), (before, known));
}

/// Makes the database refuse two rows for a reason of its own.
fn refuse_p3_and_p7(db: &TestDb, backend: Backend) {
    db.execute(match backend {
        Sqlite => {
            "CREATE TRIGGER refuse BEFORE INSERT ON providers \
             WHEN NEW.source_key IN ('P3', 'P7') BEGIN SELECT RAISE(ABORT, 'no'); END"
        }
        Postgres => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.source_key IN ('P3', 'P7') THEN RAISE EXCEPTION 'no'; END IF; \
             RETURN NEW; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT ON providers \
             FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    });
}

#[rstest]
fn a_whole_import_names_the_rows_that_the_store_refuses(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(true, false)] dry_run: bool,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    refuse_p3_and_p7(&db, backend);
    let rows: Vec<Value> = (0..10).map(|n| least(&format!("P{n}"))).collect();
    let options = ImportOptions { dry_run, strict: !dry_run, ..ORDINARY };
    let report = import(&store, &file(&rows), options).unwrap();
    let refused: Vec<u64> = report.errors.iter().map(|error| error.line).collect();
    assert_eq!((refused, report.failed), (vec![4, 8], 2), "{report}");
    assert!(report.warnings[0].to_string().contains("not looked at"), "{report}");
    assert_eq!((head(&store), report.undone), (0, !dry_run));
}

#[rstest]
fn rows_beside_one_that_the_store_refuses_are_stored(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    refuse_p3_and_p7(&db, backend);
    let rows: Vec<Value> = (0..10).map(|n| least(&format!("P{n}"))).collect();
    let report = import(&store, &file(&rows), ORDINARY).unwrap();
    assert_eq!((report.lines, report.created, report.failed), (10, 8, 2), "{report}");
    let refused: Vec<_> =
        report.errors.iter().map(|e| (e.line, e.source_key.clone().unwrap())).collect();
    assert_eq!(refused, [(4, "P3".to_owned()), (8, "P7".to_owned())]);
    assert_eq!((providers(&store).len(), head(&store)), (8, 8));
}

#[rstest]
fn once_a_person_has_published_no_file_decides(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let rows = [least("A"), least("B")];
    import(&store, &file(&rows), INITIAL).unwrap();
    write(&store, Action::Publish, "A", |a| a.listing_state = ListingState::Published);
    let before = head(&store);

    let refused = import(&store, &file(&rows), INITIAL).unwrap_err();
    assert!(matches!(refused, ImportError::NotInitial), "{refused}");
    assert!(refused.to_string().contains("without --initial"), "{refused}");
    assert_eq!(head(&store), before);

    assert_eq!(import(&store, &file(&rows), ORDINARY).unwrap().unchanged, 2);
    assert_eq!(states(&store)[0].1, ListingState::Published);
}

#[rstest]
fn real_and_made_up_never_mix(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[values(true, false)] fictional_first: bool,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = db.store();
    let kind = |key: &str, fictional: bool| {
        let mut row = least(key);
        row["fictional"] = json!(fictional);
        row
    };
    // Within a file, the first good row decides.
    let rows =
        [kind("A", fictional_first), kind("B", !fictional_first), kind("C", fictional_first)];
    let report = import(&store, &file(&rows), ORDINARY).unwrap();
    assert_eq!((report.created, report.failed), (2, 1), "{report}");
    assert_eq!(report.errors[0].field, "/fictional");
    // From then on, the database does.
    let report = import(&store, &file(&[kind("D", !fictional_first)]), INITIAL).unwrap();
    assert_eq!((report.created, report.failed), (0, 1), "{report}");
    assert_eq!(providers(&store).len(), 2);
}

#[rstest]
#[case::real(include_str!("../../../data/providers.ndjson"))]
#[case::fictional(include_str!("../../../data/fictional.ndjson"))]
fn an_export_makes_the_same_directory_elsewhere(
    #[values(Sqlite, Postgres)] backend: Backend,
    #[case] set: &str,
) {
    let Some(first) = TestDb::new(backend) else { return };
    let Some(second) = TestDb::new(backend) else { return };
    let (store, copy) = (first.store(), second.store());
    assert_eq!(import(&store, set.as_bytes(), INITIAL).unwrap().failed, 0);
    let text = exported(&store);
    assert_eq!(lines(&text).len(), lines(set).len());

    let report = import(&copy, text.as_bytes(), INITIAL).unwrap();
    assert_eq!((report.created, report.failed), (report.lines, 0), "{report}");
    assert_eq!(exported(&copy), text);
    assert_eq!(states(&copy), states(&store));
    let slugs = |store| -> Vec<String> { providers(store).into_iter().map(|p| p.slug).collect() };
    assert_eq!(slugs(&copy), slugs(&store));

    let before = head(&store);
    import(&store, text.as_bytes(), INITIAL).unwrap();
    assert_eq!(head(&store), before, "an export changes nothing where it came from");
}
