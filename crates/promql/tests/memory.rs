//! An aggregation holds its groups and not its series: the most memory that `sum by (group) (rate(m[5m]))` needs at once
//! hardly grows when there are ten times as many series in the same groups.
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]

mod counting;
mod support;

use narthex_model::Labels;
use narthex_promql::{Engine, EngineOptions, QueryOptions};
use narthex_storage::Samples;
use support::Memory;

const STEPS: i64 = 2_000;
const STEP_MS: i64 = 15_000;

/// `series` counters in four groups; all share their few samples' times.
fn storage(series: usize) -> Memory {
    let mut memory = Memory::default();
    for index in 0..series {
        let mut samples = Samples::default();
        for at in 0..STEPS / 8 {
            samples.push(at * 8 * STEP_MS, (at * index as i64) as f64);
        }
        let (group, id) = ((index % 4).to_string(), index.to_string());
        memory.push(Labels::from_pairs([("__name__", "m_total"), ("group", &group), ("id", &id)]), samples);
    }
    memory
}

/// The most bytes in use at once while `query` runs, beyond those in use before.
fn peak(engine: &Engine, query: &str, storage: &Memory) -> usize {
    let expr = engine.parse(query).unwrap();
    let range = (0, (STEPS - 1) * STEP_MS, STEP_MS);
    let (output, peak) =
        counting::peak_of(|| engine.range_expr(storage, &expr, range, &QueryOptions::default()).unwrap());
    drop(output);
    peak
}

#[test]
fn aggregations_hold_groups_and_not_series() {
    let engine = Engine::new(EngineOptions { threads: 2, max_samples: 0, ..EngineOptions::default() });
    let (few, many) = (storage(400), storage(4_000));
    let column = STEPS as usize * size_of::<f64>();
    for query in [
        "sum by (group) (rate(m_total[10m]))",
        "avg by (group) (max_over_time(m_total[10m]))",
        "max by (group) (m_total)",
        "count by (group) (m_total > 5)",
    ] {
        let (small, large) = (peak(&engine, query, &few), peak(&engine, query, &many));
        let per_series = large.saturating_sub(small) / 3_600;
        assert!(
            per_series < column / 20,
            "{query}: {per_series} bytes for each further series: {small} → {large}"
        );
        assert!(small > 4 * column, "{query}: {small} bytes are less than the result: nothing was counted");
    }
    // The measure tells the difference: here every series is in the result.
    let (small, large) =
        (peak(&engine, "rate(m_total[10m])", &few), peak(&engine, "rate(m_total[10m])", &many));
    assert!((large - small) / 3_600 > column, "{small} → {large}");
}
