//! Whole pages of small registries, and what registration refuses.

use narthex_client::{Counter, Families, FloatCounter, Gauge, Histogram, Registry};

#[test]
fn a_page_of_everything() {
    let registry = Registry::new();
    let requests = Counter::new("req", "Requests\nwith a \\ in help.")
        .with_labels(["method", "path"])
        .register_in(&registry);
    requests.with(["GET", "/a\"b\\c\nd"]).inc_by(3);
    requests.with(["PUT", "/"]).inc();
    let temperature = Gauge::new("temperature", "").const_label("room", "kitchen").register_in(&registry);
    temperature.set(-1.5);
    let busy = FloatCounter::new("busy_seconds_total", "Busy.").register_in(&registry);
    busy.inc_by(0.5);
    busy.inc_by(-3.0);
    busy.inc_by(f64::NAN);
    let latency = Histogram::new("latency_seconds", "Latency.")
        .buckets([0.1, 1.0, f64::INFINITY])
        .with_labels(["op"])
        .register_in(&registry);
    latency.with(["read"]).observe(0.05);
    latency.with(["read"]).observe(5.0);
    let _silent = Counter::new("silent", "No series yet.").with_labels(["x"]).register_in(&registry);
    registry.collect_with(|families: &mut Families| {
        families.gauge("queue", "Waiting.").sample([("name", "a")], 1.0).sample([("name", "b")], 2.0);
        families.gauge("temperature", "Of the wrong registry.").value(7.0);
    });
    let expected = r#"# HELP busy_seconds_total Busy.
# TYPE busy_seconds_total counter
busy_seconds_total 0.5
# HELP latency_seconds Latency.
# TYPE latency_seconds histogram
latency_seconds_bucket{op="read",le="0.1"} 1
latency_seconds_bucket{op="read",le="1"} 1
latency_seconds_bucket{op="read",le="+Inf"} 2
latency_seconds_sum{op="read"} 5.05
latency_seconds_count{op="read"} 2
# HELP queue Waiting.
# TYPE queue gauge
queue{name="a"} 1
queue{name="b"} 2
# HELP req_total Requests\nwith a \\ in help.
# TYPE req_total counter
req_total{method="GET",path="/a\"b\\c\nd"} 3
req_total{method="PUT",path="/"} 1
# TYPE temperature gauge
temperature{room="kitchen"} -1.5
"#;
    assert_eq!(registry.text(), expected);
}

#[test]
fn the_same_metric_again_is_the_same_metric() {
    let registry = Registry::new();
    let a = Counter::new("a", "A.").register_in(&registry);
    let again = Counter::new("a_total", "A, again.").register_in(&registry);
    a.inc();
    again.inc();
    assert_eq!(a.get(), 2);
    assert!(registry.unregister("a_total"));
    assert!(!registry.unregister("a_total"));
    assert_eq!(registry.text(), "");
    a.inc();
    assert_eq!(a.get(), 3);
}

#[test]
fn wrong_descriptions_are_refused_with_a_reason() {
    let registry = Registry::new();
    let _ = Histogram::new("h", "").register_in(&registry);
    let refusals = [
        Gauge::new("", "").try_register_in(&registry).map(drop),
        Gauge::new("h", "").try_register_in(&registry).map(drop),
        Gauge::new("h_sum", "").try_register_in(&registry).map(drop),
        Gauge::new("g", "").with_labels(["a", "a"]).try_register_in(&registry).map(drop),
        Gauge::new("g", "").with_labels(["a"]).const_label("a", "").try_register_in(&registry).map(drop),
        Gauge::new("g", "").with_labels(["__x"]).try_register_in(&registry).map(drop),
        Histogram::new("i", "").with_labels(["le"]).try_register_in(&registry).map(drop),
        Histogram::new("i", "").buckets([2.0, 1.0]).try_register_in(&registry).map(drop),
        Histogram::new("i", "").buckets([1.0, 1.0]).try_register_in(&registry).map(drop),
        Histogram::new("i", "").buckets([f64::NAN]).try_register_in(&registry).map(drop),
    ];
    let _ = Gauge::new("req_rate", "").register_in(&registry);
    let alike = [
        Gauge::new("req.rate", "").try_register_in(&registry).map(drop),
        Gauge::new("j", "").with_labels(["a.b", "a_b"]).try_register_in(&registry).map(drop),
        // OpenMetrics calls both families req_rate.
        Counter::new("req_rate", "").try_register_in(&registry).map(drop),
    ];
    assert!(alike.iter().all(Result::is_err));
    for refusal in refusals {
        assert!(refusal.unwrap_err().to_string().starts_with("cannot register metric"));
    }
}

#[test]
fn views_add_a_prefix_and_labels() {
    let registry = Registry::new();
    let view = registry.with_prefix("shop").with_label("region", "eu");
    let sold = Counter::new("sold", "Sold.").with_labels(["item"]).register_in(&view);
    sold.with(["fennel"]).inc();
    assert_eq!(
        registry.text(),
        "# HELP shop_sold_total Sold.\n# TYPE shop_sold_total counter\nshop_sold_total{region=\"eu\",item=\"fennel\"} 1\n"
    );
}

#[test]
fn removed_series_start_again_at_zero() {
    let registry = Registry::new();
    let counter = Counter::new("c", "").with_labels(["l"]).register_in(&registry);
    let old = counter.with(["x"]);
    old.inc_by(5);
    assert!(counter.remove(["x"]));
    assert!(!counter.remove(["x"]));
    old.inc_by(5);
    assert_eq!((old.get(), counter.series_count()), (0, 0));
    counter.with(["x"]).inc();
    assert_eq!(counter.with(["x"]).get(), 1);
}

#[test]
fn beyond_the_cap_counts_in_the_overflow_series() {
    let registry = Registry::new();
    let counter = Counter::new("c", "").with_labels(["l"]).max_series(2).register_in(&registry);
    for value in ["a", "b", "c", "d", "a"] {
        counter.with([value]).inc();
    }
    assert_eq!(
        registry.text(),
        "# TYPE c_total counter\nc_total{l=\"a\"} 2\nc_total{l=\"b\"} 1\nc_total{l=\"overflow\"} 2\n"
    );
}
