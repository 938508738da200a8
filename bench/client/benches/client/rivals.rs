//! The same operations in `prometheus-client`, `prometheus` and `metrics` with its Prometheus exporter.

use std::hint::black_box;

use metrics::{Key, KeyName, Label, Metadata, Recorder as _};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use prometheus_client::metrics::family::Family;

/// Receives each rival's loop.
type Run<'r> = &'r (dyn Fn(u64) + Sync);

const METADATA: Metadata<'static> = Metadata::new("bench", metrics::Level::INFO, None);
/// The default buckets of most clients.
pub(crate) const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Durations spread over the buckets.
pub(crate) fn value(i: u64) -> f64 {
    (i.wrapping_mul(0x9e37_79b9) % 1024) as f64 * 0.0009
}

pub(crate) fn recorder() -> PrometheusRecorder {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Prefix("h".to_owned()), &BUCKETS)
        .expect("ascending buckets")
        .build_recorder()
}

pub(crate) fn counters(mut run: impl FnMut(&str, Run<'_>)) {
    let counter: prometheus_client::metrics::counter::Counter = Default::default();
    run("prometheus-client", &|iterations| {
        for _ in 0..iterations {
            black_box(&counter).inc();
        }
    });
    let counter = prometheus::IntCounter::new("c", "c").expect("a valid name");
    run("prometheus", &|iterations| {
        for _ in 0..iterations {
            black_box(&counter).inc();
        }
    });
    let counter = recorder().register_counter(&Key::from_name("c"), &METADATA);
    run("metrics", &|iterations| {
        for _ in 0..iterations {
            black_box(&counter).increment(1);
        }
    });
}

pub(crate) fn histograms(mut run: impl FnMut(&str, Run<'_>)) {
    let histogram = prometheus_client::metrics::histogram::Histogram::new(BUCKETS);
    run("prometheus-client", &|iterations| {
        for i in 0..iterations {
            black_box(&histogram).observe(value(i));
        }
    });
    let options = prometheus::HistogramOpts::new("h", "h").buckets(BUCKETS.to_vec());
    let histogram = prometheus::Histogram::with_opts(options).expect("valid options");
    run("prometheus", &|iterations| {
        for i in 0..iterations {
            black_box(&histogram).observe(value(i));
        }
    });
    let recorder = recorder();
    let handle = recorder.handle();
    let histogram = recorder.register_histogram(&Key::from_name("h"), &METADATA);
    run("metrics", &|iterations| {
        for i in 0..iterations {
            black_box(&histogram).record(value(i));
            // Observations pile up until somebody drains them; a scrape or the upkeep task would.
            if i % 65_536 == 65_535 {
                handle.run_upkeep();
            }
        }
        handle.run_upkeep();
    });
}

pub(crate) fn lookups(sets: &[[String; 3]], mut run: impl FnMut(&str, Run<'_>)) {
    let family = Family::<[(String, String); 3], prometheus_client::metrics::counter::Counter>::default();
    let owned: Vec<[(String, String); 3]> = sets
        .iter()
        .map(|[a, b, c]| {
            [("method", a), ("path", b), ("status", c)].map(|(name, value)| (name.to_owned(), value.clone()))
        })
        .collect();
    run("prometheus-client (prepared owned key)", &|iterations| {
        for (key, _) in owned.iter().cycle().zip(0..iterations) {
            black_box(&family).get_or_create(key).inc();
        }
    });
    let counter = prometheus::IntCounterVec::new(prometheus::Opts::new("c", "c"), &["method", "path", "status"])
        .expect("valid options");
    run("prometheus", &|iterations| {
        for ([a, b, c], _) in sets.iter().cycle().zip(0..iterations) {
            black_box(&counter).with_label_values(&[a.as_str(), b, c]).inc();
        }
    });
    let recorder = recorder();
    run("metrics", &|iterations| {
        for ([a, b, c], _) in sets.iter().cycle().zip(0..iterations) {
            let labels = vec![
                Label::new("method", a.clone()),
                Label::new("path", b.clone()),
                Label::new("status", c.clone()),
            ];
            let key = Key::from_parts(KeyName::from_const_str("c"), labels);
            black_box(&recorder).register_counter(&key, &METADATA).increment(1);
        }
    });
}
