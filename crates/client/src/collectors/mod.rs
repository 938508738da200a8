//! Collectors: what makes families at the moment of a scrape instead of counting all the time.

pub(crate) mod asynchronous;
pub mod build_info;
pub mod process;
#[cfg(feature = "tokio")]
pub mod tokio;

use std::collections::{BTreeMap, BTreeSet};

use narthex_exposition::encode::{
    Bucket, HistogramValue, Metric, MetricFamily, MetricValue, Quantile, SummaryValue,
};
use narthex_exposition::{EscapingScheme, escape_name};
use narthex_model::{Labels, MetricType};

use crate::desc::check_labels;

/// Makes families when a page is asked for.
///
/// ```
/// use narthex_client::{Collector, Families, Registry};
/// struct Queue;
/// impl Collector for Queue {
///     fn collect(&self, families: &mut Families) {
///         families.gauge("queue_length", "Jobs that wait.").sample([("queue", "mail")], 3.0);
///     }
/// }
/// let registry = Registry::new();
/// registry.collect_with(Queue);
/// assert!(registry.text().contains("queue_length{queue=\"mail\"} 3\n"));
/// ```
pub trait Collector: Send + Sync {
    /// Adds the families of this collector.
    fn collect(&self, families: &mut Families);
}

impl<F: Fn(&mut Families) + Send + Sync> Collector for F {
    fn collect(&self, families: &mut Families) {
        self(families);
    }
}

/// Where a [`Collector`] puts its families.
///
/// One name is one type: what is added to a name that has another type already is left out, because a page cannot show
/// both. So are a second sample with the same labels, and samples whose label names a registered metric could not have
/// (given twice, empty, reserved).
#[derive(Debug, Default)]
pub struct Families {
    /// By the name as a scraper without UTF-8 sees it, so that `req.total` and `req_total` are one family.
    families: BTreeMap<String, MetricFamily>,
    /// Takes the samples of a family that cannot be shown.
    refused: MetricFamily,
}

/// One family of a collector, to add samples to.
#[derive(Debug)]
pub struct Collected<'a>(&'a mut MetricFamily);

impl Families {
    /// A counter family; `_total` is added to the name if it is missing.
    pub fn counter(&mut self, name: &str, help: &str) -> Collected<'_> {
        let name = if name.ends_with("_total") { name.to_owned() } else { format!("{name}_total") };
        self.family(name, help, MetricType::Counter)
    }

    /// A gauge family.
    pub fn gauge(&mut self, name: &str, help: &str) -> Collected<'_> {
        self.family(name.to_owned(), help, MetricType::Gauge)
    }

    /// A histogram family; add to it with [`Collected::histogram`].
    pub fn histogram(&mut self, name: &str, help: &str) -> Collected<'_> {
        self.family(name.to_owned(), help, MetricType::Histogram)
    }

    /// A summary family; add to it with [`Collected::summary`].
    pub fn summary(&mut self, name: &str, help: &str) -> Collected<'_> {
        self.family(name.to_owned(), help, MetricType::Summary)
    }

    /// Any family, as the encoders take it. A family of the same name and type gets its metrics.
    pub fn push(&mut self, family: MetricFamily) {
        let key = escape_name(&family.name, EscapingScheme::Underscores).into_owned();
        match self.families.get_mut(&key) {
            Some(earlier) if earlier.metric_type == family.metric_type => {
                earlier.metrics.extend(family.metrics)
            }
            Some(_) => {}
            None => {
                self.families.insert(key, family);
            }
        }
    }

    fn family(&mut self, name: String, help: &str, metric_type: MetricType) -> Collected<'_> {
        let key = escape_name(&name, EscapingScheme::Underscores).into_owned();
        let family = self.families.entry(key).or_insert_with(|| MetricFamily {
            name,
            help: (!help.is_empty()).then(|| help.to_owned()),
            metric_type,
            ..MetricFamily::default()
        });
        if family.metric_type == metric_type && !family.name.is_empty() {
            return Collected(family);
        }
        self.refused = MetricFamily { metric_type, ..MetricFamily::default() };
        Collected(&mut self.refused)
    }

    /// The families with samples, by name.
    pub fn into_sorted(self) -> Vec<MetricFamily> {
        let mut families: Vec<MetricFamily> =
            self.families.into_values().filter(|family| !family.metrics.is_empty()).collect();
        for family in families.iter_mut().filter(|family| family.metrics.len() > 1) {
            let mut seen = BTreeSet::new();
            family.metrics.retain(|metric| seen.insert(metric.labels.clone()));
        }
        families.sort_by(|a, b| a.name.cmp(&b.name));
        families
    }
}

impl Collected<'_> {
    /// Adds a sample of a counter or gauge.
    pub fn sample<'a>(self, labels: impl IntoIterator<Item = (&'a str, &'a str)>, value: f64) -> Self {
        let value = match self.0.metric_type {
            MetricType::Counter => MetricValue::Counter { value, exemplar: None },
            _ => MetricValue::Single(value),
        };
        self.metric(labels, value)
    }

    /// Adds the sample of a family without labels.
    pub fn value(self, value: f64) -> Self {
        self.sample([], value)
    }

    /// Adds a histogram: cumulative counts by ascending upper bound, the sum, and the count of all observations.
    pub fn histogram<'a>(
        self,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        buckets: impl IntoIterator<Item = (f64, u64)>,
        sum: f64,
        count: u64,
    ) -> Self {
        let buckets = buckets.into_iter().map(|(upper_bound, count)| Bucket {
            upper_bound,
            cumulative_count: count as f64,
            exemplar: None,
        });
        let value = HistogramValue {
            buckets: buckets.collect(),
            sum: Some(sum),
            count: Some(count as f64),
            ..HistogramValue::default()
        };
        self.metric(labels, MetricValue::Histogram(Box::new(value)))
    }

    /// Adds a summary: values by quantile, the sum, and the count of all observations.
    pub fn summary<'a>(
        self,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
        quantiles: impl IntoIterator<Item = (f64, f64)>,
        sum: f64,
        count: u64,
    ) -> Self {
        let quantiles = quantiles.into_iter().map(|(quantile, value)| Quantile { quantile, value }).collect();
        self.metric(
            labels,
            MetricValue::Summary(SummaryValue { quantiles, sum: Some(sum), count: Some(count as f64) }),
        )
    }

    fn metric<'a>(self, labels: impl IntoIterator<Item = (&'a str, &'a str)>, value: MetricValue) -> Self {
        let labels: Vec<(&str, &str)> = labels.into_iter().collect();
        if check_labels(labels.iter().map(|(name, _)| *name), self.0.metric_type).is_ok() {
            self.0.metrics.push(Metric::new(Labels::from_pairs(labels), value));
        }
        self
    }
}
