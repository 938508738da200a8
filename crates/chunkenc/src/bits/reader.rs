//! A bit reader that loads a whole word per look; used by every decoder of this crate.
//!
//! Invariants: looking never fails (beyond the end there are zeros), so a decoder checks [`BitReader::overrun`] once
//! per sample instead of once per field; a peek holds at least 57 valid bits.

/// How many leading bits of [`BitReader::peek`] are valid at every position.
pub(crate) const PEEK_BITS: u32 = 57;

/// Reads bits from the front of a byte slice.
#[derive(Debug, Clone)]
pub struct BitReader<'a> {
    data: &'a [u8],
    /// Position in bits.
    pos: usize,
}

impl<'a> BitReader<'a> {
    /// A reader at the first bit of `data`.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, pos: 0 }
    }

    /// The position in bits.
    #[inline(always)]
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Whether more bits were taken than there are.
    #[inline(always)]
    pub fn overrun(&self) -> bool {
        self.pos > self.data.len() * 8
    }

    /// The next bits, left-aligned; 57 of them are valid, zeros follow the end of the data.
    #[inline(always)]
    pub fn peek(&self) -> u64 {
        let byte = self.pos >> 3;
        let word = match self.data.get(byte..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(bytes) => u64::from_be_bytes(*bytes),
            None => self.peek_tail(byte),
        };
        word << (self.pos & 7)
    }

    #[cold]
    fn peek_tail(&self, byte: usize) -> u64 {
        let mut bytes = [0_u8; 8];
        for (to, from) in bytes.iter_mut().zip(self.data.get(byte..).unwrap_or_default()) {
            *to = *from;
        }
        u64::from_be_bytes(bytes)
    }

    /// Moves on by `count` bits.
    #[inline(always)]
    pub fn skip(&mut self, count: u32) {
        self.pos += count as usize;
    }

    /// How many bits are left.
    #[inline(always)]
    pub fn left(&self) -> usize {
        (self.data.len() * 8).saturating_sub(self.pos)
    }

    /// Takes `count` bits (0 to 64), right-aligned.
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u64 {
        if count == 0 {
            return 0;
        }
        if count <= PEEK_BITS {
            let value = self.peek() >> (64 - count);
            self.skip(count);
            return value;
        }
        let low_count = count - 32;
        let high = self.peek() >> 32;
        self.skip(32);
        let low = self.peek() >> (64 - low_count);
        self.skip(low_count);
        high << low_count | low
    }

    /// Takes one bit.
    #[inline(always)]
    pub fn bit(&mut self) -> bool {
        let bit = self.peek() >> 63 == 1;
        self.skip(1);
        bit
    }

    /// Takes an unsigned LEB128 number whose bytes stand at any bit position.
    pub fn uvarint(&mut self) -> u64 {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.take(8);
            if shift < 64 {
                value |= (byte & 0x7f) << shift;
            }
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }

    /// Takes a zigzag LEB128 number.
    pub fn varint(&mut self) -> i64 {
        let raw = self.uvarint();
        (raw >> 1) as i64 ^ -((raw & 1) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_across_word_borders_and_sees_the_end() {
        let data: Vec<u8> = (1..=20).collect();
        for start in 0..70 {
            for count in 0..=64 {
                let mut reader = BitReader::new(&data);
                reader.skip(start);
                let got = reader.take(count);
                let want = (start..start + count).fold(0_u64, |acc, bit| {
                    acc << 1 | u64::from(data[bit as usize / 8] >> (7 - bit % 8) & 1)
                });
                assert_eq!(got, want, "{start} {count}");
                assert!(!reader.overrun());
            }
        }
        let mut reader = BitReader::new(&[0xff]);
        assert_eq!(reader.take(16), 0xff00);
        assert!(reader.overrun());
    }
}
