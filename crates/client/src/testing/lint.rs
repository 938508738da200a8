//! The rules of `promtool check metrics`, applied to a registry.

use narthex_exposition::encode::{MetricFamily, MetricValue};
use narthex_model::MetricType;

use crate::Registry;

/// A name or text that does not follow the conventions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The family's name.
    pub metric: String,
    /// What is wrong, as promtool says it.
    pub text: String,
}

/// Units that are not base units, and the base unit to use.
const UNITS: [(&str, &str); 24] = [
    ("nanoseconds", "seconds"),
    ("microseconds", "seconds"),
    ("milliseconds", "seconds"),
    ("minutes", "seconds"),
    ("hours", "seconds"),
    ("days", "seconds"),
    ("weeks", "seconds"),
    ("kelvins", "celsius"),
    ("fahrenheit", "celsius"),
    ("rankine", "celsius"),
    ("kilometers", "meters"),
    ("centimeters", "meters"),
    ("millimeters", "meters"),
    ("inches", "meters"),
    ("yards", "meters"),
    ("miles", "meters"),
    ("bits", "bytes"),
    ("kilobytes", "bytes"),
    ("megabytes", "bytes"),
    ("gigabytes", "bytes"),
    ("calories", "joules"),
    ("kilograms", "grams"),
    ("milliamperes", "amperes"),
    ("percent", "ratio"),
];

/// Abbreviations of units that should be written out.
const ABBREVIATIONS: [&str; 14] =
    ["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"];

/// What promtool would find in the families of `registry`.
pub fn lint(registry: &Registry) -> Vec<Problem> {
    registry.gather().iter().flat_map(family).collect()
}

fn family(family: &MetricFamily) -> Vec<Problem> {
    let name = family.name.as_str();
    let mut texts: Vec<String> = Vec::new();
    if family.help.is_none() {
        texts.push("no help text".to_owned());
    }
    let words: Vec<&str> = name.split('_').collect();
    for (unit, base) in UNITS {
        if words.contains(&unit) {
            texts.push(format!("use base unit {base:?} instead of {unit:?}"));
        }
    }
    if words.iter().any(|word| ABBREVIATIONS.contains(word)) {
        texts.push("metric names should not contain abbreviated units".to_owned());
    }
    let lower = name.to_lowercase();
    for kind in ["counter", "gauge", "histogram", "summary", "untyped"] {
        if lower.split('_').any(|word| word == kind) && family.metric_type.as_str() == kind {
            texts.push(format!("metric name should not include type {kind:?}"));
        }
    }
    if name.chars().any(char::is_uppercase) {
        texts.push("metric names should be written in 'snake_case' not 'camelCase'".to_owned());
    }
    if name.contains(':') {
        texts.push("metric names should not contain ':'".to_owned());
    }
    suffixes(name, family.metric_type, &mut texts);
    labels(family, &mut texts);
    texts.into_iter().map(|text| Problem { metric: name.to_owned(), text }).collect()
}

fn suffixes(name: &str, metric_type: MetricType, texts: &mut Vec<String>) {
    let is_counter = metric_type == MetricType::Counter;
    let has_parts = matches!(metric_type, MetricType::Histogram | MetricType::Summary);
    if is_counter && !name.ends_with("_total") {
        texts.push("counter metrics should have \"_total\" suffix".to_owned());
    }
    if !is_counter && name.ends_with("_total") {
        texts.push("non-counter metrics should not have \"_total\" suffix".to_owned());
    }
    if metric_type != MetricType::Histogram && name.ends_with("_bucket") {
        texts.push("non-histogram metrics should not have \"_bucket\" suffix".to_owned());
    }
    for suffix in ["_count", "_sum"] {
        if !has_parts && name.ends_with(suffix) {
            texts.push(format!("non-histogram and non-summary metrics should not have {suffix:?} suffix"));
        }
    }
}

fn labels(family: &MetricFamily, texts: &mut Vec<String>) {
    let names = || family.metrics.iter().flat_map(|metric| metric.labels.iter().map(|(name, _)| name));
    if names().any(|name| name.chars().any(char::is_uppercase)) {
        texts.push("label names should be written in 'snake_case' not 'camelCase'".to_owned());
    }
    let single = family.metrics.iter().any(|metric| matches!(metric.value, MetricValue::Single(_)));
    for (reserved, of) in [("le", "histogram"), ("quantile", "summary")] {
        if single && names().any(|name| name == reserved) {
            texts.push(format!("non-{of} metrics should not have {reserved:?} label"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gauge;

    #[test]
    fn finds_what_promtool_finds() {
        let cases: [(&str, &str, &[&str]); 7] = [
            ("queue_length", "Help.", &[]),
            ("queue_length", "", &["no help text"]),
            ("wait_milliseconds", "Help.", &["use base unit \"seconds\" instead of \"milliseconds\""]),
            ("wait_ms", "Help.", &["metric names should not contain abbreviated units"]),
            ("queueLength", "Help.", &["metric names should be written in 'snake_case' not 'camelCase'"]),
            ("a:b", "Help.", &["metric names should not contain ':'"]),
            ("jobs_total", "Help.", &["non-counter metrics should not have \"_total\" suffix"]),
        ];
        for (name, help, expected) in cases {
            let registry = Registry::new();
            Gauge::new(name, help).register_in(&registry).set(1.0);
            let found: Vec<String> = lint(&registry).into_iter().map(|problem| problem.text).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
