//! The registry of numbers, and rosters of licences and accreditations.

use bedside::{
    app::screening::{List, ScreenError},
    domain::{fact::FactValue, provider::standing},
    import::registries::Map,
    store::Store,
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{clinic, code, provider, run, said, stored, tasks};
use crate::support::{
    Backend::Sqlite,
    TestDb,
    flows::{TODAY, rulebook},
};

/// An answer of the registry's API about one organisation.
fn answer(number: &Value, name: &str) -> Vec<u8> {
    json!({"result_count": 1, "results": [{
        "enumeration_type": "NPI-2", "number": number, "created_epoch": "1537574400000",
        "basic": {"organization_name": name, "status": "A"},
        "addresses": [{"address_purpose": "LOCATION", "address_1": "874 PURCHASE ST",
                       "city": "BETHESDA", "state": "MD", "postal_code": "208141234"}],
        "taxonomies": [{"code": "261QI0500X", "state": null}]}]})
    .to_string()
    .into_bytes()
}

#[rstest]
#[case::number(json!(1_234_567_893))]
#[case::text(json!("1234567893"))]
fn the_registry_of_numbers_answers_in_either_form(#[case] number: Value) {
    let db = TestDb::new(Sqlite).unwrap();
    let store = stored(&db, &[clinic("A", "Fiction Care")]);
    let report = run(&store, &List::Nppes, &answer(&number, "OTHER NAME"), TODAY).unwrap();
    assert_eq!((report.stated, report.tasks_opened), (1, 0), "{report}");
    let found = provider(&store, "A");
    assert_eq!(code(said(&found, "id.npi_check")[0]), "valid_active");
    let nothing = br#"{"result_count": 0, "results": []}"#;
    assert_eq!(run(&store, &List::Nppes, nothing, TODAY).unwrap().lines, 0);
    let error = br#"{"Errors": [{"description": "No valid search criteria provided"}]}"#;
    for bad in [error.as_slice(), b"{", b"{}"] {
        assert!(matches!(run(&store, &List::Nppes, bad, TODAY), Err(ScreenError::Header(_))));
    }
}

#[test]
fn the_bulk_file_is_read_by_the_names_of_its_columns() {
    let db = TestDb::new(Sqlite).unwrap();
    let mut unnumbered = clinic("B", "Unnumbered Care");
    unnumbered["npi"] = Value::Null;
    unnumbered["prescribers"] = json!([]);
    let store = stored(&db, &[clinic("A", "Fiction Care"), unnumbered]);
    let columns = [
        "Provider First Name",
        "NPI",
        "Entity Type Code",
        "Provider Organization Name (Legal Business Name)",
        "Provider Other Organization Name",
        "Provider Last Name (Legal Name)",
        "Provider Middle Name",
        "Provider First Line Business Practice Location Address",
        "Provider Business Practice Location Address City Name",
        "Provider Business Practice Location Address State Name",
        "Provider Business Practice Location Address Postal Code",
        "Provider First Line Business Mailing Address",
        "Provider Business Mailing Address City Name",
        "Provider Business Mailing Address State Name",
        "Provider Business Mailing Address Postal Code",
        "NPI Deactivation Date",
        "NPI Reactivation Date",
        "A column of a later version",
        "Provider License Number_1",
        "Provider License Number State Code_1",
    ];
    let row = |cells: &[(&str, &str)]| {
        let cell = |name: &&str| {
            let value = cells.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value);
            format!("\"{value}\"")
        };
        columns.iter().map(cell).collect::<Vec<_>>().join(",")
    };
    let state = "Provider Business Practice Location Address State Name";
    let name = "Provider Organization Name (Legal Business Name)";
    let rows = [
        columns.map(|name| format!("\"{name}\"")).join(","),
        row(&[("NPI", "1234567893"), ("Entity Type Code", "2"), (name, "FICTION CARE")]),
        // Deactivated: the file keeps the number alone.
        row(&[("NPI", "1679576722"), ("NPI Deactivation Date", "01/31/2026")]),
        // The name of somebody whose number we do not know.
        row(&[
            ("NPI", "1003000126"),
            ("Entity Type Code", "2"),
            (name, "UNNUMBERED CARE INC"),
            (state, "MD"),
        ]),
        row(&[
            ("NPI", "1245319599"),
            ("Entity Type Code", "2"),
            (name, "UNNUMBERED CARE INC"),
            (state, "TX"),
        ]),
        row(&[("NPI", "123"), ("Entity Type Code", "2")]),
    ];
    let report = run(&store, &List::Nppes, rows.join("\n").as_bytes(), TODAY).unwrap();
    assert_eq!((report.lines, report.failed, report.stated), (5, 1, 1), "{report}");
    assert_eq!(code(said(&provider(&store, "A"), "id.npi_check")[0]), "valid_active");
    let mut open: Vec<(String, Vec<String>)> =
        tasks(&store).into_iter().map(|task| (task.entry_key, task.agrees)).collect();
    open.sort();
    assert_eq!(open[0], ("1003000126".to_owned(), vec!["name".into(), "state".into()]));
    assert_eq!(open[1], ("1679576722".to_owned(), vec!["npi".to_owned()]));
    assert_eq!(open.len(), 2);
    let header: Vec<String> = rows.into_iter().take(1).collect();
    let without = header[0].replace("\"NPI\",", "");
    let error = run(&store, &List::Nppes, without.as_bytes(), TODAY);
    assert!(matches!(error, Err(ScreenError::Header(_))));
}

fn map(text: &str) -> Map {
    let check = |name: &str, value: &FactValue| {
        let spec = rulebook().vocabulary().named(name).ok_or("no such fact")?;
        spec.value(value).map(|_| ()).map_err(|error| error.to_string())
    };
    Map::read(text, &check).unwrap()
}

const LICENCES: &str = r#"
key = "md-physicians"
title = "Fictional board of physicians"
url = "https://board.example/roster"
whom = "prescribers"
full = true
state = "MD"
dates = "%m/%d/%Y"
[columns]
person = "Name"
licence_number = "Licence"
status = "Status"
expires_on = "Expires"
[fact]
name = "cred.license_status"
[fact.values]
Active = "active"
Suspended = "suspended"
"#;

#[test]
fn a_roster_states_what_its_map_says() {
    let db = TestDb::new(Sqlite).unwrap();
    let mut two = clinic("two", "Two Care");
    two["npi"] = json!("1003000126");
    two["prescribers"].as_array_mut().unwrap()[0]["npi"] = Value::Null;
    two["prescribers"].as_array_mut().unwrap().push(json!({"name": "Ann Second",
        "licences": [{"state": "MD", "number": "D99887"}]}));
    let store = stored(&db, &[clinic("A", "Fiction Care"), two]);
    let list = List::Roster(Box::new(map(LICENCES)));
    let text = "Name,Licence,Status,Expires\nJane Fiction,D12345,Active,12/05/2026\n";
    let report = run(&store, &list, text.as_bytes(), "2026-11-10").unwrap();
    assert_eq!((report.stated, report.incomplete, report.failed), (1, 1, 0), "{report}");
    let found = provider(&store, "A");
    let fact = said(&found, "cred.license_status")[0];
    assert_eq!(code(fact), "active");
    assert_eq!(fact.valid_until, Some("2026-12-05".parse().unwrap()));
    assert!(said(&provider(&store, "two"), "cred.license_status").is_empty());
    let evidence = found.cited(&fact.evidence).next().unwrap();
    assert!(!format!("{evidence:?}").to_uppercase().contains("JANE"), "{evidence:?}");

    // Everybody was found, and the worst of them speaks; an adverse entry needs nobody else.
    let text = "Name,Licence,Status,Expires\nJane Fiction,D12345,Active,12/05/2027\n\
                Ann Second,99887,Suspended,\nSomebody,1,Retired,\n";
    let report = run(&store, &list, text.as_bytes(), "2026-11-11").unwrap();
    assert_eq!((report.stated, report.failed), (2, 1), "{report}");
    assert!(report.errors[0].problem.contains("Retired"), "{report}");
    let found = provider(&store, "two");
    assert_eq!(code(said(&found, "cred.license_status")[0]), "suspended");

    // Gone from a roster that is whole each time: taken back.
    let report = run(
        &store,
        &list,
        b"Name,Licence,Status,Expires\nX Y,1,Active,\nX Y,2,Active,\nX Y,3,Active,\n",
        TODAY,
    )
    .unwrap();
    assert_eq!(report.withdrawn, 3, "{report}");
    assert!(said(&provider(&store, "two"), "cred.license_status").is_empty());
}

const ACCREDITATIONS: &str = r#"
key = "surveys"
title = "Fictional surveyor"
url = "https://surveys.example/"
whom = "organisations"
full = true
[columns]
npi = "npi"
organisation = "name"
address = "street"
postal_code = "zip"
licence_number = "no"
expires_on = "until"
[credential]
code = "facet-3"
status = "active"
scope_covers_sedation = true
"#;

#[test]
fn an_accreditation_stands_at_the_site_whose_address_agrees() {
    let db = TestDb::new(Sqlite).unwrap();
    let store = stored(&db, &[clinic("A", "Fiction Care")]);
    let list = List::Roster(Box::new(map(ACCREDITATIONS)));
    let row = |street: &str, until: &str| {
        format!(
            "npi,name,street,zip,no,until\n1234567893,Fiction Care,{street},20814,C-7,{until}\n"
        )
    };
    let text = row("874 Purchase St", "2027-06-30");
    assert_eq!(run(&store, &list, text.as_bytes(), "2026-11-10").unwrap().stated, 1);
    assert_eq!(run(&store, &list, text.as_bytes(), "2026-11-11").unwrap().unchanged, 1);
    let held = |store: &Store| -> Vec<(Option<chrono::NaiveDate>, Option<bool>)> {
        let found = provider(store, "A");
        standing(&found.sites[0].credentials).map(|c| (c.expires_on, c.site_match)).collect()
    };
    assert_eq!(held(&store), [(Some("2027-06-30".parse().unwrap()), Some(true))]);
    let text = row("874 Purchase St", "2030-06-30");
    let report = run(&store, &list, text.as_bytes(), "2026-11-12").unwrap();
    assert_eq!((report.stated, report.withdrawn), (1, 1), "{report}");
    assert_eq!(held(&store), [(Some("2030-06-30".parse().unwrap()), Some(true))]);
    // The provider, but no place of it: a person has to look.
    let report = run(&store, &list, row("1 Else St", "2030-06-30").as_bytes(), TODAY).unwrap();
    assert_eq!((report.stated, report.withdrawn, report.tasks_opened), (0, 1, 1), "{report}");
    assert!(held(&store).is_empty());
}

#[test]
fn a_wrong_map_says_everything_that_is_wrong() {
    let check = |name: &str, _value: &FactValue| Err(format!("`{name}` is no fact"));
    let wrong = "key = \"leie\"\ntitle = \"\"\nurl = \"board\"\nwhom = \"prescribers\"\n\
                 state = \"ZZ\"\n[columns]\nstatus = \"s\"\n[fact]\nname = \"no.fact\"\nvalue = 1\n";
    let said = Map::read(wrong, &check).unwrap_err().to_string();
    for part in ["`key`", "`title`", "`url`", "`state`", "`columns`", "`no.fact` is no fact"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let unknown = Map::read("keys = 1", &check).unwrap_err().to_string();
    assert!(unknown.contains("keys"), "{unknown}");
}
