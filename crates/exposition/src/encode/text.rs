//! The classic text format. What it has no word for becomes the nearest it has: info and state sets are gauges, a gauge
//! histogram is a histogram, exemplars, units and start times are left out.

use narthex_model::MetricType;
use narthex_model::names::{BUCKET_LABEL, QUANTILE_LABEL};

use super::sample::{Extra, Series};
use super::write::{write_float, write_help, write_int, write_type};
use super::{HistogramValue, Metric, MetricFamily, MetricValue, SummaryValue};
use crate::{EscapingScheme, escape_label_name, escape_name};

/// Appends a family.
pub(super) fn family(out: &mut Vec<u8>, family: &MetricFamily, scheme: EscapingScheme) {
    let name = escape_name(&family.name, scheme);
    if let Some(help) = &family.help {
        write_help(out, &name, help);
    }
    write_type(out, &name, type_name(family.metric_type));
    let mut series = Series::new(scheme, &name);
    let state_label = escape_label_name(&family.name, scheme);
    for metric in &family.metrics {
        series.metric(&metric.labels);
        let mut lines = Lines { out, series: &series, metric };
        match &metric.value {
            MetricValue::Single(value) | MetricValue::Counter { value, .. } => {
                lines.sample("", Extra::None, *value);
            }
            MetricValue::Info => lines.sample("", Extra::None, 1.0),
            MetricValue::StateSet(states) => lines.state_set(&state_label, states),
            MetricValue::Summary(summary) => lines.summary(summary),
            MetricValue::Histogram(histogram) => lines.histogram(histogram),
        }
    }
}

fn type_name(metric_type: MetricType) -> &'static str {
    match metric_type {
        MetricType::Unknown => "untyped",
        MetricType::Counter => "counter",
        MetricType::Gauge | MetricType::Info | MetricType::StateSet => "gauge",
        MetricType::Histogram | MetricType::GaugeHistogram => "histogram",
        MetricType::Summary => "summary",
    }
}

/// Writes the lines of one metric.
struct Lines<'a> {
    out: &'a mut Vec<u8>,
    series: &'a Series<'a>,
    metric: &'a Metric,
}

impl Lines<'_> {
    fn sample(&mut self, suffix: &str, extra: Extra<'_>, value: f64) {
        self.series.write(self.out, suffix, extra);
        write_float(self.out, value);
        // No reader takes a time before 1970 in this format; without it the sample is at least kept.
        if let Some(timestamp) = self.metric.timestamp.filter(|timestamp| *timestamp >= 0) {
            self.out.push(b' ');
            write_int(self.out, timestamp);
        }
        self.out.push(b'\n');
    }

    fn state_set(&mut self, label: &str, states: &[(String, bool)]) {
        for (state, on) in states {
            self.sample("", Extra::Text(label, state), f64::from(u8::from(*on)));
        }
    }

    fn summary(&mut self, summary: &SummaryValue) {
        for quantile in &summary.quantiles {
            self.sample("", Extra::Classic(QUANTILE_LABEL, quantile.quantile), quantile.value);
        }
        self.sum_and_count(summary.sum, summary.count);
    }

    fn histogram(&mut self, histogram: &HistogramValue) {
        for bucket in &histogram.buckets {
            let bound = Extra::Classic(BUCKET_LABEL, bucket.upper_bound);
            self.sample("_bucket", bound, bucket.cumulative_count);
        }
        if let Some(count) = histogram.missing_infinity() {
            self.sample("_bucket", Extra::Classic(BUCKET_LABEL, f64::INFINITY), count);
        }
        self.sum_and_count(histogram.any_sum(), histogram.any_count());
    }

    fn sum_and_count(&mut self, sum: Option<f64>, count: Option<f64>) {
        if let Some(sum) = sum {
            self.sample("_sum", Extra::None, sum);
        }
        if let Some(count) = count {
            self.sample("_count", Extra::None, count);
        }
    }
}
