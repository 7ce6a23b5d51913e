//! `bedside search`: the search of the API in a terminal.

use rstest::rstest;
use serde_json::json;

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    program::Program,
};

/// A program whose database holds a set.
fn holding(db: &TestDb, set: &str) -> Program {
    let program = Program::on(&db.url);
    program.run_with(&["import", "providers", "-", "--initial"], set.as_bytes()).expect(0);
    program
}

const REAL: &str = include_str!("../../../data/providers.ndjson");
const FICTIONAL: &str = include_str!("../../../data/fictional.ndjson");

#[rstest]
fn near_a_zip_code_the_real_set_says_what_is_known(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let program = holding(&db, REAL);
    let table = program.run(&["search", "20814", "view=all"]).expect(0).out;
    let row = table.lines().find(|line| line.starts_with("Calliope Health Ketamine")).unwrap();
    for part in ["Bethesda, MD", "+13018289513", "We could not verify key safety facts"] {
        assert!(row.contains(part), "{row}");
    }
    assert!(table.starts_with("CLINIC") && table.contains("988"), "{table}");
    assert!(table.contains("from Bethesda, MD 20814"), "{table}");

    let narrow = program.run(&["search", "20814"]).expect(0).out;
    assert!(narrow.contains("0 found") && narrow.contains("insufficient information"), "{narrow}");

    let answer = program.run(&["search", "20814", "view=all", "--json"]).expect(0).json();
    assert_eq!(answer["meta"]["total"], answer["data"].as_array().unwrap().len());
    let first = &answer["data"][0];
    for member in ["id", "slug", "address", "distance", "safety", "course_cost", "links"] {
        assert!(!first[member].is_null(), "{member}");
    }
    assert_eq!(answer["meta"]["crisis"], json!({"us": "988"}));
}

#[test]
fn the_made_up_set_shows_costs_and_says_that_it_is_made_up() {
    let db = TestDb::new(Sqlite).unwrap();
    let program = holding(&db, FICTIONAL);
    let table = program.run(&["search", "new", "york", "ny"]).expect(0).out;
    assert!(table.contains("every clinic here is made up"), "{table}");
    let costs = table.lines().filter(|line| line.contains("  $")).count();
    assert!(costs >= 3, "{table}");
    let short = program.run(&["search", "view=all", "state=NY", "sort=name", "limit=2"]).expect(0);
    assert!(short.out.contains("the first 2 of them"), "{}", short.out);
    assert_eq!(short.out.lines().filter(|line| line.contains("(fictional)")).count(), 2);
}

#[rstest]
#[case::ambiguous(&["search", "springfield"], "Springfield, IL")]
#[case::unknown_place(&["search", "99999"], "give a ZIP code, or a city with its state")]
#[case::unknown_parameter(&["search", "20814", "treatment=iv"], "treatment")]
#[case::bad_value(&["search", "20814", "route=snorted"], "route")]
#[case::date_without_place(&["search", "view=all", "state=MD", "as_of=2027-01-01"], "needs a place")]
fn what_cannot_be_answered_says_what_to_ask(#[case] args: &[&str], #[case] mend: &str) {
    let db = TestDb::new(Sqlite).unwrap();
    let ran = holding(&db, FICTIONAL).run(args).expect(65);
    assert!(ran.err.contains(mend), "{}", ran.err);
    assert_eq!(ran.out, "");
}
