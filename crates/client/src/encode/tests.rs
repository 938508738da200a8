//! Pages written straight from the cells mean what the value model's pages mean: in every protocol and escaping scheme.

use narthex_exposition::encode::{Encoder, MetricFamily};
use narthex_exposition::{EscapingScheme, Protocol, read_families};

use crate::{Counter, FloatCounter, Gauge, Histogram, Info, Registry, StateSet, Summary};

/// A registry with a family of every kind, plain and awkward names and values.
fn registry() -> Registry {
    let registry = Registry::new();
    let long = "long ".repeat(60);
    let values =
        ["", "GET", "ü", "quote\" back\\slash\nnewline", &long, "a value of more than thirty-two bytes"];
    for (number, name) in ["requests", "my.requests with ünicode", "a_b", "seconds_spent"].iter().enumerate()
    {
        let counter = Counter::new(*name, "Help with \"quotes\",\na newline and a \\.")
            .with_labels(["method", "the.path"])
            .unit(if name.ends_with("_spent") { "spent" } else { "" })
            .register_in(&registry);
        let float = FloatCounter::new(format!("{name}_float_seconds"), "")
            .with_labels(["method"])
            .const_label("fixed.label", "x\"y")
            .unit("seconds")
            .register_in(&registry);
        let gauge = Gauge::new(format!("{name}_gauge"), "A gauge.").with_labels(["l"]).register_in(&registry);
        let classic = Histogram::new(format!("{name}_classic"), "Observed.")
            .with_labels(["method"])
            .buckets([0.001, 0.5, 2.0, 1e7])
            .register_in(&registry);
        let both =
            Histogram::new(format!("{name}_both"), "").with_labels(["m"]).native(1.1).register_in(&registry);
        let native =
            Histogram::new(format!("{name}_native"), "").buckets([]).native(2.0).register_in(&registry);
        for (i, value) in values.into_iter().enumerate() {
            counter.with([value, "b"]).inc_by([0, 1, 99_999_999, 100_000_000, 1 << 40, 7][i]);
            float.with([value]).inc_by([0.0, 0.5, 1e6, 123_456.789, 1e-7, 3.0][i]);
            gauge.with([value]).set([0.0, -0.0, f64::NAN, f64::INFINITY, -1.5, 1e300][i]);
            for times in 0..i * 40 {
                classic.with([value]).observe(times as f64 / 7.0);
                both.with([value]).observe(times as f64 / 7.0);
                native.observe(times as f64 / 7.0);
            }
        }
        if number < 3 {
            counter.with(["exemplar", "b"]).inc_by_with_exemplar(3, &[("trace.id", "a\"b"), ("span", "1")]);
            classic.observe_with_exemplar(["GET"], 0.4, &[("trace.id", "abc")]);
            classic.observe_with_exemplar(["GET"], 1e9, &[("trace.id", "def")]);
            both.observe_with_exemplar(["GET"], 0.4, &[("trace.id", "abc")]);
        }
    }
    let _ = Counter::new("alone", "").register_in(&registry);
    let _ = Counter::new("nothing", "No series.").with_labels(["l"]).register_in(&registry);
    let _ = Info::new("build", "Facts.").fact("version", "1\"2").register_in(&registry);
    let _ = StateSet::new("phase", "States.", ["idle", "busy"]).register_in(&registry);
    let prefixed = StateSet::new("mode", "", ["on", "off"]).register_in(&registry.with_prefix("app"));
    prefixed.set("on");
    Summary::new("summary", "").register_in(&registry).observe(3.0);
    registry
}

/// Families without what their order of labels or metrics says.
fn normal(page: &[u8], protocol: Protocol) -> Vec<MetricFamily> {
    let mut families = read_families(page, protocol).unwrap_or_else(|error| {
        panic!("{protocol:?}: {error}\n{}", String::from_utf8_lossy(page));
    });
    for family in &mut families {
        family.metrics.sort_by(|a, b| a.labels.cmp(&b.labels));
    }
    families.sort_by(|a, b| a.name.cmp(&b.name));
    families
}

#[test]
#[cfg_attr(miri, ignore = "takes Miri many minutes; `lines` has the unsafe code and its own tests")]
fn pages_mean_what_the_value_model_means() {
    let registry = registry();
    let families = registry.gather();
    for protocol in Protocol::ALL {
        for scheme in EscapingScheme::ALL {
            let direct = registry.encode(protocol, scheme);
            let by_value = Encoder::new(protocol, scheme).page(&families);
            let (direct, by_value) = (normal(&direct, protocol), normal(&by_value, protocol));
            assert_eq!(direct.len(), by_value.len(), "{protocol:?} {scheme:?}");
            for (direct, by_value) in direct.iter().zip(&by_value) {
                // Through text, because NaN is not equal to itself.
                assert_eq!(format!("{direct:#?}"), format!("{by_value:#?}"), "{protocol:?} {scheme:?}");
            }
        }
    }
}

#[test]
fn a_registry_without_series_is_an_empty_page() {
    let registry = Registry::new();
    let _ = Counter::new("c", "Help.").with_labels(["l"]).register_in(&registry);
    let _ = Histogram::new("h", "Help.").with_labels(["l"]).register_in(&registry);
    for scheme in EscapingScheme::ALL {
        assert_eq!(registry.encode(Protocol::PrometheusProto, scheme), b"");
        assert_eq!(registry.encode(Protocol::Text004, scheme), b"");
        assert_eq!(registry.encode(Protocol::OpenMetrics100, scheme), b"# EOF\n");
    }
}
