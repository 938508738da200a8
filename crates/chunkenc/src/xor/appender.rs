//! [`XorBuilder`]: the growing chunk of an active series and all that the next sample needs to know.
//!
//! ```text
//! chunk    count 2 B ┊ samples ………………………………………………………………
//!          ├────────────── data (heap) ──────────────┤├── tail (here) ──┤
//! ```
//!
//! The newest bytes are in the builder itself and go to the heap some samples at a time. In a database of many series a
//! sample otherwise costs a cache line, and often an address translation, in a place that nothing predicts.
//!
//! Invariants: `data` holds the first `stored` bytes of the chunk and has room for a whole tail behind them; in `tail` the
//! first `used` bits are the chunk's end, the rest of its last started byte is zero; the header is written when the chunk
//! is handed out; `last_t` and `last_v` stay known after [`XorBuilder::take`], because a series must know its newest
//! sample between two chunks.

use crate::ChunkError;
use crate::bits::XorWindow;
use crate::bits::writer::grow;

/// Bytes of the header.
const HEADER_BYTES: usize = 2;
/// Bytes of the chunk's end that are kept in the builder: with them a series of the head fits two cache lines.
const TAIL: usize = 24;
/// Bytes that are stored at once for the bits of most samples, and for those of all.
const SHORT: usize = size_of::<u64>();
const LONG: usize = size_of::<u128>();

/// A float chunk that still grows; 80 bytes beside its buffer.
#[derive(Debug, Clone)]
pub struct XorBuilder {
    last_t: i64,
    last_v: f64,
    delta: i64,
    data: Box<[u8]>,
    tail: [u8; TAIL],
    stored: u32,
    count: u16,
    window: XorWindow,
    /// In bits.
    used: u8,
}

impl Default for XorBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// A chunk that still grows, in the pieces that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// How many samples, as it stands in front of the chunk.
    pub header: [u8; HEADER_BYTES],
    /// What follows.
    pub body: &'a [u8],
    /// And the end.
    pub tail: &'a [u8],
}

impl XorBuilder {
    /// An empty builder; allocates when the first bytes leave it.
    pub fn new() -> Self {
        Self {
            last_t: i64::MIN,
            last_v: 0.0,
            delta: 0,
            data: Box::default(),
            tail: [0; TAIL],
            stored: 0,
            count: 0,
            window: XorWindow::default(),
            used: 0,
        }
    }

    /// A builder that continues the chunk `bytes`.
    pub fn resume(bytes: &[u8]) -> Result<Self, ChunkError> {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        super::decode(bytes, i64::MIN, i64::MAX, &mut times, &mut values)?;
        let mut builder = Self::new();
        for (t, v) in times.into_iter().zip(values) {
            builder.append(t, v);
        }
        Ok(builder)
    }

    /// Samples in the chunk.
    #[inline(always)]
    pub fn count(&self) -> u16 {
        self.count
    }

    /// Time of the newest sample, also of the chunk taken before; `i64::MIN` before the first.
    #[inline(always)]
    pub fn last_t(&self) -> i64 {
        self.last_t
    }

    /// Value of the newest sample.
    #[inline(always)]
    pub fn last_v(&self) -> f64 {
        self.last_v
    }

    /// Says that the newest sample of the series is this one, when it is in a chunk written earlier.
    pub fn set_last(&mut self, t: i64, v: f64) {
        self.last_t = t;
        self.last_v = v;
    }

    /// The chunk so far; `None` before the first sample.
    pub fn parts(&self) -> Option<Parts<'_>> {
        let stored = self.data.get(..self.stored as usize)?;
        let tail = self.tail.get(..self.tail_len())?;
        let header = self.count.to_be_bytes();
        match stored.get(HEADER_BYTES..) {
            Some(body) => Some(Parts { header, body, tail }),
            None => Some(Parts { header, body: &[], tail: tail.get(HEADER_BYTES..)? }),
        }
    }

    /// A copy of the chunk so far; empty before the first sample.
    pub fn to_vec(&self) -> Vec<u8> {
        self.parts().map_or_else(Vec::new, |parts| [&parts.header, parts.body, parts.tail].concat())
    }

    /// The address that one of the next samples is written to soon, if not to the builder itself: for asking for its
    /// cache line ahead.
    #[inline(always)]
    pub fn next_address(&self) -> usize {
        if usize::from(self.used >> 3) + SHORT < TAIL {
            std::ptr::from_ref(self).addr()
        } else {
            self.data.as_ptr().addr().wrapping_add(self.stored as usize)
        }
    }

    /// Bytes used by the chunk.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.stored as usize + self.tail_len()
    }

    /// Whether the chunk has no sample.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of the tail that are started.
    #[inline(always)]
    fn tail_len(&self) -> usize {
        usize::from(self.used.div_ceil(8))
    }

    /// Hands out the chunk's buffer (its first [`len`](Self::len) bytes are the chunk) and starts an empty chunk.
    pub fn take(&mut self) -> (Box<[u8]>, usize) {
        let len = self.len();
        self.flush();
        let mut data = std::mem::take(&mut self.data);
        if let (Some(last), true) = (data.get_mut(self.stored as usize), len > self.stored as usize) {
            [*last, ..] = self.tail;
        }
        if let Some(header) = data.first_chunk_mut::<HEADER_BYTES>() {
            *header = self.count.to_be_bytes();
        }
        self.used = 0;
        self.stored = 0;
        self.count = 0;
        self.delta = 0;
        self.window = XorWindow::default();
        (data, len)
    }

    /// Appends one sample; `t` is larger than every time before, and the chunk holds fewer than 65,535 samples.
    #[inline]
    pub fn append(&mut self, t: i64, v: f64) {
        let delta = t.wrapping_sub(self.last_t);
        let xor = v.to_bits() ^ self.last_v.to_bits();
        match self.count {
            0 => self.append_first(t, v),
            1 => self.append_second(delta, xor),
            _ => self.append_next(delta, xor),
        }
        self.last_t = t;
        self.last_v = v;
        self.count = self.count.wrapping_add(1);
    }

    #[cold]
    fn append_first(&mut self, t: i64, v: f64) {
        self.push(0, u8::BITS * HEADER_BYTES as u32);
        self.push_uvarint((t << 1 ^ t >> 63) as u64);
        self.push(u128::from(v.to_bits()), 64);
    }

    #[cold]
    fn append_second(&mut self, delta: i64, xor: u64) {
        self.delta = delta;
        self.push_uvarint(delta as u64);
        let (value, count) = self.window.encode(xor);
        self.push(value, count);
    }

    #[inline(always)]
    fn append_next(&mut self, delta: i64, xor: u64) {
        let dod = delta.wrapping_sub(self.delta);
        self.delta = delta;
        let (time, time_bits): (u64, u32) = if dod == 0 {
            (0, 1)
        } else if fits(dod, 14) {
            (0b10 << 14 | low_bits(dod, 14), 16)
        } else if fits(dod, 17) {
            (0b110 << 17 | low_bits(dod, 17), 20)
        } else if fits(dod, 20) {
            (0b1110 << 20 | low_bits(dod, 20), 24)
        } else {
            self.push(0b1111 << 64 | u128::from(low_bits(dod, 64)), 68);
            (0, 0)
        };
        if xor == 0 {
            return self.push_short(time << 1, time_bits + 1);
        }
        let (value, value_bits) = self.window.encode(xor);
        if time_bits + value_bits <= SHORT_BITS_MAX {
            self.push_short(time << value_bits | value as u64, time_bits + value_bits);
        } else {
            self.push(u128::from(time) << value_bits | value, time_bits + value_bits);
        }
    }

    fn push_uvarint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.push(u128::from(value & 0x7f | 0x80), 8);
            value >>= 7;
        }
        self.push(u128::from(value), 8);
    }

    /// Appends the `count` low bits of `value`; `count` is at most [`SHORT_BITS_MAX`].
    #[inline(always)]
    fn push_short(&mut self, value: u64, count: u32) {
        let (at, used, head) = self.place(SHORT);
        let word = value << (64 - used - count) | u64::from(head) << 56;
        if let Some(room) = self.tail.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<SHORT>) {
            *room = word.to_be_bytes();
        }
        self.used += count as u8;
    }

    /// Appends the `count` low bits of `value`; `count` is between 1 and 120.
    #[inline]
    fn push(&mut self, value: u128, count: u32) {
        let (at, used, head) = self.place(LONG);
        let word = value << (128 - used - count) | u128::from(head) << 120;
        if let Some(room) = self.tail.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<LONG>) {
            *room = word.to_be_bytes();
        }
        self.used += count as u8;
    }

    /// Where the next bits go once there is room for a word of so many bytes: the byte, how many of its bits are used,
    /// and its value.
    #[inline(always)]
    fn place(&mut self, word: usize) -> (usize, u32, u8) {
        if usize::from(self.used >> 3) + word > TAIL {
            self.flush();
        }
        let at = usize::from(self.used >> 3);
        let used = u32::from(self.used & 7);
        // Behind the end there may be anything when no byte is started.
        let head = self.tail.get(at).copied().unwrap_or_default() & !(0xff_u8 >> used);
        (at, used, head)
    }

    /// Moves all bytes of the tail that are full to the heap.
    #[inline(never)]
    fn flush(&mut self) {
        let (full, stored) = (usize::from(self.used >> 3), self.stored as usize);
        if stored + TAIL > self.data.len() {
            grow(&mut self.data, stored + TAIL);
        }
        if let Some(room) = self.data.get_mut(stored..).and_then(<[u8]>::first_chunk_mut::<TAIL>) {
            *room = self.tail;
        }
        self.stored += full as u32;
        self.used &= 7;
        self.tail[0] = self.tail.get(full).copied().unwrap_or_default();
    }
}

/// The most bits that fit a short word behind a started byte.
const SHORT_BITS_MAX: u32 = 8 * SHORT as u32 - 7;

/// Whether `value` is in the range that `bits` bits hold in this format: one more positive number than negative ones.
#[inline(always)]
fn fits(value: i64, bits: u32) -> bool {
    (-((1 << (bits - 1)) - 1)..=1 << (bits - 1)).contains(&value)
}

#[inline(always)]
fn low_bits(value: i64, bits: u32) -> u64 {
    value as u64 & (u64::MAX >> (64 - bits))
}
