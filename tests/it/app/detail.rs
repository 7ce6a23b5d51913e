//! One clinic, its cost, several side by side, and what became of those that are gone.

use bedside::{
    app::{
        compare::compare,
        detail::{Missing, clinic, course_cost, provider as detail},
    },
    domain::{
        ListingState, Route,
        course_cost::{CostState, CourseCostError},
        editorial::{Merger, SiteMove},
    },
    store::Action,
};
use rstest::rstest;
use serde_json::json;

use super::{provider, write};
use crate::support::{
    Backend::{self, Postgres, Sqlite},
    TestDb,
    flows::{INITIAL, TODAY, app_of, app_on, fictional, fictional_set, file, import},
};

#[rstest]
fn a_clinic_is_found_by_id_and_by_name(#[values(Sqlite, Postgres)] backend: Backend) {
    let Some(db) = TestDb::new(backend) else { return };
    let app = app_of(&db, &[fictional("F001"), fictional("F070")]);
    let stored = provider(&app, "F001");
    let site = &stored.sites[0];
    for key in [site.slug.clone(), site.id.to_string(), site.id.to_string().to_uppercase()] {
        let answer = clinic(&app, &key, None).unwrap();
        assert_eq!(answer.data.item.id, site.id);
        assert_eq!(answer.meta.as_of.to_string(), TODAY);
        assert!(answer.meta.fictional && answer.meta.crisis.us == "988");
    }
    for key in [stored.slug.clone(), stored.id.to_string()] {
        assert_eq!(detail(&app, &key, None).unwrap().data.item.id, stored.id);
    }
    for nothing in ["", "nobody", &stored.id.to_string(), "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(clinic(&app, nothing, None).unwrap_err(), Missing::Unknown, "{nothing}");
    }
    let online = provider(&app, "F070");
    let answer = detail(&app, &online.slug, None).unwrap().data;
    assert!(answer.item.sites.is_empty());
    assert_eq!(answer.item.safety.status.as_str(), "flagged");
    let rules: Vec<&str> = answer.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert!(rules.contains(&"KTS-001") && rules.contains(&"KTS-002"), "{rules:?}");
    let replied = answer.findings.iter().filter(|finding| finding.provider_reply.is_some());
    assert!(replied.count() > 0, "the provider's reply stands beside the finding");
}

#[rstest]
fn everything_known_and_unknown_is_told_with_its_evidence(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let Some(db) = TestDb::new(backend) else { return };
    let app = app_of(&db, &fictional_set());
    for key in ["F001", "F060", "F092", "F093", "F114"] {
        let site = &provider(&app, key).sites[0];
        let shown = clinic(&app, &site.slug, None).unwrap().data;
        assert_eq!(shown.facts.len(), app.rulebook.vocabulary().facts().len());
        for fact in &shown.facts {
            assert_eq!(fact.value.is_some(), fact.reason.is_none(), "{key} {}", fact.name);
            let stated = fact.value.is_some() && fact.name != "site.state";
            assert_eq!(stated, !fact.evidence.is_empty(), "{key} {}", fact.name);
            for claim in &fact.claims {
                assert!(!claim.evidence.is_empty() || claim.tier.is_none(), "{key} {}", fact.name);
            }
        }
        let numbers: Vec<u32> = shown.evidence.iter().map(|piece| piece.n).collect();
        assert_eq!(numbers, (0..numbers.len() as u32).collect::<Vec<_>>(), "{key}");
        let cited = shown
            .facts
            .iter()
            .flat_map(|fact| {
                fact.evidence.iter().chain(fact.claims.iter().flat_map(|claim| &claim.evidence))
            })
            .chain(shown.prices.iter().flat_map(|price| &price.evidence))
            .chain(shown.credential_details.iter().flat_map(|held| &held.evidence));
        for number in cited {
            assert!(numbers.contains(number), "{key} cites {number}");
        }
        for fact in shown.findings.iter().flat_map(|finding| &finding.facts) {
            let Some(number) = fact.evidence_id else { continue };
            let piece = &shown.evidence[number as usize];
            assert_eq!(Some(piece.tier), fact.tier, "{key} {}", fact.name);
        }
    }
    let below = provider(&app, "F093").sites[0].slug.clone();
    let shown = clinic(&app, &below, None).unwrap().data;
    assert!(shown.facts.iter().any(|fact| !fact.claims.is_empty()), "claims are shown as such");
    assert!(!shown.to_supervised.is_empty());
}

#[test]
fn what_is_gone_says_what_became_of_it() {
    let db = TestDb::new(Sqlite).unwrap();
    import(&db.store(), &file(&fictional_set()), INITIAL).unwrap();
    let (app, _) = app_on(&db, TODAY);
    let (gone, into) = (provider(&app, "F002"), provider(&app, "F001"));
    write(&app.store, Action::Merge, "F002", |p| {
        p.listing_state = ListingState::Merged;
        p.merged_into = Some(into.id);
        p.editorial.merger = Some(Merger {
            state: ListingState::Published,
            version: p.version,
            sites: vec![SiteMove { from: p.sites[0].id, to: Some(into.sites[0].id) }],
        });
    });
    app.catch_up().unwrap();
    let moved = Missing::Merged { into: into.id };
    for key in [gone.slug.clone(), gone.id.to_string()] {
        assert_eq!(detail(&app, &key, None).unwrap_err(), moved);
    }
    for key in [gone.sites[0].slug.clone(), gone.sites[0].id.to_string()] {
        let moved = Missing::Merged { into: into.sites[0].id };
        assert_eq!(clinic(&app, &key, None).unwrap_err(), moved);
        assert_eq!(course_cost(&app, &key, None, None, None).unwrap_err(), moved);
    }
    let delisted = provider(&app, "F124");
    assert_eq!(detail(&app, &delisted.slug, None).unwrap_err(), Missing::Delisted);
    assert_eq!(clinic(&app, &delisted.sites[0].slug, None).unwrap_err(), Missing::Delisted);

    write(&app.store, Action::Unmerge, "F002", |p| {
        p.listing_state = ListingState::Published;
        p.merged_into = None;
    });
    app.catch_up().unwrap();
    assert!(clinic(&app, &gone.sites[0].slug, None).is_ok(), "a merge can be undone");
}

#[test]
fn a_course_is_reckoned_for_a_route_and_a_number_of_sessions() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &[fictional("F001"), fictional("F034"), fictional("F037")]);
    let slug = |key: &str| provider(&app, key).sites[0].slug.clone();
    let cost =
        |key: &str, route, sessions| course_cost(&app, &slug(key), route, sessions, None).unwrap();
    // 150 and six times 450, or 350 for an injection, which is the cheaper.
    let iv = cost("F001", Some(Route::Iv), None).unwrap();
    assert_eq!((iv.state, iv.min_cents), (CostState::Complete, Some(285_000)));
    let own = cost("F001", None, None).unwrap();
    assert_eq!((own.route, own.min_cents, own.sessions), (Some(Route::Im), Some(225_000), 6));
    assert_eq!(cost("F001", Some(Route::Iv), Some(2)).unwrap().min_cents, Some(105_000));
    let shown = clinic(&app, &slug("F001"), None).unwrap().data;
    assert_eq!(shown.course_cost_detail.min_cents, own.min_cents);
    assert_eq!(shown.item.course_cost.min_cents, own.min_cents);

    let refused = cost("F001", Some(Route::Nasal), None).unwrap_err();
    assert_eq!(refused, CourseCostError::RouteNotOffered(Route::Nasal));
    assert_eq!(cost("F001", None, Some(61)).unwrap_err(), CourseCostError::Sessions);
    assert_eq!(cost("F034", None, None).unwrap().state, CostState::AtLeast);
    assert_eq!(cost("F037", None, None).unwrap().state, CostState::Unpublished);
    assert_eq!(course_cost(&app, "nobody", None, None, None).unwrap_err(), Missing::Unknown);
}

#[test]
fn clinics_stand_side_by_side_in_the_order_asked_for() {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    let slug = |key: &str| provider(&app, key).sites[0].slug.clone();
    let keys = ["F020", "F001", "F060"].map(slug);
    let answer = compare(&app, &keys).unwrap();
    let slugs: Vec<String> = answer.data.iter().map(|clinic| clinic.item.slug.clone()).collect();
    assert_eq!(slugs, keys);
    for (shown, key) in answer.data.iter().zip(&keys) {
        assert_eq!(json!(shown), json!(clinic(&app, key, None).unwrap().data));
    }
    let with_nobody = [keys[0].clone(), "nobody".to_owned()];
    assert_eq!(compare(&app, &with_nobody).unwrap_err(), ("nobody", Missing::Unknown));
}
