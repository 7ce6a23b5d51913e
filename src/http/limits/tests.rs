//! Budgets that are spent and fill again.

use governor::clock::FakeRelativeClock;

use super::*;

const ONE: NonZeroU32 = NonZeroU32::MIN;

fn of(last: u8) -> Sender {
    Sender::Network(IpAddr::from([192, 0, 2, last]))
}

fn shown(standing: &Standing) -> (&str, &str, Option<u64>) {
    (standing.policy.to_str().unwrap(), standing.state.to_str().unwrap(), standing.wait_s)
}

#[test]
fn a_budget_says_what_is_left_and_fills_again() {
    let clock = FakeRelativeClock::default();
    let minute = Duration::from_secs(60);
    let budget = Budget::new("reads", 6, minute, clock.clone()).unwrap();
    let policy = "\"reads\";q=6;w=60";
    for (left, t) in [(5, 10), (4, 20), (3, 30), (2, 40), (1, 50), (0, 60)] {
        let state = format!("\"reads\";r={left};t={t}");
        assert_eq!(shown(&budget.spend(of(1), ONE)), (policy, state.as_str(), None));
    }
    let spent = budget.spend(of(1), ONE);
    assert_eq!(shown(&spent), (policy, "\"reads\";r=0;t=10", Some(10)));
    let refusal = spent.refusal().unwrap();
    assert_eq!((refusal.kind(), refusal.retry_after_s()), (Kind::TooManyRequests, Some(10)));
    assert!(budget.spend(of(2), ONE).refusal().is_none(), "another network");
    clock.advance(Duration::from_secs(9));
    assert_eq!(budget.spend(of(1), ONE).wait_s, Some(1));
    clock.advance(Duration::from_secs(1));
    assert_eq!(budget.spend(of(1), ONE).wait_s, None);
    assert_eq!(budget.spend(of(1), ONE).wait_s, Some(10));
    clock.advance(minute);
    let let_through = (0..20).filter(|_| budget.spend(of(1), ONE).wait_s.is_none()).count();
    assert_eq!(let_through, 6);
}

#[test]
fn what_counts_as_several_waits_until_there_are_as_many() {
    let clock = FakeRelativeClock::default();
    let minute = Duration::from_secs(60);
    let budget = Budget::new("evaluations", 6, minute, clock.clone()).unwrap();
    let [four, all] = [4, 600].map(|number| NonZeroU32::new(number).unwrap());
    assert_eq!(shown(&budget.spend(of(1), four)).1, "\"evaluations\";r=2;t=40");
    assert_eq!(budget.spend(of(1), four).wait_s, Some(20));
    assert_eq!(budget.spend(of(1), ONE).wait_s, None, "there is enough for one");
    assert_eq!(budget.spend(of(1), all).wait_s, Some(50));
    clock.advance(Duration::from_secs(50));
    assert_eq!(
        shown(&budget.spend(of(1), all)),
        ("\"evaluations\";q=6;w=60", "\"evaluations\";r=0;t=60", None,)
    );
}

#[test]
fn five_reports_a_day_and_a_lifted_limit() {
    let clock = FakeRelativeClock::default();
    let day = Duration::from_secs(86_400);
    let budget = Budget::new("reports", 5, day, clock.clone()).unwrap();
    let let_through = (0..20).filter(|_| budget.spend(of(1), ONE).wait_s.is_none()).count();
    assert_eq!(let_through, 5);
    assert_eq!(budget.spend(of(1), ONE).wait_s, Some(86_400 / 5));
    assert!(Budget::new("reads", 0, day, clock).is_none());
}

#[test]
fn each_class_has_its_own_budget() {
    let limiter = Limiter::new(
        &LimitArgs { limit_reads: 1, limit_evaluations: 2, ..LimitArgs::default() },
        &[],
    );
    let refused = |class| limiter.spend(class, of(1), ONE).and_then(|s| s.refusal()).is_some();
    assert!(!refused(Class::Read) && refused(Class::Read));
    assert!(!refused(Class::Evaluation) && !refused(Class::Evaluation));
    assert!(refused(Class::Evaluation));
    for _ in 0..5 {
        assert!(!refused(Class::Report));
    }
    assert!(refused(Class::Report) && !refused(Class::Free));
}

#[test]
fn routes_name_their_class() {
    let post = |template| Class::of(Some(template), &Method::POST);
    assert_eq!(post("/v1/evaluations"), Class::Evaluation);
    assert_eq!(post("/v1/reports"), Class::Report);
    assert_eq!(post("/v1/clinics/search"), Class::Read);
    assert_eq!(Class::of(Some("/clinics/{slug}/report"), &Method::GET), Class::Read);
    assert_eq!(Class::of(Some("/checkpoint"), &Method::GET), Class::Free);
    assert_eq!(Class::of(None, &Method::GET), Class::Read);
}
