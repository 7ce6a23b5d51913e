//! `import leie`, `import nppes`, `import registry` and `queue`.

use serde_json::json;

use crate::support::{flows::fictional, flows::file, program::Program};

const HEADER: &str = "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,\
                      CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE";

const MAP: &str = "key = \"roster\"\ntitle = \"A roster\"\nurl = \"https://board.example/\"\n\
                   whom = \"organisations\"\n[columns]\nnpi = \"npi\"\norganisation = \"name\"\n\
                   [fact]\nname = \"cred.dea_status\"\nvalue = \"active\"\n";

/// A program with one provider, and a list that has its number under another name.
fn prepared() -> Program {
    let program = Program::new();
    let rows = file(&[fictional("F036")]);
    program.run_with(&["import", "providers", "-", "--initial"], &rows).expect(0);
    let row = ",,,OTHER BUSINESS,,,,1999000718,,1 X ST,RENO,NV,89501,1128b4,20200101,00000000,\
               00000000,";
    program.put("leie.csv", format!("{HEADER}\n{row}\n"));
    program.put("MAP.toml", MAP);
    program
}

#[test]
fn a_list_is_screened_and_its_task_worked_from_the_terminal() {
    let program = prepared();
    let said = program.run(&["import", "leie", "leie.csv"]).expect(65);
    assert!(said.err.contains("--as-of"), "{}", said.err);
    let trial = ["import", "leie", "leie.csv", "--as-of", "2026-11-10", "--dry-run", "--json"];
    let trial = program.run(&trial).expect(0).json();
    assert_eq!((&trial["dry_run"], &trial["tasks_opened"]), (&json!(true), &json!(1)));
    let named = "LEIE-20261110.csv";
    program.put(named, std::fs::read_to_string(program.path("leie.csv")).unwrap());
    let report = program.run(&["import", "leie", named, "--json"]).expect(0).json();
    assert_eq!(report["as_of"], "2026-11-10");
    assert_eq!((&report["tasks_opened"], &report["stated"]), (&json!(1), &json!(0)));
    let said = program.run(&["import", "leie", named]).expect(0).out;
    assert!(said.contains("0 tasks opened"), "{said}");

    let queue = program.run(&["queue", "--kind", "review", "--json"]).expect(0).json();
    let id = queue["data"][0]["id"].as_str().unwrap();
    let told = program.run(&["queue", "--kind", "review"]).expect(0).out;
    assert!(told.contains(id) && told.contains("OTHER BUSINESS"), "{told}");
    let next = ["queue", "next", "--kind", "review", "--json", "--as", "ann"];
    assert_eq!(program.run(&next).expect(0).json()["item"]["id"], id);
    let nothing = program.run(&["queue", "next", "--kind", "review", "--as", "ben"]).expect(0);
    assert!(nothing.out.contains("nothing to do"), "{}", nothing.out);
    let other = program.run(&["queue", "close", id, "different", "--as", "ben"]).expect(65);
    assert!(other.err.contains("somebody else"), "{}", other.err);
    program.run(&["queue", "renew", id, "--as", "ann"]).expect(65);
    program.run(&["queue", "close", id, "different", "--as", "ann"]).expect(0);
    let queue = program.run(&["queue", "--kind", "review", "--json"]).expect(0).json();
    assert_eq!(queue["data"], json!([]));
    program.run(&["queue", "--kind", "nonsense"]).expect(2);
}

#[test]
fn a_refused_list_and_a_wrong_map_have_their_exit_codes() {
    let program = prepared();
    program.put("empty.csv", HEADER);
    let said = program.run(&["import", "leie", "empty.csv", "--as-of", "2026-11-10"]).expect(65);
    assert!(said.err.contains("empty"), "{}", said.err);
    program.run(&["import", "leie", "none.csv", "--as-of", "2026-11-10"]).expect(66);
    program.put("other.csv", "a,b\n1,2\n");
    let said = program.run(&["import", "nppes", "other.csv", "--as-of", "2026-11-10"]).expect(65);
    assert!(said.err.contains("NPI"), "{}", said.err);

    program.put(
        "roster.csv",
        "npi,name\n1999000718,Weak Paper Ketamine of Oklahoma City (fictional)\n",
    );
    let roster = ["import", "registry", "roster.csv", "--map", "MAP.toml", "--as-of", "2026-11-10"];
    let report = program.run(&[&roster[..], &["--json"]].concat()).expect(0).json();
    assert_eq!((&report["list"], &report["stated"]), (&json!("roster"), &json!(1)));
    program.put("MAP.toml", MAP.replace("cred.dea_status", "cred.status"));
    let said = program.run(&roster).expect(65);
    assert!(said.err.contains("cred.status"), "{}", said.err);
    program.put("MAP.toml", MAP.replace("npi = \"npi\"", "npi = \"number\""));
    assert!(program.run(&roster).expect(65).err.contains("number"));
}
