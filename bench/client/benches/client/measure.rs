//! Timing.

use std::sync::Barrier;
use std::time::{Duration, Instant};

/// How long a run should take: short, so that some runs are not interrupted.
const RUN: Duration = Duration::from_micros(100);
/// How long one figure is measured.
const TOTAL: Duration = Duration::from_millis(400);

/// Nanoseconds an iteration of `work(iterations)` takes on each of so many threads at once.
pub(crate) fn nanoseconds(threads: usize, work: &(dyn Fn(u64) + Sync)) -> f64 {
    let iterations = iterations(work);
    let begin = Instant::now();
    let mut best = f64::MAX;
    while begin.elapsed() < TOTAL {
        let taken = if threads == 1 { timed(iterations, work) } else { together(threads, iterations, work) };
        best = best.min(taken.as_nanos() as f64 / iterations as f64);
    }
    best
}

/// Milliseconds that `work` takes.
pub(crate) fn milliseconds(work: impl Fn()) -> f64 {
    let begin = Instant::now();
    let mut best = Duration::MAX;
    while begin.elapsed() < TOTAL * 3 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
    }
    best.as_secs_f64() * 1000.0
}

fn timed(iterations: u64, work: &(dyn Fn(u64) + Sync)) -> Duration {
    let start = Instant::now();
    work(iterations);
    start.elapsed()
}

/// As many iterations as fill a run.
fn iterations(work: &(dyn Fn(u64) + Sync)) -> u64 {
    let mut iterations = 1000;
    loop {
        let taken = (0..5).map(|_| timed(iterations, work)).min().unwrap_or_default();
        if taken >= RUN / 2 {
            return iterations;
        }
        iterations *= 2;
    }
}

fn together(threads: usize, iterations: u64, work: &(dyn Fn(u64) + Sync)) -> Duration {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let one = || {
            work(iterations);
            barrier.wait();
            timed(iterations, work)
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).max().unwrap_or_default()
    })
}
