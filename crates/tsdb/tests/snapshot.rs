//! Memory snapshots: what one restores, what happens when it is damaged or does not fit, and one of Prometheus.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use narthex_model::{Exemplar, Histogram, Labels, Matcher, Span};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{Db, Options};

const START: i64 = 1_700_000_000_000;

fn open(dir: &Path) -> Db {
    let options = Options {
        memory_snapshot: true,
        max_exemplars: 10,
        out_of_order_window: 3_600_000,
        ..Options::default()
    };
    Db::open(dir, options).unwrap()
}

fn labels(name: &str) -> Labels {
    Labels::from_pairs([("__name__", name)])
}

/// Appends the samples of minutes `from..to`: floats, histograms, and some out of order.
fn fill(db: &Db, from: i64, to: i64) {
    for minute in from..to {
        let mut appender = db.appender();
        let t = START + minute * 60_000;
        let histogram = Histogram {
            count: minute as u64,
            sum: minute as f64,
            positive_spans: vec![Span { offset: 0, length: 1 }],
            positive_buckets: vec![minute],
            ..Histogram::default()
        };
        let mut append = |name: &str, t: i64, value: SampleValue<'_>| {
            let series = appender.series(&labels(name)).unwrap();
            appender.append(series, 0, t, value).unwrap();
            series
        };
        let a = append("a", t, SampleValue::Float(minute as f64));
        append("h", t, SampleValue::Histogram(&histogram));
        append("f", t, SampleValue::FloatHistogram(&histogram.to_float()));
        append("late", t - (minute % 3) * 90_000, SampleValue::Float(1.0));
        let exemplar = Exemplar { labels: labels("e"), value: 1.0, timestamp: Some(t) };
        appender.append_exemplar(a, &exemplar).unwrap();
        appender.commit().unwrap();
    }
}

type All = BTreeMap<String, (Vec<i64>, Vec<u64>, Vec<u64>)>;

fn everything(db: &Db) -> All {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let series = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
    let read = |series: &dyn narthex_storage::Series| {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        let floats = samples.values.iter().map(|v| v.to_bits()).collect();
        let counts = samples.histograms.iter().map(|(_, h)| h.to_float().count.to_bits()).collect();
        (series.labels().to_string(), (samples.timestamps, floats, counts))
    };
    series.iter().map(|series| read(&**series)).collect()
}

fn snapshots(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.to_string_lossy().contains("chunk_snapshot")).collect()
}

#[test]
fn a_snapshot_takes_the_place_of_the_log_in_front_of_it() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..4_i64 {
        let db = open(dir.path());
        fill(&db, round * 70, round * 70 + 70);
        db.delete(START, START + round * 60_000, &[Matcher::equal("__name__", "a")]).unwrap();
        let want = everything(&db);
        let exemplars = db.exemplars(i64::MIN, i64::MAX, &[vec![]]);
        assert_eq!((want.len(), exemplars[0].1.len()), (4, 10));
        db.close().unwrap();
        db.close().unwrap();
        assert_eq!(snapshots(dir.path()).len(), 1, "older ones are removed");
        drop(db);
        let db = open(dir.path());
        let report = db.replay_report();
        assert_eq!((report.snapshot_series, report.samples, report.series), (4, 0, 0), "{report:?}");
        assert!(report.repairs.is_empty());
        assert_eq!(everything(&db), want);
        assert_eq!(db.exemplars(i64::MIN, i64::MAX, &[vec![]]), exemplars);
    }
    let db = open(dir.path());
    fill(&db, 280, 300);
    let want = everything(&db);
    drop(db);
    let db = open(dir.path());
    assert!(db.replay_report().samples >= 60, "what came behind the snapshot is read from the log");
    assert_eq!(everything(&db), want);
    db.maintain().unwrap();
    assert_eq!(everything(&db), want);
}

#[test]
fn a_damaged_snapshot_is_not_used_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    fill(&db, 0, 150);
    let want = everything(&db);
    db.close().unwrap();
    drop(db);
    let snapshot = snapshots(dir.path()).remove(0);
    let file = snapshot.join("00000000");
    let good = std::fs::read(&file).unwrap();
    let check = |why: &str| {
        let db = open(dir.path());
        let report = db.replay_report();
        assert_eq!(report.snapshot_series, 0, "{why}");
        assert!(report.repairs.iter().any(|repair| repair.contains("memory snapshot")), "{why}: {report:?}");
        assert_eq!(everything(&db), want, "{why}");
    };
    let put = |name: &str, bytes: &[u8]| {
        let snapshot = snapshot.with_file_name(name);
        assert!(
            !snapshot.exists(),
            "one that is not used goes: the log may go on with series it does not have"
        );
        std::fs::create_dir_all(&snapshot).unwrap();
        std::fs::write(snapshot.join("00000000"), bytes).unwrap();
    };
    let name = snapshot.file_name().unwrap().to_str().unwrap();
    std::fs::remove_dir_all(&snapshot).unwrap();
    for place in (0..good.len()).step_by(good.len() / 9) {
        let mut bad = good.clone();
        bad[place] ^= 0x41;
        put(name, &bad);
        check(&format!("bit flipped at {place}"));
    }
    put("chunk_snapshot.000099.0000000000", &good);
    check("of a segment that does not exist");
    put("chunk_snapshot.000000.0099999999", &good);
    check("of a place behind the end of the segment");
}

#[test]
fn the_snapshot_of_prometheus() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpora/tsdb/live/2.53.3_nocompress_wal_chunk_snapshot/data");
    if !path.is_dir() {
        println!("SKIPPED: no data directory at {}", path.display());
        return;
    }
    let read = |memory_snapshot| {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(&path, dir.path());
        let db = Db::open(dir.path(), Options { memory_snapshot, ..Options::default() }).unwrap();
        let report = db.replay_report().clone();
        assert!(report.repairs.is_empty(), "{report:?}");
        (everything(&db), report)
    };
    let (from_log, _) = read(false);
    let (from_snapshot, report) = read(true);
    assert!(report.snapshot_series > 500, "{report:?}");
    assert_eq!(from_snapshot, from_log);
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
