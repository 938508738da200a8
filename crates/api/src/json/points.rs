//! The points of a matrix, `[[seconds,"value"],…]`: the form of nearly all bytes of an answer, and so its own writer.
//!
//! The series of a range query have the same times: the text in front of a value is kept from series to series and copied
//! whole. Texts of known maximal length are copied as fixed arrays, which costs no call.

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

/// The most that a point takes: what stands in front, a float of 24 characters or a few more, `"]`.
pub(super) const POINT_ROOM: usize = PREFIX_BYTES + 40;

/// Writes lists of points; keeps the texts of their times.
#[derive(Debug, Default)]
pub(super) struct Points {
    known: Vec<Prefix>,
    /// The text of a value that is no whole number.
    text: Vec<u8>,
}

impl Points {
    /// Appends all points, of which there is at least one.
    pub(super) fn push(&mut self, bytes: &mut Vec<u8>, points: &[(i64, f64)]) {
        let start = bytes.len();
        // Written into room that is there, because asking for room is most of the cost of a point otherwise.
        bytes.resize(start + points.len() * POINT_ROOM, 0);
        let mut end = start;
        for (index, (ms, value)) in points.iter().enumerate() {
            let prefix = match self.known.get(index) {
                Some(prefix) if prefix.ms == *ms => prefix,
                _ => self.learn(index, *ms),
            };
            let Some(room) = bytes.get_mut(end..) else { break };
            let Some(front) = room.first_chunk_mut() else { break };
            *front = prefix.text;
            end += prefix.len;
            let Some(room) = room.get_mut(prefix.len..) else { break };
            end += match whole_text(*value, room) {
                0 => write_float(*value, room, &mut self.text),
                len => len,
            };
        }
        bytes.truncate(end);
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

/// Writes any value and what closes its point; says how many bytes that is.
fn write_float(value: f64, room: &mut [u8], text: &mut Vec<u8>) -> usize {
    text.clear();
    push_float(text, value);
    text.extend_from_slice(CLOSING);
    if let Some(room) = room.get_mut(..text.len()) {
        room.copy_from_slice(text);
    }
    text.len()
}

/// What closes a point.
const CLOSING: &[u8; 2] = b"\"]";
/// Eight digits are made at once.
const EIGHT_DIGITS: u64 = 100_000_000;

/// Writes a whole number of at most 16 digits and what closes its point; says how many bytes that is, 0 for other values.
///
/// Digits are put together in a register: a text that is written byte by byte and read again at once makes the processor
/// wait for it.
#[inline]
fn whole_text(value: f64, room: &mut [u8]) -> usize {
    let whole = value as i64;
    let left = whole.unsigned_abs();
    if left >= EXACT_MAX || whole as f64 != value || (whole == 0 && value.is_sign_negative()) {
        return 0;
    }
    let sign = usize::from(whole < 0);
    if let Some(first) = room.first_mut() {
        *first = b'-';
    }
    let (high, low) = (left / EIGHT_DIGITS, left % EIGHT_DIGITS);
    let mut at = sign;
    let mut digits = eight_digits(low);
    let mut zeros = if low == 0 { 7 } else { digits.trailing_zeros() / 8 };
    if high > 0 {
        let above = eight_digits(high);
        let above_zeros = above.trailing_zeros() / 8;
        put(room, at, (above + ASCII_ZEROS) >> (8 * above_zeros));
        at += 8 - above_zeros as usize;
        zeros = 0;
    }
    digits = (digits + ASCII_ZEROS) >> (8 * zeros);
    put(room, at, digits);
    at += 8 - zeros as usize;
    if let Some(room) = room.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *room = *CLOSING;
    }
    at + CLOSING.len()
}

const ASCII_ZEROS: u64 = 0x3030_3030_3030_3030;

/// Writes eight bytes, the lowest first.
#[inline(always)]
fn put(room: &mut [u8], at: usize, bytes: u64) {
    if let Some(room) = room.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *room = bytes.to_le_bytes();
    }
}

/// The eight digits of a number, a byte each, the highest in the lowest byte. The number is halved three times: into fours,
/// pairs and single digits, all parts in one word.
#[inline(always)]
fn eight_digits(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // x / 100 is x · 10486 / 2^20 below 10,000, and x / 10 is x · 103 / 2^10 below 100.
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - tens * 10) << 8)
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
            assert_eq!(text(&mut Points::default(), &[(0, value)]), format!("[[0,\"{value}\"]]"));
        }
        let mut room = [0; 40];
        let powers = (0..16).map(|exponent| 10_u64.pow(exponent));
        for number in
            (0..2_000_000).chain(powers.flat_map(|power| (power * 9 / 10)..(power * 9 / 10 + 2_000)))
        {
            let len = whole_text(number as f64, &mut room);
            assert_eq!(room.get(..len), Some(format!("{number}\"]").as_bytes()));
        }
        let mut seed = 1_u64;
        for bits in (1..=53).cycle().take(200_000) {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = (seed >> (64 - bits)) as i64 * if seed.is_multiple_of(2) { 1 } else { -1 };
            let len = whole_text(number as f64, &mut room);
            let expected = format!("{number}\"]");
            assert!(len == 0 && number == 0 || room.get(..len) == Some(expected.as_bytes()), "{number}");
        }
    }
}
