//! [`StartReader`]: the start timestamps that XOR2 and the newer histogram chunks carry behind each sample.
//!
//! A header byte says from which sample on there are any: top bit, the first sample has one; low seven bits, the index of
//! the first later sample that has one, 0 when none has. A start is stored as its distance from the sample before
//! (the first one: from its own), later ones as differences of that distance.

use crate::bits::BitReader;

/// Reads the starts of one chunk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StartReader {
    first_known: bool,
    changes_at: usize,
    start: i64,
    distance: i64,
}

impl StartReader {
    /// A reader for the header byte of a chunk.
    pub(crate) fn new(header: u8) -> Self {
        Self {
            first_known: header & 0x80 != 0,
            changes_at: usize::from(header & 0x7f),
            start: 0,
            distance: 0,
        }
    }

    /// The start of sample `index`, 0 when it is not known; `t` is the time of the sample, `before` of the one in front.
    #[inline]
    pub(crate) fn next(&mut self, bits: &mut BitReader<'_>, index: usize, t: i64, before: i64) -> i64 {
        if index == 0 {
            if self.first_known {
                self.start = t.wrapping_sub(bits.varint());
            }
        } else if self.changes_at > 0 && index >= self.changes_at {
            let written = bits.varbit_int();
            let first = index == self.changes_at;
            self.distance = if first { written } else { self.distance.wrapping_add(written) };
            self.start = before.wrapping_sub(self.distance);
        }
        self.start
    }
}
