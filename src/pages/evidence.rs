//! Facts and findings with who says so and when.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    app::answer::{EvidenceView, FactView, FlagView},
    domain::{FlagState, fact::FactValue},
    rules::{Kind, Outcome, Rulebook, wire::FindingAnswer},
};

use super::{format, lang::Lang, sources::UrlView};

/// Who says something, and when.
#[derive(Debug, Clone)]
pub struct Backing {
    /// What kind of evidence it is.
    pub kind: String,
    /// Where it was seen.
    pub url: Option<UrlView>,
    /// The day on which it was seen.
    pub date: Option<String>,
    /// What it says, word for word.
    pub excerpt: Option<String>,
}

/// The pieces of evidence of one answer, by their numbers.
#[derive(Debug)]
pub struct Evidence<'a> {
    lang: Lang,
    by_number: BTreeMap<u32, &'a EvidenceView>,
}

impl<'a> Evidence<'a> {
    /// Of an answer's list.
    #[must_use]
    pub fn new(lang: Lang, list: &'a [EvidenceView]) -> Self {
        Self { lang, by_number: list.iter().map(|piece| (piece.n, piece)).collect() }
    }

    /// The pieces with these numbers, each once.
    #[must_use]
    pub fn backing(&self, numbers: &[u32]) -> Vec<Backing> {
        let pieces = numbers.iter().filter_map(|n| self.by_number.get(n));
        pieces
            .map(|piece| Backing {
                kind: self.lang.t(&format!("evidence-{}", piece.kind)).into_owned(),
                url: piece.url.as_deref().and_then(UrlView::new),
                date: piece.captured_on.map(|day| format::date(self.lang, day)),
                excerpt: piece.excerpt.clone(),
            })
            .collect()
    }
}

/// A fact, known or not.
#[derive(Debug, Clone)]
pub struct FactLine {
    /// What it is about.
    pub label: String,
    /// The value; `None` = not verified.
    pub value: Option<String>,
    /// Why it is not known; empty where it is.
    pub reason: String,
    /// The day that it speaks of.
    pub observed_on: Option<String>,
    /// True where the provider disputes it.
    pub disputed: bool,
    /// Who says so.
    pub backing: Vec<Backing>,
    /// What is only claimed.
    pub claims: Vec<String>,
}

impl FactLine {
    /// A fact of an answer.
    #[must_use]
    pub fn new(lang: Lang, fact: &FactView, evidence: &Evidence<'_>, rulebook: &Rulebook) -> Self {
        let spec = rulebook.vocabulary().named(&fact.name);
        let label = spec.map_or(fact.label.as_str(), |spec| spec.label.text(lang.into()));
        let reason = fact.reason.filter(|_| fact.value.is_none());
        Self {
            label: label.to_owned(),
            value: fact.value.as_ref().map(|value| value_text(lang, &fact.name, value, rulebook)),
            reason: reason
                .map(|reason| lang.t(&format!("reason-{reason}")).into_owned())
                .unwrap_or_default(),
            observed_on: fact.observed_on.map(|day| format::date(lang, day)),
            disputed: fact.disputed,
            backing: evidence.backing(&fact.evidence),
            claims: fact
                .claims
                .iter()
                .map(|claim| value_text(lang, &fact.name, &claim.value, rulebook))
                .collect(),
        }
    }
}

/// A fact's value in words.
#[must_use]
pub fn value_text(lang: Lang, name: &str, value: &FactValue, rulebook: &Rulebook) -> String {
    let spec = rulebook.vocabulary().named(name);
    let code = |code: &str| {
        let keys = [format!("value-{code}"), format!("route-{code}")];
        let known = keys.iter().find(|key| lang.has(key));
        known.map_or_else(|| code.replace('_', " "), |key| lang.t(key).into_owned())
    };
    match value {
        FactValue::Bool(yes) => lang.t(if *yes { "yes" } else { "no" }).into_owned(),
        FactValue::Int(n) => {
            let unit = spec.and_then(|spec| match &spec.kind {
                Kind::Int { unit, .. } => Some(format!("unit-{unit}")),
                Kind::Tri | Kind::Enum(_) | Kind::Set(_) => None,
            });
            match unit.filter(|key| lang.has(key)) {
                Some(key) => lang.t1(&key, &n.to_string()).into_owned(),
                None => n.to_string(),
            }
        }
        FactValue::Code(text) => code(text),
        FactValue::Set(set) => {
            let names: Vec<String> = set.items.iter().map(|item| code(item)).collect();
            let names =
                if names.is_empty() { lang.t("value-none").into_owned() } else { names.join(", ") };
            let key = if set.complete { "set-complete" } else { "set-open" };
            lang.t1(key, &names).into_owned()
        }
    }
}

/// A finding with what it rests on.
#[derive(Debug, Clone)]
pub struct FoundView {
    /// The rule's id.
    pub rule: String,
    /// In plain words.
    pub text: String,
    /// How serious it is.
    pub severity: String,
    /// `flag` for a critical one, `ask` for the rest.
    pub tone: &'static str,
    /// The facts that it rests on: label, value, who says so.
    pub facts: Vec<FactLine>,
    /// Where its publication stands, with the day.
    pub flag: Option<String>,
    /// The days of its due process.
    pub dates: Vec<String>,
    /// The provider's words.
    pub reply: Option<String>,
    /// What speaks against it; English, from the rule's sources.
    pub counter: Option<String>,
}

/// The key of the citation that holds the counter-evidence to rules about home use.
const COUNTER_EVIDENCE: &str = "P14";

/// The triggered rules of an answer that patients see: all but the ones that only inform.
#[must_use]
pub fn found(
    lang: Lang,
    findings: &[FindingAnswer],
    flags: &[FlagView],
    facts: &[NamedFact<'_>],
    rulebook: &Rulebook,
) -> Vec<FoundView> {
    let triggered = findings.iter().filter(|finding| finding.outcome == Outcome::Triggered);
    triggered
        .map(|finding| {
            let flag = flags.iter().find(|flag| flag.rule == finding.rule && !flag.history);
            let names: Vec<&str> = finding.facts.iter().map(|fact| fact.name.as_str()).collect();
            let counter = finding.citations.iter().any(|key| key == COUNTER_EVIDENCE);
            FoundView {
                rule: finding.rule.clone(),
                text: finding.text.text(lang.into()).to_owned(),
                severity: lang.t(&format!("severity-{}", finding.severity)).into_owned(),
                tone: if finding.severity == crate::domain::Severity::Critical {
                    "flag"
                } else {
                    "ask"
                },
                facts: facts
                    .iter()
                    .filter(|fact| names.contains(&fact.name))
                    .map(|fact| fact.line.clone())
                    .collect(),
                flag: flag.map(|flag| flag_text(lang, flag)),
                dates: flag.map(|flag| flag_dates(lang, flag)).unwrap_or_default(),
                reply: flag
                    .and_then(|flag| flag.reply.clone())
                    .or_else(|| finding.provider_reply.clone()),
                counter: counter
                    .then(|| rulebook.citations().get(COUNTER_EVIDENCE))
                    .flatten()
                    .map(|citation| citation.text.clone()),
            }
        })
        .collect()
}

/// A fact line under its name in the vocabulary.
#[derive(Debug, Clone)]
pub struct NamedFact<'a> {
    /// The name.
    pub name: &'a str,
    /// The line.
    pub line: FactLine,
}

/// The facts of an answer, each as a line under its name.
#[must_use]
pub fn named<'a>(
    lang: Lang,
    facts: &'a [FactView],
    evidence: &[EvidenceView],
    rulebook: &Rulebook,
) -> Vec<NamedFact<'a>> {
    let evidence = Evidence::new(lang, evidence);
    let line = |fact: &FactView| FactLine::new(lang, fact, &evidence, rulebook);
    facts.iter().map(|fact| NamedFact { name: &fact.name, line: line(fact) }).collect()
}

/// Flags without a finding that is shown: display is paused, or they are history.
#[derive(Debug, Clone, Default)]
pub struct OtherFlags {
    /// Those whose display is paused.
    pub paused: Vec<FlagLine>,
    /// Those that were cleared or whose evidence has expired.
    pub history: Vec<FlagLine>,
}

/// A flag in a few lines.
#[derive(Debug, Clone)]
pub struct FlagLine {
    /// The rule's id.
    pub rule: String,
    /// Where it stands.
    pub state: String,
    /// The days of its due process.
    pub dates: Vec<String>,
    /// The provider's words.
    pub reply: Option<String>,
}

impl OtherFlags {
    /// Of the public flags of an answer.
    #[must_use]
    pub fn of(lang: Lang, flags: &[FlagView]) -> Self {
        let lines = |wanted: fn(&FlagView) -> bool| {
            let wanted = flags.iter().filter(|flag| wanted(flag));
            wanted.map(|flag| FlagLine::new(lang, flag)).collect()
        };
        Self {
            paused: lines(|flag| flag.state == FlagState::DisplaySuspended),
            history: lines(|flag| flag.history),
        }
    }
}

impl FlagLine {
    fn new(lang: Lang, flag: &FlagView) -> Self {
        Self {
            rule: flag.rule.clone(),
            state: lang.t(&format!("flag-{}", flag.state)).into_owned(),
            dates: flag_dates(lang, flag),
            reply: flag.reply.clone(),
        }
    }
}

/// Where a flag stands, since when.
fn flag_text(lang: Lang, flag: &FlagView) -> String {
    let state = lang.t(&format!("flag-{}", flag.state));
    match flag.published_on {
        Some(day) => format!("{state}, {}", format::date(lang, day)),
        None => state.into_owned(),
    }
}

/// The days of a flag's due process, each in a line.
fn flag_dates(lang: Lang, flag: &FlagView) -> Vec<String> {
    let line = |key: &str, day: Option<NaiveDate>| {
        day.map(|day| lang.t1(key, &format::date(lang, day)).into_owned())
    };
    let open = (!flag.history).then_some(());
    let paused = flag.suspended.as_ref().map(|time| {
        let (from, until) = (format::date(lang, time.from), format::date(lang, time.until));
        lang.args("flag-paused", &[("date", &from), ("value", &until)]).into_owned()
    });
    [
        line("flag-told-on", flag.notified_on),
        line("flag-shown-on", flag.published_on),
        line("flag-appeal-by", flag.appeal_by),
        line("flag-appealed-on", flag.appealed_on),
        line("flag-answer-by", flag.answer_by),
        paused,
        line("flag-counts-until", open.and(flag.expires_on)),
        line("flag-ended-on", flag.closed_on),
    ]
    .into_iter()
    .flatten()
    .collect()
}
