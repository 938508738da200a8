//! Checkpoints: what the log has under former references of a series is kept, damage in them and missing segments cost what they
//! held and nothing else, and everything lost is reported.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use narthex_model::Labels;
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{Compression, Db, Options};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const PAGE: u64 = 32 * 1024;

fn open(dir: &Path) -> Db {
    let options =
        Options { wal_segment_size: 2 * PAGE, wal_compression: Compression::None, ..Options::default() };
    Db::open(dir, options).unwrap()
}

/// Samples whose value is their time.
fn append(db: &Db, id: usize, t: i64) {
    let mut appender = db.appender();
    let labels = Labels::from_pairs([("__name__", "m"), ("id", id.to_string().as_str())]);
    let series = appender.series(&labels).unwrap();
    appender.append(series, 0, t, SampleValue::Float(t as f64)).unwrap();
    appender.commit().unwrap();
}

fn content(db: &Db) -> BTreeMap<String, Vec<i64>> {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let all = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
    let times = |series: Box<dyn narthex_storage::Series>| {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        assert!(samples.timestamps.iter().zip(&samples.values).all(|(t, v)| *v == *t as f64));
        (series.labels().value("id").to_owned(), samples.timestamps)
    };
    all.into_iter().map(times).collect()
}

#[test]
fn samples_under_a_former_reference_outlive_a_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), Options::default()).unwrap();
    append(&db, 0, MINUTE);
    // A new series may wait for its first sample until the second time.
    for minutes in [0..190, 190..310] {
        minutes.for_each(|minute| append(&db, 1, minute * MINUTE));
        assert_eq!(db.maintain().unwrap().head_blocks.len(), 1);
    }
    assert_eq!(db.head_stats().series, 1, "the one that had ended is gone");
    // It comes back, under a new reference; the log has its record under both.
    let back: Vec<i64> = (0..5).map(|n| 6 * HOUR + n * MINUTE).collect();
    back.iter().for_each(|t| append(&db, 0, *t));
    append(&db, 1, 6 * HOUR);
    drop(db);
    let db = Db::open(dir.path(), Options::default()).unwrap();
    append(&db, 0, 6 * HOUR + 10 * MINUTE);
    append(&db, 1, 7 * HOUR + 30 * MINUTE);
    let want = content(&db);
    assert_eq!(want["0"].len(), 7);
    assert_eq!(db.maintain().unwrap().head_blocks.len(), 1);
    let checkpoint = std::fs::read_dir(dir.path().join("wal")).unwrap();
    assert!(
        checkpoint.into_iter().any(|e| e.unwrap().file_name().to_string_lossy().starts_with("checkpoint"))
    );
    drop(db);
    let db = Db::open(dir.path(), Options::default()).unwrap();
    assert_eq!(content(&db), want);
}

/// A log of a checkpoint and many segments; every minute has a sample of each of 40 series, every 10th of another 400.
fn write(dir: &Path) -> BTreeMap<String, Vec<i64>> {
    let db = open(dir);
    for minute in 0..200 {
        (0..40).for_each(|id| append(&db, id, minute * MINUTE));
        if minute % 10 == 0 {
            (40..440).for_each(|id| append(&db, id, minute * MINUTE));
        }
    }
    assert_eq!(db.maintain().unwrap().head_blocks.len(), 1);
    content(&db)
}

fn listed(dir: &Path, begins: &str) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    all.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with(begins));
    all.sort();
    all
}

/// Opens after damage: what is found is a part of `want`, blocks are whole, new series take nothing of lost ones, and the
/// next start has nothing to report. Returns the report of the damage and how many samples are lost.
fn check(dir: &Path, want: &BTreeMap<String, Vec<i64>>) -> (Vec<String>, u64, usize) {
    std::fs::remove_dir_all(dir.join("chunks_head")).unwrap();
    let db = open(dir);
    let (repairs, unknown) = (db.replay_report().repairs.clone(), db.replay_report().unknown_refs);
    let counted = db.replay_report().unknown_wal;
    assert_eq!(counted.samples + counted.histograms, unknown);
    let found = content(&db);
    let mut lost = 0;
    for (id, times) in want {
        let found = found.get(id).map(Vec::as_slice).unwrap_or_default();
        assert!(found.iter().all(|t| times.contains(t)) && found.is_sorted(), "{id}");
        assert!(times.iter().filter(|t| **t < 2 * HOUR).all(|t| found.contains(t)), "blocks are whole: {id}");
        lost += times.len() - found.len();
    }
    (1000..1500).for_each(|id| append(&db, id, 300 * MINUTE));
    drop(db);
    let db = open(dir);
    let after = content(&db);
    assert!((1000..1500).all(|id| after[&id.to_string()] == [300 * MINUTE]));
    assert!(found.iter().all(|(id, times)| after[id] == *times));
    (repairs, unknown, lost)
}

#[test]
fn a_damaged_checkpoint_costs_what_is_behind_the_damage() {
    let dir = tempfile::tempdir().unwrap();
    let want = write(dir.path());
    let checkpoint = listed(&dir.path().join("wal"), "checkpoint").pop().unwrap();
    let segment = listed(&checkpoint, "0").remove(0);
    let mut bytes = std::fs::read(&segment).unwrap();
    bytes[1000] ^= 0x55;
    std::fs::write(&segment, bytes).unwrap();
    let (repairs, unknown, lost) = check(dir.path(), &want);
    assert_eq!(repairs.len(), 1, "{repairs:?}");
    assert!(repairs[0].contains("checkpoint.") && repairs[0].contains("damaged at byte"), "{repairs:?}");
    assert!(unknown > 0 && lost > 0, "{unknown} {lost}");
}

#[test]
fn missing_segments_are_reported_and_the_others_read() {
    let dir = tempfile::tempdir().unwrap();
    let want = write(dir.path());
    let segments = listed(&dir.path().join("wal"), "0");
    assert!(segments.len() > 2, "{segments:?}");
    let middle = &segments[segments.len() / 2];
    std::fs::remove_file(middle).unwrap();
    let (repairs, unknown, lost) = check(dir.path(), &want);
    assert_eq!(repairs.len(), 1, "{repairs:?}");
    let name = middle.file_name().unwrap().to_string_lossy();
    assert!(repairs[0].contains(&*name) && repairs[0].contains("missing"), "{repairs:?}");
    assert!(unknown == 0 && lost > 0 && lost < 3000, "{unknown} {lost}: series are in the checkpoint");
}
