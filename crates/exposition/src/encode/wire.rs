//! Protobuf fields: what the exposition messages are made of. All functions append to a byte buffer.
//!
//! Called by the family encoder beside this file and by the client library for its own cached messages.

/// Appends a varint.
pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The key of a field: its number and how it is laid out.
fn key(out: &mut Vec<u8>, field: u32, wire_type: u32) {
    varint(out, u64::from(field << 3 | wire_type));
}

/// Appends an unsigned, enum or (two's complement) signed integer field.
pub fn uint(out: &mut Vec<u8>, field: u32, value: u64) {
    key(out, field, 0);
    varint(out, value);
}

/// Appends a zigzag integer field (`sint32`, `sint64`).
pub fn sint(out: &mut Vec<u8>, field: u32, value: i64) {
    uint(out, field, zigzag(value));
}

/// Small numbers of either sign as small unsigned ones.
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

/// Appends a double field.
pub fn double(out: &mut Vec<u8>, field: u32, value: f64) {
    key(out, field, 1);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a string or bytes field.
pub fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    key(out, field, 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Appends a packed list of zigzag integers; nothing if it is empty.
pub fn packed_sint(out: &mut Vec<u8>, field: u32, values: &[i64]) {
    if !values.is_empty() {
        message(out, field, |out| values.iter().for_each(|value| varint(out, zigzag(*value))));
    }
}

/// Appends a packed list of doubles; nothing if it is empty.
pub fn packed_double(out: &mut Vec<u8>, field: u32, values: &[f64]) {
    if !values.is_empty() {
        message(out, field, |out| {
            values.iter().for_each(|value| out.extend_from_slice(&value.to_le_bytes()))
        });
    }
}

/// Appends a message field whose content `write` appends.
pub fn message(out: &mut Vec<u8>, field: u32, write: impl FnOnce(&mut Vec<u8>)) {
    key(out, field, 2);
    delimited(out, write);
}

/// Appends the length of what `write` appends, and that.
///
/// ```
/// use narthex_exposition::encode::wire::{bytes, delimited};
/// let mut out = Vec::new();
/// delimited(&mut out, |out| bytes(out, 1, b"up"));
/// assert_eq!(out, [4, 0x0a, 2, b'u', b'p']);
/// ```
pub fn delimited(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    // Most messages are shorter than 128 bytes: one byte is kept for the length, a longer length moves the content.
    let start = out.len();
    out.push(0);
    write(out);
    let len = out.len() - start - 1;
    if len >= 0x80 {
        let more = (usize::BITS - len.leading_zeros()).div_ceil(7) as usize - 1;
        out.resize(out.len() + more, 0);
        out.copy_within(start + 1..start + 1 + len, start + 1 + more);
    }
    let mut rest = len;
    for byte in out.iter_mut().skip(start) {
        *byte = rest as u8 & 0x7f;
        rest >>= 7;
        if rest == 0 {
            break;
        }
        *byte |= 0x80;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        let mut out = Vec::new();
        varint(&mut out, 300);
        sint(&mut out, 5, -3);
        uint(&mut out, 6, u64::MAX);
        assert_eq!(out, [0xac, 0x02, 0x28, 5, 0x30, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    }

    #[test]
    fn long_messages_move() {
        for len in [0, 1, 127, 128, 16_383, 16_384] {
            let mut out = vec![9];
            message(&mut out, 4, |out| out.extend(std::iter::repeat_n(7, len)));
            let mut expected = vec![9, 0x22];
            varint(&mut expected, len as u64);
            expected.extend(std::iter::repeat_n(7, len));
            assert_eq!(out, expected);
        }
    }
}
