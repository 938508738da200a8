//! Targets to appended samples: who is scraped, when, how a page is fetched, and how it becomes samples.
//!
//! * [`ScrapeManager`]: the crate's front. [`apply`](ScrapeManager::apply) takes the configuration, snapshots tell the
//!   API what goes on, [`stop`](ScrapeManager::stop) ends it.
//! * `pool`: the targets of one job; `target`: one target and how labels become one; `runner`: the task that scrapes
//!   one target on schedule; `workers`: the threads they run on; `page`: fetching; `ingest`: page → appender; `cache`: the positional cache between them.
//!
//! Invariants:
//! * A scrape is one transaction: all samples of a page and its report, or only the report.
//! * A series that was in the last good page of its target and is not in this one gets a stale marker, exactly once.
//! * What one target does (slow, endless, huge, a bomb, garbage) costs only that target.
//! * A reload leaves a target that stays what it was on its schedule and keeps its cache.

mod buffers;
mod cache;
mod clock;
mod config;
mod durations;
mod error;
mod failure_log;
mod ingest;
mod interval_stats;
mod manager;
mod metrics;
mod options;
mod page;
mod pool;
mod runner;
mod schedule;
mod snapshot;
mod target;
mod workers;

pub use clock::{Clock, SystemClock};
pub use config::{Limits, ScrapeConfig};
pub use durations::Durations;
pub use error::{ApplyError, ScrapeError};
pub use interval_stats::IntervalLengths;
pub use manager::ScrapeManager;
pub use metrics::{Counts, MetricsSnapshot, PoolMetrics};
pub use options::Options;
pub use snapshot::{DroppedTarget, Health, TargetMetadata, TargetSnapshot};
pub use target::{PopulateError, Populated, populate};

/// Pieces that the benchmarks measure by themselves; not for other crates.
#[doc(hidden)]
pub mod bench {
    pub use crate::ingest::bench::PageBench;
}
