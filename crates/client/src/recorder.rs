//! A recorder for the `metrics` crate, so that what libraries count with its macros is on our page too.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use metrics::{CounterFn, GaugeFn, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};
use narthex_exposition::{EscapingScheme, escape_name};

use crate::cells::{self, Handle, Kind};
use crate::desc::{Desc, MetricType};
use crate::family::Family;
use crate::series::LabelValues;
use crate::{Registry, default_registry};

/// Puts what the macros of the `metrics` crate count into a registry.
///
/// ```
/// let registry = narthex_client::Registry::new();
/// let recorder = narthex_client::Recorder::new(registry.clone());
/// metrics::with_local_recorder(&recorder, || metrics::counter!("requests", "method" => "GET").increment(2));
/// assert!(registry.text().contains("requests_total{method=\"GET\"} 2\n"));
/// ```
///
/// Names and labels are changed to classic ones (`req.count` becomes `req_count`). One name is one type and one set of
/// label names: the first use decides. A use that differs counts in a metric whose name has the differing type or labels
/// behind it, and a second name that would become the same classic one (`req.count` behind `req_count`) is written as the
/// `values` scheme does (`U__req_2e_count`) or with `_2` behind it; so nothing is lost or mixed and no page is wrong.
#[derive(Debug, Clone)]
pub struct Recorder {
    registry: Registry,
    buckets: Vec<f64>,
    known: Arc<Known>,
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Known {
    described: Mutex<BTreeMap<String, String>>,
    /// Which name has which classic name.
    names: Mutex<BTreeMap<String, String>>,
    /// The macros ask for their series at every use.
    counters: RwLock<HashMap<Key, Arc<Series>>>,
    gauges: RwLock<HashMap<Key, Arc<Series>>>,
    histograms: RwLock<HashMap<Key, Arc<Series>>>,
}

impl Known {
    fn series(&self, metric_type: MetricType) -> &RwLock<HashMap<Key, Arc<Series>>> {
        match metric_type {
            MetricType::Counter => &self.counters,
            MetricType::Histogram => &self.histograms,
            _ => &self.gauges,
        }
    }
}

impl Recorder {
    /// A recorder that registers in `registry`.
    pub fn new(registry: Registry) -> Self {
        Self { registry, buckets: crate::DEFAULT_BUCKETS.to_vec(), known: Arc::default() }
    }

    /// The upper bounds of the buckets of histograms; 5 ms to 10 s if not called.
    #[must_use]
    pub fn buckets(self, bounds: impl IntoIterator<Item = f64>) -> Self {
        Self { buckets: bounds.into_iter().collect(), ..self }
    }

    /// Makes a recorder for the default registry the one that all macros of the program use.
    ///
    /// # Errors
    /// When the program has a recorder already.
    pub fn install() -> Result<(), metrics::SetRecorderError<Self>> {
        metrics::set_global_recorder(Self::new(default_registry().clone()))
    }

    fn describe(&self, key: &KeyName, description: &SharedString) {
        let mut described = self.known.described.lock().unwrap_or_else(PoisonError::into_inner);
        described.insert(key.as_str().to_owned(), description.to_string());
    }

    /// The series for a key, as the type it is used as.
    fn series(&self, key: &Key, metric_type: MetricType) -> Option<Arc<Series>> {
        let all = self.known.series(metric_type);
        if let Some(series) = all.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Some(Arc::clone(series));
        }
        let series = Arc::new(self.register(key, metric_type)?);
        let mut known = all.write().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(known.entry(key.clone()).or_insert(series)))
    }

    fn register(&self, key: &Key, metric_type: MetricType) -> Option<Series> {
        let labels = labels(key);
        let help = {
            let described = self.known.described.lock().unwrap_or_else(PoisonError::into_inner);
            described.get(key.name()).cloned().unwrap_or_default()
        };
        let suffix = labels.keys().fold(metric_type.to_string(), |all, name| format!("{all}_{name}"));
        let name = self.name(key.name());
        for name in [name.clone(), format!("{name}_{suffix}")] {
            let mut desc = Desc::new(metric_type, name, help.as_str());
            desc.labels = labels.keys().cloned().collect();
            let kind = match metric_type {
                MetricType::Counter => Kind::Value,
                MetricType::Histogram => Kind::Histogram,
                _ => Kind::Gauge,
            };
            if kind == Kind::Histogram {
                desc.buckets.clone_from(&self.buckets);
            }
            let Ok(family) = self.registry.register_family(Arc::new(Family::new(desc, kind))) else {
                continue;
            };
            let mut words = LabelValues::WORDS;
            let mut values = LabelValues::new(&mut words);
            labels.values().for_each(|value| values.push(value));
            let handle = family.single().or_else(|| family.series(values.words()))?;
            return Some(Series(handle, family));
        }
        None
    }

    /// The classic name for a name, another one for each.
    fn name(&self, name: &str) -> String {
        let classic = classic(name);
        // A counter gets the suffix if it is missing, so with and without it is one name.
        let stem = classic.strip_suffix("_total").unwrap_or(&classic).to_owned();
        let mut names = self.known.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.entry(stem).or_insert_with(|| name.to_owned()) == name {
            return classic;
        }
        let escaped = escape_name(name, EscapingScheme::Values).into_owned();
        if escaped == classic { format!("{classic}_2") } else { escaped }
    }
}

/// The labels of a key by classic names; keys that would be one are kept apart.
fn labels(key: &Key) -> BTreeMap<String, &str> {
    let mut labels: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for label in key.labels() {
        let mut name = classic(label.key());
        while labels.get(&name).is_some_and(|(other, _)| *other != label.key()) {
            name.push('_');
        }
        labels.insert(name, (label.key(), label.value()));
    }
    labels.into_iter().map(|(name, (_, value))| (name, value)).collect()
}

/// A classic metric or label name.
fn classic(name: &str) -> String {
    let start = name.chars().next().filter(char::is_ascii_digit).map(|_| '_');
    let valid = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    start.into_iter().chain(name.chars().map(valid)).collect()
}

/// A series, and its family so that the series stays.
#[derive(Debug)]
struct Series(Handle, #[expect(dead_code, reason = "keeps the series")] Arc<Family>);

impl CounterFn for Series {
    fn increment(&self, value: u64) {
        cells::add(self.0, value);
    }

    fn absolute(&self, value: u64) {
        let current = cells::read_value(self.0).unwrap_or_default();
        cells::add(self.0, value.saturating_sub(current));
    }
}

impl GaugeFn for Series {
    fn increment(&self, value: f64) {
        cells::modify_gauge(self.0, |current| current + value);
    }

    fn decrement(&self, value: f64) {
        cells::modify_gauge(self.0, |current| current - value);
    }

    fn set(&self, value: f64) {
        cells::set_gauge(self.0, value);
    }
}

impl HistogramFn for Series {
    fn record(&self, value: f64) {
        cells::observe(self.0, value, 1);
    }
}

impl metrics::Recorder for Recorder {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&key, &description);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&key, &description);
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, description: SharedString) {
        self.describe(&key, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> metrics::Counter {
        self.series(key, MetricType::Counter).map_or_else(metrics::Counter::noop, Into::into)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> metrics::Gauge {
        self.series(key, MetricType::Gauge).map_or_else(metrics::Gauge::noop, Into::into)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> metrics::Histogram {
        self.series(key, MetricType::Histogram).map_or_else(metrics::Histogram::noop, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_mixed_and_nothing_is_lost() {
        let registry = Registry::new();
        let recorder = Recorder::new(registry.clone()).buckets([1.0]);
        metrics::with_local_recorder(&recorder, || {
            metrics::describe_counter!("req.count", "Requests.");
            for _ in 0..3 {
                metrics::counter!("req.count", "path" => "/a", "a.b" => "1", "a_b" => "2").increment(1);
            }
            metrics::counter!("req_count", "path" => "/a").increment(10);
            metrics::gauge!("req_count").set(5.0);
            metrics::gauge!("depth").increment(3.0);
            metrics::gauge!("depth").decrement(1.0);
            metrics::histogram!("took").record(0.5);
            metrics::counter!("seen").absolute(7);
            metrics::counter!("seen").absolute(5);
        });
        let page = registry.text();
        for line in [
            "# HELP req_count_total Requests.",
            "req_count_total{a_b=\"1\",a_b_=\"2\",path=\"/a\"} 3",
            "req_count_2_total{path=\"/a\"} 10",
            "depth 2",
            "took_bucket{le=\"1\"} 1",
            "seen_total 7",
        ] {
            assert!(page.lines().any(|found| found == line), "{line} in {page}");
        }
        let gauge = page.lines().find(|line| line.ends_with(" 5"));
        assert!(gauge.is_some_and(|line| line.contains("req")), "{page}");
        let families: Vec<_> = page.lines().filter(|line| line.starts_with("# TYPE ")).collect();
        assert_eq!(families.len(), 6, "{page}");
    }
}
