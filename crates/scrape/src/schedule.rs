//! When a target is scraped: pure functions over wall-clock nanoseconds.
//!
//! Every target has its own grid, `offset + n × interval` since the Unix epoch, with the offset from a hash of the
//! target and the server: targets spread over the interval, and a restart finds the same grid again. Scrapes follow the
//! grid by the wall clock, so that a drifting timer does not take them off it.

use std::time::Duration;

/// A scrape this close after (or before) its grid time is stamped with the grid time: regular timestamps compress well.
const ALIGN_TOLERANCE_NANOS: i64 = 2_000_000;

/// The grid of one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    interval: i64,
    offset: i64,
}

impl Grid {
    /// The grid of a target whose hash, mixed with the server's seed, is `hash`.
    pub(crate) fn new(interval: Duration, hash: u64) -> Self {
        let interval = i64::try_from(interval.as_nanos()).unwrap_or(i64::MAX).max(1);
        let offset = i64::try_from(hash % interval.unsigned_abs()).unwrap_or(0);
        Self { interval, offset }
    }

    /// The first grid time after `now`; after a scrape that was planned for `last` also after that one.
    ///
    /// A clock that went back by more than an interval starts again from where it is.
    fn next(self, now: i64, last: Option<i64>) -> i64 {
        let into = (now - self.offset).rem_euclid(self.interval);
        let after_now = now.saturating_add(self.interval - into);
        match last {
            Some(last) if last.saturating_sub(now) < self.interval => {
                after_now.max(last.saturating_add(self.interval))
            }
            _ => after_now,
        }
    }

    /// How long to wait from `now` until `planned`; never longer than two intervals, whatever the clock does.
    fn wait(self, now: i64, planned: i64) -> Duration {
        let nanos = planned.saturating_sub(now).clamp(0, self.interval.saturating_mul(2));
        Duration::from_nanos(nanos.unsigned_abs())
    }

    /// The timestamp of a scrape that starts at `now`: the nearest grid time if it is near enough, else `now`.
    pub(crate) fn align(self, now: i64) -> i64 {
        let tolerance = ALIGN_TOLERANCE_NANOS.min(self.interval / 100);
        let into = (now - self.offset).rem_euclid(self.interval);
        if into <= tolerance {
            now - into
        } else if self.interval - into <= tolerance {
            now + (self.interval - into)
        } else {
            now
        }
    }
}

/// When a target is scraped next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    grid: Grid,
    planned: i64,
}

impl Plan {
    /// The plan of a target that is to be scraped on `grid` from `now` on, and was to be scraped as `before` says.
    ///
    /// On the same grid the plan stays: a reload keeps a busy machine from looking at a timer that has fired, and the
    /// scrape it fired for is not to be lost; one that began a little before its time is not to be repeated.
    pub(crate) fn resume(before: Option<Self>, grid: Grid, now: i64) -> Self {
        before
            .filter(|before| before.grid == grid)
            .unwrap_or_else(|| Self { grid, planned: grid.next(now, None) })
    }

    /// The plan after the scrape that this one was for.
    pub(crate) fn after_scrape(self, now: i64) -> Self {
        Self { planned: self.grid.next(now, Some(self.planned)), ..self }
    }

    /// How long to wait from `now`.
    pub(crate) fn wait(self, now: i64) -> Duration {
        self.grid.wait(now, self.planned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn grid() -> Grid {
        Grid::new(Duration::from_secs(10), 3_000_000_000)
    }

    #[test]
    fn next_is_on_the_grid_and_later() {
        for (now_ms, last_ms, next_ms) in [
            (0, None, 3_000),
            (3_000, None, 13_000),
            (2_999, Some(3_000), 13_000),
            (3_001, Some(3_000), 13_000),
            (47_000, Some(13_000), 53_000),
            (5_000, Some(3_603_000), 13_000),
            (-1, None, 3_000),
        ] {
            let next = grid().next(now_ms * MS, last_ms.map(|ms| ms * MS));
            assert_eq!(next, next_ms * MS, "now {now_ms}, last {last_ms:?}");
        }
    }

    #[test]
    fn waiting_is_bounded() {
        assert_eq!(grid().wait(0, 3_000 * MS), Duration::from_secs(3));
        assert_eq!(grid().wait(5_000 * MS, 3_000 * MS), Duration::ZERO);
        assert_eq!(grid().wait(0, i64::MAX), Duration::from_secs(20));
    }

    #[test]
    fn another_order_keeps_the_plan_of_its_grid() {
        let before = Plan::resume(None, grid(), 12_000 * MS);
        assert_eq!(before.wait(12_000 * MS), Duration::from_secs(1));
        let late = Plan::resume(Some(before), grid(), 13_400 * MS);
        assert_eq!(late.wait(13_400 * MS), Duration::ZERO, "the scrape of 13 s is not lost");
        let early = before.after_scrape(12_999 * MS);
        let early = Plan::resume(Some(early), grid(), 12_999 * MS);
        assert_eq!(early.wait(12_999 * MS), Duration::from_millis(10_001), "nor repeated");
        let other = Grid::new(Duration::from_secs(5), 3_000_000_000);
        assert_eq!(
            Plan::resume(Some(before), other, 13_400 * MS).wait(13_400 * MS),
            Duration::from_millis(4_600)
        );
    }

    #[test]
    fn aligns_within_the_tolerance() {
        for (now_us, expected_us) in [
            (3_001_000, 3_000_000),
            (3_002_000, 3_000_000),
            (3_002_001, 3_002_001),
            (2_998_500, 3_000_000),
            (2_997_000, 2_997_000),
        ] {
            assert_eq!(grid().align(now_us * 1000), expected_us * 1000, "{now_us}");
        }
        let short = Grid::new(Duration::from_millis(50), 0);
        assert_eq!(short.align(400_000), 0, "1 % of 50 ms");
        assert_eq!(short.align(600_000), 600_000);
    }

    #[test]
    fn offsets_spread() {
        let interval = Duration::from_secs(15);
        let mut hash = 0x9e37_79b9_7f4a_7c15_u64;
        let offsets: Vec<i64> = (0..1000)
            .map(|_| {
                hash = hash.wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(31);
                Grid::new(interval, hash).next(0, None)
            })
            .collect();
        let early = offsets.iter().filter(|offset| **offset < 7_500 * MS).count();
        assert!((400..600).contains(&early), "{early}");
    }
}
