//! From a stored provider to its facts.

use bedside::{
    domain::{
        EvidenceKind, ListingState, SafetyStatus, Tier, UnknownReason, UsState,
        fact::FactValue,
        place::Address,
        provider::{
            Evidence, Kept, Origin, Provider, ProviderProfile, Site, SiteProfile, Statement,
        },
    },
    rules::{FactState, Value, worst},
};
use chrono::{DateTime, NaiveDate};
use uuid::Uuid;

use super::{date, rulebook};

fn kept<T>(n: u32, item: T) -> Kept<T> {
    Kept::new(n, Origin::File, item)
}

fn evidence(tier: Tier, on: &str) -> Evidence {
    Evidence {
        tier,
        kind: EvidenceKind::Document,
        url: None,
        captured_on: Some(date(on)),
        sha256: None,
        excerpt: None,
        note: None,
    }
}

fn statement(name: &str, value: bool, evidence: &[u32], on: Option<NaiveDate>) -> Statement {
    Statement {
        name: name.to_owned(),
        value: Some(FactValue::Bool(value)),
        reason: None,
        evidence: evidence.to_vec(),
        observed_on: on,
        valid_until: None,
        attested_by: None,
    }
}

fn provider() -> Provider {
    let epoch = DateTime::UNIX_EPOCH;
    let address = Address { state: Some(UsState::Md), ..Address::default() };
    Provider {
        id: Uuid::nil(),
        source_key: "P1".to_owned(),
        slug: "p1".to_owned(),
        fictional: true,
        listing_state: ListingState::Published,
        merged_into: None,
        version: 1,
        created_at: epoch,
        updated_at: epoch,
        next_n: 100,
        editorial: Default::default(),
        profile: ProviderProfile { name: "P".to_owned(), ..ProviderProfile::default() },
        facts: vec![
            kept(1, statement("takehome.offered", true, &[0], None)),
            kept(2, statement("site.monitor_bp", true, &[1], None)),
            kept(3, statement("no.such_fact", true, &[1], None)),
            kept(4, statement("site.state", true, &[1], None)),
        ],
        prices: Vec::new(),
        payments: Vec::new(),
        coverage: Vec::new(),
        flags: Vec::new(),
        evidence: vec![
            kept(10, evidence(Tier::E2, "2026-11-01")),
            kept(11, evidence(Tier::E3, "2026-10-01")),
            kept(12, evidence(Tier::E5, "2026-11-20")),
        ],
        sites: vec![Site {
            id: Uuid::nil(),
            source_key: "S1".to_owned(),
            slug: "s1".to_owned(),
            withdrawn_on: None,
            editorial: Default::default(),
            profile: SiteProfile { address, ..SiteProfile::default() },
            facts: vec![kept(5, statement("site.monitor_bp", false, &[2, 1], None))],
            prices: Vec::new(),
            credentials: Vec::new(),
        }],
    }
}

#[test]
fn a_statement_takes_tier_and_day_from_its_evidence() {
    let rulebook = rulebook();
    let mut provider = provider();
    let on = date("2026-11-21");
    let site = provider.sites[0].clone();
    let known = |provider: &Provider, site: Option<&Site>, name: &str| {
        let facts = rulebook.facts_of(provider, site, on);
        facts.get(rulebook.vocabulary().id(name).unwrap()).unwrap().clone()
    };

    let takehome = known(&provider, Some(&site), "takehome.offered");
    assert_eq!(takehome.state, FactState::Known(Value::Bool(true)));
    assert_eq!((takehome.tier, takehome.n), (Some(Tier::E2), Some(1)));
    assert_eq!(takehome.observed_on, Some(date("2026-11-01")));

    // The site's own statement decides, by the stronger piece of its evidence and with the day
    // of the newest; the provider's alone decides where no site is looked at.
    let bp = known(&provider, Some(&site), "site.monitor_bp");
    assert_eq!((bp.state, bp.n), (FactState::Known(Value::Bool(false)), Some(5)));
    assert_eq!((bp.tier, bp.observed_on), (Some(Tier::E3), Some(date("2026-11-20"))));
    let bp = known(&provider, None, "site.monitor_bp");
    assert_eq!((bp.state, bp.n), (FactState::Known(Value::Bool(true)), Some(2)));

    // The state is the address's and nothing else.
    let code = rulebook.vocabulary().named("site.state").unwrap().kind.code("MD").unwrap();
    let state = known(&provider, Some(&site), "site.state");
    assert_eq!(state.state, FactState::Known(Value::Code(code)));
    let state = known(&provider, None, "site.state");
    assert_eq!(state.state, FactState::Unknown(UnknownReason::NeverAsked));

    provider.facts[0].withdrawn_on = Some(on);
    let takehome = known(&provider, Some(&site), "takehome.offered");
    assert_eq!(takehome.state, FactState::Unknown(UnknownReason::NeverAsked));
}

#[test]
fn a_providers_status_is_the_worst_of_its_sites() {
    use SafetyStatus::*;
    let order = [
        Flagged,
        InsufficientInformation,
        Caution,
        SupervisedHybrid,
        SupervisedInPerson,
        OutOfScope,
    ];
    for (at, worse) in order.iter().enumerate() {
        for better in &order[at..] {
            assert_eq!(worst([*better, *worse]), Some(*worse));
        }
    }
    assert_eq!(worst([]), None);
}

#[test]
fn not_applicable_is_doubted_where_a_rule_needs_it() {
    let rulebook = rulebook();
    let on = date("2026-11-21");
    let id = rulebook.vocabulary().id("takehome.supervision").unwrap();
    let mut facts = super::facts(&rulebook, &[&super::base("CLINIC")]);
    facts.set(id, FactState::Unknown(UnknownReason::NotApplicable));
    assert!(rulebook.doubtful_not_applicable(&facts, on).is_empty(), "nothing is taken home");
    super::patch(&rulebook, &mut facts, &serde_json::json!({"takehome.offered": true}));
    assert_eq!(rulebook.doubtful_not_applicable(&facts, on), [id]);
}
