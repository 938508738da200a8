//! [`MemoryBudget`]: near the limit the head takes no new series, so that the process lives on with those it has.
//!
//! Asked by `appender` before a series is created. What counts is the anonymous memory of the whole process, because that
//! is what a machine runs out of; mapped files give way by themselves. It is measured at most every [`FRESH_FOR`] and
//! every [`SERIES`] new series, so that a scrape of many new series pays nothing worth measuring.
//!
//! Reading the log at the start and making blocks are not refused anything: both work through buffers of a fixed size, and
//! the series that a start finds are those that had room before.

use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// A measurement is trusted for so long.
const FRESH_FOR: Duration = Duration::from_millis(100);
/// A measurement is trusted for so many new series.
const SERIES: u32 = 256;

/// How much memory there is in use.
pub trait MemoryUse: fmt::Debug + Send + Sync {
    /// Bytes in use that only their user can free; `None` when that cannot be found out.
    fn used(&self) -> Option<u64>;
}

/// The anonymous resident memory of this process, as Linux counts it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessMemory;

impl MemoryUse for ProcessMemory {
    fn used(&self) -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }
}

/// The limit, and how close the process is to it.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    /// 0 is no limit.
    limit: u64,
    source: Arc<dyn MemoryUse>,
    measured: Mutex<Measured>,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Measured {
    at: Option<Instant>,
    used: u64,
    series_since: u32,
}

impl MemoryBudget {
    pub(crate) fn new(limit: u64, source: Arc<dyn MemoryUse>) -> Self {
        Self { limit, source, measured: Mutex::default(), refused: AtomicU64::default() }
    }

    /// Room for another series? The reason if there is none.
    pub(crate) fn admit(&self) -> Result<(), String> {
        if self.limit == 0 {
            return Ok(());
        }
        let used = {
            let mut measured = self.measured.lock();
            measured.series_since += 1;
            let fresh =
                measured.series_since < SERIES && measured.at.is_some_and(|at| at.elapsed() < FRESH_FOR);
            if !fresh {
                let used = self.source.used().unwrap_or_default();
                *measured = Measured { at: Some(Instant::now()), used, series_since: 0 };
            }
            measured.used
        };
        // The tenth that is left is for the samples of the series there are, and for queries.
        if used < self.limit - self.limit / 10 {
            return Ok(());
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        Err(format!(
            "no memory for new series: {used} bytes are in use of the {} that --storage.memory-limit allows \
             (the last tenth is kept for known series and queries)",
            self.limit
        ))
    }

    /// The limit in bytes, 0 without one.
    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// How many series were refused since the start.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self::new(0, Arc::new(ProcessMemory))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory() {
        if cfg!(target_os = "linux") {
            let before = ProcessMemory.used().unwrap();
            let block = vec![1_u8; 64 << 20];
            let after = ProcessMemory.used().unwrap();
            assert!(after >= before + (block.len() as u64) / 2, "{before} {after}");
        }
    }
}
