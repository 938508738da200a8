//! What an answer costs: range queries per point, for the values that metrics have.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use narthex_api::json::{Writer, write_value};
use narthex_model::Labels;
use narthex_promql::value::{MatrixSeries, Value};

const SERIES: usize = 100;
const POINTS: usize = 1_000;

/// A matrix whose values are what `value` makes of series and point.
fn matrix(value: impl Fn(usize, usize) -> f64) -> Value {
    let series = |index: usize| MatrixSeries {
        labels: Labels::from_pairs([
            ("__name__", "http_requests_total"),
            ("instance", format!("10.0.0.{index}:9090").as_str()),
            ("job", "api"),
        ]),
        floats: (0..POINTS)
            .map(|point| (1_704_067_200_000 + point as i64 * 15_000, value(index, point)))
            .collect(),
        histograms: Vec::new(),
    };
    Value::Matrix((0..SERIES).map(series).collect())
}

fn range_answers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("range_json");
    group.throughput(Throughput::Elements((SERIES * POINTS) as u64));
    for (name, value) in [
        ("counter", matrix(|series, point| (series * 1_000 + point * 17) as f64)),
        ("rate", matrix(|series, point| (series * 7 + point) as f64 / 59.7)),
        ("ratio", matrix(|series, point| 1.0 / (3.0 + (series * 31 + point) as f64))),
    ] {
        group.bench_with_input(BenchmarkId::from_parameter(name), &value, |bencher, value| {
            bencher.iter(|| {
                let mut out = Writer::new();
                out.begin_object();
                write_value(&mut out, black_box(value));
                out.end_object();
                out.into_bytes()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, range_answers);
criterion_main!(benches);
