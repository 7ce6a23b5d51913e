//! What is written out comes back the same.

use std::collections::BTreeSet;

use bedside::{
    domain::provider::{Evidence, Provider},
    import::{Line, Merged, Mode, export},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};

use super::{Register, full, good, read_text};

/// What a provider says to the world, apart from ids, numbers and history: each item with
/// the evidence that it leans on, in no order.
fn said(line: &Line) -> (Value, BTreeSet<String>) {
    let mut tree = serde_json::to_value(line).unwrap();
    let evidence: Vec<Evidence> = line.evidence.clone();
    let mut items = BTreeSet::new();
    let take = |items: &mut BTreeSet<String>, at: String, value: &mut Value| {
        for list in ["facts", "prices", "payments", "coverage", "flags", "credentials"] {
            let taken = value.as_object_mut().unwrap().remove(list);
            for mut item in taken.into_iter().flat_map(|list| list.as_array().unwrap().clone()) {
                if let Some(cited) = item.get("evidence").cloned() {
                    let cited = cited.as_array().unwrap().iter();
                    let mut pieces: Vec<_> = cited
                        .map(|at| json!(evidence[at.as_u64().unwrap() as usize]).to_string())
                        .collect();
                    pieces.sort();
                    item["evidence"] = json!(pieces);
                }
                items.insert(format!("{at} {list} {item}"));
            }
        }
    };
    for index in 0..line.sites.len() {
        let mut site = tree["sites"][index].take();
        take(&mut items, site["source_key"].to_string(), &mut site);
        items.insert(format!("site {site}"));
    }
    take(&mut items, String::new(), &mut tree);
    for piece in &evidence {
        items.insert(format!("evidence {}", json!(piece)));
    }
    for list in ["sites", "evidence"] {
        tree.as_object_mut().unwrap().remove(list);
    }
    (tree, items)
}

/// Imports an export into an empty database.
fn again(provider: &Provider) -> Provider {
    let mut text = Vec::new();
    export::write(provider, &mut text).unwrap();
    let line = read_text(&text).pop().unwrap().result.unwrap();
    let mut register = Register::default();
    register.merge(line, Mode::Initial, "2027-06-01");
    register.provider.unwrap()
}

#[test]
fn a_line_comes_back_as_it_was() {
    let mut register = Register::default();
    let line = good(full());
    register.merge(line.clone(), Mode::Initial, "2026-11-21");
    let provider = register.provider.as_ref().unwrap();
    assert_eq!(export::line(provider), line);
    assert_eq!(export::line(&again(provider)), line);
    assert_eq!(
        register.merge(
            export::line(&register.provider.clone().unwrap()),
            Mode::Ordinary,
            "2026-12-01"
        ),
        Merged::Unchanged,
        "an export changes nothing where it came from"
    );
}

#[test]
fn an_export_is_one_line_that_ends() {
    let provider = Register::default().know(full(), "2026-11-21");
    let mut text = Vec::new();
    export::write(&provider, &mut text).unwrap();
    assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), 1);
    assert_eq!(text.last(), Some(&b'\n'));
}

#[test]
fn what_was_withdrawn_is_not_exported() {
    let mut register = Register::default();
    register.know(full(), "2026-11-21");
    let mut row = full();
    row["sites"] = json!([]);
    row["facts"].as_array_mut().unwrap().remove(0);
    row["evidence"].as_array_mut().unwrap().remove(1);
    let provider = register.know(row.clone(), "2026-12-01");
    let line = export::line(&provider);
    assert_eq!(line.evidence.len(), 1);
    row["listing_state"] = json!("submitted");
    assert_eq!(said(&line), said(&good(row)));
}

fn day() -> impl Strategy<Value = String> + Clone {
    (2020..=2025, 1..=12, 1..=28).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"))
}

fn words() -> impl Strategy<Value = String> {
    "[A-Za-z0-9é&,.'’-]{1,12}( [A-Za-z0-9é&]{1,8}){0,2}"
}

/// A row with some of everything, whose statements cite its four pieces of evidence.
fn row() -> impl Strategy<Value = Value> {
    let cited = || vec(0_u32..4, 1..3);
    let fact = (
        select(vec!["telehealth.used", "takehome.offered", "site.dosing_on_site"]),
        option::of(any::<bool>()),
        cited(),
        option::of(day()),
    )
        .prop_map(|(name, value, evidence, observed)| {
            json!({"name": name, "value": value, "evidence": evidence, "observed_on": observed})
        });
    let price = (
        0_i64..90_000,
        option::of(90_000_i64..99_000),
        option::of(select(vec!["iv", "im"])),
        cited(),
    )
        .prop_map(|(cents, most, route, evidence)| {
            json!({"kind": "session", "basis": "per-session", "amount_cents": cents,
                "amount_max_cents": most, "route": route, "evidence": evidence})
        });
    let credential = (select(vec!["facet-3", "askp3-member"]), option::of(any::<bool>()), cited())
        .prop_map(|(code, covers, evidence)| {
            json!({"code": code, "scope_covers_sedation": covers, "evidence": evidence})
        });
    let site = (
        select(vec!["S1", "S2", "S3"]),
        option::of(words()),
        option::of((37.9_f64..39.7, -79.4_f64..-75.1)),
        vec(fact.clone(), 0..4),
        vec(price.clone(), 0..3),
        vec(credential, 0..3),
    )
        .prop_map(|(key, name, point, facts, prices, credentials)| {
            let position = point.map(|(lat, lon)| json!({"lat": lat, "lon": lon, "precision": "street"}));
            let mut site = json!({"source_key": key, "name": name, "address": {"city": "Bethesda", "state": "MD"},
                "facts": facts, "prices": prices, "credentials": credentials});
            if let Some(position) = position {
                site["position"] = position;
            }
            site
        });
    let evidence = prop::collection::hash_set(words(), 4..=4).prop_map(|notes| {
        let piece = |note| json!({"tier": "E3", "kind": "attestation", "captured_on": "2026-01-01", "note": note});
        notes.into_iter().map(piece).collect::<Vec<_>>()
    });
    let payments = vec(select(vec!["CASH", "medicaid", "self-pay"]), 0..4);
    let state = select(vec!["draft", "submitted", "published", "suspended"]);
    (words(), vec(site, 0..4), vec(fact, 0..5), vec(price, 0..3), payments, evidence, state).prop_map(
        |(name, mut sites, facts, prices, payments, evidence, state)| {
            sites.sort_by_key(|site| site["source_key"].to_string());
            sites.dedup_by_key(|site| site["source_key"].to_string());
            let payments: Vec<_> = payments.into_iter().map(|code| json!({"code": code})).collect();
            json!({"source_key": "P1", "name": name, "sites": sites, "facts": facts, "prices": prices,
                "payments": payments, "evidence": evidence, "listing_state": state})
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Export of an import says what was imported, whatever was known before; importing it
    /// elsewhere gives the same, and importing it here changes nothing.
    #[test]
    fn an_export_says_what_was_imported(rows in vec(row(), 1..4)) {
        let mut register = Register::default();
        for row in rows {
            let line = good(row);
            let before = register.provider.clone();
            register.merge(line.clone(), Mode::Initial, "2026-11-21");
            let provider = register.provider.clone().unwrap();
            let exported = export::line(&provider);
            prop_assert_eq!(said(&exported), said(&line));
            prop_assert_eq!(said(&export::line(&again(&provider))), said(&exported));
            prop_assert_eq!(register.merge(exported, Mode::Initial, "2026-11-22"), Merged::Unchanged);
            prop_assert_eq!(register.merge(line, Mode::Initial, "2026-11-23"), Merged::Unchanged);
            if let Some(before) = before {
                prop_assert!(provider.evidence.len() >= before.evidence.len());
                prop_assert!(provider.facts.len() >= before.facts.len());
                prop_assert!(provider.sites.len() >= before.sites.len());
                for (then, now) in before.evidence.iter().zip(&provider.evidence) {
                    prop_assert_eq!((then.n, &then.item), (now.n, &now.item));
                }
            }
        }
    }
}
