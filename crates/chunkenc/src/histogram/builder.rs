//! [`HistogramBuilder`]: the growing chunk of a histogram series.
//!
//! When a sample brings buckets that the chunk lacks, the chunk is decoded, widened and written again; when it lacks
//! buckets that the chunk has (they are zero), the sample is widened. When it cannot follow, the caller takes the chunk
//! and starts the next one with the header that [`NewChunk`] names.
//!
//! Invariant: a chunk with start timestamps has fewer than 2^14 samples; its users end chunks at some thousand bytes.

use narthex_model::CounterResetHint;

use super::decoder::{Rows, rows};
use super::layout::{Layout, bucket_count};
use super::reset::{Before, may_follow};
use super::row::{HistogramRef, Row};
use super::{ResetHeader, decode};
use crate::bits::XorWindow;
use crate::bits::varbit::{push_int, push_uint};
use crate::bits::writer::{byte_len, push_bits};
use crate::start::StartWriter;
use crate::{ChunkError, Encoding};

/// The sample needs a new chunk with this header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewChunk(pub ResetHeader);

/// A histogram chunk that still grows.
#[derive(Debug, Clone)]
pub struct HistogramBuilder {
    float: bool,
    header: ResetHeader,
    /// `Some` when the chunk holds start timestamps.
    starts: Option<StartWriter>,
    layout: Layout,
    data: Box<[u8]>,
    bits: u32,
    count: u16,
    last_t: i64,
    delta_t: i64,
    last: Row,
    /// The deltas written last, of each integer field.
    deltas: Vec<i64>,
    /// The window of the sum, then one of each float field.
    sum_window: XorWindow,
    windows: Vec<XorWindow>,
}

impl HistogramBuilder {
    /// An empty chunk of integer or float histograms, which holds start timestamps or does not.
    pub fn new(float: bool, starts: bool) -> Self {
        Self {
            float,
            header: ResetHeader::Unknown,
            starts: starts.then(StartWriter::default),
            layout: Layout::default(),
            data: Box::default(),
            bits: 0,
            count: 0,
            last_t: i64::MIN,
            delta_t: 0,
            last: Row::default(),
            deltas: Vec::new(),
            sum_window: XorWindow::default(),
            windows: Vec::new(),
        }
    }

    /// A builder that continues the chunk `bytes`.
    pub fn resume(encoding: Encoding, bytes: &[u8]) -> Result<Self, ChunkError> {
        let mut builder = Self::new(encoding.is_float_histogram(), encoding.has_starts());
        let Rows { header, layout, rows } = rows(encoding, bytes)?;
        builder.header = header;
        builder.layout = layout;
        for (start, t, row) in rows {
            builder.push(start, t, row);
        }
        Ok(builder)
    }

    /// The encoding of the chunk.
    pub fn encoding(&self) -> Encoding {
        match (self.float, self.starts.is_some()) {
            (false, false) => Encoding::Histogram,
            (true, false) => Encoding::FloatHistogram,
            (false, true) => Encoding::HistogramStart,
            (true, true) => Encoding::FloatHistogramStart,
        }
    }

    /// Samples in the chunk.
    pub fn count(&self) -> u16 {
        self.count
    }

    /// The chunk's bytes so far.
    pub fn bytes(&self) -> &[u8] {
        self.data.get(..byte_len(self.bits)).unwrap_or_default()
    }

    /// What the header of a new chunk says that starts with `next` after this one's samples.
    pub fn header_after(&self, next: HistogramRef<'_>) -> ResetHeader {
        if next.hint() == CounterResetHint::Gauge {
            return ResetHeader::Gauge;
        }
        if self.count == 0 || self.float != next.is_float() {
            return match next.hint() {
                CounterResetHint::CounterReset => ResetHeader::CounterReset,
                _ => ResetHeader::Unknown,
            };
        }
        match may_follow(&self.before(), next, &next.layout(), &next.row()) {
            Ok(()) => ResetHeader::NotCounterReset,
            Err(header) => header,
        }
    }

    /// Whether the newest sample is this one, whatever its hint says.
    pub fn ends_with(&self, other: HistogramRef<'_>) -> bool {
        if self.count == 0 || self.float != other.is_float() {
            return false;
        }
        let (layout, row) = (other.layout(), other.row());
        if row.is_stale() || self.last.is_stale() {
            return row.is_stale() && self.last.is_stale();
        }
        if !self.layout.is_compatible(&layout) || self.layout.union(&layout) != self.layout {
            return false;
        }
        let wide = row.widened(&layout.places_in(&self.layout), self.layout.len());
        wide.sum == self.last.sum && wide.words == self.last.words
    }

    /// Whether the newest sample is a stale marker.
    pub fn ends_stale(&self) -> bool {
        self.count > 0 && self.last.is_stale()
    }

    fn before(&self) -> Before<'_> {
        Before { header: self.header, layout: &self.layout, row: &self.last }
    }

    /// Empties the builder; the next chunk has this header and kind.
    pub fn restart(&mut self, float: bool, header: ResetHeader) {
        *self = Self { header, ..Self::new(float, self.starts.is_some()) };
    }

    /// Appends one sample of the builder's kind; `t` is larger than every time before. `start` (0 when it is not known) is
    /// kept if the chunk holds start timestamps.
    pub fn append(&mut self, start: i64, t: i64, next: HistogramRef<'_>) -> Result<(), NewChunk> {
        let (layout, mut row) = (next.layout(), next.row());
        if self.float != next.is_float() {
            return Err(NewChunk(self.header_after(next)));
        }
        if self.count == 0 {
            if self.header == ResetHeader::Unknown {
                self.header = self.header_after(next);
            }
            self.layout = layout;
            self.push(start, t, row);
            return Ok(());
        }
        may_follow(&self.before(), next, &layout, &row).map_err(NewChunk)?;
        if !row.is_stale() && layout != self.layout {
            let wide = self.layout.union(&layout);
            if wide != self.layout {
                self.widen(wide);
            }
            row = row.widened(&layout.places_in(&self.layout), self.layout.len());
        }
        self.push(start, t, row);
        Ok(())
    }

    /// Writes the chunk again with more buckets.
    fn widen(&mut self, wide: Layout) {
        let Ok(Rows { header, layout, rows: old }) = rows(self.encoding(), self.bytes()) else {
            debug_assert!(false, "a builder's own chunk decodes");
            return;
        };
        let places = layout.places_in(&wide);
        self.restart(self.float, header);
        let width = wide.len();
        self.layout = wide;
        for (start, t, row) in old {
            self.push(start, t, row.widened(&places, width));
        }
    }

    /// Appends a row that has the chunk's layout (or is stale).
    fn push(&mut self, start: i64, t: i64, row: Row) {
        if self.count == 0 {
            push_bits(&mut self.data, &mut self.bits, 0, 24);
            self.layout.write(&mut self.data, &mut self.bits);
            push_int(&mut self.data, &mut self.bits, t);
        } else {
            let delta = t.wrapping_sub(self.last_t);
            let written = if self.count == 1 { delta } else { delta.wrapping_sub(self.delta_t) };
            push_int(&mut self.data, &mut self.bits, written);
            self.delta_t = delta;
        }
        let width = 2 + self.layout.len();
        if self.count == 0 {
            self.last.words = vec![0; width];
            self.deltas = vec![0; width];
            self.windows = vec![XorWindow::default(); if self.float { width } else { 0 }];
        }
        if self.float {
            self.push_float(&row)
        } else {
            self.push_int(&row)
        }
        let index = usize::from(self.count);
        let (data, bits, times) = (&mut self.data, &mut self.bits, (t, self.last_t));
        let starts = self.starts.as_mut().map(|starts| starts.push(data, bits, index, times, start));
        self.last_t = t;
        self.last.sum = row.sum;
        self.count = self.count.wrapping_add(1);
        if let Some([high, low, flags]) = self.data.first_chunk_mut::<3>() {
            [*high, *low] = self.count.to_be_bytes();
            match starts {
                None => *flags = self.header as u8,
                // The reset header shares its byte with the count, which stays below 2^14.
                Some(bits) => {
                    *high |= self.header as u8;
                    *flags |= bits;
                }
            }
        }
    }

    fn push_sum(&mut self, sum: u64) {
        if self.count == 0 {
            push_bits(&mut self.data, &mut self.bits, u128::from(sum), 64);
        } else {
            self.sum_window.push(&mut self.data, &mut self.bits, sum ^ self.last.sum);
        }
    }

    fn push_float(&mut self, row: &Row) {
        for (index, word) in row.words.iter().enumerate() {
            if index == 2 {
                self.push_sum(row.sum);
            }
            let (Some(last), Some(window)) = (self.last.words.get_mut(index), self.windows.get_mut(index))
            else {
                continue;
            };
            if self.count == 0 {
                push_bits(&mut self.data, &mut self.bits, u128::from(*word), 64);
            } else {
                window.push(&mut self.data, &mut self.bits, word ^ *last);
            }
            *last = *word;
        }
        if row.words.len() <= 2 {
            self.push_sum(row.sum);
        }
    }

    fn push_int(&mut self, row: &Row) {
        let negative_from = 2 + bucket_count(&self.layout.positive);
        // The words to the left, of this sample and of the one before; a bucket is written as the difference to its left.
        let (mut left_now, mut left_then) = (0, 0);
        for (index, word) in row.words.iter().enumerate() {
            if index == 2 {
                self.push_sum(row.sum);
            }
            if index <= 2 || index == negative_from {
                (left_now, left_then) = (0, 0);
            }
            let (Some(last), Some(last_delta)) = (self.last.words.get_mut(index), self.deltas.get_mut(index))
            else {
                continue;
            };
            let now = word.wrapping_sub(left_now) as i64;
            let then = last.wrapping_sub(left_then) as i64;
            (left_now, left_then) = (*word, *last);
            *last = *word;
            let delta = now.wrapping_sub(then);
            match self.count {
                0 if index < 2 => push_uint(&mut self.data, &mut self.bits, now as u64),
                0 => push_int(&mut self.data, &mut self.bits, now),
                1 => push_int(&mut self.data, &mut self.bits, delta),
                _ => push_int(&mut self.data, &mut self.bits, delta.wrapping_sub(*last_delta)),
            }
            if self.count > 0 {
                *last_delta = delta;
            }
        }
        if row.words.len() <= 2 {
            self.push_sum(row.sum);
        }
    }

    /// All samples so far; for tests and for the head's readers.
    pub fn samples(&self) -> Result<Vec<(i64, super::Decoded)>, ChunkError> {
        let mut all = Vec::new();
        decode(self.encoding(), self.bytes(), i64::MIN, i64::MAX, &mut |_, t, histogram| {
            all.push((t, histogram))
        })?;
        Ok(all)
    }
}
