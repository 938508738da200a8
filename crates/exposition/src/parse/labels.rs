//! From a checked series text to labels; called by the entries when their labels are asked for.
//!
//! Invariant: what arrives here went through a parser, so that a malformed piece cannot happen; should one, reading stops.

use std::borrow::Cow;

use narthex_model::names::{BUCKET_LABEL, METRIC_NAME, QUANTILE_LABEL, TYPE_LABEL, UNIT_LABEL};
use narthex_model::{LabelsBuilder, MetricType};

use super::entry::FamilyLabels;
use super::float::parse_go_float;
use super::lexer;
use super::protobuf::message_labels;
use crate::encode::write::write_openmetrics_float;

/// Name and labels as a parser found them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// `name{label="value"}` of a text page (an exemplar: what follows its opening brace).
    Text(&'a [u8]),
    /// The name, then for each label [`SEPARATOR`], name, [`SEPARATOR`], value; numbers are in their final form.
    Separated(&'a [u8]),
    /// The name, [`SEPARATOR`], then label fields as in a protobuf metric; numbers are in their final form.
    Message(&'a [u8]),
    /// A protobuf `Exemplar` message.
    Exemplar(&'a [u8]),
}

/// Stands between names and values; no UTF-8 text has this byte.
pub(super) const SEPARATOR: u8 = 0xff;

impl<'a> Raw<'a> {
    #[inline]
    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Text(bytes) | Self::Separated(bytes) | Self::Message(bytes) | Self::Exemplar(bytes) => {
                bytes
            }
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

/// Adds the labels of a series: the name, type and unit of its family if these are wanted, then those on the page, which
/// must not replace what came before.
pub(super) fn series_into(series: &Raw<'_>, family: &FamilyLabels<'_>, builder: &mut LabelsBuilder) {
    let metric_type = family.metric_type;
    let unit = family.unit.unwrap_or_default();
    let typed = family.unit.is_some() && metric_type != MetricType::Unknown;
    let taken = |name: &str| match name {
        METRIC_NAME => family.unit.is_some(),
        TYPE_LABEL => typed,
        UNIT_LABEL => !unit.is_empty(),
        _ => false,
    };
    // Elsewhere numbers are in their final form.
    let is_text = matches!(series, Raw::Text(_));
    let mut add = |name: Option<&str>, value: &str| match name {
        None => {
            builder.push(METRIC_NAME, value);
            if typed {
                builder.push(TYPE_LABEL, metric_type.as_str());
            }
            if !unit.is_empty() {
                builder.push(UNIT_LABEL, &String::from_utf8_lossy(unit));
            }
        }
        Some(name) if taken(name) => {}
        Some(name) if is_text && is_number(metric_type, name) => push_number(builder, name, value),
        Some(name) => builder.push(name, value),
    };
    if let Raw::Text(bytes) = *series
        && let Some(text) = plain_text(bytes)
    {
        return plain_pieces(text, add);
    }
    for_each(series, &mut |label, value| match label {
        Label::Name => add(None, &value),
        Label::Other(name) => add(Some(&name), &value),
    });
}

/// The text of a series in which nothing is escaped.
#[inline]
fn plain_text(bytes: &[u8]) -> Option<&str> {
    if memchr::memchr(b'\\', bytes).is_some() { None } else { std::str::from_utf8(bytes).ok() }
}

/// As [`for_each`] of a text without escapes; `None` is the metric name.
#[inline]
fn plain_pieces<'a>(text: &'a str, mut visit: impl FnMut(Option<&'a str>, &'a str)) {
    let bytes = text.as_bytes();
    let piece = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
    // The offset of the quote that closes the one at `open`.
    let closing = |open: usize| Some(open + 1 + memchr::memchr(b'"', bytes.get(open + 1..)?)?);
    let mut pos = 0;
    if let Some(end) = lexer::metric_name(bytes, 0) {
        visit(None, piece(0, end));
        pos = skip_blanks(bytes, end);
    }
    if bytes.get(pos) != Some(&b'{') {
        return;
    }
    pos += 1;
    loop {
        pos = skip_blanks(bytes, pos);
        let name = match bytes.get(pos) {
            Some(b',') => {
                pos += 1;
                continue;
            }
            Some(b'"') => {
                let Some(end) = closing(pos) else { return };
                let name = piece(pos + 1, end);
                pos = end + 1;
                name
            }
            _ => {
                let Some(end) = lexer::metric_name(bytes, pos) else { return };
                let name = piece(pos, end);
                pos = end;
                name
            }
        };
        pos = skip_blanks(bytes, pos);
        if bytes.get(pos) != Some(&b'=') {
            visit(None, name);
            continue;
        }
        pos = skip_blanks(bytes, pos + 1);
        let Some(end) = closing(pos) else { return };
        visit(Some(name), piece(pos + 1, end));
        pos = end + 1;
    }
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
        Raw::Exemplar(message) | Raw::Message(message) => {
            message_labels(message, |name, value| add(Label::Other(name), value));
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

/// Adds a label with a number, written as OpenMetrics writes it; what is no number stays as it is.
fn push_number(builder: &mut LabelsBuilder, name: &str, value: &str) {
    if !is_canonical(value.as_bytes())
        && let Some(number) = parse_go_float(value.as_bytes())
    {
        let mut text = Vec::with_capacity(24);
        // There is no minus zero among bounds.
        write_openmetrics_float(&mut text, number + 0.0);
        builder.push(name, std::str::from_utf8(&text).unwrap_or_default());
    } else {
        builder.push(name, value);
    }
}

/// Whether a number surely stands there as OpenMetrics writes it: not all that do are recognised.
fn is_canonical(text: &[u8]) -> bool {
    const DIGITS_MAX: usize = 15;
    // From here on with an exponent.
    const WHOLE_MAX: usize = 6;
    if text == b"+Inf" {
        return true;
    }
    let Some(point) = text.iter().position(|byte| *byte == b'.') else { return false };
    let (whole, fraction) = text.split_at(point);
    let fraction = fraction.get(1..).unwrap_or_default();
    let digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits(whole)
        && digits(fraction)
        && whole.len() <= WHOLE_MAX
        && text.len() <= DIGITS_MAX + 1
        && (whole.first() != Some(&b'0') || (whole.len() == 1 && !fraction.starts_with(b"0000")))
        && (fraction == b"0" || fraction.last() != Some(&b'0'))
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
        Raw::Message(bytes) => {
            let end = memchr::memchr(SEPARATOR, bytes).unwrap_or(bytes.len());
            let (name, labels) = bytes.split_at(end);
            visit(Label::Name, String::from_utf8_lossy(name));
            message_labels(labels.get(1..).unwrap_or_default(), |name, value| {
                visit(Label::Other(name), value);
            });
        }
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
