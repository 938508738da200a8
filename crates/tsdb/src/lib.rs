//! Prometheus' on-disk time-series database: write-ahead log, head, blocks.
//!
//! [`Db`] is the whole: `narthex` opens it, `scrape`, `rules` and the receivers write through
//! [`Storage`](narthex_storage::Storage), `promql` and the API read through [`Queryable`](narthex_storage::Queryable).
//!
//! * `wal`: the log, records first.
//! * `head`: the newest hours in memory.
//! * [`fs`], [`clock`]: what a test replaces.

mod chunk_read;
pub mod clock;
mod codec;
mod db;
pub mod fs;
mod head;
mod options;
mod wal;

pub use db::{Db, OpenError};
pub use head::replay::ReplayReport;
pub use head::stats::{HeadStats, StatEntry, Stats};
pub use options::Options;
pub use wal::Compression;
