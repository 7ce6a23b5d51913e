//! Each check, on its own.

use bedside::import::check::{npi, phone, postal_code, web_address};
use rstest::rstest;
use serde_json::{Value, json};

use super::{errors, full, good, least, read, with};

#[rstest]
#[case("+13015550142")]
#[case("301-555-0142")]
#[case("301\u{2013}555\u{2013}0142")]
#[case("+1\u{2011}301\u{2011}555\u{2011}0142")]
#[case("(301) 555-0142")]
#[case("301.555.0142")]
#[case("1 301 555 0142")]
#[case("+1 (301)\u{a0}555\u{2212}0142")]
#[case("  3015550142 ")]
fn a_phone_is_kept_in_one_spelling(#[case] given: &str) {
    assert_eq!(phone(given).unwrap(), "+13015550142");
}

#[rstest]
#[case("555-0142", "area code")]
#[case("301-555-0142 ext. 7", "extension 7")]
#[case("301-555-0142 x7", "extension 7")]
#[case("301-555-0142;ext=12", "extension 12")]
#[case("1-800-KETAMINE", "word")]
#[case("101-555-0142", "0 or 1")]
#[case("301-155-0142", "0 or 1")]
#[case("+442071234567", "United States")]
#[case("30155501423333", "14 digits")]
#[case("3015550142 or 3015550143", "word")]
#[case("call us!", "word")]
#[case("3@15550142", "no phone")]
#[case("++13015550142", "no phone")]
#[case("", "no phone")]
fn a_bad_phone_is_refused(#[case] given: &str, #[case] because: &str) {
    let (problem, mend) = phone(given).unwrap_err();
    assert!(problem.contains(because), "{problem}");
    assert!(!mend.is_empty());
}

#[test]
fn the_mend_of_an_extension_is_the_number_without_it() {
    assert!(phone("301-555-0142 ext. 7").unwrap_err().1.contains("+13015550142"));
}

#[rstest]
#[case("1234567893", true)]
#[case("1234567890", false)]
#[case("0000000000", false)]
#[case("123456789", false)]
#[case("12345678933", false)]
#[case("3234567893", false)]
#[case("123456789X", false)]
#[case("", false)]
fn an_npi_checks_itself(#[case] given: &str, #[case] good: bool) {
    assert_eq!(npi(given).is_ok(), good);
}

#[test]
fn one_in_ten_numbers_is_an_npi() {
    let valid = (1_234_567_000_u64..1_234_568_000).filter(|n| npi(&n.to_string()).is_ok()).count();
    assert_eq!(valid, 100);
}

#[rstest]
#[case("20814", Some(("20814", None)))]
#[case("07024", Some(("07024", None)))]
#[case("20814-1234", Some(("20814", Some("1234"))))]
#[case("20814\u{2013}1234", Some(("20814", Some("1234"))))]
#[case("208141234", Some(("20814", Some("1234"))))]
#[case("7024", None)]
#[case("2081", None)]
#[case("20814-12", None)]
#[case("ABCDE", None)]
#[case("٢٠٨١٤", None)]
#[case("", None)]
fn a_zip_code_is_cut(#[case] given: &str, #[case] wanted: Option<(&str, Option<&str>)>) {
    let wanted = wanted.map(|(zip, suffix)| (zip.to_owned(), suffix.map(str::to_owned)));
    assert_eq!(postal_code(given).ok(), wanted);
}

#[test]
fn a_lost_zero_is_named() {
    assert!(postal_code("7024").unwrap_err().1.contains("\"07024\""));
}

#[rstest]
#[case("https://Clinic.Example", "https://clinic.example/")]
#[case("HTTP://clinic.example/a b", "")]
#[case("http://clinic.example:80/a?b=c#d", "http://clinic.example/a?b=c#d")]
#[case("https://münchen.example/", "https://xn--mnchen-3ya.example/")]
#[case("clinic.example", "")]
#[case("ftp://clinic.example/", "")]
#[case("javascript:alert(1)", "")]
#[case("https://user:secret@clinic.example/", "")]
#[case("https://user@clinic.example/", "")]
#[case("https://localhost/", "")]
#[case("https://127.0.0.1/", "")]
#[case("https://2130706433/", "")]
#[case("https://[::1]/", "")]
#[case("https://clinic./", "")]
#[case("https://.example/", "")]
#[case("articles/000.txt", "")]
#[case("", "")]
fn a_web_address_is_what_a_browser_writes(#[case] given: &str, #[case] wanted: &str) {
    assert_eq!(web_address(given).unwrap_or_default(), wanted);
}

#[test]
fn a_web_address_without_a_scheme_is_mended() {
    assert!(
        web_address("www.clinic.example").unwrap_err().1.contains("https://www.clinic.example")
    );
    let long = format!("https://clinic.example/{}", "a".repeat(2_048));
    assert!(web_address(&long).unwrap_err().0.contains("2,048"));
}

/// One change to a good line, and where it is found wrong.
#[rstest]
#[case("/source_key", json!(" "), "/source_key", "empty")]
#[case("/name", json!("A\u{202e}B"), "/name", "U+202E")]
#[case("/name", json!("A\u{0}B"), "/name", "U+0000")]
#[case("/name", json!("A\nB"), "/name", "U+000A")]
#[case("/name", json!("x".repeat(201)), "/name", "201 characters")]
#[case("/website", json!("clinic"), "/website", "no web address")]
#[case("/phone", json!("12"), "/phone", "2 digits")]
#[case("/npi", json!("1234567890"), "/npi", "check digit")]
#[case("/prescribers/0/npi", json!("0000000000"), "/prescribers/0/npi", "no NPI")]
#[case("/sites/0/phone", json!("12"), "/sites/0/phone", "2 digits")]
#[case("/sites/0/address/postal_code", json!("07024"), "/sites/0/address/postal_code", "is in NJ, not in MD")]
#[case("/sites/0/address/plus4", json!("12"), "/sites/0/address/plus4", "ZIP+4")]
#[case("/sites/0/address/postal_code", json!("20814-9999"), "/sites/0/address/plus4", "differs")]
#[case("/sites/0/position/lat", json!(98.0), "/sites/0/position", "not on the Earth")]
#[case("/sites/0/position/lat", json!(40.98), "/sites/0/position", "outside MD")]
#[case("/sites/0/minimum_age", json!(90), "/sites/0/maximum_age", "80 comes before 90")]
#[case("/sites/0/minimum_age", json!(121), "/sites/0/minimum_age", "out of bounds")]
#[case("/sites/0/languages/0", json!("english"), "/sites/0/languages/0", "language")]
#[case("/sites/0/accessibility/0", json!("Wheel Chair"), "/sites/0/accessibility/0", "no code")]
#[case("/sites/0/hours/0/days", json!([]), "/sites/0/hours/0/days", "no day")]
#[case("/sites/0/course/induction_sessions_max", json!(5), "/sites/0/course/induction_sessions_max", "5 comes before 6")]
#[case("/sites/0/course/session_minutes", json!(0), "/sites/0/course/session_minutes", "bounds")]
#[case("/sites/0/prices/0/amount_cents", json!(-1), "/sites/0/prices/0/amount_cents", "bounds")]
#[case("/sites/0/prices/0/amount_cents", json!(10_000_001), "/sites/0/prices/0/amount_cents", "bounds")]
#[case("/sites/0/prices/0/amount_max_cents", json!(40000), "/sites/0/prices/0/amount_max_cents", "40000 comes before 50000")]
#[case("/sites/0/prices/0/observed_on", json!("2026-11-23"), "/sites/0/prices/0/observed_on", "lies ahead")]
#[case("/sites/0/prices/0/evidence", json!([]), "/sites/0/prices/0/evidence", "nothing backs it")]
#[case("/sites/0/prices/0/evidence", json!([2]), "/sites/0/prices/0/evidence/0", "no evidence 2")]
#[case("/sites/0/credentials/0/expires_on", json!("2020-01-01"), "/sites/0/credentials/0/expires_on", "comes before")]
#[case("/facts/0/name", json!("telehealth.user"), "/facts/0/name", "no fact")]
#[case("/facts/0/name", json!("site.state"), "/facts/0/name", "read from the address")]
#[case("/facts/0/value", json!(3), "/facts/0/value", "not true or false")]
#[case("/facts/0/reason", json!("not_found"), "/facts/0/reason", "known value")]
#[case("/facts/0/evidence", json!([]), "/facts/0/evidence", "nothing backs it")]
#[case("/facts/0/evidence", json!([7, 0]), "/facts/0/evidence/0", "no evidence 7")]
#[case("/facts/0/evidence", json!([4294967295_u32]), "/facts/0/evidence/0", "no evidence")]
#[case("/facts/0/valid_until", json!("2026-10-31"), "/facts/0/valid_until", "comes before 2026-11-01")]
#[case("/facts/0/observed_on", json!("0026-11-01"), "/facts/0/observed_on", "out of reach")]
#[case("/facts/0/attested_by", json!("Ann"), "/facts/0/attested_by", "attestation")]
#[case("/flags/0/rule", json!("KTS-999"), "/flags/0/rule", "no rule")]
#[case("/fictional", json!(false), "/flags", "fictional")]
#[case("/price_guarantee/discount_bp", json!(10_001), "/price_guarantee/discount_bp", "bounds")]
#[case("/evidence/0/url", json!(null), "/evidence/0/url", "E2 without a hash")]
#[case("/evidence/0/captured_on", json!(null), "/evidence/0/captured_on", "E2 without a hash")]
#[case("/evidence/0/excerpt", json!(null), "/evidence/0/excerpt", "E2 without a hash")]
#[case("/evidence/0/sha256", json!("abc"), "/evidence/0/sha256", "SHA-256")]
#[case("/evidence/0/excerpt", json!("é".repeat(600)), "/evidence/0/excerpt", "1200 bytes")]
#[case("/evidence/0/url", json!("file:///etc/passwd"), "/evidence/0/url", "scheme")]
fn a_bad_value_is_found_where_it_stands(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] field: &str,
    #[case] because: &str,
) {
    let errors = errors(with(full(), pointer, value));
    let found = errors.iter().find(|e| e.field == field).unwrap_or_else(|| panic!("{errors:?}"));
    assert!(found.problem.contains(because), "{found:?}");
    assert!(!found.mend.is_empty());
    assert_eq!((found.line, found.source_key.is_some()), (1, true));
}

#[test]
fn kinds_and_tiers_belong_together() {
    let pairs = [
        ("registry-record", vec!["E1"]),
        ("regulator-action", vec!["E1"]),
        ("certificate", vec!["E1", "E4"]),
        ("inspection-report", vec!["E4"]),
        ("attestation", vec!["E3"]),
        ("website-capture", vec!["E2"]),
        ("patient-report", vec!["E6"]),
        ("phone-verification", vec!["E5"]),
        ("document", vec!["E5"]),
    ];
    for (kind, tiers) in pairs {
        for tier in ["E1", "E2", "E3", "E4", "E5", "E6"] {
            let evidence = json!([{"tier": tier, "kind": kind, "sha256": "0".repeat(64)}]);
            let row = read(&[with(least("P1"), "/evidence", evidence)]).pop().unwrap();
            assert_eq!(row.result.is_ok(), tiers.contains(&tier), "{kind} {tier}");
        }
    }
}

#[test]
fn a_hash_stands_for_address_day_and_excerpt() {
    let evidence = json!([{"tier": "E2", "kind": "website-capture", "sha256": "AB".repeat(32)}]);
    let line = good(with(least("P1"), "/evidence", evidence));
    assert_eq!(line.evidence[0].sha256.as_deref(), Some("ab".repeat(32).as_str()));
}

#[rstest]
#[case(json!({"lat": 0, "lon": 0, "precision": "rooftop"}), "ocean", "leave")]
#[case(json!({"lat": -77.1, "lon": 38.98, "precision": "rooftop"}), "outside MD", "lat 38.98, lon -77.1")]
#[case(json!({"lat": 38.98, "lon": 77.1, "precision": "rooftop"}), "outside MD", "write -77.1")]
#[case(json!({"lat": 40.0, "lon": 277.1, "precision": "rooftop"}), "not on the Earth", "-180 to 180")]
fn a_position_must_be_in_its_state(
    #[case] position: Value,
    #[case] because: &str,
    #[case] mend: &str,
) {
    let found = errors(with(full(), "/sites/0/position", position)).pop().unwrap();
    assert_eq!(found.field, "/sites/0/position");
    assert!(found.problem.contains(because) && found.mend.contains(mend), "{found:?}");
}

#[test]
fn a_position_without_an_address_lies_in_some_state() {
    let bare = with(full(), "/sites/0/address", json!({}));
    assert!(read(std::slice::from_ref(&bare))[0].result.is_ok());
    let at_sea = with(bare, "/sites/0/position/lat", json!(10));
    assert!(errors(at_sea)[0].problem.contains("outside the United States"));
}

#[test]
fn values_are_kept_in_one_spelling() {
    let row = [
        ("/name", json!(" Calm Waters ")),
        ("/phone", json!("(301) 555\u{2013}0142")),
        ("/website", json!("HTTPS://Calm.Example")),
        ("/sites/0/address/postal_code", json!("20814-1234")),
        ("/sites/0/languages", json!(["EN", "es-mx", "zh-HANT-tw", "en"])),
        ("/sites/0/position/lat", json!(38.980_000_04)),
        ("/facts/0/evidence", json!([1, 0, 1])),
    ]
    .into_iter()
    .fold(full(), |row, (pointer, value)| with(row, pointer, value));
    let line = good(row);
    let site = &line.sites[0];
    assert_eq!(line.name, "Calm Waters");
    assert_eq!(line.phone.as_deref(), Some("+13015550142"));
    assert_eq!(line.website.as_deref(), Some("https://calm.example/"));
    assert_eq!(site.address.postal_code.as_deref(), Some("20814"));
    assert_eq!(site.address.plus4.as_deref(), Some("1234"));
    assert_eq!(site.languages, ["en", "es-MX", "zh-Hant-TW"]);
    assert_eq!(site.position.unwrap().lat, 38.98);
    assert_eq!(line.facts[0].evidence, [0, 1]);
}

#[test]
fn what_only_a_person_can_judge_is_a_warning() {
    let row = with(full(), "/phone", json!("301-828-0142"));
    let row = with(row, "/sites/0/credentials/0/evidence", json!([0]));
    let row = with(row, "/sites/0/address/postal_code", json!("20999"));
    let row = read(&[row]).pop().unwrap();
    let fields: Vec<_> = row.warnings.iter().map(|warning| warning.field.as_str()).collect();
    assert_eq!(
        fields,
        ["/phone", "/sites/0/address/postal_code", "/sites/0/credentials/0/evidence"]
    );
    assert!(row.result.is_ok());
}

#[test]
fn site_keys_are_unique_within_a_provider() {
    let mut row = full();
    let site = row["sites"][0].clone();
    row["sites"].as_array_mut().unwrap().push(site);
    assert_eq!(errors(row)[0].field, "/sites/1/source_key");
}

#[test]
fn a_known_value_needs_a_day() {
    let evidence = json!([{"tier": "E1", "kind": "registry-record"}]);
    let fact = json!([{"name": "telehealth.used", "value": true, "evidence": [0]}]);
    let row = with(with(least("P1"), "/evidence", evidence), "/facts", fact);
    assert_eq!(errors(row.clone())[0].field, "/facts/0/observed_on");
    assert!(read(&[with(row, "/facts/0/observed_on", json!("2026-01-01"))])[0].result.is_ok());
}

#[test]
fn an_endless_list_is_refused() {
    let payments: Vec<Value> = (0..2_001).map(|_| json!({"code": "CASH"})).collect();
    let found = errors(with(least("P1"), "/payments", json!(payments)));
    assert!(found[0].problem.contains("2001 elements"), "{found:?}");
}
