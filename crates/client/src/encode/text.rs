//! The classic text format.
//!
//! A series is its family's fixed pieces (`name{first="`, `",second="`, …) with the packed label values between them, so
//! a line is a handful of short copies and one number.

use narthex_exposition::encode::write::{
    write_escaped_label_value, write_float, write_help, write_label, write_label_name, write_metric_name,
    write_type,
};
use narthex_model::names::{is_legacy_label_name, is_legacy_metric_name};

use super::lines::{Lines, Piece};
use crate::cells::{self, HistogramSnapshot, Kind, Reading};
use crate::desc::{Desc, MetricType};
use crate::family::Family;
use crate::series::Key;

/// The fixed pieces around the label values of a family's series.
struct Template {
    /// What stands before each label value: the braces, the names, the quotes.
    before: Vec<Piece>,
    /// What stands behind the last value, up to where an own label or the end of the braces follows.
    after: Piece,
    /// Ends the labels.
    close: Piece,
}

impl Template {
    /// The pieces, the first with `name` in front.
    fn new(desc: &Desc, name: &str) -> Self {
        let mut piece = Vec::new();
        if !name.is_empty() {
            write_metric_name(&mut piece, name);
        }
        let mut separator = b'{';
        for (name, value) in &desc.const_labels {
            piece.push(separator);
            write_label(&mut piece, name, value);
            separator = b',';
        }
        let mut before = Vec::new();
        for name in &desc.labels {
            piece.push(separator);
            write_label_name(&mut piece, name);
            piece.extend_from_slice(b"=\"");
            before.push(Piece::new(&piece));
            piece.clear();
            piece.push(b'"');
            separator = b',';
        }
        Self {
            before,
            after: Piece::new(&piece),
            close: Piece::new(if separator == b'{' { b" " } else { b"} " }),
        }
    }

    #[inline]
    fn write(&self, lines: &mut Lines<'_>, key: Key<'_>) {
        if key.is_plain {
            let mut values = key.raw();
            for before in &self.before {
                lines.piece(before);
                let (words, len) = values.next().unwrap_or_default();
                lines.words(words, len);
            }
        } else {
            let mut values = key.values();
            for before in &self.before {
                lines.piece(before);
                lines.direct(|out| write_escaped_label_value(out, values.next().unwrap_or_default()));
            }
        }
        lines.piece(&self.after);
    }

    /// The same as one piece, for series with many lines.
    fn render(&self, key: Key<'_>, into: &mut Piece) {
        into.clear();
        let mut values = key.values();
        for before in &self.before {
            into.push(before.bytes());
            let value = values.next().unwrap_or_default();
            if key.is_plain {
                into.push(value.as_bytes());
            } else {
                let mut escaped = Vec::with_capacity(value.len() + 8);
                write_escaped_label_value(&mut escaped, value);
                into.push(&escaped);
            }
        }
        into.push(self.after.bytes());
    }
}

/// Whether [`family`] knows how to: a counter, gauge or classic histogram whose names need no escaping.
pub(super) fn can_write(family: &Family) -> bool {
    let desc = &family.desc;
    let labels = desc.labels.iter().chain(desc.const_labels.iter().map(|(name, _)| name));
    let known = match desc.metric_type {
        MetricType::Counter | MetricType::Gauge | MetricType::StateSet => true,
        MetricType::Histogram => family.layout.is_classic(),
        _ => false,
    };
    known && is_legacy_metric_name(&desc.name) && labels.into_iter().all(|name| is_legacy_label_name(name))
}

/// Writes a registered family; nothing when it has no series.
pub(super) fn family(out: &mut Vec<u8>, family: &Family) {
    let desc = &family.desc;
    let start = out.len();
    header(out, &desc.name, &desc.help, desc.metric_type);
    let samples = out.len();
    if family.is_histogram() {
        histogram(out, family);
    } else {
        simple(out, family);
    }
    if out.len() == samples {
        out.truncate(start);
    }
}

fn header(out: &mut Vec<u8>, name: &str, help: &str, metric_type: MetricType) {
    if !help.is_empty() {
        write_help(out, name, help);
    }
    let metric_type = if metric_type == MetricType::StateSet { MetricType::Gauge } else { metric_type };
    write_type(out, name, metric_type.as_str());
}

fn simple(out: &mut Vec<u8>, family: &Family) {
    let template = Template::new(&family.desc, &family.desc.name);
    let mut lines = Lines::new(out);
    let float = |lines: &mut Lines<'_>, key: Key<'_>, value: f64| {
        template.write(lines, key);
        lines.piece(&template.close);
        lines.direct(|out| write_float(out, value));
        lines.end();
    };
    match family.kind {
        Kind::Value => family.with_values(|key, _, value| {
            template.write(&mut lines, key);
            lines.piece(&template.close);
            lines.uint(value);
            lines.end();
        }),
        Kind::Gauge => family.for_each(|key, handle| {
            float(&mut lines, key, cells::load_gauge(handle).unwrap_or_default());
        }),
        Kind::Histogram => {
            family.for_each(|key, handle| {
                float(&mut lines, key, cells::read_histogram(handle, &family.layout).sum)
            });
        }
        // `can_write` leaves summaries to the value model.
        Kind::Summary => {}
    }
}

fn histogram(out: &mut Vec<u8>, family: &Family) {
    let desc = &family.desc;
    let template = Template::new(desc, "");
    let no_labels = desc.labels.is_empty() && desc.const_labels.is_empty();
    let [bucket, sum, count] = ["_bucket", "_sum", "_count"].map(|suffix| {
        let mut name = Vec::new();
        write_metric_name(&mut name, &format!("{}{suffix}", desc.name));
        Piece::new(&name)
    });
    let bounds: Vec<Piece> = family
        .layout
        .bounds()
        .iter()
        .chain(&[f64::INFINITY])
        .map(|bound| {
            let mut piece = vec![if no_labels { b'{' } else { b',' }];
            piece.extend_from_slice(b"le=\"");
            write_float(&mut piece, *bound);
            piece.extend_from_slice(b"\"} ");
            Piece::new(&piece)
        })
        .collect();
    let mut lines = Lines::new(out);
    let mut labels = Piece::default();
    let mut snapshot = HistogramSnapshot::empty(&family.layout);
    // Begun inside: the lock of the cells comes after the lock of the series, as when a series is made.
    let mut reading: Option<Reading> = None;
    family.for_each(|key, handle| {
        reading.get_or_insert_with(Reading::begin).histogram(handle, &family.layout, &mut snapshot);
        template.render(key, &mut labels);
        let mut cumulative = 0_u64;
        for (bound, observed) in bounds.iter().zip(&snapshot.counts) {
            cumulative = cumulative.wrapping_add(*observed);
            lines.piece(&bucket);
            lines.piece(&labels);
            lines.piece(bound);
            lines.uint(cumulative);
            lines.end();
        }
        lines.piece(&sum);
        lines.piece(&labels);
        lines.piece(&template.close);
        lines.direct(|out| write_float(out, snapshot.sum));
        lines.end();
        lines.piece(&count);
        lines.piece(&labels);
        lines.piece(&template.close);
        lines.uint(cumulative);
        lines.end();
    });
}
