//! [`StartWriter`] and [`StartReader`]: the start timestamps that XOR2 and the newer histogram chunks carry behind each
//! sample.
//!
//! A header byte says from which sample on there are any: top bit, the first sample has one; low seven bits, the index of
//! the first later sample that has one, 0 when none has. A start is stored as its distance from the sample before
//! (the first one: from its own), later ones as differences of that distance.

use crate::bits::BitReader;
use crate::bits::varbit::push_int;
use crate::bits::writer::push_varint;

/// The header bit that says that the first sample has a start.
const FIRST_KNOWN: u8 = 0x80;
/// The largest index that the header can hold: from this sample on every one has a start, needed or not.
const LAST_INDEX: usize = 0x7f;

/// Writes the starts of one chunk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StartWriter {
    start: i64,
    distance: i64,
    changes_at: u8,
}

impl StartWriter {
    /// Appends the start of sample `index` (0 when it is not known) behind the sample; `t` is its time, `before` that of the
    /// one in front. Returns the bits to add to the header byte.
    #[must_use]
    pub(crate) fn push(
        &mut self,
        data: &mut Box<[u8]>,
        bits: &mut u32,
        index: usize,
        (t, before): (i64, i64),
        start: i64,
    ) -> u8 {
        let same = start == self.start;
        self.start = start;
        if index == 0 {
            if same {
                return 0;
            }
            push_varint(data, bits, t.wrapping_sub(start));
            return FIRST_KNOWN;
        }
        let distance = before.wrapping_sub(start);
        if self.changes_at > 0 {
            push_int(data, bits, distance.wrapping_sub(self.distance));
            self.distance = distance;
            return 0;
        }
        if same && index < LAST_INDEX {
            return 0;
        }
        push_int(data, bits, distance);
        self.distance = distance;
        self.changes_at = index.min(LAST_INDEX) as u8;
        self.changes_at
    }
}

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
            first_known: header & FIRST_KNOWN != 0,
            changes_at: usize::from(header) & LAST_INDEX,
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
