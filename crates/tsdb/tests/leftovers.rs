//! What crashes, and others, leave in a data directory: replaced blocks, empty head chunk files, strange names.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use narthex_model::{Labels, Matcher};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{Db, Options};

const RANGE: i64 = 1_000_000;

fn open(dir: &Path) -> Db {
    let options = Options { min_block_duration: RANGE, max_block_duration: 9 * RANGE, ..Options::default() };
    Db::open(dir, options).unwrap()
}

/// Appends a sample every two seconds in `[from, to)`.
fn fill(db: &Db, name: &str, from: i64, to: i64) {
    let labels = Labels::from_pairs([("__name__", name)]);
    for t in (from..to).step_by(2000) {
        let mut appender = db.appender();
        let series = appender.series(&labels).unwrap();
        appender.append(series, 0, t, SampleValue::Float(t as f64)).unwrap();
        appender.commit().unwrap();
    }
}

fn times(db: &Db, name: &str) -> Vec<i64> {
    let matchers = [Matcher::equal("__name__", name)];
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let mut samples = Samples::default();
    for series in collect_series(querier.select(&SelectHints::default(), &matchers).unwrap()).unwrap() {
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
    }
    samples.timestamps
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_dir(&path, &target);
        } else {
            std::fs::copy(path, target).unwrap();
        }
    }
}

#[test]
fn a_block_that_was_replaced_does_not_bring_back_what_was_deleted() {
    let (dir, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let db = open(dir.path());
    fill(&db, "m", 0, 4 * RANGE);
    db.maintain().unwrap();
    let parents: Vec<String> = db.block_metas().into_iter().map(|meta| meta.ulid).collect();
    parents.iter().for_each(|ulid| copy_dir(&dir.path().join(ulid), &aside.path().join(ulid)));
    fill(&db, "m", 4 * RANGE, 7 * RANGE);
    db.maintain().unwrap();
    let metas = db.block_metas();
    assert!(metas.iter().any(|meta| !meta.compaction.parents.is_empty()), "{metas:?}");
    db.delete(0, RANGE, &[Matcher::equal("__name__", "m")]).unwrap();
    let want = times(&db, "m");
    assert!(want[0] > RANGE);
    drop(db);
    let gone = parents.iter().filter(|ulid| !dir.path().join(ulid).exists()).collect::<Vec<_>>();
    gone.iter().for_each(|ulid| copy_dir(&aside.path().join(ulid), &dir.path().join(ulid)));
    let db = open(dir.path());
    assert_eq!(times(&db, "m"), want);
    assert!(!gone.is_empty() && gone.iter().all(|ulid| !dir.path().join(ulid).exists()));
}

#[test]
fn files_of_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let keep = dir.path().join("notes.tmp");
    std::fs::write(&keep, "mine").unwrap();
    std::fs::create_dir(dir.path().join("checkpoint.tmp")).unwrap();
    fill(&open(dir.path()), "m", 0, 10_000);
    assert_eq!(times(&open(dir.path()), "m").len(), 5);
    assert!(keep.exists() && !dir.path().join("checkpoint.tmp").exists());
}

/// The head chunk files: no gap in their numbers, none without a header, as Prometheus demands.
fn head_files(dir: &Path) -> Vec<PathBuf> {
    let dir = dir.join("chunks_head");
    let names = names(&dir);
    let numbers: Vec<u32> = names.iter().map(|name| name.parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a + 1 == *b), "{names:?}");
    let files: Vec<PathBuf> = names.iter().map(|name| dir.join(name)).collect();
    for file in &files {
        assert_eq!(std::fs::read(file).unwrap()[..5], [0x01, 0x30, 0xbc, 0x91, 1], "{}", file.display());
    }
    files
}

#[test]
fn head_chunk_files_have_no_gap_and_none_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    fill(&open(dir.path()), "a", RANGE * 6 / 10, RANGE * 14 / 10);
    // The second file has older samples than the first one.
    fill(&open(dir.path()), "b", RANGE * 9 / 10, RANGE * 14 / 10);
    fill(&open(dir.path()), "a", RANGE * 14 / 10, RANGE * 18 / 10);
    let db = open(dir.path());
    let files = head_files(dir.path());
    assert_eq!(files.len(), 3);
    let want = (times(&db, "a"), times(&db, "b"));
    drop(db);
    for damage in [&b""[..], b"\0\0\0", b"\x01\x30\xbc\x91\x07\0\0\0", b"something else"] {
        std::fs::write(&files[1], damage).unwrap();
        let db = open(dir.path());
        assert_eq!((times(&db, "a"), times(&db, "b")), want, "{damage:?}");
        head_files(dir.path());
    }
    let db = open(dir.path());
    fill(&db, "a", RANGE * 18 / 10, RANGE * 22 / 10);
    db.maintain().unwrap();
    assert_eq!(db.block_metas().len(), 1);
    head_files(dir.path());
}
