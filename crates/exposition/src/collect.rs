//! From a page to the value model: [`read_families`]. For tools and tests that need whole families; the scraper does not.

use std::collections::HashMap;

use narthex_model::names::{BUCKET_LABEL, METRIC_NAME, QUANTILE_LABEL};
use narthex_model::{Exemplar, Labels, LabelsBuilder, MetricType, Timestamp};

use crate::encode::{
    Bucket, HistogramValue, Metric, MetricFamily, MetricValue, NativeValue, Quantile, SummaryValue,
};
use crate::{
    Entry, ExemplarEntry, HistogramEntry, NativeHistogram, ParseError, Parser, ParserOptions, Protocol,
    SeriesEntry,
};

/// Reads a whole page. Written again in the same protocol by an [`Encoder`](crate::encode::Encoder) it means the same.
///
/// Samples that fit no declared family become families of unknown type.
///
/// ```
/// use narthex_exposition::{Protocol, read_families};
///
/// let page = b"# TYPE up gauge\nup{job=\"a\"} 1\nup{job=\"b\"} 0\n";
/// let families = read_families(page, Protocol::Text004)?;
/// assert_eq!(families.len(), 1);
/// assert_eq!(families[0].metrics.len(), 2);
/// # Ok::<(), narthex_exposition::ParseError>(())
/// ```
pub fn read_families(page: &[u8], protocol: Protocol) -> Result<Vec<MetricFamily>, ParseError> {
    let options = ParserOptions { keep_classic: true, ..ParserOptions::default() };
    let mut parser = Parser::new(page, protocol, options);
    let mut collect = Collect { is_openmetrics: protocol.is_openmetrics(), ..Collect::default() };
    while let Some(entry) = parser.next() {
        match entry? {
            Entry::Type(entry) => collect.declare_type(&entry.name(), entry.metric_type),
            Entry::Help(entry) => {
                collect.declare(&entry.name()).family.help = Some(entry.help().into_owned())
            }
            Entry::Unit(entry) => collect.declare(&entry.name()).family.unit = entry.unit().into_owned(),
            Entry::Series(series) => collect.series(&series),
            Entry::Histogram(histogram) => collect.histogram(&histogram),
            Entry::Comment(_) => {}
        }
    }
    Ok(collect.finish())
}

#[derive(Default)]
struct Collect {
    families: Vec<Building>,
    /// By declared name.
    index: HashMap<String, usize>,
    /// The family that was declared last.
    current: usize,
    is_openmetrics: bool,
    builder: LabelsBuilder,
}

/// A family that is being put together; its name is the declared one until the end.
#[derive(Default)]
struct Building {
    family: MetricFamily,
    /// Where the metric with these labels and this time stands, for metrics that take several samples.
    metrics: HashMap<(Labels, Option<Timestamp>), usize>,
    created: HashMap<Labels, Timestamp>,
    /// A counter or info whose samples do not have the suffix of their type.
    bare: bool,
}

impl Collect {
    fn declare(&mut self, name: &str) -> &mut Building {
        self.current = self.at(name, name);
        &mut self.families[self.current]
    }

    /// Comes to a type. Samples that the family has already, under another one, are a family beside it from now on.
    fn declare_type(&mut self, name: &str, metric_type: MetricType) {
        let building = self.declare(name);
        if building.family.metric_type != metric_type && !building.family.metrics.is_empty() {
            let before = std::mem::take(building);
            building.family.name.clone_from(&before.family.name);
            building.family.unit.clone_from(&before.family.unit);
            building.family.help.clone_from(&before.family.help);
            building.family.metric_type = metric_type;
            self.families.push(before);
        } else {
            building.family.metric_type = metric_type;
        }
    }

    /// The family under `key`, made with this name if it is new.
    fn at(&mut self, key: &str, name: &str) -> usize {
        if let Some(known) = self.index.get(key) {
            return *known;
        }
        let family = MetricFamily { name: name.to_owned(), ..MetricFamily::default() };
        self.families.push(Building { family, ..Building::default() });
        self.index.insert(key.to_owned(), self.families.len() - 1);
        self.families.len() - 1
    }

    fn series(&mut self, series: &SeriesEntry<'_>) {
        let name = series.metric_name();
        self.builder.clear();
        series.labels_into(&mut self.builder);
        self.builder.remove(METRIC_NAME);
        for family in [Some(self.current), self.index.get(&*name).copied()].into_iter().flatten() {
            if let Some(building) = self.families.get_mut(family)
                && building.take(&name, series, &mut self.builder, self.is_openmetrics)
            {
                return;
            }
        }
        // A sample that contradicts the family of its own name gets one beside it.
        let own = if self.index.contains_key(&*name) {
            self.at(&format!("{name}\0"), &name)
        } else {
            self.at(&name, &name)
        };
        if let Some(building) = self.families.get_mut(own) {
            building.push(self.builder.build(), series, MetricValue::Single(series.value));
        }
    }

    fn histogram(&mut self, entry: &HistogramEntry<'_>) {
        self.builder.clear();
        entry.labels_into(&mut self.builder);
        self.builder.remove(METRIC_NAME);
        let labels = self.builder.build();
        let building = self.declare(&entry.metric_name());
        let empty = || MetricValue::Histogram(Box::default());
        let metric = building.metric(labels, entry.timestamp, entry.start_timestamp, empty);
        if let MetricValue::Histogram(histogram) = &mut metric.value {
            histogram.native = Some(match entry.value {
                NativeHistogram::Int(native) => NativeValue::Int(native.clone()),
                NativeHistogram::Float(native) => NativeValue::Float(native.clone()),
            });
            histogram.exemplars = entry.exemplars.iter().map(exemplar).collect();
        }
    }

    fn finish(self) -> Vec<MetricFamily> {
        let is_openmetrics = self.is_openmetrics;
        self.families.into_iter().map(|building| building.finish(is_openmetrics)).collect()
    }
}

impl Building {
    /// Takes a sample if its name and labels are those of one of this family's.
    fn take(
        &mut self,
        name: &str,
        series: &SeriesEntry<'_>,
        labels: &mut LabelsBuilder,
        is_openmetrics: bool,
    ) -> bool {
        let Some(suffix) = name.strip_prefix(self.family.name.as_str()) else { return false };
        match (self.family.metric_type, suffix) {
            (MetricType::Unknown | MetricType::Gauge, "") => {
                self.push(labels.build(), series, MetricValue::Single(series.value));
            }
            (MetricType::Counter, "" | "_total") if is_openmetrics || suffix.is_empty() => {
                self.bare |= suffix.is_empty() && is_openmetrics;
                let value = MetricValue::Counter {
                    value: series.value,
                    exemplar: series.exemplar.as_ref().map(exemplar),
                };
                self.push(labels.build(), series, value);
            }
            (MetricType::Info, "" | "_info") if series.value == 1.0 => {
                self.bare |= suffix.is_empty();
                self.push(labels.build(), series, MetricValue::Info);
            }
            (MetricType::Counter | MetricType::Summary | MetricType::Histogram, "_created")
                if is_openmetrics =>
            {
                self.created.insert(labels.build(), (series.value * 1000.0) as Timestamp);
            }
            (MetricType::StateSet, "") => return self.state(series, labels),
            (MetricType::Summary, _) => return self.summary(suffix, series, labels),
            (MetricType::Histogram | MetricType::GaugeHistogram, _) => {
                return self.classic(suffix, series, labels);
            }
            _ => return false,
        }
        true
    }

    fn push(&mut self, labels: Labels, series: &SeriesEntry<'_>, value: MetricValue) {
        let (timestamp, created) = (series.timestamp, series.start_timestamp);
        self.family.metrics.push(Metric { labels, value, timestamp, created });
    }

    /// The metric with these labels at this time, made by `empty` if it is new.
    fn metric(
        &mut self,
        labels: Labels,
        timestamp: Option<Timestamp>,
        created: Option<Timestamp>,
        empty: impl FnOnce() -> MetricValue,
    ) -> &mut Metric {
        let metrics = &mut self.family.metrics;
        let index = *self.metrics.entry((labels.clone(), timestamp)).or_insert_with(|| {
            metrics.push(Metric { labels, value: empty(), timestamp, created });
            metrics.len() - 1
        });
        &mut self.family.metrics[index]
    }

    fn state(&mut self, series: &SeriesEntry<'_>, labels: &mut LabelsBuilder) -> bool {
        let Some(state) = labels.get(&self.family.name).map(str::to_owned) else { return false };
        if series.value != 0.0 && series.value != 1.0 {
            return false;
        }
        let labels = labels.remove(&self.family.name).build();
        let empty = || MetricValue::StateSet(Vec::new());
        if let MetricValue::StateSet(states) = &mut self.metric(labels, series.timestamp, None, empty).value {
            states.push((state, series.value == 1.0));
        }
        true
    }

    fn summary(&mut self, suffix: &str, series: &SeriesEntry<'_>, labels: &mut LabelsBuilder) -> bool {
        // One for a quantile and none for the others; with more, taking it off would leave another metric.
        let quantiles = labels.iter().filter(|(name, _)| *name == QUANTILE_LABEL).count();
        if quantiles != usize::from(suffix.is_empty()) {
            return false;
        }
        let quantile = labels.get(QUANTILE_LABEL).and_then(|text| text.parse().ok());
        let change: Box<dyn FnOnce(&mut SummaryValue)> = match (suffix, quantile) {
            ("", Some(quantile)) => {
                labels.remove(QUANTILE_LABEL);
                Box::new(move |summary| summary.quantiles.push(Quantile { quantile, value: series.value }))
            }
            ("_sum", _) => Box::new(|summary| summary.sum = Some(series.value)),
            ("_count", _) => Box::new(|summary| summary.count = Some(series.value)),
            _ => return false,
        };
        let empty = || MetricValue::Summary(SummaryValue::default());
        let metric = self.metric(labels.build(), series.timestamp, series.start_timestamp, empty);
        if let MetricValue::Summary(summary) = &mut metric.value {
            change(summary);
        }
        true
    }

    fn classic(&mut self, suffix: &str, series: &SeriesEntry<'_>, labels: &mut LabelsBuilder) -> bool {
        let bounds = labels.iter().filter(|(name, _)| *name == BUCKET_LABEL).count();
        if bounds != usize::from(suffix == "_bucket") {
            return false;
        }
        let upper_bound = labels.get(BUCKET_LABEL).and_then(|text| text.parse().ok());
        let change: Box<dyn FnOnce(&mut HistogramValue)> = match (suffix, upper_bound) {
            ("_bucket", Some(upper_bound)) => {
                labels.remove(BUCKET_LABEL);
                let exemplar = series.exemplar.as_ref().map(exemplar);
                let bucket = Bucket { upper_bound, cumulative_count: series.value, exemplar };
                Box::new(move |histogram| histogram.buckets.push(bucket))
            }
            ("_sum" | "_gsum", _) => Box::new(|histogram| histogram.sum = Some(series.value)),
            ("_count" | "_gcount", _) => Box::new(|histogram| histogram.count = Some(series.value)),
            _ => return false,
        };
        let empty = || MetricValue::Histogram(Box::default());
        let metric = self.metric(labels.build(), series.timestamp, series.start_timestamp, empty);
        if let MetricValue::Histogram(histogram) = &mut metric.value {
            change(histogram);
        }
        true
    }

    fn finish(mut self, is_openmetrics: bool) -> MetricFamily {
        for metric in &mut self.family.metrics {
            if let Some(created) = self.created.get(&metric.labels) {
                metric.created = Some(*created);
            }
        }
        // The model calls a family as the classic format calls its samples.
        match self.family.metric_type {
            MetricType::Counter if is_openmetrics && !self.bare => self.family.name.push_str("_total"),
            MetricType::Info if !self.bare => self.family.name.push_str("_info"),
            _ => {}
        }
        self.family
    }
}

fn exemplar(entry: &ExemplarEntry<'_>) -> Exemplar {
    let mut builder = LabelsBuilder::new();
    entry.labels_into(&mut builder);
    Exemplar { labels: builder.build(), value: entry.value, timestamp: entry.timestamp }
}
