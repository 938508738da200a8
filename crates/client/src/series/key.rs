//! The packed label values of one series: the key of the lookup, built on the stack.
//!
//! Form: for each value its length (one byte below 255, else 255 and four bytes little-endian) and its bytes; zeros up
//! to a whole word. The lengths separate the values, so `("ab", "c")` and `("a", "bc")` are different keys.

use std::fmt;

/// Bytes of a key that need no allocation.
const INLINE: usize = 128;
/// The length byte that says "four bytes of length follow".
const LONG: u8 = 255;

/// Collects label values, in the order of the label names.
pub struct LabelValues {
    inline: [u8; INLINE],
    len: usize,
    /// Takes over when the values do not fit `inline`.
    spill: Vec<u8>,
}

impl fmt::Debug for LabelValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(Values::new(self.bytes())).finish()
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
        Self { inline: [0; INLINE], len: 0, spill: Vec::new() }
    }

    /// Adds the next value.
    #[inline]
    pub fn push(&mut self, value: &str) {
        let bytes = value.as_bytes();
        let start = self.len + 1;
        let end = start + bytes.len();
        if bytes.len() < usize::from(LONG)
            && self.spill.is_empty()
            && let Some(place) = self.inline.get_mut(start..end)
        {
            copy_short(place, bytes);
            self.inline[self.len] = bytes.len() as u8;
            self.len = end;
        } else {
            self.push_spilled(bytes);
        }
    }

    /// Adds the next value as it prints.
    pub fn push_display(&mut self, value: &dyn fmt::Display) {
        self.push(&value.to_string());
    }

    #[cold]
    fn push_spilled(&mut self, bytes: &[u8]) {
        if self.spill.is_empty() {
            self.spill.extend_from_slice(&self.inline[..self.len]);
        }
        match u8::try_from(bytes.len()) {
            Ok(short) if short < LONG => self.spill.push(short),
            _ => {
                // A value beyond 4 GiB is cut: no page could carry it.
                let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                self.spill.push(LONG);
                self.spill.extend_from_slice(&len.to_le_bytes());
            }
        }
        self.spill.extend_from_slice(&bytes[..bytes.len().min(u32::MAX as usize)]);
        self.len = self.spill.len();
    }

    /// The packed bytes without padding.
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.spill.is_empty() { &self.inline[..self.len] } else { &self.spill }
    }

    /// How many words the key has.
    #[inline]
    pub(crate) fn word_count(&self) -> usize {
        self.len.div_ceil(8)
    }

    /// The key as words.
    #[inline]
    pub(crate) fn words(&self) -> impl Iterator<Item = u64> {
        let (whole, rest): (&[u8], &[u8]) = if self.spill.is_empty() {
            (&self.inline[..(self.word_count() * 8).min(INLINE)], &[])
        } else {
            self.spill.split_at(self.len / 8 * 8)
        };
        let tail = (!rest.is_empty()).then(|| {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(word)
        });
        let whole = whole.chunks_exact(8).map(|word| {
            let mut copy = [0; 8];
            copy.copy_from_slice(word);
            u64::from_le_bytes(copy)
        });
        whole.chain(tail)
    }
}

/// Copies equally long slices; label values are short, and a call of `memcpy` costs more than the copy.
#[inline]
fn copy_short(to: &mut [u8], from: &[u8]) {
    let len = from.len();
    if len >= 16 {
        to.copy_from_slice(from);
        return;
    }
    match (from.first_chunk::<8>(), from.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            to[..8].copy_from_slice(first);
            to[len - 8..].copy_from_slice(last);
        }
        _ => match (from.first_chunk::<4>(), from.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                to[..4].copy_from_slice(first);
                to[len - 4..].copy_from_slice(last);
            }
            _ => {
                for (to, from) in to.iter_mut().zip(from) {
                    *to = *from;
                }
            }
        },
    }
}

/// Reads the values of a packed key back.
pub(crate) struct Values<'a> {
    rest: &'a [u8],
}

impl<'a> Values<'a> {
    /// The values in `bytes`, which may end in padding: take as many as there are label names.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        let (len, rest) = self.rest.split_first()?;
        let (len, rest) = if *len == LONG {
            let (len, rest) = rest.split_first_chunk::<4>()?;
            (u32::from_le_bytes(*len) as usize, rest)
        } else {
            (usize::from(*len), rest)
        };
        let (value, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        // Keys are made of whole strings, so this cannot fail; an empty value would be the visible sign of a bug.
        Some(std::str::from_utf8(value).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(values: &[&str]) -> LabelValues {
        let mut key = LabelValues::new();
        for value in values {
            key.push(value);
        }
        key
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
            vec!["1234567", "12345678", "123456789012345", "1234567890123456"],
            vec![&middle, &middle, "z"],
            vec!["a", &long, "b"],
        ] {
            let key = packed(&values);
            assert_eq!(Values::new(key.bytes()).take(values.len()).collect::<Vec<_>>(), values);
            let words: Vec<u8> = key.words().flat_map(u64::to_le_bytes).collect();
            assert_eq!(words.len(), key.word_count() * 8);
            assert_eq!(&words[..key.bytes().len()], key.bytes());
            assert!(words[key.bytes().len()..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn the_border_between_two_values_counts() {
        assert_ne!(packed(&["ab", "c"]).bytes(), packed(&["a", "bc"]).bytes());
        assert_ne!(packed(&["", "a"]).bytes(), packed(&["a", ""]).bytes());
    }
}
