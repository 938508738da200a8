//! What other libraries were found to do wrong, each once, and shown not to happen here.

use narthex_client::{
    Counter, EscapingScheme, Families, Gauge, Histogram, Protocol, Registry, StateSet, Summary,
};

/// The page in every protocol, with the names as every scheme writes them; protobuf is left out.
fn pages(registry: &Registry) -> Vec<String> {
    let schemes = [
        EscapingScheme::AllowUtf8,
        EscapingScheme::Underscores,
        EscapingScheme::Dots,
        EscapingScheme::Values,
    ];
    [Protocol::Text004, Protocol::Text100, Protocol::OpenMetrics001, Protocol::OpenMetrics100]
        .into_iter()
        .flat_map(|protocol| schemes.map(|scheme| registry.encode(protocol, scheme)))
        .map(|page| String::from_utf8_lossy(&page).into_owned())
        .collect()
}

/// Refuses pages that declare a family twice or show a series twice.
fn assert_sound(registry: &Registry) {
    for page in pages(registry) {
        let mut seen = std::collections::BTreeSet::new();
        for line in page.lines() {
            let key = match line.strip_prefix("# TYPE ") {
                Some(rest) => rest.split(' ').next().unwrap_or_default(),
                None if line.starts_with('#') => continue,
                None => line.rsplit_once(' ').map_or(line, |(series, _)| series),
            };
            let key = (line.starts_with('#'), key.to_owned());
            assert!(seen.insert(key), "twice: {line}\n{page}");
        }
    }
}

#[test]
fn values_that_only_differ_in_where_they_split_do_not_merge() {
    let registry = Registry::new();
    let counter = Counter::new("c", "").with_labels(["a", "b"]).register_in(&registry);
    counter.with(["ab", "c"]).inc();
    counter.with(["a", "bc"]).inc_by(2);
    counter.with(["abc", ""]).inc_by(3);
    counter.with(["", "abc"]).inc_by(4);
    assert_eq!(counter.series_count(), 4);
    assert_eq!(counter.with(["a", "bc"]).get(), 2);
    assert_sound(&registry);
}

#[test]
fn names_that_escape_to_one_name_are_refused() {
    let registry = Registry::new();
    let _dots = Counter::new("req.total", "").register_in(&registry);
    assert!(Counter::new("req_total", "").try_register_in(&registry).is_err());
    let _histogram = Histogram::new("op.time", "").register_in(&registry);
    assert!(Gauge::new("op_time_sum", "").try_register_in(&registry).is_err());
    assert!(Counter::new("a", "").with_labels(["x.y", "x_y"]).try_register_in(&registry).is_err());
    registry.collect_with(|families: &mut Families| {
        families.gauge("queue.length", "").value(1.0);
        families.gauge("queue_length", "").value(2.0);
        families.gauge("req.total", "").value(3.0);
    });
    assert_sound(&registry);
}

#[test]
fn label_names_are_given_once() {
    let registry = Registry::new();
    assert!(Counter::new("a", "").with_labels(["x", "x"]).try_register_in(&registry).is_err());
    assert!(
        Counter::new("a", "").with_labels(["x"]).const_label("x", "1").try_register_in(&registry).is_err()
    );
    registry.collect_with(|families: &mut Families| {
        let collected = families.gauge("collected", "");
        collected
            .sample([("x", "1"), ("x", "2")], 1.0)
            .sample([("a.b", "1"), ("a_b", "2")], 1.0)
            .sample([("__name__", "other")], 1.0)
            .sample([("", "1")], 1.0);
        families.histogram("h", "").histogram([("le", "1")], [(1.0, 1)], 1.0, 1);
        families.gauge("", "").value(1.0);
    });
    assert_eq!(registry.text(), "");
    let view = registry.with_label("x", "1");
    assert!(Counter::new("a", "").with_labels(["x"]).try_register_in(&view).is_err());
    assert!(Counter::new("a", "").try_register_in(&view.with_label("x", "2")).is_err());
}

#[test]
fn one_family_is_of_one_kind_in_every_format() {
    let registry = Registry::new();
    let _counter = Counter::new("jobs", "").register_in(&registry);
    assert!(Gauge::new("jobs_total", "").try_register_in(&registry).is_err());
    // `jobs` is what OpenMetrics calls the counter.
    assert!(Gauge::new("jobs", "").try_register_in(&registry).is_err());
    assert!(Gauge::new("jobs_created", "").try_register_in(&registry).is_err());
    let _summary = Summary::new("size", "").register_in(&registry);
    assert!(Gauge::new("size_count", "").try_register_in(&registry).is_err());
    registry.collect_with(|families: &mut Families| {
        families.counter("x", "").value(1.0);
        families.gauge("x_total", "").value(2.0);
        families.gauge("y", "").sample([("l", "1")], 1.0).sample([("l", "1")], 2.0);
        families.gauge("size_sum", "").value(1.0);
    });
    assert_sound(&registry);
    assert!(registry.text().contains("x_total 1\n") && registry.text().contains("y{l=\"1\"} 1\n"));
}

#[test]
fn help_and_label_values_stay_on_their_line() {
    let registry = Registry::new();
    let nasty = "two\nlines\r, a \\ and a \"";
    let gauge = Gauge::new("g", nasty).with_labels(["l"]).register_in(&registry);
    gauge.with([nasty]).set(1.0);
    for page in pages(&registry) {
        for line in page.split('\n').filter(|line| !line.is_empty()) {
            assert!(line.starts_with("# ") || line.starts_with("g{l="), "{line:?} in {page}");
        }
    }
}

#[test]
fn a_family_is_declared_once() {
    let registry = Registry::new();
    let jobs = Counter::new("jobs", "").with_labels(["a"]).register_in(&registry);
    let again = Counter::new("jobs", "").with_labels(["a"]).register_in(&registry);
    jobs.with(["x"]).inc();
    again.with(["x"]).inc();
    assert_eq!(jobs.with(["x"]).get(), 2);
    assert!(Counter::new("jobs", "").with_labels(["b"]).try_register_in(&registry).is_err());
    Histogram::new("h", "").buckets([1.0]).register_in(&registry).observe(1.0);
    assert!(Histogram::new("h", "").buckets([2.0]).try_register_in(&registry).is_err());
    for source in ["one", "two"] {
        registry.collect_with(move |families: &mut Families| {
            families.gauge("collected", "").sample([("source", source)], 1.0);
            families.gauge("collected", "").sample([("source", "both")], 1.0);
            families.counter("jobs", "").sample([("a", "x")], 9.0);
        });
    }
    assert_sound(&registry);
    let text = registry.text();
    assert!(text.contains("jobs_total{a=\"x\"} 2\n"), "{text}");
    for source in ["one", "two", "both"] {
        assert!(text.contains(&format!("collected{{source=\"{source}\"}} 1\n")), "{text}");
    }
}

#[test]
fn buckets_ascend_and_are_numbers() {
    let registry = Registry::new();
    for bounds in [vec![2.0, 1.0], vec![1.0, 1.0], vec![f64::NAN], vec![1.0, f64::INFINITY, 2.0]] {
        let error = Histogram::new("h", "").buckets(bounds).try_register_in(&registry).map(drop);
        assert!(error.is_err_and(|error| error.to_string().contains("bucket bounds must ascend")));
    }
}

#[test]
fn units_are_at_the_end_of_names() {
    let registry = Registry::new();
    let error = Gauge::new("wait", "").unit("seconds").try_register_in(&registry).map(drop);
    assert!(error.is_err_and(|error| error.to_string().ends_with("append _seconds")));
    assert!(Counter::new("wait_seconds", "").unit("seconds").try_register_in(&registry).is_ok());
    assert!(Gauge::new("milliseconds", "").unit("seconds").try_register_in(&registry).is_err());
}

#[test]
fn names_are_the_same_in_every_format() {
    let registry = Registry::new();
    Counter::new("hits", "").register_in(&registry).inc();
    Counter::new("misses_total", "").register_in(&registry).inc();
    let view = registry.with_prefix("shop");
    let _state = StateSet::new("phase", "", ["idle"]).register_in(&view);
    let protobuf = registry.encode(Protocol::PrometheusProto, EscapingScheme::AllowUtf8);
    for family in ["hits_total", "misses_total", "shop_phase"] {
        // The name is a family's first field.
        let field = [&[0x0a, family.len() as u8], family.as_bytes()].concat();
        assert!(protobuf.windows(field.len()).any(|window| window == field), "{family}");
    }
    // The dots scheme doubles underscores for everybody; that is what a scraper asks for by it.
    for page in pages(&registry).iter().filter(|page| !page.contains("hits__")) {
        for series in ["hits_total ", "misses_total ", "shop_phase{shop_phase=\"idle\"} "] {
            assert!(page.lines().any(|line| line.starts_with(series)), "{series} in {page}");
        }
    }
}
