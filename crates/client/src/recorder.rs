//! A recorder for the `metrics` crate, so that what libraries count with its macros is on our page too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{CounterFn, GaugeFn, HistogramFn, Key, KeyName, Metadata, SharedString, Unit};

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
/// behind it, so that nothing is lost and no page is wrong.
#[derive(Debug, Clone)]
pub struct Recorder {
    registry: Registry,
    described: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Recorder {
    /// A recorder that registers in `registry`.
    pub fn new(registry: Registry) -> Self {
        Self { registry, described: Arc::default() }
    }

    /// Makes a recorder for the default registry the one that all macros of the program use.
    ///
    /// # Errors
    /// When the program has a recorder already.
    pub fn install() -> Result<(), metrics::SetRecorderError<Self>> {
        metrics::set_global_recorder(Self::new(default_registry().clone()))
    }

    fn describe(&self, key: &KeyName, description: &SharedString) {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        described.insert(key.as_str().to_owned(), description.to_string());
    }

    /// The series for a key, as the kind it is used as.
    fn series(&self, key: &Key, metric_type: MetricType) -> Option<(Handle, Arc<Family>)> {
        let labels: BTreeMap<String, &str> = key.labels().map(|l| (classic(l.key()), l.value())).collect();
        let help = {
            let described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
            described.get(key.name()).cloned().unwrap_or_default()
        };
        let suffix = labels.keys().fold(metric_type.to_string(), |all, name| format!("{all}_{name}"));
        let name = classic(key.name());
        for name in [name.clone(), format!("{name}_{suffix}")] {
            let mut desc = Desc::new(metric_type, name, help.as_str());
            desc.labels = labels.keys().cloned().collect();
            let kind = match metric_type {
                MetricType::Counter => Kind::Value,
                MetricType::Histogram => Kind::Histogram,
                _ => Kind::Gauge,
            };
            if kind == Kind::Histogram {
                desc.buckets = crate::DEFAULT_BUCKETS.to_vec();
            }
            let Ok(family) = self.registry.register_family(Arc::new(Family::new(desc, kind))) else {
                continue;
            };
            let mut values = LabelValues::new();
            labels.values().for_each(|value| values.push(value));
            let handle = family.single().or_else(|| family.series(values.words()))?;
            return Some((handle, family));
        }
        None
    }
}

/// A classic metric or label name.
fn classic(name: &str) -> String {
    let start = name.chars().next().filter(char::is_ascii_digit).map(|_| '_');
    let valid = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    start.into_iter().chain(name.chars().map(valid)).collect()
}

/// A series, and its family so that the series stays.
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
        self.series(key, MetricType::Counter)
            .map_or_else(metrics::Counter::noop, |(handle, family)| Arc::new(Series(handle, family)).into())
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> metrics::Gauge {
        self.series(key, MetricType::Gauge)
            .map_or_else(metrics::Gauge::noop, |(handle, family)| Arc::new(Series(handle, family)).into())
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> metrics::Histogram {
        self.series(key, MetricType::Histogram)
            .map_or_else(metrics::Histogram::noop, |(handle, family)| Arc::new(Series(handle, family)).into())
    }
}
