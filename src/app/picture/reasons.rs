//! Why a status is what it is, in plain words: at most five reasons, worst first.

use crate::{
    app::answer::Reason,
    rules::{PublicView, Rulebook},
};

/// How many reasons are told.
const SHOWN: usize = 5;

/// The worst reasons, and how many more there are.
pub(super) fn reasons(rulebook: &Rulebook, view: &PublicView) -> (Vec<Reason>, u32) {
    let (found, all) = rulebook.worst_findings(&view.evaluation, &view.compact, &view.basis, SHOWN);
    let more = u32::try_from(all.saturating_sub(SHOWN)).unwrap_or(u32::MAX);
    let told = found
        .iter()
        .map(|finding| Reason {
            rule: finding.rule.id.clone(),
            outcome: finding.outcome,
            severity: finding.rule.severity,
            missing: finding
                .unverified()
                .iter()
                .filter_map(|id| rulebook.vocabulary().get(*id))
                .map(|spec| spec.name.clone())
                .collect(),
            text: rulebook.finding_text(finding).en,
        })
        .collect();
    (told, more)
}
