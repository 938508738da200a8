//! Scanning shared by the text parsers: names, quoted strings, label sets.
//!
//! All functions take the page and an offset and give the offset behind what they read, or a [`Fault`]. They check, they
//! do not copy; decoding happens later and only on request (`labels`).

use super::error::Fault;

const METRIC_START: u8 = 1;
const METRIC: u8 = 2;
const LABEL_START: u8 = 4;
const LABEL: u8 = 8;
const BLANK: u8 = 16;

/// What each byte may be part of.
static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => METRIC_START | METRIC | LABEL_START | LABEL,
            b':' => METRIC_START | METRIC,
            b'0'..=b'9' => METRIC | LABEL,
            b' ' | b'\t' => BLANK,
            _ => 0,
        };
        byte += 1;
    }
    table
}

#[inline]
fn is(page: &[u8], pos: usize, class: u8) -> bool {
    page.get(pos).is_some_and(|byte| CLASS[usize::from(*byte)] & class != 0)
}

/// Where the two text dialects differ inside a series.
pub(super) trait Syntax {
    /// Blanks may stand between any two tokens.
    const BLANKS: bool;
    /// A quoted label value may go over several lines.
    const NEWLINE_IN_VALUE: bool;
    /// A comma must stand between two labels.
    const COMMA_REQUIRED: bool;
    /// A quoted name without value is the metric name.
    const METRIC_NAME: bool;
    /// A comma may stand behind the last label.
    const TRAILING_COMMA: bool;
}

/// Skips blanks where the dialect allows them.
#[inline]
pub(super) fn blanks<S: Syntax>(page: &[u8], mut pos: usize) -> usize {
    if S::BLANKS {
        while is(page, pos, BLANK) {
            pos += 1;
        }
    }
    pos
}

/// The offset behind the metric name at `pos`; `None` if there is none.
#[inline]
pub(super) fn metric_name(page: &[u8], pos: usize) -> Option<usize> {
    is(page, pos, METRIC_START).then(|| run(page, pos + 1, METRIC))
}

#[inline]
fn run(page: &[u8], mut pos: usize, class: u8) -> usize {
    while is(page, pos, class) {
        pos += 1;
    }
    pos
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// High bits set in the bytes of `word` that equal `byte`; only the lowest is certain.
#[inline]
fn matches(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    difference.wrapping_sub(ONES) & !difference & HIGHS
}

/// The offset behind the quoted string whose opening quote stands at `open`.
///
/// `None` when it does not end, a backslash stands before a line break, or (unless `newline`) a line break inside.
/// Whether it is UTF-8 is left to [`check_utf8`], which only needs to look when a byte beyond ASCII was seen.
#[inline]
pub(super) fn quoted(page: &[u8], open: usize, newline: bool, non_ascii: &mut bool) -> Option<usize> {
    let mut pos = open + 1;
    loop {
        // Eight bytes at a time up to the first one that matters.
        while let Some(word) = page.get(pos..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*word);
            let mut hits = matches(word, b'"') | matches(word, b'\\') | (word & HIGHS);
            if !newline {
                hits |= matches(word, b'\n');
            }
            if hits != 0 {
                pos += hits.trailing_zeros() as usize / 8;
                break;
            }
            pos += 8;
        }
        match page.get(pos)? {
            b'"' => return Some(pos + 1),
            b'\\' => match page.get(pos + 1)? {
                b'\n' => return None,
                byte => {
                    *non_ascii |= *byte >= 0x80;
                    pos += 1;
                }
            },
            b'\n' if !newline => return None,
            byte => *non_ascii |= *byte >= 0x80,
        }
        pos += 1;
    }
}

/// Refuses a string that is not UTF-8, at its first bad byte.
#[cold]
pub(super) fn check_utf8(page: &[u8], start: usize, end: usize, what: &'static str) -> Result<(), Fault> {
    match std::str::from_utf8(page.get(start..end).unwrap_or_default()) {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::new(start + error.valid_up_to(), what)),
    }
}

/// Reads a label set up to behind its closing brace; `pos` is behind the opening one.
///
/// `named`: whether a metric name stands in front of the brace. Gives the offset and whether there is a name now.
#[inline]
pub(super) fn label_set<S: Syntax>(
    page: &[u8],
    mut pos: usize,
    mut named: bool,
) -> Result<(usize, bool), Fault> {
    let mut after_comma = false;
    loop {
        pos = blanks::<S>(page, pos);
        let start = pos;
        let mut non_ascii = false;
        let is_quoted = match page.get(pos) {
            Some(b'}') if S::TRAILING_COMMA || !after_comma => return Ok((pos + 1, named)),
            Some(b'"') => {
                // Names, unlike OpenMetrics label values, may go over several lines: Prometheus' lexer lets them.
                pos = quoted(page, pos, S::METRIC_NAME, &mut non_ascii)
                    .ok_or_else(|| Fault::new(start, "a quoted name that ends"))?;
                if pos - start == 2 {
                    return Err(Fault::new(start, "a name that is not empty"));
                }
                if non_ascii {
                    check_utf8(page, start, pos, "a UTF-8 name")?;
                }
                if memchr::memchr(0, page.get(start..pos).unwrap_or_default()).is_some() {
                    return Err(Fault::new(start, "a name without NUL"));
                }
                true
            }
            _ if is(page, pos, LABEL_START) => {
                pos = run(page, pos + 1, LABEL);
                false
            }
            _ if after_comma && !S::TRAILING_COMMA => return Err(Fault::new(pos, "a label name")),
            _ => return Err(Fault::new(pos, "a label name or `}`")),
        };
        pos = blanks::<S>(page, pos);
        match page.get(pos) {
            Some(b'=') => {}
            Some(b',' | b'}') if is_quoted && S::METRIC_NAME => {
                if named {
                    return Err(Fault::new(start, "only one metric name"));
                }
                named = true;
                after_comma = page.get(pos) == Some(&b',');
                if after_comma {
                    pos += 1;
                }
                continue;
            }
            _ => return Err(Fault::new(pos, "`=` after the label name")),
        }
        pos = blanks::<S>(page, pos + 1);
        let value = pos;
        non_ascii = false;
        pos = match page.get(pos) {
            Some(b'"') => quoted(page, pos, S::NEWLINE_IN_VALUE, &mut non_ascii),
            _ => return Err(Fault::new(pos, "a label value in double quotes")),
        }
        .ok_or_else(|| Fault::new(value, "a label value that ends with a double quote"))?;
        if non_ascii {
            check_utf8(page, value, pos, "a UTF-8 label value")?;
        }
        pos = blanks::<S>(page, pos);
        after_comma = page.get(pos) == Some(&b',');
        if after_comma {
            pos += 1;
        } else if S::COMMA_REQUIRED && page.get(pos) != Some(&b'}') {
            return Err(Fault::new(pos, "`,` or `}` after the label value"));
        }
    }
}
