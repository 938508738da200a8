//! Delimited protobuf messages, written straight from the cells.
//!
//! A message has its length in front. The lengths of labels and values are known before they are written as long as each
//! fits a byte; a series with longer labels, or with an exemplar, is written piece by piece with `wire`.

use std::borrow::Cow;

use narthex_exposition::encode::wire::{bytes, double, message, uint, varint};
use narthex_exposition::{EscapingScheme, escape_label_name, escape_name};
use narthex_model::Exemplar;

use super::lines::{Line, Lines, Piece, varint_len};
use super::template::{const_labels, label_names};
use crate::cells::{self, Handle, HistogramSnapshot, Kind, Reading};
use crate::desc::{Desc, MetricType};
use crate::exemplars::{self, Exemplars};
use crate::family::Family;
use crate::series::Key;

/// A length that fits a byte is below this.
const BYTE_END: usize = 128;
/// Bytes of the field of a double.
const DOUBLE_LEN: usize = 9;

/// Whether [`family`] knows how to: everything but summaries and native histograms.
pub(super) fn can_write(family: &Family) -> bool {
    family.kind != Kind::Summary && (!family.is_histogram() || family.layout.native().is_none())
}

/// Writes a registered family; nothing when it has no series.
pub(super) fn family(out: &mut Vec<u8>, family: &Family, scheme: EscapingScheme) {
    let desc = &family.desc;
    let count = family.len();
    if count == 0 {
        return;
    }
    // Kept for the length; a wrong guess moves the family.
    let per_series =
        if family.is_histogram() { 60 + 22 * family.layout.len() } else { 60 + 24 * desc.labels.len() };
    let (start, guess) = (out.len(), varint_len((count * per_series) as u64));
    out.resize(start + guess, 0);
    let name = escape_name(&desc.name, scheme);
    bytes(out, 1, name.as_bytes());
    if !desc.help.is_empty() {
        bytes(out, 2, desc.help.as_bytes());
    }
    uint(out, 3, type_number(desc.metric_type));
    metrics(&mut Lines::new(out), family, scheme);
    if unit_fits(&name, desc) {
        bytes(out, 5, desc.unit.as_bytes());
    }
    let mut prefix = Vec::with_capacity(10);
    varint(&mut prefix, (out.len() - start - guess) as u64);
    out.splice(start..start + guess, prefix);
}

/// A reader refuses a unit that the name does not end in.
fn unit_fits(name: &str, desc: &Desc) -> bool {
    let base = if desc.metric_type == MetricType::Counter { name.strip_suffix("_total") } else { None };
    let front = base.unwrap_or(name).strip_suffix(desc.unit.as_str());
    !desc.unit.is_empty() && front.is_some_and(|front| front.ends_with('_'))
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

fn metrics(lines: &mut Lines<'_>, family: &Family, scheme: EscapingScheme) {
    let mut writer = Writer::new(family, scheme);
    let mut snapshot = HistogramSnapshot::empty(&family.layout);
    match family.kind {
        Kind::Value => family.with_values(|key, handle, value| {
            writer.counter(&mut lines.line(), key, handle, value as f64);
        }),
        Kind::Gauge => {
            let is_info = family.desc.metric_type == MetricType::Info;
            family.for_each(|key, handle| {
                let value = if is_info { 1.0 } else { cells::load_gauge(handle).unwrap_or_default() };
                writer.gauge(&mut lines.line(), key, value);
            });
        }
        Kind::Histogram => {
            // Begun inside: the lock of the cells comes after the lock of the series, as when a series is made.
            let mut reading: Option<Reading> = None;
            family.for_each(|key, handle| {
                reading.get_or_insert_with(Reading::begin).histogram(handle, &family.layout, &mut snapshot);
                if family.is_histogram() {
                    writer.histogram(&mut lines.line(), key, handle, &snapshot);
                } else {
                    writer.counter(&mut lines.line(), key, handle, snapshot.sum);
                }
            });
        }
        // `can_write` leaves summaries to the value model.
        Kind::Summary => {}
    }
}

/// One label of the family.
struct Label<'a> {
    name: Cow<'a, str>,
    /// What stands between the length of the pair and that of the value.
    before_value: Piece,
    /// The longest value of a pair whose length fits a byte.
    value_max: usize,
}

/// Writes the metrics of a family.
struct Writer<'a> {
    family: &'a Family,
    scheme: EscapingScheme,
    /// The fixed labels.
    fixed: Piece,
    labels: Vec<Label<'a>>,
    /// The buckets' bounds as fields.
    bounds: Vec<Piece>,
    /// When the last series began, and the content of its timestamp.
    created: (u64, Piece),
}

impl<'a> Writer<'a> {
    fn new(family: &'a Family, scheme: EscapingScheme) -> Self {
        let mut fixed = Vec::new();
        for (name, value) in const_labels(&family.desc, scheme) {
            label(&mut fixed, &name, value);
        }
        let labels = label_names(&family.desc, scheme).map(|name| {
            let mut before_value = Vec::new();
            bytes(&mut before_value, 1, name.as_bytes());
            before_value.push(0x12);
            let value_max = (BYTE_END - 2).saturating_sub(before_value.len());
            Label { name, before_value: Piece::new(&before_value), value_max }
        });
        let bounds = family.layout.bounds().iter().chain(&[f64::INFINITY]).map(|bound| {
            let mut field = Vec::new();
            double(&mut field, 2, *bound);
            Piece::new(&field)
        });
        Self {
            family,
            scheme,
            fixed: Piece::new(&fixed),
            labels: labels.collect(),
            bounds: bounds.collect(),
            created: (u64::MAX, Piece::default()),
        }
    }

    /// Starts a metric whose value takes `value_len` bytes; `false`, and nothing is written, if its labels are too long.
    #[inline(always)]
    fn start(&self, line: &mut Line<'_, '_>, key: Key<'_>, value_len: usize) -> bool {
        let mut len = self.fixed.len() + value_len;
        let mut values = key.values();
        for label in &self.labels {
            let (_, value_len) = values.next_raw();
            if value_len > label.value_max {
                return false;
            }
            len += label.before_value.len() + value_len + 3;
        }
        line.word(4 << 3 | 2, 1);
        line.varint(len as u64);
        line.piece(&self.fixed);
        let mut values = key.values();
        for label in &self.labels {
            let (value, value_len) = values.next_raw();
            let pair_len = label.before_value.len() + 1 + value_len;
            line.word(1 << 3 | 2 | (pair_len as u64) << 8, 2);
            line.piece(&label.before_value);
            line.word(value_len as u64, 1);
            line.value(value, value_len);
        }
        true
    }

    /// Writes a metric piece by piece.
    #[inline(always)]
    fn slowly(&self, line: &mut Line<'_, '_>, key: Key<'_>, value: impl FnOnce(&mut Vec<u8>)) {
        line.direct(|out| {
            message(out, 4, |out| {
                out.extend_from_slice(self.fixed.bytes());
                for (name, value) in self.labels.iter().zip(key.values()) {
                    label(out, &name.name, value);
                }
                value(out);
            });
        });
    }

    /// Makes sure that `created` is of this series.
    #[inline]
    fn read_created(&mut self, handle: Handle) {
        let created = cells::created_ms(self.family.kind, handle);
        if created != self.created.0 {
            let mut content = Vec::new();
            time(&mut content, created as i64);
            self.created = (created, Piece::new(&content));
        }
    }

    #[inline(always)]
    fn gauge(&self, line: &mut Line<'_, '_>, key: Key<'_>, value: f64) {
        if self.start(line, key, DOUBLE_LEN + 2) {
            line.word(2 << 3 | 2 | (DOUBLE_LEN as u64) << 8 | (1 << 3 | 1) << 16, 3);
            line.double(value);
        } else {
            self.slowly(line, key, |out| message(out, 2, |out| double(out, 1, value)));
        }
    }

    #[inline(always)]
    fn counter(&mut self, line: &mut Line<'_, '_>, key: Key<'_>, handle: Handle, value: f64) {
        self.read_created(handle);
        let created = &self.created.1;
        let len = DOUBLE_LEN + 2 + created.len();
        let exemplar = exemplars::of(self.family.kind, handle).and_then(Exemplars::first);
        if exemplar.is_none() && self.start(line, key, len + 2) {
            line.word(3 << 3 | 2 | (len as u64) << 8 | (1 << 3 | 1) << 16, 3);
            line.double(value);
            line.word(3 << 3 | 2 | (created.len() as u64) << 8, 2);
            line.piece(created);
        } else {
            self.slowly(line, key, |out| {
                message(out, 3, |out| {
                    double(out, 1, value);
                    if let Some(exemplar) = &exemplar {
                        write_exemplar(out, 2, exemplar, self.scheme);
                    }
                    bytes(out, 3, created.bytes());
                });
            });
        }
    }

    #[inline(always)]
    fn histogram(
        &mut self,
        line: &mut Line<'_, '_>,
        key: Key<'_>,
        handle: Handle,
        snapshot: &HistogramSnapshot,
    ) {
        self.read_created(handle);
        let created = &self.created.1;
        let exemplars = exemplars::of(self.family.kind, handle);
        let (mut count, mut len) = (0_u64, 0);
        for observed in &snapshot.counts {
            count = count.wrapping_add(*observed);
            len += 2 + 1 + varint_len(count) + DOUBLE_LEN;
        }
        len += 1 + varint_len(count) + DOUBLE_LEN + 2 + created.len();
        if exemplars.is_none() && self.start(line, key, 1 + varint_len(len as u64) + len) {
            line.word(7 << 3 | 2, 1);
            line.varint(len as u64);
            line.word(1 << 3, 1);
            line.varint(count);
            line.word(2 << 3 | 1, 1);
            line.double(snapshot.sum);
            let mut cumulative = 0_u64;
            for (bound, observed) in self.bounds.iter().zip(&snapshot.counts) {
                cumulative = cumulative.wrapping_add(*observed);
                let len = (1 + varint_len(cumulative) + DOUBLE_LEN) as u64;
                line.word(3 << 3 | 2 | len << 8 | (1 << 3) << 16, 3);
                line.varint(cumulative);
                line.piece(bound);
            }
            line.word(15 << 3 | 2 | (created.len() as u64) << 8, 2);
            line.piece(created);
        } else {
            self.slowly(line, key, |out| {
                message(out, 7, |out| {
                    uint(out, 1, count);
                    double(out, 2, snapshot.sum);
                    let mut cumulative = 0_u64;
                    for (index, (bound, observed)) in self.bounds.iter().zip(&snapshot.counts).enumerate() {
                        cumulative = cumulative.wrapping_add(*observed);
                        message(out, 3, |out| {
                            uint(out, 1, cumulative);
                            out.extend_from_slice(bound.bytes());
                            if let Some(exemplar) = exemplars.as_ref().and_then(|all| all.get(index)) {
                                write_exemplar(out, 3, exemplar, self.scheme);
                            }
                        });
                    }
                    bytes(out, 15, created.bytes());
                });
            });
        }
    }
}

fn label(out: &mut Vec<u8>, name: &str, value: &str) {
    message(out, 1, |out| {
        bytes(out, 1, name.as_bytes());
        bytes(out, 2, value.as_bytes());
    });
}

/// The content of a `google.protobuf.Timestamp`.
fn time(out: &mut Vec<u8>, milliseconds: i64) {
    uint(out, 1, milliseconds.div_euclid(1000) as u64);
    uint(out, 2, milliseconds.rem_euclid(1000) as u64 * 1_000_000);
}

fn write_exemplar(out: &mut Vec<u8>, field: u32, exemplar: &Exemplar, scheme: EscapingScheme) {
    message(out, field, |out| {
        for (name, value) in exemplar.labels.iter() {
            label(out, &escape_label_name(name, scheme), value);
        }
        double(out, 2, exemplar.value);
        if let Some(timestamp) = exemplar.timestamp {
            message(out, 3, |out| time(out, timestamp));
        }
    });
}
