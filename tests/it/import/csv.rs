//! The flat file.

use bedside::{
    domain::{PriceKind, UsState, fact::FactValue},
    import::{
        csv::{COLUMNS, HeaderError, help, providers, safe_cell, template},
        read::{Row, WholeFile},
    },
};
use rstest::rstest;

use super::checker;

fn rows(text: &str) -> Vec<Row> {
    providers(text.as_bytes(), checker(), WholeFile::default())
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// Line, column and problem of everything that is wrong.
fn errors(text: &str) -> Vec<(u64, String, String)> {
    let all = rows(text).into_iter().filter_map(|row| row.result.err()).flatten();
    all.map(|error| (error.line, error.field, error.problem)).collect()
}

#[test]
fn the_template_is_a_good_file() {
    let rows = rows(&template());
    let line = rows[0].result.as_ref().unwrap();
    assert_eq!((rows.len(), rows[0].warnings.len()), (1, 0));
    assert_eq!(line.phone.as_deref(), Some("+13015550142"));
    let site = &line.sites[0];
    assert_eq!(site.source_key, "P001-1");
    assert_eq!(site.address.state, Some(UsState::Md));
    assert_eq!(site.languages, ["en", "es"]);
    let FactValue::Set(routes) = site
        .facts
        .iter()
        .find(|f| f.name == "offers.routes_on_site")
        .unwrap()
        .value
        .clone()
        .unwrap()
    else {
        panic!("a set")
    };
    assert_eq!((routes.items, routes.complete), (vec!["iv".to_owned(), "im".to_owned()], false));
    assert_eq!(site.facts.len(), 4);
    assert!(site.facts.iter().all(|fact| fact.evidence == [0]));
    let session = site.prices.iter().find(|price| price.kind == PriceKind::Session).unwrap();
    assert_eq!((session.amount_cents, session.amount_max_cents), (45_000, Some(60_000)));
    assert_eq!(site.prices.len(), 3);
    assert_eq!(line.payments.len(), 2);
    assert_eq!(line.evidence.len(), 1);
}

#[test]
fn every_column_is_explained() {
    let help = help();
    for column in COLUMNS {
        assert!(help.contains(column.name) && column.help.ends_with('.'), "{}", column.name);
    }
}

#[test]
fn no_cell_of_the_template_is_a_formula() {
    let mut reader = ::csv::Reader::from_reader(template().leak().as_bytes());
    let record = reader.records().next().unwrap().unwrap();
    assert_eq!(record.len(), COLUMNS.len());
    assert!(record.iter().all(|cell| !cell.starts_with(['=', '@', '+', '\t', '\r'])));
}

#[rstest]
#[case("=1+1", "'=1+1")]
#[case("@SUM(A1)", "'@SUM(A1)")]
#[case("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
#[case("-2+3+cmd|'x'!A0", "'-2+3+cmd|'x'!A0")]
#[case("+1 (301) 555-0142", "+1 (301) 555-0142")]
#[case("-77.1", "-77.1")]
#[case("plain", "plain")]
fn a_cell_is_never_a_formula(#[case] text: &str, #[case] wanted: &str) {
    assert_eq!(safe_cell(text), wanted);
}

#[test]
fn an_apostrophe_before_a_formula_is_taken_off() {
    let taken = rows("source_key,name\nA,'=Infusions\nB,'Tis Calm\n");
    let names: Vec<_> =
        taken.iter().map(|row| row.result.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(names, ["=Infusions", "'Tis Calm"]);
    assert!(errors("source_key,name\nA,=HYPERLINK(1)\n")[0].2.contains("formula"));
}

#[test]
fn rows_with_one_key_are_the_sites_of_one_provider() {
    let text = "source_key,name,website,city,state,session_cents,evidence_tier,evidence_kind,evidence_url\n\
        A,Calm,https://calm.example/,Bethesda,Maryland,50000,E5,document,https://news.example/a\n\
        A,,,Fort Lee,nj,60000,E5,document,https://news.example/b\n\
        B,Still,,,,70000,E5,document,https://news.example/c\n";
    let rows = rows(text);
    let line = rows[0].result.as_ref().unwrap();
    let sites: Vec<_> =
        line.sites.iter().map(|s| (s.source_key.as_str(), s.address.state)).collect();
    assert_eq!(sites, [("A-1", Some(UsState::Md)), ("A-2", Some(UsState::Nj))]);
    assert_eq!(line.sites[1].prices[0].evidence, [1]);
    let other = rows[1].result.as_ref().unwrap();
    assert!(other.sites.is_empty());
    assert_eq!(other.prices[0].amount_cents, 70_000, "a price without a site is the provider's");
    assert_eq!((rows[0].line, rows[1].line), (2, 4));
}

#[test]
fn a_problem_names_row_and_column() {
    let text = "source_key,name,site_phone,city,state,postal_code,lat,lon,precision,routes_on_site,session_cents,npi,payments\n\
        A,Calm,301-555-0142,Bethesda,MD,20814,38.98,-77.1,street,,,,\n\
        A,Clam,12,Fort Lee,NJ,7024,-74,40.85,street,,$500,1234567890,gold\n";
    let found = errors(text);
    let places: Vec<_> = found.iter().map(|(line, column, _)| (*line, column.as_str())).collect();
    assert!(places.contains(&(3, "name")), "{found:?}");
    assert!(places.contains(&(3, "session_cents")), "{found:?}");
    assert!(places.contains(&(3, "payments")), "{found:?}");
    // What needs the whole shape is told once the shape is good.
    let text = text.replace("Clam", "").replace("$500", "").replace("gold", "CASH");
    let found = errors(&text);
    let places: Vec<_> = found.iter().map(|(line, column, _)| (*line, column.as_str())).collect();
    for wanted in [(3, "npi"), (3, "site_phone"), (3, "postal_code"), (3, "lat")] {
        assert!(places.contains(&wanted), "{wanted:?} is not in {found:?}");
    }
}

#[test]
fn a_fact_without_evidence_is_told_by_its_column() {
    let found = errors("source_key,name,takehome_offered,telehealth_used\nA,Calm,no,perhaps\n");
    let places: Vec<_> = found.iter().map(|(line, column, _)| (*line, column.as_str())).collect();
    assert!(places.contains(&(2, "takehome_offered")), "{found:?}");
    assert!(places.contains(&(2, "telehealth_used")), "{found:?}");
}

#[test]
fn a_bad_row_loses_no_good_one() {
    let text = "source_key,name\nA,Calm\nB\nC,Still,more\n\n,\nD,Deep\nA,Again\n";
    let rows = rows(text);
    let good: Vec<_> =
        rows.iter().filter_map(|row| row.result.as_ref().ok()).map(|l| &l.name).collect();
    assert_eq!(good, ["Calm", "Deep"]);
    let bad: Vec<_> = rows.iter().filter(|row| row.result.is_err()).map(|row| row.line).collect();
    assert_eq!(bad, [3, 4, 8]);
}

#[test]
fn marks_and_windows_line_ends_are_ignored() {
    let rows = rows("\u{feff}source_key,name\r\nA,Calm\r\n");
    assert_eq!(rows[0].result.as_ref().unwrap().name, "Calm");
}

#[rstest]
#[case("name\nA\n", "source_key", "missing")]
#[case("source_key,name,telefone\n", "telefone", "no column")]
#[case("source_key,name,name\n", "name", "twice")]
#[case("source_key;name\n", "source_key;name", "no column")]
#[case("", "source_key", "missing")]
fn a_wrong_header_ends_the_file(#[case] text: &str, #[case] column: &str, #[case] because: &str) {
    let result = providers(text.as_bytes(), checker(), WholeFile::default());
    let Err(HeaderError::Columns(found)) = result.map(Iterator::count) else { panic!("{text:?}") };
    assert!(found.iter().any(|e| e.field == column && e.problem.contains(because)), "{found:?}");
}

#[test]
fn the_beginning_of_a_file_tells_its_form() {
    let rows = |text: &'static str| {
        let all = bedside::import::rows(text.as_bytes(), checker(), WholeFile::default()).unwrap();
        all.map(|row| row.unwrap().result.is_ok()).collect::<Vec<_>>()
    };
    assert_eq!(rows("\u{feff}source_key,name\nA,Calm\n"), [true]);
    assert_eq!(rows("name,\"source_key\"\nCalm,A\n"), [true]);
    assert_eq!(rows("{\"source_key\":\"A\",\"name\":\"B\",\"evidence\":[]}"), [true]);
    assert_eq!(rows("\n{}\n"), [false]);
    assert_eq!(rows("hello\n"), [false]);
    assert!(rows("").is_empty());
}
