//! Writers, readers, maintenance, deletions and copies at once: every reader sees whole commits, all of them that were there when
//! it was made, and nothing that was deleted before; at the end and after a start everything is there.
//!
//! `NARTHEX_COMMITS` is how many commits each writer does.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use narthex_model::{Histogram, Labels, Matcher, STALE_NAN, Span, is_stale};
use narthex_storage::{
    Appender, Queryable, SampleValue, Samples, SelectHints, SeriesRef, Storage, collect_series,
};
use narthex_tsdb::{Db, Options};

const RANGE: i64 = 100_000;
const STEP: i64 = 1000;
const BASE: i64 = 50 * RANGE;
const WRITERS: usize = 2;
/// Series of each writer that are in every commit.
const SERIES: usize = 24;
/// Of those so many have histograms.
const HISTOGRAMS: usize = 4;
/// The first so many of them have a late sample with each third commit.
const LATE: usize = 3;
/// A late sample is so much older than its commit; no multiple of a step, so that each has a time of its own.
const LATE_BY: i64 = 5500;
/// A series that ends lives for so many commits.
const LIFE: usize = 90;
/// No commit begins that is so many steps ahead of one that has not ended: a writer that the machine lets wait must not be
/// passed by deletions (below), nor by what the head still takes.
const AHEAD: i64 = 20;
/// Deletions stay so many steps behind the newest commit.
const KEPT: i64 = 30;
/// Readers look so often at least.
const LOOKS: u64 = 20;

fn options() -> Options {
    Options {
        min_block_duration: RANGE,
        max_block_duration: 9 * RANGE,
        wal_segment_size: 256 * 1024,
        out_of_order_window: RANGE,
        out_of_order_cap: 4,
        stale_series_threshold: 0.1,
        memory_snapshot: true,
        ..Options::default()
    }
}

/// What writers say of themselves.
#[derive(Default)]
struct Written {
    /// The times of the commits that were begun, in order.
    begun: Mutex<Vec<i64>>,
    /// How many of them ended.
    committed: AtomicU64,
}

struct World {
    db: Db,
    written: [Written; WRITERS],
    /// The next time.
    ticket: Mutex<i64>,
    /// Up to where the victim was deleted, and is being deleted.
    deleted: AtomicI64,
    deleting: AtomicI64,
    writers_left: AtomicU64,
    stop: AtomicBool,
}

/// Ends the others when its thread fails, so that the test fails instead of going on for ever.
struct EndAll<'a>(&'a World);

impl Drop for EndAll<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop.store(true, Ordering::SeqCst);
        }
    }
}

fn labels(writer: usize, id: &str) -> Labels {
    let writer = writer.to_string();
    Labels::from_pairs([("__name__", "m"), ("writer", writer.as_str()), ("id", id)])
}

fn histogram(n: i64) -> Histogram {
    Histogram {
        count: n as u64,
        sum: n as f64,
        positive_spans: vec![Span { offset: (n % 3) as i32, length: 1 }],
        positive_buckets: vec![n],
        ..Histogram::default()
    }
}

/// Ends the world when the last writer is gone, also by a panic: the others would go on for ever.
struct Left<'w>(&'w World);

impl Drop for Left<'_> {
    fn drop(&mut self) {
        if self.0.writers_left.fetch_sub(1, Ordering::SeqCst) == 1 || thread::panicking() {
            self.0.stop.store(true, Ordering::SeqCst);
        }
    }
}

impl World {
    fn open(dir: &Path) -> Self {
        Self {
            db: Db::open(dir, options()).unwrap(),
            written: Default::default(),
            ticket: Mutex::new(BASE),
            deleted: AtomicI64::new(i64::MIN),
            deleting: AtomicI64::new(i64::MIN),
            writers_left: AtomicU64::new(WRITERS as u64),
            stop: AtomicBool::new(false),
        }
    }

    fn write(&self, writer: usize, commits: usize) {
        let _end = EndAll(self);
        let _left = Left(self);
        // References are kept as a scrape keeps them.
        let mut refs = BTreeMap::<String, SeriesRef>::new();
        for n in 0..commits {
            let t = self.begin(writer);
            let mut appender = self.db.appender();
            let mut append = |id: String, t: i64, value: SampleValue<'_>| {
                let append =
                    |appender: &mut Box<dyn Appender + '_>, series| appender.append(series, 0, t, value);
                let known = refs.get(&id).map(|series| append(&mut appender, *series));
                if !matches!(known, Some(Ok(()))) {
                    let series = appender.series(&labels(writer, &id)).unwrap();
                    append(&mut appender, series).unwrap();
                    refs.insert(id, series);
                }
            };
            for id in 0..SERIES {
                let histogram = histogram(n as i64 + 1);
                let value = if id < HISTOGRAMS {
                    SampleValue::Histogram(&histogram)
                } else {
                    SampleValue::Float(t as f64)
                };
                append(id.to_string(), t, value);
            }
            append("victim".to_owned(), t, SampleValue::Float(1.0));
            let (life, age) = (n / LIFE, n % LIFE);
            for id in 0..6 {
                let last = age == LIFE - 1;
                append(
                    format!("mortal-{life}-{id}"),
                    t,
                    SampleValue::Float(if last { STALE_NAN } else { 2.0 }),
                );
            }
            if n % 3 == 2 && n > LIFE {
                for id in 0..LATE {
                    append((HISTOGRAMS + id).to_string(), t - LATE_BY, SampleValue::Float(0.5));
                }
            }
            appender.commit().unwrap();
            self.written[writer].committed.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Begins a commit; gives its time.
    fn begin(&self, writer: usize) -> i64 {
        loop {
            let mut ticket = self.ticket.lock().unwrap();
            let open = self.written.iter().filter_map(|written| {
                let begun = written.begun.lock().unwrap();
                let ended = written.committed.load(Ordering::SeqCst) as usize;
                begun.get(ended).copied()
            });
            if open.min().is_none_or(|oldest| *ticket - oldest < AHEAD * STEP) || self.stopped() {
                let t = *ticket;
                *ticket += STEP;
                self.written[writer].begun.lock().unwrap().push(t);
                return t;
            }
            drop(ticket);
            thread::yield_now();
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn delete(&self) {
        let _end = EndAll(self);
        while !self.stopped() {
            let until = *self.ticket.lock().unwrap() - KEPT * STEP;
            self.deleting.store(until, Ordering::SeqCst);
            self.db.delete(i64::MIN, until, &[Matcher::equal("id", "victim")]).unwrap();
            self.deleted.store(until, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(7));
        }
    }

    fn look(&self) {
        let _end = EndAll(self);
        let mut looks = 0;
        while !self.stopped() || looks < LOOKS {
            looks += 1;
            let committed: Vec<u64> =
                self.written.iter().map(|written| written.committed.load(Ordering::SeqCst)).collect();
            let deleted = self.deleted.load(Ordering::SeqCst);
            let seen = read(&self.db);
            let deleting = self.deleting.load(Ordering::SeqCst);
            for (writer, committed) in committed.into_iter().enumerate() {
                let begun = self.written[writer].begun.lock().unwrap().clone();
                check(writer, &seen, &begun, committed as usize, deleted, deleting);
            }
        }
    }
}

/// Times by writer and series; stale markers are samples too.
fn read(db: &Db) -> BTreeMap<(usize, String), Vec<i64>> {
    let querier = db.querier(i64::MIN, i64::MAX).unwrap();
    let mut all = BTreeMap::new();
    for series in collect_series(querier.select(&SelectHints::default(), &[]).unwrap()).unwrap() {
        let mut samples = Samples::default();
        series.read(i64::MIN, i64::MAX, &mut samples).unwrap();
        let labels = series.labels();
        let key = (labels.value("writer").parse().unwrap(), labels.value("id").to_owned());
        assert!(samples.timestamps.is_sorted_by(|a, b| a < b), "{key:?}: {:?}", samples.timestamps);
        if key.1.starts_with("mortal") && samples.len() == LIFE {
            assert!(samples.values.last().is_some_and(|v| is_stale(*v)), "{key:?}");
        }
        if !samples.is_empty() {
            assert!(all.insert(key, samples.timestamps).is_none());
        }
    }
    all
}

/// The reader has seen the first commits of a writer, at least `committed` of them, the same in all series.
fn check(
    writer: usize,
    seen: &BTreeMap<(usize, String), Vec<i64>>,
    begun: &[i64],
    committed: usize,
    deleted: i64,
    deleting: i64,
) {
    let of = |id: &str| seen.get(&(writer, id.to_owned())).map_or(&[][..], Vec::as_slice);
    // One without late samples tells how many.
    let count = of("0").len();
    assert!(count >= committed, "{count} commits seen, {committed} were there");
    let commits = &begun[..count];
    for id in 0..SERIES {
        let mut want = commits.to_vec();
        if (HISTOGRAMS..HISTOGRAMS + LATE).contains(&id) {
            let late = commits.iter().enumerate().filter(|(n, _)| n % 3 == 2 && *n > LIFE);
            want.extend(late.map(|(_, t)| t - LATE_BY));
            want.sort_unstable();
        }
        let got = of(&id.to_string());
        let differs = got.iter().zip(&want).find(|(got, want)| got != want);
        assert!(got == want, "writer {writer}, series {id}: {} of {}, {differs:?}", got.len(), want.len());
    }
    for life in 0..=count / LIFE {
        let want = &commits[(life * LIFE).min(count)..((life + 1) * LIFE).min(count)];
        for id in 0..6 {
            assert_eq!(of(&format!("mortal-{life}-{id}")), want, "writer {writer}, life {life}");
        }
    }
    let victim = of("victim");
    assert!(victim.iter().all(|t| *t > deleted), "deleted up to {deleted}: {victim:?}");
    let left: Vec<i64> = commits.iter().copied().filter(|t| *t > deleting).collect();
    assert!(victim.ends_with(&left), "deleted up to {deleting} at most: {victim:?}, not {left:?}");
}

#[test]
fn everything_at_once() {
    let commits = std::env::var("NARTHEX_COMMITS").map_or(900, |text| text.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let world = &World::open(dir.path());
    let (mut made, mut merged) = (0, 0);
    thread::scope(|scope| {
        (0..WRITERS).for_each(|writer| drop(scope.spawn(move || world.write(writer, commits))));
        scope.spawn(|| world.delete());
        (0..2).for_each(|_| drop(scope.spawn(|| world.look())));
        scope.spawn(|| {
            let _end = EndAll(world);
            while !world.stopped() {
                world.db.snapshot(false).unwrap();
                thread::sleep(Duration::from_millis(40));
            }
        });
        scope.spawn(|| {
            let _end = EndAll(world);
            while !world.stopped() {
                let done = world.db.maintain().unwrap();
                made += done.head_blocks.len() + done.stale_blocks.len();
                merged += done.compacted.len();
            }
        });
    });
    // A round for which there was no time beside the others.
    let done = world.db.maintain().unwrap();
    made += done.head_blocks.len() + done.stale_blocks.len();
    merged += done.compacted.len();
    assert!(made > 5 && merged > 0, "{made} blocks made, {merged} of others");
    let all = |db: &Db| {
        let seen = read(db);
        for (writer, written) in world.written.iter().enumerate() {
            let begun = written.begun.lock().unwrap();
            let (deleted, deleting) = (&world.deleted, &world.deleting);
            let until = (deleted.load(Ordering::SeqCst), deleting.load(Ordering::SeqCst));
            check(writer, &seen, &begun, commits, until.0, until.1);
        }
    };
    all(&world.db);
    world.db.close().unwrap();
    // Without dropping the first: a killed process drops nothing either.
    all(&Db::open(dir.path(), options()).unwrap());
}
