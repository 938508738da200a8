//! Classic histograms as native ones with custom bounds (`convert_classic_histograms_to_nhcb`).
//!
//! [`Collector`] gathers buckets, sum and count and converts them; the protobuf parser uses it directly, [`NhcbParser`]
//! around a text parser, where the pieces of a histogram come line by line.

use narthex_model::histogram::CUSTOM_BUCKETS_SCHEMA;
use narthex_model::names::{BUCKET_LABEL, METRIC_NAME};
use narthex_model::{
    CounterResetHint, FloatHistogram, Histogram, Labels, LabelsBuilder, MetricType, Span, Timestamp,
};

use super::compact::{compact_counts, compact_deltas};
use super::entry::{Entry, ExemplarEntry, FamilyLabels, HistogramEntry, NativeHistogram, SeriesEntry};
use super::error::Fault;
use super::float::parse_go_float;
use super::labels::{Raw, SEPARATOR};
use super::lines::Lines;

/// Which of the two histograms was filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Int,
    Float,
}

/// So many empty buckets in a row stay in a span of whole counts.
const GAP_MAX: i64 = 2;

/// Gathers one classic histogram.
#[derive(Debug, Default)]
pub(super) struct Collector {
    /// Upper bound and cumulative count, ascending.
    buckets: Vec<(f64, f64)>,
    count: Option<f64>,
    sum: f64,
    /// The first contradiction.
    broken: Option<&'static str>,
    spans: [Span; 1],
    deltas: Vec<i64>,
    counts: Vec<f64>,
}

impl Collector {
    pub(super) fn clear(&mut self) {
        self.buckets.clear();
        (self.count, self.sum, self.broken) = (None, 0.0, None);
    }

    pub(super) fn count(&mut self, count: f64) {
        self.require(count >= 0.0 || count.is_nan(), "a count that is not negative");
        self.count = Some(count);
    }

    pub(super) fn sum(&mut self, sum: f64) {
        self.sum = sum;
    }

    /// A bucket; of two with the same bound the first counts.
    pub(super) fn bucket(&mut self, upper_bound: f64, count: f64) {
        self.require(!upper_bound.is_nan(), "bucket bounds that are numbers");
        self.require(count >= 0.0 || count.is_nan(), "bucket counts that are not negative");
        let index = self.buckets.partition_point(|(bound, _)| *bound < upper_bound);
        let next = self.buckets.get(index).copied();
        if next.is_some_and(|(bound, _)| bound == upper_bound) {
            return;
        }
        let before = index.checked_sub(1).and_then(|index| self.buckets.get(index));
        let rises =
            before.is_none_or(|(_, less)| *less <= count) && next.is_none_or(|(_, more)| count <= more);
        self.require(rises, "cumulative bucket counts");
        self.buckets.insert(index, (upper_bound, count));
    }

    fn require(&mut self, holds: bool, expected: &'static str) {
        if !holds && self.broken.is_none() {
            self.broken = Some(expected);
        }
    }

    /// Fills one of the two; the error says what a convertible histogram has.
    pub(super) fn convert(
        &mut self,
        is_gauge: bool,
        int: &mut Histogram,
        float: &mut FloatHistogram,
    ) -> Result<Form, &'static str> {
        if let Some(expected) = self.broken {
            return Err(expected);
        }
        let count =
            self.count.or(self.buckets.last().map(|(_, count)| *count)).ok_or("a count or a bucket")?;
        if self.buckets.last().is_none_or(|(bound, _)| *bound != f64::INFINITY) {
            self.buckets.push((f64::INFINITY, count));
        }
        if self.buckets.first().is_some_and(|(bound, _)| *bound == f64::NEG_INFINITY) {
            return Err("bucket bounds above -Inf");
        }
        if self.buckets.last().is_none_or(|(_, last)| *last != count) {
            return Err("a count that equals the +Inf bucket");
        }
        let hint = if is_gauge { CounterResetHint::Gauge } else { CounterResetHint::Unknown };
        let bounds = self.buckets.iter().map(|(bound, _)| *bound).filter(|bound| *bound != f64::INFINITY);
        self.spans = [Span { offset: 0, length: self.buckets.len() as u32 }];
        let whole = |count: f64| count.is_finite() && count.fract() == 0.0 && count < i64::MAX as f64;
        if self.buckets.iter().all(|(_, count)| whole(*count)) {
            (int.counter_reset_hint, int.schema, int.count, int.sum) =
                (hint, CUSTOM_BUCKETS_SCHEMA, count as u64, self.sum);
            int.custom_values.clear();
            int.custom_values.extend(bounds);
            self.deltas.clear();
            let (mut below, mut previous) = (0_i64, 0_i64);
            for (_, cumulative) in &self.buckets {
                let own = *cumulative as i64 - below;
                self.deltas.push(own - previous);
                (below, previous) = (*cumulative as i64, own);
            }
            int.positive_spans.clear();
            int.positive_buckets.clear();
            compact_deltas(
                &self.spans,
                &self.deltas,
                GAP_MAX,
                &mut int.positive_spans,
                &mut int.positive_buckets,
            );
            (int.zero_threshold, int.zero_count) = (0.0, 0);
            int.negative_spans.clear();
            int.negative_buckets.clear();
            return Ok(Form::Int);
        }
        (float.counter_reset_hint, float.schema, float.count, float.sum) =
            (hint, CUSTOM_BUCKETS_SCHEMA, count, self.sum);
        float.custom_values.clear();
        float.custom_values.extend(bounds);
        self.counts.clear();
        let mut below = 0.0;
        for (_, cumulative) in &self.buckets {
            self.counts.push(cumulative - below);
            below = *cumulative;
        }
        float.positive_spans.clear();
        float.positive_buckets.clear();
        compact_counts(&self.spans, &self.counts, 0, &mut float.positive_spans, &mut float.positive_buckets);
        (float.zero_threshold, float.zero_count) = (0.0, 0.0);
        float.negative_spans.clear();
        float.negative_buckets.clear();
        Ok(Form::Float)
    }
}

/// Which part of a histogram a series is.
#[derive(Debug, Clone, Copy)]
enum Part {
    Bucket(f64),
    Sum,
    Count,
}

/// Family name and labels (without name and `le`) of a histogram.
type Group = (String, Labels);

/// A text parser whose classic histograms come out as native ones.
#[derive(Debug)]
pub(super) struct NhcbParser<'a> {
    lines: Lines<'a>,
    /// Give out the classic series too.
    keep_classic: bool,
    /// Name of the family declared last, if it is a histogram.
    family: Option<String>,
    /// Read ahead: what ended the histogram that was given out.
    pending: Option<Option<Result<Entry<'a>, Fault>>>,
    builder: LabelsBuilder,
    /// The histogram being gathered.
    group: Option<Group>,
    collector: Collector,
    exemplars: Vec<ExemplarEntry<'a>>,
    timestamp: Option<Timestamp>,
    start_timestamp: Option<Timestamp>,
    series: Vec<u8>,
    int: Histogram,
    float: FloatHistogram,
}

impl<'a> NhcbParser<'a> {
    pub(super) fn new(lines: Lines<'a>, keep_classic: bool) -> Self {
        Self {
            lines,
            keep_classic,
            family: None,
            pending: None,
            builder: LabelsBuilder::new(),
            group: None,
            collector: Collector::default(),
            exemplars: Vec::new(),
            timestamp: None,
            start_timestamp: None,
            series: Vec::new(),
            int: Histogram::default(),
            float: FloatHistogram::default(),
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Entry<'_>, Fault>> {
        loop {
            let item = match self.pending.take() {
                Some(item) => item,
                None => self.lines.next(),
            };
            let (part, group) = match &item {
                Some(Ok(Entry::Series(series))) => self.classify(series).unzip(),
                _ => (None, None),
            };
            let same = group.is_some() && self.group == group;
            if !same && self.group.is_some() && !matches!(item, Some(Err(_))) {
                let group = self.group.take();
                if let Some(form) = group.and_then(|group| self.finish(&group)) {
                    self.pending = Some(item);
                    return Some(Ok(self.histogram(form)));
                }
            }
            match (part.flatten(), item) {
                (Some(part), Some(Ok(Entry::Series(series)))) => {
                    self.add(part, group, &series);
                    if self.keep_classic {
                        return Some(Ok(Entry::Series(series)));
                    }
                }
                (_, Some(Ok(Entry::Type(entry)))) => {
                    let is_histogram = entry.metric_type == MetricType::Histogram;
                    self.family = is_histogram.then(|| entry.name().into_owned());
                    return Some(Ok(Entry::Type(entry)));
                }
                (_, item) => return item,
            }
        }
    }

    /// The histogram a series belongs to, if it is one of the declared family, and as which part. A series without part
    /// (a bucket whose bound is no number, one with the family's own name) is given out as it is and ends nothing.
    fn classify(&mut self, series: &SeriesEntry<'_>) -> Option<(Option<Part>, Group)> {
        let family = self.family.as_deref()?;
        let name = series.metric_name();
        let suffix = name.strip_prefix(family)?;
        let is_part = |suffix: &str| matches!(suffix, "_bucket" | "_sum" | "_count");
        if !is_part(suffix)
            && (!suffix.is_empty() || family.rfind('_').is_some_and(|at| is_part(&family[at..])))
        {
            return None;
        }
        self.builder.clear();
        series.labels_into(&mut self.builder);
        let bound =
            || parse_go_float(self.builder.get(BUCKET_LABEL)?.as_bytes()).filter(|bound| !bound.is_nan());
        let part = match suffix {
            "_bucket" => bound().map(Part::Bucket),
            "_sum" => Some(Part::Sum),
            "_count" => Some(Part::Count),
            _ => None,
        };
        self.builder.remove(METRIC_NAME);
        while self.builder.get(BUCKET_LABEL).is_some() {
            self.builder.remove(BUCKET_LABEL);
        }
        Some((part, (family.to_owned(), self.builder.build())))
    }

    fn add(&mut self, part: Part, group: Option<Group>, series: &SeriesEntry<'a>) {
        if self.group.is_none() {
            self.collector.clear();
            self.exemplars.clear();
            self.timestamp = series.timestamp;
            self.start_timestamp = series.start_timestamp;
            self.group = group;
        }
        self.exemplars.extend(series.exemplar.clone());
        match part {
            Part::Bucket(bound) => self.collector.bucket(bound, series.value),
            Part::Sum => self.collector.sum(series.value),
            Part::Count => self.collector.count(series.value),
        }
    }

    /// Converts what was gathered; a histogram that contradicts itself is left out, as in Prometheus.
    fn finish(&mut self, (name, labels): &Group) -> Option<Form> {
        let form = self.collector.convert(false, &mut self.int, &mut self.float).ok()?;
        self.series.clear();
        self.series.extend_from_slice(name.as_bytes());
        for (label, value) in labels {
            self.series.push(SEPARATOR);
            self.series.extend_from_slice(label.as_bytes());
            self.series.push(SEPARATOR);
            self.series.extend_from_slice(value.as_bytes());
        }
        Some(form)
    }

    fn histogram(&self, form: Form) -> Entry<'_> {
        Entry::Histogram(HistogramEntry {
            value: match form {
                Form::Int => NativeHistogram::Int(&self.int),
                Form::Float => NativeHistogram::Float(&self.float),
            },
            timestamp: self.timestamp,
            start_timestamp: self.start_timestamp,
            exemplars: &self.exemplars,
            series: Raw::Separated(&self.series),
            // Type and unit are among the labels, if wanted.
            family: FamilyLabels::default(),
        })
    }
}
