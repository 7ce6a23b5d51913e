//! Screening against official lists: what becomes a fact, what a task, and what is refused.

mod registries;

use bedside::{
    app::{
        queue::{ReviewTask, TaskOutcome},
        screening::{List, ScreenError, ScreenOptions, screen},
    },
    domain::{
        fact::FactValue,
        provider::{Origin, Provider, Statement, standing},
    },
    import::registries::ScreeningReport,
    store::{Actor, ActorKind, EntityKind, JournalFilter, Reason, RecordKind, Store},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{INITIAL, TODAY, file, import, noon, rulebook},
};

const HEADER: &str = "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,\
                      CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE";

/// A row of the exclusion list.
fn row(person: (&str, &str, &str), business: &str, npi: &str, street: &str, kind: &str) -> String {
    let (last, first, middle) = person;
    format!(
        "\"{last}\",\"{first}\",\"{middle}\",\"{business}\",\"GENERAL\",\"CLINIC\",\"\",\"{npi}\",\
         \"19600101\",\"{street}\",\"BETHESDA\",\"MD\",\"20814\",\"{kind}\",\"20200319\",\
         \"00000000\",\"00000000\",\"\""
    )
}

/// Somebody whom no provider names.
fn stranger() -> String {
    row(("", "", ""), "#1 FICTION, \"\"SERVICE\"\" INC", "0000000000", "1 NOWHERE ST", "1128a1")
}

fn leie(rows: &[String]) -> Vec<u8> {
    let rows: Vec<String> = rows.iter().map(|row| format!("{row}\r\n")).collect();
    format!("{HEADER}\r\n{}", rows.concat()).into_bytes()
}

/// A provider with one site, one prescriber and a complete list of prescribers.
fn clinic(key: &str, name: &str) -> Value {
    json!({
        "source_key": key, "name": name, "fictional": true, "npi": "1234567893",
        "listing_state": "published",
        "prescribers": [{"name": "Jane Q. Fiction, MD", "npi": "1679576722", "role": "ph",
                         "licences": [{"state": "MD", "number": "D0012345"}]}],
        "prescribers_complete": true,
        "sites": [{"source_key": "1", "address": {"line1": "874 Purchase Street, Suite 2",
                   "city": "Bethesda", "state": "MD", "postal_code": "20814"}}],
        "evidence": []
    })
}

fn stored(db: &TestDb, rows: &[Value]) -> Store {
    let store = db.store();
    let report = import(&store, &file(rows), INITIAL).unwrap();
    assert_eq!(report.failed, 0, "{report}");
    store
}

fn run(
    store: &Store,
    list: &List,
    text: &[u8],
    as_of: &str,
) -> Result<ScreeningReport, ScreenError> {
    let options =
        ScreenOptions { as_of: as_of.parse().unwrap(), dry_run: false, allow_fewer: false };
    run_with(store, list, text, options)
}

fn run_with(
    store: &Store,
    list: &List,
    text: &[u8],
    options: ScreenOptions,
) -> Result<ScreeningReport, ScreenError> {
    let mut input = text;
    let actor = Actor::new(ActorKind::Operator, "import");
    let reason = Reason::new("screening", "");
    let by = (&actor, &reason);
    screen(store, rulebook(), by, (list, &mut input), noon(TODAY), options, &mut |_rows| {})
}

fn provider(store: &Store, key: &str) -> Provider {
    store.read(|reader| reader.by_source_keys(&[key])?.remove(key).unwrap().provider()).unwrap()
}

fn said<'p>(provider: &'p Provider, fact: &str) -> Vec<&'p Statement> {
    standing(&provider.facts).filter(|item| item.name == fact).collect()
}

fn code(statement: &Statement) -> &str {
    match &statement.value {
        Some(FactValue::Code(code)) => code,
        other => panic!("{other:?}"),
    }
}

fn tasks(store: &Store) -> Vec<ReviewTask> {
    let records = store.read(|reader| reader.standing_records(RecordKind::Task)).unwrap();
    records.iter().map(|record| record.read().unwrap()).collect()
}

#[rstest]
fn a_number_and_something_else_make_a_fact(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let store = stored(&db, &[clinic("A", "Fiction Care LLC")]);
    let list = leie(&[
        stranger(),
        row(("", "", ""), "THE FICTION CARE, L.L.C.", "1234567893", "9 ELSEWHERE RD", "1128b4"),
    ]);
    let report = run(&store, &List::Leie, &list, "2026-11-10").unwrap();
    assert_eq!((report.lines, report.stated, report.tasks_opened), (2, 1, 0), "{report}");
    let found = provider(&store, "A");
    assert_eq!(found.version, 2);
    let facts = said(&found, "excl.leie");
    assert_eq!(facts.iter().map(|fact| code(fact)).collect::<Vec<_>>(), ["confirmed_permissive"]);
    let evidence = found.cited(&facts[0].evidence).next().unwrap();
    assert_eq!(evidence.tier.as_str(), "E1");
    assert_eq!(evidence.captured_on, Some("2026-11-10".parse().unwrap()));
    assert_eq!(evidence.sha256.as_ref().map(String::len), Some(64));
    assert!(evidence.excerpt.as_ref().unwrap().contains("1128b4"), "{evidence:?}");
    assert!(!format!("{evidence:?}").contains("1960"), "no date of birth: {evidence:?}");

    // The same list again changes nothing and writes no entry.
    let head = store.read(|reader| reader.head()).unwrap();
    let again = run(&store, &List::Leie, &list, "2026-11-10").unwrap();
    assert_eq!((again.stated, again.unchanged), (0, 1), "{again}");
    assert_eq!(store.read(|reader| reader.head()).unwrap(), head);

    // What an official list says survives the next provider file.
    import(&store, &file(&[clinic("A", "Fiction Care LLC")]), INITIAL).unwrap();
    assert_eq!(said(&provider(&store, "A"), "excl.leie").len(), 1);

    // The next list no longer has it: withdrawn with the date, and now nobody is on it.
    let report = run(&store, &List::Leie, &leie(&[stranger(), stranger()]), TODAY).unwrap();
    assert_eq!((report.withdrawn, report.cleared), (1, 1), "{report}");
    let found = provider(&store, "A");
    let facts = said(&found, "excl.leie");
    assert_eq!(facts.iter().map(|fact| code(fact)).collect::<Vec<_>>(), ["no_match"]);
    let gone = found.facts.iter().find(|kept| !kept.stands()).unwrap();
    assert_eq!((gone.by, gone.withdrawn_on), (Origin::List, Some(TODAY.parse().unwrap())));
}

#[test]
fn a_number_or_a_name_alone_is_a_task_and_never_a_fact() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = stored(&db, &[clinic("A", "Fiction Care")]);
    let list = leie(&[
        // The organisation's number, and nothing else of it.
        row(("", "", ""), "OTHER HEALTH INC", "1234567893", "9 ELSEWHERE RD", "1128a1"),
        // The prescriber's name, the number not known.
        row(("FICTION", "JANE", ""), "", "0000000000", "9 ELSEWHERE RD", "1128a2"),
        // The prescriber's name with a number of its own, and with another second name.
        row(("FICTION", "JANE", ""), "", "1003000126", "9 ELSEWHERE RD", "1128a2"),
        row(("FICTION", "JANE", "ROSE"), "", "0000000000", "9 ELSEWHERE RD", "1128a2"),
    ]);
    let report = run(&store, &List::Leie, &list, "2026-11-10").unwrap();
    assert_eq!((report.stated, report.cleared, report.tasks_opened), (0, 0, 2), "{report}");
    assert!(said(&provider(&store, "A"), "excl.leie").is_empty());
    let mut found: Vec<(String, Vec<String>)> =
        tasks(&store).into_iter().map(|task| (task.party, task.agrees)).collect();
    found.sort();
    assert_eq!(found[0].0, "Jane Q. Fiction, MD");
    assert_eq!(found[0].1, ["name", "state"]);
    assert_eq!(found[1], ("organisation".to_owned(), vec!["npi".to_owned(), "state".to_owned()]));

    // The same list opens no second task; one without the entries closes them.
    assert_eq!(run(&store, &List::Leie, &list, "2026-11-10").unwrap().tasks_opened, 0);
    let rows = vec![stranger(); 4];
    let report = run(&store, &List::Leie, &leie(&rows), TODAY).unwrap();
    assert_eq!((report.tasks_closed, report.cleared), (2, 1), "{report}");
    assert!(tasks(&store).is_empty());
    let filter = JournalFilter::default();
    let entries = store.read(|reader| reader.journal(&filter, 0, 100)).unwrap();
    let mut of_task = entries.iter().filter(|entry| entry.entity.kind == EntityKind::Task);
    assert_eq!(of_task.clone().count(), 4);
    let closed = of_task.next_back().unwrap();
    let text = store.read(|reader| reader.text_after(closed)).unwrap().unwrap();
    let task: ReviewTask = serde_json::from_str(&text).unwrap();
    assert_eq!(task.outcome, Some(TaskOutcome::Gone));
}

#[test]
fn nobody_is_cleared_before_everybody_was_screened() {
    let db = TestDb::new(Sqlite).unwrap();
    let mut partial = clinic("partial", "Partial Care");
    partial["prescribers_complete"] = json!(false);
    partial["npi"] = json!("1003000126");
    let mut nobody = clinic("nobody", "Nobody Care");
    nobody["prescribers"] = json!([]);
    nobody["npi"] = json!("1245319599");
    let store = stored(&db, &[clinic("A", "Fiction Care"), partial, nobody]);
    let good = leie(&[stranger(), stranger()]);
    let report = run(&store, &List::Leie, &good, "2026-11-10").unwrap();
    assert_eq!((report.providers, report.cleared, report.incomplete), (3, 1, 2), "{report}");
    assert_eq!(code(said(&provider(&store, "A"), "excl.leie")[0]), "no_match");
    for key in ["partial", "nobody"] {
        assert!(said(&provider(&store, key), "excl.leie").is_empty(), "{key}");
    }
    // A row that cannot be read may be anybody.
    let mut torn = stranger();
    torn.push_str(",\"one cell more\"");
    let report = run(&store, &List::Leie, &leie(&[torn, stranger()]), "2026-11-11").unwrap();
    assert_eq!((report.failed, report.cleared), (1, 0), "{report}");
}

#[test]
fn a_list_that_is_not_whole_is_refused_and_the_old_state_stays() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = stored(&db, &[clinic("A", "Fiction Care")]);
    let mut rows = vec![stranger(); 20];
    rows[7] = row(("", "", ""), "FICTION CARE", "1234567893", "9 ELSEWHERE RD", "1128a1");
    let whole = leie(&rows);
    run(&store, &List::Leie, &whole, "2026-11-10").unwrap();
    let head = store.read(|reader| reader.head()).unwrap();

    let cut = &whole[..whole.len() - 30];
    let mut without_column = whole.clone();
    without_column.drain(..9);
    let few = leie(&rows[..12]);
    let refused: &[(&[u8], &str, &str)] = &[
        (b"", TODAY, "empty"),
        (HEADER.as_bytes(), TODAY, "the list is empty"),
        (cut, TODAY, "the last row is cut"),
        (&without_column, TODAY, "header"),
        (b"<html>not found</html>", TODAY, "header"),
        (&few, TODAY, "12 rows"),
        (&whole, "2026-11-09", "older"),
        (&whole, "2026-11-22", "lies ahead"),
    ];
    for (text, as_of, why) in refused {
        let error = run(&store, &List::Leie, text, as_of).unwrap_err();
        let said = match &error {
            ScreenError::Header(bedside::import::csv::HeaderError::Columns(rows)) => {
                format!("header {rows:?}")
            }
            other => other.to_string(),
        };
        assert!(said.contains(why), "{said} instead of {why}");
    }
    assert_eq!(store.read(|reader| reader.head()).unwrap(), head);
    let options = ScreenOptions { as_of: TODAY.parse().unwrap(), dry_run: true, allow_fewer: true };
    let trial = run_with(&store, &List::Leie, &few, options).unwrap();
    assert!(trial.dry_run && trial.stated == 1, "{trial}");
    assert_eq!(store.read(|reader| reader.head()).unwrap(), head);
}

#[test]
fn hostile_rows_are_row_errors() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = stored(&db, &[clinic("A", "Fiction Care")]);
    let good = row(("", "", ""), "FICTION CARE", "1234567893", "9 ELSEWHERE RD", "1128a1");
    let mut text = b"\xEF\xBB\xBF".to_vec();
    text.extend(leie(&[]));
    for bad in [
        b"\"a\0b\",\"\"".to_vec(),
        b"\"\xFF\xFE\"".to_vec(),
        vec![b'"'; 9_999],
        vec![b','; 2 * 1024 * 1024],
        "\u{202E},".repeat(17).into_bytes(),
        good.replace("20200319", "20201399").into_bytes(),
        good.replace("1128a1", "").into_bytes(),
    ] {
        text.extend(bad);
        text.extend(b"\r\n");
    }
    text.extend(b"\r\n\r\n");
    text.extend(good.as_bytes());
    let report = run(&store, &List::Leie, &text, "2026-11-10").unwrap();
    assert_eq!((report.lines, report.failed, report.stated), (8, 7, 1), "{report}");
    let lines: Vec<u64> = report.errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8]);
    assert!(report.errors.iter().all(|e| !e.problem.is_empty() && !e.mend.is_empty()));
}
