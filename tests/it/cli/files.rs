//! `import`, `export`, `check` and `migrate`.

use std::fs::File;

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{fictional, file, lines},
    program::Program,
};

const REAL: &str = include_str!("../../../data/providers.ndjson");

fn least(key: &str) -> Value {
    json!({"source_key": key, "name": format!("Provider {key}"), "evidence": []})
}

#[rstest]
fn a_file_goes_in_and_comes_out_again(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::empty(backend) else { return };
    let program = Program::on(&db.url);
    program.put("providers.ndjson", REAL);
    let made = program.run(&["migrate"]).expect(0);
    assert!(made.out.contains("up to date; ran "), "{}", made.out);
    assert!(!program.run(&["migrate"]).expect(0).out.contains("ran "));

    let ran = program.run(&["import", "providers", "providers.ndjson", "--initial", "--json"]);
    let report = ran.expect(0).json();
    let all = lines(REAL).len();
    assert_eq!(report["lines"], all);
    assert_eq!(report["created"], all);
    for (name, value) in [("updated", json!(0)), ("unchanged", json!(0)), ("failed", json!(0))] {
        assert_eq!(report[name], value, "{name}");
    }
    assert_eq!((&report["dry_run"], &report["undone"]), (&json!(false), &json!(false)));
    assert_eq!((&report["errors"], &report["errors_more"]), (&json!([]), &json!(0)));
    assert!(report["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    for phase in report["phases"].as_array().unwrap() {
        assert!(phase["name"].is_string() && phase["seconds"].is_number());
    }
    let again = program.run(&["import", "providers", "providers.ndjson", "--initial"]).expect(0);
    assert!(
        again.out.contains(&format!("0 new, 0 changed, {all} unchanged, 0 refused")),
        "{again:?}"
    );

    let exported = program.run(&["export", "providers"]).expect(0).out;
    program.run(&["export", "providers", "--output", "out.ndjson"]).expect(0);
    assert_eq!(std::fs::read_to_string(program.path("out.ndjson")).unwrap(), exported);
    assert_eq!(lines(&exported).len(), all);

    let Some(copy) = TestDb::empty(backend) else { return };
    let other = Program::on(&copy.url);
    other.run_with(&["import", "providers", "-", "--initial"], exported.as_bytes()).expect(0);
    assert_eq!(other.run(&["export", "providers"]).expect(0).out, exported);
}

#[test]
fn bad_rows_are_told_with_line_field_and_mend() {
    let program = Program::new();
    let mut bad = least("B");
    bad["phone"] = json!("555");
    bad["website"] = json!("ftp://x");
    let rows = file(&[least("A"), bad, least("C")]);
    let ran = program.run_with(&["import", "providers", "-", "--json"], &rows).expect(65);
    let report = ran.json();
    assert_eq!((&report["created"], &report["failed"]), (&json!(2), &json!(1)));
    let errors = report["errors"].as_array().unwrap();
    let fields: Vec<&str> = errors.iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["/website", "/phone"]);
    for error in errors {
        assert_eq!((&error["line"], &error["source_key"]), (&json!(2), &json!("B")));
        assert!(!error["problem"].as_str().unwrap().is_empty());
        assert!(!error["mend"].as_str().unwrap().is_empty());
    }
    let told = program.run_with(&["import", "providers", "-"], &rows).expect(65);
    assert!(told.out.contains("error: line 2 (B), /phone: "), "{}", told.out);

    let strict = Program::new();
    let ran = strict.run_with(&["import", "providers", "-", "--strict"], &rows).expect(65);
    assert!(ran.out.contains("0 new") && ran.out.contains("nothing was written"), "{}", ran.out);
    assert_eq!(strict.run(&["export", "providers"]).expect(0).out, "");
}

#[test]
fn a_trial_leaves_no_trace() {
    let program = Program::new();
    let rows = file(&[least("A"), json!({"source_key": "B"})]);
    let ran = program.run_with(&["import", "providers", "-", "--dry-run", "--json"], &rows);
    let report = ran.expect(65).json();
    assert_eq!((&report["created"], &report["dry_run"]), (&json!(1), &json!(true)));
    assert!(!program.path("bedside.db").exists(), "not even an empty database");

    program.run_with(&["import", "providers", "-"], &file(&[least("A")])).expect(0);
    let before = std::fs::read(program.path("bedside.db")).unwrap();
    program.run_with(&["import", "providers", "-", "--dry-run"], &file(&[least("C")])).expect(0);
    assert_eq!(std::fs::read(program.path("bedside.db")).unwrap(), before);
    assert_eq!(lines(&program.run(&["export", "providers"]).expect(0).out).len(), 1);
}

#[test]
fn the_template_is_a_file_that_can_be_filled_in_and_imported() {
    let program = Program::new();
    let template = program.run(&["import", "--template"]).expect(0).out;
    assert_eq!(template.lines().count(), 2, "a header and an example");
    let filled = template.replace("Example Ketamine Clinic", "Filled In Clinic");
    assert_ne!(filled, template);
    program.put("filled.csv", &filled);
    program.run(&["check", "filled.csv"]).expect(0);
    assert!(!program.path("bedside.db").exists(), "a check needs no database");
    program.run(&["import", "providers", "filled.csv"]).expect(0);
    let exported = lines(&program.run(&["export", "providers"]).expect(0).out);
    assert_eq!(exported.len(), 1);
    assert_eq!(exported[0]["name"], "Filled In Clinic");
    assert_eq!(exported[0]["sites"][0]["address"]["city"], "Bethesda");
    assert!(!exported[0]["sites"][0]["prices"].as_array().unwrap().is_empty());

    // From standard input the beginning tells the form, or the user does.
    for form in [vec![], vec!["--form", "csv"]] {
        let args = [vec!["import", "providers", "-"], form].concat();
        let ran = program.run_with(&args, filled.as_bytes()).expect(0);
        assert!(ran.out.contains("1 unchanged"), "{}", ran.out);
    }
    let header = filled.replacen("source_key", "sauce_key", 1);
    program.put("header.csv", header);
    let ran = program.run(&["import", "providers", "header.csv"]).expect(65);
    assert!(ran.err.contains("write `source_key`"), "{}", ran.err);
}

#[test]
fn a_check_reads_a_file_without_a_database() {
    let program = Program::new();
    program.put("real.ndjson", REAL);
    let report = program.run(&["check", "real.ndjson", "--json"]).expect(0).json();
    assert_eq!((&report["lines"], &report["failed"]), (&json!(lines(REAL).len()), &json!(0)));
    let mut wrong = fictional("F001");
    wrong["npi"] = json!("1234567890");
    wrong["colour"] = json!("blue");
    let ran = program.run_with(&["check", "-"], &file(&[wrong, least("B")])).expect(65);
    assert!(ran.out.contains("line 1 (F001)") && ran.out.contains("1 refused"), "{}", ran.out);
    let told = program.run_with(&["check", "-"], b"\xff\xfe{}\n[1]\n{\"a\": \n\n").expect(65);
    assert!(told.out.contains("line 1") && told.out.contains("line 3"), "{}", told.out);
    assert!(!program.path("bedside.db").exists());
}

#[rstest]
#[case::no_such_file(&["import", "providers", "nobody.ndjson"], 66, "give a file, or -")]
#[case::no_such_rulebook(&["rules", "check", "nobody.json"], 66, "nobody.json")]
#[case::a_folder(&["check", "."], 66, "cannot be read")]
#[case::no_database(&["export", "providers"], 78, "`bedside migrate` or `bedside serve`")]
#[case::no_database_to_search(&["search", "20814"], 78, "`bedside migrate` or `bedside serve`")]
#[case::another_scheme(&["migrate", "--database-url", "mysql://localhost/x"], 78, "sqlite://PATH or postgres://")]
#[case::no_scheme(&["migrate", "--database-url", "bedside.db"], 78, "sqlite://PATH or postgres://")]
#[case::no_server(&["migrate", "--database-url", "postgres://u:secret@127.0.0.1:1/x"], 69, "see that it runs")]
#[case::no_such_folder(&["migrate", "--database-url", "sqlite://no/such/folder/x.db"], 69, "")]
#[case::nothing_to_import(&["import"], 2, "Usage")]
#[case::unknown_flag(&["import", "providers", "x", "--overwrite"], 2, "unexpected argument")]
fn what_goes_wrong_has_its_exit_code_and_names_the_mend(
    #[case] args: &[&str],
    #[case] code: i32,
    #[case] mend: &str,
) {
    let program = Program::new();
    let ran = program.run(args).expect(code);
    assert!(ran.err.contains(mend), "{}", ran.err);
    assert!(!ran.err.contains("secret"), "passwords are not shown: {}", ran.err);
    assert_eq!(ran.out, "", "errors go to standard error");
    assert!(!program.path("bedside.db").exists());
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    let program = Program::new();
    program.put("notes.db", "not a database at all");
    let ran = program.run(&["migrate", "--database-url", "sqlite://notes.db"]).expect(78);
    assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    assert_eq!(std::fs::read(program.path("notes.db")).unwrap(), b"not a database at all");
}

#[test]
fn output_that_cannot_be_written_is_73_and_a_reader_that_left_is_none() {
    let program = Program::new();
    program.put("providers.ndjson", REAL);
    program.run(&["import", "providers", "providers.ndjson", "--initial"]).expect(0);
    let ran = program.run(&["export", "providers", "--output", "no/such/folder/out"]).expect(73);
    assert!(ran.err.contains("no/such/folder/out"), "{}", ran.err);
    for args in [&["export", "providers"][..], &["openapi"], &["search", "20814", "view=all"]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = program.command(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(73), "{args:?}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program.command(args).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn help_says_what_a_stranger_needs() {
    let program = Program::new();
    let help = program.run(&["--help"]).expect(0).out;
    for code in ["65", "66", "69", "73", "78"] {
        assert!(help.contains(code), "{help}");
    }
    for command in [
        "serve",
        "import",
        "export",
        "check",
        "rules",
        "search",
        "migrate",
        "openapi",
        "completions",
    ] {
        assert!(help.contains(command), "{command}");
        let own = program.run(&[command, "--help"]).expect(0).out;
        assert!(own.contains("Usage: bedside "), "{own}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(program.run(&["completions", shell]).expect(0).out.contains("bedside"));
    }
    let document: Value = program.run(&["openapi"]).expect(0).json();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
}
