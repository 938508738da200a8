//! Histogram chunks → samples; called by the head, by blocks and by compaction.

use narthex_model::{CounterResetHint, FloatHistogram, Histogram};

use super::ResetHeader;
use super::layout::{Layout, bucket_count};
use super::row::Row;
use crate::bits::{BitReader, XorWindow};
use crate::start::StartReader;
use crate::{ChunkError, Encoding};

/// A decoded histogram.
#[derive(Debug, Clone, PartialEq)]
pub enum Decoded {
    /// Integer counts.
    Int(Histogram),
    /// Float counts.
    Float(FloatHistogram),
}

/// Calls `visit` with start (0 when not known), time and value of the samples in `[mint, maxt]`.
pub fn decode(
    encoding: Encoding,
    chunk: &[u8],
    mint: i64,
    maxt: i64,
    visit: &mut dyn FnMut(i64, i64, Decoded),
) -> Result<(), ChunkError> {
    let mut reader = Reader::new(encoding, chunk)?;
    while let Some(t) = reader.next_sample()? {
        if t > maxt {
            break;
        }
        if t >= mint {
            visit(reader.start, t, reader.histogram());
        }
    }
    Ok(())
}

/// All of a chunk, in the builder's form.
pub(super) struct Rows {
    pub(super) header: ResetHeader,
    pub(super) layout: Layout,
    /// Start, time and fields.
    pub(super) rows: Vec<(i64, i64, Row)>,
}

/// The header, the layout and all rows of a chunk.
pub(super) fn rows(encoding: Encoding, chunk: &[u8]) -> Result<Rows, ChunkError> {
    let mut reader = Reader::new(encoding, chunk)?;
    let mut rows = Vec::with_capacity(reader.count.min(chunk.len()));
    while let Some(t) = reader.next_sample()? {
        rows.push((reader.start, t, reader.row()));
    }
    Ok(Rows { header: reader.header, layout: reader.layout, rows })
}

struct Reader<'a> {
    bits: BitReader<'a>,
    float: bool,
    len: usize,
    count: usize,
    read: usize,
    header: ResetHeader,
    layout: Layout,
    starts: StartReader,
    start: i64,
    t: i64,
    delta_t: i64,
    sum: u64,
    sum_window: XorWindow,
    /// Count, zero count and buckets: integers with buckets as differences to their neighbour, or float bits.
    fields: Vec<u64>,
    deltas: Vec<i64>,
    windows: Vec<XorWindow>,
}

impl<'a> Reader<'a> {
    fn new(encoding: Encoding, chunk: &'a [u8]) -> Result<Self, ChunkError> {
        let Some((header, body)) = chunk.split_first_chunk::<3>() else {
            return Err(ChunkError::NoHeader(chunk.len()));
        };
        let mut bits = BitReader::new(body);
        let layout = Layout::read(&mut bits, body.len() * 8)?;
        let width = 2 + layout.len();
        let float = encoding.is_float_histogram();
        // With starts the reset header is in the top bits of the count.
        let (flags, starts) = if encoding.has_starts() { (header[0], header[2]) } else { (header[2], 0) };
        Ok(Self {
            bits,
            float,
            len: chunk.len(),
            count: usize::from(encoding.count(chunk)),
            read: 0,
            header: ResetHeader::from_flags(flags),
            starts: StartReader::new(starts),
            start: 0,
            t: 0,
            delta_t: 0,
            sum: 0,
            sum_window: XorWindow::default(),
            fields: vec![0; width],
            deltas: vec![0; if float { 0 } else { width }],
            windows: vec![XorWindow::default(); if float { width } else { 0 }],
            layout,
        })
    }

    fn is_stale(&self) -> bool {
        narthex_model::is_stale(f64::from_bits(self.sum))
    }

    /// Decodes one sample; its time, or `None` at the end.
    fn next_sample(&mut self) -> Result<Option<i64>, ChunkError> {
        if self.read == self.count {
            return Ok(None);
        }
        let before = self.t;
        let written = self.bits.varbit_int();
        match self.read {
            0 => self.t = written,
            1 => self.delta_t = written,
            _ => self.delta_t = self.delta_t.wrapping_add(written),
        }
        if self.read > 0 {
            self.t = self.t.wrapping_add(self.delta_t);
        }
        self.fields(0, 2);
        if self.read == 0 {
            self.sum = self.bits.take(64);
        } else {
            self.sum ^= self.sum_window.take(&mut self.bits);
        }
        if !self.is_stale() {
            self.fields(2, usize::MAX);
        }
        self.start = self.starts.next(&mut self.bits, self.read, self.t, before);
        if self.bits.overrun() {
            return Err(ChunkError::Truncated { len: self.len, sample: self.read, count: self.count });
        }
        self.read += 1;
        Ok(Some(self.t))
    }

    /// Decodes the fields `from..to`.
    fn fields(&mut self, from: usize, to: usize) {
        let Self { bits, fields, deltas, windows, read, .. } = self;
        let to = to.min(fields.len());
        if self.float {
            let fields = fields.iter_mut().zip(windows).take(to).skip(from);
            for (field, window) in fields {
                *field = if *read == 0 { bits.take(64) } else { *field ^ window.take(bits) };
            }
            return;
        }
        for (index, (field, delta)) in fields.iter_mut().zip(deltas).enumerate().take(to).skip(from) {
            match *read {
                0 if index < 2 => *field = bits.varbit_uint(),
                0 => *field = bits.varbit_int() as u64,
                1 => *delta = bits.varbit_int(),
                _ => *delta = delta.wrapping_add(bits.varbit_int()),
            }
            if *read > 0 {
                *field = field.wrapping_add(*delta as u64);
            }
        }
    }

    /// Positive and negative bucket fields of the current sample.
    fn buckets(&self) -> (&[u64], &[u64]) {
        let buckets = self.fields.get(2..).unwrap_or_default();
        buckets.split_at_checked(bucket_count(&self.layout.positive)).unwrap_or_default()
    }

    fn hint(&self) -> CounterResetHint {
        match self.header {
            ResetHeader::Gauge => CounterResetHint::Gauge,
            _ if self.read > 1 => CounterResetHint::NotCounterReset,
            // What the header says holds against the chunk that was before when this one was written. That need not be
            // the sample that a reader has seen before, so readers compare.
            _ => CounterResetHint::Unknown,
        }
    }

    fn histogram(&self) -> Decoded {
        let sum = f64::from_bits(self.sum);
        let field = |index: usize| self.fields.get(index).copied().unwrap_or_default();
        let (positive, negative) = self.buckets();
        let layout = &self.layout;
        if self.float {
            if self.is_stale() {
                return Decoded::Float(FloatHistogram { sum, ..FloatHistogram::default() });
            }
            let floats = |words: &[u64]| words.iter().map(|word| f64::from_bits(*word)).collect();
            return Decoded::Float(FloatHistogram {
                counter_reset_hint: self.hint(),
                schema: layout.schema,
                zero_threshold: layout.zero_threshold,
                zero_count: f64::from_bits(field(1)),
                count: f64::from_bits(field(0)),
                sum,
                positive_spans: layout.positive.clone(),
                negative_spans: layout.negative.clone(),
                positive_buckets: floats(positive),
                negative_buckets: floats(negative),
                custom_values: layout.custom.clone(),
            });
        }
        if self.is_stale() {
            return Decoded::Int(Histogram { sum, ..Histogram::default() });
        }
        let deltas = |words: &[u64]| words.iter().map(|word| *word as i64).collect();
        Decoded::Int(Histogram {
            counter_reset_hint: self.hint(),
            schema: layout.schema,
            zero_threshold: layout.zero_threshold,
            zero_count: field(1),
            count: field(0),
            sum,
            positive_spans: layout.positive.clone(),
            negative_spans: layout.negative.clone(),
            positive_buckets: deltas(positive),
            negative_buckets: deltas(negative),
            custom_values: layout.custom.clone(),
        })
    }

    /// The current sample in the builder's form.
    fn row(&self) -> Row {
        let mut words: Vec<u64> = self.fields.iter().take(2).copied().collect();
        if !self.is_stale() {
            let (positive, negative) = self.buckets();
            for buckets in [positive, negative] {
                let mut current = 0_u64;
                for word in buckets {
                    current = if self.float { *word } else { current.wrapping_add(*word) };
                    words.push(current);
                }
            }
        }
        Row { sum: self.sum, words }
    }
}
