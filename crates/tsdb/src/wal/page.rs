//! Framing: records cut into fragments that fit pages of 32 KiB; called by the writer, its constants by the reader.
//!
//! A fragment is `type <1b> · length <2b> · CRC32C <4b> · data`. A page's rest that is too short for a header is zero.

use crate::codec::checksum;

/// Bytes of a page.
pub(crate) const PAGE_SIZE: usize = 32 * 1024;
/// Bytes in front of a fragment's data.
pub(super) const HEADER_SIZE: usize = 7;
/// The bits of a header's first byte that hold the fragment type.
pub(super) const TYPE_MASK: u8 = 0b111;

/// Rest of the page is unused.
pub(super) const TERM: u8 = 0;
/// A whole record.
pub(super) const FULL: u8 = 1;
/// The first fragment of a record.
pub(super) const FIRST: u8 = 2;
/// Neither first nor last.
pub(super) const MIDDLE: u8 = 3;
/// The last fragment of a record.
pub(super) const LAST: u8 = 4;

/// Bytes that a record of `len` bytes takes when `used` bytes of its first page are taken.
pub(crate) fn framed_len(mut len: usize, used: usize) -> usize {
    let mut total = 0;
    let mut used = used % PAGE_SIZE;
    loop {
        let room = PAGE_SIZE - used;
        if room < HEADER_SIZE {
            total += room;
            used = 0;
            continue;
        }
        let part = len.min(room - HEADER_SIZE);
        total += HEADER_SIZE + part;
        len -= part;
        used = 0;
        if len == 0 {
            return total;
        }
    }
}

/// Appends the fragments of `record` to `out`; `used` bytes of the current page are taken before them.
pub(crate) fn frame(out: &mut Vec<u8>, record: &[u8], compression: u8, used: usize) {
    let mut used = used % PAGE_SIZE;
    let mut rest = record;
    let mut first = true;
    loop {
        let room = PAGE_SIZE - used;
        if room < HEADER_SIZE {
            out.resize(out.len() + room, 0);
            used = 0;
            continue;
        }
        let (part, after) = rest.split_at(rest.len().min(room - HEADER_SIZE));
        let kind = match (first, after.is_empty()) {
            (true, true) => FULL,
            (true, false) => FIRST,
            (false, true) => LAST,
            (false, false) => MIDDLE,
        };
        out.push(kind | compression);
        out.extend_from_slice(&(part.len() as u16).to_be_bytes());
        out.extend_from_slice(&checksum(part).to_be_bytes());
        out.extend_from_slice(part);
        if after.is_empty() {
            return;
        }
        rest = after;
        first = false;
        used = 0;
    }
}
