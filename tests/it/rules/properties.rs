//! Properties that hold for every set of facts.

use bedside::{
    domain::{SafetyStatus, UnknownReason},
    rules::{Basis, FactState, Facts, Kind, Outcome, Rulebook, SetValue, Value, Which},
};
use chrono::NaiveDate;
use proptest::prelude::*;

use super::{base, date, facts, rulebook};

/// Two bits that choose what becomes of a fact, and a number that chooses its value.
type Choice = (u8, u64);

/// A value of the fact's kind, out of a number.
fn value(kind: &Kind, pick: u64) -> Value {
    match kind {
        Kind::Tri => Value::Bool(pick & 1 == 1),
        Kind::Int { min, max, .. } => {
            // Around the limits that rules draw as well as anywhere else.
            let near = [17, 18, 119, 120, 121];
            let span = u64::try_from(max - min).unwrap() + 1;
            let any = min + i64::try_from(pick % span).unwrap();
            Value::Int(near.get((pick % 8) as usize).copied().unwrap_or(any).clamp(*min, *max))
        }
        Kind::Enum(codes) => Value::Code((pick % codes.len() as u64) as u8),
        Kind::Set(codes) => {
            let every = if codes.len() == 64 { u64::MAX } else { (1 << codes.len()) - 1 };
            Value::Set(SetValue { members: pick & every, complete: pick >> 63 == 1 })
        }
    }
}

/// Facts near one of the base sets: each fact keeps its value, is unknown, or gets another.
fn near(rulebook: &Rulebook, base: &Facts, choices: &[Choice]) -> Facts {
    let mut facts = base.clone();
    for (spec, (what, pick)) in rulebook.vocabulary().facts().iter().zip(choices) {
        match what % 8 {
            0 => facts.set(spec.id, FactState::Unknown(UnknownReason::NeverAsked)),
            1 => facts.set(spec.id, FactState::Known(value(&spec.kind, *pick))),
            _ => {}
        }
    }
    facts
}

/// The same facts with some unknown ones learnt, and some open sets told in full.
fn learnt(rulebook: &Rulebook, facts: &Facts, choices: &[Choice]) -> Facts {
    let mut more = facts.clone();
    for (spec, (what, pick)) in rulebook.vocabulary().facts().iter().zip(choices) {
        if what % 2 == 0 {
            continue;
        }
        match (facts.get(spec.id), value(&spec.kind, *pick)) {
            (FactState::Unknown(_), value) => more.set(spec.id, FactState::Known(value)),
            (FactState::Known(Value::Set(known)), Value::Set(other)) if !known.complete => {
                let members = known.members | other.members;
                let set = SetValue { members, complete: other.complete };
                more.set(spec.id, FactState::Known(Value::Set(set)));
            }
            _ => {}
        }
    }
    more
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    proptest::collection::vec(any::<Choice>(), 59)
}

fn days() -> impl Strategy<Value = NaiveDate> {
    let first = date("2022-07-01");
    (0_u64..2_500).prop_map(move |day| first + chrono::Days::new(day))
}

fn bases(rulebook: &Rulebook) -> Vec<Facts> {
    let named = ["CLINIC", "TELE", "ESK", "EMPTY"];
    named.iter().map(|name| facts(rulebook, &[&base(name)])).collect()
}

#[test]
fn learning_a_fact_never_moves_a_rule_between_triggered_and_clear() {
    let rulebook = rulebook();
    let bases = bases(&rulebook);
    proptest!(ProptestConfig::with_cases(600), |(
        which in 0..4_usize, before in choices(), more in choices(), day in days(),
    )| {
        let before = near(&rulebook, &bases[which], &before);
        let after = learnt(&rulebook, &before, &more);
        let basis = Basis::on(day);
        let old = rulebook.findings(&before, &basis, Which::All);
        let mut new = rulebook.findings(&after, &basis, Which::All);
        new.sort_by(|a, b| a.rule.id.cmp(&b.rule.id));
        for old in old {
            let at = new.binary_search_by(|new| new.rule.id.cmp(&old.rule.id)).unwrap();
            let moved = (old.outcome, new[at].outcome);
            let allowed = match old.outcome {
                Outcome::Triggered => moved.1 == Outcome::Triggered,
                Outcome::Clear => matches!(moved.1, Outcome::Clear | Outcome::NotApplicable),
                Outcome::NotApplicable => moved.1 == Outcome::NotApplicable,
                Outcome::NotInForce => moved.1 == Outcome::NotInForce,
                Outcome::PreviewWouldTrigger => moved.1 == Outcome::PreviewWouldTrigger,
                Outcome::PreviewNone | Outcome::Undetermined => true,
            };
            prop_assert!(allowed, "{}: {:?}", old.rule.id, moved);
        }
    });
}

#[test]
fn learning_a_fact_never_turns_a_supervised_label_into_flagged() {
    let rulebook = rulebook();
    let bases = bases(&rulebook);
    let supervised = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(4_000), |(
        which in 0..4_usize, before in choices(), more in choices(), day in days(),
    )| {
        // Few changes, so that many of the sets are supervised.
        let before: Vec<Choice> = before
            .into_iter()
            .map(|(what, pick)| (if pick % 11 == 0 { what } else { 7 }, pick))
            .collect();
        let before = near(&rulebook, &bases[which], &before);
        let basis = Basis::on(day);
        let label = rulebook.evaluate(&before, &basis).status;
        let is_label = matches!(
            label,
            SafetyStatus::SupervisedInPerson | SafetyStatus::SupervisedHybrid
        );
        if is_label {
            supervised.set(supervised.get() + 1);
            let after = rulebook.evaluate(&learnt(&rulebook, &before, &more), &basis).status;
            prop_assert_ne!(after, SafetyStatus::Flagged);
        }
    });
    let supervised = supervised.get();
    assert!(supervised > 100, "only {supervised} sets were supervised: the test shows little");
}

#[test]
fn the_short_and_the_long_answer_agree() {
    let rulebook = rulebook();
    let bases = bases(&rulebook);
    proptest!(ProptestConfig::with_cases(600), |(
        which in 0..4_usize, given in choices(), day in days(),
    )| {
        let facts = near(&rulebook, &bases[which], &given);
        let basis = Basis::on(day);
        let short = rulebook.evaluate(&facts, &basis);
        let long = rulebook.findings(&facts, &basis, Which::All);
        prop_assert_eq!(long.len(), rulebook.rules().len());
        for finding in &long {
            let (at, _) = rulebook.rule(&finding.rule.id).unwrap();
            prop_assert_eq!(short.triggered.has(at), finding.outcome == Outcome::Triggered);
            prop_assert_eq!(short.undetermined.has(at), finding.outcome == Outcome::Undetermined);
            prop_assert_eq!(short.blocking.has(at), finding.blocks);
            // What is missing is why: without it nothing but the law can be open.
            if finding.outcome == Outcome::Undetermined {
                prop_assert!(finding.law_unconfirmed || !finding.missing.is_empty());
            } else {
                prop_assert!(finding.missing.is_empty());
            }
            for id in &finding.facts {
                prop_assert!(facts.get(*id).known().is_some());
            }
        }
    });
}

/// The list of missing facts is exact: to learn all of them settles the rule or leaves only
/// the law open, and to learn anything else leaves it undetermined.
#[test]
fn the_missing_facts_are_those_that_settle_a_rule() {
    let rulebook = rulebook();
    let bases = bases(&rulebook);
    proptest!(ProptestConfig::with_cases(400), |(
        which in 0..4_usize, given in choices(), more in choices(), day in days(),
    )| {
        let before = near(&rulebook, &bases[which], &given);
        let basis = Basis::on(day);
        for finding in rulebook.findings(&before, &basis, Which::Reported) {
            if finding.missing.is_empty() {
                continue;
            }
            let mut others = before.clone();
            let after = learnt(&rulebook, &before, &more);
            for spec in rulebook.vocabulary().facts() {
                if !finding.missing.contains(&spec.id) {
                    others.set(spec.id, after.get(spec.id));
                }
            }
            let now = rulebook.findings(&others, &basis, Which::All);
            let now = now.iter().find(|now| now.rule.id == finding.rule.id).unwrap();
            prop_assert_ne!(now.outcome, Outcome::Triggered, "{}", finding.rule.id);
            prop_assert_ne!(now.outcome, Outcome::Clear, "{}", finding.rule.id);
        }
    });
}
