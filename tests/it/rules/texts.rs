//! What patients read: complete, in both languages, and in words that most people know.

use bedside::{
    domain::SafetyStatus,
    rules::{Basis, Outcome, Which, display},
};
use serde_json::json;

use super::{date, facts, rulebook};

/// Syllables of an English word, counted by its groups of vowels; a silent final e is none.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    let mut count = 0;
    let mut in_vowels = false;
    for letter in word.chars() {
        let vowel = "aeiouy".contains(letter);
        count += usize::from(vowel && !in_vowels);
        in_vowels = vowel;
    }
    let silent = word.ends_with('e') && !word.ends_with("le") && count > 1;
    (count - usize::from(silent)).max(1)
}

/// The Flesch-Kincaid grade of an English text.
fn grade(text: &str) -> f64 {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_ascii_alphabetic() || c == '\''))
        .filter(|word| !word.is_empty())
        .collect();
    let sentences = text.split(['.', '!', '?', ':']).filter(|s| !s.trim().is_empty()).count();
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let (words, sentences) = (words.len() as f64, sentences as f64);
    0.39 * words / sentences + 11.8 * syllables as f64 / words - 15.59
}

#[test]
fn every_plain_text_reads_at_grade_8_or_lower() {
    for rule in rulebook().rules() {
        let grade = grade(&rule.plain.en);
        assert!(grade <= 8.0, "{} reads at grade {grade:.1}: {}", rule.id, rule.plain.en);
        assert_ne!(rule.plain.en, rule.plain.es, "{}", rule.id);
    }
}

#[test]
fn every_question_is_a_question_in_both_languages() {
    for fact in rulebook().vocabulary().facts() {
        assert!(fact.question.en.ends_with('?'), "{}", fact.name);
        assert!(fact.question.es.contains('¿') && fact.question.es.ends_with('?'), "{}", fact.name);
        assert!(fact.label.en.chars().count() <= 45, "{} has a long label", fact.name);
    }
}

#[test]
fn a_status_is_shown_in_the_rulebooks_words() {
    let on = Some(date("2026-10-02"));
    let words = |status, on, never| display(status, on, never).en;
    assert_eq!(
        words(SafetyStatus::SupervisedInPerson, on, false),
        "Doses given on site with a clinician present (verified 2026-10-02)"
    );
    assert_eq!(
        words(SafetyStatus::SupervisedHybrid, on, false),
        "Every dose attended by a clinician (verified 2026-10-02); online or off-site care used, \
         or not confirmed"
    );
    assert_eq!(words(SafetyStatus::Caution, None, false), "Ask about these points");
    assert_eq!(words(SafetyStatus::Flagged, None, false), "We found a safety concern");
    assert_eq!(
        words(SafetyStatus::InsufficientInformation, None, false),
        "We could not verify key safety facts"
    );
    assert_eq!(
        words(SafetyStatus::InsufficientInformation, None, true),
        "Not checked yet. We have not asked this clinic."
    );
    for status in SafetyStatus::ALL {
        let shown = display(*status, on, false);
        assert_eq!(shown.fault(), None, "{status}");
    }
}

#[test]
fn not_checked_yet_is_said_only_where_nothing_was_asked() {
    let rulebook = rulebook();
    let basis = Basis::on(date("2026-11-21"));
    let never = |facts: &bedside::rules::Facts| {
        rulebook.never_asked(&rulebook.evaluate(facts, &basis), facts, &basis)
    };
    assert!(never(&rulebook.no_facts()));
    let mut asked = rulebook.no_facts();
    let id = rulebook.vocabulary().id("site.monitor_bp").unwrap();
    let reason = bedside::domain::UnknownReason::NoAnswer;
    asked.set(id, bedside::rules::FactState::Unknown(reason));
    assert!(!never(&asked));
    assert!(!never(&facts(&rulebook, &[&super::base("CLINIC")])));
}

/// An undetermined rule must not read as if it had been triggered.
#[test]
fn an_undetermined_rule_accuses_nobody() {
    let rulebook = rulebook();
    let basis = Basis::on(date("2027-01-01"));
    let given = json!({"site.monitor_spo2": null, "telehealth.prescribes_ketamine": true});
    let facts = facts(&rulebook, &[&super::base("CLINIC"), &given]);
    for finding in rulebook.findings(&facts, &basis, Which::Reported) {
        let text = rulebook.finding_text(&finding);
        if finding.outcome == Outcome::Undetermined {
            assert_ne!(text, finding.rule.plain, "{}", finding.rule.id);
        }
        if finding.rule.id == "KTS-033" {
            assert_eq!(text.en, "Not verified: Oxygen level monitored.");
            assert_eq!(text.es, "Sin verificar: Nivel de oxígeno controlado.");
        }
    }
}
