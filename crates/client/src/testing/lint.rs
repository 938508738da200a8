//! The rules of `promtool check metrics`, applied to a registry.

use narthex_exposition::encode::MetricFamily;
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

/// Base units; with one of [`PREFIXES`] they are none any more.
const BASE_UNITS: [&str; 10] =
    ["amperes", "bytes", "celsius", "grams", "joules", "kelvin", "meters", "metres", "seconds", "volts"];

/// Units that are not base units, and the base unit to use.
const OTHER_UNITS: [(&str, &str); 14] = [
    ("minutes", "seconds"),
    ("hours", "seconds"),
    ("days", "seconds"),
    ("weeks", "seconds"),
    ("kelvins", "kelvin"),
    ("fahrenheit", "celsius"),
    ("rankine", "celsius"),
    ("inches", "meters"),
    ("yards", "meters"),
    ("miles", "meters"),
    ("bits", "bytes"),
    ("calories", "joules"),
    ("pounds", "grams"),
    ("ounces", "grams"),
];

/// What makes a multiple of a unit.
const PREFIXES: [&str; 18] = [
    "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi", "mega", "mebi",
    "giga", "gibi", "tera", "tebi", "peta", "pebi",
];

/// Abbreviations of units that should be written out.
const ABBREVIATIONS: [&str; 14] =
    ["s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"];

/// What promtool would find in the families of `registry`.
pub fn lint(registry: &Registry) -> Vec<Problem> {
    lint_families(&registry.gather())
}

/// The same for families that were read from a page.
pub fn lint_families(families: &[MetricFamily]) -> Vec<Problem> {
    families.iter().flat_map(family).collect()
}

fn family(family: &MetricFamily) -> Vec<Problem> {
    let name = family.name.as_str();
    let mut texts: Vec<String> = Vec::new();
    if family.help.is_none() {
        texts.push("no help text".to_owned());
    }
    texts.extend(
        name.split('_').find_map(|word| {
            base_unit(word).map(|base| format!("use base unit {base:?} instead of {word:?}"))
        }),
    );
    let lower = name.to_lowercase();
    // Both rules are about words behind the first.
    let words = || lower.split('_').skip(1);
    for abbreviation in ABBREVIATIONS {
        if words().any(|word| word == abbreviation) {
            texts.push("metric names should not contain abbreviated units".to_owned());
        }
    }
    let own = family.metric_type.as_str();
    if ["counter", "gauge", "histogram", "summary"].contains(&own) && words().any(|word| word == own) {
        texts.push(format!("metric name should not include type '{own}'"));
    }
    if is_camel_case(name) {
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
    if metric_type == MetricType::Unknown {
        return;
    }
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
    if names().any(is_camel_case) {
        texts.push("label names should be written in 'snake_case' not 'camelCase'".to_owned());
    }
    let reserved = [("le", "histogram", MetricType::Histogram), ("quantile", "summary", MetricType::Summary)];
    for (label, owner, metric_type) in reserved {
        if family.metric_type != metric_type && names().any(|name| name == label) {
            texts.push(format!("non-{owner} metrics should not have {label:?} label"));
        }
    }
}

/// The base unit to use instead of this word, if it is a unit.
fn base_unit(word: &str) -> Option<&'static str> {
    let other = |unit: &str| OTHER_UNITS.iter().find(|(other, _)| *other == unit).map(|(_, base)| *base);
    other(word).or_else(|| {
        let unit =
            PREFIXES.iter().find_map(|prefix| word.strip_prefix(prefix).filter(|unit| !unit.is_empty()))?;
        BASE_UNITS.into_iter().find(|base| *base == unit).or_else(|| other(unit))
    })
}

/// Whether a capital follows a small letter.
fn is_camel_case(name: &str) -> bool {
    name.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Families, Gauge};

    fn gauge_texts(name: &str, help: &str) -> Vec<String> {
        let registry = Registry::new();
        Gauge::new(name, help).register_in(&registry).set(1.0);
        lint(&registry).into_iter().map(|problem| problem.text).collect()
    }

    /// Each line is what promtool 3 says of the same family.
    #[test]
    fn finds_what_promtool_finds() {
        const ABBREVIATED: &str = "metric names should not contain abbreviated units";
        const CAMEL: &str = "metric names should be written in 'snake_case' not 'camelCase'";
        let cases: [(&str, &str, &[&str]); 17] = [
            ("queue_length", "Help.", &[]),
            ("queue_length", "", &["no help text"]),
            ("wait_milliseconds", "Help.", &["use base unit \"seconds\" instead of \"milliseconds\""]),
            ("minutes", "Help.", &["use base unit \"seconds\" instead of \"minutes\""]),
            ("x_kilobits", "Help.", &["use base unit \"bytes\" instead of \"kilobits\""]),
            ("x_kelvins", "Help.", &["use base unit \"kelvin\" instead of \"kelvins\""]),
            ("x_percent", "Help.", &[]),
            ("thermometers", "Help.", &[]),
            ("wait_ms", "Help.", &[ABBREVIATED]),
            ("q_kb_S", "Help.", &[ABBREVIATED, ABBREVIATED]),
            ("s_x", "Help.", &[]),
            ("queueLength", "Help.", &[CAMEL]),
            ("foo_Bar", "Help.", &[]),
            ("a_Gauge", "Help.", &["metric name should not include type 'gauge'"]),
            ("gauge_x", "Help.", &[]),
            ("a:b", "Help.", &["metric names should not contain ':'"]),
            ("jobs_total", "Help.", &["non-counter metrics should not have \"_total\" suffix"]),
        ];
        for (name, help, expected) in cases {
            assert_eq!(gauge_texts(name, help), expected, "{name}");
        }
    }

    #[test]
    fn labels_of_others_are_found() {
        let registry = Registry::new();
        registry.collect_with(|families: &mut Families| {
            families.counter("c", "C.").sample([("le", "1")], 1.0);
            families.histogram("hi", "H.").histogram([("quantile", "1")], [], 1.0, 1);
            families.summary("su", "S.").summary([("le", "1"), ("aB", "2")], [], 1.0, 1);
        });
        let found: Vec<String> = lint(&registry)
            .into_iter()
            .map(|problem| format!("{} {}", problem.metric, problem.text))
            .collect();
        assert_eq!(
            found,
            [
                "c_total non-histogram metrics should not have \"le\" label",
                "hi non-summary metrics should not have \"quantile\" label",
                "su label names should be written in 'snake_case' not 'camelCase'",
                "su non-histogram metrics should not have \"le\" label",
            ]
        );
    }
}
