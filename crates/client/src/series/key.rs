//! The packed label values of one series: the key of the lookup, built on the stack.
//!
//! Form: one word with the lengths of up to eight values, a byte each, then the bytes of each value, filled up with
//! zeros to whole words. What does not fit (more values, a value of 255 bytes or more, a long key) has the word
//! [`LONG`] in front, and before each value a word with its length. The lengths keep the values apart: `("ab", "c")`
//! and `("a", "bc")` are different keys.
//!
//! Everything is written and read as whole words: a processor stalls on a word that it has just written in pieces.

use std::fmt;

/// Words of a key that need no allocation.
const INLINE: usize = 16;
/// Values whose lengths fit the first word.
const SHORT_VALUES: usize = 8;
/// The first word of a key in the long form; no eight lengths look like it.
const LONG: u64 = u64::MAX;

/// Collects label values, in the order of the label names.
pub struct LabelValues {
    words: [u64; INLINE],
    /// Words in use.
    len: usize,
    /// How many values.
    count: usize,
    /// The key in its long form, if it has one.
    long: Vec<u64>,
}

impl fmt::Debug for LabelValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = self.words().iter().flat_map(|word| word.to_le_bytes()).collect();
        f.debug_list().entries(Values::new(&bytes).take(self.count)).finish()
    }
}

impl Default for LabelValues {
    fn default() -> Self {
        Self::new()
    }
}

impl LabelValues {
    /// No values yet.
    #[inline]
    pub(crate) fn new() -> Self {
        Self { words: [0; INLINE], len: 1, count: 0, long: Vec::new() }
    }

    /// Adds the next value.
    #[inline(always)]
    pub fn push(&mut self, value: &str) {
        let bytes = value.as_bytes();
        if bytes.len() < 255 && self.count < SHORT_VALUES && self.len + bytes.len() / 8 < INLINE {
            self.words[0] |= (bytes.len() as u64) << (self.count * 8);
            self.count += 1;
            let mut rest = bytes;
            while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
                self.words[self.len] = u64::from_le_bytes(*chunk);
                self.len += 1;
                rest = behind;
            }
            if !rest.is_empty() {
                self.words[self.len] = read_short(rest);
                self.len += 1;
            }
        } else {
            // By value, so that the fast path keeps the fields in registers.
            *self = std::mem::take(self).lengthened(bytes);
        }
    }

    /// Adds the next value as it prints.
    pub fn push_display(&mut self, value: &dyn fmt::Display) {
        self.push(&value.to_string());
    }

    #[cold]
    #[inline(never)]
    fn lengthened(mut self, bytes: &[u8]) -> Self {
        if self.long.is_empty() {
            let short: Vec<u8> = self.words().iter().flat_map(|word| word.to_le_bytes()).collect();
            self.long.push(LONG);
            for value in Values::new(&short).take(self.count) {
                push_long(&mut self.long, value.as_bytes());
            }
            // From now on no value finds room in the inline words.
            self.len = INLINE;
        }
        push_long(&mut self.long, bytes);
        self.count += 1;
        self
    }

    /// The key.
    #[inline]
    pub(crate) fn words(&self) -> &[u64] {
        if self.long.is_empty() { self.words.get(..self.len).unwrap_or_default() } else { &self.long }
    }
}

fn push_long(words: &mut Vec<u64>, bytes: &[u8]) {
    words.push(bytes.len() as u64);
    let (chunks, rest) = bytes.as_chunks::<8>();
    words.extend(chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)));
    if !rest.is_empty() {
        words.push(read_short(rest));
    }
}

/// Up to seven bytes as the low bytes of a word.
#[inline]
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

/// The key of an existing series, as little-endian bytes of its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) bytes: &'a [u8],
    /// Whether no value has a character that a page has to escape.
    pub(crate) is_plain: bool,
}

impl<'a> Key<'a> {
    /// The key of a series without labels.
    pub(crate) const EMPTY: Self = Key { bytes: &[], is_plain: true };

    /// The values.
    pub(crate) fn values(self) -> Values<'a> {
        Values::new(self.bytes)
    }

    /// The values as whole words, with their lengths.
    #[inline]
    pub(crate) fn raw(self) -> impl Iterator<Item = (&'a [u8], usize)> {
        let mut values = Values::new(self.bytes);
        std::iter::from_fn(move || values.next_raw())
    }
}

/// Whether no value of this key has a character that a page has to escape. May say no without need: a length can look
/// like such a character.
pub(super) fn is_plain(words: &[u64]) -> bool {
    let values = if words.first() == Some(&LONG) { words } else { words.get(1..).unwrap_or_default() };
    !values.iter().flat_map(|word| word.to_le_bytes()).any(|byte| matches!(byte, b'"' | b'\\' | b'\n'))
}

/// Reads the values of a key back, from the key's words as little-endian bytes.
pub(crate) struct Values<'a> {
    /// The lengths that are left, or [`LONG`].
    lengths: u64,
    rest: &'a [u8],
}

impl<'a> Values<'a> {
    /// The values of a key, and empty ones behind them: take as many as there are label names.
    #[inline]
    pub(crate) fn new(key: &'a [u8]) -> Self {
        match key.split_first_chunk::<8>() {
            Some((lengths, rest)) => Self { lengths: u64::from_le_bytes(*lengths), rest },
            None => Self { lengths: 0, rest: &[] },
        }
    }
}

impl<'a> Values<'a> {
    /// The next value's words as bytes, and how many of them are the value.
    #[inline]
    fn next_raw(&mut self) -> Option<(&'a [u8], usize)> {
        let len = if self.lengths == LONG {
            let (len, rest) = self.rest.split_first_chunk::<8>()?;
            self.rest = rest;
            u64::from_le_bytes(*len) as usize
        } else {
            let len = self.lengths & 0xff;
            self.lengths >>= 8;
            len as usize
        };
        let (words, rest) = self.rest.split_at_checked(len.next_multiple_of(8))?;
        self.rest = rest;
        Some((words, len))
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (words, len) = self.next_raw()?;
        // Keys are made of whole strings, so this cannot fail; an empty value would be the visible sign of a bug.
        Some(std::str::from_utf8(words.get(..len)?).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(values: &[&str]) -> Vec<u8> {
        let mut key = LabelValues::new();
        for value in values {
            key.push(value);
        }
        key.words().iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn values_come_back() {
        let long = "x".repeat(300);
        let middle = "y".repeat(100);
        for values in [
            vec![],
            vec![""],
            vec!["GET", "/", "200"],
            vec!["a", "", "ü"],
            vec!["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678"],
            vec!["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "11"],
            vec!["123456789012345", "1234567890123456", "12345678901234567"],
            vec![&middle, &middle, "z", ""],
            vec!["a", &long, "b", &long, "c"],
        ] {
            let key = packed(&values);
            assert_eq!(Values::new(&key).take(values.len()).collect::<Vec<_>>(), values);
        }
    }

    #[test]
    fn the_border_between_two_values_counts() {
        assert_ne!(packed(&["ab", "c"]), packed(&["a", "bc"]));
        assert_ne!(packed(&["", "a"]), packed(&["a", ""]));
        assert_ne!(packed(&["a\0"]), packed(&["a"]));
    }
}
