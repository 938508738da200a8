//! Length-delimited `io.prometheus.client.MetricFamily` messages: the only format that carries native histograms.
//!
//! Info and state sets are gauges here. A native histogram with custom bounds has no place in the message; its classic
//! buckets are written.

use narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA;
use narthex_model::names::METRIC_NAME;
use narthex_model::{Exemplar, FloatHistogram, Histogram, Labels, MetricType, Span, Timestamp};

use super::wire::{bytes, delimited, double, message, packed_double, packed_sint, sint, uint};
use super::{HistogramValue, Metric, MetricFamily, MetricValue, NativeValue, SummaryValue};
use crate::{EscapingScheme, escape_label_name, escape_name};

/// Appends a family.
pub(super) fn family(out: &mut Vec<u8>, family: &MetricFamily, scheme: EscapingScheme) {
    delimited(out, |out| {
        let name = escape_name(&family.name, scheme);
        bytes(out, 1, name.as_bytes());
        if let Some(help) = &family.help {
            bytes(out, 2, help.as_bytes());
        }
        uint(out, 3, type_number(family.metric_type));
        for metric in &family.metrics {
            let mut writer = Writer { out, scheme, family, metric };
            match &metric.value {
                MetricValue::StateSet(states) => writer.state_set(states),
                value => writer.metric(None, value),
            }
        }
        if unit_fits(&name, family) {
            bytes(out, 5, family.unit.as_bytes());
        }
    });
}

/// A reader refuses a unit that the name does not end in.
fn unit_fits(name: &str, family: &MetricFamily) -> bool {
    let base = match family.metric_type {
        MetricType::Counter => name.strip_suffix("_total").unwrap_or(name),
        _ => name,
    };
    !family.unit.is_empty()
        && base.strip_suffix(family.unit.as_str()).is_some_and(|front| front.ends_with('_'))
}

fn type_number(metric_type: MetricType) -> u64 {
    match metric_type {
        MetricType::Counter => 0,
        MetricType::Gauge | MetricType::Info | MetricType::StateSet => 1,
        MetricType::Summary => 2,
        MetricType::Unknown => 3,
        MetricType::Histogram => 4,
        MetricType::GaugeHistogram => 5,
    }
}

/// Writes one metric, or several for a state set.
struct Writer<'a> {
    out: &'a mut Vec<u8>,
    scheme: EscapingScheme,
    family: &'a MetricFamily,
    metric: &'a Metric,
}

impl Writer<'_> {
    fn state_set(&mut self, states: &[(String, bool)]) {
        let label = escape_label_name(&self.family.name, self.scheme).into_owned();
        for (state, on) in states {
            self.metric(Some((&label, state)), &MetricValue::Single(f64::from(u8::from(*on))));
        }
    }

    fn metric(&mut self, extra: Option<(&str, &str)>, value: &MetricValue) {
        let (scheme, metric, metric_type) = (self.scheme, self.metric, self.family.metric_type);
        message(self.out, 4, |out| {
            labels(out, scheme, &metric.labels);
            if let Some((name, value)) = extra {
                label(out, name, value);
            }
            match value {
                MetricValue::Single(value) => number(out, metric_type, *value, None, metric.created),
                MetricValue::Counter { value, exemplar } => {
                    let exemplar = exemplar.as_ref().map(|exemplar| (exemplar, scheme));
                    number(out, metric_type, *value, exemplar, metric.created);
                }
                MetricValue::Info | MetricValue::StateSet(_) => number(out, metric_type, 1.0, None, None),
                MetricValue::Summary(value) => summary(out, value, metric.created),
                MetricValue::Histogram(value) => {
                    message(out, 7, |out| histogram(out, scheme, value, metric.created));
                }
            }
            if let Some(timestamp) = metric.timestamp {
                uint(out, 6, timestamp as u64);
            }
        });
    }
}

fn labels(out: &mut Vec<u8>, scheme: EscapingScheme, labels: &Labels) {
    for (name, value) in labels.iter().filter(|(name, _)| *name != METRIC_NAME) {
        label(out, &escape_label_name(name, scheme), value);
    }
}

fn label(out: &mut Vec<u8>, name: &str, value: &str) {
    message(out, 1, |out| {
        bytes(out, 1, name.as_bytes());
        bytes(out, 2, value.as_bytes());
    });
}

/// A counter, gauge or untyped value; only a counter has room for more.
fn number(
    out: &mut Vec<u8>,
    metric_type: MetricType,
    value: f64,
    exemplar_of: Option<(&Exemplar, EscapingScheme)>,
    created: Option<Timestamp>,
) {
    let field = match metric_type {
        MetricType::Counter => 3,
        MetricType::Gauge | MetricType::Info | MetricType::StateSet => 2,
        _ => 5,
    };
    message(out, field, |out| {
        double(out, 1, value);
        if metric_type == MetricType::Counter {
            if let Some((value, scheme)) = exemplar_of {
                exemplar(out, 2, scheme, value);
            }
            time(out, 3, created);
        }
    });
}

fn exemplar(out: &mut Vec<u8>, field: u32, scheme: EscapingScheme, exemplar: &Exemplar) {
    message(out, field, |out| {
        labels(out, scheme, &exemplar.labels);
        double(out, 2, exemplar.value);
        time(out, 3, exemplar.timestamp);
    });
}

/// A `google.protobuf.Timestamp`.
fn time(out: &mut Vec<u8>, field: u32, milliseconds: Option<Timestamp>) {
    let Some(milliseconds) = milliseconds else { return };
    message(out, field, |out| {
        uint(out, 1, milliseconds.div_euclid(1000) as u64);
        uint(out, 2, milliseconds.rem_euclid(1000) as u64 * 1_000_000);
    });
}

fn summary(out: &mut Vec<u8>, summary: &SummaryValue, created: Option<Timestamp>) {
    message(out, 4, |out| {
        if let Some(count) = summary.count {
            uint(out, 1, count as u64);
        }
        if let Some(sum) = summary.sum {
            double(out, 2, sum);
        }
        for quantile in &summary.quantiles {
            message(out, 3, |out| {
                double(out, 1, quantile.quantile);
                double(out, 2, quantile.value);
            });
        }
        time(out, 4, created);
    });
}

fn histogram(
    out: &mut Vec<u8>,
    scheme: EscapingScheme,
    histogram: &HistogramValue,
    created: Option<Timestamp>,
) {
    let native = match &histogram.native {
        Some(NativeValue::Int(native)) if native.schema != CUSTOM_BUCKETS_SCHEMA => histogram.native.as_ref(),
        Some(NativeValue::Float(native)) if native.schema != CUSTOM_BUCKETS_SCHEMA => {
            histogram.native.as_ref()
        }
        _ => None,
    };
    match native {
        None => {
            count(out, 1, 4, histogram.count);
            if let Some(sum) = histogram.sum {
                double(out, 2, sum);
            }
        }
        Some(NativeValue::Int(native)) => int_native(out, native),
        Some(NativeValue::Float(native)) => float_native(out, native),
    }
    for bucket in &histogram.buckets {
        message(out, 3, |out| {
            count(out, 1, 4, Some(bucket.cumulative_count));
            double(out, 2, bucket.upper_bound);
            if let Some(value) = &bucket.exemplar {
                exemplar(out, 3, scheme, value);
            }
        });
    }
    time(out, 15, created);
    for value in &histogram.exemplars {
        exemplar(out, 16, scheme, value);
    }
}

/// A count in the integer field if it is whole, else in the float field.
fn count(out: &mut Vec<u8>, int_field: u32, float_field: u32, count: Option<f64>) {
    match count {
        None => {}
        Some(count) if count as u64 as f64 == count && count < u64::MAX as f64 => {
            uint(out, int_field, count as u64)
        }
        Some(count) => double(out, float_field, count),
    }
}

fn int_native(out: &mut Vec<u8>, native: &Histogram) {
    uint(out, 1, native.count);
    double(out, 2, native.sum);
    sint(out, 5, i64::from(native.schema));
    double(out, 6, native.zero_threshold);
    uint(out, 7, native.zero_count);
    spans(out, 9, &native.negative_spans);
    packed_sint(out, 10, &native.negative_buckets);
    positive_spans(out, &native.positive_spans, native.negative_spans.is_empty());
    packed_sint(out, 13, &native.positive_buckets);
}

fn float_native(out: &mut Vec<u8>, native: &FloatHistogram) {
    double(out, 4, native.count);
    double(out, 2, native.sum);
    sint(out, 5, i64::from(native.schema));
    double(out, 6, native.zero_threshold);
    double(out, 8, native.zero_count);
    spans(out, 9, &native.negative_spans);
    packed_double(out, 11, &native.negative_buckets);
    positive_spans(out, &native.positive_spans, native.negative_spans.is_empty());
    packed_double(out, 14, &native.positive_buckets);
}

/// The positive spans; an empty one if there is no span at all, without which a reader takes the histogram for a classic
/// one as long as nothing was observed.
fn positive_spans(out: &mut Vec<u8>, list: &[Span], no_negative: bool) {
    if list.is_empty() && no_negative {
        spans(out, 12, &[Span::default()]);
    } else {
        spans(out, 12, list);
    }
}

fn spans(out: &mut Vec<u8>, field: u32, spans: &[Span]) {
    for span in spans {
        message(out, field, |out| {
            sint(out, 1, i64::from(span.offset));
            uint(out, 2, u64::from(span.length));
        });
    }
}
