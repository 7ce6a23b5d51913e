//! The short way for one statement comes to what the whole way does.

use super::*;
use crate::rules::Rulebook;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn one_statement_alone_resolves_as_it_would_among_others() {
    let rulebook = Rulebook::built_in().unwrap();
    let as_of = day("2026-11-21");
    let observed = [None, Some("2019-01-01"), Some("2026-11-20"), Some("2026-11-22")];
    let until = [None, Some("2026-11-20"), Some("2027-12-31")];
    let tiers =
        [None, Some(Tier::E1), Some(Tier::E2), Some(Tier::E3), Some(Tier::E4), Some(Tier::E6)];
    let values = [None, Some(Value::Bool(false)), Some(Value::Bool(true)), Some(Value::Code(1))];
    let mut seen = 0;
    for spec in rulebook.vocabulary().facts() {
        for (about, withdrawn) in
            [(About::Site, false), (About::Provider, false), (About::Site, true)]
        {
            for value in values {
                for (tier, observed, until) in tiers
                    .iter()
                    .flat_map(|t| observed.iter().map(move |o| (t, o)))
                    .flat_map(|(t, o)| until.iter().map(move |u| (t, o, u)))
                {
                    let claim = Claim {
                        n: 7,
                        about,
                        value,
                        reason: value.is_none().then_some(UnknownReason::NoAnswer),
                        tier: *tier,
                        observed_on: observed.map(day),
                        valid_until: until.map(day),
                        withdrawn,
                    };
                    let alone = spec.resolve_one(&claim, as_of);
                    assert_eq!(
                        alone,
                        spec.resolve_all(&[claim], as_of),
                        "{claim:?} on {}",
                        spec.name
                    );
                    seen += u32::from(alone.n.is_some());
                }
            }
        }
    }
    assert!(seen > 1_000, "{seen} of them stand");
}
