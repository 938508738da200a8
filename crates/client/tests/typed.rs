//! Typed labels, native histograms, exemplars and the formats that carry them.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

use narthex_client::{
    Counter, EscapingScheme, Gauge, Histogram, Info, LabelValue, Labels, Protocol, Registry, StateSet,
    Summary,
};

#[derive(LabelValue, Clone, Copy)]
enum Method {
    Get,
    #[label(name = "POST")]
    Post,
}

#[derive(Labels)]
struct Http<'a> {
    method: Method,
    endpoint: &'a str,
    status: u16,
    #[label(name = "type")]
    kind: Option<&'a str>,
}

#[derive(Labels)]
struct Dense {
    method: Method,
    ok: bool,
}

fn openmetrics(registry: &Registry) -> String {
    String::from_utf8(registry.encode(Protocol::OpenMetrics100, EscapingScheme::AllowUtf8)).unwrap()
}

#[test]
fn fields_are_labels() {
    let registry = Registry::new();
    let requests = Counter::new("requests", "").labelled::<Http>().register_in(&registry);
    let path = String::from("/x");
    requests.with(Http { method: Method::Get, endpoint: &path, status: 200, kind: None }).inc();
    requests.with(Http { method: Method::Post, endpoint: "/y", status: 404, kind: Some("api") }).inc_by(2);
    assert_eq!(
        registry.text(),
        "# TYPE requests_total counter\n\
         requests_total{method=\"get\",endpoint=\"/x\",status=\"200\",type=\"\"} 1\n\
         requests_total{method=\"POST\",endpoint=\"/y\",status=\"404\",type=\"api\"} 2\n"
    );
}

#[test]
fn fixed_sets_of_values_are_looked_up_in_a_table() {
    let counter = Counter::new("c", "").labelled::<Dense>().register_in(&Registry::new());
    for _ in 0..3 {
        for (method, ok) in
            [(Method::Get, true), (Method::Get, false), (Method::Post, true), (Method::Post, false)]
        {
            counter.with(Dense { method, ok }).inc();
        }
    }
    assert_eq!(counter.series_count(), 4);
    assert_eq!(counter.with(Dense { method: Method::Post, ok: true }).get(), 3);
    assert!(counter.remove(Dense { method: Method::Post, ok: true }));
    assert_eq!(counter.with(Dense { method: Method::Post, ok: true }).get(), 0);
}

#[test]
fn openmetrics_carries_exemplars_created_times_and_types() {
    let registry = Registry::new();
    let counter = Counter::new("hits", "Hits.").register_in(&registry);
    counter.inc_by_with_exemplar(2, &[("trace_id", "abc")]);
    counter.inc_by_with_exemplar(1, &[("trace_id", &"x".repeat(200))]);
    let histogram =
        Histogram::new("size_bytes", "Sizes.").unit("bytes").buckets([10.0]).register_in(&registry);
    histogram.observe_with_exemplar((), 4.0, &[("trace_id", "def")]);
    let _info = Info::new("build", "The build.").fact("version", "1").register_in(&registry);
    let phase = StateSet::new("phase", "The phase.", ["idle", "busy"]).register_in(&registry);
    phase.set("busy");
    phase.set("unheard of");
    let page = openmetrics(&registry);
    for line in [
        "# TYPE hits counter\n",
        "hits_total 3.0 # {trace_id=\"abc\"} 2.0 ",
        "hits_created ",
        "# UNIT size_bytes bytes\n",
        "size_bytes_bucket{le=\"10.0\"} 1 # {trace_id=\"def\"} 4.0 ",
        "# TYPE build info\n",
        "build_info{version=\"1\"} 1\n",
        "# TYPE phase stateset\n",
        "phase{phase=\"idle\"} 0\n",
        "phase{phase=\"busy\"} 1\n",
        "# EOF\n",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
}

#[test]
fn a_native_histogram_travels_in_protobuf_and_as_count_and_sum_in_text() {
    let registry = Registry::new();
    let histogram = Histogram::new("h", "").buckets([]).native(1.1).register_in(&registry);
    for value in [0.0, 1.0, 1.0, 1.5, -2.0, 1e9, f64::NAN] {
        histogram.observe(value);
    }
    std::thread::spawn({
        let histogram = histogram.clone();
        move || histogram.observe(1.0)
    })
    .join()
    .unwrap();
    let families = registry.gather();
    let narthex_exposition::encode::MetricValue::Histogram(value) = &families[0].metrics[0].value else {
        panic!("{families:?}");
    };
    let Some(narthex_exposition::encode::NativeValue::Int(native)) = &value.native else {
        panic!("{value:?}")
    };
    assert_eq!((native.schema, native.count, native.zero_count), (3, 8, 1));
    assert_eq!(native.positive_buckets, [3, -2, 0]);
    assert_eq!(native.negative_buckets, [1]);
    assert!(value.buckets.is_empty());
    assert!(registry.text().contains("h_count 8\n"));
    assert!(!registry.encode(Protocol::PrometheusProto, EscapingScheme::AllowUtf8).is_empty());
}

#[test]
fn names_do_not_depend_on_the_format_unless_they_have_to() {
    let registry = Registry::new();
    Gauge::new("room.temperature", "").with_labels(["room name"]).register_in(&registry).with(["a"]).set(1.0);
    let page = |scheme| String::from_utf8(registry.encode(Protocol::Text100, scheme)).unwrap();
    assert!(page(EscapingScheme::AllowUtf8).contains("{\"room.temperature\",\"room name\"=\"a\"} 1\n"));
    assert!(page(EscapingScheme::Underscores).contains("room_temperature{room_name=\"a\"} 1\n"));
}

#[test]
fn a_summary_shows_its_quantiles() {
    let registry = Registry::new();
    let summary = Summary::new("s", "").quantiles([0.9, 0.5]).with_labels(["op"]).register_in(&registry);
    (1..=10).for_each(|value| summary.with(["x"]).observe(f64::from(value)));
    let page = registry.text();
    assert!(page.contains("s_sum{op=\"x\"} 55\n") && page.contains("s_count{op=\"x\"} 10\n"), "{page}");
    let quantile = page.find("quantile=\"0.5\"").unwrap();
    assert!(quantile < page.find("quantile=\"0.9\"").unwrap());
}
