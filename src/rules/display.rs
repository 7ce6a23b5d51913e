//! The words that a status and a finding are shown with.

use chrono::NaiveDate;

use crate::domain::{SafetyStatus, UnknownReason};

use super::{
    evaluate::{Basis, Evaluation, Setting},
    finding::Finding,
    rule::{IfUndetermined, Outcome},
    rulebook::Rulebook,
    subject::ResolvedFacts,
    text::Plain,
    tri::Tri,
    value::{FactState, Facts},
    vocabulary::FactId,
};

/// Worst first: the order in which a provider's status is taken from its sites'.
pub const WORST_FIRST: [SafetyStatus; 6] = [
    SafetyStatus::Flagged,
    SafetyStatus::InsufficientInformation,
    SafetyStatus::Caution,
    SafetyStatus::SupervisedHybrid,
    SafetyStatus::SupervisedInPerson,
    SafetyStatus::OutOfScope,
];

/// The worst of several statuses; `None` where there is none.
#[must_use]
pub fn worst(statuses: impl IntoIterator<Item = SafetyStatus>) -> Option<SafetyStatus> {
    statuses.into_iter().min_by_key(|s| WORST_FIRST.iter().position(|worse| worse == s))
}

/// The words for a status. `verified_on` stands in a supervised label; `never_asked` tells a
/// listing that nobody has looked at from one whose facts could not be verified.
#[must_use]
pub fn display(status: SafetyStatus, verified_on: Option<NaiveDate>, never_asked: bool) -> Plain {
    let en = verified_on.map(|on| format!(" (verified {on})")).unwrap_or_default();
    let es = verified_on.map(|on| format!(" (verificado el {on})")).unwrap_or_default();
    let plain = |en: &str, es: &str| Plain { en: en.to_owned(), es: es.to_owned() };
    match status {
        SafetyStatus::SupervisedInPerson => Plain {
            en: format!("Doses given on site with a clinician present{en}"),
            es: format!("Las dosis se dan en el lugar con un profesional clínico presente{es}"),
        },
        SafetyStatus::SupervisedHybrid => Plain {
            en: format!(
                "Every dose attended by a clinician{en}; online or off-site care used, or not \
                 confirmed"
            ),
            es: format!(
                "Cada dosis se toma con un profesional clínico presente{es}; se usa atención en \
                 línea o fuera del lugar, o no está confirmado"
            ),
        },
        SafetyStatus::Caution => plain("Ask about these points", "Pregunte sobre estos puntos"),
        SafetyStatus::Flagged => {
            plain("We found a safety concern", "Encontramos un motivo de preocupación")
        }
        SafetyStatus::InsufficientInformation if never_asked => plain(
            "Not checked yet. We have not asked this clinic.",
            "Todavía sin revisar. No hemos preguntado a esta clínica.",
        ),
        SafetyStatus::InsufficientInformation => plain(
            "We could not verify key safety facts",
            "No pudimos verificar datos clave de seguridad",
        ),
        SafetyStatus::OutOfScope => {
            plain("Offers neither ketamine nor esketamine", "No ofrece ketamina ni esketamina")
        }
    }
}

impl Rulebook {
    /// The words for an evaluation, once its date is known.
    #[must_use]
    pub fn display(
        &self,
        evaluation: &Evaluation,
        facts: &Facts,
        basis: &Basis,
        verified_on: Option<NaiveDate>,
    ) -> Plain {
        let insufficient = evaluation.status == SafetyStatus::InsufficientInformation;
        let never_asked = insufficient && self.never_asked(evaluation, facts, basis);
        display(evaluation.status, verified_on, never_asked)
    }

    /// True when facts are missing for a supervised label and every one of them was never asked.
    #[must_use]
    pub fn never_asked(&self, evaluation: &Evaluation, facts: &Facts, basis: &Basis) -> bool {
        let core = self.core();
        let mut missing = 0_u32;
        let mut never = true;
        let mut see = |id: FactId| {
            missing += 1;
            never &= facts.get(id) == FactState::Unknown(UnknownReason::NeverAsked);
        };
        for id in self.of_status() {
            let idle = id == core.takehome_supervision || id == core.telehealth;
            if !idle && facts.get(id).known().is_none() {
                see(id);
            }
        }
        for (at, rule) in self.rules().iter().enumerate() {
            if evaluation.blocking.has(at) && self.verdict(at, rule, facts, basis).facts_missing {
                for half in [&rule.applies_to, &rule.condition] {
                    if half.eval(facts) == Tri::Unknown {
                        half.each_deciding(facts, |clause| {
                            clause.fact().into_iter().for_each(&mut see)
                        });
                    }
                }
            }
        }
        missing > 0 && never
    }

    /// The oldest `observed_on` among the facts that decided a supervised label: those that the
    /// status reads by name and those that keep the rules that could block from triggering.
    /// `None` for every other status.
    #[must_use]
    pub fn verified_on(
        &self,
        evaluation: &Evaluation,
        resolved: &ResolvedFacts,
        facts: &Facts,
        basis: &Basis,
    ) -> Option<NaiveDate> {
        if !matches!(
            evaluation.status,
            SafetyStatus::SupervisedInPerson | SafetyStatus::SupervisedHybrid
        ) {
            return None;
        }
        let mut oldest: Option<NaiveDate> = None;
        let mut see = |id: FactId| {
            let on = resolved.get(id).and_then(|fact| fact.observed_on);
            oldest = oldest.into_iter().chain(on).min();
        };
        let attended = Setting::read(self.core(), facts).takehome != Tri::False;
        for id in self.of_status() {
            if id != self.core().takehome_supervision || attended {
                see(id);
            }
        }
        for (at, rule) in self.rules().iter().enumerate() {
            if rule.if_undetermined == IfUndetermined::Discloses {
                continue;
            }
            let decided = match self.verdict(at, rule, facts, basis).outcome {
                Outcome::NotApplicable => &rule.applies_to,
                Outcome::Clear => &rule.condition,
                _ => continue,
            };
            decided.each_deciding(facts, |clause| clause.fact().into_iter().for_each(&mut see));
        }
        oldest
    }

    /// The facts that the status reads by name.
    fn of_status(&self) -> [FactId; 7] {
        let core = self.core();
        [
            core.racemic,
            core.esketamine,
            core.dosing_on_site,
            core.takehome,
            core.takehome_supervision,
            core.telehealth,
            core.mobile,
        ]
    }

    /// What a finding says to a patient. An undetermined rule accuses nobody: its text names what
    /// could not be verified.
    #[must_use]
    pub fn finding_text(&self, finding: &Finding<'_>) -> Plain {
        if finding.outcome != Outcome::Undetermined {
            return finding.rule.plain.clone();
        }
        if finding.law_unconfirmed && finding.missing.is_empty() {
            let id = &finding.rule.id;
            return Plain {
                en: format!("We could not confirm the law behind rule {id} for this date."),
                es: format!("No pudimos confirmar para esta fecha la ley de la regla {id}."),
            };
        }
        let specs = || finding.unverified().iter().filter_map(|id| self.vocabulary().get(*id));
        let en: Vec<&str> = specs().map(|spec| spec.label.en.as_str()).collect();
        let es: Vec<&str> = specs().map(|spec| spec.label.es.as_str()).collect();
        Plain {
            en: format!("Not verified: {}.", en.join("; ")),
            es: format!("Sin verificar: {}.", es.join("; ")),
        }
    }
}
