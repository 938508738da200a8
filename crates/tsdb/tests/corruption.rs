//! Damage in the log: what is in front of it and what later segments hold is kept, the damage is reported once, and the
//! next start finds a log without damage.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use narthex_model::Labels;
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{Compression, Db, Options};

const SERIES: i64 = 40;
const COMMITS: i64 = 700;
const PAGE: u64 = 32 * 1024;

type Content = BTreeMap<String, Vec<i64>>;

fn open(dir: &Path) -> Db {
    let options =
        Options { wal_segment_size: 2 * PAGE, wal_compression: Compression::None, ..Options::default() };
    Db::open(dir, options).unwrap()
}

/// A log of several segments; every commit has a sample of every series.
fn write(dir: &Path) {
    let db = open(dir);
    for commit in 0..COMMITS {
        let mut appender = db.appender();
        for id in 0..SERIES {
            let labels = Labels::from_pairs([("__name__", "m"), ("id", id.to_string().as_str())]);
            let series = appender.series(&labels).unwrap();
            appender.append(series, 0, 1000 + commit, SampleValue::Float(commit as f64)).unwrap();
        }
        appender.commit().unwrap();
    }
    db.sync().unwrap();
}

fn content(db: &Db) -> Content {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let all = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
    let times = |series: Box<dyn narthex_storage::Series>| {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        assert!(samples.timestamps.iter().zip(&samples.values).all(|(t, v)| *v == (*t - 1000) as f64));
        (series.labels().value("id").to_owned(), samples.timestamps)
    };
    all.into_iter().map(times).collect()
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut all: Vec<_> = std::fs::read_dir(dir.join("wal")).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all.retain(|path| path.is_file() && path.metadata().unwrap().len() > 0);
    all
}

/// Head chunk files would give back what the log lost.
fn without_head_chunks(dir: &Path) {
    std::fs::remove_dir_all(dir.join("chunks_head")).unwrap();
}

fn flip(path: &Path, at: u64) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at as usize] ^= 0x55;
    std::fs::write(path, bytes).unwrap();
}

/// Opens a damaged directory twice; what it holds, after checking the report of both starts.
fn repaired(dir: &Path, damaged: &Path) -> Content {
    let db = open(dir);
    let repairs = &db.replay_report().repairs;
    assert_eq!(repairs.len(), 1, "{repairs:?}");
    let text = repairs.first().unwrap();
    assert!(text.contains(damaged.to_str().unwrap()) && text.contains("damaged at byte"), "{text}");
    let found = content(&db);
    drop(db);
    assert_eq!(damaged.metadata().unwrap().len() % PAGE, 0, "whole pages, so that every reader can go on");
    let db = open(dir);
    assert_eq!(db.replay_report().repairs, Vec::<String>::new());
    assert_eq!(content(&db), found);
    found
}

#[test]
fn damage_in_the_middle_costs_only_the_rest_of_its_segment() {
    for at in [0, 3, 20, 5000, PAGE - 3, PAGE + 1, PAGE + 9000] {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path());
        without_head_chunks(dir.path());
        let all = segments(dir.path());
        assert!(all.len() >= 4, "{}", all.len());
        let damaged = &all[2];
        flip(damaged, at);
        let found = repaired(dir.path(), damaged);
        assert_eq!(found.len() as i64, SERIES);
        for (id, times) in &found {
            assert!(times.contains(&1000) && times.contains(&(1000 + COMMITS - 1)), "series {id}: {times:?}");
            let gaps = times.windows(2).filter(|pair| pair[1] - pair[0] > 1).count();
            assert!(gaps <= 1 && (times.len() as i64) < COMMITS, "series {id} at {at}: {gaps} gaps");
        }
    }
}

#[test]
fn a_torn_end_costs_only_the_last_commit() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let last = segments(dir.path()).pop().unwrap();
    let whole = std::fs::read(&last).unwrap();
    for cut in [1, 2, 6, 7, 8, 100, 300] {
        let copy = tempfile::tempdir().unwrap();
        std::fs::create_dir(copy.path().join("wal")).unwrap();
        for path in segments(dir.path()) {
            std::fs::copy(&path, copy.path().join("wal").join(path.file_name().unwrap())).unwrap();
        }
        let damaged = copy.path().join("wal").join(last.file_name().unwrap());
        std::fs::write(&damaged, &whole[..whole.len() - cut]).unwrap();
        let found = repaired(copy.path(), &damaged);
        assert!(found.values().all(|times| times.len() as i64 == COMMITS - 1), "{cut}");
    }
}

#[test]
fn a_damaged_first_segment_loses_series_and_nothing_is_confused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    without_head_chunks(dir.path());
    let first = segments(dir.path()).remove(0);
    flip(&first, 10);
    let db = open(dir.path());
    assert!(db.replay_report().unknown_refs > 0);
    assert_eq!(content(&db), Content::new());
    // The references of lost series are not given to new ones: their old samples would be taken for the new series'.
    let mut appender = db.appender();
    let series = appender.series(&Labels::from_pairs([("__name__", "new"), ("id", "n")])).unwrap();
    appender.append(series, 0, 5000, SampleValue::Float(4000.0)).unwrap();
    appender.commit().unwrap();
    drop(db);
    assert_eq!(content(&open(dir.path())), Content::from([("n".to_owned(), vec![5000])]));
}
