//! Prometheus' on-disk time-series database: write-ahead log, head, blocks.
//!
//! [`Db`] is the whole: `narthex` opens it, `scrape`, `rules` and the receivers write through
//! [`Storage`](narthex_storage::Storage), `promql` and the API read through [`Queryable`](narthex_storage::Queryable).
//!
//! * `wal`: the log, records first.
//! * `head`: the newest hours in memory.
//! * `block`: everything older, on disk. `merge`: both as one.
//! * [`fs`], [`clock`]: what a test replaces.

mod block;
mod blocks;
mod chunk_read;
pub mod clock;
mod codec;
mod compact;
mod db;
pub mod fs;
mod head;
mod merge;
mod observe;
mod options;
mod postings;
mod wal;

pub use block::analyze::{Analysis, ChunkSizes, Ranked};
pub use block::builder::BlockBuilder;
pub use block::meta::{BlockMeta, BlockStats, Compaction, Parent};
pub use compact::retention::Retention;
pub use db::{BlockInfo, Db, Maintained, MaintenanceError, OpenError, ReadOnlyDb, StaleStats, Timings, Work};
pub use head::budget::{MemoryUse, ProcessMemory};
pub use head::replay::{ReplayProgress, ReplayReport, UnknownRefs};
pub use head::stats::{HeadStats, StatEntry, Stats};
pub use observe::Distribution;
pub use options::{FloatEncoding, Options};
pub use wal::{Compression, LogStats};

#[doc(hidden)]
pub mod fuzz;

/// Pieces that the benchmarks measure by themselves; not for other crates.
#[doc(hidden)]
pub mod bench {
    pub use crate::wal::bench::WalBench;
}
