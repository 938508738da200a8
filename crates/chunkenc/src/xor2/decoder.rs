//! XOR2 chunks → samples, one by one; called by the head, by blocks and by compaction.

use narthex_model::STALE_NAN;

use super::HEADER_LEN;
use crate::ChunkError;
use crate::bits::BitReader;
use crate::start::StartReader;

/// Calls `visit` with start (0 when not known), time and value of the samples in `[mint, maxt]`.
pub fn decode(
    chunk: &[u8],
    mint: i64,
    maxt: i64,
    mut visit: impl FnMut(i64, i64, f64),
) -> Result<(), ChunkError> {
    let Some(([high, low, starts], body)) = chunk.split_first_chunk::<HEADER_LEN>() else {
        return Err(ChunkError::NoHeader(chunk.len()));
    };
    let count = usize::from(u16::from_be_bytes([*high, *low]));
    let mut starts = StartReader::new(*starts);
    let mut reader = Reader { bits: BitReader::new(body), ..Reader::default() };
    for index in 0..count {
        let before = reader.t;
        let value = match index {
            0 => reader.first(),
            1 => {
                reader.delta = reader.bits.uvarint() as i64;
                reader.t = reader.t.wrapping_add(reader.delta);
                reader.value()
            }
            _ => reader.later(),
        };
        let start = starts.next(&mut reader.bits, index, reader.t, before);
        if reader.bits.overrun() {
            return Err(ChunkError::Truncated { len: chunk.len(), sample: index, count });
        }
        if reader.t > maxt {
            return Ok(());
        }
        if reader.t >= mint {
            visit(start, reader.t, value);
        }
    }
    Ok(())
}

struct Reader<'a> {
    bits: BitReader<'a>,
    t: i64,
    delta: i64,
    /// Bits of the newest value that is not stale.
    last: u64,
    leading: u32,
    trailing: u32,
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Self { bits: BitReader::new(&[]), t: 0, delta: 0, last: 0, leading: 0, trailing: 0 }
    }
}

impl Reader<'_> {
    fn first(&mut self) -> f64 {
        self.t = self.bits.varint();
        let value = f64::from_bits(self.bits.take(64));
        if !narthex_model::is_stale(value) {
            self.last = value.to_bits();
        }
        value
    }

    fn later(&mut self) -> f64 {
        let ones = (!self.bits.peek()).leading_zeros().min(5);
        self.bits.skip(if ones == 5 { 5 } else { ones + 1 });
        let width = match ones {
            2 => 13,
            3 => 20,
            4 => 64,
            _ => 0,
        };
        if width > 0 {
            let raw = self.bits.take(width);
            let unused = 64 - width;
            self.delta = self.delta.wrapping_add((raw << unused) as i64 >> unused);
        }
        self.t = self.t.wrapping_add(self.delta);
        match ones {
            0 => f64::from_bits(self.last),
            1 if self.bits.bit() => self.new_window(),
            1 => self.same_window(),
            5 => STALE_NAN,
            _ => self.value(),
        }
    }

    fn value(&mut self) -> f64 {
        if !self.bits.bit() {
            return f64::from_bits(self.last);
        }
        if !self.bits.bit() {
            self.same_window()
        } else if self.bits.bit() {
            STALE_NAN
        } else {
            self.new_window()
        }
    }

    fn new_window(&mut self) -> f64 {
        self.leading = self.bits.take(5) as u32;
        let significant = match self.bits.take(6) as u32 {
            0 => 64,
            some => some,
        };
        // A writer keeps the sum within 64; anything else is damage and yields some value.
        self.trailing = 64_u32.saturating_sub(self.leading + significant);
        self.same_window()
    }

    fn same_window(&mut self) -> f64 {
        let significant = 64 - self.leading - self.trailing;
        self.last ^= self.bits.take(significant) << self.trailing;
        f64::from_bits(self.last)
    }
}
