//! The cheap answer stays cheap: evaluations are counted in hundreds of thousands a second.

use bedside::rules::{Basis, Evaluation};

use super::{base, date, facts, rulebook};

/// An evaluation is a handful of words that are copied, so that a million of them can be kept.
#[test]
fn an_evaluation_is_small_and_owns_nothing() {
    fn copied<T: Copy>(_: T) {}
    let rulebook = rulebook();
    let clinic = facts(&rulebook, &[&base("CLINIC")]);
    copied(rulebook.evaluate(&clinic, &Basis::on(date("2026-11-21"))));
    assert!(size_of::<Evaluation>() <= 128, "{} bytes", size_of::<Evaluation>());
}
