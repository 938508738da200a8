//! The packed label values of one series: the key of the lookup, built on the stack, and what a page is written from.
//!
//! Form: for each value a byte with its length and its bytes; a value of 255 bytes or more has the byte 255 and four bytes
//! with its length in front. The end is filled up with zeros to whole words. The lengths keep the values apart:
//! `("ab", "c")` and `("a", "bc")` are different keys.
//!
//! Everything is written and read as whole words: a processor stalls on a word that it has just written in pieces.

use std::fmt;

/// Words of a key that need no allocation.
const INLINE: usize = 16;
/// The length byte of a value whose length follows in four bytes.
const LONG: usize = 255;
/// Bytes of a length that does not fit a byte.
const LONG_LENGTH: usize = 4;

/// The words that a key is written into: one more than is used, because a word is written behind the last one.
pub(crate) type KeyWords = [u64; INLINE + 1];

/// Collects label values, in the order of the label names.
pub struct LabelValues<'w> {
    /// Elsewhere, so that the fields below can be in registers.
    words: &'w mut KeyWords,
    /// The bytes of the last word that are there already; stored as well.
    open: u64,
    /// Bytes in use.
    len: usize,
    /// The key, once it is too long for the words.
    long: Option<Box<Long>>,
}

/// A key of any length.
#[derive(Default)]
struct Long {
    bytes: Vec<u8>,
    words: Vec<u64>,
}

impl fmt::Debug for LabelValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = self.words().iter().flat_map(|word| word.to_le_bytes()).collect();
        let len = self.long.as_ref().map_or(self.len, |long| long.bytes.len());
        f.debug_list().entries(Values::new(bytes.get(..len).unwrap_or_default())).finish()
    }
}

impl<'w> LabelValues<'w> {
    /// No words, for [`new`](Self::new).
    pub(crate) const WORDS: KeyWords = [0; INLINE + 1];

    /// No values yet.
    #[inline(always)]
    pub(crate) fn new(words: &'w mut KeyWords) -> Self {
        Self { words, open: 0, len: 0, long: None }
    }

    /// Adds the next value.
    #[inline(always)]
    pub fn push(&mut self, value: &str) {
        let bytes = value.as_bytes();
        let len = bytes.len();
        // Short of the end by a word, so that the steps below need no checks of their own.
        if self.len + len >= INLINE * 8 - 8 {
            // By value, so that the fast path keeps the fields in registers.
            self.long = Some(lengthened(self.long.take(), self.words, self.len, bytes));
            // From now on no value finds room in the words.
            self.len = INLINE * 8;
            return;
        }
        match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => {
                self.append(u64::from_le_bytes(*first) << 8 | len as u64, 8);
                let mut at = 7;
                while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
                    self.append(u64::from_le_bytes(*chunk), 8);
                    at += 8;
                }
                // What is left are the last of the last eight bytes; none is fine too.
                let left = len - at;
                self.append((u64::from_le_bytes(*last) >> 1) >> (63 - left * 8), left);
            }
            _ => self.append(read_short(bytes) << 8 | len as u64, len + 1),
        }
    }

    /// Appends the lowest `count` bytes of a word, the others of which are 0.
    #[inline(always)]
    fn append(&mut self, bytes: u64, count: usize) {
        let (at, shift) = (self.len / 8 % INLINE, self.len % 8 * 8);
        let whole = self.open | bytes << shift;
        let carried = (bytes >> 1) >> (63 - shift);
        self.words[at] = whole;
        self.words[at + 1] = carried;
        self.open = if shift + count * 8 >= 64 { carried } else { whole };
        self.len += count;
    }

    /// Adds the next value as it prints.
    pub fn push_display(&mut self, value: &dyn fmt::Display) {
        self.push(&value.to_string());
    }

    /// The key.
    #[inline(always)]
    pub(crate) fn words(&self) -> &[u64] {
        match &self.long {
            None => self.words.get(..self.len.div_ceil(8)).unwrap_or_default(),
            Some(long) => &long.words,
        }
    }
}

#[cold]
#[inline(never)]
fn lengthened(long: Option<Box<Long>>, words: &KeyWords, len: usize, value: &[u8]) -> Box<Long> {
    let mut long = long.unwrap_or_else(|| {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes()).take(len).collect();
        Box::new(Long { bytes, words: Vec::new() })
    });
    if value.len() < LONG {
        long.bytes.push(value.len() as u8);
    } else {
        long.bytes.push(LONG as u8);
        // A longer value, which no series is made for, needs no length that fits.
        long.bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
    }
    long.bytes.extend_from_slice(value);
    long.words = long
        .bytes
        .chunks(8)
        .map(|chunk| {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            u64::from_le_bytes(word)
        })
        .collect();
    long
}

/// Up to seven bytes as the low bytes of a word.
#[inline(always)]
fn read_short(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (low, high) = (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)));
        return low | high << ((len - 4) * 8);
    }
    match (bytes.first(), bytes.get(len / 2), bytes.last()) {
        (Some(first), Some(middle), Some(last)) => {
            u64::from(*first) | u64::from(*middle) << (len / 2 * 8) | u64::from(*last) << ((len - 1) * 8)
        }
        _ => 0,
    }
}

/// The key of an existing series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    /// The key, and whatever is behind it in its chunk: what may be read, so that short copies can be of fixed size.
    bytes: &'a [u8],
    words: usize,
    /// Whether no value has a character that a page has to escape.
    pub(crate) is_plain: bool,
}

impl<'a> Key<'a> {
    /// The key of a series without labels.
    pub(crate) const EMPTY: Self = Key { bytes: &[], words: 0, is_plain: true };

    pub(super) fn new(bytes: &'a [u8], words: usize, is_plain: bool) -> Self {
        Self { bytes, words, is_plain }
    }

    /// The values, and empty or senseless ones behind them: take as many as there are label names.
    #[inline]
    pub(crate) fn values(self) -> Values<'a> {
        Values::new(self.bytes)
    }

    /// The key, as a lookup has it.
    pub(crate) fn to_words(self) -> Vec<u64> {
        let (words, _) = self.bytes.as_chunks::<8>();
        words.iter().take(self.words).map(|word| u64::from_le_bytes(*word)).collect()
    }
}

/// Whether no value of this key has a character that a page has to escape. May say no without need: a length can look
/// like such a character.
pub(super) fn is_plain(words: &[u64]) -> bool {
    !words.iter().flat_map(|word| word.to_le_bytes()).any(|byte| matches!(byte, b'"' | b'\\' | b'\n'))
}

/// Reads the values of a key back.
#[derive(Clone)]
pub(crate) struct Values<'a> {
    rest: &'a [u8],
}

impl<'a> Values<'a> {
    /// The values of a key.
    #[inline]
    pub(crate) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// The next value's length and its bytes, with what is behind them.
    #[inline]
    pub(crate) fn next_raw(&mut self) -> (&'a [u8], usize) {
        let Some((&len, rest)) = self.rest.split_first() else { return (&[], 0) };
        let (value, len) = if usize::from(len) < LONG { (rest, usize::from(len)) } else { long_value(rest) };
        match value.get(len..) {
            Some(behind) => {
                self.rest = behind;
                (value, len)
            }
            None => (&[], 0),
        }
    }
}

#[cold]
fn long_value(rest: &[u8]) -> (&[u8], usize) {
    rest.split_first_chunk::<LONG_LENGTH>()
        .map_or((&[], 0), |(len, value)| (value, u32::from_le_bytes(*len) as usize))
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (value, len) = self.next_raw();
        // Keys are made of whole strings, so this cannot fail; an empty value would be the visible sign of a bug.
        Some(std::str::from_utf8(value.get(..len)?).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(values: &[&str]) -> Vec<u8> {
        let mut words = LabelValues::WORDS;
        let mut key = LabelValues::new(&mut words);
        for value in values {
            key.push(value);
        }
        key.words().iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn values_come_back() {
        let long = "x".repeat(300);
        let middle = "y".repeat(100);
        let border = "z".repeat(255);
        for values in [
            vec![""],
            vec!["GET", "/", "200"],
            vec!["a", "", "ü"],
            vec!["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678"],
            vec!["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "11"],
            vec!["123456789012345", "1234567890123456", "12345678901234567"],
            vec![&middle, &middle, "z", ""],
            vec!["a", &long, "b", &long, "c"],
            vec![&border[1..], &border, ""],
        ] {
            let key = packed(&values);
            assert_eq!(key.len() % 8, 0);
            assert_eq!(Values::new(&key).take(values.len()).collect::<Vec<_>>(), values);
        }
    }

    #[test]
    fn every_length_at_every_place() {
        let text: String = (0..200).map(|i| char::from(b'a' + (i * 7 % 26) as u8)).collect();
        let step = if cfg!(miri) { 3 } else { 1 };
        for before in (0..10).step_by(step) {
            for len in (0..140).step_by(step) {
                let values = [&text[..before], &text[3..3 + len], &text[..len % 11], "end"];
                let key = packed(&values);
                let mut expected = Vec::new();
                for value in values {
                    expected.push(value.len() as u8);
                    expected.extend_from_slice(value.as_bytes());
                }
                expected.resize(expected.len().next_multiple_of(8), 0);
                assert_eq!(key, expected, "{before} {len}");
            }
        }
    }

    #[test]
    fn the_border_between_two_values_counts() {
        assert_ne!(packed(&["ab", "c"]), packed(&["a", "bc"]));
        assert_ne!(packed(&["", "a"]), packed(&["a", ""]));
        assert_ne!(packed(&["a\0"]), packed(&["a"]));
    }
}
