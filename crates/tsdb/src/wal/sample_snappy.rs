//! Snappy for records of float samples, which are most of a log; called by `compression`.
//!
//! A general encoder looks for matches at every byte. Here it is known where they are: most values are small whole
//! numbers, so that the last bytes of their eight are zero, and many begin like the value of the series before. Only those
//! two are looked at, once a sample; the result is a stream that every snappy decoder reads, of about the same size.

use super::record::SAMPLES;
use crate::codec::Cursor;

/// Bytes of a record in front of its samples: type, first reference, first time.
const HEADER: usize = 17;
/// Fewer bytes than this are not worth a copy.
const COPY_MIN: usize = 4;
/// The longest copy and the farthest one, plus one, of the form that takes two bytes.
const COPY_MAX: usize = 11;
const OFFSET_END: usize = 1 << 11;
/// Literals are moved in pieces of this size: the last one may go beyond the end of what is there.
const PIECE: usize = 16;

/// Writes the record to the front of `out` as a snappy block; gives its length. `None` when it is not a whole record of
/// float samples.
pub(super) fn compress(record: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let (SAMPLES, body) = (*record.first()?, record.get(HEADER..)?) else { return None };
    let mut block = Block::begin(record, out);
    let mut cursor = Cursor::new(body);
    let mut before = Value { end: 0, bits: 0 };
    // Where zeros were seen last, and how many.
    let mut zeros = (0, 0);
    while !cursor.is_empty() {
        cursor.varint()?;
        cursor.varint()?;
        let bits = cursor.f64()?.to_bits();
        let end = record.len() - cursor.rest().len();
        let mut same = 0;
        let offset = end - before.end;
        if before.end > HEADER && offset < OFFSET_END {
            same = ((bits ^ before.bits).leading_zeros() / 8) as usize;
            // The two bytes in front: the end of the reference, and the time.
            let front = if two_before(record, end) == two_before(record, before.end) { 2 } else { 0 };
            if same + front >= COPY_MIN {
                block.copy(end - 8 - front, same + front, offset);
            } else {
                same = 0;
            }
        }
        let run = (bits.trailing_zeros() as usize / 8).min(8 - same);
        if run >= COPY_MIN {
            let start = end - run;
            if zeros.1 >= run && start - zeros.0 < OFFSET_END {
                block.copy(start, run, start - zeros.0);
            } else {
                zeros = (start, run);
            }
        }
        before = Value { end, bits };
    }
    Some(block.finish())
}

/// The two bytes in front of the value that ends at `end`.
#[inline(always)]
fn two_before(record: &[u8], end: usize) -> Option<&[u8; 2]> {
    record.get(end - 10..)?.first_chunk::<2>()
}

/// The value of the sample before, and where it ends.
struct Value {
    end: usize,
    bits: u64,
}

/// A block on its way.
struct Block<'r, 'o> {
    record: &'r [u8],
    /// Up to here the record is in the block.
    done: usize,
    out: &'o mut Vec<u8>,
    len: usize,
}

impl<'r, 'o> Block<'r, 'o> {
    fn begin(record: &'r [u8], out: &'o mut Vec<u8>) -> Self {
        // A copy is never longer than what it stands for; literals between copies of at least four bytes add one each.
        let room = record.len() + record.len() / COPY_MIN + 2 * PIECE;
        if out.len() < room {
            out.resize(room, 0);
        }
        let mut block = Self { record, done: 0, out, len: 0 };
        let mut length = record.len();
        while length >= 0x80 {
            block.push(length as u8 | 0x80);
            length >>= 7;
        }
        block.push(length as u8);
        block
    }

    #[inline(always)]
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.out.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    /// The record's bytes up to `start` as they are, then `count` bytes that stood `offset` bytes before.
    #[inline(always)]
    fn copy(&mut self, start: usize, count: usize, offset: usize) {
        debug_assert!((COPY_MIN..=COPY_MAX).contains(&count) && (1..OFFSET_END).contains(&offset));
        self.literal(start);
        self.push((offset >> 8 << 5 | (count - COPY_MIN) << 2 | 1) as u8);
        self.push(offset as u8);
        self.done = start + count;
    }

    /// The record's bytes up to `end` as they are.
    #[inline(always)]
    fn literal(&mut self, end: usize) {
        let count = end - self.done;
        match count.wrapping_sub(1) {
            usize::MAX => return,
            less @ 0..60 => self.push((less << 2) as u8),
            less => self.long_literal(less),
        }
        let mut from = self.done;
        while from < end {
            let to = self.len + (from - self.done);
            let source = self.record.get(from..).unwrap_or_default();
            let Some(room) = self.out.get_mut(to..) else { return };
            match (source.first_chunk::<PIECE>(), room.first_chunk_mut::<PIECE>()) {
                (Some(piece), Some(room)) => *room = *piece,
                _ => room.iter_mut().zip(source).for_each(|(to, from)| *to = *from),
            }
            from += PIECE;
        }
        self.len += count;
        self.done = end;
    }

    /// The tag of a literal of more than 60 bytes; `less` is one less than their number.
    #[cold]
    fn long_literal(&mut self, less: usize) {
        let bytes = (less as u64).to_le_bytes();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or_default();
        self.push((60 + used as u8) << 2);
        bytes.iter().take(used + 1).for_each(|byte| self.push(*byte));
    }

    fn finish(mut self) -> usize {
        self.literal(self.record.len());
        self.len
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wal::record::samples::{self, Sample};

    fn round_trip(samples: &[Sample]) -> (usize, usize) {
        let (mut record, mut out) = (Vec::new(), vec![7; 3]);
        samples::encode(&mut record, samples);
        let len = compress(&record, &mut out).unwrap();
        assert_eq!(snap::raw::Decoder::new().decompress_vec(&out[..len]).unwrap(), record);
        (record.len(), len)
    }

    #[test]
    fn a_usual_page_is_about_as_small_as_by_the_general_encoder() {
        let page: Vec<Sample> =
            (0..1000_u64).map(|i| Sample { series: 7000 + i, t: 5, v: (i / 3 * 37 % 5000) as f64 }).collect();
        let (_, packed) = round_trip(&page);
        let mut record = Vec::new();
        samples::encode(&mut record, &page);
        let general = snap::raw::Encoder::new().compress_vec(&record).unwrap().len();
        assert!(packed * 10 <= general * 11, "{packed} {general}");
    }

    #[test]
    fn only_whole_sample_records() {
        let mut record = Vec::new();
        samples::encode(&mut record, &[Sample { series: 1, t: 2, v: 3.0 }]);
        for len in 0..record.len() {
            if len != HEADER {
                assert!(compress(&record[..len], &mut Vec::new()).is_none(), "{len}");
            }
        }
        record[0] = 1;
        assert!(compress(&record, &mut Vec::new()).is_none());
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            (0..40_u32).prop_map(f64::from),
            (0..9_u32).prop_map(|bytes| f64::from_bits(u64::MAX.checked_shl(8 * bytes).unwrap_or(0))),
        ]
    }

    proptest! {
        #[test]
        fn every_decoder_reads_it(
            samples in prop::collection::vec((any::<u32>(), any::<i64>(), value()), 1..900),
        ) {
            let samples: Vec<Sample> =
                samples.into_iter().map(|(series, t, v)| Sample { series: series.into(), t, v }).collect();
            let (plain, packed) = round_trip(&samples);
            prop_assert!(packed <= plain + plain / 50 + 8, "{packed} of {plain}");
        }
    }
}
