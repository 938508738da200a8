//! Whole queries over 8,500 series of six hours at 15 s, in memory: selectors, aggregations, joins, quantiles.

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use narthex_model::Labels;
use narthex_promql::{Engine, EngineOptions, QueryOptions};
use narthex_storage::Samples;
use support::Memory;

const SERIES: usize = 8_500;
const SAMPLES: i64 = 1_440;
const SCRAPE_MS: i64 = 15_000;

fn storage() -> Memory {
    let mut memory = Memory::default();
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let bounds = ["0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];
    for index in 0..SERIES {
        let (le, pod) = (bounds[index % bounds.len()], (index / bounds.len()).to_string());
        let handler = format!("/api/{}", index / bounds.len() % 20);
        let mut samples = Samples::default();
        let jitter = (next() % 15_000) as i64;
        let mut counter = 0.0;
        for sample in 0..SAMPLES {
            counter += (next() % 100) as f64 * (index % bounds.len() + 1) as f64;
            samples.push(sample * SCRAPE_MS + jitter, counter);
        }
        memory.push(
            Labels::from_pairs([
                ("__name__", "http_bucket"),
                ("handler", handler.as_str()),
                ("job", "api"),
                ("le", le),
                ("pod", pod.as_str()),
            ]),
            samples,
        );
        if index % bounds.len() == 0 {
            let mut info = Samples::default();
            (0..SAMPLES).for_each(|sample| info.push(sample * SCRAPE_MS, 1.0));
            memory.push(
                Labels::from_pairs([("__name__", "pod_info"), ("node", "n"), ("pod", pod.as_str())]),
                info,
            );
        }
    }
    memory
}

fn queries(c: &mut Criterion) {
    let memory = storage();
    let options = QueryOptions::default();
    let mut group = c.benchmark_group("queries_8500x6h");
    group.sample_size(10);
    let (start, end) = (3_600_000, SAMPLES * SCRAPE_MS - SCRAPE_MS);
    for (query, step) in [
        ("http_bucket{le=\"1\"}", 60_000),
        ("sum(http_bucket)", 60_000),
        ("sum by (handler) (rate(http_bucket[5m]))", 60_000),
        ("sum(rate(http_bucket[1h]))", 15_000),
        ("max(max_over_time(http_bucket[1h]))", 60_000),
        ("max(quantile_over_time(0.9, http_bucket[1h]))", 60_000),
        ("histogram_quantile(0.95, sum by (le) (rate(http_bucket[5m])))", 60_000),
        ("rate(http_bucket{le=\"1\"}[5m]) * on (pod) group_left (node) pod_info", 60_000),
        ("max_over_time(sum(rate(http_bucket{le=\"1\"}[1m]))[30m:1m])", 60_000),
        ("topk(5, sum by (pod) (rate(http_bucket[5m])))", 60_000),
    ] {
        for threads in [1, 2] {
            let engine = Engine::new(EngineOptions { threads, ..EngineOptions::default() });
            let expr = engine.parse(query).expect("a valid query");
            group.bench_function(format!("{query} / {threads}"), |b| {
                b.iter(|| {
                    let range = (start, end, step);
                    black_box(engine.range_expr(&memory, &expr, range, &options).expect("an answer"))
                });
            });
        }
    }
    let instants = [
        "sum(rate(http_bucket[5m]))",
        "count(http_bucket)",
        "histogram_quantile(0.95, sum by (le) (rate(http_bucket[5m])))",
    ];
    let engine = Engine::new(EngineOptions { threads: 1, ..EngineOptions::default() });
    for query in instants {
        let expr = engine.parse(query).expect("a valid query");
        group.bench_function(format!("instant {query}"), |b| {
            b.iter(|| black_box(engine.instant_expr(&memory, &expr, end, &options).expect("an answer")));
        });
    }
    group.finish();
}

criterion_group!(benches, queries);
criterion_main!(benches);
