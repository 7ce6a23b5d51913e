//! The files that ship with the program are good files.

use std::{fs::File, io::BufReader, path::Path};

use bedside::{
    domain::{UsState, fact::FactValue, place::LatLon},
    import::{
        Checker, FactCheck, ImportReport, Places,
        check::Misfit,
        read::{WholeFile, providers},
    },
};
use rstest::rstest;

use super::today;

/// Knows no place and takes every fact: what they are checked for has tests of its own.
struct Anywhere;

impl Places for Anywhere {
    fn inside_state(&self, point: LatLon, _: UsState) -> bool {
        (18.0..72.0).contains(&point.lat) && (-180.0..-65.0).contains(&point.lon)
    }

    fn state_of_zip(&self, _: &str) -> Option<UsState> {
        None
    }

    fn state_named(&self, _: &str) -> Option<UsState> {
        None
    }
}

impl FactCheck for Anywhere {
    fn check(&self, name: &str, _: Option<&FactValue>) -> Result<(), Misfit> {
        assert!(name.contains('.'), "{name}");
        Ok(())
    }

    fn knows_rule(&self, id: &str) -> bool {
        id.starts_with("KTS-")
    }
}

#[rstest]
#[case("data/providers.ndjson", false)]
#[case("data/fictional.ndjson", true)]
fn a_shipped_file_has_no_bad_row(#[case] file: &str, #[case] fictional: bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let input = BufReader::new(File::open(path).unwrap());
    let checker = Checker { places: &Anywhere, facts: &Anywhere, today: today() };
    let mut report = ImportReport::default();
    for row in providers(input, checker, WholeFile::new(Some(fictional))) {
        let mut row = row.unwrap();
        // No ZIP code is known here, and one made-up credential is there to count for nothing.
        row.warnings.retain(|warning| {
            !warning.field.ends_with("/postal_code") && !warning.problem.ends_with("does not count")
        });
        match row.result {
            Ok(_) => report.take(row.warnings),
            Err(errors) => report.refuse(errors),
        }
    }
    assert!(report.lines > 90);
    assert!(report.errors.is_empty() && report.warnings.is_empty(), "{report}");
}
