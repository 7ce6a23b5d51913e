//! Why rules are as they are and what clears them, in Spanish. The rulebook says it in English.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

use crate::rules::Rule;

use super::lang::Lang;

/// The texts of one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    why: String,
    clears: String,
}

/// By the rule's id. A test holds that every rule has its texts.
static SPANISH: LazyLock<HashMap<String, Texts>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../web/locales/es/rules.json")).unwrap_or_default()
});

/// Why a rule is as it is, and what clears it; with the language that the texts are in.
#[must_use]
pub fn reasoned(lang: Lang, rule: &Rule) -> (&str, &str, Lang) {
    let spanish = SPANISH.get(&rule.id).filter(|_| lang == Lang::Es);
    spanish.map_or((&rule.rationale, &rule.clears_when, Lang::En), |texts| {
        (&texts.why, &texts.clears, Lang::Es)
    })
}
