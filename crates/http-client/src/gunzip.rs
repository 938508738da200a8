//! gzip bodies → plain bytes; called by `decode`.
//!
//! Two ways: a body whose last bytes announce a likely length is decompressed at once into room of that length, twice as
//! fast as step by step; whatever does not come out as announced (several members, more than announced, damage) is left to
//! the way that looks at the limit as it goes.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::Decompressor;

use crate::DecodeError;

/// The window that every gzip stream fits, as a power of two.
const WINDOW_BITS: u8 = 15;
/// Room made at once for what comes out.
const ROOM: usize = 64 << 10;
/// The length that a gzip stream announces is believed up to here,
const OPENING_BID: usize = 1 << 20;
/// or up to so many times its own length: text is seldom packed tighter.
const RATIO: usize = 32;
/// What each member begins with.
const MAGIC: &[u8] = &[0x1f, 0x8b, 8];

/// Decompresses all members of a gzip body straight to the end of `out`, which grows by no more than `limit` bytes and a
/// little.
pub(crate) fn gunzip(body: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<(), DecodeError> {
    // The last four bytes are the length of what comes out.
    let announced = body.last_chunk::<4>().map_or(0, |len| u32::from_le_bytes(*len) as usize);
    let believed = announced <= limit && announced <= OPENING_BID.max(body.len().saturating_mul(RATIO));
    if believed && at_once(body, announced, out) {
        return Ok(());
    }
    let start = out.len();
    out.reserve(announced.min(limit).min(OPENING_BID) + 1);
    step_by_step(body, start, limit, out)
}

/// Decompresses a body of one member; `false`, with `out` as it was, when it is not one of this length.
fn at_once(body: &[u8], announced: usize, out: &mut Vec<u8>) -> bool {
    let behind_first = body.get(1..).unwrap_or_default();
    if memchr::memmem::find(behind_first, MAGIC).is_some() {
        return false;
    }
    let start = out.len();
    out.resize(start + announced, 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let whole = Decompressor::new().gzip_decompress(body, room) == Ok(announced);
    if !whole {
        out.truncate(start);
    }
    whole
}

fn step_by_step(body: &[u8], start: usize, limit: usize, out: &mut Vec<u8>) -> Result<(), DecodeError> {
    let damaged = |reason: &str| DecodeError::Damaged {
        encoding: "gzip",
        source: io::Error::new(io::ErrorKind::InvalidData, reason),
    };
    let mut rest = body;
    loop {
        let mut member = Decompress::new_gzip(WINDOW_BITS);
        loop {
            if out.capacity() == out.len() {
                out.reserve(ROOM);
            }
            let (before, len) = (member.total_in(), out.len());
            let status = member
                .decompress_vec(rest, out, FlushDecompress::None)
                .map_err(|error| damaged(&error.to_string()))?;
            let consumed = (member.total_in() - before) as usize;
            rest = rest.get(consumed..).unwrap_or_default();
            if out.len() - start > limit {
                return Err(DecodeError::TooLarge { limit });
            }
            if status == Status::StreamEnd {
                break;
            }
            if consumed == 0 && out.len() == len {
                return Err(damaged("it ends too early"));
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use super::*;

    /// One gzip member; for the tests of `decode` as well.
    pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn both_ways_agree() {
        let page = b"a_metric_with_a_name 1\n".repeat(1000);
        let one = gzip(&page);
        let two = [&one[..], &one].concat();
        let mut lying = one.clone();
        lying.truncate(one.len() - 4);
        lying.extend_from_slice(&7_u32.to_le_bytes());
        for (body, want) in [(&one, Ok(1)), (&two, Ok(2)), (&gzip(b""), Ok(0)), (&lying, Err(()))] {
            let (mut whole, mut steps) = (b"before".to_vec(), b"before".to_vec());
            let result = gunzip(body, 1 << 20, &mut whole).map_err(|_| ());
            assert_eq!(step_by_step(body, 6, 1 << 20, &mut steps).map_err(|_| ()), result);
            assert_eq!(result, want.map(|_| ()));
            if let Ok(times) = want {
                assert_eq!((&whole, whole.len()), (&steps, 6 + times * page.len()));
            }
        }
        assert!(at_once(&one, page.len(), &mut Vec::new()), "the usual body takes the short way");
        assert!(!at_once(&two, page.len(), &mut Vec::new()));
    }

    #[test]
    fn an_announcement_is_not_believed_without_reason() {
        let mut body = gzip(b"small");
        let at = body.len() - 4;
        body[at..].copy_from_slice(&u32::MAX.to_le_bytes());
        let mut out = Vec::new();
        assert!(gunzip(&body, usize::MAX, &mut out).is_err());
        assert!(out.capacity() <= 2 * OPENING_BID, "{}", out.capacity());
    }
}
