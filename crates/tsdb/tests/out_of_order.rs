//! Out-of-order samples: rules, merging, restarts, blocks, and a directory written by Prometheus.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use narthex_model::{Histogram, Labels, Matcher, Span};
use narthex_storage::{
    AppendError, HistogramValue, Queryable, SampleValue, Samples, SelectHints, Storage, collect_series,
};
use narthex_tsdb::{Db, Options};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// An aligned point in time.
const NOON: i64 = 1_700_000_000_000 / (2 * HOUR) * (2 * HOUR);

fn open(dir: &Path) -> Db {
    Db::open(dir, Options { out_of_order_window: 6 * HOUR, ..Options::default() }).unwrap()
}

fn labels(name: &str) -> Labels {
    Labels::from_pairs([("__name__", name), ("job", "x")])
}

fn append(db: &Db, labels: &Labels, t: i64, value: SampleValue<'_>) -> Result<(), AppendError> {
    let mut appender = db.appender();
    let series = appender.series(labels)?;
    appender.append(series, 0, t, value)?;
    appender.commit().unwrap();
    Ok(())
}

fn float(db: &Db, labels: &Labels, t: i64, v: f64) -> Result<(), AppendError> {
    append(db, labels, t, SampleValue::Float(v))
}

fn samples(db: &Db, name: &str, mint: i64, maxt: i64) -> Samples {
    let querier = db.querier(mint, maxt).unwrap();
    let matchers = [Matcher::equal("__name__", name)];
    let series = collect_series(querier.select(&SelectHints::default(), &matchers).unwrap()).unwrap();
    assert!(series.len() <= 1);
    let mut samples = Samples::default();
    series.iter().for_each(|series| series.read(mint, maxt, &mut samples).unwrap());
    assert!(samples.timestamps.is_sorted_by(|a, b| a < b));
    samples
}

fn read(db: &Db, name: &str) -> BTreeMap<i64, f64> {
    let samples = samples(db, name, i64::MIN, i64::MAX);
    samples.timestamps.into_iter().zip(samples.values).collect()
}

fn histogram(count: u64) -> Histogram {
    Histogram {
        count,
        sum: count as f64,
        positive_spans: vec![Span { offset: 0, length: 1 }],
        positive_buckets: vec![count as i64],
        ..Histogram::default()
    }
}

/// Its only sample came late and is in a block; the log still has it, behind the end of the other blocks.
#[test]
fn what_was_deleted_of_a_series_that_left_the_head_stays_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    let (busy, late) = (labels("busy"), labels("late"));
    let run = |from: i64, to: i64| {
        (from..to).step_by(10).for_each(|minutes| float(&db, &busy, NOON + minutes * MINUTE, 1.0).unwrap());
    };
    run(0, 360);
    float(&db, &late, NOON + 4 * HOUR + MINUTE, 2.0).unwrap();
    db.maintain().unwrap();
    // A range in which nothing is left makes no block.
    run(360, 440);
    db.delete(NOON + 4 * HOUR, NOON + 6 * HOUR - 1, &[Matcher::equal("__name__", "busy")]).unwrap();
    db.maintain().unwrap();
    assert_eq!(db.head_stats().series, 1, "the late one is gone");
    assert_eq!(read(&db, "late").len(), 1);
    assert_eq!(db.block_metas().last().unwrap().compaction.hints, ["from-out-of-order"]);
    db.delete(i64::MIN, i64::MAX, &[Matcher::equal("__name__", "late")]).unwrap();
    assert_eq!(read(&db, "late").len(), 0);
    drop(db);
    for start in 1..4 {
        let db = open(dir.path());
        assert_eq!((read(&db, "late").len(), read(&db, "busy").len()), (0, 44 - 12), "start {start}");
        db.maintain().unwrap();
    }
}

#[test]
fn the_rules() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    let a = labels("a");
    float(&db, &a, NOON, 1.0).unwrap();
    assert_eq!(float(&db, &a, NOON - HOUR, 2.0), Ok(()));
    assert_eq!(float(&db, &a, NOON, 1.0), Ok(()), "the newest sample again");
    assert_eq!(float(&db, &a, NOON, 3.0), Err(AppendError::DuplicateTimestamp));
    assert_eq!(float(&db, &a, NOON - HOUR, 4.0), Ok(()), "taken, and dropped, as it is there");
    assert_eq!(float(&db, &a, NOON - 6 * HOUR, 5.0), Ok(()));
    assert_eq!(float(&db, &a, NOON - 6 * HOUR - 1, 6.0), Err(AppendError::TooOld));
    assert_eq!(float(&db, &labels("b"), NOON - 5 * HOUR, 7.0), Ok(()), "a new series may start late");
    assert_eq!(float(&db, &labels("b"), NOON - 7 * HOUR, 7.0), Err(AppendError::TooOld));
    assert_eq!(read(&db, "a"), BTreeMap::from([(NOON - 6 * HOUR, 5.0), (NOON - HOUR, 2.0), (NOON, 1.0)]));
    assert_eq!(read(&db, "b"), BTreeMap::from([(NOON - 5 * HOUR, 7.0)]));
    let stats = db.head_stats();
    assert_eq!((stats.out_of_order_appended, stats.too_old, stats.out_of_order), (3, 2, 0));
    db.set_out_of_order_window(0);
    assert_eq!(float(&db, &a, NOON - 1, 5.0), Err(AppendError::OutOfOrder));
    assert_eq!(float(&db, &a, NOON - 2 * HOUR, 5.0), Err(AppendError::OutOfBounds));
    assert_eq!(read(&db, "a").len(), 3, "what was taken stays");
    db.set_out_of_order_window(HOUR);
    assert_eq!(float(&db, &a, NOON - 1, 5.0), Ok(()));
    // Within one transaction.
    let mut appender = db.appender();
    let series = appender.series(&a).unwrap();
    for (t, v) in [(NOON + 9, 9.0), (NOON + 5, 5.0), (NOON + 9, 8.0), (NOON + 5, 6.0), (NOON + 7, 7.0)] {
        appender.append(series, 0, t, SampleValue::Float(v)).unwrap();
    }
    appender.commit().unwrap();
    let got: Vec<_> = read(&db, "a").into_iter().filter(|(t, _)| *t > NOON).collect();
    assert_eq!(got, [(NOON + 5, 5.0), (NOON + 7, 7.0), (NOON + 9, 9.0)]);
}

/// The log has late samples like others, so a start takes the one of a series that has nothing else for one in order.
#[test]
fn what_was_deleted_from_a_block_of_late_samples_stays_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    for t in [NOON, NOON + 3 * HOUR + MINUTE] {
        float(&db, &labels("busy"), t, 1.0).unwrap();
    }
    let late = NOON + 2 * HOUR + 1;
    float(&db, &labels("late"), late, 2.0).unwrap();
    assert_eq!(db.maintain().unwrap().head_blocks.len(), 2);
    assert_eq!(read(&db, "late"), BTreeMap::from([(late, 2.0)]));
    assert_eq!(db.block_metas().last().unwrap().compaction.hints, ["from-out-of-order"]);
    db.delete(i64::MIN, i64::MAX, &[Matcher::equal("__name__", "late")]).unwrap();
    assert!(read(&db, "late").is_empty());
    drop(db);
    let db = open(dir.path());
    assert!(read(&db, "late").is_empty(), "{:?}", read(&db, "late"));
    float(&db, &labels("late"), NOON + 3 * HOUR, 3.0).unwrap();
    assert_eq!(read(&db, "late").len(), 1, "what comes later is not touched");
}

/// A shuffled hour of samples, each minute's first one in order, over several series, with deletions of nothing.
fn fill(db: &Db, want: &mut BTreeMap<i64, f64>, from: i64, seed: u64) {
    let a = labels("a");
    let mut state = seed;
    for _ in 0..400 {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let t = from + (state >> 33) as i64 % (3 * HOUR);
        let v = (state >> 40) as f64;
        if float(db, &a, t, v).is_ok() {
            want.entry(t).or_insert(v);
        }
    }
}

#[test]
fn restarts_compaction_and_restarts_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut want = BTreeMap::new();
    let mut db = open(dir.path());
    for round in 0..6 {
        fill(&db, &mut want, NOON + round * HOUR, round as u64 + 1);
        assert_eq!(read(&db, "a"), want, "round {round}");
        drop(db);
        db = open(dir.path());
        assert!(db.replay_report().repairs.is_empty());
        assert_eq!(read(&db, "a"), want, "round {round}, reopened");
    }
    let late_segments = || std::fs::read_dir(dir.path().join("wbl")).unwrap().count();
    assert!(late_segments() > 3);
    let before = db.querier(i64::MIN, i64::MAX).unwrap();
    drop(before);
    let done = db.maintain().unwrap();
    assert!(done.head_blocks.len() >= 4, "{done:?}");
    assert_eq!(late_segments(), 1, "what is in blocks is not in the log");
    assert_eq!(db.head_stats().out_of_order_chunks, 0);
    assert_eq!(read(&db, "a"), want, "compacted");
    let metas = db.block_metas();
    let head_end = NOON + 8 * HOUR;
    assert!(metas.iter().all(|meta| meta.max_time <= head_end + 2 * HOUR));
    for round in 6..9 {
        fill(&db, &mut want, NOON + round * HOUR, round as u64 + 1);
    }
    assert_eq!(read(&db, "a"), want);
    drop(db);
    let db = open(dir.path());
    assert_eq!(read(&db, "a"), want);
    db.maintain().unwrap();
    db.maintain().unwrap();
    assert_eq!(read(&db, "a"), want);
    let copy = db.snapshot(false).unwrap();
    let copy = open(&dir.path().join("snapshots").join(copy));
    assert_eq!(read(&copy, "a"), want);
    drop(db);
    assert_eq!(read(&open(dir.path()), "a"), want);
}

#[test]
fn histograms_and_floats_mix() {
    let dir = tempfile::tempdir().unwrap();
    let h = labels("h");
    let check = |db: &Db| {
        let got = samples(db, "h", i64::MIN, i64::MAX);
        let times: Vec<i64> = (0..150).map(|i| NOON + i * MINUTE).collect();
        assert_eq!(got.timestamps, times);
        assert_eq!(got.histograms.len(), 100);
        for (index, value) in &got.histograms {
            let (HistogramValue::Int(value), at) = (value, *index as usize) else { panic!("an integer one") };
            assert_eq!((value.count, value.positive_buckets[0]), (at as u64, at as i64));
            assert_ne!(at % 3, 2);
        }
        let floats: Vec<_> = got.values.iter().enumerate().filter(|(at, _)| at % 3 == 2).collect();
        assert!(floats.len() == 50 && floats.iter().all(|(at, v)| **v == *at as f64));
    };
    {
        let db = open(dir.path());
        // The last one first, then the rest backwards in steps of seven.
        for i in (0..150_i64).map(|i| 149 - i * 7 % 150).collect::<Vec<_>>() {
            let t = NOON + i * MINUTE;
            let histogram = histogram(i as u64);
            let value =
                if i % 3 == 2 { SampleValue::Float(i as f64) } else { SampleValue::Histogram(&histogram) };
            append(&db, &h, t, value).unwrap();
        }
        check(&db);
        assert!(db.head_stats().out_of_order_chunks > 1);
    }
    let db = open(dir.path());
    check(&db);
    float(&db, &labels("other"), NOON + 8 * HOUR, 1.0).unwrap();
    assert!(!db.maintain().unwrap().head_blocks.is_empty());
    check(&db);
    drop(db);
    check(&open(dir.path()));
}

#[test]
fn deletion_reaches_out_of_order_samples() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels("a");
    let db = open(dir.path());
    float(&db, &a, NOON + 4 * HOUR, 0.0).unwrap();
    for i in 0..100 {
        float(&db, &a, NOON + i * MINUTE, i as f64).unwrap();
    }
    db.delete(NOON + 10 * MINUTE, NOON + 89 * MINUTE, &[Matcher::equal("job", "x")]).unwrap();
    assert_eq!(read(&db, "a").len(), 21);
    drop(db);
    let db = open(dir.path());
    assert_eq!(read(&db, "a").len(), 21);
    float(&db, &a, NOON + 9 * HOUR, 0.0).unwrap();
    db.maintain().unwrap();
    assert_eq!(read(&db, "a").len(), 22);
    drop(db);
    assert_eq!(read(&open(dir.path()), "a").len(), 22);
}

#[test]
fn a_reader_keeps_the_state_it_was_made_for() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels("a");
    let db = open(dir.path());
    float(&db, &a, NOON, 0.0).unwrap();
    float(&db, &a, NOON - 10, 1.0).unwrap();
    let before = db.querier(0, i64::MAX).unwrap();
    for i in 1..100 {
        float(&db, &a, NOON - HOUR - i, 2.0).unwrap();
    }
    let series = collect_series(before.select(&SelectHints::default(), &[]).unwrap()).unwrap();
    let mut samples = Samples::default();
    series[0].read(0, i64::MAX, &mut samples).unwrap();
    assert_eq!(samples.timestamps, [NOON - 10, NOON]);
    drop((series, before));
    assert_eq!(read(&db, "a").len(), 101);
}

#[test]
fn a_reader_keeps_its_state_however_many_chunks_are_moved_to_disk() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels("a");
    let db = open(dir.path());
    float(&db, &a, NOON, 0.0).unwrap();
    // Fifty before: one chunk on disk, one that grows. Then many between them, floats and histograms.
    (0..50).for_each(|n| float(&db, &a, NOON - HOUR + n * 1000, 1.0).unwrap());
    let before = db.querier(0, i64::MAX).unwrap();
    let times = |querier: &dyn narthex_storage::Querier, mint, maxt| {
        let series = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
        let mut samples = Samples::default();
        series[0].read(mint, maxt, &mut samples).unwrap();
        samples.timestamps
    };
    let want = times(&*before, 0, i64::MAX);
    assert_eq!(want.len(), 51);
    for n in 0..700 {
        let t = NOON - HOUR + n * 100 + 50;
        if n % 5 == 0 {
            append(&db, &a, t, SampleValue::Histogram(&histogram(3))).unwrap();
        } else {
            float(&db, &a, t, 2.0).unwrap();
        }
    }
    assert!(db.head_stats().out_of_order_chunks > 15);
    let part: Vec<i64> =
        want.iter().copied().filter(|t| (NOON - HOUR + 7000..NOON - HOUR + 30_000).contains(t)).collect();
    for _ in 0..2 {
        assert_eq!(times(&*before, 0, i64::MAX), want);
        assert_eq!(times(&*before, NOON - HOUR + 7000, NOON - HOUR + 29_999), part);
        // Another reader, and a commit that may forget what nobody needs.
        assert_eq!(read(&db, "a").len() % 751, 0);
    }
    drop(before);
    float(&db, &a, NOON - 30, 3.0).unwrap();
    assert_eq!(read(&db, "a").len(), 752);
    drop(db);
    assert_eq!(read(&open(dir.path()), "a").len(), 752);
}

#[test]
fn a_log_cut_anywhere_opens() {
    let dir = tempfile::tempdir().unwrap();
    let a = labels("a");
    let segment = dir.path().join("wbl/00000000");
    let mut ends = Vec::new();
    {
        let db = open(dir.path());
        float(&db, &a, NOON, 0.0).unwrap();
        for i in 0..40 {
            float(&db, &a, NOON - HOUR + i, i as f64).unwrap();
            ends.push(std::fs::metadata(&segment).unwrap().len());
        }
    }
    let bytes = std::fs::read(&segment).unwrap();
    for cut in (0..=bytes.len()).step_by(13) {
        let torn = tempfile::tempdir().unwrap();
        for sub in ["wal", "wbl", "chunks_head"] {
            std::fs::create_dir(torn.path().join(sub)).unwrap();
            for file in std::fs::read_dir(dir.path().join(sub)).unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), torn.path().join(sub).join(file.file_name())).unwrap();
            }
        }
        std::fs::write(torn.path().join("wbl/00000000"), &bytes[..cut]).unwrap();
        // 32 samples are in a chunk on disk, whatever the log says.
        let whole = ends.partition_point(|end| *end <= cut as u64).max(32);
        for round in 0..2 {
            let db = open(torn.path());
            assert_eq!(read(&db, "a").len(), 1 + whole, "cut at {cut}, round {round}");
        }
    }
}

#[test]
fn the_directory_of_prometheus() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpora/tsdb/live/3.5.3_out_of_order_wbl");
    if !path.is_dir() {
        println!("SKIPPED: no data directory at {}", path.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    copy_dir(&path.join("data"), dir.path());
    let answer: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path.join("all_samples.json")).unwrap()).unwrap();
    let result = answer.get("result").unwrap_or(&answer["data"]["result"]).as_array().unwrap();
    assert!(result.len() >= 20);
    for round in 0..2 {
        let db = Db::open(dir.path(), Options::default()).unwrap();
        assert_eq!(db.replay_report().repairs, [] as [&str; 0]);
        assert!(round > 0 || db.replay_report().out_of_order_samples > 1000);
        let mut count = 0;
        for series in result {
            let metric = series["metric"].as_object().unwrap();
            let matchers: Vec<_> =
                metric.iter().map(|(name, value)| Matcher::equal(name, value.as_str().unwrap())).collect();
            let querier = db.querier(i64::MIN, i64::MAX).unwrap();
            let found = collect_series(querier.select(&SelectHints::default(), &matchers).unwrap()).unwrap();
            let mut samples = Samples::default();
            found[0].read(i64::MIN, i64::MAX, &mut samples).unwrap();
            let got: Vec<_> = samples.timestamps.iter().copied().zip(samples.values).collect();
            let want: Vec<_> = series["values"]
                .as_array()
                .unwrap()
                .iter()
                .map(|sample| {
                    let t = (sample[0].as_f64().unwrap() * 1000.0).round() as i64;
                    (t, sample[1].as_str().unwrap().parse::<f64>().unwrap())
                })
                .collect();
            assert_eq!(got, want, "{metric:?}");
            count += want.len();
        }
        assert!(count >= 3000, "{count}");
    }
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
