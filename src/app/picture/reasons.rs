//! Why a status is what it is, in plain words: at most five reasons, worst first.

use chrono::NaiveDate;

use crate::{
    app::answer::Reason,
    domain::{SafetyStatus, UnknownReason},
    rules::{Evaluation, FactState, Facts, Lang, PublicView, Rule, Rulebook},
};

/// How many reasons are told.
const SHOWN: usize = 5;

/// The worst reasons, and how many more there are.
pub(super) fn reasons(
    rulebook: &Rulebook,
    facts: &Facts,
    evaluation: &Evaluation,
) -> (Vec<Reason>, u32) {
    let mut found: Vec<(Rank, &Rule)> = rulebook
        .rules()
        .iter()
        .enumerate()
        .filter_map(|(at, rule)| Some((Rank::of(at, evaluation)?, rule)))
        .collect();
    // Stable, so that rules of one rank stay in the order of their ids.
    found.sort_by_key(|(rank, rule)| (*rank, rule.severity));
    let more = u32::try_from(found.len().saturating_sub(SHOWN)).unwrap_or(u32::MAX);
    let told = found
        .into_iter()
        .take(SHOWN)
        .map(|(rank, rule)| Reason {
            rule: rule.id.clone(),
            outcome: if rank == Rank::Triggered { "triggered" } else { "undetermined" }.to_owned(),
            severity: rule.severity,
            text: match rank {
                Rank::Triggered => rule.plain.text(Lang::En).to_owned(),
                Rank::Blocking | Rank::Disclosed => not_verified(rulebook, rule, facts),
            },
        })
        .collect();
    (told, more)
}

/// How much a rule weighs among the reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Triggered,
    Blocking,
    Disclosed,
}

impl Rank {
    fn of(at: usize, evaluation: &Evaluation) -> Option<Self> {
        if evaluation.triggered.has(at) {
            Some(Self::Triggered)
        } else if evaluation.blocking.has(at) {
            Some(Self::Blocking)
        } else {
            evaluation.undetermined.has(at).then_some(Self::Disclosed)
        }
    }
}

/// What of a rule could not be verified, by the labels of the facts that are missing.
fn not_verified(rulebook: &Rulebook, rule: &Rule, facts: &Facts) -> String {
    let vocabulary = rulebook.vocabulary();
    let missing: Vec<&str> = rule
        .reads
        .iter()
        .filter(|id| !matches!(facts.get(**id), FactState::Known(_)))
        .filter_map(|id| vocabulary.get(*id))
        .map(|fact| fact.label.text(Lang::En))
        .collect();
    if missing.is_empty() {
        "Not verified: whether the law behind this rule still holds".to_owned()
    } else {
        format!("Not verified: {}", missing.join("; "))
    }
}

/// The status in the rulebook's display words.
pub(super) fn words(
    rulebook: &Rulebook,
    view: &PublicView,
    verified_on: Option<NaiveDate>,
) -> String {
    let dated = |before: &str, after: &str| match verified_on {
        Some(day) => format!("{before} (verified {day}){after}"),
        None => format!("{before}{after}"),
    };
    match view.evaluation.status {
        SafetyStatus::SupervisedInPerson => {
            dated("Doses given on site with a clinician present", "")
        }
        SafetyStatus::SupervisedHybrid => dated(
            "Every dose attended by a clinician",
            "; online or off-site care used, or not confirmed",
        ),
        SafetyStatus::Caution => "Ask about these points".to_owned(),
        SafetyStatus::Flagged => "We found a safety concern".to_owned(),
        SafetyStatus::OutOfScope => "Offers neither ketamine nor esketamine".to_owned(),
        SafetyStatus::InsufficientInformation if nobody_asked(rulebook, view) => {
            "Not checked yet. We have not asked this clinic.".to_owned()
        }
        SafetyStatus::InsufficientInformation => "We could not verify key safety facts".to_owned(),
    }
}

/// True where every fact that the blocking rules miss was never asked for.
fn nobody_asked(rulebook: &Rulebook, view: &PublicView) -> bool {
    rulebook
        .rules()
        .iter()
        .enumerate()
        .filter(|(at, _)| view.evaluation.blocking.has(*at))
        .flat_map(|(_, rule)| &rule.reads)
        .all(|id| match view.compact.get(*id) {
            FactState::Known(_) | FactState::Unknown(UnknownReason::NeverAsked) => true,
            FactState::Unknown(_) => false,
        })
}
