//! A registered family as values of the exposition crate: for OpenMetrics, protobuf, escaped names, and tests.

use narthex_exposition::encode::{Bucket, HistogramValue, Metric, MetricFamily, MetricValue, NativeValue};
use narthex_model::{Labels, MetricType, Timestamp};

use crate::cells::{self, Handle, HistogramSnapshot, Kind};
use crate::exemplars::{self, Exemplars};
use crate::family::Family;
use crate::series::Key;
use crate::summaries;

/// The family with all its series; without metrics when it has none.
pub(crate) fn family(family: &Family) -> MetricFamily {
    let desc = &family.desc;
    let mut value = MetricFamily {
        name: desc.name.clone(),
        help: (!desc.help.is_empty()).then(|| desc.help.clone()),
        metric_type: desc.metric_type,
        unit: desc.unit.clone(),
        metrics: Vec::new(),
    };
    if desc.metric_type == MetricType::StateSet {
        value.metrics.extend(state_set(family));
        return value;
    }
    let mut push = |key: Key<'_>, handle: Handle, metric: MetricValue| {
        let counts = !matches!(metric, MetricValue::Single(_) | MetricValue::Info);
        value.metrics.push(Metric {
            labels: labels(family, key),
            value: metric,
            timestamp: None,
            created: counts.then(|| cells::created_ms(family.kind, handle) as Timestamp),
        });
    };
    match family.kind {
        Kind::Value => family.with_values(|key, handle, sum| {
            let exemplar = exemplars::of(family.kind, handle).and_then(|exemplars| exemplars.first());
            push(key, handle, MetricValue::Counter { value: sum as f64, exemplar });
        }),
        Kind::Gauge if desc.metric_type == MetricType::Info => {
            family.for_each(|key, handle| push(key, handle, MetricValue::Info));
        }
        Kind::Gauge => family.for_each(|key, handle| {
            let value = cells::load_gauge(handle).unwrap_or_default();
            push(key, handle, MetricValue::Single(value));
        }),
        Kind::Histogram => family.for_each(|key, handle| {
            let snapshot = cells::read_histogram(handle, &family.layout);
            let exemplars = exemplars::of(family.kind, handle);
            let value = if family.is_histogram() {
                MetricValue::Histogram(Box::new(histogram(family, snapshot, exemplars)))
            } else {
                let exemplar = exemplars.and_then(|exemplars| exemplars.first());
                MetricValue::Counter { value: snapshot.sum, exemplar }
            };
            push(key, handle, value);
        }),
        Kind::Summary => family.for_each(|key, handle| {
            push(key, handle, MetricValue::Summary(summaries::value(handle, &desc.quantiles)));
        }),
    }
    value
}

fn labels(family: &Family, key: Key<'_>) -> Labels {
    let desc = &family.desc;
    let own = desc.labels.iter().map(String::as_str).zip(key.values());
    let fixed = desc.const_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Labels::from_pairs(own.chain(fixed).filter(|(_, value)| !value.is_empty()))
}

fn histogram(family: &Family, snapshot: HistogramSnapshot, exemplars: Option<Exemplars>) -> HistogramValue {
    let mut exemplars = exemplars.unwrap_or_default();
    let mut cumulative = 0_u64;
    let bounds = family.layout.bounds().iter().copied().chain([f64::INFINITY]);
    let mut buckets = Vec::new();
    if family.layout.is_classic() {
        for (index, (upper_bound, count)) in bounds.zip(&snapshot.counts).enumerate() {
            cumulative = cumulative.wrapping_add(*count);
            let exemplar = exemplars.take(index);
            buckets.push(Bucket { upper_bound, cumulative_count: cumulative as f64, exemplar });
        }
    }
    HistogramValue {
        buckets,
        sum: Some(snapshot.sum),
        count: Some(snapshot.count() as f64),
        native: family.layout.native().map(|native| NativeValue::Int(snapshot.native(native))),
        exemplars: exemplars.into_rest(),
    }
}

/// All states of a state set are one metric.
fn state_set(family: &Family) -> Option<Metric> {
    let mut states = Vec::new();
    family.for_each(|key, handle| {
        let state = key.values().next().unwrap_or_default().to_owned();
        states.push((state, cells::load_gauge(handle).unwrap_or_default() == 1.0));
    });
    let fixed = family.desc.const_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    (!states.is_empty()).then(|| Metric::new(Labels::from_pairs(fixed), MetricValue::StateSet(states)))
}
