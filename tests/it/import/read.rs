//! Files as they come: line ends, marks, broken lines, and everything wrong with one line.

use bedside::import::read::{MOST_LINE_BYTES, WholeFile, providers};
use rstest::rstest;
use serde_json::{Value, json};

use super::{checker, errors, full, good, least, read, read_text, with};

#[test]
fn a_full_line_is_taken_whole() {
    let line = good(full());
    assert_eq!(serde_json::to_value(&line).unwrap(), {
        // What is false or null in the file need not be said.
        let mut wanted = full();
        let fact = wanted["facts"][1].as_object_mut().unwrap();
        assert_eq!(fact.insert("value".to_owned(), Value::Null), Some(Value::Null));
        wanted
    });
}

#[test]
fn blank_lines_marks_and_windows_line_ends_are_ignored() {
    let text = format!("\u{feff}{}\r\n\r\n  \n{}\r\n\n{}", least("A"), least("B"), least("C"));
    let rows = read_text(text.as_bytes());
    let lines: Vec<_> =
        rows.iter().map(|row| (row.line, row.source_key.clone().unwrap())).collect();
    assert_eq!(lines, [(1, "A".to_owned()), (4, "B".to_owned()), (6, "C".to_owned())]);
    assert!(rows.iter().all(|row| row.result.is_ok()));
}

#[test]
fn an_empty_file_has_no_rows() {
    assert!(read_text(b"").is_empty());
    assert!(read_text(b"\xEF\xBB\xBF\n \r\n").is_empty());
}

#[rstest]
#[case(b"{\"source_key\": \"\xff\"}".as_slice(), "byte 17 is no UTF-8")]
#[case(b"{", "no JSON: EOF while parsing")]
#[case(b"{\"a\":1},", "no JSON: trailing characters in column 8")]
#[case(b"[1]", "no JSON object")]
#[case(b"null", "no JSON object")]
#[case(b"source_key,name", "no JSON")]
#[case(br#"{"source_key":"A","name":"\ud800","evidence":[]}"#, "no JSON")]
fn a_broken_line_loses_no_good_one(#[case] broken: &[u8], #[case] because: &str) {
    let (first, last) = (least("A").to_string(), least("B").to_string());
    let text = [first.as_bytes(), broken, last.as_bytes()].join(&b'\n');
    let rows = read_text(&text);
    assert_eq!(rows.len(), 3);
    assert!(rows[0].result.is_ok() && rows[2].result.is_ok());
    let found = &rows[1].result.as_ref().unwrap_err()[0];
    assert!(found.problem.contains(because), "{found:?}");
    assert_eq!((found.line, found.field.as_str()), (2, ""));
}

#[test]
fn a_deep_line_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = format!(r#"{{"source_key":"A","name":"B","facts":{deep}}}"#);
    let rows = read_text(text.as_bytes());
    assert!(rows[0].result.as_ref().unwrap_err()[0].problem.contains("too deep"));
}

#[test]
fn a_long_line_is_skipped_without_being_held() {
    let long = with(least("L"), "/description", json!("x".repeat(3 * MOST_LINE_BYTES)));
    let mut exact = with(least("E"), "/description", json!("")).to_string();
    let room = MOST_LINE_BYTES - exact.len();
    exact.push_str(&" ".repeat(room));
    let text = format!("{long}\n{exact}\r\n{}x\n{}", exact, least("B"));
    let rows = read_text(text.as_bytes());
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let first = |row: usize| rows[row].result.as_ref().unwrap_err()[0].problem.clone();
    assert!(first(0).contains("1 MiB") && first(2).contains("1 MiB"));
    assert!(first(1).contains("empty"), "the longest line is read");
    assert!(rows[3].result.is_ok());
}

#[test]
fn a_line_tells_everything_that_is_wrong_with_its_shape() {
    let row = [
        ("/npi", json!(1_234_567_893)),
        ("/nmae", json!("x")),
        ("/sites/0/address/state", json!("Maryland")),
        ("/sites/0/address/zip", json!("20814")),
        ("/sites/0/prices/0/kind", json!("Session")),
        ("/sites/0/prices/0/route", json!("intranasal")),
        ("/sites/0/minimum_age", json!("18")),
        ("/sites/0/wait_days", json!(-1)),
        ("/sites/0/hours/0/opens", json!("24:00")),
        ("/facts/0/observed_on", json!("11/21/2026")),
        ("/facts/1/value", json!([true])),
        ("/facts/1/reason", json!("not found")),
        ("/payments", json!(null)),
        ("/evidence/0/captured_on", json!("2026-02-30")),
        ("/evidence/1/a~b/c", json!(1)),
    ]
    .into_iter()
    .fold(full(), |row, (pointer, value)| match pointer {
        "/evidence/1/a~b/c" => with_key(row, "/evidence/1", "a~b/c", value),
        _ => with(row, pointer, value),
    });
    let mut row = row;
    row["sites"][0].as_object_mut().unwrap().remove("source_key");
    let found = errors(row);
    let said: Vec<(&str, &str, &str)> =
        found.iter().map(|e| (e.field.as_str(), e.problem.as_str(), e.mend.as_str())).collect();
    for wanted in [
        ("/npi", "it is a whole number, not a text or null", "write \"1234567893\""),
        ("/nmae", "no field has this name", "write `name`, or leave it out"),
        ("/sites/0/source_key", "it is missing", "add it"),
        ("/sites/0/address/state", "a state is written as its two-letter code", "write `MD`"),
        ("/sites/0/prices/0/kind", "no code is spelled `Session`", "write `session`"),
        (
            "/sites/0/minimum_age",
            "it is a text, not a whole number or null",
            "write a whole number or null",
        ),
        ("/sites/0/wait_days", "-1 is too small", "write 0 or more"),
        ("/facts/0/observed_on", "`11/21/2026` is no date", "write YYYY-MM-DD"),
        ("/facts/1/reason", "no code is spelled `not found`", "write `not_found`"),
        ("/payments", "it is null, not a list", "leave it out where it is not known"),
        ("/evidence/0/captured_on", "`2026-02-30` is no date", "write YYYY-MM-DD"),
    ] {
        assert!(said.contains(&wanted), "{wanted:?} is not in {said:#?}");
    }
    for field in [
        "/sites/0/address/zip",
        "/sites/0/prices/0/route",
        "/sites/0/hours/0/opens",
        "/facts/1/value",
        "/evidence/1/a~0b~1c",
    ] {
        assert!(said.iter().any(|(at, ..)| *at == field), "{field} is not in {said:#?}");
    }
    assert_eq!(found.len(), 16);
}

fn with_key(mut row: Value, parent: &str, key: &str, value: Value) -> Value {
    row.pointer_mut(parent).unwrap()[key] = value;
    row
}

#[test]
fn a_name_that_stands_twice_is_an_error() {
    let text = br#"{"source_key":"A","name":"B","name":"C","evidence":[]}"#;
    let found = read_text(text)[0].result.as_ref().unwrap_err().clone();
    assert!(found[0].problem.contains("duplicate field `name`"), "{found:?}");
    assert_eq!(found[0].source_key.as_deref(), Some("A"));
}

#[test]
fn key_name_and_evidence_must_be_there() {
    let fields: Vec<_> = errors(json!({})).into_iter().map(|error| error.field).collect();
    assert_eq!(fields, ["/source_key", "/name", "/evidence"]);
}

#[test]
fn the_later_of_two_lines_with_one_key_is_refused() {
    let rows = read(&[least("A"), least("B"), with(least("A"), "/name", json!("Other"))]);
    assert!(rows[0].result.is_ok() && rows[1].result.is_ok());
    let found = &rows[2].result.as_ref().unwrap_err()[0];
    assert_eq!((found.field.as_str(), found.line), ("/source_key", 3));
    assert!(found.problem.contains("line 1"));
}

#[test]
fn fictional_and_real_never_mix() {
    let made_up = with(least("F"), "/fictional", json!(true));
    let rows = read(&[least("A"), made_up.clone()]);
    assert_eq!(rows[1].result.as_ref().unwrap_err()[0].field, "/fictional");
    let text = made_up.to_string();
    let known = WholeFile::new(Some(false));
    let rows: Vec<_> = providers(text.as_bytes(), checker(), known).map(Result::unwrap).collect();
    assert_eq!(rows[0].result.as_ref().unwrap_err()[0].field, "/fictional");
}

#[test]
fn a_key_on_a_bad_line_costs_no_good_one() {
    let bad = with(least("A"), "/phone", json!("12"));
    let rows = read(&[bad.clone(), least("A"), bad, least("A")]);
    let refused: Vec<bool> = rows.iter().map(|row| row.result.is_err()).collect();
    assert_eq!(refused, [true, false, true, true]);
    let field = |row: usize| rows[row].result.as_ref().unwrap_err()[0].field.as_str();
    assert_eq!(
        (field(2), field(3)),
        ("/phone", "/source_key"),
        "a bad line is told its own faults"
    );
}

#[test]
fn an_error_reads_like_a_sentence() {
    let found = errors(with(least("A"), "/phone", json!("12"))).pop().unwrap();
    assert_eq!(
        found.to_string(),
        "line 1 (A), /phone: it has 2 digits; write ten digits, or +1 and ten digits"
    );
}
