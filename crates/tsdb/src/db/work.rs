//! [`Work`]: what the database did beside taking and giving samples, since the start; for the server's self-metrics.

use std::time::Instant;

use parking_lot::Mutex;

/// Upper bounds of the buckets of [`Timings`], in seconds.
const BOUNDS: [f64; 6] = [1.0, 4.0, 16.0, 64.0, 256.0, 1024.0];

/// How long pieces of work of one kind took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timings {
    /// Pieces, those that failed included.
    pub count: u64,
    /// Pieces that failed.
    pub failed: u64,
    /// Seconds spent on all of them.
    pub seconds: f64,
    within: [u64; BOUNDS.len()],
}

impl Timings {
    fn observe(&mut self, seconds: f64, failed: bool) {
        self.count += 1;
        self.failed += u64::from(failed);
        self.seconds += seconds;
        for (count, bound) in self.within.iter_mut().zip(BOUNDS) {
            *count += u64::from(seconds <= bound);
        }
    }

    /// Each bound in seconds with the number of pieces up to it.
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        BOUNDS.into_iter().zip(self.within)
    }
}

/// Numbers of the work.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Blocks written, from the head or from other blocks.
    pub block_writes: Timings,
    /// Blocks that are being written now.
    pub blocks_in_work: u64,
    /// Compactions of blocks that overlapped.
    pub vertical_compactions: u64,
    /// Cuts of the head.
    pub head_truncations: Timings,
    /// Chunks that cuts removed from the head.
    pub chunks_removed: u64,
    /// Cuts of the log.
    pub log_truncations: Timings,
    /// Checkpoints that were written.
    pub checkpoints: u64,
    /// Checkpoints of before that were removed.
    pub checkpoints_removed: u64,
    /// Clean-ups of what was deleted.
    pub tombstone_cleanups: Timings,
    /// Rounds in which blocks went because of their age.
    pub time_retentions: u64,
    /// Rounds in which blocks went because of their size.
    pub size_retentions: u64,
    /// Looks at which blocks there are.
    pub block_reloads: u64,
    /// Those that failed.
    pub block_reloads_failed: u64,
}

/// Where the work is counted.
#[derive(Debug, Default)]
pub(crate) struct Counted(Mutex<Work>);

impl Counted {
    /// The numbers of this moment.
    pub(crate) fn get(&self) -> Work {
        *self.0.lock()
    }

    /// Changes numbers.
    pub(crate) fn add(&self, change: impl FnOnce(&mut Work)) {
        change(&mut self.0.lock());
    }

    /// Does `work`; its time and outcome go to what `timings` picks.
    pub(crate) fn timed<T, E>(
        &self,
        timings: impl FnOnce(&mut Work) -> &mut Timings,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let begun = Instant::now();
        let result = work();
        let seconds = begun.elapsed().as_secs_f64();
        self.add(|numbers| timings(numbers).observe(seconds, result.is_err()));
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_and_times() {
        let counted = Counted::default();
        assert_eq!(counted.timed(|work| &mut work.log_truncations, || Ok::<_, ()>(7)), Ok(7));
        assert_eq!(counted.timed(|work| &mut work.log_truncations, || Err::<(), _>(8)), Err(8));
        let timings = counted.get().log_truncations;
        assert_eq!((timings.count, timings.failed), (2, 1));
        assert_eq!(timings.buckets().map(|(_, count)| count).max(), Some(2));
        assert_eq!(counted.get().head_truncations, Timings::default());
    }
}
