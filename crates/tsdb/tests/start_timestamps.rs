//! Start timestamps: stored when asked for, carried through log, snapshot, head chunks, out-of-order samples, checkpoints and
//! blocks; without the option every byte is what it was.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use narthex_model::{Histogram, Labels, STALE_NAN, Span};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{Db, FloatEncoding, OpenError, Options};

const STEP: i64 = 15_000;
const FIRST: i64 = 1_700_006_400_000;

/// Time, start and bits of the value (the sum of a histogram) by series.
type Content = BTreeMap<String, Vec<(i64, i64, u64)>>;

fn with_starts() -> Options {
    Options {
        start_timestamps: true,
        float_encoding: FloatEncoding::Xor2,
        histogram_starts: true,
        out_of_order_window: 10 * 60_000,
        ..Options::default()
    }
}

fn histogram(n: i64) -> Histogram {
    Histogram {
        count: 2 * n as u64,
        sum: n as f64,
        positive_spans: vec![Span { offset: 0, length: 2 }],
        positive_buckets: vec![n, 0],
        ..Histogram::default()
    }
}

/// Appends one sample, and notes it in `content` if it is new.
fn append(db: &Db, content: &mut Content, name: &str, start: i64, t: i64, value: SampleValue<'_>) {
    let mut appender = db.appender();
    let series = appender.series(&Labels::from_pairs([("__name__", name)])).unwrap();
    appender.append(series, start, t, value).unwrap();
    appender.commit().unwrap();
    let bits = match value {
        SampleValue::Float(v) => v.to_bits(),
        SampleValue::Histogram(histogram) => histogram.sum.to_bits(),
        SampleValue::FloatHistogram(histogram) => histogram.sum.to_bits(),
    };
    let samples = content.entry(name.to_owned()).or_default();
    samples.push((t, start, bits));
    samples.sort_unstable();
}

/// Samples of every kind, `from..to` steps behind the first time.
fn fill(db: &Db, content: &mut Content, steps: std::ops::Range<i64>) {
    for n in steps {
        let (t, restart) = (FIRST + n * STEP, FIRST + n / 200 * 200 * STEP - 7);
        append(db, content, "restarts", restart, t, SampleValue::Float((n % 200) as f64));
        append(db, content, "late_start", if n > 300 { 5 } else { 0 }, t, SampleValue::Float(1.0));
        append(db, content, "ints", restart, t, SampleValue::Histogram(&histogram(n + 1)));
        append(db, content, "floats", restart, t, SampleValue::FloatHistogram(&histogram(n + 1).to_float()));
        if n % 10 == 5 {
            // Out of order.
            append(db, content, "restarts", 11, t - STEP - 4000, SampleValue::Float(0.25));
            append(db, content, "ints", 12, t - STEP - 4000, SampleValue::Histogram(&histogram(n + 1)));
        }
        if n % 97 == 50 {
            append(db, content, "stale", 0, t, SampleValue::Float(STALE_NAN));
        } else {
            append(db, content, "stale", restart, t, SampleValue::Float(2.5));
        }
    }
}

fn content(db: &Db) -> Content {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let mut all = Content::new();
    for series in collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap() {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        let sums: BTreeMap<u32, f64> =
            samples.histograms.iter().map(|(index, value)| (*index, value.sum())).collect();
        let starts = samples.start_timestamps.iter().copied().chain(std::iter::repeat(0));
        let rows = samples.timestamps.iter().zip(&samples.values).zip(starts).enumerate();
        let rows = rows
            .map(|(index, ((t, v), start))| (*t, start, sums.get(&(index as u32)).unwrap_or(v).to_bits()));
        all.insert(series.labels().value("__name__").to_owned(), rows.collect());
    }
    all
}

fn same(db: &Db, want: &Content, when: &str) {
    let got = content(db);
    assert_eq!(got.keys().collect::<Vec<_>>(), want.keys().collect::<Vec<_>>(), "{when}");
    for (name, want) in want {
        let got = &got[name];
        let differs = got.iter().zip(want).position(|(got, want)| got != want);
        let around =
            differs.map(|at| (&got[at.saturating_sub(1)..at + 1], &want[at.saturating_sub(1)..at + 1]));
        assert!(differs.is_none() && got.len() == want.len(), "{when}: {name} at {differs:?}: {around:?}");
    }
}

#[test]
fn starts_survive_restarts_snapshots_and_blocks() {
    let dir = tempfile::tempdir().unwrap();
    let mut want = Content::new();
    let db = Db::open(dir.path(), with_starts()).unwrap();
    fill(&db, &mut want, 0..400);
    same(&db, &want, "in memory");
    drop(db);
    let db = Db::open(dir.path(), Options { memory_snapshot: true, ..with_starts() }).unwrap();
    same(&db, &want, "after a replay");
    fill(&db, &mut want, 400..450);
    db.close().unwrap();
    drop(db);
    let db = Db::open(dir.path(), Options { memory_snapshot: true, ..with_starts() }).unwrap();
    assert!(db.replay_report().snapshot_series > 0);
    same(&db, &want, "after a snapshot");
    drop(db);
    std::fs::remove_dir_all(dir.path().join("chunks_head")).unwrap();
    let db = Db::open(dir.path(), with_starts()).unwrap();
    same(&db, &want, "without head chunk files");
    // Seven hours: blocks, checkpoints, and blocks of out-of-order samples that are merged into them.
    fill(&db, &mut want, 450..1700);
    for round in 0..4 {
        let made = db.maintain().unwrap();
        assert!(round > 0 || made.head_blocks.len() > 2, "{made:?}");
    }
    same(&db, &want, "from blocks");
    drop(db);
    let db = Db::open(dir.path(), with_starts()).unwrap();
    same(&db, &want, "from blocks, a checkpoint and the log");
}

#[test]
fn without_the_option_no_byte_changes() {
    let pages = |options: Options, start: i64| {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path(), options).unwrap();
        for n in 0..300 {
            let value = histogram(n + 1);
            append(&db, &mut Content::new(), "f", start, FIRST + n * STEP, SampleValue::Float(n as f64));
            append(&db, &mut Content::new(), "h", start, FIRST + n * STEP, SampleValue::Histogram(&value));
        }
        drop(db);
        files(dir.path(), &["wal/00000000", "chunks_head/000001"])
    };
    assert!(pages(Options::default(), 5) == pages(Options::default(), 0));
    assert!(pages(with_starts(), 5) != pages(with_starts(), 0));
    assert!(pages(with_starts(), 0) != pages(Options::default(), 0));
}

fn files(dir: &Path, names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| std::fs::read(dir.join(name)).unwrap()).collect()
}

#[test]
fn the_encoding_can_change_while_samples_come_and_between_starts() {
    let dir = tempfile::tempdir().unwrap();
    let mut want = Content::new();
    let plain = Options { out_of_order_window: 10 * 60_000, ..Options::default() };
    let db = Db::open(dir.path(), plain.clone()).unwrap();
    fill(&db, &mut want, 0..50);
    assert!(db.set_float_encoding(FloatEncoding::Xor2));
    fill(&db, &mut want, 50..100);
    assert!(db.set_float_encoding(FloatEncoding::Xor));
    fill(&db, &mut want, 100..150);
    drop(db);
    // Nothing of it was stored.
    want.values_mut().flatten().for_each(|sample| sample.1 = 0);
    let db = Db::open(dir.path(), with_starts()).unwrap();
    same(&db, &want, "with starts from now on");
    assert!(!db.set_float_encoding(FloatEncoding::Xor), "there is no room for starts");
    fill(&db, &mut want, 150..200);
    same(&db, &want, "with some starts");
    drop(db);
    let db = Db::open(dir.path(), plain).unwrap();
    let times = |content: &Content| -> Vec<_> {
        content.values().flatten().map(|sample| (sample.0, sample.2)).collect()
    };
    assert_eq!(times(&content(&db)), times(&want), "without starts again, nothing else is lost");
}

#[test]
fn chunks_without_room_for_starts_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { start_timestamps: true, ..Options::default() };
    let Err(error) = Db::open(dir.path(), options) else { panic!("opens") };
    assert!(matches!(error, OpenError::NoRoomForStarts), "{error}");
    assert!(!dir.path().join("wal").exists());
}

#[test]
fn a_zero_at_the_start_is_taken_once_and_never_out_of_order() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), with_starts()).unwrap();
    for n in 0..100 {
        let (t, start) = (FIRST + n * STEP, FIRST + n / 50 * 50 * STEP - 9);
        let mut appender = db.appender();
        let series = appender.series(&Labels::from_pairs([("__name__", "m")])).unwrap();
        let taken = appender.append_start_zero(series, start, SampleValue::Float(0.0)).is_ok();
        assert_eq!(taken, n % 50 == 0);
        appender.append(series, start, t, SampleValue::Float(1.0)).unwrap();
        appender.commit().unwrap();
    }
    let stats = db.head_stats();
    assert_eq!((stats.out_of_order, stats.out_of_order_appended), (0, 0));
    assert_eq!(db.out_of_order_delta().count, 0);
    let samples = content(&db).remove("m").unwrap();
    assert_eq!(samples.len(), 102);
    assert_eq!(samples[51], (FIRST + 50 * STEP - 9, 0, 0));
    assert_eq!(samples[52], (FIRST + 50 * STEP, FIRST + 50 * STEP - 9, 1.0_f64.to_bits()));
}
