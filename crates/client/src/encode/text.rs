//! Both text formats, classic and OpenMetrics: metadata, counters, gauges, infos and state sets. Histograms are in
//! `histogram`.

use std::borrow::Cow;

use narthex_exposition::encode::write::{
    write_help, write_label, write_openmetrics_float, write_openmetrics_help, write_openmetrics_timestamp,
    write_type, write_unit,
};
use narthex_exposition::{EscapingScheme, escape_label_name, escape_name};
use narthex_model::{Exemplar, Timestamp};

use super::histogram;
use super::lines::{Line, Lines, Piece};
use super::template::Template;
use crate::cells::{self, Handle, HistogramSnapshot, Kind, Reading};
use crate::desc::{Desc, MetricType};
use crate::exemplars;
use crate::family::Family;
use crate::series::Key;

/// How a family is written.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) openmetrics: bool,
    pub(super) scheme: EscapingScheme,
}

/// A family's names and type as its page has them.
pub(super) struct Names<'a> {
    /// Of the metadata lines; OpenMetrics leaves the suffixes of counters and infos out.
    pub(super) family: &'a str,
    /// Of the samples of simple types.
    sample: &'a str,
    metric_type: MetricType,
}

impl<'a> Names<'a> {
    fn new(desc: &Desc, full: &'a str, style: Style) -> Self {
        let (suffix, otherwise) = match desc.metric_type {
            MetricType::Counter if style.openmetrics => ("_total", MetricType::Unknown),
            MetricType::Info if style.openmetrics => ("_info", MetricType::Gauge),
            MetricType::Info | MetricType::StateSet if !style.openmetrics => ("", MetricType::Gauge),
            other => ("", other),
        };
        let metric_type = if suffix.is_empty() { otherwise } else { desc.metric_type };
        match full.strip_suffix(suffix) {
            Some(family) if !family.is_empty() => Self { family, sample: full, metric_type },
            _ => Self { family: full, sample: full, metric_type: otherwise },
        }
    }
}

/// Whether [`family`] knows how to.
pub(super) fn can_write(family: &Family) -> bool {
    family.kind != Kind::Summary
}

/// Writes a registered family; nothing when it has no series.
pub(super) fn family(out: &mut Vec<u8>, family: &Family, style: Style) {
    let full = escape_name(&family.desc.name, style.scheme);
    let names = Names::new(&family.desc, &full, style);
    let start = out.len();
    header(out, &family.desc, &names, style);
    let mut lines = Lines::new(out);
    let samples = lines.len();
    if family.is_histogram() {
        histogram::write(&mut lines, family, names.family, style);
    } else {
        simple(&mut lines, family, &names, style);
    }
    let is_empty = lines.len() == samples;
    drop(lines);
    if is_empty {
        out.truncate(start);
    }
}

fn header(out: &mut Vec<u8>, desc: &Desc, names: &Names<'_>, style: Style) {
    if !style.openmetrics {
        if !desc.help.is_empty() {
            write_help(out, names.family, &desc.help);
        }
        return write_type(out, names.family, names.metric_type.as_str());
    }
    if !desc.help.is_empty() {
        write_openmetrics_help(out, names.family, &desc.help);
    }
    write_type(out, names.family, names.metric_type.as_str());
    let front = names.family.strip_suffix(desc.unit.as_str());
    let unit_fits = !desc.unit.is_empty() && front.is_some_and(|front| front.ends_with('_'));
    if unit_fits && !matches!(names.metric_type, MetricType::Info | MetricType::StateSet) {
        write_unit(out, names.family, &desc.unit);
    }
}

/// The end of a line whose number is written as a float.
const POINT_ZERO_END: u64 = u32::from_le_bytes(*b".0\n\0") as u64;

fn simple(lines: &mut Lines<'_>, family: &Family, names: &Names<'_>, style: Style) {
    let template = Template::with_name(&family.desc, style.scheme, names.sample);
    let openmetrics = style.openmetrics;
    let mut created = (openmetrics && names.metric_type == MetricType::Counter)
        .then(|| Created::new(family, names.family, style));
    match family.kind {
        Kind::Value => family.with_values(|key, handle, value| {
            let mut line = lines.line();
            template.write(&mut line, key);
            line.uint(value);
            if !openmetrics {
                return line.end();
            }
            match created.as_ref().and_then(|_| first_exemplar(family.kind, handle)) {
                None => line.word(POINT_ZERO_END, 3),
                Some(exemplar) => {
                    line.word(POINT_ZERO_END, 2);
                    line.direct(|out| write_exemplar(out, &exemplar, style.scheme));
                    line.end();
                }
            }
            if let Some(created) = &mut created {
                created.write(&mut line, key, handle);
            }
        }),
        Kind::Gauge => {
            // An info's 1 and a state set's 0 and 1 have no point in OpenMetrics.
            let is_info = family.desc.metric_type == MetricType::Info;
            let has_point = openmetrics && names.metric_type == MetricType::Gauge && !is_info;
            family.for_each(|key, handle| {
                let value = if is_info { 1.0 } else { cells::load_gauge(handle).unwrap_or_default() };
                let mut line = lines.line();
                template.write(&mut line, key);
                line.float(value, has_point);
                line.end();
            });
        }
        Kind::Histogram => {
            let mut snapshot = HistogramSnapshot::empty(&family.layout);
            family.for_each(|key, handle| {
                Reading::begin().histogram(handle, &family.layout, &mut snapshot);
                let mut line = lines.line();
                template.write(&mut line, key);
                line.float(snapshot.sum, openmetrics);
                if let Some(exemplar) = created.as_ref().and_then(|_| first_exemplar(family.kind, handle)) {
                    line.direct(|out| write_exemplar(out, &exemplar, style.scheme));
                }
                line.end();
                if let Some(created) = &mut created {
                    created.write(&mut line, key, handle);
                }
            });
        }
        // `can_write` leaves summaries to the value model.
        Kind::Summary => {}
    }
}

fn first_exemplar(kind: Kind, handle: Handle) -> Option<Exemplar> {
    exemplars::of(kind, handle).and_then(exemplars::Exemplars::first)
}

/// Appends an exemplar to a line of OpenMetrics.
pub(super) fn write_exemplar(out: &mut Vec<u8>, exemplar: &Exemplar, scheme: EscapingScheme) {
    out.extend_from_slice(b" # {");
    for (index, (name, value)) in exemplar.labels.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_label(out, &escape_label_name(name, scheme), value);
    }
    out.extend_from_slice(b"} ");
    write_openmetrics_float(out, exemplar.value);
    if let Some(timestamp) = exemplar.timestamp {
        out.push(b' ');
        write_openmetrics_timestamp(out, timestamp);
    }
}

/// Writes the lines that say since when a series counts.
pub(super) struct Created {
    template: Template,
    kind: Kind,
    /// The last time, and how it is written: many series begin at the same time.
    last: (u64, Piece),
}

impl Created {
    pub(super) fn new(family: &Family, name: &str, style: Style) -> Self {
        let template = Template::with_name(&family.desc, style.scheme, &format!("{name}_created"));
        Self { template, kind: family.kind, last: (u64::MAX, Piece::default()) }
    }

    #[inline(always)]
    pub(super) fn write(&mut self, line: &mut Line<'_, '_>, key: Key<'_>, handle: Handle) {
        let created = cells::created_ms(self.kind, handle);
        if created != self.last.0 {
            let mut text = Vec::new();
            write_openmetrics_timestamp(&mut text, created as Timestamp);
            text.push(b'\n');
            self.last = (created, Piece::new(&text));
        }
        self.template.write(line, key);
        line.piece(&self.last.1);
    }
}

/// A number as a label has it.
pub(super) fn label_number(value: f64, openmetrics: bool) -> Cow<'static, [u8]> {
    if value == f64::INFINITY {
        return Cow::Borrowed(b"+Inf");
    }
    let mut text = Vec::with_capacity(24);
    Lines::new(&mut text).line().float(value, openmetrics);
    Cow::Owned(text)
}
