//! [`World`]: a database and the map of what must be in it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA;
use narthex_model::{Exemplar, Histogram, Labels, Matcher, STALE_NAN, Span};
use narthex_storage::{HistogramValue, Queryable, SampleValue, Storage};
use narthex_tsdb::fs::Fs;
use narthex_tsdb::{Db, FloatEncoding, Options, Retention};

use super::op::{Config, During, GRID, GROUPS, Kind, Meanwhile, Op, Opening, RANGE, Sample};
use crate::Random;
use crate::content::{Content, Value, content, exemplars, read, starts};
use crate::mem_fs::{Fault, MemFs};

const START: i64 = 40 * RANGE;

/// Values by series and time.
type Others = BTreeMap<(u64, i64), Vec<Value>>;

/// A database beside what it should hold.
pub(super) struct World {
    config: Config,
    /// The out-of-order window now.
    window: i64,
    /// The width of a level 1 block now.
    range: i64,
    fs: MemFs,
    /// `None` only while it is opened.
    db: Option<Db>,
    now: i64,
    samples: Content,
    /// Values that came later for the time of a sample: which of them is read when is not promised.
    others: Others,
    /// The start timestamps that samples came with.
    starts: BTreeMap<(u64, i64), BTreeSet<i64>>,
    /// The times of all exemplars.
    exemplars: BTreeMap<u64, BTreeSet<i64>>,
    /// Group and range of everything that was deleted.
    deleted: Vec<(u64, i64, i64)>,
    /// Whether stale series may have left the head early.
    evicts: bool,
}

fn dir() -> &'static Path {
    Path::new("/data")
}

fn open(fs: &MemFs, dir: &Path, config: &Config, opening: &Opening) -> Result<Db, String> {
    let db = open_damaged(fs, dir, config, opening)?;
    let repairs = &db.replay_report().repairs;
    // A series that left the head and came back has chunks of both its lives in the files: the log is read instead.
    let usual = ["the segment ends inside", "file ends", "overlaps the head chunk files", "chunks overlap"];
    if repairs.iter().any(|text| !usual.iter().any(|part| text.contains(part))) {
        return Err(format!("repaired what nobody damaged: {repairs:?}"));
    }
    Ok(db)
}

/// The same where something may be repaired.
fn open_damaged(fs: &MemFs, dir: &Path, config: &Config, opening: &Opening) -> Result<Db, String> {
    let options = Options {
        min_block_duration: opening.range,
        max_block_duration: 9 * RANGE,
        wal_segment_size: opening.segment_size,
        wal_compression: opening.compression,
        retention: Retention { time_ms: config.kept, ..Retention::default() },
        out_of_order_window: opening.window,
        out_of_order_cap: opening.out_of_order_cap,
        memory_snapshot: opening.memory_snapshot,
        stale_series_threshold: opening.stale_threshold,
        start_timestamps: config.starts,
        float_encoding: if config.starts || opening.room_for_starts {
            FloatEncoding::Xor2
        } else {
            FloatEncoding::Xor
        },
        histogram_starts: config.starts || opening.room_for_starts,
        max_exemplars: 100_000,
        fs: Arc::new(fs.clone()),
        ..Options::default()
    };
    Db::open(dir, options).map_err(|error| format!("cannot open: {error}"))
}

/// The options as they can be after blocks of `range`. Blocks do not get narrower: a chunk of the head would reach into one, and
/// what is deleted in the block would be seen in the chunk. A window is no shorter than what the head takes as in order, as
/// that may be refused by the window only when it is committed.
fn settle(opening: &Opening, range: i64) -> Opening {
    let range = opening.range.max(range);
    let window = if opening.window > 0 { opening.window.max(range / 2) } else { 0 };
    Opening { range, window, ..opening.clone() }
}

fn labels(id: u64) -> Labels {
    let (id, group) = (id.to_string(), (id % GROUPS).to_string());
    Labels::from_pairs([("__name__", "m"), ("id", id.as_str()), ("group", group.as_str())])
}

fn histogram(n: u64, schema: i32) -> Histogram {
    let custom = schema == CUSTOM_BUCKETS_SCHEMA;
    let buckets = 1 + n % 4;
    let (offset, zero_count) = if custom { (0, 0) } else { ((n % 3) as i32 - 1, n % 2) };
    Histogram {
        schema,
        count: zero_count + n * buckets,
        sum: n as f64,
        zero_count,
        positive_spans: vec![Span { offset, length: buckets as u32 }],
        positive_buckets: (0..buckets).map(|i| if i == 0 { n as i64 } else { 0 }).collect(),
        custom_values: if custom { vec![1.0, 2.5, 5.0, 10.0] } else { Vec::new() },
        ..Histogram::default()
    }
}

impl World {
    pub(super) fn new(mut config: Config) -> Self {
        config.first = settle(&config.first, 0);
        let fs = MemFs::new();
        fs.create_dir_all(dir()).and_then(|()| fs.sync_dir(Path::new("/"))).unwrap();
        let db = Some(open(&fs, dir(), &config, &config.first).unwrap());
        let (samples, others, starts) = (Content::new(), Others::new(), BTreeMap::new());
        let (exemplars, deleted) = (BTreeMap::new(), Vec::new());
        let (evicts, window) = (config.first.stale_threshold > 0.0, config.first.window);
        let range = config.first.range;
        Self {
            config,
            window,
            range,
            fs,
            db,
            now: START,
            samples,
            others,
            starts,
            exemplars,
            deleted,
            evicts,
        }
    }

    fn db(&self) -> &Db {
        self.db.as_ref().unwrap()
    }

    /// Does one step; why it went wrong.
    pub(super) fn apply(&mut self, op: &Op) -> Result<(), String> {
        match op {
            Op::Append { advance, samples, reading, meanwhile } => {
                self.append(*advance, samples, *reading, *meanwhile)
            }
            Op::Damage { back, opening } => self.damage(*back, opening),
            Op::Delete { group, back, len } => {
                let mint = self.now - back * GRID;
                self.delete(*group, mint, mint + len * GRID)
            }
            Op::CleanUp => self.db().clean_tombstones().map_err(|error| error.to_string()),
            Op::Maintain => {
                self.db().maintain().map_err(|error| error.to_string())?;
                self.note_retention();
                self.check(i64::MIN, i64::MAX)
            }
            Op::Restart { close, opening } => {
                if *close {
                    self.db().close().map_err(|error| error.to_string())?;
                }
                self.reopen(self.fs.clone(), opening)
            }
            Op::Kill { during, at, opening } => self.kill(*during, *at, opening),
            Op::PowerCut { strict, opening } => {
                self.db().sync().map_err(|error| error.to_string())?;
                let (fs, mut random) = (self.fs.fork(), Random::new(self.now as u64));
                fs.power_cut(*strict, &mut |limit| random.below(limit as u64) as usize);
                self.reopen(fs, opening)
            }
            Op::Copy => self.copy(),
            Op::Check { back, len } => {
                let mint = self.now - back * GRID;
                self.check(mint, mint + len * GRID)
            }
        }
    }

    /// The end of the life: everything is read once more, and after another start.
    pub(super) fn end(mut self) -> Result<(), String> {
        self.check(i64::MIN, i64::MAX).map_err(|reason| format!("at the end: {reason}"))?;
        self.copy()?;
        let opening = self.config.first.clone();
        self.reopen(self.fs.fork(), &opening).map_err(|reason| format!("after the end: {reason}"))
    }

    /// The process ends as it is; the next one opens `fs`.
    fn reopen(&mut self, fs: MemFs, opening: &Opening) -> Result<(), String> {
        self.db = None;
        self.fs = fs;
        let opening = settle(opening, self.range);
        self.db = Some(open(&self.fs, dir(), &self.config, &opening)?);
        self.opened(&opening);
        self.check(i64::MIN, i64::MAX)
    }

    fn opened(&mut self, opening: &Opening) {
        self.evicts |= opening.stale_threshold > 0.0;
        self.window = opening.window;
        self.range = opening.range;
    }

    /// The log has what is lost.
    fn damage(&mut self, back: u64, opening: &Opening) -> Result<(), String> {
        self.db = None;
        let dir_of_chunks = dir().join("chunks_head");
        if let Some(newest) = self.fs.list(&dir_of_chunks).unwrap_or_default().last() {
            let path = dir_of_chunks.join(newest);
            let mut bytes = self.fs.read(&path).map_err(|error| error.to_string())?;
            if let Some(byte) = bytes.len().checked_sub(back as usize).and_then(|at| bytes.get_mut(at)) {
                *byte ^= 0x55;
            }
            let mut file = self.fs.create(&path).map_err(|error| error.to_string())?;
            file.write_all(&bytes).map_err(|error| error.to_string())?;
        }
        let opening = settle(opening, self.range);
        self.db = Some(open_damaged(&self.fs, dir(), &self.config, &opening)?);
        self.opened(&opening);
        self.check(i64::MIN, i64::MAX)
    }

    fn kill(&mut self, during: During, at: u64, opening: &Opening) -> Result<(), String> {
        self.fs.inject(Fault::Dead, at);
        match during {
            During::Nothing => {}
            During::Maintenance => drop(self.db().maintain()),
            During::CleanUp => drop(self.db().clean_tombstones()),
            During::Close => drop(self.db().close()),
            During::Copy => drop(self.db().snapshot(false)),
        }
        let fs = self.fs.fork();
        fs.heal();
        self.db = None;
        self.fs = fs;
        let opening = settle(opening, self.range);
        self.db = Some(open(&self.fs, dir(), &self.config, &opening)?);
        self.opened(&opening);
        self.note_retention();
        self.check(i64::MIN, i64::MAX)
    }

    fn append(
        &mut self,
        advance: i64,
        samples: &[Sample],
        reading: bool,
        meanwhile: Meanwhile,
    ) -> Result<(), String> {
        self.now += advance * GRID;
        let reader = reading.then(|| self.db().querier(i64::MIN, i64::MAX).unwrap());
        let before = self.samples.clone();
        let db = self.db.as_ref().unwrap();
        let mut appender = db.appender();
        let mut appended = Vec::new();
        let mut newest = BTreeMap::new();
        for sample in samples {
            let t = self.now - sample.back * GRID;
            // A deleted range of the head hides what comes into it later, for a while.
            let hidden = |(group, mint, maxt): &(u64, i64, i64)| {
                *group == sample.id % GROUPS && (*mint..=*maxt).contains(&t)
            };
            if sample.back > 0 && self.deleted.iter().any(hidden) {
                continue;
            }
            let series = appender.series(&labels(sample.id)).map_err(|error| error.to_string())?;
            let int = histogram(
                sample.n,
                if matches!(sample.kind, Kind::CustomHistogram) { CUSTOM_BUCKETS_SCHEMA } else { 1 },
            );
            let float = int.to_float();
            let (value, stored) = match sample.kind {
                Kind::Float => {
                    let v = sample.n as f64 / 8.0;
                    (SampleValue::Float(v), Value::float(v))
                }
                Kind::Stale => (SampleValue::Float(STALE_NAN), Value::Stale),
                Kind::Histogram | Kind::CustomHistogram => {
                    let stored = Value::histogram(&HistogramValue::Int(Arc::new(int.clone())));
                    (SampleValue::Histogram(&int), stored)
                }
                Kind::FloatHistogram => {
                    let stored = Value::histogram(&HistogramValue::Float(Arc::new(float.clone())));
                    (SampleValue::FloatHistogram(&float), stored)
                }
            };
            let start = if sample.started > 0 { t - sample.started } else { 0 };
            if appender.append(series, start, t, value).is_err() {
                continue;
            }
            // Without a window what is not newer than what the transaction has is dropped when it is committed.
            let newest = newest.entry(sample.id).or_insert(i64::MIN);
            if self.window == 0 && t <= *newest {
                continue;
            }
            *newest = t.max(*newest);
            let mut with_exemplar = false;
            if sample.exemplar && sample.back == 0 {
                let labels = Labels::from_pairs([("trace", "x")]);
                let exemplar = Exemplar { labels, value: t as f64, timestamp: Some(t) };
                with_exemplar = appender.append_exemplar(series, &exemplar).is_ok();
            }
            appended.push((sample.id, t, start, stored, with_exemplar));
        }
        match meanwhile {
            Meanwhile::Nothing => {}
            // It would wait for the reader.
            Meanwhile::Maintenance if reading => {}
            Meanwhile::Maintenance => drop(db.maintain().map_err(|error| error.to_string())?),
            Meanwhile::Rollback => {
                appender.rollback();
                return self.check(i64::MIN, i64::MAX);
            }
        }
        appender.commit().map_err(|error| error.to_string())?;
        for (id, t, start, stored, with_exemplar) in appended {
            self.starts.entry((id, t)).or_default().insert(start);
            match self.samples.entry(id).or_default().entry(t) {
                Entry::Vacant(vacant) => drop(vacant.insert(stored)),
                Entry::Occupied(_) => self.others.entry((id, t)).or_default().push(stored),
            }
            if with_exemplar {
                self.exemplars.entry(id).or_default().insert(t);
            }
        }
        if meanwhile == Meanwhile::Maintenance {
            self.note_retention();
        }
        let Some(reader) = reader else { return Ok(()) };
        self.compare(&read(&*reader, i64::MIN, i64::MAX), &before, "a reader from before")
    }

    fn delete(&mut self, group: u64, mint: i64, maxt: i64) -> Result<(), String> {
        let matcher = Matcher::equal("group", &group.to_string());
        self.db().delete(mint, maxt, &[matcher]).map_err(|error| error.to_string())?;
        self.deleted.push((group, mint, maxt));
        for (_, samples) in self.samples.iter_mut().filter(|(id, _)| *id % GROUPS == group) {
            samples.retain(|t, _| !(mint..=maxt).contains(t));
        }
        self.check(i64::MIN, i64::MAX)
    }

    fn copy(&mut self) -> Result<(), String> {
        let name = self.db().snapshot(false).map_err(|error| error.to_string())?;
        let fs = self.fs.fork();
        let opening = settle(&self.config.first, self.range);
        let copy = open(&fs, &dir().join("snapshots").join(name), &self.config, &opening)?;
        self.compare(&content(&copy, i64::MIN, i64::MAX), &self.samples, "copy")
    }

    /// What may have been removed for its age and is gone need not be there.
    fn note_retention(&mut self) {
        if self.config.kept == 0 {
            return;
        }
        let metas = self.db().block_metas();
        let Some(newest) = metas.iter().map(|meta| meta.max_time).max() else { return };
        let got = content(self.db(), i64::MIN, i64::MAX);
        for (id, samples) in &mut self.samples {
            let got = got.get(id);
            let there = |t: &i64| got.is_some_and(|got| got.contains_key(t));
            samples.retain(|t, _| *t >= newest - self.config.kept || there(t));
        }
    }

    fn check(&self, mint: i64, maxt: i64) -> Result<(), String> {
        let in_range = |samples: &BTreeMap<i64, Value>| {
            samples.range(mint..=maxt).map(|(t, v)| (*t, v.clone())).collect::<BTreeMap<_, _>>()
        };
        let want = self.samples.iter().map(|(id, samples)| (*id, in_range(samples))).collect();
        self.compare(&content(self.db(), mint, maxt), &want, &format!("[{mint}, {maxt}]"))?;
        self.check_starts(mint, maxt)?;
        self.check_exemplars()
    }

    /// Every sample has a start timestamp that it came with, where they are stored.
    fn check_starts(&self, mint: i64, maxt: i64) -> Result<(), String> {
        for (id, t, value, start) in starts(self.db(), mint, maxt) {
            let came = self.starts.get(&(id, t));
            // A stale marker of a histogram has none.
            let right = match came {
                Some(came) if self.config.starts => came.contains(&start) || value == Value::Stale,
                _ => start == 0,
            };
            if !right {
                return Err(format!("series {id} at {t} starts at {start}, came with {came:?}"));
            }
        }
        Ok(())
    }

    /// Those are there that are not older than what the head has, and none that were never appended. Series that left the head
    /// because they were stale took theirs along.
    fn check_exemplars(&self) -> Result<(), String> {
        let metas = self.db().block_metas();
        let in_order = metas.iter().filter(|meta| meta.compaction.hints.is_empty());
        let from = in_order.map(|meta| meta.max_time).max().unwrap_or(i64::MIN);
        let got = exemplars(self.db());
        for (id, want) in &self.exemplars {
            let got = got.get(id).map_or(&[][..], Vec::as_slice);
            if !got.is_sorted_by(|a, b| a < b) || !got.iter().all(|t| want.contains(t)) {
                return Err(format!("exemplars of {id}: {got:?}, appended {want:?}"));
            }
            if let Some(missing) = want.range(from..).find(|t| !got.contains(t) && !self.evicts) {
                return Err(format!("exemplars of {id} lack the one at {missing}: {got:?}, from {from}"));
            }
        }
        Ok(())
    }

    /// Where two contents differ.
    fn compare(&self, got: &Content, want: &Content, context: &str) -> Result<(), String> {
        let ids: BTreeSet<_> = got.keys().chain(want.keys()).collect();
        let none = BTreeMap::new();
        for id in ids {
            let (got, want) = (got.get(id).unwrap_or(&none), want.get(id).unwrap_or(&none));
            let times: BTreeSet<_> = got.keys().chain(want.keys()).collect();
            let alike = |t: &i64| match (got.get(t), want.get(t)) {
                (Some(is), Some(should)) => {
                    is == should || self.others.get(&(*id, *t)).is_some_and(|others| others.contains(is))
                }
                (is, should) => is == should,
            };
            if let Some(t) = times.into_iter().find(|t| !alike(t)) {
                let (is, should, times) = (got.get(t), want.get(t), got.keys());
                return Err(format!(
                    "{context}: series {id} at {t} is {is:?}, should be {should:?}; it has {times:?}"
                ));
            }
        }
        Ok(())
    }
}
