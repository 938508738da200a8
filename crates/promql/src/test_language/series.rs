//! Series lines: `metric{labels} 1 _x2 3+4x5 {{count:1}}`.

use std::sync::Arc;

use narthex_model::{FloatHistogram, Labels, STALE_NAN};

use super::histogram;
use super::script::{ScriptError, error};
use crate::lexer::parse_number;
use crate::parser::parse_metric_prefix;

/// The most slots of one line.
const MAX_SLOTS: usize = 1_000_000;

/// A series with its values.
#[derive(Debug, Clone)]
pub(super) struct SeriesLine {
    pub(super) labels: Labels,
    pub(super) values: Vec<Slot>,
    /// Start time of each value relative to its own time, `None` = not known; empty when there is no `@st` line.
    pub(super) start_offsets_ms: Vec<Option<i64>>,
}

/// One value, or none.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    /// No sample.
    Omitted,
    /// A float.
    Float(f64),
    /// A native histogram.
    Histogram {
        /// The histogram.
        histogram: Arc<FloatHistogram>,
        /// Whether a counter reset hint was written, and so has to be compared.
        has_hint: bool,
    },
}

/// Reads a series line.
pub(super) fn parse(number: usize, line: &str) -> Result<SeriesLine, ScriptError> {
    let (labels, end) = parse_metric_prefix(line).map_err(|cause| error(number, cause.to_string()))?;
    let mut rest = line.get(end..).unwrap_or_default();
    let mut values = Vec::new();
    while !rest.is_empty() {
        let items = rest.trim_start_matches([' ', '\t']);
        if items.len() == rest.len() {
            return Err(error(number, format!("expected a blank before {rest:?}")));
        }
        if items.is_empty() {
            break;
        }
        let length = item_length(items);
        let (item, after) = items.split_at(length);
        parse_item(item, &mut values).map_err(|message| error(number, message))?;
        if values.len() > MAX_SLOTS {
            return Err(error(number, format!("more than {MAX_SLOTS} values on a line")));
        }
        rest = after;
    }
    Ok(SeriesLine { labels, values, start_offsets_ms: Vec::new() })
}

/// Up to the next blank that is not inside a histogram.
fn item_length(items: &str) -> usize {
    let mut inside = false;
    let bytes = items.as_bytes();
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if bytes.get(index + 1) == Some(&b'{') => inside = true,
            b'}' if bytes.get(index + 1) == Some(&b'}') => inside = false,
            b' ' | b'\t' if !inside => return index,
            _ => {}
        }
    }
    items.len()
}

fn parse_item(item: &str, values: &mut Vec<Slot>) -> Result<(), String> {
    match item {
        "_" => values.push(Slot::Omitted),
        "stale" => values.push(Slot::Float(STALE_NAN)),
        _ => {
            if let Some(count) = item.strip_prefix("_x") {
                values.extend(std::iter::repeat_n(Slot::Omitted, repeat_count(count)?));
            } else if item.starts_with("{{") {
                parse_histograms(item, values)?;
            } else {
                parse_floats(item, values)?;
            }
        }
    }
    Ok(())
}

fn repeat_count(text: &str) -> Result<usize, String> {
    let count: usize = text.parse().map_err(|_| format!("{text:?} is no number of repetitions"))?;
    if count > MAX_SLOTS { Err(format!("more than {MAX_SLOTS} repetitions")) } else { Ok(count) }
}

/// A number with an optional sign.
pub(super) fn signed_number(text: &str) -> Result<f64, String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = digits.contains(['x', 'X']);
    let value = parse_number(digits).ok().filter(|_| !hex).ok_or_else(|| format!("{text:?} is no number"))?;
    Ok(if negative { -value } else { value })
}

/// The length of the number at the start of `text`: a sign, then digits, or a word such as `Inf`.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    while let Some(byte) = bytes.get(length) {
        let previous = length.checked_sub(1).and_then(|index| bytes.get(index));
        let exponent_sign = matches!(byte, b'+' | b'-')
            && matches!(previous, Some(b'e' | b'E'))
            && bytes.get(length.wrapping_sub(2)).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
        let belongs = byte.is_ascii_digit()
            || matches!(byte, b'.' | b'_')
            || (byte.is_ascii_alphabetic() && *byte != b'x')
            || exponent_sign;
        if !belongs {
            break;
        }
        length += 1;
    }
    length
}

fn parse_floats(item: &str, values: &mut Vec<Slot>) -> Result<(), String> {
    let (first, rest) = item.split_at(number_length(item));
    let mut value = signed_number(first)?;
    if rest.is_empty() {
        values.push(Slot::Float(value));
        return Ok(());
    }
    let (step, rest) = rest.split_at(if rest.starts_with('x') { 0 } else { number_length(rest) });
    let step = if step.is_empty() { None } else { Some(signed_number(step)?) };
    let count = rest.strip_prefix('x').ok_or_else(|| format!("expected x and a count in {item:?}"))?;
    for _ in 0..=repeat_count(count)? {
        values.push(Slot::Float(value));
        value += step.unwrap_or(0.0);
    }
    Ok(())
}

fn parse_histograms(item: &str, values: &mut Vec<Slot>) -> Result<(), String> {
    let unclosed = || format!("{{{{ without }}}} in {item:?}");
    let (body, rest) = item.strip_prefix("{{").and_then(|rest| rest.split_once("}}")).ok_or_else(unclosed)?;
    let (first, mut has_hint) = histogram::parse(body)?;
    if rest.is_empty() {
        values.push(Slot::Histogram { histogram: Arc::new(first), has_hint });
        return Ok(());
    }
    let subtract = rest.starts_with('-');
    let (step, count) = match rest.strip_prefix(['+', '-']) {
        None => (None, rest),
        Some(second) => {
            let (body, count) =
                second.strip_prefix("{{").and_then(|rest| rest.split_once("}}")).ok_or_else(unclosed)?;
            let (step, step_has_hint) = histogram::parse(body)?;
            // The hint that counts is the one of the difference.
            has_hint = step_has_hint;
            (Some(step), count)
        }
    };
    let count = count.strip_prefix('x').ok_or_else(|| format!("expected x and a count in {item:?}"))?;
    let mut current = first;
    for index in 0..=repeat_count(count)? {
        if let (Some(step), true) = (&step, index > 0) {
            if current.schema > step.schema {
                return Err(format!(
                    "error combining histograms: cannot merge from schema {} to {}",
                    step.schema, current.schema
                ));
            }
            let combined = if subtract { current.sub(step) } else { current.add(step) };
            combined.map_err(|cause| cause.to_string())?;
        }
        values.push(Slot::Histogram { histogram: Arc::new(current.clone()), has_hint });
    }
    Ok(())
}
