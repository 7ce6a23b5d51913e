//! `statements.json`: the resolution of statements, worked by hand.

use bedside::{
    domain::{Tier, UnknownReason, fact::FactValue},
    rules::{About, Claim, FactState},
};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{data, rulebook};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    n: u32,
    title: String,
    fact: String,
    as_of: NaiveDate,
    statements: Vec<Stated>,
    expect: Expected,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    #[serde(default)]
    about: Option<String>,
    #[serde(default)]
    value: Option<FactValue>,
    #[serde(default)]
    reason: Option<UnknownReason>,
    #[serde(default)]
    tier: Option<Tier>,
    #[serde(default)]
    observed_on: Option<NaiveDate>,
    #[serde(default)]
    valid_until: Option<NaiveDate>,
    #[serde(default)]
    withdrawn: bool,
}

/// What is expected; what a case does not name is not looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    value: Option<FactValue>,
    #[serde(default)]
    reason: Option<UnknownReason>,
    #[serde(default)]
    by: Option<u32>,
    #[serde(default)]
    with: Option<Vec<u32>>,
    #[serde(default)]
    tier: Option<Tier>,
    #[serde(default)]
    observed_on: Option<NaiveDate>,
    #[serde(default)]
    valid_until: Option<NaiveDate>,
    #[serde(default)]
    disputed_by: Option<u32>,
    #[serde(default)]
    claims: Option<Vec<u32>>,
    #[serde(default)]
    aged: Option<ExpectedAged>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedAged {
    by: u32,
    adverse: bool,
}

#[test]
fn statements_resolve_as_worked_by_hand() {
    let rulebook = rulebook();
    let cases: Vec<Case> = serde_json::from_value(data("statements.json")).unwrap();
    assert!(cases.len() >= 40);
    for case in cases {
        let title = format!("case {}: {}", case.n, case.title);
        let spec = rulebook.vocabulary().named(&case.fact).unwrap();
        let claims: Vec<Claim> = (1..)
            .zip(&case.statements)
            .map(|(n, stated)| Claim {
                n,
                about: match stated.about.as_deref() {
                    Some("site") => About::Site,
                    _ => About::Provider,
                },
                value: stated.value.as_ref().map(|value| spec.value(value).unwrap()),
                reason: stated.reason,
                tier: stated.tier,
                observed_on: stated.observed_on,
                valid_until: stated.valid_until,
                withdrawn: stated.withdrawn,
            })
            .collect();
        let fact = spec.resolve(&claims, case.as_of);
        let expect = case.expect;
        let expected = match (&expect.value, expect.reason) {
            (Some(value), None) => FactState::Known(spec.value(value).unwrap()),
            (None, Some(reason)) => FactState::Unknown(reason),
            _ => panic!("{title} expects either a value or a reason"),
        };
        assert_eq!(fact.state, expected, "{title}");
        assert_eq!(fact.disputed_by, expect.disputed_by, "{title}: disputed");
        if let Some(by) = expect.by {
            assert_eq!(fact.n, Some(by), "{title}: deciding");
        }
        if let Some(with) = expect.with {
            assert_eq!(fact.with, with, "{title}: united");
        }
        if let Some(tier) = expect.tier {
            assert_eq!(fact.tier, Some(tier), "{title}: tier");
        }
        if let Some(on) = expect.observed_on {
            assert_eq!(fact.observed_on, Some(on), "{title}: observed");
        }
        if let Some(until) = expect.valid_until {
            assert_eq!(fact.valid_until, Some(until), "{title}: last day");
        }
        if let Some(claims) = expect.claims {
            assert_eq!(fact.claims, claims, "{title}: claims");
        }
        match (expect.aged, fact.aged) {
            (Some(expected), Some(aged)) => {
                assert_eq!((aged.n, aged.adverse), (expected.by, expected.adverse), "{title}");
            }
            (Some(_), None) => panic!("{title}: nothing aged"),
            (None, _) => {}
        }
        // The order of the list never counts, only the days.
        let mut turned = claims.clone();
        turned.reverse();
        assert_eq!(spec.resolve(&turned, case.as_of), fact, "{title}: turned");
    }
}

#[test]
fn the_table_has_a_row_for_every_step() {
    let titles = data("statements.json").to_string();
    for word in ["tier", "age", "replaces", "disputes", "conflict", "site stands", "complete"] {
        assert!(titles.contains(word), "no case about {word}");
    }
    let reasons: Vec<Json> = data("statements.json")
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["expect"]["reason"].clone())
        .collect();
    for reason in ["never_asked", "stale", "below_tier", "conflicting", "not_found", "no_answer"] {
        assert!(reasons.iter().any(|r| r == reason), "no case ends in {reason}");
    }
}
