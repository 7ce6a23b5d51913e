//! The worked cases of `rulebook/course_costs.json`, and what no price may do.

use std::collections::BTreeMap;

use bedside::domain::{
    Route,
    course_cost::{
        AssumptionCode, CostState, CourseCostError, CourseOffer, MAX_SESSIONS, PriceOwner, Source,
        StatedPrice,
    },
    offer::{Course, Integration, Price},
    provider::Provider,
};
use chrono::NaiveDate;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Table {
    defaults: Defaults,
    prices: BTreeMap<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Defaults {
    as_of: NaiveDate,
    routes: Vec<Route>,
    observed_on: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    about: String,
    as_of: Option<NaiveDate>,
    routes: Option<Vec<Route>>,
    #[serde(default)]
    esketamine: bool,
    route: Option<Route>,
    sessions: Option<u8>,
    course: Option<Course>,
    integration: Option<Integration>,
    #[serde(default)]
    site: Vec<Value>,
    #[serde(default)]
    provider: Vec<Value>,
    expected: BTreeMap<String, Value>,
}

/// A price with the page on which it was read.
struct Read {
    owner: PriceOwner,
    source: String,
    price: Price,
}

impl Table {
    fn load() -> Self {
        serde_json::from_str(include_str!("../../rulebook/course_costs.json")).unwrap()
    }

    fn read(&self, owner: PriceOwner, price: &Value) -> Read {
        let price = price.as_str().map_or(price, |name| &self.prices[name]);
        let mut price = price.as_object().unwrap().clone();
        let source = price.remove("source").unwrap_or_else(|| json!(self.defaults.source));
        price.entry("observed_on").or_insert_with(|| json!(self.defaults.observed_on));
        Read {
            owner,
            source: source.as_str().unwrap().to_owned(),
            price: serde_json::from_value(Value::Object(price)).unwrap(),
        }
    }
}

fn stated(read: &Read) -> StatedPrice<'_> {
    StatedPrice {
        price: &read.price,
        owner: read.owner,
        observed_on: read.price.observed_on,
        sources: vec![Source::Url(&read.source)],
    }
}

#[test]
fn every_worked_case() {
    let table = Table::load();
    assert!(table.cases.len() >= 30);
    for case in &table.cases {
        let site = case.site.iter().map(|price| table.read(PriceOwner::Site, price));
        let provider = case.provider.iter().map(|price| table.read(PriceOwner::Provider, price));
        let prices: Vec<_> = site.chain(provider).collect();
        let offer = CourseOffer {
            prices: prices.iter().map(stated).collect(),
            routes: case.routes.clone().unwrap_or_else(|| table.defaults.routes.clone()),
            esketamine: case.esketamine,
            course: case.course.as_ref(),
            integration: case.integration.as_ref(),
            as_of: case.as_of.unwrap_or(table.defaults.as_of),
        };
        let cost = match case.route {
            Some(route) => offer.cost(route, case.sessions),
            None => offer.cheapest(case.sessions),
        };
        let cost = cost.unwrap();
        let mut actual = serde_json::to_value(&cost).unwrap();
        let from = |owner: PriceOwner| serde_json::to_value(owner).unwrap();
        actual["items"] = cost
            .items
            .iter()
            .map(|i| json!([i.kind.as_str(), i.quantity, i.min_cents, i.max_cents, from(i.from)]))
            .collect();
        actual["assumptions"] = cost.assumptions.iter().map(|a| json!(a.code)).collect();
        actual["session_price"] = json!(offer.session_price().map(|p| json!([
            p.session_min_cents,
            p.session_max_cents,
            p.route
        ])));
        for (field, expected) in &case.expected {
            assert_eq!(&actual[field], expected, "{} ({}): {field}", case.id, case.about);
        }
        for item in &cost.items {
            let quantity = i64::from(item.quantity);
            assert_eq!(item.min_cents, item.unit_min_cents.saturating_mul(quantity));
            assert_eq!(item.max_cents, item.unit_max_cents.saturating_mul(quantity));
        }
    }
}

#[test]
fn every_case_has_its_own_id_and_every_assumption_a_case() {
    let table = Table::load();
    let ids: std::collections::BTreeSet<_> = table.cases.iter().map(|case| &case.id).collect();
    assert_eq!(ids.len(), table.cases.len());
    let named: std::collections::BTreeSet<AssumptionCode> = table
        .cases
        .iter()
        .filter_map(|case| case.expected.get("assumptions"))
        .flat_map(|codes| serde_json::from_value::<Vec<AssumptionCode>>(codes.clone()).unwrap())
        .collect();
    assert_eq!(named.len(), 11, "{named:?}");
}

fn offer_of(prices: &[Read], routes: Vec<Route>) -> CourseOffer<'_> {
    CourseOffer {
        prices: prices.iter().map(stated).collect(),
        routes,
        esketamine: false,
        course: None,
        integration: None,
        as_of: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
    }
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let offer = offer_of(&[], vec![Route::Iv]);
    for sessions in [0, MAX_SESSIONS + 1, u8::MAX] {
        assert_eq!(offer.cost(Route::Iv, Some(sessions)), Err(CourseCostError::Sessions));
        assert_eq!(offer.cheapest(Some(sessions)), Err(CourseCostError::Sessions));
    }
    assert_eq!(offer.cost(Route::Im, None), Err(CourseCostError::RouteNotOffered(Route::Im)));
    assert!(offer.cost(Route::Iv, Some(MAX_SESSIONS)).is_ok());
}

#[test]
fn a_price_without_a_source_replaces_its_elder() {
    let table = Table::load();
    let mut old = table.read(PriceOwner::Site, &json!("iv"));
    old.price.observed_on = NaiveDate::from_ymd_opt(2025, 1, 1);
    old.price.amount_cents = 1;
    let new = table.read(PriceOwner::Site, &json!("iv"));
    let prices = [old, new];
    let mut offer = offer_of(&prices, vec![Route::Iv]);
    for stated in &mut offer.prices {
        stated.sources.clear();
    }
    assert_eq!(offer.session_price().unwrap().session_min_cents, 45_000);
}

#[test]
fn evidence_and_date_are_those_of_the_prices_used() {
    let table = Table::load();
    let mut elsewhere = table.read(PriceOwner::Site, &json!("iv"));
    elsewhere.source = "https://blog.example/".to_owned();
    elsewhere.price.observed_on = NaiveDate::from_ymd_opt(2025, 6, 1);
    elsewhere.price.evidence = vec![4, 2];
    let mut own = table.read(PriceOwner::Site, &json!("iv"));
    own.price.evidence = vec![2];
    let mut unused = table.read(PriceOwner::Provider, &json!("iv"));
    unused.price.evidence = vec![9];
    let prices = [own, elsewhere, unused];
    let cost = offer_of(&prices, vec![Route::Iv]).cost(Route::Iv, None).unwrap();
    assert_eq!(cost.items[0].evidence, [2, 4]);
    assert_eq!(cost.items[0].observed_on, NaiveDate::from_ymd_opt(2025, 6, 1).unwrap());
    assert_eq!(cost.items[0].label, "Treatment session");
}

#[test]
fn a_sites_offer_reads_what_stands() {
    let kept = |n: u32, withdrawn_on: Option<&str>, item: Value| json!({"n": n, "by": "file", "withdrawn_on": withdrawn_on, "item": item});
    let price = |amount: i64, evidence: u32| {
        json!({"kind": "session", "route": "iv", "amount_cents": amount, "basis": "per-session",
               "evidence": [evidence]})
    };
    let page = |day: &str| {
        json!({"tier": "E2", "kind": "website-capture", "url": "https://clinic.example/prices",
               "captured_on": day})
    };
    let provider: Provider = serde_json::from_value(json!({
        "id": "0197a2c0-0000-7000-8000-000000000001", "source_key": "P1", "slug": "p1",
        "fictional": true, "listing_state": "published", "version": 1, "next_n": 9,
        "created_at": "2026-11-21T00:00:00Z", "updated_at": "2026-11-21T00:00:00Z",
        "profile": {"name": "P1"},
        "prices": [kept(1, None, json!({"kind": "consultation", "amount_cents": 15_000,
                                        "basis": "per-visit", "evidence": [1]}))],
        "evidence": [kept(2, None, page("2025-11-01")), kept(3, None, page("2026-11-01"))],
        "sites": [{
            "id": "0197a2c0-0000-7000-8000-000000000002", "source_key": "P1-1", "slug": "p1-1",
            "profile": {"course": {"induction_sessions_min": 6}},
            "prices": [kept(4, None, price(40_000, 0)), kept(5, None, price(45_000, 1)),
                       kept(6, Some("2026-11-10"), price(1, 1))],
        }],
    }))
    .unwrap();
    let as_of = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let site = &provider.sites[0];
    let offer = CourseOffer::of(&provider, site, vec![Route::Iv], false, as_of);
    let cost = offer.cheapest(None).unwrap();
    // Two captures of one page are one source, whose newer one counts; what was withdrawn
    // does not: 6 x 450 + 150.
    assert_eq!((cost.min_cents, cost.max_cents), (Some(285_000), Some(285_000)));
    assert_eq!((cost.state, cost.sessions_assumed), (CostState::Complete, false));
    assert_eq!(cost.items[0].evidence, [1]);
    assert_eq!(cost.items[0].observed_on, NaiveDate::from_ymd_opt(2026, 11, 1).unwrap());
    assert_eq!(cost.items[1].from, PriceOwner::Provider);
}

fn any_price() -> impl Strategy<Value = Value> {
    let kinds = ["consultation", "session", "induction-series", "facility-fee", "medication"];
    let bases = ["per-session", "per-series", "per-visit", "per-month"];
    (
        proptest::sample::select(kinds.to_vec()),
        proptest::sample::select(bases.to_vec()),
        proptest::option::of(proptest::sample::select(vec!["iv", "im"])),
        prop_oneof![0_i64..200_000, Just(i64::MAX), Just(-5)],
        proptest::option::of(0_i64..400_000),
        proptest::option::of(0_u8..12),
    )
        .prop_map(|(kind, basis, route, amount, max, size)| {
            json!({"kind": kind, "basis": basis, "route": route, "amount_cents": amount,
                   "amount_max_cents": max, "sessions_included": size})
        })
}

proptest! {
    #[test]
    fn any_prices_give_a_sound_figure(
        prices in proptest::collection::vec((any_price(), any::<bool>()), 0..8),
        sessions in 1_u8..=60,
    ) {
        let table = Table::load();
        let owner = |own| if own { PriceOwner::Site } else { PriceOwner::Provider };
        let prices: Vec<_> =
            prices.iter().map(|(price, own)| table.read(owner(*own), price)).collect();
        let offer = offer_of(&prices, vec![Route::Iv, Route::Im]);
        let fewer = offer.cost(Route::Iv, Some(sessions)).unwrap();
        prop_assert_eq!(fewer.min_cents.is_none(), fewer.state == CostState::Unpublished);
        prop_assert!(fewer.min_cents <= fewer.max_cents);
        prop_assert!(fewer.min_cents.is_none_or(|cents| cents >= 0));
        let cheapest = offer.cheapest(Some(sessions)).unwrap();
        prop_assert!(cheapest.state <= fewer.state);
        if cheapest.state == fewer.state {
            prop_assert!(cheapest.min_cents <= fewer.min_cents);
        }
    }
}
