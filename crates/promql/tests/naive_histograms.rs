//! As `naive`, over native histograms: a range query answers what instant queries at its steps answer, and the parts of
//! a histogram (count, sum, buckets) go through functions as floats do.

#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use narthex_model::histogram::Span;
use narthex_model::{CounterResetHint, FloatHistogram, Labels};
use narthex_promql::value::{PointValue, Value};
use narthex_promql::{Engine, EngineOptions, QueryOptions};
use narthex_storage::{HistogramValue, Samples};
use proptest::prelude::*;
use support::Memory;

/// What one observation round adds: time since the round before, counts of four buckets, whether the counter restarts.
fn round() -> impl Strategy<Value = (i64, [u8; 4], bool)> {
    (900..1_100_i64, any::<[u8; 4]>(), proptest::bool::weighted(0.05))
}

fn storage() -> impl Strategy<Value = Memory> {
    let series = (-1..2_i32, proptest::collection::vec(round(), 2..60));
    proptest::collection::vec(series, 1..4).prop_map(|all| {
        let mut memory = Memory::default();
        for (index, (schema, rounds)) in all.into_iter().enumerate() {
            let (mut samples, mut t, mut counts) = (Samples::default(), 0, [0.0; 4]);
            for (gap, added, restarts) in rounds {
                t += gap;
                for (count, added) in counts.iter_mut().zip(added) {
                    *count = if restarts { 0.0 } else { *count } + f64::from(added);
                }
                let histogram = FloatHistogram {
                    counter_reset_hint: CounterResetHint::Unknown,
                    schema,
                    zero_threshold: 0.01,
                    zero_count: counts[0],
                    count: counts.iter().sum(),
                    sum: counts[1] + 2.0 * counts[2] + 4.0 * counts[3],
                    positive_spans: vec![Span { offset: 0, length: 1 }, Span { offset: 1, length: 2 }],
                    positive_buckets: counts[1..].to_vec(),
                    ..FloatHistogram::default()
                };
                samples.push_histogram(0, t, HistogramValue::Float(Arc::new(histogram)));
            }
            let id = index.to_string();
            memory.push(Labels::from_pairs([("__name__", "h"), ("id", id.as_str())]), samples);
        }
        memory
    })
}

/// The numbers of a point: one for a float, all of them for a histogram.
fn numbers(point: &PointValue) -> Vec<f64> {
    match point {
        PointValue::Float(value) => vec![*value],
        PointValue::Histogram(h) => {
            let mut all = vec![h.count, h.sum, h.zero_count];
            all.extend(&h.positive_buckets);
            all
        }
    }
}

type Points = BTreeMap<(Labels, i64), Vec<f64>>;

fn points(value: &Value) -> Points {
    match value {
        Value::Vector(vector) => {
            vector.iter().map(|s| ((s.labels.clone(), s.t), numbers(&s.value))).collect()
        }
        Value::Matrix(matrix) => {
            let mut points = Points::new();
            for series in matrix {
                for (t, value) in &series.floats {
                    points.insert((series.labels.clone(), *t), vec![*value]);
                }
                for (t, histogram) in &series.histograms {
                    let numbers = numbers(&PointValue::Histogram(Arc::clone(histogram)));
                    points.insert((series.labels.clone(), *t), numbers);
                }
            }
            points
        }
        Value::Scalar { .. } | Value::String { .. } => Points::new(),
    }
}

fn close(a: f64, b: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn same(found: &Points, expected: &Points) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (key, numbers) in found {
        let expected = &expected[key];
        let fits =
            numbers.len() == expected.len() && numbers.iter().zip(expected).all(|(a, b)| close(*a, *b));
        prop_assert!(fits, "at {key:?}: {numbers:?} instead of {expected:?}");
    }
    Ok(())
}

fn evaluate(memory: &Memory, query: &str, step: i64) -> Points {
    let engine = Engine::new(EngineOptions { lookback_ms: 4_000, ..EngineOptions::default() });
    let output = engine.range(memory, query, (0, 50_000, step), &QueryOptions::default()).unwrap();
    points(&output.value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn queries_are_their_steps(memory in storage(), step in 300..4_000_i64) {
        let engine = Engine::new(EngineOptions { lookback_ms: 4_000, ..EngineOptions::default() });
        for query in [
            "h",
            "rate(h[10s])",
            "irate(h[5s])",
            "sum(h)",
            "avg(rate(h[10s]))",
            "sum_over_time(h[5s])",
            "histogram_quantile(0.7, sum(rate(h[10s])))",
            "histogram_fraction(0, 2, h)",
            "resets(h[20s])",
            "h - h offset 3s",
            "h * 2 > -1",
            "histogram_stddev(h)",
        ] {
            let mut expected = Points::new();
            for t in (0..=50_000_i64).step_by(step as usize) {
                let output = engine.instant(&memory, query, t, &QueryOptions::default()).unwrap();
                expected.extend(points(&output.value));
            }
            same(&evaluate(&memory, query, step), &expected)?;
        }
    }

    #[test]
    fn parts_go_through_functions_as_floats_do(memory in storage(), step in 300..4_000_i64) {
        // Reading only count and sum must not change them.
        for part in ["histogram_count", "histogram_sum"] {
            let inside = evaluate(&memory, &format!("{part}(sum(h))"), step);
            let outside = evaluate(&memory, &format!("sum({part}(h))"), step);
            same(&inside, &outside)?;
        }
    }
}
