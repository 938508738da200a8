//! What the text encoders share: sample lines up to the value.
//!
//! Names are escaped once per family, a label's name once as long as it stands in the same place from metric to metric,
//! labels as a whole once per metric: the samples of a histogram copy them.

use narthex_model::Labels;
use narthex_model::names::{METRIC_NAME, is_legacy_metric_name};

use super::write::{write_float, write_label, write_label_name, write_metric_name, write_openmetrics_float};
use crate::{EscapingScheme, escape_label_name};

/// A label that the sample has beside its metric's.
#[derive(Clone, Copy)]
pub(super) enum Extra<'a> {
    None,
    /// An escaped name and a value.
    Text(&'a str, &'a str),
    /// A number as the classic format writes it.
    Classic(&'static str, f64),
    /// A number as OpenMetrics writes it.
    OpenMetrics(&'static str, f64),
}

/// Writes the series of one family.
pub(super) struct Series<'a> {
    scheme: EscapingScheme,
    /// The escaped name.
    name: &'a str,
    is_legacy: bool,
    /// The labels of the current metric, with commas between them.
    labels: Vec<u8>,
    /// Each label name of the last metric, and how it is written, with what stands around it.
    names: Vec<(String, Vec<u8>)>,
}

impl<'a> Series<'a> {
    /// For the family with this escaped name.
    pub(super) fn new(scheme: EscapingScheme, name: &'a str) -> Self {
        let is_legacy = is_legacy_metric_name(name);
        Self { scheme, name, is_legacy, labels: Vec::new(), names: Vec::new() }
    }

    /// Comes to a metric with these labels.
    pub(super) fn metric(&mut self, labels: &Labels) {
        self.labels.clear();
        for (index, (name, value)) in labels.iter().filter(|(name, _)| *name != METRIC_NAME).enumerate() {
            let known = self.names.get(index).filter(|(known, _)| known == name);
            let written = match known {
                Some((_, written)) => written.as_slice(),
                None => {
                    self.names.truncate(index);
                    let mut written = Vec::with_capacity(name.len() + 3);
                    if index > 0 {
                        written.push(b',');
                    }
                    write_label_name(&mut written, &escape_label_name(name, self.scheme));
                    written.extend_from_slice(b"=\"");
                    self.names.push((name.to_owned(), written));
                    self.names.last().map_or(&[][..], |(_, written)| written)
                }
            };
            self.labels.extend_from_slice(written);
            super::write::write_escaped_label_value(&mut self.labels, value);
            self.labels.push(b'"');
        }
    }

    /// Appends the name with `suffix` and the labels of the current metric: everything in front of the value, blank
    /// included.
    pub(super) fn write(&self, out: &mut Vec<u8>, suffix: &str, extra: Extra<'_>) {
        let mut separator = b'{';
        if self.is_legacy {
            out.extend_from_slice(self.name.as_bytes());
            out.extend_from_slice(suffix.as_bytes());
        } else {
            out.push(b'{');
            write_metric_name(out, &[self.name, suffix].concat());
            separator = b',';
        }
        if !self.labels.is_empty() {
            out.push(separator);
            out.extend_from_slice(&self.labels);
            separator = b',';
        }
        if !matches!(extra, Extra::None) {
            out.push(separator);
            separator = b',';
        }
        match extra {
            Extra::None => {}
            Extra::Text(name, value) => write_label(out, name, value),
            Extra::Classic(name, number) => write_number(out, name, |out| write_float(out, number)),
            Extra::OpenMetrics(name, number) => {
                write_number(out, name, |out| write_openmetrics_float(out, number));
            }
        }
        out.extend_from_slice(if separator == b',' { b"} " } else { b" " });
    }
}

fn write_number(out: &mut Vec<u8>, name: &str, number: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    number(out);
    out.push(b'"');
}
