//! The page of 10,000 counters and 1,000 histograms: 24,000 samples.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use narthex_client::{Counter, Histogram, Protocol, Registry};

use crate::operations::label_sets;
use crate::rivals::{BUCKETS, value};

const COUNTER_FAMILIES: usize = 100;
const HISTOGRAM_FAMILIES: usize = 10;

fn registry() -> Registry {
    let registry = Registry::new();
    let names = ["method", "path", "status"];
    for family in 0..COUNTER_FAMILIES {
        let counter = Counter::new(format!("app_component{family}_requests"), "Requests served.")
            .with_labels(names)
            .register_in(&registry);
        for (i, [a, b, c]) in label_sets().iter().enumerate() {
            counter.with([a, b, c]).inc_by(i as u64 * 7919 + 1);
        }
    }
    for family in 0..HISTOGRAM_FAMILIES {
        let histogram = Histogram::new(format!("app_component{family}_duration_seconds"), "Time spent.")
            .with_labels(names)
            .register_in(&registry);
        for [a, b, c] in label_sets() {
            for i in 0..50 {
                histogram.with([&a, &b, &c]).observe(value(i));
            }
        }
    }
    registry
}

pub(crate) fn encoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("page of 24,000 samples");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2)).sample_size(20);
    let registry = registry();
    group.bench_function("narthex text", |bencher| {
        bencher.iter(|| black_box(registry.encode(Protocol::Text004)));
    });
    prometheus(&mut group);
    prometheus_client(&mut group);
    metrics(&mut group);
}

type Group<'c> = criterion::BenchmarkGroup<'c, criterion::measurement::WallTime>;

fn prometheus(group: &mut Group<'_>) {
    use prometheus::{Encoder as _, HistogramOpts, HistogramVec, IntCounterVec, Opts, TextEncoder};
    let registry = prometheus::Registry::new();
    let names = ["method", "path", "status"];
    for family in 0..COUNTER_FAMILIES {
        let options = Opts::new(format!("app_component{family}_requests_total"), "Requests served.");
        let counter = IntCounterVec::new(options, &names).expect("valid options");
        registry.register(Box::new(counter.clone())).expect("a free name");
        for (i, [a, b, c]) in label_sets().iter().enumerate() {
            counter.with_label_values(&[a, b, c]).inc_by(i as u64 * 7919 + 1);
        }
    }
    for family in 0..HISTOGRAM_FAMILIES {
        let options = HistogramOpts::new(format!("app_component{family}_duration_seconds"), "Time spent.")
            .buckets(BUCKETS.to_vec());
        let histogram = HistogramVec::new(options, &names).expect("valid options");
        registry.register(Box::new(histogram.clone())).expect("a free name");
        for [a, b, c] in &label_sets() {
            for i in 0..50 {
                histogram.with_label_values(&[a, b, c]).observe(value(i));
            }
        }
    }
    group.bench_function("prometheus", |bencher| {
        bencher.iter(|| {
            let mut out = Vec::new();
            TextEncoder::new().encode(&registry.gather(), &mut out).expect("a page");
            black_box(out)
        });
    });
}

fn prometheus_client(group: &mut Group<'_>) {
    use prometheus_client::metrics::{counter::Counter, family::Family, histogram::Histogram};
    type Labels = [(String, String); 3];
    let mut registry = prometheus_client::registry::Registry::default();
    let named = |[a, b, c]: [String; 3]| -> Labels {
        [("method".to_owned(), a), ("path".to_owned(), b), ("status".to_owned(), c)]
    };
    for family in 0..COUNTER_FAMILIES {
        let counter = Family::<Labels, Counter>::default();
        registry.register(format!("app_component{family}_requests"), "Requests served.", counter.clone());
        for (i, set) in label_sets().into_iter().enumerate() {
            counter.get_or_create(&named(set)).inc_by(i as u64 * 7919 + 1);
        }
    }
    for family in 0..HISTOGRAM_FAMILIES {
        let histogram = Family::<Labels, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        registry.register(format!("app_component{family}_duration_seconds"), "Time spent.", histogram.clone());
        for set in label_sets() {
            let series = named(set);
            for i in 0..50 {
                histogram.get_or_create(&series).observe(value(i));
            }
        }
    }
    group.bench_function("prometheus-client", |bencher| {
        bencher.iter(|| {
            let mut out = String::new();
            prometheus_client::encoding::text::encode(&mut out, &registry).expect("a page");
            black_box(out)
        });
    });
}

fn metrics(group: &mut Group<'_>) {
    use metrics::{Key, Label, Recorder as _};
    const METADATA: metrics::Metadata<'static> = metrics::Metadata::new("bench", metrics::Level::INFO, None);
    let recorder = crate::rivals::recorder();
    let key = |name: String, [a, b, c]: [String; 3]| {
        Key::from_parts(name, vec![Label::new("method", a), Label::new("path", b), Label::new("status", c)])
    };
    for family in 0..COUNTER_FAMILIES {
        for (i, set) in label_sets().into_iter().enumerate() {
            let name = format!("app_component{family}_requests_total");
            recorder.register_counter(&key(name, set), &METADATA).increment(i as u64 * 7919 + 1);
        }
    }
    for family in 0..HISTOGRAM_FAMILIES {
        for set in label_sets() {
            let name = format!("happ_component{family}_duration_seconds");
            let histogram = recorder.register_histogram(&key(name, set), &METADATA);
            (0..50).for_each(|i| histogram.record(value(i)));
        }
    }
    let handle = recorder.handle();
    group.bench_function("metrics", |bencher| bencher.iter(|| black_box(handle.render())));
}
