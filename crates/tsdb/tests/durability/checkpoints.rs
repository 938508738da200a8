//! Checkpoints and power cuts that bring back what they replaced.

use std::path::Path;
use std::sync::Arc;

use narthex_model::{Exemplar, Labels};
use narthex_storage::{SampleValue, Storage};
use narthex_tsdb::fs::Fs;
use narthex_tsdb::{Db, Options};

use crate::content::{content, exemplars};
use crate::mem_fs::MemFs;

fn open(fs: &MemFs) -> Db {
    let options = Options {
        min_block_duration: 1000,
        wal_segment_size: 32 * 1024,
        max_exemplars: 1000,
        fs: Arc::new(fs.clone()),
        ..Options::default()
    };
    Db::open("/data", options).unwrap()
}

/// A commit at `t` with a sample and an exemplar of each series.
fn append(db: &Db, ids: &[u64], t: i64) {
    let mut appender = db.appender();
    for id in ids {
        let text = id.to_string();
        let series =
            appender.series(&Labels::from_pairs([("__name__", "m"), ("id", text.as_str())])).unwrap();
        appender.append(series, 0, t, SampleValue::Float(*id as f64)).unwrap();
        let labels = Labels::from_pairs([("trace", "x")]);
        let exemplar = Exemplar { labels, value: t as f64, timestamp: Some(t) };
        appender.append_exemplar(series, &exemplar).unwrap();
    }
    appender.commit().unwrap();
}

/// Series 1 and 2 leave the log, so that the next process gives their references to 2 and 3. Their records must not be found in
/// what the power cut brought back.
#[test]
fn replaced_segments_that_come_back_are_not_read() {
    let fs = MemFs::new();
    fs.create_dir_all(Path::new("/data")).and_then(|()| fs.sync_dir(Path::new("/"))).unwrap();
    let db = open(&fs);
    append(&db, &[0, 1, 2], 0);
    let wal = || fs.list(Path::new("/data/wal")).unwrap();
    let mut t = 0;
    while !wal().iter().any(|name| name.starts_with("checkpoint")) {
        t += 100;
        append(&db, &[0], t);
        db.maintain().unwrap();
    }
    db.sync().unwrap();
    let fs = fs.fork();
    drop(db);
    fs.power_cut(true, &mut |_| 0);
    let wal = |fs: &MemFs| fs.list(Path::new("/data/wal")).unwrap();
    assert!(wal(&fs).contains(&"00000000".to_owned()), "it came back: {:?}", wal(&fs));
    let db = open(&fs);
    let from = t + 100;
    for ids in [&[0, 2][..], &[0, 2, 3]].into_iter().chain(std::iter::repeat_n(&[0, 2, 3][..], 60)) {
        t += 100;
        append(&db, ids, t);
        db.maintain().unwrap();
    }
    assert!(!wal(&fs).contains(&"00000000".to_owned()));
    let want = content(&db, i64::MIN, i64::MAX);
    drop(db);
    let db = open(&fs);
    assert_eq!(content(&db, i64::MIN, i64::MAX), want);
    assert_eq!(want[&3].range(from..).count(), 61);
    let exemplars = exemplars(&db);
    assert!(exemplars[&2][0] >= from && exemplars[&3][0] > from, "each with its own series: {exemplars:?}");
}
