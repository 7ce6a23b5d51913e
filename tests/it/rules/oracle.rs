//! The engine against a second implementation of the rulebook in another language, which shares
//! no code with it: `tests/oracle` has that implementation and the cases that it answered.

use bedside::{
    domain::{Tier, UnknownReason, fact::FactValue},
    rules::{
        About, Claim, FactState, Outcome, Rulebook, Source, Sources, Which,
        wire::{EvaluationAnswer, evaluate_request},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{data, date, rulebook};

/// The lines of a file of the oracle.
fn lines(name: &str) -> Vec<Json> {
    let path = format!("{}/tests/oracle/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let read = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    text.lines().map(read).collect()
}

/// The built-in rulebook with rules of one case in place of its own.
fn rewritten(changes: &Json) -> Rulebook {
    let mut rules = data("rules.json");
    for rule in rules.as_array_mut().unwrap() {
        let id = rule["id"].as_str().unwrap().to_owned();
        for (field, value) in changes[&id].as_object().into_iter().flatten() {
            rule[field] = value.clone();
        }
    }
    let text = rules.to_string();
    let sources = Sources::replaced_by(&[Source { name: "rewritten", text: &text }]).unwrap();
    Rulebook::load(&sources).unwrap_or_else(|errors| panic!("{changes}: {errors}"))
}

/// One letter a rule, in the order of their ids.
fn letters(answer: &EvaluationAnswer) -> String {
    let mut by_rule: Vec<_> = answer.findings.iter().collect();
    by_rule.sort_by(|a, b| a.rule.cmp(&b.rule));
    let letter = |outcome, blocks| match outcome {
        Outcome::Triggered => 'T',
        Outcome::Clear => 'c',
        Outcome::NotApplicable => '-',
        Outcome::NotInForce => 'x',
        Outcome::PreviewWouldTrigger => 'P',
        Outcome::PreviewNone => 'p',
        Outcome::Undetermined if blocks => 'U',
        Outcome::Undetermined => 'u',
    };
    by_rule.iter().map(|finding| letter(finding.outcome, finding.blocks)).collect()
}

#[test]
fn evaluations_are_those_of_the_oracle() {
    let own = rulebook();
    let mut cases = lines("evaluations.ndjson").into_iter();
    let bases = cases.next().unwrap()["bases"].clone();
    let mut compared = 0;
    for case in cases {
        let other = case.get("rules").map(rewritten);
        let rulebook = other.as_ref().unwrap_or(&own);
        let mut facts = bases[case["base"].as_str().unwrap()].clone();
        for (name, value) in case["changes"].as_object().unwrap() {
            facts[name] = value.clone();
        }
        let body = json!({
            "as_of": case["as_of"],
            "facts": facts,
            "assume": {"law_confirmed_through": case["assume"]},
        });
        let answer = evaluate_request(rulebook, &body, date("2026-11-21"), Which::All).unwrap();
        let expect = &case["expect"];
        assert_eq!(json!(answer.status), expect["status"], "{case}");
        assert_eq!(json!(letters(&answer)), expect["outcomes"], "{case}");
        let counts = answer.counts;
        let counts =
            [counts.critical, counts.major, counts.minor, counts.info, counts.undetermined];
        assert_eq!(json!(counts), expect["counts"], "{case}");
        let listed = |wanted: &dyn Fn(Outcome, bool) -> bool| {
            let found = answer.findings.iter().filter(|f| wanted(f.outcome, f.blocks));
            let mut ids: Vec<String> = found.map(|f| f.rule.clone()).collect();
            ids.sort_unstable();
            ids
        };
        let undetermined = |outcome| outcome == Outcome::Undetermined;
        assert_eq!(answer.triggered, listed(&|outcome, _| outcome == Outcome::Triggered), "{case}");
        assert_eq!(answer.undetermined, listed(&|outcome, _| undetermined(outcome)), "{case}");
        assert_eq!(answer.blocking, listed(&|outcome, b| undetermined(outcome) && b), "{case}");
        let mut unconfirmed: Vec<&str> =
            answer.findings.iter().filter(|f| f.law_unconfirmed).map(|f| f.rule.as_str()).collect();
        unconfirmed.sort_unstable();
        let expected = expect.get("law_unconfirmed").cloned().unwrap_or_else(|| json!([]));
        assert_eq!(json!(unconfirmed), expected, "{case}");
        compared += 1;
    }
    assert!(compared >= 1500, "only {compared} cases");
}

/// Statements about one fact, and what the oracle makes of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    fact: String,
    as_of: NaiveDate,
    statements: Vec<One>,
    expect: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    value: Option<FactValue>,
    tier: Tier,
    observed_on: NaiveDate,
    #[serde(default)]
    reason: Option<UnknownReason>,
    #[serde(default)]
    valid_until: Option<NaiveDate>,
    #[serde(default)]
    withdrawn: bool,
    #[serde(default)]
    about: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    value: Option<FactValue>,
    #[serde(default)]
    disputed: bool,
    #[serde(default)]
    reason: Option<UnknownReason>,
}

#[test]
fn statements_resolve_as_the_oracle_says() {
    let rulebook = rulebook();
    let mut compared = 0;
    let mut differences = Vec::new();
    for line in lines("resolutions.ndjson") {
        let case = Stated::deserialize(&line).unwrap();
        let spec = rulebook.vocabulary().named(&case.fact).unwrap();
        let numbered = (1..).zip(&case.statements);
        let mut claims: Vec<Claim> = numbered
            .map(|(n, one)| Claim {
                n,
                about: one.about.as_ref().map_or(About::Provider, |_| About::Site),
                value: one.value.as_ref().map(|value| spec.value(value).unwrap()),
                reason: one.reason,
                tier: Some(one.tier),
                observed_on: Some(one.observed_on),
                valid_until: one.valid_until,
                withdrawn: one.withdrawn,
            })
            .collect();
        let expected = match (&case.expect.value, case.expect.reason) {
            (Some(value), None) => FactState::Known(spec.value(value).unwrap()),
            (None, Some(reason)) => FactState::Unknown(reason),
            _ => panic!("either a value or a reason is expected: {line}"),
        };
        // Neither the order of the list nor the numbers in it may count, only the days.
        for turned in [false, true] {
            if turned {
                claims.reverse();
                (1..).zip(&mut claims).for_each(|(n, claim)| claim.n = n);
            }
            let fact = spec.resolve(&claims, case.as_of);
            let disputed = fact.disputed_by.is_some();
            if fact.state != expected || disputed != case.expect.disputed {
                let state = fact.state;
                differences
                    .push(format!("{state:?}, disputed {disputed}, turned {turned}: {line}"));
            }
        }
        compared += 1;
    }
    assert!(differences.is_empty(), "{}\n{}", differences.len(), differences.join("\n"));
    assert!(compared >= 500, "only {compared} lists");
}
