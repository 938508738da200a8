//! Increments, observations and lookups.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use narthex_client::{Counter, FloatCounter, Histogram};

use crate::rivals;

/// 100 label sets, as a small service has them.
pub(crate) fn label_sets() -> Vec<[String; 3]> {
    let methods = ["GET", "POST", "PUT", "DELETE"];
    let statuses = ["200", "201", "400", "404", "500"];
    let mut sets = Vec::new();
    for method in methods {
        for status in statuses {
            for path in 0..5 {
                sets.push([method.to_owned(), format!("/api/v1/resource{path}"), status.to_owned()]);
            }
        }
    }
    sets
}

/// Runs `work(iterations)` on one and on two threads.
fn on_threads(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, work: impl Fn(u64) + Sync) {
    for threads in [1, 2] {
        group.bench_function(format!("{name}/{threads} thread"), |bencher| {
            bencher.iter_custom(|iterations| timed(threads, iterations, &work));
        });
    }
}

fn timed(threads: usize, iterations: u64, work: &(impl Fn(u64) + Sync)) -> Duration {
    let barrier = Barrier::new(threads + 1);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    work(1000);
                    barrier.wait();
                    let start = Instant::now();
                    work(iterations);
                    start.elapsed()
                })
            })
            .collect();
        barrier.wait();
        running.into_iter().filter_map(|thread| thread.join().ok()).max().unwrap_or_default()
    })
}

fn settings<'c>(criterion: &'c mut Criterion, name: &str) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800)).sample_size(20);
    group
}

pub(crate) fn counters(criterion: &mut Criterion) {
    let mut group = settings(criterion, "counter inc");
    let counter = Counter::new("c", "c");
    on_threads(&mut group, "narthex", |iterations| {
        for _ in 0..iterations {
            black_box(&counter).inc();
        }
    });
    let float = FloatCounter::new("f", "f");
    on_threads(&mut group, "narthex float", |iterations| {
        for _ in 0..iterations {
            black_box(&float).inc_by(0.5);
        }
    });
    rivals::counters(|name, work| on_threads(&mut group, name, work));
}

pub(crate) fn histograms(criterion: &mut Criterion) {
    let mut group = settings(criterion, "histogram observe, 11 buckets");
    let histogram = Histogram::new("h", "h");
    on_threads(&mut group, "narthex", |iterations| {
        for i in 0..iterations {
            black_box(&histogram).observe(rivals::value(i));
        }
    });
    rivals::histograms(|name, work| on_threads(&mut group, name, work));
}

pub(crate) fn lookups(criterion: &mut Criterion) {
    let mut group = settings(criterion, "lookup + inc, 3 labels, 100 sets");
    let sets = label_sets();
    let counter = Counter::new("c", "c").with_labels(["method", "path", "status"]);
    on_threads(&mut group, "narthex", |iterations| {
        for ([a, b, c], _) in sets.iter().cycle().zip(0..iterations) {
            black_box(&counter).with([a, b, c]).inc();
        }
    });
    rivals::lookups(&sets, |name, work| on_threads(&mut group, name, work));
}
