//! Floats as XOR with the float before, for histogram fields: each field has a window of significant bits of its own.

use super::BitReader;
use super::writer::push_bits;

/// The window of significant bits used last.
#[derive(Debug, Clone, Copy)]
pub struct XorWindow {
    leading: u8,
    trailing: u8,
}

/// No window yet.
const NONE: u8 = 0xff;

impl Default for XorWindow {
    fn default() -> Self {
        Self { leading: NONE, trailing: 0 }
    }
}

impl XorWindow {
    /// The bits (right-aligned) and their number, at most 77, that say `xor`.
    #[inline(always)]
    pub fn encode(&mut self, xor: u64) -> (u128, u32) {
        if xor == 0 {
            return (0, 1);
        }
        let leading = xor.leading_zeros().min(31) as u8;
        let trailing = xor.trailing_zeros() as u8;
        if self.leading != NONE && leading >= self.leading && trailing >= self.trailing {
            let significant = 64 - u32::from(self.leading) - u32::from(self.trailing);
            return (0b10 << significant | u128::from(xor >> self.trailing), 2 + significant);
        }
        *self = Self { leading, trailing };
        let significant = 64 - u32::from(leading) - u32::from(trailing);
        let head = 0b11 << 11 | u128::from(leading) << 6 | u128::from(significant & 63);
        (head << significant | u128::from(xor >> trailing), 13 + significant)
    }

    /// Appends the XOR of two neighbours.
    pub fn push(&mut self, data: &mut Box<[u8]>, bits: &mut u32, xor: u64) {
        let (value, count) = self.encode(xor);
        push_bits(data, bits, value, count);
    }

    /// Takes the XOR of two neighbours; any bits yield some value.
    #[inline(always)]
    pub fn take(&mut self, reader: &mut BitReader<'_>) -> u64 {
        let word = reader.peek();
        self.take_ahead(reader, word)
    }

    /// Like [`take`](Self::take) with the reader's next bits (at least 33 valid ones) at hand.
    #[inline(always)]
    pub fn take_ahead(&mut self, reader: &mut BitReader<'_>, word: u64) -> u64 {
        if word >> 63 == 0 {
            reader.skip(1);
            return 0;
        }
        if word >> 62 == 0b11 {
            let leading = (word >> 57 & 31) as u8;
            let significant = match (word >> 51 & 63) as u8 {
                0 => 64,
                some => some,
            };
            // A writer keeps the sum within 64; anything else is damage and yields some value.
            *self = Self { leading, trailing: 64_u8.saturating_sub(leading + significant) };
            reader.skip(13);
        } else {
            reader.skip(2);
        }
        let leading = if self.leading == NONE { 0 } else { self.leading };
        reader.take(64 - u32::from(leading) - u32::from(self.trailing)) << self.trailing
    }
}
