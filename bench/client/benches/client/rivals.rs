//! The same operations in `prometheus-client`, `prometheus` and `metrics` with its Prometheus exporter.

use std::hint::black_box;

use metrics::{Key, KeyName, Label, Metadata, Recorder as _};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusRecorder};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::exemplar::CounterWithExemplar;
use prometheus_client::metrics::family::Family;

use crate::operations::{Run, value};
use crate::table::Library;

pub(crate) const METADATA: Metadata<'static> = Metadata::new("bench", metrics::Level::INFO, None);
/// The default buckets of most clients.
pub(crate) const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

pub(crate) fn recorder() -> PrometheusRecorder {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Prefix("h".to_owned()), &BUCKETS)
        .expect("ascending buckets")
        .build_recorder()
}

pub(crate) fn counters(run: Run<'_>) {
    let counter: Counter = Counter::default();
    run(Library::PrometheusClient, &|iterations| {
        for _ in 0..iterations {
            black_box(&counter).inc();
        }
    });
    let counter = prometheus::IntCounter::new("c", "c").expect("a valid name");
    run(Library::Prometheus, &|iterations| (0..iterations).for_each(|_| black_box(&counter).inc()));
    let counter = recorder().register_counter(&Key::from_name("c"), &METADATA);
    run(Library::Metrics, &|iterations| (0..iterations).for_each(|_| black_box(&counter).increment(1)));
}

pub(crate) fn exemplar_counters(run: Run<'_>) {
    let counter = CounterWithExemplar::<Vec<(String, String)>>::default();
    run(Library::PrometheusClient, &|iterations| {
        for _ in 0..iterations {
            black_box(&counter).inc_by(1, None, None);
        }
    });
}

pub(crate) fn float_counters(run: Run<'_>) {
    let counter = Counter::<f64, std::sync::atomic::AtomicU64>::default();
    run(Library::PrometheusClient, &|iterations| {
        for _ in 0..iterations {
            black_box(&counter).inc_by(0.5);
        }
    });
    let counter = prometheus::Counter::new("c", "c").expect("a valid name");
    run(Library::Prometheus, &|iterations| (0..iterations).for_each(|_| black_box(&counter).inc_by(0.5)));
}

pub(crate) fn histograms(run: Run<'_>) {
    let histogram = prometheus_client::metrics::histogram::Histogram::new(BUCKETS);
    run(Library::PrometheusClient, &|iterations| {
        (0..iterations).for_each(|i| black_box(&histogram).observe(value(i)))
    });
    let options = prometheus::HistogramOpts::new("h", "h").buckets(BUCKETS.to_vec());
    let histogram = prometheus::Histogram::with_opts(options).expect("valid options");
    run(Library::Prometheus, &|iterations| {
        (0..iterations).for_each(|i| black_box(&histogram).observe(value(i)))
    });
    let recorder = recorder();
    let handle = recorder.handle();
    let histogram = recorder.register_histogram(&Key::from_name("h"), &METADATA);
    run(Library::Metrics, &|iterations| {
        (0..iterations).for_each(|i| black_box(&histogram).record(value(i)));
        // Observations pile up until somebody drains them; a scrape or the upkeep task would.
        handle.run_upkeep();
    });
}

pub(crate) fn lookups(sets: &[[String; 3]], run: Run<'_>) {
    // The key must be owned; it is prepared here, where a program would have to make it.
    let family = Family::<[(String, String); 3], Counter>::default();
    let owned: Vec<[(String, String); 3]> = sets
        .iter()
        .map(|[a, b, c]| {
            [("method", a), ("path", b), ("status", c)].map(|(name, value)| (name.to_owned(), value.clone()))
        })
        .collect();
    run(Library::PrometheusClient, &|iterations| {
        for (key, _) in owned.iter().cycle().zip(0..iterations) {
            black_box(&family).get_or_create(key).inc();
        }
    });
    let counter =
        prometheus::IntCounterVec::new(prometheus::Opts::new("c", "c"), &["method", "path", "status"])
            .expect("valid options");
    run(Library::Prometheus, &|iterations| {
        for ([a, b, c], _) in sets.iter().cycle().zip(0..iterations) {
            black_box(&counter).with_label_values(&[a.as_str(), b, c]).inc();
        }
    });
    let recorder = recorder();
    run(Library::Metrics, &|iterations| {
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

#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
enum Method {
    Get,
    Post,
    Put,
    Delete,
}

#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)]
enum Outcome {
    Good,
    Bad,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Typed {
    method: Method,
    outcome: Outcome,
}

pub(crate) fn typed_lookups(run: Run<'_>) {
    let family = Family::<Typed, Counter>::default();
    let methods = [Method::Get, Method::Post, Method::Put, Method::Delete];
    let outcomes = [Outcome::Good, Outcome::Bad];
    run(Library::PrometheusClient, &|iterations| {
        for i in 0..iterations as usize {
            let (method, outcome) = (methods[i % 4], outcomes[i / 4 % 2]);
            black_box(&family).get_or_create(&Typed { method, outcome }).inc();
        }
    });
}
