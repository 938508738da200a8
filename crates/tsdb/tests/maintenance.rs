//! What maintenance and the admin calls do to blocks: overlaps are merged, deleted samples go, a copy is whole, a block that
//! cannot be compacted is marked and left alone, and the lock file tells how the last process ended.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use narthex_model::{Labels, MatchOp, Matcher};
use narthex_storage::{Queryable, SampleValue, Samples, SelectHints, Storage, collect_series};
use narthex_tsdb::{BlockBuilder, Db, OpenError, Options, Retention};

const HOUR: i64 = 3_600_000;

fn labels(name: &str) -> Labels {
    Labels::from_pairs([("__name__", name)])
}

fn open(dir: &Path) -> Db {
    Db::open(dir, Options::default()).unwrap()
}

/// A block with these samples of each series.
fn block(dir: &Path, samples: &[(&str, i64, f64)]) -> PathBuf {
    let mut builder = BlockBuilder::default();
    samples.iter().for_each(|(name, t, v)| builder.append(labels(name), *t, *v));
    dir.join(builder.finish(dir).unwrap().unwrap().meta.ulid)
}

fn content(db: &dyn Queryable) -> BTreeMap<String, Vec<(i64, f64)>> {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let all = collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap();
    let of = |series: Box<dyn narthex_storage::Series>| {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        let rows = samples.timestamps.into_iter().zip(samples.values).collect();
        (series.labels().metric_name().to_owned(), rows)
    };
    all.into_iter().map(of).collect()
}

#[test]
fn overlapping_blocks_become_one() {
    let dir = tempfile::tempdir().unwrap();
    let every = |from: i64, step: i64| (0..300).map(move |n| ("a", from + n * step, n as f64));
    let first: Vec<_> = every(0, 20_000).chain([("only_first", 5, 1.0)]).collect();
    let second: Vec<_> = every(10_000, 20_000).chain([("only_second", 6, 2.0), ("a", 0, 99.0)]).collect();
    block(dir.path(), &first);
    block(dir.path(), &second);
    block(dir.path(), &[("b", 2 * HOUR, 1.0)]);
    let db = open(dir.path());
    let before = content(&db);
    assert_eq!(before["a"].len(), 600, "one of two samples with one time");
    let sources = db.block_metas().len();
    let made = db.maintain().unwrap();
    assert_eq!((sources, made.compacted.len()), (3, 1), "{made:?}");
    let metas = db.block_metas();
    assert_eq!(metas.len(), 2);
    assert_eq!((metas[0].compaction.level, metas[0].compaction.parents.len()), (2, 2));
    assert_eq!((metas[0].stats.num_series, metas[0].stats.num_samples), (3, 602));
    assert_eq!(content(&db), before);
    drop(db);
    assert_eq!(content(&open(dir.path())), before);
}

#[test]
fn cleaning_up_removes_what_was_deleted_and_blocks_that_have_nothing_left() {
    let dir = tempfile::tempdir().unwrap();
    let half = block(dir.path(), &[("a", 1, 1.0), ("a", 2, 2.0), ("a", 3, 3.0), ("b", 2, 2.0)]);
    let gone = block(dir.path(), &[("a", 2 * HOUR, 1.0)]);
    let kept = block(dir.path(), &[("c", 4 * HOUR, 1.0)]);
    let db = open(dir.path());
    let a = Matcher::new(MatchOp::Equal, "__name__", "a").unwrap();
    db.delete(2, 3 * HOUR, std::slice::from_ref(&a)).unwrap();
    let want = BTreeMap::from([
        ("a".to_owned(), vec![(1, 1.0)]),
        ("b".to_owned(), vec![(2, 2.0)]),
        ("c".to_owned(), vec![(4 * HOUR, 1.0)]),
    ]);
    assert_eq!(content(&db), want);
    assert_eq!(db.block_metas().iter().map(|meta| meta.stats.num_tombstones).sum::<u64>(), 2);
    db.clean_tombstones().unwrap();
    assert_eq!(content(&db), want);
    let metas = db.block_metas();
    assert_eq!(metas.iter().map(|meta| meta.stats.num_samples).collect::<Vec<_>>(), [2, 1]);
    assert!(metas.iter().all(|meta| meta.stats.num_tombstones == 0));
    assert!(!half.exists() && !gone.exists() && kept.exists(), "only what was touched is written anew");
    db.clean_tombstones().unwrap();
    assert_eq!(db.block_metas(), metas, "nothing left to clean");
}

#[test]
fn what_was_deleted_does_not_come_back_from_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path());
    for (name, t) in [("a", 0), ("b", HOUR), ("b", 4 * HOUR)] {
        let mut appender = db.appender();
        let series = appender.series(&labels(name)).unwrap();
        appender.append(series, 0, t, SampleValue::Float(1.0)).unwrap();
        appender.commit().unwrap();
    }
    assert_eq!(db.maintain().unwrap().head_blocks.len(), 1);
    // Everything in the only block. The head does not know its series any more, or not its times; the log does.
    db.delete(0, 2 * HOUR, &[]).unwrap();
    db.clean_tombstones().unwrap();
    let want = BTreeMap::from([("b".to_owned(), vec![(4 * HOUR, 1.0)])]);
    assert_eq!(content(&db), want);
    drop(db);
    let db = open(dir.path());
    assert_eq!(content(&db), want);
    db.maintain().unwrap();
    db.clean_tombstones().unwrap();
    assert_eq!(content(&db), want);
}

#[test]
fn a_copy_has_the_head_unless_it_is_left_out() {
    let dir = tempfile::tempdir().unwrap();
    block(dir.path(), &[("old", 1, 1.0), ("old", 2, 2.0)]);
    let db = open(dir.path());
    let mut appender = db.appender();
    let series = appender.series(&labels("new")).unwrap();
    appender.append(series, 0, 3 * HOUR, SampleValue::Float(3.0)).unwrap();
    appender.commit().unwrap();
    let old = Matcher::new(MatchOp::Equal, "__name__", "old").unwrap();
    db.delete(2, 2, &[old]).unwrap();
    for (skip_head, want) in [(false, &["new", "old"][..]), (true, &["old"])] {
        let name = db.snapshot(skip_head).unwrap();
        let copy = open(&dir.path().join("snapshots").join(name));
        let found = content(&copy);
        assert_eq!(found.keys().collect::<Vec<_>>(), want, "skip_head {skip_head}");
        assert_eq!(found["old"], [(1, 1.0)], "what is deleted stays deleted");
        // A copy is a database of its own.
        copy.clean_tombstones().unwrap();
    }
    assert_eq!(content(&db).len(), 2);
}

/// Damages the first series in the index of a block.
fn damage(block: &Path) {
    let path = block.join("index");
    let mut bytes = std::fs::read(&path).unwrap();
    let toc = bytes.len() - 52;
    let series = u64::from_be_bytes(bytes[toc + 8..toc + 16].try_into().unwrap()) as usize;
    let at = series.next_multiple_of(16) + 3;
    bytes[at] ^= 0x55;
    std::fs::write(&path, bytes).unwrap();
}

#[test]
fn blocks_that_cannot_be_compacted_are_marked_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let blocks: Vec<PathBuf> = (0..4)
        .map(|n| block(dir.path(), &[("a", n * 2 * HOUR, 1.0), ("a", (n + 1) * 2 * HOUR - 1, 1.0)]))
        .collect();
    damage(&blocks[1]);
    let db = open(dir.path());
    let error = db.maintain().unwrap_err();
    assert_eq!(error.step, "compacting blocks");
    assert!(error.reason.contains("index") && error.reason.contains("damaged"), "{error}");
    let failed = |db: &Db| db.block_metas().iter().map(|meta| meta.compaction.failed).collect::<Vec<_>>();
    assert_eq!(failed(&db), [true, true, true, false]);
    assert!(db.maintain().unwrap().compacted.is_empty(), "they are left alone");
    drop(db);
    let db = open(dir.path());
    assert_eq!(failed(&db), [true, true, true, false], "it stands in the files");
    assert!(db.maintain().unwrap().compacted.is_empty());
}

#[test]
fn blocks_wait_until_they_are_uploaded() {
    let dir = tempfile::tempdir().unwrap();
    let blocks: Vec<PathBuf> = (0..4)
        .map(|n| {
            // Names tell which was made first.
            std::thread::sleep(std::time::Duration::from_millis(2));
            block(dir.path(), &[("a", n * 2 * HOUR, 1.0), ("a", (n + 1) * 2 * HOUR - 1, 1.0)])
        })
        .collect();
    let names: Vec<String> =
        blocks.iter().map(|block| block.file_name().unwrap().to_string_lossy().into_owned()).collect();
    let file = dir.path().join("thanos.shipper.json");
    let options = Options { uploads_file: Some(file.clone()), ..Options::default() };
    let db = Db::open(dir.path(), options).unwrap();
    for uploaded in [&names[..0], &names[1..], &names[..2], &names[..3]] {
        let list = serde_json::json!({"version": 1, "uploaded": uploaded});
        std::fs::write(&file, list.to_string()).unwrap();
        assert!(db.maintain().unwrap().compacted.is_empty(), "{uploaded:?}");
    }
    std::fs::write(&file, serde_json::json!({"uploaded": names}).to_string()).unwrap();
    assert_eq!(db.maintain().unwrap().compacted.len(), 1);
    assert_eq!(db.block_metas()[0].compaction.sources, names[..3]);
}

#[test]
fn old_blocks_go_also_when_compacting_fails() {
    let dir = tempfile::tempdir().unwrap();
    let old = block(dir.path(), &[("a", 1, 1.0)]);
    let samples = [("a", 90 * HOUR, 1.0), ("a", 91 * HOUR, 1.0)];
    let overlapping = [block(dir.path(), &samples), block(dir.path(), &samples)];
    damage(&overlapping[0]);
    let retention = Retention { time_ms: 24 * HOUR, ..Retention::default() };
    let db = Db::open(dir.path(), Options { retention, ..Options::default() }).unwrap();
    for _ in 0..2 {
        assert_eq!(db.maintain().unwrap_err().step, "compacting blocks", "overlaps are tried each time");
        assert!(!old.exists(), "without it a disk that is full stays full");
        assert!(overlapping.iter().all(|block| block.exists()));
    }
    let left = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_lock_file_tells_of_an_unclean_end() {
    let dir = tempfile::tempdir().unwrap();
    let lock = dir.path().join("lock");
    let db = open(dir.path());
    assert_eq!((db.clean_start(), lock.exists()), (Some(true), true));
    let Err(error) = Db::open(dir.path(), Options::default()) else { panic!("two at once") };
    assert!(matches!(error, OpenError::Locked(_)) && lock.exists(), "{error}");
    db.close().unwrap();
    assert!(!lock.exists(), "a clean end takes it away");
    let other = open(dir.path());
    assert_eq!(other.clean_start(), Some(true), "after the end the directory is free");
    drop(db);
    assert!(lock.exists(), "it belongs to the other now");
    drop(other);
    std::fs::write(&lock, b"").unwrap();
    assert_eq!(open(dir.path()).clean_start(), Some(false), "what a killed process left");
    let without = Options { no_lock_file: true, ..Options::default() };
    let db = Db::open(dir.path(), without).unwrap();
    assert_eq!((db.clean_start(), lock.exists()), (None, false));
}

#[test]
fn the_longest_range_of_a_block_holds_and_a_longer_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let with_range =
        |min_block_duration| Db::open(dir.path(), Options { min_block_duration, ..Options::default() });
    let longest = 1 << 32;
    let refused = with_range(longest + 1).err().unwrap().to_string();
    assert!(refused.contains("4294967296 ms (49 days) is the longest"), "{refused}");
    let db = with_range(longest).unwrap();
    let times = [0, longest - 1, longest, longest + 1];
    for t in times {
        let mut appender = db.appender();
        let series = appender.series(&labels("a")).unwrap();
        appender.append(series, 0, t, SampleValue::Float(1.0)).unwrap();
        appender.commit().unwrap();
    }
    let querier = db.querier(longest - 1, longest - 1).unwrap();
    assert_eq!(collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap().len(), 1);
    drop((querier, db));
    let db = with_range(longest).unwrap();
    assert_eq!(content(&db)["a"], times.map(|t| (t, 1.0)));
    drop(db);
    assert_eq!(with_range(0).unwrap().options().min_block_duration, 2 * HOUR);
}
