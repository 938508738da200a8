//! Window functions over one series: 240 samples a window (1 h at 15 s), a step every 15 s. Divide the time by the 1,201
//! steps for the cost of a series-step; decoding is a copy here.

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use narthex_model::Labels;
use narthex_promql::{Engine, EngineOptions, QueryOptions};
use narthex_storage::Samples;
use support::Memory;

const STEPS: i64 = 1_201;
const STEP_MS: i64 = 15_000;

fn one_series() -> Memory {
    let mut memory = Memory::default();
    let mut samples = Samples::default();
    let mut state = 1_u64;
    let mut counter = 0.0;
    for index in 0..STEPS + 240 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        counter += (state >> 40) as f64 / 1e4;
        if state.is_multiple_of(300) {
            counter = 0.0;
        }
        samples.push(index * STEP_MS + (state >> 50) as i64 % 100, counter);
    }
    memory.push(Labels::from_pairs([("__name__", "m_total"), ("job", "a")]), samples);
    memory
}

fn kernels(c: &mut Criterion) {
    let memory = one_series();
    let engine = Engine::new(EngineOptions { threads: 1, max_points: 0, ..EngineOptions::default() });
    let options = QueryOptions::default();
    let mut group = c.benchmark_group("window_240");
    group.throughput(Throughput::Elements(STEPS as u64));
    for query in [
        "m_total",
        "rate(m_total[1h])",
        "max_over_time(m_total[1h])",
        "sum_over_time(m_total[1h])",
        "avg_over_time(m_total[1h])",
        "stddev_over_time(m_total[1h])",
        "quantile_over_time(0.95, m_total[1h])",
        "changes(m_total[1h])",
        "deriv(m_total[1h])",
    ] {
        let expr = engine.parse(query).expect("a valid query");
        let range = (240 * STEP_MS, (240 + STEPS - 1) * STEP_MS, STEP_MS);
        group.bench_function(query, |b| {
            b.iter(|| black_box(engine.range_expr(&memory, &expr, range, &options).expect("an answer")));
        });
    }
    group.finish();
    // What a query costs besides its samples.
    let mut group = c.benchmark_group("one_series");
    for query in ["m_total", "rate(m_total[5m])", "sum by (job) (rate(m_total[5m]))"] {
        group.bench_function(query, |b| {
            b.iter(|| black_box(engine.instant(&memory, query, 240 * STEP_MS, &options).expect("an answer")));
        });
    }
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
