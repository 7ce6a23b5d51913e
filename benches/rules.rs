//! How many evaluations of the CLINIC case one core does in a second, and what the longer
//! answers cost beside it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark stops at the first surprise"
)]

use std::hint::black_box;

use bedside::{
    domain::fact::FactValue,
    rules::{Basis, FactState, Facts, Rulebook, Which, wire::evaluate_request},
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value as Json, json};

fn base(rulebook: &Rulebook, json: &Json) -> Facts {
    let mut facts = rulebook.no_facts();
    for (name, value) in json.as_object().unwrap() {
        let spec = rulebook.vocabulary().named(name).unwrap();
        let given: FactValue = serde_json::from_value(value.clone()).unwrap();
        facts.set(spec.id, FactState::Known(spec.value(&given).unwrap()));
    }
    facts
}

fn evaluations(criterion: &mut Criterion) {
    let rulebook = Rulebook::built_in().unwrap();
    let cases: Json = serde_json::from_str(include_str!("../rulebook/cases.json")).unwrap();
    let basis = Basis::on("2026-11-21".parse().unwrap());

    let mut group = criterion.benchmark_group("rules");
    group.throughput(Throughput::Elements(1));
    for name in ["CLINIC", "TELE", "EMPTY"] {
        let facts = base(&rulebook, &cases["bases"][name]);
        group.bench_function(format!("evaluate {name}"), |bencher| {
            bencher.iter(|| rulebook.evaluate(black_box(&facts), black_box(&basis)));
        });
    }
    let clinic = base(&rulebook, &cases["bases"]["CLINIC"]);
    group.bench_function("every finding of CLINIC", |bencher| {
        bencher.iter(|| rulebook.findings(black_box(&clinic), &basis, Which::All));
    });
    let empty = rulebook.no_facts();
    group.bench_function("questions to EMPTY", |bencher| {
        bencher.iter(|| rulebook.to_supervised(black_box(&empty), &basis));
    });
    let body = json!({"facts": cases["bases"]["CLINIC"]});
    group.bench_function("a request about CLINIC", |bencher| {
        bencher
            .iter(|| evaluate_request(&rulebook, black_box(&body), basis.as_of, Which::Reported));
    });
    group.finish();
}

criterion_group!(benches, evaluations);
criterion_main!(benches);
