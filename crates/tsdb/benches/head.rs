//! The head's hot paths: append with commit (log included), the log alone, label lookup, select, replay. Throughput in samples or series.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use narthex_model::{Labels, Matcher};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, SeriesRef, Storage, collect_series};
use narthex_tsdb::bench::WalBench;
use narthex_tsdb::{Compression, Db, Options};

/// Series of one target, as a scrape brings them.
const TARGET: usize = 1_000;

fn open(dir: &Path) -> Db {
    Db::open(dir, Options { wal_compression: Compression::Snappy, ..Options::default() }).unwrap()
}

fn labels(target: usize, series: usize) -> Labels {
    let (instance, code) = (format!("10.0.0.{target}:9100"), format!("{}", series % 50));
    let (name, path) = (format!("metric_{}_total", series / 50), format!("/path/{}", series % 7));
    Labels::from_pairs([
        ("__name__", name.as_str()),
        ("code", &code),
        ("cluster", "eu-west-1"),
        ("env", "prod"),
        ("handler", &path),
        ("instance", &instance),
        ("job", "node"),
        ("method", "GET"),
        ("zone", "a"),
    ])
}

fn refs(db: &Db, target: usize) -> Vec<SeriesRef> {
    let mut appender = db.appender();
    let refs = (0..TARGET).map(|series| appender.series(&labels(target, series)).unwrap()).collect();
    appender.commit().unwrap();
    refs
}

fn scrape(db: &Db, refs: &[SeriesRef], t: i64) {
    let mut appender = db.appender();
    for (index, series) in refs.iter().enumerate() {
        let value = (t / 15_000 * (index as i64 % 17)) as f64;
        appender.append(*series, 0, t, SampleValue::Float(value)).unwrap();
    }
    appender.commit().unwrap();
}

fn bench(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    let targets: Vec<_> = (0..100).map(|target| refs(&db, target)).collect();
    let mut group = c.benchmark_group("head");
    group.throughput(Throughput::Elements(TARGET as u64));
    let (mut t, mut next) = (1_700_000_000_000, 0);
    group.bench_function("append and commit, known series", |b| {
        b.iter(|| {
            scrape(&db, &targets[next], t);
            next = (next + 1) % targets.len();
            t += if next == 0 { 15_000 } else { 0 };
        });
    });
    group.bench_function("append only, known series", |b| {
        b.iter(|| {
            let mut appender = db.appender();
            for series in &targets[0] {
                appender.append(*series, 0, t + 1, SampleValue::Float(1.0)).unwrap();
            }
            appender.rollback();
        });
    });
    for (name, compression) in [("snappy", Compression::Snappy), ("plain", Compression::None)] {
        let dir = tempfile::tempdir().unwrap();
        let mut log = WalBench::new(dir.path(), compression).unwrap();
        let mut step = 0_i64;
        group.bench_function(format!("log only, {name}"), |b| {
            b.iter(|| {
                step += 1;
                let t = 1_700_000_000_000 + step * 15_000;
                let value = |index: u64| (step * (index as i64 % 17)) as f64;
                log.commit(dir.path(), (1..=TARGET as u64).map(|index| (index, t, value(index)))).unwrap();
            });
        });
    }
    let known: Vec<_> = (0..TARGET).map(|series| labels(7, series)).collect();
    group.bench_function("look labels up", |b| {
        b.iter(|| {
            let mut appender = db.appender();
            known.iter().for_each(|labels| drop(black_box(appender.series(labels))));
        });
    });
    group.bench_function("select and read", |b| {
        let mut samples = Samples::default();
        b.iter(|| {
            let querier = db.querier(t - 300_000, t).unwrap();
            let matchers = [Matcher::equal("instance", "10.0.0.3:9100")];
            let set = querier.select(&SelectHints::default(), &matchers).unwrap();
            for series in collect_series(set).unwrap() {
                samples.clear();
                series.read(t - 300_000, t, &mut samples).unwrap();
                black_box(samples.len());
            }
        });
    });
    group.finish();

    let mut group = c.benchmark_group("replay");
    group.sample_size(10);
    group.throughput(Throughput::Elements(100 * TARGET as u64 * 10));
    group.bench_function("100 targets, 10 scrapes", |b| {
        b.iter_batched(
            || {
                let dir = tempfile::tempdir().unwrap();
                let db = open(dir.path());
                let targets: Vec<_> = (0..100).map(|target| refs(&db, target)).collect();
                for i in 0..10 {
                    targets.iter().for_each(|refs| scrape(&db, refs, 1_700_000_000_000 + i * 15_000));
                }
                dir
            },
            |dir| {
                black_box(open(dir.path()).head_stats().series);
                dir
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
