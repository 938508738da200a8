//! From a checked series text to labels; called by the entries when their labels are asked for.
//!
//! Invariant: what arrives here went through a parser, so that a malformed piece cannot happen; should one, reading stops.

use std::borrow::Cow;

use narthex_model::names::{BUCKET_LABEL, METRIC_NAME, QUANTILE_LABEL};
use narthex_model::{LabelsBuilder, MetricType};

use super::float::parse_float;
use super::lexer;
use super::protobuf::exemplar_labels;
use crate::encode::write::write_openmetrics_float;

/// Name and labels as a parser found them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// `name{label="value"}` of a text page (an exemplar: what follows its opening brace).
    Text(&'a [u8]),
    /// The name, then for each label [`SEPARATOR`], name, [`SEPARATOR`], value; numbers are in their final form.
    Separated(&'a [u8]),
    /// A protobuf `Exemplar` message.
    Exemplar(&'a [u8]),
}

/// Stands between names and values; no UTF-8 text has this byte.
pub(super) const SEPARATOR: u8 = 0xff;

impl<'a> Raw<'a> {
    #[inline]
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Text(bytes) | Self::Separated(bytes) | Self::Exemplar(bytes) => bytes,
        }
    }
}

/// The metric name of a series.
pub(super) fn metric_name<'a>(series: &Raw<'a>) -> Cow<'a, str> {
    let mut name = Cow::Borrowed("");
    for_each(series, &mut |label, value| {
        if let (Label::Name, true) = (label, name.is_empty()) {
            name = value;
        }
    });
    name
}

/// Adds the labels of a series.
pub(super) fn series_into(series: &Raw<'_>, family_type: MetricType, builder: &mut LabelsBuilder) {
    for_each(series, &mut |label, value| match label {
        Label::Name => builder.push(METRIC_NAME, &value),
        Label::Other(name) => {
            if matches!(series, Raw::Text(_))
                && is_number(family_type, &name)
                && let Some(number) = parse_float(value.as_bytes())
            {
                push_number(builder, &name, number);
            } else {
                builder.push(&name, &value);
            }
        }
    });
}

/// Adds the labels of an exemplar.
pub(super) fn exemplar_into(labels: &Raw<'_>, builder: &mut LabelsBuilder) {
    let mut add = |label: Label<'_>, value: Cow<'_, str>| {
        if let Label::Other(name) = label {
            builder.push(&name, &value);
        }
    };
    match *labels {
        Raw::Text(bytes) => text_labels(bytes, 0, &mut add),
        Raw::Separated(bytes) => separated(bytes, &mut add),
        Raw::Exemplar(message) => {
            exemplar_labels(message, &mut |name, value| add(Label::Other(name.into()), value.into()));
        }
    }
}

/// Whether `label` of a series under a family of this type holds a number.
fn is_number(family_type: MetricType, label: &str) -> bool {
    match family_type {
        MetricType::Histogram => label == BUCKET_LABEL,
        MetricType::Summary => label == QUANTILE_LABEL,
        _ => false,
    }
}

fn push_number(builder: &mut LabelsBuilder, name: &str, number: f64) {
    let mut text = Vec::with_capacity(24);
    write_openmetrics_float(&mut text, number);
    builder.push(name, std::str::from_utf8(&text).unwrap_or_default());
}

/// What a piece of a series says.
pub(super) enum Label<'a> {
    /// The metric name.
    Name,
    /// A label of this name.
    Other(Cow<'a, str>),
}

/// Called with each piece and its value.
pub(super) type Visit<'v, 'a> = &'v mut dyn FnMut(Label<'a>, Cow<'a, str>);

/// Visits name and labels in the order of the page.
pub(super) fn for_each<'a>(series: &Raw<'a>, visit: Visit<'_, 'a>) {
    match *series {
        Raw::Text(bytes) => {
            let mut pos = 0;
            if let Some(end) = lexer::metric_name(bytes, 0) {
                visit(Label::Name, decode(bytes, 0, end));
                pos = end;
            }
            pos = skip_blanks(bytes, pos);
            if bytes.get(pos) == Some(&b'{') {
                text_labels(bytes, pos + 1, visit);
            }
        }
        Raw::Separated(bytes) => separated(bytes, visit),
        Raw::Exemplar(_) => {}
    }
}

fn separated<'a>(bytes: &'a [u8], visit: Visit<'_, 'a>) {
    let mut pieces = bytes.split(|byte| *byte == SEPARATOR).map(String::from_utf8_lossy);
    if let Some(name) = pieces.next() {
        visit(Label::Name, name);
    }
    while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
        visit(Label::Other(name), value);
    }
}

/// Reads `label="value"` pairs, and a quoted name without value, up to the closing brace.
fn text_labels<'a>(bytes: &'a [u8], mut pos: usize, visit: Visit<'_, 'a>) {
    loop {
        pos = skip_blanks(bytes, pos);
        while bytes.get(pos) == Some(&b',') {
            pos = skip_blanks(bytes, pos + 1);
        }
        let Some((name, after)) = name(bytes, pos) else { return };
        pos = skip_blanks(bytes, after);
        if bytes.get(pos) != Some(&b'=') {
            visit(Label::Name, name);
            continue;
        }
        pos = skip_blanks(bytes, pos + 1);
        let Some(end) = lexer::quoted(bytes, pos, true, &mut false) else { return };
        visit(Label::Other(name), decode(bytes, pos + 1, end - 1));
        pos = end;
    }
}

/// A bare or quoted name at `pos`.
fn name(bytes: &[u8], pos: usize) -> Option<(Cow<'_, str>, usize)> {
    if bytes.get(pos) == Some(&b'"') {
        let end = lexer::quoted(bytes, pos, true, &mut false)?;
        return Some((decode(bytes, pos + 1, end - 1), end));
    }
    let end = lexer::metric_name(bytes, pos)?;
    Some((decode(bytes, pos, end), end))
}

fn skip_blanks(bytes: &[u8], mut pos: usize) -> usize {
    while matches!(bytes.get(pos), Some(b' ' | b'\t')) {
        pos += 1;
    }
    pos
}

fn decode(bytes: &[u8], start: usize, end: usize) -> Cow<'_, str> {
    unescape(bytes.get(start..end).unwrap_or_default(), true)
}

/// Resolves `\\`, `\n` and, if `quotes`, `\"`; any other backslash stands for itself.
pub(super) fn unescape(bytes: &[u8], quotes: bool) -> Cow<'_, str> {
    if memchr::memchr(b'\\', bytes).is_none()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Cow::Borrowed(text);
    }
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let (c, taken) = match escaped.bytes().next() {
            Some(b'n') => ('\n', 1),
            Some(b'\\') => ('\\', 1),
            Some(b'"') if quotes => ('"', 1),
            _ => ('\\', 0),
        };
        out.push(c);
        rest = escaped.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}
