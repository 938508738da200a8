//! Query text to tree: what every query pays before anything is read.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use narthex_promql::parser::{ParserOptions, parse_expr};

const QUERIES: [(&str, &str); 3] = [
    ("selector", r#"up{job="api",instance=~"10\\.0\\..+"}"#),
    (
        "quantile",
        r#"histogram_quantile(0.95, sum by (le, handler) (rate(http_duration_seconds_bucket{job="api"}[5m])))"#,
    ),
    (
        "ratio",
        r#"sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / on (job) group_left (team) (sum by (job) (rate(http_requests_total[5m] offset 1h)) > 0.5 * 3 ^ 2)"#,
    ),
];

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, query) in QUERIES {
        group.bench_function(name, |bencher| {
            bencher.iter(|| parse_expr(black_box(query), ParserOptions::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
