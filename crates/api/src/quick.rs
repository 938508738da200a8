//! [`QuickWork`]: which requests were over so soon, the last time, that handing them to another thread would cost more
//! than it saves.
//!
//! A dashboard asks the same few hundred things again and again. What took less than [`QUICK`] runs where its connection
//! is served; everything else, and everything for the first time, goes to the threads for blocking work. A request that
//! has become slow holds up one such thread once.
//!
//! One word per slot: the upper bits of the key's hash, and the microseconds it took. Two keys in one slot push each
//! other out, which costs a hand-over and nothing else.

use std::hash::{Hash, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustc_hash::FxHasher;

/// What is over so soon runs where its connection is served.
const QUICK: Duration = Duration::from_micros(300);
const SLOTS: usize = 2048;
/// The bits of a slot that hold microseconds.
const MICROS_MASK: u64 = (1 << 24) - 1;

/// How long requests took the last time.
#[derive(Debug)]
pub(crate) struct QuickWork {
    slots: Vec<AtomicU64>,
}

impl QuickWork {
    /// Knows nothing yet.
    pub(crate) fn new() -> Self {
        Self { slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect() }
    }

    /// The number of a request that asks `key`.
    pub(crate) fn key(key: impl Hash) -> u64 {
        let mut hasher = FxHasher::default();
        key.hash(&mut hasher);
        // The lowest value marks a slot that is empty.
        hasher.finish() | 1 << 24
    }

    fn slot(&self, key: u64) -> Option<&AtomicU64> {
        self.slots.get((key >> 40) as usize % SLOTS)
    }

    /// Whether the request was quick the last time.
    pub(crate) fn is_quick(&self, key: u64) -> bool {
        self.slot(key).is_some_and(|slot| {
            let known = slot.load(Ordering::Relaxed);
            known & !MICROS_MASK == key & !MICROS_MASK && Duration::from_micros(known & MICROS_MASK) <= QUICK
        })
    }

    /// Notes how long the request took.
    pub(crate) fn note(&self, key: u64, took: Duration) {
        if let Some(slot) = self.slot(key) {
            let micros =
                u64::try_from(took.as_micros()).map_or(MICROS_MASK, |micros| micros.min(MICROS_MASK));
            slot.store(key & !MICROS_MASK | micros, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_time_counts() {
        let quick = QuickWork::new();
        let (a, b) = (QuickWork::key(("up", 1)), QuickWork::key(("up", 2)));
        assert!(!quick.is_quick(a));
        quick.note(a, Duration::from_micros(20));
        assert!(quick.is_quick(a) && !quick.is_quick(b));
        quick.note(a, Duration::from_secs(3_600));
        assert!(!quick.is_quick(a));
        quick.note(a, Duration::ZERO);
        assert!(quick.is_quick(a));
    }
}
