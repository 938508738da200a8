//! The classic text format.
//!
//! A series is its family's fixed pieces (`name{first="`, `",second="`, …) with the packed label values between them, so
//! a line is a handful of short copies and one number.

use narthex_exposition::encode::write::{
    write_escaped_label_value, write_float, write_help, write_label, write_label_name, write_metric_name,
    write_type, write_uint,
};

use narthex_model::names::{is_legacy_label_name, is_legacy_metric_name};

use crate::cells::{self, Handle, Kind};
use crate::desc::{Desc, MetricType};
use crate::family::Family;
use crate::series::Values;

/// The fixed pieces around the label values of a family's series, for one series name.
struct Template {
    /// What stands before each label value; the first piece starts with the name.
    before: Vec<Vec<u8>>,
    /// What stands behind the last value, up to where an own label or the end of the braces follows.
    after: Vec<u8>,
}

impl Template {
    fn new(desc: &Desc, suffix: &str) -> Self {
        let mut piece = Vec::new();
        write_metric_name(&mut piece, &format!("{}{suffix}", desc.name));
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
            before.push(std::mem::take(&mut piece));
            piece.push(b'"');
            separator = b',';
        }
        Self { before, after: piece }
    }

    /// Whether a label is already written when `after` is.
    fn write(&self, out: &mut Vec<u8>, key: &[u8]) {
        let mut values = Values::new(key);
        for before in &self.before {
            out.extend_from_slice(before);
            write_escaped_label_value(out, values.next().unwrap_or_default());
        }
        out.extend_from_slice(&self.after);
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
    let desc = &family.desc;
    let template = Template::new(desc, "");
    let close: &[u8] = if desc.labels.is_empty() && desc.const_labels.is_empty() { b" " } else { b"} " };
    let mut line = |key: &[u8], value: &dyn Fn(&mut Vec<u8>)| {
        template.write(out, key);
        out.extend_from_slice(close);
        value(out);
        out.push(b'\n');
    };
    match family.kind {
        Kind::Value => {
            family.with_values(|key, _, value| line(key, &|out| write_uint(out, value)));
        }
        Kind::Gauge => family.for_each(|key, handle| {
            let value = cells::load_gauge(handle).unwrap_or_default();
            line(key, &|out| write_float(out, value));
        }),
        Kind::Histogram => family.for_each(|key, handle| {
            let value = cells::read_histogram(handle, &family.layout).sum;
            line(key, &|out| write_float(out, value));
        }),
        // `can_write` leaves summaries to the value model.
        Kind::Summary => {}
    }
}

fn histogram(out: &mut Vec<u8>, family: &Family) {
    let desc = &family.desc;
    let [bucket, sum, count] = ["_bucket", "_sum", "_count"].map(|suffix| Template::new(desc, suffix));
    let no_labels = desc.labels.is_empty() && desc.const_labels.is_empty();
    let close: &[u8] = if no_labels { b" " } else { b"} " };
    let bounds: Vec<Vec<u8>> = family
        .layout
        .bounds()
        .iter()
        .chain(&[f64::INFINITY])
        .map(|bound| {
            let mut piece = vec![if no_labels { b'{' } else { b',' }];
            piece.extend_from_slice(b"le=\"");
            write_float(&mut piece, *bound);
            piece.extend_from_slice(b"\"} ");
            piece
        })
        .collect();
    family.for_each(|key, handle: Handle| {
        let snapshot = cells::read_histogram(handle, &family.layout);
        let mut cumulative = 0_u64;
        for (bound, observed) in bounds.iter().zip(&snapshot.counts) {
            cumulative = cumulative.wrapping_add(*observed);
            bucket.write(out, key);
            out.extend_from_slice(bound);
            write_uint(out, cumulative);
            out.push(b'\n');
        }
        sum.write(out, key);
        out.extend_from_slice(close);
        write_float(out, snapshot.sum);
        out.push(b'\n');
        count.write(out, key);
        out.extend_from_slice(close);
        write_uint(out, cumulative);
        out.push(b'\n');
    });
}
