//! OpenMetrics text. Pages hold to the specification: suffixes by type, exemplars only where they may stand and not too
//! long, units that the name ends in, `_created` lines.

use narthex_model::names::{BUCKET_LABEL, QUANTILE_LABEL};
use narthex_model::{Exemplar, MetricType};

use super::sample::{Extra, Series};
use super::write::{
    write_label, write_openmetrics_float, write_openmetrics_help, write_openmetrics_timestamp, write_type,
    write_uint, write_unit,
};
use super::{HistogramValue, Metric, MetricFamily, MetricValue, SummaryValue};
use crate::{EscapingScheme, escape_label_name, escape_name};

/// The most characters that the names and values of an exemplar's labels may have together.
const EXEMPLAR_CHARS_MAX: usize = 128;

/// Appends a family.
pub(super) fn family(out: &mut Vec<u8>, family: &MetricFamily, scheme: EscapingScheme) {
    let full = escape_name(&family.name, scheme);
    let (name, metric_type) = name_and_type(&full, family.metric_type);
    if let Some(help) = &family.help {
        write_openmetrics_help(out, name, help);
    }
    write_type(out, name, metric_type.as_str());
    let unit_fits = name.strip_suffix(family.unit.as_str()).is_some_and(|front| front.ends_with('_'));
    if !family.unit.is_empty() && unit_fits && !matches!(metric_type, MetricType::Info | MetricType::StateSet)
    {
        write_unit(out, name, &family.unit);
    }
    let mut series = Series::new(scheme, name);
    let state_label = escape_label_name(&family.name, scheme);
    for metric in &family.metrics {
        series.metric(&metric.labels);
        let mut lines = Lines { out, scheme, series: &series, metric, metric_type };
        match &metric.value {
            MetricValue::Single(value) => lines.sample("", Extra::None, Number::Float(*value), None),
            MetricValue::Counter { value, exemplar } => lines.counter(*value, exemplar.as_ref()),
            MetricValue::Info if metric_type == MetricType::Info => {
                lines.sample("_info", Extra::None, Number::Count(1.0), None);
            }
            MetricValue::Info => lines.sample("", Extra::None, Number::Count(1.0), None),
            MetricValue::StateSet(states) => lines.state_set(&state_label, states),
            MetricValue::Summary(summary) => lines.summary(summary),
            MetricValue::Histogram(histogram) => lines.histogram(histogram),
        }
    }
}

/// The name without the suffix that its type's samples get, and the type it can be called by.
fn name_and_type(full: &str, declared: MetricType) -> (&str, MetricType) {
    let (suffix, otherwise) = match declared {
        MetricType::Counter => ("_total", MetricType::Unknown),
        MetricType::Info => ("_info", MetricType::Gauge),
        other => return (full, other),
    };
    match full.strip_suffix(suffix) {
        Some(name) if !name.is_empty() => (name, declared),
        _ => (full, otherwise),
    }
}

/// How a value is printed.
#[derive(Clone, Copy)]
enum Number {
    /// With a point or an exponent.
    Float(f64),
    /// As an integer if it is one.
    Count(f64),
}

impl Number {
    fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Count(value) if value >= 0.0 && value as u64 as f64 == value && value < u64::MAX as f64 => {
                write_uint(out, value as u64);
            }
            Self::Float(value) | Self::Count(value) => write_openmetrics_float(out, value),
        }
    }
}

/// Writes the lines of one metric.
struct Lines<'a> {
    out: &'a mut Vec<u8>,
    scheme: EscapingScheme,
    series: &'a Series<'a>,
    metric: &'a Metric,
    metric_type: MetricType,
}

impl Lines<'_> {
    fn sample(&mut self, suffix: &str, extra: Extra<'_>, value: Number, exemplar: Option<&Exemplar>) {
        self.series.write(self.out, suffix, extra);
        value.write(self.out);
        if let Some(timestamp) = self.metric.timestamp {
            self.out.push(b' ');
            write_openmetrics_timestamp(self.out, timestamp);
        }
        if let Some(exemplar) = exemplar.filter(|exemplar| is_short(exemplar)) {
            self.exemplar(exemplar);
        }
        self.out.push(b'\n');
    }

    fn exemplar(&mut self, exemplar: &Exemplar) {
        self.out.extend_from_slice(b" # {");
        for (index, (name, value)) in exemplar.labels.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            write_label(self.out, &escape_label_name(name, self.scheme), value);
        }
        self.out.extend_from_slice(b"} ");
        write_openmetrics_float(self.out, exemplar.value);
        if let Some(timestamp) = exemplar.timestamp {
            self.out.push(b' ');
            write_openmetrics_timestamp(self.out, timestamp);
        }
    }

    fn counter(&mut self, value: f64, exemplar: Option<&Exemplar>) {
        if self.metric_type == MetricType::Counter {
            self.sample("_total", Extra::None, Number::Float(value), exemplar);
            self.created();
        } else {
            self.sample("", Extra::None, Number::Float(value), None);
        }
    }

    fn state_set(&mut self, label: &str, states: &[(String, bool)]) {
        for (state, on) in states {
            self.sample("", Extra::Text(label, state), Number::Count(f64::from(u8::from(*on))), None);
        }
    }

    fn summary(&mut self, summary: &SummaryValue) {
        for quantile in &summary.quantiles {
            let label = Extra::OpenMetrics(QUANTILE_LABEL, quantile.quantile);
            self.sample("", label, Number::Float(quantile.value), None);
        }
        self.sum_and_count("_sum", summary.sum, "_count", summary.count);
        self.created();
    }

    fn histogram(&mut self, histogram: &HistogramValue) {
        for bucket in &histogram.buckets {
            let bound = Extra::OpenMetrics(BUCKET_LABEL, bucket.upper_bound);
            let count = Number::Count(bucket.cumulative_count);
            self.sample("_bucket", bound, count, bucket.exemplar.as_ref());
        }
        if let Some(count) = histogram.missing_infinity() {
            let bound = Extra::OpenMetrics(BUCKET_LABEL, f64::INFINITY);
            self.sample("_bucket", bound, Number::Count(count), None);
        }
        if self.metric_type == MetricType::GaugeHistogram {
            self.sum_and_count("_gsum", histogram.any_sum(), "_gcount", histogram.any_count());
        } else {
            self.sum_and_count("_sum", histogram.any_sum(), "_count", histogram.any_count());
            self.created();
        }
    }

    fn sum_and_count(&mut self, sum_suffix: &str, sum: Option<f64>, count_suffix: &str, count: Option<f64>) {
        if let Some(sum) = sum {
            self.sample(sum_suffix, Extra::None, Number::Float(sum), None);
        }
        if let Some(count) = count {
            self.sample(count_suffix, Extra::None, Number::Count(count), None);
        }
    }

    fn created(&mut self) {
        let Some(created) = self.metric.created else { return };
        self.series.write(self.out, "_created", Extra::None);
        write_openmetrics_timestamp(self.out, created);
        if let Some(timestamp) = self.metric.timestamp {
            self.out.push(b' ');
            write_openmetrics_timestamp(self.out, timestamp);
        }
        self.out.push(b'\n');
    }
}

fn is_short(exemplar: &Exemplar) -> bool {
    let chars = |text: &str| text.chars().count();
    exemplar.labels.iter().map(|(name, value)| chars(name) + chars(value)).sum::<usize>()
        <= EXEMPLAR_CHARS_MAX
}
