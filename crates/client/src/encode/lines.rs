//! Writes a page from short pieces, fast: a piece is copied by moves of fixed size that may reach behind its end, where
//! the next piece overwrites what was too much. Numbers are written without branches that depend on how long they are.
//!
//! Invariant: everything before `at` is written, and behind `limit` there are [`ROOM`] bytes of spare capacity.
#![expect(unsafe_code, reason = "moves of fixed size into the spare capacity of the page")]

use std::ptr;

use narthex_exposition::encode::wire;
use narthex_exposition::encode::write::{write_float, write_openmetrics_float, write_uint};

/// Bytes of one move.
const STEP: usize = 32;
/// The longest piece that is copied by moves of fixed size; what every method may write without asking for room.
const ROOM: usize = 64;
/// Numbers below this have a short way.
const EIGHT_DIGITS: u64 = 100_000_000;

/// Bytes to be copied often.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    len: usize,
    /// The first bytes.
    start: [u8; ROOM],
    /// All bytes, if they are more than that.
    long: Vec<u8>,
}

impl Default for Piece {
    fn default() -> Self {
        Self { len: 0, start: [0; ROOM], long: Vec::new() }
    }
}

impl Piece {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let mut piece = Self::default();
        piece.push(bytes);
        piece
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.start.get(..self.len).unwrap_or(&self.long)
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let len = self.len + bytes.len();
        match self.start.get_mut(self.len..len) {
            Some(place) => place.copy_from_slice(bytes),
            None => {
                if self.len <= ROOM {
                    self.long.clear();
                    self.long.extend_from_slice(&self.start[..self.len]);
                }
                self.long.extend_from_slice(bytes);
            }
        }
        self.len = len;
    }
}

/// A page to append to.
pub(super) struct Lines<'a> {
    out: &'a mut Vec<u8>,
    /// Where the next byte goes, in the page's spare capacity.
    at: *mut u8,
    /// Up to here there is [`ROOM`]; before `at` when there is not.
    limit: *mut u8,
}

impl<'a> Lines<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        let mut lines = Self { at: ptr::null_mut(), limit: ptr::null_mut(), out };
        lines.resume();
        lines
    }

    /// Takes over from the page what `settle` gave back, with room.
    fn resume(&mut self) {
        self.out.reserve(ROOM);
        let spare = self.out.spare_capacity_mut().as_mut_ptr_range();
        self.at = spare.start.cast();
        // There is room, so this is at or behind the start.
        self.limit = spare.end.cast::<u8>().wrapping_sub(ROOM);
    }

    /// Makes the page as long as what was written.
    fn settle(&mut self) {
        let len = self.len();
        // SAFETY: `at` is a place in the page's allocation, and everything before it is written.
        unsafe { self.out.set_len(len) };
    }

    /// Appends what `write` appends.
    #[inline(never)]
    fn direct(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.settle();
        write(self.out);
        self.resume();
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.direct(|out| out.reserve(4096));
    }

    /// How long the page is.
    pub(super) fn len(&self) -> usize {
        // SAFETY: `at` is a place in the page's allocation.
        unsafe { self.at.offset_from_unsigned(self.out.as_ptr()) }
    }

    /// Starts a line, or several.
    #[inline(always)]
    pub(super) fn line(&mut self) -> Line<'_, 'a> {
        Line { at: self.at, limit: self.limit, lines: self }
    }
}

impl Drop for Lines<'_> {
    fn drop(&mut self) {
        self.settle();
    }
}

/// A line being written. Its place in the page is in registers as long as nothing but the methods below is called.
pub(super) struct Line<'l, 'a> {
    lines: &'l mut Lines<'a>,
    at: *mut u8,
    limit: *mut u8,
}

impl Drop for Line<'_, '_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.lines.at = self.at;
    }
}

impl Line<'_, '_> {
    /// Appends the first `len` of `N` bytes, where `len <= N <= ROOM`.
    #[inline(always)]
    fn fixed<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        const { assert!(N <= ROOM) };
        if self.at > self.limit {
            self.lines.at = self.at;
            self.lines.grow();
            (self.at, self.limit) = (self.lines.at, self.lines.limit);
        }
        // SAFETY: `at` is not behind `limit`, so there is room for `N` bytes, and the end is not behind them.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), self.at, N);
            self.at = self.at.add(len.min(N));
        }
    }

    /// Appends a piece.
    #[inline(always)]
    pub(super) fn piece(&mut self, piece: &Piece) {
        let len = piece.len;
        match piece.start.first_chunk::<STEP>() {
            Some(start) if len <= STEP => self.fixed(start, len),
            _ if len <= ROOM => self.fixed(&piece.start, len),
            _ => self.bytes(&piece.long),
        }
    }

    /// Appends the first `len` bytes of `value`; quicker if there are bytes behind them up to a whole step.
    #[inline(always)]
    pub(super) fn value(&mut self, value: &[u8], len: usize) {
        match value.first_chunk::<STEP>() {
            Some(start) if len <= STEP => self.fixed(start, len),
            _ => self.bytes(value.get(..len).unwrap_or_default()),
        }
    }

    /// Appends any bytes.
    #[inline(always)]
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.direct(|out| out.extend_from_slice(bytes));
    }

    /// Appends the first `count` bytes of a little-endian word.
    #[inline(always)]
    pub(super) fn word(&mut self, word: u64, count: usize) {
        self.fixed(&word.to_le_bytes(), count);
    }

    /// Appends the end of a line.
    #[inline(always)]
    pub(super) fn end(&mut self) {
        self.fixed(b"\n", 1);
    }

    /// Appends a number.
    #[inline(always)]
    pub(super) fn uint(&mut self, value: u64) {
        if value < EIGHT_DIGITS {
            let digits = digits(value as u32);
            // Zeros in front; the number 0 keeps its last one.
            let zeros = ((digits | 1 << 56).trailing_zeros() / 8) as usize;
            self.word((digits | 0x3030_3030_3030_3030) >> (zeros * 8), 8 - zeros);
        } else {
            self.direct(|out| write_uint(out, value));
        }
    }

    /// Appends a number as the classic text has it, or as OpenMetrics has it.
    #[inline(always)]
    pub(super) fn float(&mut self, value: f64, openmetrics: bool) {
        let whole = value as u64;
        if whole < 1_000_000 && whole as f64 == value && value.is_sign_positive() {
            self.uint(whole);
            if openmetrics {
                self.fixed(b".0", 2);
            }
        } else if (0.001..1e6).contains(&value) {
            // In this range the shortest form has no exponent, here as in Go.
            let mut buffer = zmij::Buffer::new();
            let text = buffer.format_finite(value).as_bytes();
            let mut padded = [0; STEP];
            padded.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
            self.fixed(&padded, text.len());
        } else {
            self.direct(|out| {
                if openmetrics { write_openmetrics_float(out, value) } else { write_float(out, value) }
            });
        }
    }

    /// Appends a little-endian double.
    #[inline(always)]
    pub(super) fn double(&mut self, value: f64) {
        self.word(value.to_bits(), 8);
    }

    /// Appends a varint.
    #[inline(always)]
    pub(super) fn varint(&mut self, value: u64) {
        if value < 1 << 28 {
            let groups =
                value & 0x7f | (value & 0x3f80) << 1 | (value & 0x1f_c000) << 2 | (value & 0xfe0_0000) << 3;
            let len = varint_len(value);
            self.word(groups | 0x0080_8080 & ((1 << (8 * (len - 1))) - 1), len);
        } else {
            self.direct(|out| wire::varint(out, value));
        }
    }

    /// Appends what `write` appends.
    #[inline(always)]
    pub(super) fn direct(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.lines.at = self.at;
        self.lines.direct(write);
        (self.at, self.limit) = (self.lines.at, self.lines.limit);
    }
}

/// How many bytes a varint has.
#[inline(always)]
pub(super) fn varint_len(value: u64) -> usize {
    ((value | 1).ilog2() as usize * 9 + 73) / 64
}

/// The eight decimal digits of a number below 10^8 as bytes 0 to 9, the first digit lowest: halves, quarters and eighths of
/// the number side by side, divided by multiplication.
#[inline(always)]
fn digits(value: u32) -> u64 {
    let halves = u64::from(value / 10_000) | u64::from(value % 10_000) << 32;
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | (halves - 100 * hundreds) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (pairs - 10 * tens) << 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_arrive_in_order() {
        let (mut out, mut expected) = (Vec::new(), Vec::new());
        let mut lines = Lines::new(&mut out);
        let rounds = if cfg!(miri) { 120 } else { 700 };
        for len in (0_usize..100).chain([511, 512, 513, 20_000]).cycle().take(rounds) {
            let bytes: Vec<u8> = (0..len).map(|i| b'a' + (i % 26) as u8).collect();
            let mut line = lines.line();
            line.piece(&Piece::new(&bytes));
            expected.extend_from_slice(&bytes);
            line.value(&bytes, len / 2);
            expected.extend_from_slice(&bytes[..len / 2]);
            line.uint(len as u64 * 7);
            expected.extend_from_slice((len * 7).to_string().as_bytes());
            line.end();
            expected.push(b'\n');
            line.direct(|out| out.push(b'!'));
            expected.push(b'!');
            drop(line);
            assert_eq!(lines.len(), expected.len());
        }
        drop(lines);
        assert!(out == expected);
    }

    #[test]
    fn numbers() {
        let mut out = Vec::new();
        let powers = (0..20).flat_map(|power| {
            let power = 10_u64.pow(power);
            [power - 1, power, power + 1, power.wrapping_mul(7), power / 3]
        });
        for value in powers.chain(0..1100).chain([u64::MAX, 99_999_999, 12_345_678, 90_909_090]) {
            out.clear();
            Lines::new(&mut out).line().uint(value);
            assert_eq!(std::str::from_utf8(&out).unwrap(), value.to_string());
            let mut expected = Vec::new();
            wire::varint(&mut expected, value);
            out.clear();
            Lines::new(&mut out).line().varint(value);
            assert_eq!((&out, varint_len(value)), (&expected, expected.len()));
        }
    }

    #[test]
    fn floats_as_the_slow_way_writes_them() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed
        };
        let rounds = if cfg!(miri) { 100 } else { 20_000 };
        let mut values =
            vec![0.0, -0.0, 0.001, 0.000_999, 999_999.0, 999_999.999, 1e6, 1e-5, 22.05, -3.5, 0.1 + 0.2];
        values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 5e-324, 1e6_f64.next_down()]);
        values.push(0.001_f64.next_up());
        for _ in 0..rounds {
            values.push(f64::from_bits(random()));
            values.push((random() % 1_000_000_000) as f64 / 1000.0);
            values.push((random() >> 11) as f64 / (1_u64 << 53) as f64);
        }
        let (mut out, mut expected) = (Vec::new(), Vec::new());
        for value in values {
            out.clear();
            expected.clear();
            Lines::new(&mut out).line().float(value, false);
            write_float(&mut expected, value);
            Lines::new(&mut out).line().float(value, true);
            write_openmetrics_float(&mut expected, value);
            assert_eq!(std::str::from_utf8(&out), std::str::from_utf8(&expected), "{value:e}");
        }
    }
}
