//! Every operation on files fails once, in every way, at every point of a database's life: log, head chunk files, head
//! compaction, checkpoint, block compaction, deletion, clean-up, snapshot, retention, reopening. After each everything
//! acknowledged is there and nothing else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod mem_fs;
mod model;

use std::path::Path;
use std::sync::Arc;

use mem_fs::{Fault, MemFs};
use model::Model;
use narthex_model::{Histogram, Labels, Matcher, Span};
use narthex_storage::{SampleValue, Storage};
use narthex_tsdb::{Compression, Db, Options, Retention};

const RANGE: i64 = 1000;
const STEP: i64 = 200;
const STEPS: i64 = 44;
const KEPT: i64 = 3 * RANGE;
const SERIES: i64 = 5;

fn dir() -> &'static Path {
    Path::new("/data")
}

fn open(fs: &MemFs) -> Result<Db, String> {
    let options = Options {
        min_block_duration: RANGE,
        max_block_duration: 3 * RANGE,
        wal_segment_size: 32 * 1024,
        wal_compression: Compression::None,
        retention: Retention { time_ms: KEPT, ..Retention::default() },
        fs: Arc::new(fs.clone()),
        ..Options::default()
    };
    Db::open(dir(), options).map_err(|error| error.to_string())
}

/// Opens the database, again if it fails; `None` when it never succeeds.
fn open_at_last(fs: &MemFs) -> Option<Db> {
    (0..40).find_map(|_| open(fs).ok())
}

fn commit(db: &Db, step: i64) -> (Vec<(String, i64, f64)>, bool) {
    let mut appender = db.appender();
    let mut samples = Vec::new();
    for id in 0..SERIES + step / 12 {
        // Some series end, others begin.
        if id + 11 < step / 2 || (step + id) % 4 == 0 {
            continue;
        }
        let (name, t, v) = (id.to_string(), step * STEP + id, (step * 10 + id) as f64);
        let labels = Labels::from_pairs([("__name__", "m"), ("id", name.as_str())]);
        let Ok(series) = appender.series(&labels) else { continue };
        let histogram = Histogram {
            count: 3,
            sum: v,
            positive_spans: vec![Span { offset: 0, length: 1 }],
            positive_buckets: vec![3],
            ..Histogram::default()
        };
        let value = if id == 2 { SampleValue::Histogram(&histogram) } else { SampleValue::Float(v) };
        if appender.append(series, 0, t, value).is_ok() {
            samples.push((name, t, v));
        }
    }
    (samples, appender.commit().is_ok())
}

/// A life with everything in it. Returns the model, and the one at the last time everything was on the medium.
fn live(fs: &MemFs, fault: Fault, at: u64, context: &str) -> (Model, Model) {
    let dead = fault == Fault::Dead;
    let (mut model, mut synced) = (Model::default(), Model::default());
    fs.inject(fault, at);
    let Some(mut db) = open_at_last(fs) else { return (model, synced) };
    for step in 0..STEPS {
        let (samples, done) = commit(&db, step);
        if done {
            model.committed(&samples);
        } else if dead {
            model.maybe_committed(&samples);
        }
        synced.maybe_committed(&samples);
        model.horizon = (step * STEP / RANGE + 2) * RANGE - KEPT;
        synced.horizon = model.horizon;
        if step % 4 == 3 {
            // Failures are part of the test; the next round tries again.
            if let Ok(done) = db.maintain() {
                model.blocks_merged += done.compacted.len();
                model.blocks_removed += done.removed.len();
            }
        }
        if step % 13 == 7 {
            let (id, mint, maxt) = ((step % SERIES).to_string(), (step - 8) * STEP, (step - 2) * STEP);
            let done = db.delete(mint, maxt, &[Matcher::equal("id", &id)]).is_ok();
            model.deleted(&id, mint, maxt, done);
            synced.deleted(&id, mint, maxt, false);
        }
        if step % 17 == 12 {
            let _ = db.clean_tombstones();
        }
        if step == 30 {
            let _ = db.snapshot(false);
        }
        if step % 7 == 6 && db.sync().is_ok() {
            synced = model.clone();
        }
        if step % 19 == 16 {
            if !dead {
                model.check(&db, &format!("{context}, step {step}, before it is opened again"));
            }
            drop(db);
            match open_at_last(fs) {
                Some(again) => db = again,
                None => return (model, synced),
            }
        }
        if step % 20 == 19 && !dead {
            model.check(&db, &format!("{context}, step {step}, alive"));
        }
    }
    (model, synced)
}

fn new_fs() -> MemFs {
    let fs = MemFs::new();
    narthex_tsdb::fs::Fs::create_dir_all(&fs, dir()).unwrap();
    narthex_tsdb::fs::Fs::sync_dir(&fs, Path::new("/")).unwrap();
    fs
}

/// How many operations a life without failures takes; also that it is what it should be.
fn operations() -> u64 {
    let fs = new_fs();
    let before = fs.ops();
    let (model, _) = live(&fs, Fault::None, u64::MAX / 2, "no failure");
    let ops = fs.ops() - before;
    let db = open(&fs).unwrap();
    model.check(&db, "no failure");
    let blocks = db.block_metas();
    assert!(
        model.blocks_merged > 0 && model.blocks_removed > 0,
        "{} merged, {} removed, left {blocks:?}",
        model.blocks_merged,
        model.blocks_removed
    );
    assert!(ops > 150, "{ops}");
    ops
}

fn every_operation(fault: Fault) {
    for at in 1..=operations() {
        let fs = new_fs();
        let context = format!("{fault:?} at {at}");
        let (model, _) = live(&fs, fault, at, &context);
        let context = format!("{context}, {}", fs.what());
        fs.heal();
        let db = open(&fs).unwrap_or_else(|error| panic!("{context}: {error}"));
        model.check(&db, &context);
        db.maintain().unwrap_or_else(|error| panic!("{context}: {error}"));
        model.check(&db, &format!("{context}, maintained"));
        assert_no_rubbish(&fs, &context);
    }
}

/// Nothing half-made is left after a start and a round of maintenance.
fn assert_no_rubbish(fs: &MemFs, context: &str) {
    for name in narthex_tsdb::fs::Fs::list(fs, dir()).unwrap() {
        assert!(!name.contains("tmp"), "{context}: {name} is left");
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
fn the_power_goes() {
    let mut seed = 1_u64;
    let mut random = move |limit: usize| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize % limit
    };
    for at in 1..=operations() {
        for strict in [true, false] {
            let fs = new_fs();
            let context = format!("power cut at {at}, strict {strict}");
            let (_, synced) = live(&fs, Fault::Dead, at, &context);
            let context = format!("{context}, {}", fs.what());
            fs.heal();
            fs.power_cut(strict, &mut random);
            let db = open(&fs).unwrap_or_else(|error| panic!("{context}: {error}"));
            synced.check(&db, &context);
            db.maintain().unwrap_or_else(|error| panic!("{context}: {error}"));
            synced.check(&db, &format!("{context}, maintained"));
        }
    }
}
