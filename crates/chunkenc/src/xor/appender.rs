//! [`XorBuilder`]: the growing chunk of an active series and all that the next sample needs to know.
//!
//! Invariants: `data` holds the chunk but for its header, which is written when the chunk is handed out: an append
//! touches the end of the buffer and no other part of it; `last_t` and `last_v` stay known after [`XorBuilder::take`],
//! because a series must know its newest sample between two chunks.

use crate::ChunkError;
use crate::bits::XorWindow;
use crate::bits::writer::{byte_len, push_behind, push_bits, push_uvarint, push_varint};

/// Bytes of the header.
const HEADER_BYTES: usize = 2;

/// A float chunk that still grows; 56 bytes beside its buffer.
#[derive(Debug, Clone)]
pub struct XorBuilder {
    data: Box<[u8]>,
    last_t: i64,
    delta: i64,
    last_v: f64,
    bits: u32,
    count: u16,
    window: XorWindow,
    /// The last started byte of `data`, so that appending does not read memory that is likely not in the cache.
    tail: u8,
}

impl Default for XorBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl XorBuilder {
    /// An empty builder; allocates with the first sample.
    pub fn new() -> Self {
        Self {
            data: Box::default(),
            last_t: i64::MIN,
            delta: 0,
            last_v: 0.0,
            bits: 0,
            count: 0,
            window: XorWindow::default(),
            tail: 0,
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

    /// The chunk so far, as its header and what stands behind it; `None` before the first sample.
    pub fn parts(&self) -> Option<([u8; 2], &[u8])> {
        let body = self.data.get(HEADER_BYTES..self.len())?;
        Some((self.count.to_be_bytes(), body))
    }

    /// A copy of the chunk so far; empty before the first sample.
    pub fn to_vec(&self) -> Vec<u8> {
        self.parts().map_or_else(Vec::new, |(header, body)| [&header, body].concat())
    }

    /// The address that the next sample is written to: for asking for its cache line ahead.
    #[inline(always)]
    pub fn next_address(&self) -> usize {
        self.data.as_ptr().addr().wrapping_add((self.bits >> 3) as usize)
    }

    /// Bytes allocated for the chunk.
    pub fn capacity(&self) -> usize {
        self.data.len()
    }

    /// Bytes used by the chunk.
    #[inline(always)]
    pub fn len(&self) -> usize {
        byte_len(self.bits)
    }

    /// Whether the chunk has no sample.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Hands out the chunk's buffer (its first [`len`](Self::len) bytes are the chunk) and starts an empty chunk.
    pub fn take(&mut self) -> (Box<[u8]>, usize) {
        let len = self.len();
        let mut data = std::mem::take(&mut self.data);
        if let Some(header) = data.first_chunk_mut::<HEADER_BYTES>() {
            *header = self.count.to_be_bytes();
        }
        self.bits = 0;
        self.count = 0;
        self.delta = 0;
        self.window = XorWindow::default();
        self.tail = 0;
        (data, len)
    }

    /// Appends one sample; `t` is larger than every time before, and the chunk holds fewer than 65,535 samples.
    #[inline]
    pub fn append(&mut self, t: i64, v: f64) {
        match self.count {
            0 => self.append_first(t, v),
            1 => {
                self.delta = t.wrapping_sub(self.last_t);
                push_uvarint(&mut self.data, &mut self.bits, self.delta as u64);
                let (value, count) = self.window.encode(v.to_bits() ^ self.last_v.to_bits());
                push_bits(&mut self.data, &mut self.bits, value, count);
                self.tail = self.last_byte();
            }
            _ => self.append_next(t, v),
        }
        self.last_t = t;
        self.last_v = v;
        self.count = self.count.wrapping_add(1);
    }

    #[cold]
    fn append_first(&mut self, t: i64, v: f64) {
        push_bits(&mut self.data, &mut self.bits, 0, u8::BITS * HEADER_BYTES as u32);
        push_varint(&mut self.data, &mut self.bits, t);
        push_bits(&mut self.data, &mut self.bits, u128::from(v.to_bits()), 64);
    }

    /// The byte that the next bits go into, read from the buffer.
    fn last_byte(&self) -> u8 {
        let started = self.bits & 7 != 0;
        let byte = self.data.get((self.bits >> 3) as usize).copied().unwrap_or_default();
        if started { byte } else { 0 }
    }

    #[inline(always)]
    fn append_next(&mut self, t: i64, v: f64) {
        let delta = t.wrapping_sub(self.last_t);
        let dod = delta.wrapping_sub(self.delta);
        self.delta = delta;
        let (time, time_bits): (u128, u32) = if dod == 0 {
            (0, 1)
        } else if fits(dod, 14) {
            (0b10 << 14 | low_bits(dod, 14), 16)
        } else if fits(dod, 17) {
            (0b110 << 17 | low_bits(dod, 17), 20)
        } else if fits(dod, 20) {
            (0b1110 << 20 | low_bits(dod, 20), 24)
        } else {
            push_behind(&mut self.data, &mut self.bits, &mut self.tail, 0b1111 << 64 | low_bits(dod, 64), 68);
            (0, 0)
        };
        let (value, value_bits) = self.window.encode(v.to_bits() ^ self.last_v.to_bits());
        push_behind(
            &mut self.data,
            &mut self.bits,
            &mut self.tail,
            time << value_bits | value,
            time_bits + value_bits,
        );
    }
}

/// Whether `value` is in the range that `bits` bits hold in this format: one more positive number than negative ones.
#[inline(always)]
fn fits(value: i64, bits: u32) -> bool {
    (-((1 << (bits - 1)) - 1)..=1 << (bits - 1)).contains(&value)
}

#[inline(always)]
fn low_bits(value: i64, bits: u32) -> u128 {
    u128::from(value as u64 & (u64::MAX >> (64 - bits)))
}
