//! The public view: a proposed flag and an unknown fact look alike.

use bedside::{
    domain::{SafetyStatus, Severity, UnknownReason, UsState},
    rules::{
        About, Basis, Claim, FactId, FactState, PublicView, Resolved, ResolvedFacts, Rulebook,
        Which,
        wire::{FindingAnswer, StepAnswer},
    },
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{base, date, facts, rulebook};

const NONE: &[&str] = &[];

/// Resolved facts with these values, each from a registry entry of the day before.
fn resolved(rulebook: &Rulebook, layers: &[&Json]) -> ResolvedFacts {
    let given = facts(rulebook, layers);
    let on = date("2026-11-20");
    let claims: Vec<(FactId, Claim)> = (1..)
        .zip(rulebook.vocabulary().facts())
        .filter_map(|(n, spec)| {
            let value = given.get(spec.id).known()?;
            let tier = Some(bedside::domain::Tier::E1);
            Some((
                spec.id,
                Claim {
                    n,
                    about: About::Site,
                    value: Some(value),
                    reason: None,
                    tier,
                    observed_on: Some(on),
                    valid_until: None,
                    withdrawn: false,
                },
            ))
        })
        .collect();
    rulebook.resolve(&claims, Some(UsState::Nj), date("2026-11-21"))
}

/// Everything that the public gets to see, as bytes.
fn shown(rulebook: &Rulebook, view: &PublicView) -> String {
    let on = view.basis.as_of;
    let findings: Vec<FindingAnswer> = rulebook
        .findings(&view.compact, &view.basis, Which::All)
        .iter()
        .map(|f| FindingAnswer::new(rulebook, f, &view.compact, Some(&view.facts), on))
        .collect();
    let steps = StepAnswer::list(rulebook, &view.compact, &view.basis);
    let evaluation = view.evaluation;
    let verified = rulebook.verified_on(&evaluation, &view.facts, &view.compact, &view.basis);
    let words = rulebook.display(&evaluation, &view.compact, &view.basis, verified);
    format!(
        "{evaluation:?} {words:?} {:?} {} {}",
        view.facts,
        serde_json::to_string(&findings).unwrap(),
        serde_json::to_string(&steps).unwrap()
    )
}

fn withheld(rulebook: &Rulebook, view: &PublicView) -> Vec<String> {
    view.withheld.iter().map(|id| rulebook.vocabulary().name(*id).to_owned()).collect()
}

#[test]
fn an_unpublished_finding_reads_as_a_missing_fact() {
    let rulebook = rulebook();
    let on = date("2026-11-21");
    let clinic = base("CLINIC");
    for (fact, value, rule) in [
        ("cred.dea_status", json!("expired"), "KTS-020"),
        ("site.clinician_present_during_dosing", json!(false), "KTS-030"),
        ("excl.leie", json!("confirmed_mandatory"), "KTS-022"),
    ] {
        let adverse = resolved(&rulebook, &[&clinic, &json!({fact: value})]);
        let own = rulebook.evaluate(&adverse.facts(), &Basis::on(on));
        assert_eq!(own.status, SafetyStatus::Flagged, "{rule}");

        let view = rulebook.public_view(&adverse, NONE, on);
        assert_eq!(view.evaluation.status, SafetyStatus::InsufficientInformation, "{rule}");
        assert!(rulebook.ids(view.evaluation.blocking).any(|id| id == rule), "{rule}");
        assert_eq!(view.evaluation.counts.critical, 0, "{rule}");
        assert_eq!(withheld(&rulebook, &view), [fact], "{rule}");

        // Another site of which that one fact is not known looks the same to the last byte.
        let unknown = resolved(&rulebook, &[&clinic, &json!({fact: null})]);
        let other = rulebook.public_view(&unknown, NONE, on);
        assert!(other.withheld.is_empty());
        assert_eq!(shown(&rulebook, &view), shown(&rulebook, &other), "{rule}");

        let published = rulebook.public_view(&adverse, &[rule], on);
        assert_eq!(published.evaluation, own, "{rule} once it is published");
        assert!(published.withheld.is_empty());
        assert_eq!(published.facts, adverse);
    }
}

#[test]
fn where_doses_are_taken_is_always_public() {
    let rulebook = rulebook();
    let nasal = json!({
        "takehome.routes": {"items": ["nasal"], "complete": true},
        "takehome.supervision": "none",
    });
    let facts = resolved(&rulebook, &[&base("TELE"), &nasal]);
    let view = rulebook.public_view(&facts, NONE, date("2026-11-21"));
    assert_eq!(
        withheld(&rulebook, &view),
        ["telehealth.prescribes_ketamine", "takehome.supervision"]
    );
    let id = rulebook.vocabulary().id("takehome.offered").unwrap();
    assert_eq!(view.facts.get(id), facts.get(id));
    assert_eq!(view.evaluation.status, SafetyStatus::InsufficientInformation);
    let blocking: Vec<&str> = rulebook.ids(view.evaluation.blocking).collect();
    assert!(blocking.contains(&"KTS-001") && blocking.contains(&"KTS-002"), "{blocking:?}");
}

#[test]
fn a_finding_on_a_number_withholds_the_number() {
    let rulebook = rulebook();
    let facts = resolved(&rulebook, &[&base("ESK"), &json!({"esk.monitor_minutes": 60})]);
    let view = rulebook.public_view(&facts, NONE, date("2026-11-21"));
    assert_eq!(withheld(&rulebook, &view), ["esk.monitor_minutes"]);
}

/// What a published flag rests on is public; the other finding loses what is its own.
#[test]
fn a_published_flag_keeps_its_evidence() {
    let rulebook = rulebook();
    let nasal = json!({
        "takehome.routes": {"items": ["nasal"], "complete": true},
        "takehome.supervision": "none",
    });
    let facts = resolved(&rulebook, &[&base("TELE"), &nasal]);
    let on = date("2026-11-21");
    let view = rulebook.public_view(&facts, &["KTS-001"], on);
    assert_eq!(view.evaluation.status, SafetyStatus::Flagged);
    assert_eq!(withheld(&rulebook, &view), ["takehome.routes"]);
    let triggered: Vec<&str> = rulebook.ids(view.evaluation.triggered).collect();
    assert_eq!(triggered, ["KTS-001", "KTS-010"]);

    // The other way round everything that KTS-001 rests on is public with KTS-002: its finding
    // still counts as undecided.
    let view = rulebook.public_view(&facts, &["KTS-002"], on);
    assert!(view.withheld.is_empty());
    let triggered: Vec<&str> = rulebook.ids(view.evaluation.triggered).collect();
    assert_eq!(triggered, ["KTS-002", "KTS-010"]);
    let (at, _) = rulebook.rule("KTS-001").unwrap();
    assert!(view.evaluation.blocking.has(at));
    let findings = rulebook.findings(&view.compact, &view.basis, Which::Reported);
    let undecided = findings.iter().find(|finding| finding.rule.id == "KTS-001").unwrap();
    assert!(undecided.blocks);
}

/// A published flag whose facts are gone says nothing by itself.
#[test]
fn a_published_flag_without_its_facts_changes_nothing() {
    let rulebook = rulebook();
    let facts = resolved(&rulebook, &[&base("CLINIC")]);
    let view = rulebook.public_view(&facts, &["KTS-001", "KTS-999"], date("2026-11-21"));
    assert_eq!(view.evaluation.status, SafetyStatus::SupervisedInPerson);
    assert_eq!(view.facts, facts);
}

#[test]
fn whatever_the_facts_the_public_sees_no_unpublished_finding() {
    let rulebook = rulebook();
    let bases: Vec<Json> = ["CLINIC", "TELE", "ESK"].map(base).to_vec();
    let critical: Vec<&str> = rulebook
        .rules()
        .iter()
        .filter(|rule| rule.severity == Severity::Critical)
        .map(|rule| rule.id.as_str())
        .collect();
    let adverse: Vec<(FactId, FactState)> = rulebook
        .vocabulary()
        .facts()
        .iter()
        .flat_map(|spec| {
            let values = spec.adverse_values().unwrap_or_default();
            values.into_iter().map(|v| (spec.id, FactState::Known(spec.value(&v).unwrap())))
        })
        .collect();
    proptest!(ProptestConfig::with_cases(400), |(
        which in 0..3_usize,
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..9),
        publish in any::<prop::sample::Index>(),
        any_published in any::<bool>(),
        day in 0_u64..200,
    )| {
        let on = date("2026-11-21") + chrono::Days::new(day % 40);
        let mut facts = resolved(&rulebook, &[&bases[which]]);
        for pick in picks {
            let (id, state) = *pick.get(&adverse);
            let mut fact = facts.get(id).unwrap().clone();
            fact.state = state;
            facts.set(id, fact);
        }
        let published: Vec<&str> =
            if any_published { vec![*publish.get(&critical)] } else { Vec::new() };
        let view = rulebook.public_view(&facts, &published, on);
        for id in rulebook.ids(view.evaluation.triggered) {
            let (_, rule) = rulebook.rule(id).unwrap();
            prop_assert!(rule.severity != Severity::Critical || published.contains(&id));
        }
        // What is withheld was truly unknown elsewhere: the two look alike.
        let mut unknown = facts.clone();
        for id in &view.withheld {
            unknown.set(*id, Resolved::unknown(UnknownReason::NeverAsked));
        }
        let other = rulebook.public_view(&unknown, &published, on);
        prop_assert_eq!(shown(&rulebook, &view), shown(&rulebook, &other));
        // Nothing public is added, and a hidden finding leaves no supervised label.
        let own = rulebook.evaluate(&facts.facts(), &Basis::on(on));
        let hidden = own.counts.critical > view.evaluation.counts.critical;
        if hidden {
            prop_assert!(matches!(
                view.evaluation.status,
                SafetyStatus::InsufficientInformation | SafetyStatus::Flagged
            ));
        } else {
            prop_assert_eq!(view.evaluation, own);
        }
    });
}
