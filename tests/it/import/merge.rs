//! What a line does to what is known.

use bedside::{
    domain::{
        ListingState,
        provider::{Kept, Origin, Provider, Statement},
    },
    import::{Merged, Mode},
};
use serde_json::json;

use super::{Register, date, full, good, least, with};

/// Number, name and whether it stands, for each statement.
fn facts(provider: &Provider) -> Vec<(u32, &str, bool)> {
    provider.facts.iter().map(|kept| (kept.n, kept.item.name.as_str(), kept.stands())).collect()
}

#[test]
fn a_new_provider_gets_id_slug_and_numbers() {
    let mut register = Register::default();
    assert!(matches!(
        register.merge(good(full()), Mode::Ordinary, "2026-11-21"),
        Merged::Created(_)
    ));
    let provider = register.provider.unwrap();
    assert_eq!((provider.slug.as_str(), provider.version), ("calm-waters-ketamine-bethesda-md", 1));
    assert_eq!(provider.sites[0].slug, "calm-waters-bethesda-bethesda-md");
    assert_eq!(provider.listing_state, ListingState::Submitted);
    let mut numbers: Vec<u32> = provider.facts.iter().map(|kept| kept.n).collect();
    numbers.extend(provider.evidence.iter().map(|kept| kept.n));
    numbers.extend(provider.sites[0].prices.iter().map(|kept| kept.n));
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 5, "no number is used twice");
    assert!(numbers.iter().all(|n| *n < provider.next_n));
}

#[test]
fn the_same_line_twice_changes_nothing() {
    for mode in [Mode::Initial, Mode::Ordinary] {
        let mut register = Register::default();
        register.merge(good(full()), mode, "2026-11-21");
        let before = register.provider.clone();
        assert_eq!(register.merge(good(full()), mode, "2027-01-01"), Merged::Unchanged);
        assert_eq!(register.provider, before);
    }
}

#[test]
fn only_an_initial_import_sets_the_listing_state() {
    let state = |register: &Register| register.provider.as_ref().unwrap().listing_state;
    let mut register = Register::default();
    register.merge(good(full()), Mode::Initial, "2026-11-21");
    assert_eq!(state(&register), ListingState::Published);
    let draft = with(full(), "/listing_state", json!("draft"));
    assert_eq!(
        register.merge(good(draft.clone()), Mode::Ordinary, "2026-11-22"),
        Merged::Unchanged
    );
    assert_eq!(state(&register), ListingState::Published);
    register.merge(good(draft), Mode::Initial, "2026-11-23");
    assert_eq!(state(&register), ListingState::Draft);
    let silent = with(full(), "/listing_state", json!(null));
    register.merge(good(silent), Mode::Initial, "2026-11-24");
    assert_eq!(state(&register), ListingState::Submitted);
}

#[test]
fn what_a_line_leaves_out_is_withdrawn_and_never_deleted() {
    let mut register = Register::default();
    let first = register.know(full(), "2026-11-21");
    let mut row = full();
    row["facts"].as_array_mut().unwrap().remove(0);
    row["payments"] = json!([{"code": "CASH"}]);
    let second = register.know(row, "2026-12-01");
    assert_eq!(facts(&second), [(3, "telehealth.used", false), (4, "takehome.offered", true)]);
    assert_eq!(second.facts[0].withdrawn_on, Some(date("2026-12-01")));
    assert_eq!(second.payments.len(), 2);
    assert!(!second.payments[0].stands() && second.payments[1].stands());
    assert_eq!(second.payments[1].n, first.next_n);
    assert_eq!((second.version, second.id), (2, first.id));
    assert_eq!(second.created_at, first.created_at);
    assert!(second.updated_at > first.updated_at);
}

#[test]
fn an_item_that_is_stated_again_gets_a_new_number() {
    let mut register = Register::default();
    register.know(full(), "2026-11-21");
    register.know(with(full(), "/facts", json!([])), "2026-12-01");
    let third = register.know(full(), "2027-01-01");
    assert_eq!(
        facts(&third),
        [
            (3, "telehealth.used", false),
            (4, "takehome.offered", false),
            (12, "telehealth.used", true),
            (13, "takehome.offered", true),
        ]
    );
}

#[test]
fn order_is_no_change() {
    let mut register = Register::default();
    register.know(full(), "2026-11-21");
    let mut row = full();
    row["facts"].as_array_mut().unwrap().reverse();
    assert_eq!(register.merge(good(row), Mode::Ordinary, "2026-12-01"), Merged::Unchanged);
}

#[test]
fn what_a_person_recorded_stays() {
    let mut register = Register::default();
    register.know(full(), "2026-11-21");
    let provider = register.provider.as_mut().unwrap();
    let own = Statement {
        name: "patients.min_age_years".to_owned(),
        value: Some(bedside::domain::fact::FactValue::Int(21)),
        reason: None,
        evidence: vec![0],
        observed_on: Some(date("2026-11-20")),
        valid_until: None,
        attested_by: None,
    };
    provider.facts.push(Kept::new(99, Origin::Person, own.clone()));
    provider.next_n = 100;
    let bare =
        with(with(least("F1"), "/fictional", json!(true)), "/name", json!("Calm Waters Ketamine"));
    let after = register.know(bare, "2026-12-01");
    let kept: Vec<u32> =
        after.facts.iter().filter(|kept| kept.stands()).map(|kept| kept.n).collect();
    assert_eq!(kept, [99]);
    assert!(after.evidence[0].stands(), "a person's statement leans on it");
    assert!(!after.evidence[1].stands(), "nothing leans on it");
    // A file that says the same adds nothing, and takes nothing away when it falls silent.
    let mut row = full();
    row["facts"].as_array_mut().unwrap().push(serde_json::to_value(&own).unwrap());
    let agreed = register.know(row, "2026-12-02");
    assert_eq!(agreed.facts.iter().filter(|kept| kept.item == own).count(), 1);
    let silent = register.know(full(), "2026-12-03");
    assert!(silent.facts.iter().any(|kept| kept.item == own && kept.stands()));
}

#[test]
fn evidence_keeps_its_place_and_its_list_only_grows() {
    let mut register = Register::default();
    let first = register.know(full(), "2026-11-21");
    // The file lists a new piece first and its old ones behind it.
    let mut row = full();
    let pieces = row["evidence"].as_array_mut().unwrap();
    pieces.insert(0, json!({"tier": "E1", "kind": "registry-record", "captured_on": "2026-11-19"}));
    for pointer in ["/facts/0", "/facts/1", "/prices/0", "/sites/0/facts/0", "/sites/0/prices/0"] {
        row.pointer_mut(pointer).unwrap()["evidence"] = json!([1]);
    }
    row["sites"][0]["credentials"][0]["evidence"] = json!([0, 2]);
    let second = register.know(row, "2026-12-01");
    assert_eq!(second.evidence.len(), 3);
    assert_eq!(second.evidence[..2], first.evidence[..]);
    assert_eq!(second.facts, first.facts, "the same statements");
    let credentials = &second.sites[0].credentials;
    assert!(!credentials[0].stands());
    assert_eq!(credentials[1].item.evidence, [1, 2]);
    // A piece that goes and comes back stands where it stood.
    let third = register.know(full(), "2027-01-01");
    assert_eq!(third.evidence[2].withdrawn_on, Some(date("2027-01-01")));
    assert!(third.sites[0].credentials[2].stands());
    assert_eq!(third.sites[0].credentials[2].item.evidence, [1]);
}

#[test]
fn a_site_that_goes_is_withdrawn_and_returns_as_itself() {
    let mut register = Register::default();
    let first = register.know(full(), "2026-11-21");
    let gone = register.know(with(full(), "/sites", json!([])), "2026-12-01");
    assert_eq!(gone.sites[0].withdrawn_on, Some(date("2026-12-01")));
    assert!(gone.sites[0].facts.iter().all(|kept| !kept.stands()));
    assert!(gone.sites[0].prices.iter().all(|kept| !kept.stands()));
    assert!(gone.sites[0].credentials.iter().all(|kept| !kept.stands()));
    assert_eq!(
        register.merge(good(with(full(), "/sites", json!([]))), Mode::Ordinary, "2026-12-02"),
        Merged::Unchanged
    );
    let renamed = with(full(), "/sites/0/name", json!("Another Name"));
    let back = register.know(renamed, "2027-01-01");
    assert_eq!(back.sites.len(), 1);
    let (then, now) = (&first.sites[0], &back.sites[0]);
    assert_eq!((now.id, &now.slug, now.withdrawn_on), (then.id, &then.slug, None));
    assert_eq!(now.profile.name.as_deref(), Some("Another Name"));
    assert_eq!(now.facts.iter().filter(|kept| kept.stands()).count(), 1);
}

#[test]
fn a_changed_profile_is_an_update_and_the_slug_stays() {
    let mut register = Register::default();
    let first = register.know(full(), "2026-11-21");
    let second = register.know(with(full(), "/name", json!("New Name")), "2026-12-01");
    assert_eq!((second.version, &second.slug), (2, &first.slug));
    assert_eq!(second.profile.name, "New Name");
}

#[test]
fn namesakes_get_numbers() {
    let mut register = Register::default();
    let mut slugs = Vec::new();
    for _ in 0..3 {
        register.provider = None;
        slugs.push(register.know(full(), "2026-11-21").slug);
    }
    assert_eq!(
        slugs,
        [
            "calm-waters-ketamine-bethesda-md",
            "calm-waters-ketamine-bethesda-md-2",
            "calm-waters-ketamine-bethesda-md-3",
        ]
    );
}

#[test]
fn what_stands_twice_in_a_line_is_kept_once() {
    let mut row = full();
    for list in ["facts", "payments", "evidence", "flags"] {
        let first = row[list][0].clone();
        row[list].as_array_mut().unwrap().push(first);
    }
    let provider = Register::default().know(row, "2026-11-21");
    let lengths = [
        provider.facts.len(),
        provider.payments.len(),
        provider.evidence.len(),
        provider.flags.len(),
    ];
    assert_eq!(lengths, [2, 1, 2, 1]);
}

#[test]
fn what_a_person_withdrew_no_file_restores() {
    let mut register = Register::default();
    let first = register.know(full(), "2026-11-21");
    let provider = register.provider.as_mut().unwrap();
    provider.facts[0].withdraw(Origin::Person, date("2026-11-22"));
    provider.sites[0].prices[0].withdraw(Origin::Person, date("2026-11-22"));
    let decided = register.provider.clone();
    assert_eq!(register.merge(good(full()), Mode::Ordinary, "2026-12-01"), Merged::Unchanged);
    assert_eq!(register.provider, decided);
    // Nor when the file had been silent about it in between.
    register.know(with(full(), "/facts", json!([])), "2026-12-02");
    let back = register.know(full(), "2026-12-03");
    let name = first.facts[0].item.name.as_str();
    assert!(!back.facts.iter().any(|kept| kept.stands() && kept.item.name == name));
    assert!(back.facts.iter().any(|kept| kept.stands()), "the others came back");
}

#[test]
fn evidence_that_a_person_withdrew_carries_nothing_that_a_file_states() {
    let mut register = Register::default();
    register.know(with(full(), "/facts", json!([])), "2026-11-21");
    let provider = register.provider.as_mut().unwrap();
    provider.evidence[0].withdraw(Origin::Person, date("2026-11-22"));
    let fact = |evidence: serde_json::Value| {
        json!([{"name": "takehome.offered", "value": true, "evidence": evidence,
            "observed_on": "2026-11-01"}])
    };
    let alone = register.know(with(full(), "/facts", fact(json!([0]))), "2026-12-01");
    assert!(alone.facts.is_empty() && !alone.evidence[0].stands());
    // What it states on other evidence too is kept on that.
    let both = with(full(), "/facts", fact(json!([0, 1])));
    let kept = register.know(both.clone(), "2026-12-02");
    assert_eq!(kept.facts.len(), 1);
    assert_eq!(kept.facts[0].item.evidence, [1]);
    assert_eq!(register.merge(good(both), Mode::Ordinary, "2026-12-03"), Merged::Unchanged);
}

#[test]
fn fields_and_sites_of_a_person_stay() {
    let mut register = Register::default();
    register.know(full(), "2026-11-21");
    let provider = register.provider.as_mut().unwrap();
    provider.profile.website = None;
    provider.editorial.fields = vec!["website".to_owned()];
    provider.sites[0].editorial.by = Some(Origin::Person);
    provider.sites[0].profile.wait_days = Some(99);
    provider.sites[0].editorial.fields = vec!["wait_days".to_owned()];
    let after = register.know(with(full(), "/name", json!("New Name")), "2026-12-01");
    assert_eq!((after.profile.name.as_str(), after.profile.website), ("New Name", None));
    assert_eq!(after.sites[0].profile.wait_days, Some(99));
    let silent = register.know(with(full(), "/sites", json!([])), "2026-12-02");
    assert!(silent.sites[0].withdrawn_on.is_none());
    let provider = register.provider.as_mut().unwrap();
    provider.sites[0].withdrawn_on = Some(date("2026-12-03"));
    provider.sites[0].editorial.withdrawn_by = Some(Origin::Person);
    let named = register.know(full(), "2026-12-04");
    assert!(named.sites[0].withdrawn_on.is_some());
}
