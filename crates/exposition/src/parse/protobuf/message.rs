//! The messages of an exposition page, decoded field by field into reused memory.
//!
//! Field numbers are those of `io.prometheus.client`. Unknown fields are skipped; of a field that comes twice the last
//! counts, as protobuf wants it.

use narthex_model::{MetricType, Span, Timestamp};

use super::super::entry::ExemplarEntry;
use super::super::error::Fault;
use super::super::labels::Raw;
use super::wire::{Fields, Slice, unzigzag};

/// A family without its metrics.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Family<'a> {
    pub(super) name: &'a str,
    pub(super) help: &'a str,
    /// Perhaps not UTF-8.
    pub(super) unit: &'a [u8],
    pub(super) metric_type: MetricType,
    /// Stands before the first metric.
    pub(super) metrics: Metrics<'a>,
}

impl<'a> Family<'a> {
    /// Reads everything but the metrics; `None` if there are none (such a family is left out).
    pub(super) fn decode(message: Slice<'a>) -> Result<Option<Self>, Fault> {
        let (mut name, mut help, mut unit) = (Slice::default(), Slice::default(), Slice::default());
        let (mut type_number, mut type_at, mut has_metric) = (0, message.at, false);
        let mut fields = message.fields();
        while let Some((number, value)) = fields.next()? {
            let at = fields.offset();
            match number {
                1 => name = value.slice(at)?,
                2 => help = value.slice(at)?,
                3 => (type_number, type_at) = (value.uint(at)?, at),
                4 => {
                    value.slice(at)?;
                    has_metric = true;
                }
                5 => unit = value.slice(at)?,
                _ => {}
            }
        }
        if !has_metric {
            return Ok(None);
        }
        if name.bytes.is_empty() {
            return Err(Fault::new(message.at, "a metric family with a name"));
        }
        Ok(Some(Self {
            name: name.text("a UTF-8 metric name")?,
            help: help.text("a UTF-8 help text")?,
            unit: unit.bytes,
            metric_type: metric_type(type_number, type_at)?,
            metrics: Metrics { fields: message.fields() },
        }))
    }
}

fn metric_type(number: u64, at: usize) -> Result<MetricType, Fault> {
    // An enumeration has 32 bits on the wire, whatever is sent.
    Ok(match number as u32 {
        0 => MetricType::Counter,
        1 => MetricType::Gauge,
        2 => MetricType::Summary,
        3 => MetricType::Unknown,
        4 => MetricType::Histogram,
        5 => MetricType::GaugeHistogram,
        _ => return Err(Fault::new(at, "a metric type from 0 to 5 before this byte")),
    })
}

/// Walks over a family's metrics.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Metrics<'a> {
    fields: Fields<'a>,
}

impl<'a> Metrics<'a> {
    pub(super) fn next(&mut self) -> Result<Option<Slice<'a>>, Fault> {
        while let Some((number, value)) = self.fields.next()? {
            if number == 4 {
                return value.slice(self.fields.offset()).map(Some);
            }
        }
        Ok(None)
    }
}

/// One metric; kept and refilled so that its lists keep their memory.
#[derive(Debug, Default)]
pub(super) struct Metric<'a> {
    /// The label fields as they stand in the message, checked.
    pub(super) labels: Vec<u8>,
    /// 0 for none, as Prometheus takes it.
    pub(super) timestamp: Timestamp,
    /// Value of a counter, gauge or untyped metric.
    pub(super) value: f64,
    pub(super) exemplar: Option<ExemplarEntry<'a>>,
    /// 0 for none.
    pub(super) created: Timestamp,
    pub(super) summary: Summary,
    pub(super) histogram: Histogram<'a>,
}

#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) count: u64,
    pub(super) sum: f64,
    /// Quantile and value.
    pub(super) quantiles: Vec<(f64, f64)>,
}

/// A histogram as it stands in the message, classic and native parts side by side.
#[derive(Debug, Default)]
pub(super) struct Histogram<'a> {
    pub(super) count: u64,
    pub(super) count_float: f64,
    pub(super) sum: f64,
    pub(super) buckets: Vec<Bucket<'a>>,
    pub(super) schema: i32,
    pub(super) zero_threshold: f64,
    pub(super) zero_count: u64,
    pub(super) zero_count_float: f64,
    pub(super) negative: Side,
    pub(super) positive: Side,
    pub(super) exemplars: Vec<ExemplarEntry<'a>>,
}

/// One side of a native histogram.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) spans: Vec<Span>,
    pub(super) deltas: Vec<i64>,
    pub(super) counts: Vec<f64>,
}

#[derive(Debug, Clone)]
pub(super) struct Bucket<'a> {
    pub(super) count: u64,
    pub(super) count_float: f64,
    pub(super) upper_bound: f64,
    pub(super) exemplar: Option<ExemplarEntry<'a>>,
}

impl Bucket<'_> {
    /// The count, whichever field it came in.
    pub(super) fn cumulative(&self) -> f64 {
        float_or_int(self.count_float, self.count)
    }
}

impl Histogram<'_> {
    /// The count, whichever field it came in.
    pub(super) fn total(&self) -> f64 {
        float_or_int(self.count_float, self.count)
    }

    fn clear(&mut self) {
        (self.count, self.count_float, self.sum) = (0, 0.0, 0.0);
        (self.schema, self.zero_threshold, self.zero_count, self.zero_count_float) = (0, 0.0, 0, 0.0);
        self.buckets.clear();
        self.exemplars.clear();
        for side in [&mut self.negative, &mut self.positive] {
            side.spans.clear();
            side.deltas.clear();
            side.counts.clear();
        }
    }
}

fn float_or_int(float: f64, int: u64) -> f64 {
    if float == 0.0 { int as f64 } else { float }
}

impl<'a> Metric<'a> {
    /// Refills this with `message`, taking the value that belongs to `metric_type`.
    pub(super) fn decode(&mut self, message: Slice<'a>, metric_type: MetricType) -> Result<(), Fault> {
        self.labels.clear();
        (self.timestamp, self.value, self.created) = (0, 0.0, 0);
        self.exemplar = None;
        (self.summary.count, self.summary.sum) = (0, 0.0);
        self.summary.quantiles.clear();
        self.histogram.clear();
        let mut fields = message.fields();
        // Label fields in a row are copied in one piece.
        let mut row = 0..0;
        loop {
            let start = fields.position();
            let Some((number, value)) = fields.next()? else { break };
            let at = fields.offset();
            match number {
                1 => {
                    let label = value.slice(at)?;
                    if !is_plain_label(label.bytes) {
                        check_label(label)?;
                    }
                    if row.end != start {
                        self.labels.extend_from_slice(message.bytes.get(row).unwrap_or_default());
                        row = start..start;
                    }
                    row.end = fields.position();
                }
                6 => self.timestamp = value.uint(at)? as Timestamp,
                _ if number == value_field(metric_type) => self.content(number, value.slice(at)?)?,
                // Not looked at, but it has to be right.
                2..=5 | 7 => Metric::default().content(number, value.slice(at)?)?,
                _ => {}
            }
        }
        self.labels.extend_from_slice(message.bytes.get(row).unwrap_or_default());
        if self.labels.is_ascii() { Ok(()) } else { check_labels(message) }
    }

    /// Reads the value in the field `number`.
    fn content(&mut self, number: u64, message: Slice<'a>) -> Result<(), Fault> {
        match number {
            4 => self.summary(message),
            7 => self.histogram(message),
            _ => self.number(message, number == 3),
        }
    }

    /// A gauge, counter or untyped value.
    fn number(&mut self, message: Slice<'a>, is_counter: bool) -> Result<(), Fault> {
        let mut fields = message.fields();
        while let Some((number, value)) = fields.next()? {
            let at = fields.offset();
            match number {
                1 => self.value = value.double(at)?,
                2 if is_counter => self.exemplar = Some(exemplar(value.slice(at)?)?.0),
                3 if is_counter => self.created = time(value.slice(at)?)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn summary(&mut self, message: Slice<'a>) -> Result<(), Fault> {
        let mut fields = message.fields();
        while let Some((number, value)) = fields.next()? {
            let at = fields.offset();
            match number {
                1 => self.summary.count = value.uint(at)?,
                2 => self.summary.sum = value.double(at)?,
                3 => {
                    let mut quantile = (0.0, 0.0);
                    let mut fields = value.slice(at)?.fields();
                    while let Some((number, value)) = fields.next()? {
                        match number {
                            1 => quantile.0 = value.double(fields.offset())?,
                            2 => quantile.1 = value.double(fields.offset())?,
                            _ => {}
                        }
                    }
                    self.summary.quantiles.push(quantile);
                }
                4 => self.created = time(value.slice(at)?)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn histogram(&mut self, message: Slice<'a>) -> Result<(), Fault> {
        let histogram = &mut self.histogram;
        let mut fields = message.fields();
        while let Some((number, value)) = fields.next()? {
            let at = fields.offset();
            match number {
                1 => histogram.count = value.uint(at)?,
                2 => histogram.sum = value.double(at)?,
                3 => histogram.buckets.push(bucket(value.slice(at)?)?),
                4 => histogram.count_float = value.double(at)?,
                5 => histogram.schema = unzigzag(value.uint(at)?) as i32,
                6 => histogram.zero_threshold = value.double(at)?,
                7 => histogram.zero_count = value.uint(at)?,
                8 => histogram.zero_count_float = value.double(at)?,
                9 => histogram.negative.spans.push(span(value.slice(at)?)?),
                10 => value.sints_into(at, &mut histogram.negative.deltas)?,
                11 => value.doubles_into(at, &mut histogram.negative.counts)?,
                12 => histogram.positive.spans.push(span(value.slice(at)?)?),
                13 => value.sints_into(at, &mut histogram.positive.deltas)?,
                14 => value.doubles_into(at, &mut histogram.positive.counts)?,
                15 => self.created = time(value.slice(at)?)?,
                16 => {
                    // A native histogram's exemplar without a time cannot be stored.
                    let (entry, has_time) = exemplar(value.slice(at)?)?;
                    if has_time {
                        histogram.exemplars.push(entry);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn bucket(message: Slice<'_>) -> Result<Bucket<'_>, Fault> {
    let mut bucket = Bucket { count: 0, count_float: 0.0, upper_bound: 0.0, exemplar: None };
    let mut fields = message.fields();
    while let Some((number, value)) = fields.next()? {
        let at = fields.offset();
        match number {
            1 => bucket.count = value.uint(at)?,
            2 => bucket.upper_bound = value.double(at)?,
            3 => bucket.exemplar = Some(exemplar(value.slice(at)?)?.0),
            4 => bucket.count_float = value.double(at)?,
            _ => {}
        }
    }
    Ok(bucket)
}

fn span(message: Slice<'_>) -> Result<Span, Fault> {
    let mut span = Span::default();
    let mut fields = message.fields();
    while let Some((number, value)) = fields.next()? {
        let at = fields.offset();
        match number {
            1 => span.offset = unzigzag(value.uint(at)?) as i32,
            2 => span.length = value.uint(at)? as u32,
            _ => {}
        }
    }
    Ok(span)
}

/// An exemplar, and whether it has a time.
fn exemplar(message: Slice<'_>) -> Result<(ExemplarEntry<'_>, bool), Fault> {
    let mut entry = ExemplarEntry { value: 0.0, timestamp: None, labels: Raw::Exemplar(message.bytes) };
    let mut fields = message.fields();
    while let Some((number, value)) = fields.next()? {
        let at = fields.offset();
        match number {
            // Only of a series' labels does it matter that they are UTF-8.
            1 => drop(label_fields(value.slice(at)?)?),
            2 => entry.value = value.double(at)?,
            3 => entry.timestamp = Some(time(value.slice(at)?)?),
            _ => {}
        }
    }
    let has_time = entry.timestamp.is_some();
    Ok((entry, has_time))
}

/// The field of a metric that has the value of this type.
fn value_field(metric_type: MetricType) -> u64 {
    match metric_type {
        MetricType::Gauge => 2,
        MetricType::Counter => 3,
        MetricType::Summary => 4,
        MetricType::Histogram | MetricType::GaugeHistogram => 7,
        _ => 5,
    }
}

/// Name and value of a label, whatever they are.
pub(super) fn label_fields(message: Slice<'_>) -> Result<(Slice<'_>, Slice<'_>), Fault> {
    let (mut name, mut text) = (Slice::default(), Slice::default());
    let mut fields = message.fields();
    while let Some((number, value)) = fields.next()? {
        let at = fields.offset();
        match number {
            1 => name = value.slice(at)?,
            2 => text = value.slice(at)?,
            _ => {}
        }
    }
    Ok((name, text))
}

/// Refuses a label without name, or with a name or value that is not UTF-8, even if another one replaces it.
#[cold]
fn check_label(message: Slice<'_>) -> Result<(), Fault> {
    let mut named = false;
    let mut fields = message.fields();
    while let Some((number, value)) = fields.next()? {
        let at = fields.offset();
        match number {
            1 => named = !value.slice(at)?.text("a UTF-8 label name")?.is_empty(),
            2 => drop(value.slice(at)?.text("a UTF-8 label value")?),
            _ => {}
        }
    }
    if named { Ok(()) } else { Err(Fault::new(message.at, "a label with a name")) }
}

/// Refuses a metric with labels that are not UTF-8.
#[cold]
fn check_labels(metric: Slice<'_>) -> Result<(), Fault> {
    let mut fields = metric.fields();
    while let Some((number, value)) = fields.next()? {
        if number == 1 {
            check_label(value.slice(fields.offset())?)?;
        }
    }
    Ok(())
}

/// The usual form of a label: a short name, a short value, in this order and nothing else.
#[inline]
pub(super) fn plain_label(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[0x0a, name_len @ 1..0x80], rest) = bytes.split_first_chunk()? else { return None };
    let (name, rest) = rest.split_at_checked(usize::from(name_len))?;
    let (&[0x12, value_len @ 0..0x80], value) = rest.split_first_chunk()? else { return None };
    (value.len() == usize::from(value_len)).then_some((name, value))
}

#[inline]
fn is_plain_label(bytes: &[u8]) -> bool {
    plain_label(bytes).is_some()
}

/// A `google.protobuf.Timestamp` in milliseconds.
fn time(message: Slice<'_>) -> Result<Timestamp, Fault> {
    let (mut seconds, mut nanos) = (0_i64, 0_i64);
    let mut fields = message.fields();
    while let Some((number, value)) = fields.next()? {
        let at = fields.offset();
        match number {
            1 => seconds = value.uint(at)? as i64,
            2 => nanos = i64::from(value.uint(at)? as i32),
            _ => {}
        }
    }
    Ok(seconds.wrapping_mul(1000).wrapping_add(nanos / 1_000_000))
}
