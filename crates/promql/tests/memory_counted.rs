//! What a query counts against `query.max-memory` is what it holds: for every kind of operator the counted bytes are compared
//! with the allocator's, and a limit below what an operator makes of its input stops it.
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]

mod counting;
mod support;

use std::sync::Mutex;

use narthex_model::Labels;
use narthex_promql::parser::ParserOptions;
use narthex_promql::{Engine, EngineOptions, QueryError, QueryOptions};
use narthex_storage::Samples;
use support::Memory;

/// The allocator counts for the whole process.
static ALONE: Mutex<()> = Mutex::new(());

const SERIES: usize = 400;
const STEPS: i64 = 600;
const RANGE: (i64, i64, i64) = (0, (STEPS - 1) * 1_000, 1_000);

/// `m` and `n` with the same 400 label sets, `b_bucket` of 40 histograms, `group_info` for each of the four groups.
fn storage() -> Memory {
    let mut memory = Memory::default();
    let mut push = |pairs: &[(&str, &str)], factor: usize| {
        let mut samples = Samples::default();
        (0..STEPS / 10).for_each(|at| samples.push(at * 10_000, (at as usize * factor) as f64));
        memory.push(Labels::from_pairs(pairs.iter().copied()), samples);
    };
    for index in 0..SERIES {
        let (group, id) = ((index % 4).to_string(), format!("a-value-of-some-length-{index}"));
        for name in ["m", "n"] {
            push(&[("__name__", name), ("group", &group), ("id", &id)], index);
        }
    }
    for index in 0..40 {
        for (count, le) in ["0.1", "1", "10", "+Inf"].iter().enumerate() {
            push(&[("__name__", "b_bucket"), ("id", &index.to_string()), ("le", le)], count + 1);
        }
    }
    for group in ["0", "1", "2", "3"] {
        push(&[("__name__", "group_info"), ("group", group), ("owner", "somebody")], 1);
    }
    memory
}

fn engine(max_memory: usize) -> Engine {
    let parser = ParserOptions::ALL;
    let options =
        EngineOptions { threads: 1, max_samples: 0, max_memory, parser, ..EngineOptions::default() };
    Engine::new(options)
}

fn built(storage: &Memory, query: &str) -> (usize, usize) {
    let engine = engine(0);
    let expr = engine.parse(query).unwrap();
    let options = QueryOptions { stats: true, ..QueryOptions::default() };
    let (output, held) =
        counting::peak_of(|| engine.range_expr(storage, &expr, RANGE, &options).map_err(|e| e.to_string()));
    (output.unwrap_or_else(|error| panic!("{query}: {error}")).stats.unwrap().built_bytes, held)
}

/// Queries whose largest part is named by their first operator.
const QUERIES: [&str; 22] = [
    "m",
    "abs(m)",
    "m + on (group, id) n",
    "m > bool on (group, id) n",
    "m * on (group) group_left (owner) group_info",
    "group_info * on (group) group_right (owner) m",
    "m + ignoring (x) fill (0) n",
    "m and on (group, id) n",
    "m or n",
    "m unless on (group, id) group_info",
    "topk(300, m)",
    "bottomk by (group) (50, m)",
    "limitk(300, m)",
    "limit_ratio(0.9, m)",
    "sort(m)",
    "quantile by (group, id) (0.5, m)",
    "count_values by (group) (\"value\", m)",
    "label_replace(m, \"copy\", \"$1-$1-$1-$1-$1-$1\", \"id\", \"(.*)\")",
    "label_join(m, \"copy\", \"-\", \"id\", \"id\", \"id\", \"id\")",
    "histogram_quantile(0.9, b_bucket)",
    "sum by (group, id) (m)",
    "avg by (group, id) (m)",
];

#[test]
fn what_is_counted_is_what_is_held() {
    let _alone = ALONE.lock();
    let storage = storage();
    let mut wrong = Vec::new();
    for query in QUERIES {
        let (counted, held) = built(&storage, query);
        if counted * 10 < held * 9 || counted > held * 4 {
            wrong.push(format!("{query}: {counted} bytes counted, {held} held at once"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_operators_make_of_their_input_counts() {
    let _alone = ALONE.lock();
    let storage = storage();
    // The rows of the selection, without the points of an answer.
    let (input, _) = built(&storage, "count(sort(m))");
    for query in QUERIES.iter().filter(|query| !["m", "abs(m)", "sort(m)"].contains(query)) {
        // Room for less than the query needs, with its selections alone well inside where it has results beside them.
        let (all, _) = built(&storage, query);
        for limit in [all / 2, all - 1] {
            let error = engine(limit).range(&storage, query, RANGE, &QueryOptions::default()).unwrap_err();
            assert!(matches!(error, QueryError::TooMuchMemory(found) if found == limit), "{query}: {error}");
        }
        assert!(engine(all).range(&storage, query, RANGE, &QueryOptions::default()).is_ok(), "{query}");
    }
    // What stands between the selection and a small result is what counts here.
    for (query, at_least) in [
        ("count(m + on (group, id) n)", input * 5 / 2),
        ("count(topk(400, m))", input * 2),
        ("count(label_replace(m, \"copy\", \"$1$1$1$1$1$1$1$1\", \"id\", \"(.*)\"))", input + 50_000),
        ("count(count_values by (id) (\"value\", m))", input * 20),
        ("count(quantile by (id) (0.5, m))", input * 3 / 2),
    ] {
        let limit = at_least;
        let error = engine(limit).range(&storage, query, RANGE, &QueryOptions::default()).unwrap_err();
        assert!(matches!(error, QueryError::TooMuchMemory(_)), "{query}: {error}");
    }
}
