//! Live bytes a series, counted by the allocator: one family of 10,000 series, each touched by one thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

use metrics::{Key, Label, Recorder as _};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::rivals::{BUCKETS, METADATA, recorder};
use crate::table::{Library, Table};

const SERIES: usize = 10_000;
const COUNTERS: &str = "memory a counter series, bytes";
const HISTOGRAMS: &str = "memory a histogram series of 11 buckets, bytes";

struct Counting;

static LIVE: AtomicIsize = AtomicIsize::new(0);
/// Off while times are measured.
static ON: AtomicBool = AtomicBool::new(false);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ON.load(Ordering::Relaxed) {
            LIVE.fetch_add(layout.size() as isize, Ordering::Relaxed);
        }
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if ON.load(Ordering::Relaxed) {
            LIVE.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        }
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// The label values of a series: 15 to 26 bytes.
fn labels(i: usize) -> [String; 3] {
    let method = ["GET", "POST", "PUT", "DELETE"][i % 4];
    let status = ["200", "201", "400", "404", "500"][i / 4 % 5];
    [method.to_owned(), format!("/api/v1/resource{}", i / 20), status.to_owned()]
}

fn of_each(mut touch: impl FnMut([String; 3])) -> f64 {
    LIVE.store(0, Ordering::Relaxed);
    ON.store(true, Ordering::Relaxed);
    (0..SERIES).for_each(|i| touch(labels(i)));
    ON.store(false, Ordering::Relaxed);
    LIVE.load(Ordering::Relaxed) as f64 / SERIES as f64
}

pub(crate) fn bytes(table: &mut Table) {
    let names = ["method", "path", "status"];
    table.enter(COUNTERS, Library::Narthex, || {
        let counter = narthex_client::Counter::new("m", "m").with_labels(names);
        of_each(|[a, b, c]| counter.with([&a, &b, &c]).inc())
    });
    table.enter(HISTOGRAMS, Library::Narthex, || {
        let histogram = narthex_client::Histogram::new("m", "m").with_labels(names);
        of_each(|[a, b, c]| histogram.with([&a, &b, &c]).observe(0.1))
    });
    let named =
        |[a, b, c]: [String; 3]| [("method".to_owned(), a), ("path".to_owned(), b), ("status".to_owned(), c)];
    table.enter(COUNTERS, Library::PrometheusClient, || {
        let family = Family::<[(String, String); 3], Counter>::default();
        of_each(|set| {
            family.get_or_create(&named(set)).inc();
        })
    });
    table.enter(HISTOGRAMS, Library::PrometheusClient, || {
        let family =
            Family::<[(String, String); 3], Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        of_each(|set| family.get_or_create(&named(set)).observe(0.1))
    });
    table.enter(COUNTERS, Library::Prometheus, || {
        let options = prometheus::Opts::new("m", "m");
        let family = prometheus::IntCounterVec::new(options, &names).expect("valid options");
        of_each(|[a, b, c]| family.with_label_values(&[&a, &b, &c]).inc())
    });
    table.enter(HISTOGRAMS, Library::Prometheus, || {
        let options = prometheus::HistogramOpts::new("m", "m").buckets(BUCKETS.to_vec());
        let family = prometheus::HistogramVec::new(options, &names).expect("valid options");
        of_each(|[a, b, c]| family.with_label_values(&[&a, &b, &c]).observe(0.1))
    });
    let key = |name, [a, b, c]: [String; 3]| {
        Key::from_parts(name, vec![Label::new("method", a), Label::new("path", b), Label::new("status", c)])
    };
    table.enter(COUNTERS, Library::Metrics, || {
        let recorder = recorder();
        of_each(|set| recorder.register_counter(&key("m", set), &METADATA).increment(1))
    });
    table.enter(HISTOGRAMS, Library::Metrics, || {
        let recorder = recorder();
        let handle = recorder.handle();
        let live = of_each(|set| recorder.register_histogram(&key("hm", set), &METADATA).record(0.1));
        drop(handle);
        live
    });
}
