//! The bytes inside a label set: `(len name len value)*`, called only by `set` and `builder`.
//!
//! A length is one byte below 255, else the byte 255 and three bytes little-endian; the same form that Prometheus
//! hashes for `limit_ratio`, so a label set's hash is the hash of its bytes.
//!
//! Invariant: what [`push_str`] wrote came from a `&str`, and only buffers made of whole `push_str` calls reach
//! [`split_str`]; so every string inside is UTF-8 and every length is in bounds.
#![expect(unsafe_code, reason = "re-validating UTF-8 at each label access would dominate label comparisons")]

/// The longest name or value, in bytes, that the encoding can hold.
pub(super) const MAX_STR_LEN: usize = (1 << 24) - 1;

/// Appends one length-prefixed string; a longer one than [`MAX_STR_LEN`] is cut at a character boundary.
pub(super) fn push_str(out: &mut Vec<u8>, text: &str) {
    let mut len = text.len();
    if len > MAX_STR_LEN {
        len = MAX_STR_LEN;
        while !text.is_char_boundary(len) {
            len -= 1;
        }
    }
    push_prefixed(out, &text.as_bytes()[..len]);
}

/// The same for bytes that may be no text, only to be hashed; `None` when they are longer than [`MAX_STR_LEN`].
pub(super) fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    (bytes.len() <= MAX_STR_LEN).then(|| push_prefixed(out, bytes))
}

fn push_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    let len = bytes.len();
    if len < 255 {
        out.push(len as u8);
    } else {
        out.extend_from_slice(&[255, len as u8, (len >> 8) as u8, (len >> 16) as u8]);
    }
    out.extend_from_slice(bytes);
}

/// The bytes that [`push_str`] will use for `text`.
pub(super) fn encoded_len(text: &str) -> usize {
    text.len() + if text.len() < 255 { 1 } else { 4 }
}

/// Takes one string off the front of `data`; `None` at the end.
#[inline]
pub(super) fn split_str(data: &[u8]) -> Option<(&str, &[u8])> {
    let (&first, rest) = data.split_first()?;
    let (len, rest) = if first < 255 {
        (first as usize, rest)
    } else {
        let (len, rest) = rest.split_at_checked(3)?;
        (len[0] as usize | (len[1] as usize) << 8 | (len[2] as usize) << 16, rest)
    };
    let (text, rest) = rest.split_at_checked(len)?;
    // SAFETY: by the module's invariant these bytes were copied from a `&str`, whole.
    Some((unsafe { std::str::from_utf8_unchecked(text) }, rest))
}
