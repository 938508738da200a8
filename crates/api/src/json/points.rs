//! The points of a matrix, `[[seconds,"value"],…]`: the form of nearly all bytes of an answer, and so its own writer.
//!
//! The series of a range query have the same times: the text in front of a value is kept from series to series and copied
//! whole. Texts of known maximal length go through fixed arrays, whose copies cost no call.

use super::float::{push_float, push_timestamp};

/// Room for `,[`, the longest timestamp (20 digits, sign, fraction) and `,"`.
const PREFIX_BYTES: usize = 32;
/// Times that are kept; the points behind them get their text written anew.
const KEPT_MAX: usize = 1 << 14;
/// Up to here a whole number is exact and has at most 16 digits.
const EXACT_MAX: u64 = 1 << 53;

/// What stands in front of the value of one point.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    ms: i64,
    len: usize,
    text: [u8; PREFIX_BYTES],
}

impl Prefix {
    fn new(ms: i64) -> Self {
        let mut text = Vec::with_capacity(PREFIX_BYTES);
        text.extend_from_slice(b",[");
        push_timestamp(&mut text, ms);
        text.extend_from_slice(b",\"");
        let len = text.len();
        text.resize(PREFIX_BYTES, 0);
        Self { ms, len, text: text.try_into().unwrap_or([0; PREFIX_BYTES]) }
    }
}

/// Writes lists of points; keeps the texts of their times.
#[derive(Debug, Default)]
pub(super) struct Points {
    known: Vec<Prefix>,
}

impl Points {
    /// Appends all points, of which there is at least one.
    pub(super) fn push(&mut self, bytes: &mut Vec<u8>, points: &[(i64, f64)]) {
        // A point is about this long: growing the buffer once is most of the cost otherwise.
        bytes.reserve(points.len() * 36);
        let start = bytes.len();
        for (index, (ms, value)) in points.iter().enumerate() {
            let prefix = match self.known.get(index) {
                Some(prefix) if prefix.ms == *ms => prefix,
                _ => self.learn(index, *ms),
            };
            push_fixed(bytes, &prefix.text, prefix.len);
            push_value(bytes, *value);
        }
        if let Some(first) = bytes.get_mut(start) {
            *first = b'[';
        }
        bytes.push(b']');
    }

    #[cold]
    fn learn(&mut self, index: usize, ms: i64) -> &Prefix {
        let index = index.min(KEPT_MAX);
        if self.known.len() <= index {
            self.known.resize(index + 1, Prefix::new(ms));
        }
        let slot = &mut self.known[index];
        *slot = Prefix::new(ms);
        slot
    }
}

/// Appends the first `len` bytes of an array.
#[inline]
fn push_fixed<const N: usize>(bytes: &mut Vec<u8>, text: &[u8; N], len: usize) {
    let at = bytes.len();
    bytes.extend_from_slice(text);
    bytes.truncate(at + len);
}

/// Appends a value and what closes its point.
#[inline]
fn push_value(bytes: &mut Vec<u8>, value: f64) {
    let whole = value as i64;
    if whole.unsigned_abs() < EXACT_MAX && whole as f64 == value && (whole != 0 || value.is_sign_positive()) {
        let (text, len) = whole_text(whole);
        push_fixed(bytes, &text, len);
    } else {
        push_float(bytes, value);
        bytes.extend_from_slice(b"\"]");
    }
}

const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// A number of at most 16 digits and `"]`, and how many bytes that is.
#[inline]
fn whole_text(number: i64) -> ([u8; 24], usize) {
    let mut text = [0; 24];
    let mut left = number.unsigned_abs();
    let sign = usize::from(number < 0);
    text[0] = b'-';
    let digits = left.checked_ilog10().map_or(1, |log| log as usize + 1);
    let end = sign + digits;
    let mut at = end;
    while left >= 100 {
        at -= 2;
        text[at..at + 2].copy_from_slice(&PAIRS[(left % 100) as usize]);
        left /= 100;
    }
    if left >= 10 {
        text[at - 2..at].copy_from_slice(&PAIRS[left as usize]);
    } else {
        text[at - 1] = b'0' + left as u8;
    }
    text[end..end + 2].copy_from_slice(b"\"]");
    (text, end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(points: &mut Points, list: &[(i64, f64)]) -> String {
        let mut bytes = Vec::new();
        points.push(&mut bytes, list);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn times_are_those_of_the_series_at_hand() {
        let mut points = Points::default();
        assert_eq!(text(&mut points, &[(1_000, 1.0), (2_500, 0.5)]), r#"[[1,"1"],[2.500,"0.5"]]"#);
        assert_eq!(text(&mut points, &[(1_000, 2.0)]), r#"[[1,"2"]]"#);
        assert_eq!(text(&mut points, &[(2_500, 2.0), (3_000, -7.0)]), r#"[[2.500,"2"],[3,"-7"]]"#);
        let extreme = text(&mut points, &[(i64::MIN, f64::MIN), (i64::MAX, -0.0)]);
        assert!(
            extreme.starts_with("[[-9223372036854775.808,\"-1.797") && extreme.ends_with("75.807,\"-0\"]]")
        );
    }

    #[test]
    fn many_points_are_more_than_what_is_kept() {
        let list: Vec<_> = (0..KEPT_MAX as i64 + 5).map(|index| (index * 1_000, index as f64)).collect();
        let mut points = Points::default();
        for _ in 0..2 {
            let text = text(&mut points, &list);
            let last = KEPT_MAX + 4;
            assert!(text.ends_with(&format!("[{},\"{}\"],[{last},\"{last}\"]]", last - 1, last - 1)));
        }
        assert_eq!(points.known.len(), KEPT_MAX + 1);
    }

    #[test]
    fn whole_numbers() {
        let limit = EXACT_MAX as f64;
        for value in [
            0.0,
            1.0,
            9.0,
            10.0,
            99.0,
            100.0,
            12_345.0,
            -1.0,
            -100.0,
            limit - 1.0,
            -(limit - 1.0),
            limit,
            limit * 2.0,
        ] {
            let mut bytes = Vec::new();
            push_value(&mut bytes, value);
            assert_eq!(String::from_utf8(bytes).unwrap(), format!("{value}\"]"));
        }
        for number in 0..2_000_000_u64 {
            let (text, len) = whole_text(number as i64);
            assert_eq!(text.get(..len - 2), Some(number.to_string().as_bytes()));
        }
    }
}
