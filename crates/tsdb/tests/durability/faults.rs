//! Every operation on files fails once, in every way, at every point of a database's life: log, out-of-order log, head chunk
//! files, head compaction, checkpoint, block compaction, deletion, clean-up, copies, memory snapshot, retention, reopening.
//! After each everything acknowledged is there and nothing else.
//!
//! `make test` takes some of the points; with `NARTHEX_FAULTS=all` it is every one. `NARTHEX_SEED=n` takes other ones.

use std::path::Path;
use std::sync::Arc;

use narthex_model::{Histogram, Labels, Matcher, Span};
use narthex_storage::{HistogramValue, SampleValue, Storage};
use narthex_tsdb::fs::Fs;
use narthex_tsdb::{Compression, Db, Options, Retention};

use crate::content::Value;
use crate::known::{Appended, Known};
use crate::mem_fs::{Fault, MemFs};
use crate::{Random, setting};

const RANGE: i64 = 1000;
const STEP: i64 = 200;
const STEPS: i64 = 42;
const KEPT: i64 = 3 * RANGE;
const SERIES: i64 = 5;
/// So many points of each kind are taken when it is not all of them.
const SAMPLED: u64 = 40;

fn dir() -> &'static Path {
    Path::new("/data")
}

fn open(fs: &MemFs, dir: &Path) -> Result<Db, String> {
    let options = Options {
        min_block_duration: RANGE,
        max_block_duration: 3 * RANGE,
        wal_segment_size: 32 * 1024,
        wal_compression: Compression::None,
        retention: Retention { time_ms: KEPT, ..Retention::default() },
        out_of_order_window: 2 * RANGE,
        out_of_order_cap: 3,
        memory_snapshot: true,
        fs: Arc::new(fs.clone()),
        ..Options::default()
    };
    Db::open(dir, options).map_err(|error| error.to_string())
}

/// Opens the database, again if it fails; `None` when it never succeeds.
fn open_at_last(fs: &MemFs) -> Option<Db> {
    (0..40).find_map(|_| open(fs, dir()).ok())
}

/// One commit, with samples in order and late ones; whether it succeeded.
fn commit(db: &Db, step: i64) -> (Vec<Appended>, bool) {
    let mut appender = db.appender();
    let mut samples = Vec::new();
    for id in 0..SERIES + step / 12 {
        // Some series end, others begin.
        if id + 11 < step / 2 || (step + id) % 4 == 0 {
            continue;
        }
        let text = id.to_string();
        let Ok(series) = appender.series(&Labels::from_pairs([("__name__", "m"), ("id", text.as_str())]))
        else {
            continue;
        };
        let mut append = |t: i64, v: f64| {
            let histogram = Histogram {
                count: 3,
                sum: v,
                positive_spans: vec![Span { offset: 0, length: 1 }],
                positive_buckets: vec![3],
                ..Histogram::default()
            };
            let (value, stored) = match id {
                2 => {
                    let stored = HistogramValue::Int(Arc::new(histogram.clone()));
                    (SampleValue::Histogram(&histogram), Value::histogram(&stored))
                }
                _ => (SampleValue::Float(v), Value::float(v)),
            };
            if appender.append(series, 0, t, value).is_ok() {
                samples.push((id as u64, t, stored));
            }
        };
        append(step * STEP + id, (step * 10 + id) as f64);
        if id % 2 == 1 && step > 6 || id == 2 && step % 5 == 4 {
            append((step - 6) * STEP + 50 + id, (step * 10 + id) as f64 + 0.5);
        }
    }
    (samples, appender.commit().is_ok())
}

/// What is known at the end of a life.
#[derive(Default)]
struct Lived {
    now: Known,
    /// At the last time everything was on the medium.
    synced: Known,
    /// The copies that were made, and what was known then.
    copies: Vec<(String, Known)>,
    /// Blocks made of others, and blocks removed by the retention.
    merged: usize,
    removed: usize,
}

impl Lived {
    fn check_copies(&self, fs: &MemFs, context: &str) {
        for (name, known) in &self.copies {
            let context = format!("{context}, copy {name}");
            let copy = open(fs, &dir().join("snapshots").join(name));
            known.check(&copy.unwrap_or_else(|error| panic!("{context}: {error}")), &context);
        }
    }
}

/// A life with everything in it, in which something fails. `dead` says that the process ends there.
fn live(fs: &MemFs, dead: bool, context: &str) -> Lived {
    let mut lived = Lived::default();
    let Some(mut db) = open_at_last(fs) else { return lived };
    let mut deleted: Vec<(u64, i64, i64)> = Vec::new();
    for step in 0..STEPS {
        let (samples, done) = commit(&db, step);
        // What was deleted hides late samples that come into it, for a while.
        let hidden = |(id, t, _): &Appended| {
            deleted.iter().any(|(other, mint, maxt)| other == id && (*mint..=*maxt).contains(t))
        };
        let (hidden, samples): (Vec<_>, Vec<_>) = samples.into_iter().partition(hidden);
        if done {
            lived.now.committed(&samples);
        } else {
            // The log may have it, or the memory.
            lived.now.maybe_committed(&samples);
        }
        lived.now.maybe_committed(&hidden);
        lived.synced.maybe_committed(&samples);
        lived.synced.maybe_committed(&hidden);
        lived.now.horizon = (step * STEP / RANGE + 2) * RANGE - KEPT;
        lived.synced.horizon = lived.now.horizon;
        if step % 4 == 3 {
            // Failures are part of the test; the next round tries again.
            if let Ok(done) = db.maintain() {
                lived.merged += done.compacted.len();
                lived.removed += done.removed.len();
            }
        }
        if step % 13 == 7 {
            let (id, mint, maxt) = ((step % SERIES) as u64, (step - 8) * STEP, (step - 2) * STEP);
            let done = db.delete(mint, maxt, &[Matcher::equal("id", &id.to_string())]).is_ok();
            lived.now.deleted(id, mint, maxt, done);
            lived.synced.deleted(id, mint, maxt, false);
            deleted.push((id, mint, maxt));
        }
        if step % 17 == 12 {
            let _ = db.clean_tombstones();
        }
        if step == 26
            && let Ok(name) = db.snapshot(false)
        {
            lived.copies.push((name, lived.now.clone()));
        }
        if step % 7 == 6 && db.sync().is_ok() {
            lived.synced = lived.now.clone();
        }
        if [16, 30].contains(&step) {
            if !dead {
                lived.now.check(&db, &format!("{context}, step {step}, before it is opened again"));
            }
            if step == 30 && db.close().is_ok() {
                lived.synced = lived.now.clone();
            }
            drop(db);
            match open_at_last(fs) {
                Some(again) => db = again,
                None => return lived,
            }
        }
        if step % 20 == 19 && !dead {
            lived.now.check(&db, &format!("{context}, step {step}, alive"));
        }
    }
    lived
}

fn new_fs() -> MemFs {
    let fs = MemFs::new();
    fs.create_dir_all(dir()).unwrap();
    fs.sync_dir(Path::new("/")).unwrap();
    fs
}

/// How many changing and reading operations a life without failures takes; also that it is what it should be.
fn operations() -> (u64, u64) {
    let fs = new_fs();
    let before = fs.operations();
    let lived = live(&fs, false, "no failure");
    let after = fs.operations();
    let db = open(&fs, dir()).unwrap();
    lived.now.check(&db, "no failure");
    lived.check_copies(&fs, "no failure");
    let blocks = db.block_metas();
    assert!(lived.merged > 0 && lived.removed > 0, "{} {} {blocks:?}", lived.merged, lived.removed);
    assert!(!lived.copies.is_empty());
    let count = (after.0 - before.0, after.1 - before.1);
    assert!(count.0 > 150 && count.1 > 50, "{count:?}");
    count
}

/// The points at which something fails.
fn points(total: u64) -> impl Iterator<Item = u64> {
    let all = std::env::var("NARTHEX_FAULTS").is_ok_and(|which| which == "all");
    let stride = if all { 1 } else { total.div_ceil(SAMPLED) };
    let seed = setting("NARTHEX_SEED", 1);
    eprintln!(
        "{total} operations, every {stride}th fails in turn (NARTHEX_FAULTS=all: each; NARTHEX_SEED={seed})"
    );
    (1 + seed % stride..=total).step_by(stride as usize)
}

fn every_operation(fault: Fault) {
    let (changes, reads) = operations();
    for at in points(if fault == Fault::Read { reads } else { changes }) {
        let fs = new_fs();
        fs.inject(fault, at);
        let context = format!("{fault:?} at {at}");
        let lived = live(&fs, fault == Fault::Dead, &context);
        let context = format!("{context}, {}", fs.what());
        fs.heal();
        if fault == Fault::Full {
            // What could not be finished must not keep the disk full until the next start.
            no_leftovers(&fs, &context);
        }
        let db = open(&fs, dir()).unwrap_or_else(|error| panic!("{context}: {error}"));
        lived.now.check(&db, &context);
        db.maintain().unwrap_or_else(|error| panic!("{context}: {error}"));
        lived.now.check(&db, &format!("{context}, maintained"));
        lived.check_copies(&fs, &context);
        no_leftovers(&fs, &context);
    }
}

/// Nothing half-made is there.
fn no_leftovers(fs: &MemFs, context: &str) {
    for dir in [dir(), &dir().join("wal")] {
        for name in fs.list(dir).unwrap() {
            assert!(!name.contains("tmp"), "{context}: {name} is left in {}", dir.display());
        }
    }
}

#[test]
fn an_operation_fails() {
    every_operation(Fault::Fail);
}

#[test]
fn an_operation_is_done_by_half() {
    every_operation(Fault::Torn);
}

#[test]
fn the_disk_is_full_for_a_while() {
    every_operation(Fault::Full);
}

#[test]
fn the_process_is_killed() {
    every_operation(Fault::Dead);
}

#[test]
fn a_file_cannot_be_read() {
    every_operation(Fault::Read);
}

#[test]
fn the_power_goes() {
    let mut random = Random::new(setting("NARTHEX_SEED", 1));
    for at in points(operations().0) {
        let fs = new_fs();
        fs.inject(Fault::Dead, at);
        let context = format!("power cut at {at}");
        let lived = live(&fs, true, &context);
        fs.heal();
        for strict in [true, false] {
            let fs = fs.fork();
            let context = format!("{context}, {}, strict {strict}", fs.what());
            fs.power_cut(strict, &mut |limit| random.below(limit as u64) as usize);
            let db = open(&fs, dir()).unwrap_or_else(|error| panic!("{context}: {error}"));
            lived.synced.check(&db, &context);
            db.maintain().unwrap_or_else(|error| panic!("{context}: {error}"));
            lived.synced.check(&db, &format!("{context}, maintained"));
            lived.check_copies(&fs, &context);
        }
    }
}
