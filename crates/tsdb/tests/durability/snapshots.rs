//! Memory snapshots that were removed and power cuts.

use std::path::Path;
use std::sync::Arc;

use narthex_model::Labels;
use narthex_storage::{SampleValue, Storage};
use narthex_tsdb::fs::Fs;
use narthex_tsdb::{Db, OpenError, Options};

use crate::content::{Value, content};
use crate::mem_fs::{Fault, MemFs};

const RANGE: i64 = 1000;

fn open(fs: &MemFs, memory_snapshot: bool) -> Db {
    try_open(fs, memory_snapshot).unwrap()
}

fn try_open(fs: &MemFs, memory_snapshot: bool) -> Result<Db, OpenError> {
    let options = Options {
        min_block_duration: RANGE,
        memory_snapshot,
        wal_segment_size: 32 * 1024,
        fs: Arc::new(fs.clone()),
        ..Options::default()
    };
    Db::open("/data", options)
}

/// A commit that makes series 7 known, with a sample of it or of another one.
fn append(db: &Db, id: &str, t: i64) {
    let mut appender = db.appender();
    let labels = |id: &str| Labels::from_pairs([("__name__", "m"), ("id", id)]);
    appender.series(&labels("7")).unwrap();
    let series = appender.series(&labels(id)).unwrap();
    appender.append(series, 0, t, SampleValue::Float(1.0)).unwrap();
    appender.commit().unwrap();
}

/// The snapshot does not have a series that left the head; a start without it finds the series in the log again, so that
/// nothing behind the snapshot explains its reference.
#[test]
fn one_that_was_not_used_does_not_come_back() {
    let fs = MemFs::new();
    fs.create_dir_all(Path::new("/data")).and_then(|()| fs.sync_dir(Path::new("/"))).unwrap();
    let db = open(&fs, true);
    append(&db, "1", 0);
    for t in (RANGE..4 * RANGE).step_by(100) {
        let mut appender = db.appender();
        let series = appender.series(&Labels::from_pairs([("__name__", "m"), ("id", "1")])).unwrap();
        appender.append(series, 0, t, SampleValue::Float(1.0)).unwrap();
        appender.commit().unwrap();
    }
    // Once, so that the log is not old enough for a checkpoint.
    db.maintain().unwrap();
    assert_eq!(db.head_stats().series, 1, "the other one is gone");
    db.close().unwrap();
    drop(db);
    let db = open(&fs, false);
    append(&db, "7", 4 * RANGE);
    db.sync().unwrap();
    let fs = fs.fork();
    drop(db);
    fs.power_cut(true, &mut |_| 0);
    let db = open(&fs, true);
    assert_eq!(content(&db, 0, i64::MAX)[&7][&(4 * RANGE)], Value::float(1.0));
}

/// A part of a snapshot looks like a whole one with fewer series, and nothing behind it in the log brings the others back.
#[test]
fn one_of_which_a_part_is_left_is_not_used() {
    let fs = MemFs::new();
    fs.create_dir_all(Path::new("/data")).and_then(|()| fs.sync_dir(Path::new("/"))).unwrap();
    let db = open(&fs, true);
    let mut appender = db.appender();
    // Enough for a snapshot of more than one segment.
    for id in 0..1000 {
        let labels = Labels::from_pairs([("__name__", "m"), ("id", id.to_string().as_str())]);
        let series = appender.series(&labels).unwrap();
        appender.append(series, 0, 0, SampleValue::Float(1.0)).unwrap();
    }
    appender.commit().unwrap();
    db.close().unwrap();
    drop(db);
    // A start without it removes it.
    let whole = fs.fork();
    drop(open(&whole, false));
    for at in 1..=whole.operations().0 - fs.operations().0 {
        let fs = fs.fork();
        fs.inject(Fault::Dead, at);
        drop(try_open(&fs, false));
        let fs = fs.fork();
        fs.heal();
        let db = open(&fs, true);
        assert_eq!(content(&db, 0, i64::MAX).len(), 1000, "killed at {at}, {}", fs.what());
        assert!(db.replay_report().repairs.is_empty(), "{:?}", db.replay_report());
    }
}
