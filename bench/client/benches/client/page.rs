//! The page of 10,000 counters and 1,000 histograms: 24,000 samples.

use std::hint::black_box;

use narthex_client::{Counter, EscapingScheme, Histogram, Protocol, Registry};

use crate::measure::milliseconds;
use crate::operations::{label_sets, value};
use crate::rivals::{BUCKETS, METADATA};
use crate::table::{Library, Table};

const COUNTER_FAMILIES: usize = 100;
const HISTOGRAM_FAMILIES: usize = 10;
/// Observations of each histogram.
const OBSERVATIONS: u64 = 50;
const TEXT: &str = "page of 24,000 samples, text, ms";
const OPENMETRICS: &str = "the same, OpenMetrics, ms";
const PROTOBUF: &str = "the same, protobuf, ms";

pub(crate) fn encoding(table: &mut Table) {
    if ![TEXT, OPENMETRICS, PROTOBUF].iter().any(|row| table.wants(row)) {
        return;
    }
    narthex(table);
    prometheus_client(table);
    prometheus(table);
    metrics(table);
}

fn narthex(table: &mut Table) {
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
        for [a, b, c] in &label_sets() {
            (0..OBSERVATIONS).for_each(|i| histogram.with([a, b, c]).observe(value(i)));
        }
    }
    for (row, protocol) in [
        (TEXT, Protocol::Text004),
        (OPENMETRICS, Protocol::OpenMetrics100),
        (PROTOBUF, Protocol::PrometheusProto),
    ] {
        let page = || drop(black_box(registry.encode(protocol, EscapingScheme::AllowUtf8)));
        table.enter(row, Library::Narthex, || milliseconds(page));
    }
}

fn prometheus(table: &mut Table) {
    use prometheus::{
        Encoder, HistogramOpts, HistogramVec, IntCounterVec, Opts, ProtobufEncoder, TextEncoder,
    };
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
            (0..OBSERVATIONS).for_each(|i| histogram.with_label_values(&[a, b, c]).observe(value(i)));
        }
    }
    fn page(registry: &prometheus::Registry, encoder: &impl Encoder) {
        let mut out = Vec::new();
        encoder.encode(&registry.gather(), &mut out).expect("a page");
        drop(black_box(out));
    }
    table.enter(TEXT, Library::Prometheus, || milliseconds(|| page(&registry, &TextEncoder::new())));
    table.enter(PROTOBUF, Library::Prometheus, || milliseconds(|| page(&registry, &ProtobufEncoder::new())));
}

fn prometheus_client(table: &mut Table) {
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::metrics::family::Family;
    use prometheus_client::metrics::histogram::Histogram;
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
        registry.register(
            format!("app_component{family}_duration_seconds"),
            "Time spent.",
            histogram.clone(),
        );
        for set in label_sets() {
            let series = named(set);
            (0..OBSERVATIONS).for_each(|i| histogram.get_or_create(&series).observe(value(i)));
        }
    }
    let page = || {
        let mut out = String::new();
        prometheus_client::encoding::text::encode(&mut out, &registry).expect("a page");
        drop(black_box(out));
    };
    table.enter(OPENMETRICS, Library::PrometheusClient, || milliseconds(page));
}

fn metrics(table: &mut Table) {
    use metrics::{Key, Label, Recorder as _};
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
            (0..OBSERVATIONS).for_each(|i| histogram.record(value(i)));
        }
    }
    let handle = recorder.handle();
    table.enter(TEXT, Library::Metrics, || milliseconds(|| drop(black_box(handle.render()))));
}
