//! Stale series leave the head early: blocks have their samples, the log says that they are gone, a series that comes back is
//! a new one, and no start ever mixes the two.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use narthex_model::{Histogram, Labels, STALE_NAN, Span};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{Db, Options};

const BASE: i64 = 1_700_006_400_000;

fn options() -> Options {
    Options { stale_series_threshold: 0.5, out_of_order_window: 3_600_000, ..Options::default() }
}

fn open(dir: &Path) -> Db {
    Db::open(dir, options()).unwrap()
}

fn histogram(n: u64) -> Histogram {
    Histogram {
        count: n,
        sum: n as f64,
        positive_spans: vec![Span { offset: 0, length: 1 }],
        positive_buckets: vec![n as i64],
        ..Histogram::default()
    }
}

fn append(db: &Db, id: usize, t: i64, v: f64) {
    let mut appender = db.appender();
    let labels = Labels::from_pairs([("__name__", "m"), ("id", id.to_string().as_str())]);
    let series = appender.series(&labels).unwrap();
    // Every third series has histograms.
    let value = histogram((t - BASE) as u64 / 15_000 + 1);
    let sample =
        if id % 3 == 2 && !v.is_nan() { SampleValue::Histogram(&value) } else { SampleValue::Float(v) };
    appender.append(series, 0, t, sample).unwrap();
    appender.commit().unwrap();
}

/// Times by series.
fn content(db: &Db) -> BTreeMap<String, Vec<i64>> {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let all = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
    let times = |series: Box<dyn narthex_storage::Series>| {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        (series.labels().value("id").to_owned(), samples.timestamps)
    };
    all.into_iter().map(times).collect()
}

/// Ten series, `BASE` to `BASE` + 40 minutes, across a border of blocks; those below `stale` end with a marker.
fn fill(db: &Db, stale: usize) {
    for step in 0..160 {
        (0..10).for_each(|id| append(db, id, BASE - 600_000 + step * 15_000, step as f64));
    }
    (0..stale).for_each(|id| append(db, id, BASE + 1_800_000, STALE_NAN));
}

#[test]
fn enough_stale_series_leave_and_may_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    fill(&db, 4);
    assert_eq!((db.stale_series(), db.maintain().unwrap().stale_blocks.len()), (4, 0), "not enough yet");
    (4..6).for_each(|id| append(&db, id, BASE + 1_800_000, STALE_NAN));
    // One of them has an out-of-order sample: it stays.
    append(&db, 0, BASE + 1000, 0.5);
    let before = content(&db);
    let made = db.maintain().unwrap();
    assert_eq!(made.stale_blocks.len(), 2, "one per range: {made:?}");
    let stats = db.stale_stats();
    assert_eq!((stats.triggered, stats.failed, stats.seconds.count), (1, 0, 1));
    assert_eq!((db.head_stats().series, db.stale_series()), (5, 1));
    for meta in db.block_metas() {
        assert_eq!(
            (&*meta.compaction.hints, meta.stats.num_series),
            (&["from-stale-series".to_owned()][..], 5)
        );
    }
    assert_eq!(content(&db), before);
    assert_eq!(db.maintain().unwrap().stale_blocks.len(), 0);
    drop(db);

    let db = open(dir.path());
    assert_eq!(db.head_stats().series, 5, "a start does not bring them back");
    assert_eq!(content(&db), before);
    // Two come back, under new references.
    for id in [1, 2] {
        append(&db, id, BASE + 1_900_000, 9.0);
    }
    let mut want = before;
    for id in ["1", "2"] {
        want.get_mut(id).unwrap().push(BASE + 1_900_000);
    }
    assert_eq!(content(&db), want);
    assert_eq!(db.head_stats().series, 7);
    drop(db);
    let db = open(dir.path());
    assert_eq!((content(&db), db.head_stats().series), (want.clone(), 7));
    // A delete of what is back touches nothing else.
    let all = narthex_model::Matcher::new(narthex_model::MatchOp::Equal, "id", "1").unwrap();
    db.delete(BASE + 1_900_000, BASE + 1_900_000, &[all]).unwrap();
    want.get_mut("1").unwrap().pop();
    assert_eq!(content(&db), want);
    drop(db);
    assert_eq!(content(&open(dir.path())), want);
}

#[test]
fn a_transaction_that_was_open_brings_its_series_back() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    fill(&db, 10);
    let mut appender = db.appender();
    let series = appender.series(&Labels::from_pairs([("__name__", "m"), ("id", "1")])).unwrap();
    appender.append(series, 0, BASE + 2_000_000, SampleValue::Float(7.0)).unwrap();
    assert_eq!(db.maintain().unwrap().stale_blocks.len(), 2);
    assert_eq!(db.head_stats().series, 0);
    appender.commit().unwrap();
    let want = content(&db);
    assert_eq!((want["1"].last(), want["1"].len()), (Some(&(BASE + 2_000_000)), 162));
    drop(db);
    let db = open(dir.path());
    assert_eq!((content(&db), db.head_stats().series), (want, 1));
}

#[test]
fn references_of_evicted_series_are_not_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    // Full chunks in head chunk files, of the largest reference too.
    for step in 0..400 {
        (0..3).for_each(|id| append(&db, id, BASE + step * 15_000, step as f64));
    }
    (0..3).for_each(|id| append(&db, id, BASE + 400 * 15_000, STALE_NAN));
    assert_eq!(db.maintain().unwrap().stale_blocks.len(), 1);
    drop(db);
    // The log is lost, as a checkpoint would leave the records of evicted series away.
    std::fs::remove_dir_all(dir.path().join("wal")).unwrap();
    let db = open(dir.path());
    append(&db, 30, BASE + 6_500_000, 1.0);
    let want = content(&db);
    drop(db);
    let db = open(dir.path());
    assert_eq!((&content(&db), want["30"].len()), (&want, 1));
}
