//! What bounds a query, and the default mode of dropping metric names, which the scripts do not cover.

#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]

mod support;

use std::time::Duration;

use narthex_model::Labels;
use narthex_promql::value::{PointValue, Value};
use narthex_promql::{Engine, EngineOptions, QueryError, QueryOptions};
use narthex_storage::Samples;
use support::Memory;

/// `metric` counts the seconds / 10, `big{a="1"}` and `big{a="2"}` do the same; a sample every 10 s for 1,000 s.
fn storage() -> Memory {
    let mut memory = Memory::default();
    for pairs in [
        vec![("__name__", "metric")],
        vec![("__name__", "big"), ("a", "1")],
        vec![("__name__", "big"), ("a", "2")],
    ] {
        let mut samples = Samples::default();
        (0..=100_i64).for_each(|index| samples.push(index * 10_000, index as f64));
        memory.push(Labels::from_pairs(pairs), samples);
    }
    memory
}

fn engine(options: EngineOptions) -> Engine {
    Engine::new(EngineOptions { threads: 1, ..options })
}

/// The smallest sample limit with which a query passes.
fn samples_needed(query: &str, range: Option<(i64, i64, i64)>) -> usize {
    let memory = storage();
    let passes = |max_samples: usize| {
        let engine = engine(EngineOptions { max_samples, ..EngineOptions::default() });
        let options = QueryOptions::default();
        let result = match range {
            None => engine.instant(&memory, query, 100_000, &options),
            Some(range) => engine.range(&memory, query, range, &options),
        };
        match result {
            Ok(_) => true,
            Err(QueryError::TooManySamples) => false,
            Err(error) => panic!("{query}: {error}"),
        }
    };
    (1..10_000).find(|limit| passes(*limit)).unwrap()
}

/// Worked out by hand from the counting rules (inputs, the window in use and results are held together), not recorded
/// from a Prometheus.
#[test]
fn samples_count_with_inputs_windows_and_results() {
    let mut wrong = Vec::new();
    for (query, range, needed) in [
        ("metric", None, 1),
        ("big", None, 2),
        ("metric", Some((0, 100_000, 10_000)), 11),
        ("rate(metric[20s])", None, 3),
        ("rate(big[1m])", None, 8),
        ("rate(metric[20s])", Some((20_000, 100_000, 10_000)), 11),
        ("metric[1m]", None, 6),
        ("max_over_time(metric[1m:10s])", None, 13),
        ("sum(big)", Some((0, 100_000, 10_000)), 22),
        ("abs(metric)", None, 2),
        ("metric + metric", None, 3),
    ] {
        let found = samples_needed(query, range);
        wrong.extend((found != needed).then(|| format!("{query} {range:?}: {found} instead of {needed}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn points_deadline_and_cancellation() {
    let memory = storage();
    let engine = engine(EngineOptions { max_points: 100, ..EngineOptions::default() });
    let options = QueryOptions::default();
    assert!(engine.range(&memory, "metric", (0, 100_000, 1_000), &options).is_ok());
    let error = engine.range(&memory, "metric", (0, 101_000, 1_000), &options).unwrap_err();
    assert_eq!(error.kind(), "bad_data");
    assert!(
        error.to_string().starts_with("exceeded maximum resolution of 100 points per timeseries"),
        "{error}"
    );
    let cancelled = QueryOptions::default();
    cancelled.cancel.cancel();
    let error = engine.instant(&memory, "metric", 0, &cancelled).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        ("canceled", "query was canceled in expression evaluation")
    );
    let late = QueryOptions { timeout: Some(Duration::from_nanos(1)), ..QueryOptions::default() };
    let error = engine.instant(&memory, "metric", 0, &late).unwrap_err();
    assert_eq!(error.kind(), "timeout");
}

#[test]
fn wrong_ranges_are_refused() {
    let (memory, engine, options) = (storage(), engine(EngineOptions::default()), QueryOptions::default());
    for (query, range) in
        [("metric", (0, 10, 0)), ("metric", (10, 0, 1)), ("metric[5m]", (0, 10, 1)), ("\"text\"", (0, 10, 1))]
    {
        assert_eq!(engine.range(&memory, query, range, &options).unwrap_err().kind(), "bad_data", "{query}");
    }
    // The ends of time do not overflow.
    for t in [i64::MIN, i64::MAX] {
        assert!(engine.instant(&memory, "rate(metric[5m] offset -1h)[1h:1m]", t, &options).is_ok());
    }
}

#[test]
fn names_are_dropped_at_once_by_default() {
    let (memory, engine, options) = (storage(), engine(EngineOptions::default()), QueryOptions::default());
    let all = "{__name__=~\"metric|big\"}";
    let vector =
        |query: &str| match engine.instant(&memory, query, 100_000, &options).map(|output| output.value) {
            Ok(Value::Vector(vector)) => {
                Ok(vector.iter().map(|s| (s.labels.to_string(), s.value.clone())).collect())
            }
            Ok(other) => panic!("{query}: {other:?}"),
            Err(error) => Err(error.to_string()),
        };
    let duplicate = Err("vector cannot contain metrics with the same labelset".to_owned());
    let both = "{__name__=~\"metric|big\", a!=\"2\"} or on (__name__) label_replace(metric, \"__name__\", \"copy\", \"\", \"\")";
    assert_eq!(vector(&format!("-({both})")), duplicate);
    assert_eq!(vector("rate({__name__=~\"big|copy\"}[1m])").map(|v: Vec<_>| v.len()), Ok(2));
    let found = vector(&format!("sum by (__name__) (rate({all}[1m]))")).unwrap();
    assert_eq!(found.len(), 1, "the name is gone before the aggregation sees it");
    assert_eq!(found[0].0, "{}");
    let found = vector("metric > 5").unwrap();
    assert_eq!(found, [("{__name__=\"metric\"}".to_owned(), PointValue::Float(10.0))]);
}

#[test]
fn statistics_are_filled_on_demand() {
    let (memory, engine) = (storage(), engine(EngineOptions::default()));
    let options = QueryOptions { stats: true, ..QueryOptions::default() };
    let output = engine.instant(&memory, "rate(big[1m])", 100_000, &options).unwrap();
    let stats = output.stats.unwrap();
    assert_eq!(stats.total_samples, 12);
    assert!(stats.peak_samples >= 7);
}
