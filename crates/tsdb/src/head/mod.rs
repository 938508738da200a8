//! The head: the newest hours of all active series, in memory, behind the log.
//!
//! * [`state`]: what is stored, and how a commit changes it. `pairs`, `postings`, `refs`, `slab`, `series`, `chunks` are
//!   its parts.
//! * `append`: a sample into its series. [`appender`]: the transaction. [`querier`]: the readers. [`isolation`]: what a reader must not see.
//! * [`replay`]: log → state.
//!
//! Locks, in the order in which they are taken: `log` (one commit at a time; held from the log write to the end of the
//! memory phase), `state` (written for the memory phase only), `readers`.
//!
//! Where the bytes of a series go, and why one lock is enough: `docs/decisions/head.md`.

mod append;
pub(crate) mod appender;
mod check;
mod chunks;
pub(crate) mod files;
mod isolation;
mod pairs;
mod postings;
pub(crate) mod querier;
mod refs;
pub(crate) mod replay;
mod select;
mod series;
mod slab;
pub(crate) mod state;
pub mod stats;

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use self::appender::Buffers;
use self::isolation::Readers;
use self::state::HeadState;
use crate::wal::WalWriter;

/// The head of a database.
pub(crate) struct Head {
    pub(crate) log: Mutex<WalWriter>,
    pub(crate) state: RwLock<HeadState>,
    pub(crate) readers: Mutex<Readers>,
    /// Buffers of finished appenders, for the next ones.
    pub(crate) buffers: Mutex<Vec<Buffers>>,
    pub(crate) counters: Counters,
}

/// What happened since the start; each is a metric.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) samples: AtomicU64,
    pub(crate) out_of_order: AtomicU64,
    pub(crate) out_of_bounds: AtomicU64,
    pub(crate) too_old: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) failed_commits: AtomicU64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}

impl Head {
    pub(crate) fn new(state: HeadState, log: WalWriter) -> Self {
        Self {
            log: Mutex::new(log),
            state: RwLock::new(state),
            readers: Mutex::default(),
            buffers: Mutex::default(),
            counters: Counters::default(),
        }
    }
}
