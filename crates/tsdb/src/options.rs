//! [`Options`]: everything about a database that a flag or a configuration field can change.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::compact::retention::Retention;
use crate::fs::{Fs, RealFs};
use crate::head::budget::{MemoryUse, ProcessMemory};
use crate::head::replay::ReplayProgress;
use crate::wal::{Compression, segment};

/// So many samples an out-of-order chunk has in memory, unless an option says otherwise.
pub(crate) const OUT_OF_ORDER_CAP: usize = 32;

/// How the float samples of new chunks are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FloatEncoding {
    /// XOR, which every reader knows.
    #[default]
    Xor,
    /// XOR2, which has room for start timestamps; Prometheus reads it from 3.11 on.
    Xor2,
}

/// How a [`Db`](crate::Db) behaves.
#[derive(Clone)]
pub struct Options {
    /// Size of a log segment in bytes, rounded up to whole pages of 32 KiB.
    pub wal_segment_size: u64,
    /// Compression of log records.
    pub wal_compression: Compression,
    /// Width of a block and of the head's chunk range, milliseconds: at most 49 days; two hours if it is not positive.
    pub min_block_duration: i64,
    /// Widest block that compaction makes, milliseconds; at least `min_block_duration`.
    pub max_block_duration: i64,
    /// A file that says which blocks were uploaded (`thanos.shipper.json`); others are not compacted.
    pub uploads_file: Option<PathBuf>,
    /// Whether blocks that overlap are put together; something else may do it that uploads them.
    pub overlapping_compaction: bool,
    /// How long and how much is kept.
    pub retention: Retention,
    /// How many exemplars are kept in memory over all series; 0 keeps none.
    pub max_exemplars: usize,
    /// How far behind the newest sample of the head a sample may be that is not newer than the newest one of its series,
    /// milliseconds; 0 takes none. [`Db::set_out_of_order_window`](crate::Db::set_out_of_order_window) changes it.
    pub out_of_order_window: i64,
    /// So many out-of-order samples of a series stay in memory before they are moved to a head chunk file; 1 to 255.
    pub out_of_order_cap: usize,
    /// Whether [`Db::close`](crate::Db::close) writes a memory snapshot, and the start reads one.
    pub memory_snapshot: bool,
    /// Stale series are compacted early when they are this part (0 to 1) of all series of the head; 0 is never.
    /// [`Db::set_stale_series_threshold`](crate::Db::set_stale_series_threshold) changes it.
    pub stale_series_threshold: f64,
    /// Whether start timestamps are stored, in the logs and, as far as their encoding has room for them, in chunks. Floats
    /// must be [`FloatEncoding::Xor2`] then.
    pub start_timestamps: bool,
    /// How floats are encoded; [`Db::set_float_encoding`](crate::Db::set_float_encoding) changes it.
    pub float_encoding: FloatEncoding,
    /// Whether chunks of histograms have room for start timestamps.
    pub histogram_starts: bool,
    /// Bytes of memory of the whole process near which new series are refused; 0 for no limit.
    pub memory_limit: u64,
    /// How much memory is in use.
    pub memory_use: Arc<dyn MemoryUse>,
    /// Told by the start how far it has read the log.
    pub replay_progress: Arc<ReplayProgress>,
    /// Whether to go without the `lock` file (needed on some network file systems).
    pub no_lock_file: bool,
    /// The file system.
    pub fs: Arc<dyn Fs>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            wal_segment_size: segment::SEGMENT_SIZE,
            wal_compression: Compression::Snappy,
            min_block_duration: 2 * 60 * 60 * 1000,
            max_block_duration: 31 * 24 * 60 * 60 * 1000,
            uploads_file: None,
            overlapping_compaction: true,
            retention: Retention::default(),
            max_exemplars: 0,
            out_of_order_window: 0,
            memory_snapshot: false,
            stale_series_threshold: 0.0,
            start_timestamps: false,
            float_encoding: FloatEncoding::Xor,
            histogram_starts: false,
            out_of_order_cap: OUT_OF_ORDER_CAP,
            memory_limit: 0,
            memory_use: Arc::new(ProcessMemory),
            replay_progress: Arc::default(),
            no_lock_file: false,
            fs: Arc::new(RealFs),
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("wal_segment_size", &self.wal_segment_size)
            .field("wal_compression", &self.wal_compression)
            .field("min_block_duration", &self.min_block_duration)
            .field("no_lock_file", &self.no_lock_file)
            .field("fs", &self.fs)
            .finish_non_exhaustive()
    }
}
