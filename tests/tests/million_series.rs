//! Questions about a million series in the head, with their times; run alone, on a quiet machine:
//! `cargo test --release -p narthex-tests --test million_series -- --ignored --nocapture`.

use std::time::Instant;

use narthex_model::Labels;
use narthex_promql::value::Value;
use narthex_promql::{Engine, EngineOptions, QueryOptions};
use narthex_storage::{SampleValue, Storage};
use narthex_tsdb::{Db, Options};

const SERIES: usize = 1_000_000;
const T: i64 = 1_700_000_000_000;

#[test]
#[ignore = "a measurement: takes a minute and a gigabyte"]
fn counting_all_series() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), Options::default()).unwrap();
    let mut refs = Vec::with_capacity(SERIES);
    for scrape in 0..5 {
        for page in 0..SERIES / 1000 {
            let mut appender = db.appender();
            for index in page * 1000..(page + 1) * 1000 {
                if scrape == 0 {
                    let (name, id) = (format!("metric_{}", index % 100), index.to_string());
                    let pairs = [("__name__", name.as_str()), ("id", id.as_str()), ("job", "j")];
                    refs.push(appender.series(&Labels::from_pairs(pairs)).unwrap());
                }
                let t = T + scrape * 15_000;
                appender.append(refs[index], 0, t, SampleValue::Float(index as f64)).unwrap();
            }
            appender.commit().unwrap();
        }
    }
    let engine = Engine::new(EngineOptions { max_samples: 50_000_000, ..EngineOptions::default() });
    for query in [
        "count({__name__!=\"\"})",
        "count by (job) ({__name__!=\"\"})",
        "count({__name__=~\"metric_1.*\"})",
        "count({id!~\"9.*\"})",
        "count by (__name__) ({__name__=~\".+\"})",
    ] {
        let mut best = f64::INFINITY;
        let mut answer = None;
        for _ in 0..3 {
            let begun = Instant::now();
            answer = Some(engine.instant(&db, query, T + 60_000, &QueryOptions::default()).unwrap());
            best = best.min(begun.elapsed().as_secs_f64());
        }
        let Some(Value::Vector(vector)) = answer.map(|answer| answer.value) else { panic!("a vector") };
        println!("{query}: {:.3} s, {} results", best, vector.len());
        if query.starts_with("count({__name__!=") {
            assert_eq!(vector.len(), 1);
        }
    }
}
