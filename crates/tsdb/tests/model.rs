//! The database against a naive map: random appends, deletions, maintenance, restarts; everything is read back often.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use narthex_model::{Histogram, Labels, Matcher, Span};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{Compression, Db, Options};

/// What a sample is compared by: a float's bits, or a histogram's count and sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Float(u64),
    Histogram(u64, u64),
}

type Model = BTreeMap<usize, BTreeMap<i64, Value>>;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }
}

const RANGE: i64 = 600_000;

/// How far back samples may come out of order.
const WINDOW: i64 = 3 * RANGE;

fn open(dir: &Path, seed: u64) -> Db {
    let compression = [Compression::None, Compression::Snappy, Compression::Zstd][seed as usize % 3];
    let options = Options {
        min_block_duration: RANGE,
        max_block_duration: 9 * RANGE,
        wal_segment_size: 64 * 1024,
        wal_compression: compression,
        out_of_order_window: WINDOW,
        ..Options::default()
    };
    Db::open(dir, options).unwrap()
}

fn labels(series: usize) -> Labels {
    let (id, group) = (series.to_string(), (series % 3).to_string());
    Labels::from_pairs([("__name__", "m"), ("id", id.as_str()), ("group", group.as_str())])
}

fn histogram(n: u64) -> Histogram {
    let buckets = 1 + n % 5;
    Histogram {
        count: n * buckets,
        sum: n as f64,
        positive_spans: vec![Span { offset: 0, length: buckets as u32 }],
        positive_buckets: (0..buckets).map(|i| if i == 0 { n as i64 } else { 0 }).collect(),
        ..Histogram::default()
    }
}

fn check(db: &Db, model: &Model, mint: i64, maxt: i64, context: &str) {
    let querier = db.querier(mint, maxt).unwrap();
    let hints = SelectHints { sorted: true, ..SelectHints::default() };
    let mut got = BTreeMap::new();
    for series in collect_series(querier.select(&hints, &[]).unwrap()).unwrap() {
        let mut samples = Samples::default();
        series.read(mint, maxt, &mut samples).unwrap();
        let mut histograms = samples.histograms.iter().peekable();
        let mut all = BTreeMap::new();
        for (index, (t, v)) in samples.timestamps.iter().zip(&samples.values).enumerate() {
            let value = match histograms.next_if(|(at, _)| *at as usize == index) {
                Some((_, value)) => Value::Histogram(value.to_float().count as u64, value.sum().to_bits()),
                None => Value::Float(v.to_bits()),
            };
            all.insert(*t, value);
        }
        assert_eq!(all.len(), samples.len());
        if !all.is_empty() {
            got.insert(series.labels().get("id").unwrap().parse::<usize>().unwrap(), all);
        }
    }
    let in_range = |samples: &BTreeMap<i64, Value>| {
        samples.range(mint..=maxt).map(|(t, v)| (*t, *v)).collect::<BTreeMap<_, _>>()
    };
    let want: BTreeMap<_, _> = model
        .iter()
        .map(|(id, samples)| (*id, in_range(samples)))
        .filter(|(_, samples)| !samples.is_empty())
        .collect();
    for id in want.keys().chain(got.keys()) {
        assert_eq!(got.get(id), want.get(id), "{context}: series {id} in [{mint}, {maxt}]");
    }
}

fn run(seed: u64) {
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random(seed);
    let mut db = open(dir.path(), seed);
    let mut model = Model::new();
    let mut now = 10_000_000_i64;
    let mut deleted: Vec<(usize, i64, i64)> = Vec::new();
    for step in 0..600 {
        let context = format!("seed {seed}, step {step}");
        match random.below(40) {
            0 => {
                drop(db);
                db = open(dir.path(), seed + step);
            }
            1..=3 => {
                db.maintain().unwrap();
            }
            4 => {
                let group = random.below(3).to_string();
                let mint = now - random.below(5 * RANGE as u64) as i64;
                let maxt = mint + random.below(RANGE as u64) as i64;
                deleted.push((group.parse().unwrap(), mint, maxt));
                db.delete(mint, maxt, &[Matcher::equal("group", &group)]).unwrap();
                for (_, samples) in model.iter_mut().filter(|(id, _)| (*id % 3).to_string() == group) {
                    samples.retain(|t, _| !(mint..=maxt).contains(t));
                }
            }
            5 => db.clean_tombstones().unwrap(),
            _ => {
                now += 1 + random.below(30_000) as i64;
                let mut appender = db.appender();
                for _ in 0..random.below(20) {
                    let id = random.below(10 + step / 20) as usize;
                    let series = appender.series(&labels(id)).unwrap();
                    let n = random.below(1000);
                    // A deleted range of the head hides what comes into it later.
                    let back = random.below(2 * WINDOW as u64) as i64 - WINDOW;
                    let t = if back > 0 { now - back } else { now };
                    let hidden = |(group, mint, maxt): &(usize, i64, i64)| {
                        *group == id % 3 && (*mint..=*maxt).contains(&t)
                    };
                    if t < now && deleted.iter().any(hidden) {
                        continue;
                    }
                    let value = if id % 4 == 3 && n > 100 {
                        let h = histogram(n);
                        if appender.append(series, 0, t, SampleValue::Histogram(&h)).is_err() {
                            continue;
                        }
                        Value::Histogram(h.count, h.sum.to_bits())
                    } else {
                        if appender.append(series, 0, t, SampleValue::Float(n as f64 / 8.0)).is_err() {
                            continue;
                        }
                        Value::Float((n as f64 / 8.0).to_bits())
                    };
                    // Of several values for one time the first one stays.
                    model.entry(id).or_default().entry(t).or_insert(value);
                }
                appender.commit().unwrap();
                now += 1;
            }
        }
        if step % 10 == 0 {
            check(&db, &model, i64::MIN, i64::MAX, &context);
            let mint = now - random.below(4 * RANGE as u64) as i64;
            check(&db, &model, mint, mint + random.below(RANGE as u64) as i64, &context);
        }
    }
    assert!(db.block_metas().len() > 1 && db.block_metas().iter().any(|meta| meta.compaction.level > 1));
    let name = db.snapshot(false).unwrap();
    let copy = open(&dir.path().join("snapshots").join(name), seed);
    check(&copy, &model, i64::MIN, i64::MAX, "snapshot");
}

#[test]
fn random_life() {
    for seed in 1..=6 {
        run(seed);
    }
}
