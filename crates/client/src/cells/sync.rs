//! The atomics of the protocols that `loom` checks, and how a reader waits. Its models compile the files of this folder with
//! loom's atomics in place of this module; see `bench/loom`.

use std::time::Duration;

pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
pub(crate) use std::sync::{Mutex, MutexGuard};

/// Tries before a reader gives a busy thread a second buffer.
pub(super) const TRIES_MAX: usize = 64;
/// Tries on a buffer at rest before a reader sleeps between them: its owner was interrupted in the middle of a write.
const TRIES_AWAKE: usize = 200;
/// How long it sleeps.
const SLEEP: Duration = Duration::from_micros(100);

/// Waits a moment for a thread in the middle of a write.
pub(super) fn wait(attempt: usize) {
    if attempt < TRIES_AWAKE { std::hint::spin_loop() } else { std::thread::sleep(SLEEP) }
}
