//! [`Db`]: a data directory, opened. `maintenance` keeps it in shape, `admin` deletes and copies.
//!
//! Invariants: one process holds a directory (lock file); the log is replayed before anything is written; each start
//! writes a new segment, so an old one is never appended to.

mod admin;
mod maintenance;
mod out_of_order;
mod read_only;
mod stale;
mod uploads;
mod work;

pub use maintenance::{Maintained, MaintenanceError};
pub use read_only::{BlockInfo, ReadOnlyDb};
pub use stale::StaleStats;
pub use work::{Timings, Work};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use narthex_model::{Exemplar, Labels, Matcher, Metadata, Timestamp};
use narthex_storage::{Appender, Querier, Queryable, Storage, StorageError};
use parking_lot::Mutex;

use self::stale::StaleSeries;
use crate::block::meta::BlockMeta;
use crate::block::querier::BlockQuerier;
use crate::block::{Block, BlockError};
use crate::blocks::{self, Blocks};
use crate::compact::encode::Encodings;
use crate::compact::retention::Retention;
use crate::fs::{Fs, Lock};
use crate::head::Head;
use crate::head::appender::HeadAppender;
use crate::head::budget::MemoryBudget;
use crate::head::chunks::SPAN_MAX;
use crate::head::ooo;
use crate::head::ooo::log::{LogOptions, OooLog};
use crate::head::querier::HeadQuerier;
use crate::head::replay::{ReplayError, ReplayOptions, ReplayReport, replay};
use crate::head::snapshot;
use crate::head::stats::{HeadStats, Stats};
use crate::merge::MergedQuerier;
use crate::observe::Distribution;
use crate::options::{FloatEncoding, Options};
use crate::wal::record::Version;
use crate::wal::{LogStats, WalWriter, checkpoint};

/// The lock file.
const LOCK: &str = "lock";

/// Why a data directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{0} is locked by another process; stop it, or choose another --storage.tsdb.path")]
    Locked(PathBuf),
    /// The operating system refused.
    #[error("cannot open the data directory: {path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The blocks' directory could not be read.
    #[error("cannot read the blocks: {0}")]
    Block(String),
    /// Start timestamps are to be stored in chunks that cannot hold them.
    #[error(
        "float chunks of the encoding xor have no room for start timestamps: choose xor2 with --enable-feature=xor2-encoding \
         or storage.tsdb.chunk_encoding.floats, or leave --enable-feature=st-storage away"
    )]
    NoRoomForStarts,
    /// Chunks of the head would be longer than it can note.
    #[error(
        "blocks of {} ms are too long, {} ms (49 days) is the longest: choose a shorter --storage.tsdb.min-block-duration",
        .0, SPAN_MAX + 1
    )]
    BlockRange(i64),
    /// The log holds more than a head can.
    #[error("{path}: {reason}")]
    Replay {
        /// The log's directory.
        path: PathBuf,
        /// What is too much.
        reason: String,
    },
}

/// A time-series database in one directory.
pub struct Db {
    head: Arc<Head>,
    blocks: Blocks,
    dir: PathBuf,
    options: Options,
    replayed: ReplayReport,
    retention: Mutex<Retention>,
    /// Held by whoever changes blocks.
    maintaining: Mutex<()>,
    work: work::Counted,
    stale: StaleSeries,
    /// Taken away at a clean end.
    lock: Mutex<Option<Box<dyn Lock>>>,
    /// Whether no lock file was left from before; `None` without lock files.
    clean_start: Option<bool>,
}

impl Db {
    /// Opens the database in `dir`, making the directory if need be, and replays its log.
    pub fn open(dir: impl Into<PathBuf>, mut options: Options) -> Result<Self, OpenError> {
        let dir = dir.into();
        if options.min_block_duration <= 0 {
            options.min_block_duration = Options::default().min_block_duration;
        }
        if options.min_block_duration > SPAN_MAX + 1 {
            return Err(OpenError::BlockRange(options.min_block_duration));
        }
        options.max_block_duration = options.max_block_duration.max(options.min_block_duration);
        if options.start_timestamps && options.float_encoding == FloatEncoding::Xor {
            return Err(OpenError::NoRoomForStarts);
        }
        let fs = Arc::clone(&options.fs);
        let wal_dir = dir.join("wal");
        make_dirs(&*fs, &dir, &wal_dir).map_err(|source| OpenError::Io { path: wal_dir.clone(), source })?;
        let clean_start = (!options.no_lock_file).then(|| !fs.exists(&dir.join(LOCK)));
        let lock = if options.no_lock_file { None } else { Some(lock(&options, &dir)?) };
        let broken = |error: BlockError| OpenError::Block(error.to_string());
        blocks::clean_up(&*fs, &dir).map_err(broken)?;
        checkpoint::clean_up(&*fs, &wal_dir).map_err(|source| OpenError::Io { path: wal_dir, source })?;
        let blocks = Blocks::default();
        let left_out = blocks.reload(&fs, &dir).map_err(broken)?;
        blocks::remove(&*fs, &dir, &left_out.replaced).map_err(broken)?;
        let (head, replayed) = open_head(&dir, &options, &blocks)?;
        if replayed.snapshot_series == 0 {
            // The log may know series that a snapshot does not; what is written for them from here on names them by
            // references that no record behind the snapshot explains.
            snapshot::remove_all(&*fs, &dir).map_err(|source| OpenError::Io { path: dir.clone(), source })?;
        }
        let budget = MemoryBudget::new(options.memory_limit, Arc::clone(&options.memory_use));
        let head = Arc::new(head.with_budget(budget));
        let (retention, maintaining) = (Mutex::new(options.retention), Mutex::default());
        let work = work::Counted::default();
        let (stale, lock) = (StaleSeries::new(options.stale_series_threshold), Mutex::new(lock));
        Ok(Self {
            head,
            blocks,
            dir,
            options,
            replayed,
            retention,
            maintaining,
            work,
            stale,
            lock,
            clean_start,
        })
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The options it was opened with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Whether the process that had the directory before ended well, as the lock file tells: one that did took it away.
    /// `None` without lock files.
    pub fn clean_start(&self) -> Option<bool> {
        self.clean_start
    }

    /// What the replay at the start found.
    pub fn replay_report(&self) -> &ReplayReport {
        &self.replayed
    }

    /// What was done beside taking and giving samples.
    pub fn work(&self) -> Work {
        self.work.get()
    }

    /// What was written to the log.
    pub fn log_stats(&self) -> LogStats {
        self.head.log.lock().stats()
    }

    /// Brings the list in line with the directory, and removes blocks that others were made of: they come back when the one
    /// made of them goes.
    fn reload_blocks(&self) -> Result<(), BlockError> {
        let fs = &self.options.fs;
        let reloaded = self.blocks.reload(fs, &self.dir);
        let result = reloaded.and_then(|left_out| blocks::remove(&**fs, &self.dir, &left_out.replaced));
        self.work.add(|work| {
            work.block_reloads += 1;
            work.block_reloads_failed += u64::from(result.is_err());
        });
        result
    }

    /// How long and how much is kept.
    pub fn retention(&self) -> Retention {
        *self.retention.lock()
    }

    /// Changes how long and how much is kept, from the next round of maintenance on.
    pub fn set_retention(&self, retention: Retention) {
        *self.retention.lock() = retention;
    }

    /// How the floats of new chunks are encoded from now on. Nothing changes, and `false` is returned, when start timestamps
    /// are stored and the encoding has no room for them.
    pub fn set_float_encoding(&self, encoding: FloatEncoding) -> bool {
        if self.options.start_timestamps && encoding == FloatEncoding::Xor {
            return false;
        }
        self.head.state.write().encodings.floats = encoding;
        true
    }

    /// The earliest time that a block, or else the head, has samples from, milliseconds; `i64::MAX` without any.
    pub fn lowest_timestamp(&self) -> Timestamp {
        let first = self.blocks.list().first().map(|block| block.meta.min_time);
        first.unwrap_or_else(|| self.head_stats().min_time)
    }

    /// The blocks with their sizes, sorted by time.
    pub fn blocks(&self) -> Vec<BlockInfo> {
        self.blocks.list().iter().map(|block| read_only::info(block)).collect()
    }

    /// The descriptions of all blocks, sorted by time.
    pub fn block_metas(&self) -> Vec<BlockMeta> {
        self.blocks.list().iter().map(|block| block.meta.clone()).collect()
    }

    /// The head in numbers; cheap enough for every scrape of our own metrics.
    pub fn head_stats(&self) -> HeadStats {
        self.head.head_stats()
    }

    /// How far behind the newest sample of the head those were that came out of order, taken or not, seconds.
    pub fn out_of_order_delta(&self) -> Distribution {
        self.head.counters.out_of_order_delta.distribution()
    }

    /// The head in numbers, with the `limit` largest names and pairs.
    pub fn stats(&self, limit: usize) -> Stats {
        self.head.stats(limit)
    }

    /// The exemplars in `[mint, maxt]` of the series that satisfy all matchers of any of the lists, by series, sorted by
    /// their labels; oldest exemplar first.
    pub fn exemplars(
        &self,
        mint: Timestamp,
        maxt: Timestamp,
        any: &[Vec<Matcher>],
    ) -> Vec<(Labels, Vec<Exemplar>)> {
        self.head.select_exemplars(mint, maxt, any)
    }

    /// The metadata noted for the series with these labels.
    pub fn metadata(&self, labels: &Labels) -> Option<Metadata> {
        self.head.metadata(labels)
    }

    /// Waits until everything committed is on the medium, writes a memory snapshot, if the options say so, and gives the
    /// directory free. Call it when the process ends and nobody appends any more.
    pub fn close(&self) -> io::Result<()> {
        self.sync()?;
        if self.options.memory_snapshot {
            let Options { fs, wal_segment_size, wal_compression, .. } = &self.options;
            self.head.write_snapshot(fs, &self.dir, *wal_segment_size, *wal_compression)?;
        }
        drop(self.lock.lock().take());
        Ok(())
    }

    /// Waits until everything committed is on the medium. Call it before the process ends; after it the database can
    /// still be used.
    pub fn sync(&self) -> io::Result<()> {
        self.head.log.lock().sync()?;
        self.head.late_log.lock().sync()?;
        self.head.state.write().files.sync()
    }
}

/// Makes the directories of a database so that they outlive a power cut.
fn make_dirs(fs: &dyn Fs, dir: &Path, wal_dir: &Path) -> io::Result<()> {
    let is_new = !fs.exists(dir);
    fs.create_dir_all(wal_dir)?;
    fs.sync_dir(dir)?;
    let parent = dir.parent().filter(|parent| is_new && fs.exists(parent));
    parent.map_or(Ok(()), |parent| fs.sync_dir(parent))
}

/// The head with what the log of a data directory holds behind its blocks, ready to be written.
fn open_head(dir: &Path, options: &Options, blocks: &Blocks) -> Result<(Head, ReplayReport), OpenError> {
    let wal_dir = dir.join("wal");
    let fs = &options.fs;
    let io = |source| OpenError::Io { path: wal_dir.clone(), source };
    // The blocks hold everything before this; the head takes only what is behind it.
    let replay_options = ReplayOptions {
        chunk_range: options.min_block_duration,
        min_valid_t: blocks.in_order_end(),
        max_exemplars: options.max_exemplars,
        memory_snapshot: options.memory_snapshot,
        encodings: Encodings { floats: options.float_encoding, histogram_starts: options.histogram_starts },
        progress: Arc::clone(&options.replay_progress),
    };
    let version = if options.start_timestamps { Version::V2 } else { Version::V1 };
    let mut replay = replay(fs, dir, &replay_options).map_err(|error| match error {
        ReplayError::Io(source) => io(source),
        ReplayError::Snapshot(reason) => OpenError::Replay { path: wal_dir.clone(), reason },
        ReplayError::Full(full) => OpenError::Replay { path: wal_dir.clone(), reason: full.to_string() },
    })?;
    let (size, compression) = (options.wal_segment_size, options.wal_compression);
    let log = WalWriter::create(Arc::clone(fs), wal_dir.clone(), replay.next_segment, size, compression)
        .map_err(io)?;
    let late_log =
        LogOptions { fs: Arc::clone(fs), dir: dir.join(ooo::DIR), segment_size: size, compression, version };
    let mut late_log = OooLog::new(late_log, replay.next_out_of_order);
    late_log
        .write(&replay.out_of_order_again)
        .map_err(|source| OpenError::Io { path: dir.join(ooo::DIR), source })?;
    replay.state.ooo.cap = options.out_of_order_cap.max(1);
    let window = options.out_of_order_window.max(0);
    let head = Head { version, ..Head::new(replay.state, log, late_log, window) };
    Ok((head, replay.report))
}

/// A reader of the head, if there is one, and of the blocks of a range.
fn querier(head: Option<&Arc<Head>>, blocks: &Blocks, mint: Timestamp, maxt: Timestamp) -> Box<dyn Querier> {
    // The head first: a block that appears in between is then seen twice instead of not at all.
    let head = head.map(|head| HeadQuerier::new(Arc::clone(head), mint, maxt));
    let mut parts: Vec<Box<dyn Querier>> = Vec::new();
    let list = blocks.list();
    let mut blocks: Vec<&Arc<Block>> = list.iter().filter(|block| block.overlaps(mint, maxt)).collect();
    blocks.sort_by_key(|block| block.precedence());
    let late = blocks.partition_point(|block| !block.precedence().0);
    for block in blocks {
        parts.push(Box::new(BlockQuerier::new(Arc::clone(block), mint, maxt)));
    }
    match head {
        Some(head) if parts.is_empty() => Box::new(head),
        Some(head) => {
            parts.insert(late, Box::new(head));
            Box::new(MergedQuerier::new(parts))
        }
        None => Box::new(MergedQuerier::new(parts)),
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        if let Err(error) = self.sync() {
            tracing::warn!("{}: cannot sync the write-ahead log: {error}", self.dir.display());
        }
    }
}

fn lock(options: &Options, dir: &Path) -> Result<Box<dyn Lock>, OpenError> {
    let path = dir.join(LOCK);
    options.fs.lock(&path).map_err(|source| match source.kind() {
        io::ErrorKind::WouldBlock => OpenError::Locked(dir.to_owned()),
        _ => OpenError::Io { path, source },
    })
}

impl Storage for Db {
    fn appender(&self) -> Box<dyn Appender + '_> {
        Box::new(HeadAppender::new(&self.head))
    }
}

impl Queryable for Db {
    fn querier(&self, mint: Timestamp, maxt: Timestamp) -> Result<Box<dyn Querier>, StorageError> {
        Ok(querier(Some(&self.head), &self.blocks, mint, maxt))
    }
}
