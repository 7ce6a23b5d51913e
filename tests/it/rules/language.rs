//! The expression language: Kleene tables, precedence, sets and hostile text.

use bedside::rules::{Tri, expr::Condition};
use serde_json::json;

use super::{facts, rulebook};

const TABLE: [(Tri, serde_json::Value); 3] = [
    (Tri::False, serde_json::Value::Bool(false)),
    (Tri::Unknown, serde_json::Value::Null),
    (Tri::True, serde_json::Value::Bool(true)),
];

#[test]
fn and_or_and_not_follow_kleene() {
    use Tri::*;
    let rulebook = rulebook();
    let parse = |text| Condition::parse(text, rulebook.vocabulary()).unwrap();
    let and = [[False, False, False], [False, Unknown, Unknown], [False, Unknown, True]];
    let or = [[False, Unknown, True], [Unknown, Unknown, True], [True, True, True]];
    for (i, (a, a_json)) in TABLE.iter().enumerate() {
        for (j, (b, b_json)) in TABLE.iter().enumerate() {
            let given = json!({"site.monitor_bp": a_json, "site.monitor_hr": b_json});
            let facts = facts(&rulebook, &[&given]);
            let both = parse("site.monitor_bp && site.monitor_hr == true").eval(&facts);
            let either = parse("site.monitor_bp || site.monitor_hr == true").eval(&facts);
            assert_eq!(both, and[i][j], "{a:?} && {b:?}");
            assert_eq!(either, or[i][j], "{a:?} || {b:?}");
            assert_eq!(a.and(*b), and[i][j]);
            assert_eq!(a.or(*b), or[i][j]);
        }
        let given = json!({"site.monitor_bp": a_json});
        let negated = [True, Unknown, False][i];
        for text in ["!site.monitor_bp", "site.monitor_bp == false", "site.monitor_bp != true"] {
            assert_eq!(parse(text).eval(&facts(&rulebook, &[&given])), negated, "{text} of {a:?}");
        }
        assert_eq!(!*a, negated);
    }
}

#[test]
fn comparisons_and_membership() {
    use Tri::*;
    let rulebook = rulebook();
    let given = json!({
        "site.monitor_bp": true,
        "patients.min_age_years": 18,
        "cred.dea_status": "active",
        "offers.routes_on_site": {"items": ["iv"], "complete": false},
        "takehome.routes": {"items": ["oral"], "complete": true},
    });
    let facts = facts(&rulebook, &[&given]);
    for (text, expected) in [
        ("patients.min_age_years < 18", False),
        ("patients.min_age_years <= 18", True),
        ("18 >= patients.min_age_years", True),
        ("17 > patients.min_age_years", False),
        ("patients.min_age_years != -1", True),
        ("esk.monitor_minutes < 120", Unknown),
        ("cred.dea_status == \"active\"", True),
        ("\"active\" != cred.dea_status", False),
        ("cred.dea_status in ['expired', 'active']", True),
        ("cred.dea_status in [\"expired\"]", False),
        ("cred.license_status != \"active\"", Unknown),
        ("\"iv\" in offers.routes_on_site", True),
        ("\"im\" in offers.routes_on_site", Unknown),
        ("\"oral\" in takehome.routes", True),
        ("\"iv\" in takehome.routes", False),
        ("\"OH\" in telehealth.patient_states", Unknown),
        ("!(\"im\" in offers.routes_on_site)", Unknown),
        // && binds tighter than ||, ! tighter than ==.
        ("true || true && false", True),
        ("(true || true) && false", False),
        ("!site.monitor_bp == false", True),
        ("!!site.monitor_bp", True),
        ("(site.monitor_hr || site.monitor_bp) == true", True),
        ("  site.monitor_bp\n&&\ttrue ", True),
    ] {
        let condition = Condition::parse(text, rulebook.vocabulary())
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(condition.eval(&facts), expected, "{text}");
    }
}

#[test]
fn only_the_clauses_that_matter_decide() {
    let rulebook = rulebook();
    let text = "site.monitor_bp == false || site.monitor_hr == false || site.monitor_spo2 == false";
    let condition = Condition::parse(text, rulebook.vocabulary()).unwrap();
    let decided = |given| -> Vec<String> {
        let facts = facts(&rulebook, &[&given]);
        condition.deciding(&facts).into_iter().map(|c| condition.text(c).to_owned()).collect()
    };
    assert_eq!(
        decided(json!({"site.monitor_bp": true, "site.monitor_hr": false})),
        ["site.monitor_hr == false"]
    );
    assert_eq!(
        decided(json!({"site.monitor_bp": true, "site.monitor_hr": true})),
        ["site.monitor_spo2 == false"]
    );
    let good = json!({"site.monitor_bp": true, "site.monitor_hr": true, "site.monitor_spo2": true});
    assert_eq!(decided(good).len(), 3);
}

#[test]
fn every_fault_names_its_place_and_its_reason() {
    let rulebook = rulebook();
    for (text, column, reason) in [
        ("", 1, "found the end"),
        ("site.monitor_bp &&", 19, "found the end"),
        ("site.monitor_pb == true", 1, "did you mean `site.monitor_bp`"),
        ("true && takehome.offerd", 9, "unknown fact `takehome.offerd`"),
        ("site.monitor_bp = true", 17, "write `==`"),
        ("site.monitor_bp & true", 17, "write `&&`"),
        ("site.monitor_bp == \"yes\"", 1, "wrong type"),
        ("site.monitor_bp < true", 1, "wrong type"),
        ("patients.min_age_years < \"18\"", 26, "whole number"),
        ("patients.min_age_years", 1, "stands alone"),
        ("cred.dea_status == \"actve\"", 20, "its values are active"),
        ("cred.dea_status in [\"active\", \"gone\"]", 31, "no value \"gone\""),
        ("cred.dea_status in []", 21, "expected a text"),
        ("cred.dea_status in [1]", 21, "are texts"),
        ("\"iv\" in cred.dea_status", 9, "not a set"),
        ("\"rectal\" in offers.routes_on_site", 1, "no value \"rectal\""),
        ("offers.routes_on_site == \"iv\"", 1, "ask for a member"),
        ("site.monitor_bp in [true]", 1, "only enum facts"),
        ("1 < 2", 1, "two literals"),
        ("site.monitor_bp == site.monitor_hr", 1, "must be a literal"),
        ("1 < patients.min_age_years < 3", 28, "do not chain"),
        ("(true", 6, "expected `)`"),
        ("true)", 5, "expected an operator"),
        ("\"iv", 1, "does not end"),
        ("cred.dea_status == \"a\\x\"", 20, "does not end"),
        ("patients.min_age_years < 99999999999999999999", 26, "fits in 64 bits"),
        ("patients.min_age_years < 1.5", 27, "unexpected character"),
        ("site.monitor_bp @ true", 17, "unexpected character '@'"),
        ("\"é\" in takehome.routes && true", 1, "no value \"é\""),
        ("true && é", 9, "unexpected character 'é'"),
    ] {
        let error = Condition::parse(text, rulebook.vocabulary()).expect_err(text);
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.to_string().contains(reason), "{text}: {error}");
        assert!(text.is_char_boundary(error.offset), "{text}");
    }
}

#[test]
fn hostile_depth_is_refused_without_harm() {
    let rulebook = rulebook();
    let parse = |text: &str| Condition::parse(text, rulebook.vocabulary());
    for deep in ["(".repeat(100_000), "!".repeat(100_000), "[".repeat(100_000)] {
        assert!(parse(&deep).is_err());
        assert!(parse(&format!("{deep}true")).is_err());
    }
    let nested = |levels| format!("{}true{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&nested(64)).is_ok());
    let error = parse(&nested(65)).expect_err("one too deep");
    assert!(error.to_string().contains("nested deeper than 64 levels"), "{error}");
    assert_eq!(error.offset, 64);
    // Width is no depth.
    let wide = vec!["site.monitor_bp"; 50_000].join(" && ");
    assert!(parse(&wide).is_ok());
}
