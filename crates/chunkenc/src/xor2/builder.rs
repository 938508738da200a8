//! [`Xor2Builder`]: a growing XOR2 chunk; the head has one for each active series when start timestamps are stored.
//!
//! Invariants: `data` holds the chunk with its header up to date after every append; a stale value is never what the next
//! one is compared with.

use narthex_model::is_stale;

use super::{HEADER_LEN, decode};
use crate::ChunkError;
use crate::bits::writer::{byte_len, push_bits, push_uvarint, push_varint};
use crate::start::StartWriter;

/// No window of significant bits yet.
const NONE: u8 = 0xff;
/// Bits that say where a new window begins and how long it is.
const WINDOW_BITS: u32 = 11;
/// A prefix and how many bits it has.
type Prefix = (u128, u32);

/// A float chunk with start timestamps that still grows.
#[derive(Debug, Clone)]
pub struct Xor2Builder {
    data: Box<[u8]>,
    bits: u32,
    count: u16,
    leading: u8,
    trailing: u8,
    last_t: i64,
    delta: i64,
    last_v: f64,
    /// Bits of the newest value that is not stale.
    last: u64,
    starts: StartWriter,
}

impl Default for Xor2Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Xor2Builder {
    /// An empty builder; allocates with the first sample.
    pub fn new() -> Self {
        Self {
            data: Box::default(),
            bits: 0,
            count: 0,
            leading: NONE,
            trailing: 0,
            last_t: i64::MIN,
            delta: 0,
            last_v: 0.0,
            last: 0,
            starts: StartWriter::default(),
        }
    }

    /// A builder that continues the chunk `bytes`.
    pub fn resume(bytes: &[u8]) -> Result<Self, ChunkError> {
        let mut builder = Self::new();
        decode(bytes, i64::MIN, i64::MAX, |start, t, v| builder.append(start, t, v))?;
        Ok(builder)
    }

    /// Samples in the chunk.
    pub fn count(&self) -> u16 {
        self.count
    }

    /// Time of the newest sample; `i64::MIN` without any.
    pub fn last_t(&self) -> i64 {
        self.last_t
    }

    /// Value of the newest sample.
    pub fn last_v(&self) -> f64 {
        self.last_v
    }

    /// The chunk's bytes so far; empty before the first sample.
    pub fn bytes(&self) -> &[u8] {
        self.data.get(..byte_len(self.bits)).unwrap_or_default()
    }

    /// Appends one sample; `t` is larger than every time before, `start` is 0 when it is not known, and the chunk holds fewer
    /// than 65,535 samples.
    pub fn append(&mut self, start: i64, t: i64, v: f64) {
        let before = self.last_t;
        match self.count {
            0 => {
                self.push((0, HEADER_LEN as u32 * 8));
                push_varint(&mut self.data, &mut self.bits, t);
                self.push((u128::from(v.to_bits()), 64));
            }
            1 => {
                self.delta = t.wrapping_sub(before);
                push_uvarint(&mut self.data, &mut self.bits, self.delta as u64);
                self.value(v);
            }
            _ => self.later(t.wrapping_sub(before), v),
        }
        if !is_stale(v) {
            self.last = v.to_bits();
        }
        let (data, bits) = (&mut self.data, &mut self.bits);
        let header = self.starts.push(data, bits, usize::from(self.count), (t, before), start);
        self.last_t = t;
        self.last_v = v;
        self.count = self.count.wrapping_add(1);
        if let Some([high, low, starts]) = self.data.first_chunk_mut::<HEADER_LEN>() {
            [*high, *low] = self.count.to_be_bytes();
            *starts |= header;
        }
    }

    /// Time and value of the third and later samples.
    fn later(&mut self, delta: i64, v: f64) {
        let dod = delta.wrapping_sub(self.delta);
        self.delta = delta;
        if dod == 0 {
            let xor = v.to_bits() ^ self.last;
            match xor {
                _ if is_stale(v) => self.push((0b11111, 5)),
                0 => self.push((0, 1)),
                _ => self.changed(xor, (0b100, 3), (0b101, 3)),
            }
            return;
        }
        self.push(if fits(dod, 13) {
            (0b110 << 13 | low_bits(dod, 13), 16)
        } else if fits(dod, 20) {
            (0b1110 << 20 | low_bits(dod, 20), 24)
        } else {
            (0b11110 << 64 | low_bits(dod, 64), 69)
        });
        self.value(v);
    }

    fn value(&mut self, v: f64) {
        match v.to_bits() ^ self.last {
            _ if is_stale(v) => self.push((0b111, 3)),
            0 => self.push((0, 1)),
            xor => self.changed(xor, (0b10, 2), (0b110, 3)),
        }
    }

    /// A value that differs from the one before: behind `same` in the window used last, behind `new` in another one.
    ///
    /// Whatever is shorter for this value is taken. A wider window than needed is chosen where half of what a header costs
    /// buys the borders that were used last, because the next value is likely to need them again.
    fn changed(&mut self, xor: u64, same: Prefix, new: Prefix) {
        let mut leading = xor.leading_zeros().min(31) as u8;
        let mut trailing = xor.trailing_zeros() as u8;
        let known = self.leading != NONE;
        let fits = known && leading >= self.leading && trailing >= self.trailing;
        let header = new.1 + WINDOW_BITS - same.1;
        let unused = |leading: u8, trailing: u8| u32::from(leading) + u32::from(trailing);
        let (prefix, len) =
            if fits && unused(leading, trailing) <= unused(self.leading, self.trailing) + header {
                same
            } else {
                if known && !fits {
                    let wide = (leading.min(self.leading), trailing.min(self.trailing));
                    if unused(leading, trailing) - unused(wide.0, wide.1) <= header / 2 {
                        (leading, trailing) = wide;
                    }
                }
                (self.leading, self.trailing) = (leading, trailing);
                let significant = 64 - unused(leading, trailing);
                let window = u128::from(leading) << 6 | u128::from(significant & 63);
                (new.0 << WINDOW_BITS | window, new.1 + WINDOW_BITS)
            };
        let significant = 64 - unused(self.leading, self.trailing);
        self.push((prefix << significant | u128::from(xor >> self.trailing), len + significant));
    }

    fn push(&mut self, (value, count): (u128, u32)) {
        push_bits(&mut self.data, &mut self.bits, value, count);
    }
}

/// Whether `value` is a signed number of so many bits.
fn fits(value: i64, bits: u32) -> bool {
    (-(1 << (bits - 1))..1 << (bits - 1)).contains(&value)
}

fn low_bits(value: i64, bits: u32) -> u128 {
    u128::from(value as u64 & (u64::MAX >> (64 - bits)))
}
