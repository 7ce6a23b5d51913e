//! The rules from `rules.json`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::{
    domain::{Severity, UsState},
    rules::{
        evaluate::MAX_RULES,
        expr::Condition,
        rule::{IfUndetermined, Law, LegalStatus, Rule, RuleKind},
        rulebook::Citation,
        text::Plain,
        vocabulary::{FactId, Vocabulary},
    },
};

use super::{Faults, elements};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    version: u32,
    severity: Severity,
    if_undetermined: IfUndetermined,
    jurisdiction: String,
    title: String,
    kind: RuleKind,
    legal_status: Option<LegalStatus>,
    effective_from: Option<NaiveDate>,
    effective_to: Option<NaiveDate>,
    law_confirmed_through: Option<NaiveDate>,
    applies_to: String,
    condition: String,
    message: String,
    #[serde(default)]
    plain: Option<Plain>,
    rationale: String,
    citations: Vec<String>,
    clears_when: String,
}

/// Reads every rule; what is faulty is left out and named.
pub fn read(
    faults: &mut Faults<'_>,
    text: &str,
    vocabulary: &Vocabulary,
    citations: &BTreeMap<String, Citation>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (item, json) in elements(faults, text, "rule", "id") {
        match serde_json::from_value::<RawRule>(json) {
            Ok(raw) => rules.extend(rule(faults, &item, raw, vocabulary, citations)),
            Err(error) => faults.add(&item, "", error.to_string()),
        }
    }
    if rules.len() > MAX_RULES {
        faults.add("", "", format!("a rulebook has at most {MAX_RULES} rules"));
    }
    rules
}

/// One rule, or nothing where a fault was found.
fn rule(
    faults: &mut Faults<'_>,
    item: &str,
    raw: RawRule,
    vocabulary: &Vocabulary,
    citations: &BTreeMap<String, Citation>,
) -> Option<Rule> {
    let before = faults.found.len();
    if raw.version == 0 {
        faults.add(item, "version", "versions count from 1");
    }
    for (field, text) in [
        ("id", &raw.id),
        ("title", &raw.title),
        ("message", &raw.message),
        ("rationale", &raw.rationale),
        ("clears_when", &raw.clears_when),
    ] {
        if text.trim().is_empty() {
            faults.add(item, field, "a text is needed here");
        }
    }
    if !is_jurisdiction(&raw.jurisdiction) {
        faults.add(item, "jurisdiction", "this is `US`, or `US-` and a state's postal code");
    }
    match raw.plain.as_ref().map(Plain::fault) {
        None => faults.add(item, "plain", "the plain text in `en` and `es` is missing"),
        Some(Some(reason)) => faults.add(item, "plain", reason),
        Some(None) => {}
    }
    if raw.citations.is_empty() {
        faults.add(item, "citations", "a rule cites at least one source");
    }
    for key in raw.citations.iter().filter(|key| !citations.contains_key(*key)) {
        faults.add(item, "citations", format!("there is no citation `{key}`"));
    }
    let law = law(faults, item, &raw);
    let mut parse = |field, source: &str| match Condition::parse(source, vocabulary) {
        Ok(condition) => Some(condition),
        Err(error) => {
            faults.add_expr(item, field, &error);
            None
        }
    };
    let applies_to = parse("applies_to", &raw.applies_to)?;
    let condition = parse("condition", &raw.condition)?;
    if faults.found.len() > before {
        return None;
    }
    let mut reads: Vec<FactId> = [&applies_to, &condition]
        .into_iter()
        .flat_map(|c| c.clauses())
        .filter_map(|c| c.fact())
        .collect();
    reads.sort_unstable();
    reads.dedup();
    Some(Rule {
        id: raw.id,
        version: raw.version,
        severity: raw.severity,
        if_undetermined: raw.if_undetermined,
        jurisdiction: raw.jurisdiction,
        title: raw.title,
        law,
        applies_to,
        condition,
        message: raw.message,
        plain: raw.plain?,
        rationale: raw.rationale,
        citations: raw.citations,
        clears_when: raw.clears_when,
        reads,
    })
}

/// The legal side of a law rule, with its dates checked against each other.
fn law(faults: &mut Faults<'_>, item: &str, raw: &RawRule) -> Option<Law> {
    match (raw.kind, raw.legal_status) {
        (RuleKind::Policy, status) => {
            for (field, set) in [
                ("legal_status", status.is_some()),
                ("effective_from", raw.effective_from.is_some()),
                ("effective_to", raw.effective_to.is_some()),
                ("law_confirmed_through", raw.law_confirmed_through.is_some()),
            ] {
                if set {
                    faults.add(item, field, "a policy rule has none");
                }
            }
            None
        }
        (RuleKind::Law, None) => {
            faults.add(item, "legal_status", "a law rule needs one");
            None
        }
        (RuleKind::Law, Some(status)) => {
            let past_end = |date: Option<NaiveDate>| matches!((date, raw.effective_to), (Some(date), Some(end)) if date > end);
            if past_end(raw.effective_from) {
                faults.add(item, "effective_from", "this lies after effective_to");
            }
            if past_end(raw.law_confirmed_through) {
                let reason = "no check reaches past the published end of a law";
                faults.add(item, "law_confirmed_through", reason);
            }
            Some(Law {
                status,
                effective_from: raw.effective_from,
                effective_to: raw.effective_to,
                confirmed_through: raw.law_confirmed_through,
            })
        }
    }
}

fn is_jurisdiction(text: &str) -> bool {
    text == "US" || text.strip_prefix("US-").is_some_and(|state| state.parse::<UsState>().is_ok())
}
