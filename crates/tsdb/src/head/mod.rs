//! The head: the newest hours of all active series, in memory, behind the log.
//!
//! * [`state`]: what is stored, and how a commit changes it. `pairs`, `label_lists`, `postings`, `refs`, `slab`, `series`, `chunks` are
//!   its parts.
//! * `append`: a sample into its series, `append_starts`: one with a start timestamp; `cache_line` has their memory fetched ahead.
//!   `growing`: chunks that end. `truncate`, `evict`:
//!   what leaves.
//! * [`appender`]: the transaction. [`querier`]: the readers. [`isolation`]: what a reader must not see. [`ooo`]: samples older than
//!   the newest one of their series.
//! * [`budget`]: whether there is memory for new series.
//! * [`replay`]: log → state; `prefetch` reads ahead, `shards` fills the series on all cores.
//!
//! Locks, in the order in which they are taken: `log` (one commit at a time; held from the log write to the end of the
//! memory phase), `late_log`, `state` (written for the memory phase only), `readers`.
//!
//! Where the bytes of a series go, and why one lock is enough: `docs/decisions/head.md`.

mod append;
mod append_starts;
pub(crate) mod appender;
pub(crate) mod budget;
mod cache_line;
mod check;
pub(crate) mod chunks;
mod evict;
pub(crate) mod exemplars;
pub(crate) mod files;
mod graves;
mod growing;
mod isolation;
mod label_lists;
pub(crate) mod ooo;
mod pairs;
mod postings;
mod prefetch;
pub(crate) mod querier;
mod refs;
pub(crate) mod replay;
mod runs;
mod select;
pub(crate) mod series;
mod shards;
mod slab;
pub(crate) mod snapshot;
pub(crate) mod source;
pub(crate) mod state;
pub(crate) mod stats;
mod truncate;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use narthex_model::{Exemplar, Labels, Matcher, Metadata, Timestamp};
use parking_lot::{Mutex, RwLock};

use self::appender::Buffers;
use self::budget::MemoryBudget;
use self::graves::Holders;
use self::isolation::Readers;
use self::ooo::log::OooLog;
use self::state::HeadState;
use crate::observe::Observations;
use crate::wal::WalWriter;
use crate::wal::record::Version;

/// The head of a database.
pub(crate) struct Head {
    pub(crate) log: Mutex<WalWriter>,
    pub(crate) state: RwLock<HeadState>,
    /// The log of out-of-order samples.
    pub(crate) late_log: Mutex<OooLog>,
    /// The out-of-order window, milliseconds; 0 when none are taken.
    pub(crate) out_of_order_window: AtomicI64,
    pub(crate) readers: Mutex<Readers>,
    /// Buffers of finished appenders, for the next ones.
    pub(crate) buffers: Mutex<Vec<Buffers>>,
    pub(crate) counters: Counters,
    /// The open transactions.
    pub(crate) writers: Arc<Holders>,
    /// The open readers, as far as removals of series matter to them.
    pub(crate) holders: Arc<Holders>,
    /// Whether there is memory for new series.
    pub(crate) budget: MemoryBudget,
    /// Which records samples are written into: those with start timestamps, when these are stored.
    pub(crate) version: Version,
}

/// Bounds of the distances by which samples came out of order, seconds.
const DELTA_BOUNDS: [f64; 7] = [600.0, 1800.0, 3600.0, 7200.0, 10_800.0, 21_600.0, 43_200.0];

/// What happened since the start; each is a metric.
#[derive(Debug)]
pub(crate) struct Counters {
    pub(crate) samples: AtomicU64,
    pub(crate) out_of_order: AtomicU64,
    pub(crate) out_of_bounds: AtomicU64,
    pub(crate) too_old: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) failed_commits: AtomicU64,
    /// How far behind the newest sample of the head those were that came out of order, taken or not, seconds.
    pub(crate) out_of_order_delta: Observations,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            samples: AtomicU64::default(),
            out_of_order: AtomicU64::default(),
            out_of_bounds: AtomicU64::default(),
            too_old: AtomicU64::default(),
            commits: AtomicU64::default(),
            failed_commits: AtomicU64::default(),
            out_of_order_delta: Observations::new(&DELTA_BOUNDS),
        }
    }
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}

impl Head {
    pub(crate) fn new(state: HeadState, log: WalWriter, late_log: OooLog, out_of_order_window: i64) -> Self {
        Self {
            writers: Arc::clone(&state.graves.writers),
            holders: Arc::clone(&state.graves.readers),
            log: Mutex::new(log),
            late_log: Mutex::new(late_log),
            out_of_order_window: AtomicI64::new(out_of_order_window),
            state: RwLock::new(state),
            readers: Mutex::default(),
            buffers: Mutex::default(),
            counters: Counters::default(),
            budget: MemoryBudget::default(),
            version: Version::default(),
        }
    }

    /// The same head with a limit on the memory that new series may find in use.
    pub(crate) fn with_budget(self, budget: MemoryBudget) -> Self {
        Self { budget, ..self }
    }

    /// The exemplars in the range of the series that satisfy any of the lists of matchers.
    pub(crate) fn select_exemplars(
        &self,
        mint: Timestamp,
        maxt: Timestamp,
        any: &[Vec<Matcher>],
    ) -> Vec<(Labels, Vec<Exemplar>)> {
        let state = self.state.read();
        let wanted = |id: u64| {
            state.by_ref(id).is_some_and(|series| {
                let labels = state.labels_of(series);
                any.iter().any(|all| all.iter().all(|matcher| matcher.matches(labels.value(matcher.name()))))
            })
        };
        let found = state.exemplars.select(mint, maxt, wanted).into_iter();
        let mut found: Vec<_> = found
            .filter_map(|(id, exemplars)| Some((state.labels_of(state.by_ref(id)?), exemplars)))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    /// The metadata noted for a series.
    pub(crate) fn metadata(&self, labels: &Labels) -> Option<Metadata> {
        let state = self.state.read();
        let slot = state.find(labels, labels.hash64())?;
        state.metadata.get(&state.series.get(slot)?.id).cloned()
    }
}
