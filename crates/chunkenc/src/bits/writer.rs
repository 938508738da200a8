//! Appending bits to a buffer that grows tightly: [`push_bits`] for the builders of this crate.
//!
//! The buffer is a boxed slice and a bit count instead of a `Vec`, because one of them lives in every active series
//! of the head and each byte of it is multiplied by their number.
//!
//! Invariant: bits behind the count are zero up to the end of the last started byte.

/// The first allocation of a buffer, bytes: a constant series needs no more for 60 samples.
const FIRST_CAPACITY: usize = 32;
/// A buffer grows to a multiple of this, which is a size that allocators have: each step moves what is there.
const STEP: usize = 64;
/// From this capacity on a buffer grows by a quarter.
const LINEAR_CAPACITY: usize = 512;

/// Bytes that hold `bits` bits.
#[inline(always)]
pub fn byte_len(bits: u32) -> usize {
    bits.div_ceil(8) as usize
}

/// Makes room for `bytes` bytes in total, keeping the content.
#[cold]
pub fn grow(data: &mut Box<[u8]>, bytes: usize) {
    let capacity = match data.len() {
        0 => FIRST_CAPACITY,
        len if len < LINEAR_CAPACITY => (len + 1).next_multiple_of(STEP),
        len => len + len / 4,
    };
    let capacity = capacity.max(bytes.next_multiple_of(16));
    let mut larger = vec![0; capacity].into_boxed_slice();
    if let Some(front) = larger.get_mut(..data.len()) {
        front.copy_from_slice(data);
    }
    *data = larger;
}

/// Appends the `count` low bits of `value`; `count` is at most 120.
#[inline]
pub fn push_bits(data: &mut Box<[u8]>, bits: &mut u32, value: u128, count: u32) {
    debug_assert!(count <= 120 && (count == 0 || value >> count == 0));
    if count == 0 {
        return;
    }
    let start = (*bits >> 3) as usize;
    let used = *bits & 7;
    let head = data.get(start).copied().filter(|_| used != 0).unwrap_or_default();
    *bits += count;
    // Whole words are stored whatever the number of bits, which is cheaper than to look: there is room for one.
    if used + count <= 64 {
        store(data, start, ((value as u64) << (64 - used - count) | u64::from(head) << 56).to_be_bytes());
    } else {
        store(data, start, (value << (128 - used - count) | u128::from(head) << 120).to_be_bytes());
    }
}

#[inline(always)]
fn store<const N: usize>(data: &mut Box<[u8]>, start: usize, word: [u8; N]) {
    if start + N > data.len() {
        grow(data, start + N);
    }
    if let Some(room) = data.get_mut(start..).and_then(|rest| rest.first_chunk_mut::<N>()) {
        *room = word;
    }
}

/// Appends an unsigned LEB128 number.
pub fn push_uvarint(data: &mut Box<[u8]>, bits: &mut u32, mut value: u64) {
    while value >= 0x80 {
        push_bits(data, bits, u128::from(value & 0x7f | 0x80), 8);
        value >>= 7;
    }
    push_bits(data, bits, u128::from(value), 8);
}

/// Appends a zigzag LEB128 number.
pub fn push_varint(data: &mut Box<[u8]>, bits: &mut u32, value: i64) {
    push_uvarint(data, bits, (value << 1 ^ value >> 63) as u64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitReader;

    #[test]
    fn what_is_pushed_is_taken() {
        let mut data = Box::default();
        let mut bits = 0;
        let mut state = 1_u64;
        let mut pushed = Vec::new();
        for round in 0..2000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let count = round % 65;
            let value = if count == 0 { 0 } else { state >> (64 - count) };
            push_bits(&mut data, &mut bits, u128::from(value), count);
            pushed.push((value, count));
        }
        push_varint(&mut data, &mut bits, i64::MIN);
        push_varint(&mut data, &mut bits, -1);
        push_uvarint(&mut data, &mut bits, u64::MAX);
        let mut reader = BitReader::new(&data[..byte_len(bits)]);
        for (value, count) in pushed {
            assert_eq!(reader.take(count), value);
        }
        assert_eq!(reader.varint(), i64::MIN);
        assert_eq!(reader.varint(), -1);
        assert_eq!(reader.uvarint(), u64::MAX);
        assert!(!reader.overrun());
    }
}
