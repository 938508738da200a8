//! A range query must answer what instant queries at each of its steps answer: the sliding kernels, the folds and the
//! joins against evaluation from scratch. Data are random: jitter, gaps, counter resets, stale markers, NaN, infinities.

#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]

mod support;

use std::collections::BTreeMap;

use narthex_model::{Labels, STALE_NAN};
use narthex_promql::parser::ParserOptions;
use narthex_promql::value::{PointValue, Value};
use narthex_promql::{Engine, EngineOptions, QueryOptions};
use narthex_storage::Samples;
use proptest::prelude::*;
use support::Memory;

/// One sample: time since the one before, and the value.
fn sample() -> impl Strategy<Value = (i64, f64)> {
    let gap = prop_oneof![8 => 900..1_100_i64, 1 => 1..50_i64, 1 => 2_000..20_000_i64];
    let value = prop_oneof![
        12 => (0..1_000_u32).prop_map(f64::from),
        4 => -1e3..1e3_f64,
        1 => Just(STALE_NAN),
        1 => Just(f64::NAN),
        1 => prop_oneof![Just(0.0), Just(-0.0), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
    ];
    (gap, value)
}

fn tame_sample() -> impl Strategy<Value = (i64, f64)> {
    (900..1_100_i64, prop_oneof![6 => (0..50_u32).prop_map(f64::from), 1 => Just(STALE_NAN)])
}

fn storage(tame: bool) -> BoxedStrategy<Memory> {
    let one = if tame { tame_sample().boxed() } else { sample().boxed() };
    proptest::collection::vec(proptest::collection::vec(one, 1..120), 1..6)
        .prop_map(|all| {
            let mut memory = Memory::default();
            for (index, series) in all.into_iter().enumerate() {
                let (mut samples, mut t) = (Samples::default(), 0);
                for (gap, value) in series {
                    t += gap;
                    samples.push(t, value);
                }
                let (name, group) = (["a_total", "b_total"][index % 2], ["x", "y"][index / 2 % 2]);
                let id = index.to_string();
                memory.push(
                    Labels::from_pairs([("__name__", name), ("group", group), ("id", id.as_str())]),
                    samples,
                );
            }
            memory
        })
        .boxed()
}

const RANGE_FUNCTIONS: [&str; 16] = [
    "rate",
    "increase",
    "delta",
    "irate",
    "idelta",
    "changes",
    "resets",
    "sum_over_time",
    "avg_over_time",
    "max_over_time",
    "min_over_time",
    "count_over_time",
    "stddev_over_time",
    "last_over_time",
    "present_over_time",
    "deriv",
];

fn range_query() -> impl Strategy<Value = String> {
    let range = prop_oneof![Just("1s"), Just("3s"), Just("10s"), Just("30s"), Just("1m")];
    (0..RANGE_FUNCTIONS.len() + 1, range).prop_map(|(index, range)| match RANGE_FUNCTIONS.get(index) {
        Some(function) => format!("{function}({{id=~\".+\"}}[{range}])"),
        None => format!("quantile_over_time(0.3, {{id=~\".+\"}}[{range}])"),
    })
}

fn query() -> impl Strategy<Value = String> {
    let window = || range_query().prop_map(|query| query.replace("{id=~\".+\"}", "a_total"));
    prop_oneof![
        range_query().prop_map(|query| query.replace("{id=~\".+\"}", "{__name__=\"a_total\"}")),
        window().prop_map(|w| format!("sum by (group) ({w})")),
        window().prop_map(|w| format!("avg without (id) ({w})")),
        window().prop_map(|w| format!("max({w}) - min({w})")),
        window().prop_map(|w| format!("count by (group) ({w} > 1)")),
        window().prop_map(|w| format!("topk(1, {w})")),
        window().prop_map(|w| format!("quantile(0.7, {w})")),
        window().prop_map(|w| format!("stddev by (group) ({w})")),
        window().prop_map(|w| format!("max_over_time(({w})[20s:3s] offset 2s)")),
        Just("a_total + ignoring (id) group_left sum by (group) (b_total)".to_owned()),
        Just("a_total and on (group) (b_total > 10)".to_owned()),
        Just("a_total unless on (group) b_total".to_owned()),
        Just("b_total or a_total offset 5s".to_owned()),
        Just("abs(-a_total) * 2 > bool 7".to_owned()),
        Just("clamp(a_total, 5, 20) + scalar(sum(b_total))".to_owned()),
        Just("count_values by (group) (\"v\", a_total)".to_owned()),
        Just("absent(a_total{id=\"0\"})".to_owned()),
        Just("label_replace(a_total, \"id\", \"$1\", \"group\", \"(.)\")".to_owned()),
        Just("timestamp(a_total) - timestamp(a_total @ end() offset 3s)".to_owned()),
    ]
}

type Points = BTreeMap<(Labels, i64), f64>;

fn points(value: &Value) -> Points {
    let mut points = Points::new();
    match value {
        Value::Vector(vector) => {
            for sample in vector {
                if let PointValue::Float(value) = sample.value {
                    points.insert((sample.labels.clone(), sample.t), value);
                }
            }
        }
        Value::Matrix(matrix) => {
            for series in matrix {
                for (t, value) in &series.floats {
                    points.insert((series.labels.clone(), *t), *value);
                }
            }
        }
        Value::Scalar { .. } | Value::String { .. } => {}
    }
    points
}

/// Sums are added in another order by sliding windows and by threads, so they may differ in the last digits of the
/// largest number involved.
fn same(a: f64, b: f64, scale: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= 1e-9 * scale.max(a.abs()).max(b.abs())
}

fn check(memory: &Memory, query: &str, step: i64, threads: usize, scale: f64) -> Result<(), TestCaseError> {
    let parser = ParserOptions { experimental_functions: true, ..ParserOptions::default() };
    let options = EngineOptions { threads, parser, lookback_ms: 4_000, ..EngineOptions::default() };
    let engine = Engine::new(options);
    let expr = engine.parse(query).unwrap();
    let (start, end) = (-3_000, 90_000);
    let settings = QueryOptions::default();
    let range = engine.range_expr(memory, &expr, (start, end, step), &settings);
    let mut expected = Points::new();
    let mut failed = false;
    let mut t = start;
    while t <= end {
        // `@ end()` means the end of the range query, so the instant queries get it as a number.
        let pinned = query.replace("@ end()", &format!("@ {}", end as f64 / 1000.0));
        match engine.instant(memory, &pinned, t, &settings) {
            Ok(output) => expected.extend(points(&output.value)),
            Err(_) => failed = true,
        }
        t += step;
    }
    let Ok(range) = range else {
        prop_assert!(failed, "{query}: the range query fails, no instant query does");
        return Ok(());
    };
    prop_assert!(!failed, "{query}: an instant query fails, the range query does not");
    let found = points(&range.value);
    let missing: Vec<_> = expected.keys().filter(|key| !found.contains_key(key)).take(3).collect();
    let surplus: Vec<_> = found.keys().filter(|key| !expected.contains_key(key)).take(3).collect();
    prop_assert!(
        missing.is_empty() && surplus.is_empty(),
        "{query}: missing {missing:?}, surplus {surplus:?}"
    );
    for (key, value) in &found {
        prop_assert!(same(*value, expected[key], scale), "{query} at {key:?}: {value} != {}", expected[key]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn windows_slide_as_they_scan(memory in storage(false), query in range_query(), step in 50..3_000_i64) {
        let query = query.replace("{id=~\".+\"}", "a_total");
        check(&memory, &query, step, 1, 1e2)?;
    }

    #[test]
    fn queries_are_their_steps(memory in storage(true), query in query(), step in 200..4_000_i64) {
        check(&memory, &query, step, 1, 1.0)?;
    }
}
