//! Start-timestamp lines: `metric{labels}@st -1mx3 _ -30s-1mx2`.

use narthex_model::Labels;

use super::script::{ScriptError, error};
use crate::parser::parse_metric_prefix;

/// A start-timestamp line.
pub(super) struct StartLine {
    pub(super) labels: Labels,
    /// Relative to each sample's own time; `None` = not known.
    pub(super) offsets_ms: Vec<Option<i64>>,
}

/// Whether the text before the first blank ends in `@st`.
pub(super) fn is_start_line(line: &str) -> bool {
    line.split([' ', '\t']).next().is_some_and(|word| word.ends_with("@st"))
}

/// Reads a start-timestamp line.
pub(super) fn parse(number: usize, line: &str) -> Result<StartLine, ScriptError> {
    let (head, items) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let metric = head.strip_suffix("@st").unwrap_or(head);
    let (labels, end) = parse_metric_prefix(metric).map_err(|cause| error(number, cause.to_string()))?;
    if end != metric.len() {
        return Err(error(
            number,
            format!("unexpected {:?} before @st", metric.get(end..).unwrap_or_default()),
        ));
    }
    let mut offsets_ms = Vec::new();
    for item in items.split_ascii_whitespace() {
        push(item, &mut offsets_ms).ok_or_else(|| {
            error(
                number,
                format!("{item:?} is no start time: expected _, _xN, D, DxN or D+ExN with D as -1m"),
            )
        })?;
    }
    Ok(StartLine { labels, offsets_ms })
}

fn push(item: &str, offsets_ms: &mut Vec<Option<i64>>) -> Option<()> {
    if item == "_" {
        offsets_ms.push(None);
        return Some(());
    }
    if let Some(count) = item.strip_prefix("_x") {
        offsets_ms.extend(std::iter::repeat_n(None, count.parse().ok()?));
        return Some(());
    }
    let (first, rest) = split_duration(item)?;
    if rest.is_empty() {
        offsets_ms.push(Some(first));
        return Some(());
    }
    let (step, rest) = if rest.starts_with('x') { (0, rest) } else { split_duration(rest)? };
    let count: i64 = rest.strip_prefix('x')?.parse().ok().filter(|count| *count <= 1_000_000)?;
    for index in 0..=count {
        offsets_ms.push(Some(first.checked_add(step.checked_mul(index)?)?));
    }
    Some(())
}

/// One signed integer with one unit, or `0`, at the start of `text`.
fn split_duration(text: &str) -> Option<(i64, &str)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let negative = text.starts_with('-');
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = unsigned.split_at(digits);
    let letters = rest.bytes().take_while(|byte| byte.is_ascii_alphabetic() && *byte != b'x').count();
    let (unit, rest) = rest.split_at(letters);
    let factor = match unit {
        "" if number == "0" => 1,
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        "y" => 31_536_000_000,
        _ => return None,
    };
    let value = number.parse::<i64>().ok()?.checked_mul(factor)?;
    Some((if negative { -value } else { value }, rest))
}
