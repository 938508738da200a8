//! Length-delimited protobuf: a page is a row of `uvarint length, MetricFamily`.
//!
//! Given out like a text page: for each family help, unit (if any) and type, then its metrics; a summary or a classic
//! histogram as the series a text page would have (`_count`, `_sum`, quantiles or buckets), a native histogram whole.
//! Decoded metric by metric into memory that is used again. `message` has the fields, `native` the native histograms.

mod message;
mod native;
mod wire;

use std::borrow::Cow;

use narthex_model::names::{BUCKET_LABEL, QUANTILE_LABEL};
use narthex_model::{FloatHistogram, Histogram, MetricType, Timestamp};

use super::ParserOptions;
use super::entry::{
    Entry, ExemplarEntry, FamilyLabels, HelpEntry, HistogramEntry, NativeHistogram, SeriesEntry, Text,
    TypeEntry, UnitEntry,
};
use super::error::Fault;
use super::labels::{Raw, SEPARATOR};
use super::nhcb::{Collector, Form};
use crate::encode::write::write_openmetrics_float;
use message::{Family, Metric, label_fields, plain_label};
use wire::{Fields, Slice};

/// The labels in a message of which they are field 1 (an exemplar, a metric), one after the other.
#[inline]
pub(super) fn message_labels<'a>(message: &'a [u8], mut visit: impl FnMut(Cow<'a, str>, Cow<'a, str>)) {
    let mut fields = Slice { bytes: message, at: 0 }.fields();
    while let Ok(Some((number, value))) = fields.next() {
        let Ok(label) = value.slice(0) else { continue };
        if number == 1
            && let Some((name, value)) = plain_label(label.bytes)
                .or_else(|| label_fields(label).ok().map(|(name, value)| (name.bytes, value.bytes)))
        {
            visit(String::from_utf8_lossy(name), String::from_utf8_lossy(value));
        }
    }
}

/// What is given out next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Family,
    Unit,
    Type,
    /// Decode the next metric of the family.
    Metric,
    /// The n-th series of a classic histogram or summary: count, sum, then buckets or quantiles.
    Part(usize),
    /// The classic histogram as a native one with custom bounds.
    Converted,
}

/// The parts in front of the buckets or quantiles.
const COUNT: usize = 0;
const SUM: usize = 1;
const FIRST_BUCKET: usize = 2;

/// Reads one page.
#[derive(Debug)]
pub(super) struct ProtobufParser<'a> {
    families: Fields<'a>,
    options: ParserOptions,
    step: Step,
    /// The family that is being read; empty before the first.
    family: Family<'a>,
    metric: Metric<'a>,
    /// The current series: the name, [`SEPARATOR`], label fields as in a metric message.
    series: Vec<u8>,
    /// With which suffix the name stands in `series`, and where the metric's own labels end; `None` in front of them.
    named: Option<(&'static str, usize)>,
    int: Histogram,
    float: FloatHistogram,
    collector: Collector,
    /// Exemplars of the buckets, when a histogram without its own takes them.
    exemplars: Vec<ExemplarEntry<'a>>,
}

/// What a step found.
enum Found {
    /// A value, and the bucket that has its exemplar.
    Number(f64, Option<usize>),
    Histogram(Form),
}

impl<'a> ProtobufParser<'a> {
    pub(super) fn new(page: &'a [u8], options: ParserOptions) -> Self {
        Self {
            families: Slice { bytes: page, at: 0 }.fields(),
            options,
            step: Step::Family,
            family: Family::default(),
            metric: Metric::default(),
            series: Vec::new(),
            named: None,
            int: Histogram::default(),
            float: FloatHistogram::default(),
            collector: Collector::default(),
            exemplars: Vec::new(),
        }
    }

    pub(super) fn next(&mut self) -> Option<Result<Entry<'_>, Fault>> {
        loop {
            let found = match self.step {
                Step::Family => match self.next_family() {
                    Ok(Some(entry)) => return Some(Ok(entry)),
                    Ok(None) => return None,
                    Err(fault) => return Some(Err(fault)),
                },
                Step::Unit => {
                    self.step = Step::Type;
                    let (name, unit) = (plain(self.family.name), Text::Plain(self.family.unit));
                    return Some(Ok(Entry::Unit(UnitEntry { name, unit })));
                }
                Step::Type => {
                    self.step = Step::Metric;
                    let (name, metric_type) = (plain(self.family.name), self.family.metric_type);
                    return Some(Ok(Entry::Type(TypeEntry { name, metric_type })));
                }
                Step::Metric => self.next_metric(),
                Step::Part(part) => Ok(self.part(part)),
                Step::Converted => {
                    self.step = Step::Metric;
                    self.convert().map(Some)
                }
            };
            match found {
                Ok(None) => {}
                Ok(Some(found)) => return Some(Ok(self.entry(found))),
                Err(fault) => return Some(Err(fault)),
            }
        }
    }

    /// Moves to the next family that has metrics and gives out its help.
    fn next_family(&mut self) -> Result<Option<Entry<'a>>, Fault> {
        while !self.families.at_end() {
            let message = self.families.delimited()?;
            if let Some(family) = Family::decode(message)? {
                self.step = if family.unit.is_empty() { Step::Type } else { Step::Unit };
                self.family = family;
                let (name, help) = (plain(family.name), plain(family.help));
                return Ok(Some(Entry::Help(HelpEntry { name, help })));
            }
        }
        Ok(None)
    }

    fn next_metric(&mut self) -> Result<Option<Found>, Fault> {
        let Some(message) = self.family.metrics.next()? else {
            self.step = Step::Family;
            return Ok(None);
        };
        self.metric.decode(message, self.family.metric_type)?;
        self.named = None;
        match self.family.metric_type {
            MetricType::Summary => self.step = Step::Part(COUNT),
            MetricType::Histogram | MetricType::GaugeHistogram => {
                let native = !self.options.ignore_native && native::is_native(&self.metric.histogram);
                if native {
                    native::check(&self.metric.histogram, message.at)?;
                    let keep = self.options.keep_classic && !self.metric.histogram.buckets.is_empty();
                    self.step = if keep { Step::Part(COUNT) } else { Step::Metric };
                    return Ok(Some(self.native()));
                }
                let skip = self.options.convert_classic && !self.options.keep_classic;
                self.step = if skip { Step::Converted } else { Step::Part(COUNT) };
            }
            _ => {
                self.name_series("");
                return Ok(Some(Found::Number(self.metric.value, None)));
            }
        }
        Ok(None)
    }

    /// The series `part` of a summary or a classic histogram.
    fn part(&mut self, part: usize) -> Option<Found> {
        self.step = Step::Part(part + 1);
        let is_summary = self.family.metric_type == MetricType::Summary;
        match part {
            COUNT => {
                self.name_series("_count");
                let summary = self.metric.summary.count as f64;
                Some(Found::Number(if is_summary { summary } else { self.metric.histogram.total() }, None))
            }
            SUM => {
                self.name_series("_sum");
                let sum = if is_summary { self.metric.summary.sum } else { self.metric.histogram.sum };
                Some(Found::Number(sum, None))
            }
            _ if is_summary => self.quantile(part - FIRST_BUCKET),
            _ => Some(self.bucket(part - FIRST_BUCKET)),
        }
    }

    fn quantile(&mut self, index: usize) -> Option<Found> {
        let Some(&(quantile, value)) = self.metric.summary.quantiles.get(index) else {
            self.step = Step::Metric;
            return None;
        };
        self.name_series("");
        self.add_number_label(QUANTILE_LABEL, quantile);
        Some(Found::Number(value, None))
    }

    /// A bucket; behind the last one the `+Inf` bucket if the message left it out.
    fn bucket(&mut self, index: usize) -> Found {
        let histogram = &self.metric.histogram;
        let (upper_bound, count, exemplar) = match histogram.buckets.get(index) {
            Some(bucket) => (bucket.upper_bound, bucket.cumulative(), Some(index)),
            None => (f64::INFINITY, histogram.total(), None),
        };
        if upper_bound == f64::INFINITY {
            let convert = self.options.convert_classic
                && (self.options.ignore_native || !native::is_native(&self.metric.histogram));
            self.step = if convert { Step::Converted } else { Step::Metric };
        }
        self.name_series("_bucket");
        self.add_number_label(BUCKET_LABEL, upper_bound);
        Found::Number(count, exemplar)
    }

    fn native(&mut self) -> Found {
        let metric_type = self.family.metric_type;
        let form = if native::is_float(&self.metric.histogram) { Form::Float } else { Form::Int };
        match form {
            Form::Int => native::fill_int(&self.metric.histogram, metric_type, &mut self.int),
            Form::Float => native::fill_float(&self.metric.histogram, metric_type, &mut self.float),
        }
        self.name_series("");
        self.gather_exemplars();
        Found::Histogram(form)
    }

    /// Makes a native histogram with custom bounds of the classic buckets.
    fn convert(&mut self) -> Result<Found, Fault> {
        let histogram = &self.metric.histogram;
        self.collector.clear();
        self.collector.count(histogram.total());
        self.collector.sum(histogram.sum);
        for bucket in &histogram.buckets {
            self.collector.bucket(bucket.upper_bound, bucket.cumulative());
        }
        let is_gauge = self.family.metric_type == MetricType::GaugeHistogram;
        let form = self.collector.convert(is_gauge, &mut self.int, &mut self.float).map_err(|reason| {
            Fault::new(self.families.offset(), format!("a histogram {:?} with {reason}", self.family.name))
        })?;
        self.name_series("");
        self.gather_exemplars();
        Ok(Found::Histogram(form))
    }

    /// The exemplars of a native histogram: its own, or else those of its buckets; only those with a time.
    fn gather_exemplars(&mut self) {
        let histogram = &self.metric.histogram;
        self.exemplars.clear();
        if histogram.exemplars.is_empty() {
            let of_buckets = histogram.buckets.iter().filter_map(|bucket| bucket.exemplar.as_ref());
            self.exemplars.extend(of_buckets.filter(|exemplar| exemplar.timestamp.is_some()).cloned());
        } else {
            self.exemplars.extend(histogram.exemplars.iter().cloned());
        }
    }

    /// Begins the text of a series with the family's name and the metric's labels.
    fn name_series(&mut self, suffix: &'static str) {
        match self.named {
            Some((named, len)) if named == suffix => self.series.truncate(len),
            _ => {
                self.series.clear();
                self.series.extend_from_slice(self.family.name.as_bytes());
                self.series.extend_from_slice(suffix.as_bytes());
                self.series.push(SEPARATOR);
                self.series.extend_from_slice(&self.metric.labels);
                self.named = Some((suffix, self.series.len()));
            }
        }
    }

    /// Adds a label field with a number, which has far less than 128 digits.
    fn add_number_label(&mut self, name: &str, value: f64) {
        let start = self.series.len();
        self.series.extend_from_slice(&[0x0a, 0, 0x0a, name.len() as u8]);
        self.series.extend_from_slice(name.as_bytes());
        self.series.extend_from_slice(&[0x12, 0]);
        let number = self.series.len();
        write_openmetrics_float(&mut self.series, value + 0.0);
        let end = self.series.len();
        for (at, len) in [(start + 1, end - start - 2), (number - 1, end - number)] {
            if let Some(byte) = self.series.get_mut(at) {
                *byte = len as u8;
            }
        }
    }

    fn entry(&self, found: Found) -> Entry<'_> {
        let family = &self.family;
        let unit = self.options.type_and_unit_labels.then_some(family.unit);
        let labels = FamilyLabels { metric_type: family.metric_type, unit };
        let timestamp = some_time(self.metric.timestamp);
        let start_timestamp = some_time(self.metric.created);
        let series = Raw::Message(&self.series);
        match found {
            Found::Histogram(form) => Entry::Histogram(HistogramEntry {
                value: match form {
                    Form::Int => NativeHistogram::Int(&self.int),
                    Form::Float => NativeHistogram::Float(&self.float),
                },
                timestamp,
                start_timestamp,
                exemplars: &self.exemplars,
                series,
                family: labels,
            }),
            Found::Number(value, bucket) => {
                let exemplar = match bucket {
                    None => self.metric.exemplar.clone(),
                    Some(index) => {
                        self.metric.histogram.buckets.get(index).and_then(|bucket| bucket.exemplar.clone())
                    }
                };
                Entry::Series(SeriesEntry {
                    value,
                    timestamp,
                    start_timestamp,
                    exemplar,
                    series,
                    family: labels,
                })
            }
        }
    }
}

fn plain(text: &str) -> Text<'_> {
    Text::Plain(text.as_bytes())
}

/// Prometheus takes 0 for "not set", which the message cannot tell apart.
fn some_time(milliseconds: Timestamp) -> Option<Timestamp> {
    (milliseconds != 0).then_some(milliseconds)
}
