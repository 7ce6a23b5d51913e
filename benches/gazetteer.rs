//! How long the gazetteer takes to load, and to turn a text into a point.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use bedside::{
    domain::{UsState, place::LatLon},
    gazetteer::Gazetteer,
};
use criterion::{Criterion, criterion_group, criterion_main};

fn gazetteer(c: &mut Criterion) {
    c.bench_function("gazetteer/load", |b| b.iter(Gazetteer::load));
    let gazetteer = Gazetteer::load().expect("the embedded tables are whole");
    c.bench_function("gazetteer/zip", |b| b.iter(|| gazetteer.zip(black_box("20814"))));
    for text in ["bethesda md", "springfield", "Charleston, West Virginia", "no such place at all"]
    {
        c.bench_function(&format!("gazetteer/resolve {text}"), |b| {
            b.iter(|| gazetteer.resolve(black_box(text)));
        });
    }
    let dallas = LatLon { lat: 32.78, lon: -96.8 };
    c.bench_function("gazetteer/time zone", |b| {
        b.iter(|| gazetteer.time_zone(black_box(dallas), UsState::Tx));
    });
}

criterion_group!(benches, gazetteer);
criterion_main!(benches);
