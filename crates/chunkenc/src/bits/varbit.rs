//! Numbers in classes of 0, 3, 6, 9, 12, 18, 25, 56 and 64 bits behind a unary class number; histogram chunks are made
//! of them.

use super::BitReader;
use super::writer::push_bits;

/// Bits of each class; the last one has no terminating zero in its prefix.
const CLASSES: [u32; 9] = [0, 3, 6, 9, 12, 18, 25, 56, 64];
const LAST: usize = CLASSES.len() - 1;

fn push_class(data: &mut Box<[u8]>, bits: &mut u32, class: usize, value: u64) {
    let width = CLASSES.get(class).copied().unwrap_or(64);
    let (prefix, len) =
        if class == LAST { (0xff, 8) } else { ((1_u128 << (class + 1)) - 2, class as u32 + 1) };
    let value = if width == 64 { value } else { value & ((1 << width) - 1) };
    push_bits(data, bits, prefix << width | u128::from(value), len + width);
}

/// Appends a signed number.
pub fn push_int(data: &mut Box<[u8]>, bits: &mut u32, value: i64) {
    let fits = |width: &u32| match *width {
        0 => value == 0,
        64 => true,
        width => (-((1_i64 << (width - 1)) - 1)..=1 << (width - 1)).contains(&value),
    };
    let class = CLASSES.iter().position(fits).unwrap_or(LAST);
    push_class(data, bits, class, value as u64);
}

/// Appends an unsigned number.
pub fn push_uint(data: &mut Box<[u8]>, bits: &mut u32, value: u64) {
    let class = CLASSES.iter().position(|width| *width == 64 || value >> width == 0).unwrap_or(LAST);
    push_class(data, bits, class, value);
}

impl BitReader<'_> {
    /// Takes the class prefix; returns the width of what follows.
    fn class(&mut self) -> u32 {
        let ones = (!self.peek()).leading_zeros().min(LAST as u32);
        self.skip(if ones == LAST as u32 { ones } else { ones + 1 });
        CLASSES.get(ones as usize).copied().unwrap_or(64)
    }

    /// Takes a signed number written by [`push_int`].
    pub fn varbit_int(&mut self) -> i64 {
        let width = self.class();
        let raw = self.take(width);
        match width {
            0 => 0,
            64 => raw as i64,
            width if raw > 1 << (width - 1) => (raw as i64) - (1 << width),
            _ => raw as i64,
        }
    }

    /// Takes an unsigned number written by [`push_uint`].
    pub fn varbit_uint(&mut self) -> u64 {
        let width = self.class();
        self.take(width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::writer::byte_len;

    #[test]
    fn every_class_and_its_borders() {
        let mut values = vec![0, i64::MAX, i64::MIN];
        for width in CLASSES.into_iter().filter(|width| (1..64).contains(width)) {
            for near in [-1, 0, 1] {
                values.extend([(1 << (width - 1)) + near, -(1 << (width - 1)) + near]);
            }
        }
        let (mut data, mut bits) = (Box::default(), 0);
        for value in &values {
            push_int(&mut data, &mut bits, *value);
            push_uint(&mut data, &mut bits, *value as u64);
        }
        let mut reader = BitReader::new(&data[..byte_len(bits)]);
        for value in values {
            assert_eq!((reader.varbit_int(), reader.varbit_uint()), (value, value as u64));
        }
        assert!(!reader.overrun());
        let (mut data, mut bits) = (Box::default(), 0);
        push_int(&mut data, &mut bits, 4);
        assert_eq!((bits, data[0]), (5, 0b1010_0000), "prefix 10, then 100");
    }
}
