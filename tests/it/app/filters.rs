//! Every filter bites: what it lets through is what the listings themselves say.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use bedside::{
    app::{
        App,
        answer::{ClinicDetail, ClinicItem},
        detail::clinic,
    },
    domain::{CoverageStance, CredentialTier, Route, UsState, course_cost::CostState},
};
use rstest::{fixture, rstest};

use crate::support::{
    Backend::Sqlite,
    TestDb,
    flows::{app_of, fictional_set, search},
};

static APP: LazyLock<(TestDb, Arc<App>)> = LazyLock::new(|| {
    let db = TestDb::new(Sqlite).unwrap();
    let app = app_of(&db, &fictional_set());
    (db, app)
});

#[fixture]
fn app() -> &'static App {
    &APP.1
}

/// All listings that any view shows.
fn everything(app: &App) -> Vec<ClinicItem> {
    search(app, "view=all&limit=200").data
}

/// What a filter makes of a listing: passes, fails, or cannot be said.
type Judge = fn(&ClinicItem, &ClinicDetail) -> Option<bool>;

fn any<T>(list: &[T], wanted: impl Fn(&T) -> bool) -> Option<bool> {
    (!list.is_empty()).then(|| list.iter().any(wanted))
}

/// Filters, and what each makes of a listing.
const FILTERS: &[(&str, Judge)] = &[
    ("route=nasal", |c, _| any_route(c, &[Route::Nasal])),
    ("route=im&route=nasal", |c, _| any_route(c, &[Route::Im, Route::Nasal])),
    ("indication=ptsd", |c, _| any(&c.indications, |i| i.as_str() == "ptsd")),
    ("payment=medicaid", |c, _| any(&c.payments, |p| p.as_str() == "medicaid")),
    ("payment_not=self-pay", |c, _| any(&c.payments, |p| p.as_str() == "self-pay").map(|b| !b)),
    ("coverage=AETNA", |c, _| pays(c, "Aetna")),
    ("credential=facet-3", |c, _| any(&c.credentials, |h| h.code.as_str() == "facet-3")),
    ("credential_tier=B", |c, _| any(&c.credentials, |h| h.tier == CredentialTier::B)),
    ("language=es", |c, _| any(&c.languages, |l| l == "es" || l.starts_with("es-"))),
    ("accepting=true", |c, _| c.accepting_patients.map(|a| a.as_str() == "newpt")),
    ("accepting=false", |c, _| c.accepting_patients.map(|a| a.as_str() != "newpt")),
    ("integration=true", |c, _| c.integration),
    ("integration=false", |c, _| c.integration.map(|offered| !offered)),
    ("follow_up=true", |_, d| d.follow_up),
    ("follow_up=false", |_, d| d.follow_up.map(|offered| !offered)),
    ("max_session_price=40000", |c, _| c.price.as_ref().map(|p| p.session_min_cents <= 40_000)),
    ("max_course_cost=250000", |c, _| complete(c).map(|cents| cents <= 250_000)),
    ("state=NY&state=NJ", |c, _| c.address.state.map(|s| s == UsState::Ny || s == UsState::Nj)),
    ("status=flagged", |c, _| Some(c.safety.status.as_str() == "flagged")),
    ("verified_within_days=30", |c, _| {
        c.safety.verified_on.map(|day| day >= "2026-10-22".parse().unwrap())
    }),
    ("language=es&payment=self-pay", |c, _| {
        match (any(&c.languages, |l| l == "es"), any(&c.payments, |p| p.as_str() == "self-pay")) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }),
];

#[rstest]
fn a_filter_lets_through_what_the_listings_say(app: &App) {
    let all: Vec<(ClinicItem, ClinicDetail)> = everything(app)
        .into_iter()
        .map(|item| {
            let detail = clinic(app, &item.slug, None).unwrap().data;
            (item, detail)
        })
        .collect();
    for (filter, judge) in FILTERS {
        holds(app, &all, filter, *judge);
    }
}

fn holds(app: &App, all: &[(ClinicItem, ClinicDetail)], filter: &str, judge: Judge) {
    let judged = |wanted: Option<bool>| -> BTreeSet<_> {
        all.iter()
            .filter(|(item, detail)| judge(item, detail) == wanted)
            .map(|(item, _)| item.id)
            .collect()
    };
    let ids = |query: String| -> BTreeSet<_> {
        search(app, &query).data.into_iter().map(|c| c.id).collect()
    };
    let passing = judged(Some(true));
    assert_eq!(ids(format!("view=all&limit=200&{filter}")), passing, "{filter}");
    assert!(!passing.is_empty() && passing.len() < all.len(), "{filter} must bite");

    let with_unknown = &passing | &judged(None);
    let asked = format!("view=all&limit=200&unknown=include&{filter}");
    assert_eq!(ids(asked.clone()), with_unknown, "{filter}");
    let known_first = search(app, &asked).data;
    let flags: Vec<bool> = known_first.iter().map(|c| !passing.contains(&c.id)).collect();
    assert!(flags.is_sorted(), "{filter}: what is not known comes after what is");
}

fn any_route(clinic: &ClinicItem, wanted: &[Route]) -> Option<bool> {
    let offered = wanted.iter().any(|route| clinic.routes.contains(route));
    (offered || clinic.routes_complete).then_some(offered)
}

fn pays(clinic: &ClinicItem, payer: &str) -> Option<bool> {
    let told = clinic.coverage.iter().any(|c| c.stance != CoverageStance::Unknown);
    told.then(|| {
        clinic.coverage.iter().any(|c| {
            c.payer.as_deref() == Some(payer)
                && matches!(
                    c.stance,
                    CoverageStance::InNetwork
                        | CoverageStance::OutOfNetwork
                        | CoverageStance::CaseByCase
                )
        })
    })
}

fn complete(clinic: &ClinicItem) -> Option<i64> {
    let cost = &clinic.course_cost;
    cost.min_cents.filter(|_| cost.state == CostState::Complete)
}

#[rstest]
fn opening_hours_are_the_clinics_own_time(app: &App) {
    let open = |time: &str| -> BTreeSet<String> {
        let answer = search(app, &format!("view=all&limit=200&open_at={time}"));
        answer.data.into_iter().map(|c| c.name).collect()
    };
    // 2026-11-23 is a Monday.
    let (morning, night) = (open("2026-11-23T10:00"), open("2026-11-23T03:00"));
    assert!(morning.len() > 20 && night.len() < morning.len() / 4);
    assert!(open("2026-11-23T16:59").len() > open("2026-11-23T17:00").len());
    // What the listing's own hours say.
    for clinic_item in everything(app) {
        let hours = clinic(app, &clinic_item.slug, None).unwrap().data.hours;
        let ten = chrono::NaiveTime::from_hms_opt(10, 0, 0).unwrap();
        let monday = hours.iter().filter(|h| h.days.contains(&bedside::domain::Day::Mo));
        let inside =
            monday.clone().any(|h| h.opens <= ten && (ten < h.closes || h.closes <= h.opens));
        if inside {
            assert!(morning.contains(&clinic_item.name), "{}", clinic_item.name);
        } else if hours.iter().all(|h| h.opens < h.closes) {
            assert!(!morning.contains(&clinic_item.name), "{}", clinic_item.name);
        }
    }
}
