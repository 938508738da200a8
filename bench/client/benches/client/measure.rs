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

/// Milliseconds of processor time that `work` takes: a run is too long not to be interrupted on a busy machine, and the
/// slower a library is the more of it would be the others' time.
pub(crate) fn milliseconds(work: impl Fn()) -> f64 {
    let begin = Instant::now();
    let mut best = Duration::MAX;
    while begin.elapsed() < TOTAL * 3 {
        let start = processor_time();
        work();
        best = best.min(processor_time().saturating_sub(start));
    }
    best.as_secs_f64() * 1000.0
}

/// What the calling thread has used of the processor.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a place for the result.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
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

/// The longer of the runs; the longest time there is if they were not at the same time, as on a busy machine, where they
/// would not be in each other's way.
fn together(threads: usize, iterations: u64, work: &(dyn Fn(u64) + Sync)) -> Duration {
    let barrier = Barrier::new(threads);
    let runs: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let one = || {
            work(iterations);
            barrier.wait();
            let start = Instant::now();
            work(iterations);
            (start, Instant::now())
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let (Some(first), Some(last)) = (runs.iter().map(|run| run.0).min(), runs.iter().map(|run| run.1).max())
    else {
        return Duration::MAX;
    };
    let longest = runs.iter().map(|run| run.1 - run.0).max().unwrap_or(Duration::MAX);
    if last - first <= longest.mul_f64(1.1) { longest } else { Duration::MAX }
}
