//! Float samples straight into a snappy block of their record; called by `compression`.
//!
//! Records of float samples are most of a log. A general encoder gets the record's bytes and looks for matches at every
//! one of them. Here the record is never written by itself, and it is known where it repeats: most values are small whole
//! numbers, so that the last bytes of their eight are zero, and many begin like the value of the series before. Only
//! those two are looked at, once a sample; the result is a stream that every snappy decoder reads, of about the same size.
//!
//! ```text
//! record   reference  time  value              reference  time  value
//! block    literal ─────────────┬ zeros: copy  literal ┬ as before: copy ┬ literal ┬ zeros: copy   …
//! ```

use super::record::SAMPLES;
use super::record::samples::Sample;

/// The longest preamble: the record's length.
const PREAMBLE: usize = 5;
/// Fewer bytes than this are not worth a copy.
const COPY_MIN: usize = 4;
/// The longest copy and the farthest one, plus one, of the form that takes two bytes.
const COPY_MAX: usize = 11;
const OFFSET_END: usize = 1 << 11;
/// A literal of more bytes needs a longer tag.
const LITERAL_MAX: usize = 60;
/// Two numbers of ten bytes and a value: no sample takes more in the record.
const SAMPLE_MAX: usize = 28;
/// What a sample may take in the block: its literals with their tags, its copies, and what is stored behind its end.
const ROOM: usize = SAMPLE_MAX + 16;

/// A block in the buffer that it was made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packed {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Bytes of the record that it holds.
    pub(super) plain: usize,
}

/// Writes the record of `samples`, of which there is at least one, as a snappy block into `out`, which grows as needed.
pub(super) fn pack(samples: &[Sample], out: &mut Vec<u8>) -> Packed {
    let (first_series, first_t) = samples.first().map_or((0, 0), |first| (first.series, first.t));
    let mut block = Block { out, end: PREAMBLE, tag: PREAMBLE, plain: 0 };
    block.reserve();
    block.open();
    block.bytes([SAMPLES]);
    block.bytes(first_series.to_be_bytes());
    block.bytes(first_t.to_be_bytes());
    block.plain = block.end - block.tag - 1;
    // Of the sample before: its value, and the two bytes in front, which are the end of the reference and the time.
    let mut before = (0_u64, None);
    // Where zeros stand in the record, and how many.
    let mut zeros = (0, 0);
    for sample in samples {
        block.reserve();
        if block.end - block.tag > LITERAL_MAX - SAMPLE_MAX {
            block.close();
            block.open();
        }
        let series = zigzag(sample.series.wrapping_sub(first_series) as i64);
        let t = zigzag(sample.t.wrapping_sub(first_t));
        let (header, front) = block.numbers(series, t);
        block.plain += header + 8;
        let value = sample.v.to_bits();
        let mut same = 0;
        if before.1.is_some() {
            same = ((value ^ before.0).leading_zeros() / 8) as usize;
            let more = if before.1 == Some(front) { 2 } else { 0 };
            if same + more >= COPY_MIN {
                // From the same place in the sample before, which has as many bytes from its value's end to this one's.
                block.end -= more;
                block.copy(same + more, header + 8);
            } else {
                same = 0;
            }
        }
        before = (value, Some(front));
        // The rest of the value; stored whole, counted as far as it is meant.
        block.store(value.checked_shl(8 * same as u32).unwrap_or_default().to_be_bytes());
        let run = (value.trailing_zeros() as usize / 8).min(8 - same);
        block.end += 8 - same - run;
        if run >= COPY_MIN {
            let at = block.plain - run;
            if zeros.1 >= run && at - zeros.0 < OFFSET_END {
                block.copy(run, at - zeros.0);
            } else {
                block.end += run;
            }
            zeros = (at, run);
        } else {
            block.end += run;
        }
    }
    block.close();
    block.finish()
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

/// A block on its way.
struct Block<'o> {
    out: &'o mut Vec<u8>,
    end: usize,
    /// The place of the open literal's tag.
    tag: usize,
    /// Bytes of the record so far.
    plain: usize,
}

impl Block<'_> {
    /// Makes room for a sample.
    #[inline(always)]
    fn reserve(&mut self) {
        if self.end + ROOM > self.out.len() {
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.out.resize((2 * self.out.len()).max(1 << 10), 0);
    }

    /// Stores bytes behind the end, which stays.
    #[inline(always)]
    fn store<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some(room) = self.out.get_mut(self.end..).and_then(<[u8]>::first_chunk_mut::<N>) {
            *room = bytes;
        }
    }

    #[inline(always)]
    fn bytes<const N: usize>(&mut self, bytes: [u8; N]) {
        self.store(bytes);
        self.end += N;
    }

    /// Adds the two numbers in front of a value; gives their length and their last two bytes.
    #[inline(always)]
    fn numbers(&mut self, series: u64, t: u64) -> (usize, u16) {
        if series >= 1 << 14 || t >= 1 << 7 {
            return self.long_numbers(series, t);
        }
        let (word, len) = if series < 1 << 7 {
            (series | t << 8, 2)
        } else {
            (series & 0x7f | 0x80 | series >> 7 << 8 | t << 16, 3)
        };
        self.store((word as u32).to_le_bytes());
        self.end += len;
        (len, (word >> (8 * (len - 2))) as u16)
    }

    fn long_numbers(&mut self, series: u64, t: u64) -> (usize, u16) {
        let (begin, mut last) = (self.end, 0_u16);
        for mut value in [series, t] {
            loop {
                let more = value >= 0x80;
                let byte = value as u8 & 0x7f | u8::from(more) << 7;
                self.bytes([byte]);
                last = last >> 8 | u16::from(byte) << 8;
                value >>= 7;
                if !more {
                    break;
                }
            }
        }
        (self.end - begin, last)
    }

    /// Begins a literal.
    #[inline(always)]
    fn open(&mut self) {
        self.tag = self.end;
        self.end += 1;
    }

    /// Ends the open literal; an empty one leaves nothing.
    #[inline(always)]
    fn close(&mut self) {
        let len = self.end - self.tag - 1;
        debug_assert!(len <= LITERAL_MAX);
        match len.checked_sub(1) {
            None => self.end = self.tag,
            Some(less) => {
                if let Some(tag) = self.out.get_mut(self.tag) {
                    *tag = (less << 2) as u8;
                }
            }
        }
    }

    /// Ends the open literal, adds `count` bytes that stood `offset` bytes before, begins another literal.
    #[inline(always)]
    fn copy(&mut self, count: usize, offset: usize) {
        debug_assert!((COPY_MIN..=COPY_MAX).contains(&count) && (1..OFFSET_END).contains(&offset));
        self.close();
        self.bytes([(offset >> 8 << 5 | (count - COPY_MIN) << 2 | 1) as u8, offset as u8]);
        self.open();
    }

    /// Puts the record's length in front.
    fn finish(self) -> Packed {
        let (mut len, mut preamble) = (self.plain, [0; PREAMBLE]);
        let mut used = 0;
        for byte in &mut preamble {
            used += 1;
            let more = len >= 0x80;
            *byte = len as u8 & 0x7f | u8::from(more) << 7;
            len >>= 7;
            if !more {
                break;
            }
        }
        let start = PREAMBLE - used;
        let written = preamble.get(..used).unwrap_or_default();
        if let Some(room) = self.out.get_mut(start..PREAMBLE) {
            room.copy_from_slice(written);
        }
        Packed { start, end: self.end, plain: self.plain }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wal::record::samples;

    fn round_trip(samples: &[Sample]) -> (usize, usize) {
        let (mut record, mut out) = (Vec::new(), vec![7; 3]);
        samples::encode(&mut record, samples);
        let packed = pack(samples, &mut out);
        let block = &out[packed.start..packed.end];
        assert_eq!(snap::raw::Decoder::new().decompress_vec(block).unwrap(), record);
        assert_eq!(packed.plain, record.len());
        (record.len(), block.len())
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
    fn the_same_value_again_and_again() {
        for (count, v) in [(1, 0.0), (2, 1.0), (500, 0.0), (500, f64::NAN)] {
            round_trip(&vec![Sample { series: 3, t: 9, v }; count]);
        }
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<u64>().prop_map(f64::from_bits),
            (0..40_u32).prop_map(f64::from),
            (0..9_u32).prop_map(|bytes| f64::from_bits(u64::MAX.checked_shl(8 * bytes).unwrap_or(0))),
        ]
    }

    /// References and times that are near, and such that take all bytes.
    fn near_or_far() -> impl Strategy<Value = i64> {
        prop_oneof![0..300_i64, -70_000..70_000_i64, any::<i64>()]
    }

    proptest! {
        #[test]
        fn every_decoder_reads_it(
            samples in prop::collection::vec((near_or_far(), near_or_far(), value()), 1..900),
        ) {
            let samples: Vec<Sample> =
                samples.into_iter().map(|(series, t, v)| Sample { series: series as u64, t, v }).collect();
            let (plain, packed) = round_trip(&samples);
            prop_assert!(packed <= plain + plain / 25 + 8, "{packed} of {plain}");
        }
    }
}
