//! The growing chunks that are not plain XOR (histograms, floats with start timestamps), and what becomes of any chunk
//! that ends. Used by commits, replay, truncation and snapshots.
//!
//! Invariant: at most one chunk of a series grows; a series that has one here has an empty XOR chunk, which still knows
//! the newest time.

use narthex_chunkenc::{Encoding, HistogramBuilder, Xor2Builder};
use smallvec::SmallVec;

use super::chunks::FullChunk;
use super::series::{NO_OTHER, Series};
use super::state::HeadState;

/// The bytes of a growing chunk, copied.
pub(super) type GrowingBytes = SmallVec<[u8; 512]>;

/// A growing chunk that is not plain XOR.
#[derive(Debug)]
pub(crate) enum Other {
    Histogram(Box<HistogramBuilder>),
    Xor2(Box<Xor2Builder>),
}

impl Other {
    pub(super) fn encoding(&self) -> Encoding {
        match self {
            Self::Histogram(builder) => builder.encoding(),
            Self::Xor2(_) => Encoding::Xor2,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Histogram(builder) => builder.bytes(),
            Self::Xor2(builder) => builder.bytes(),
        }
    }

    pub(super) fn count(&self) -> u16 {
        match self {
            Self::Histogram(builder) => builder.count(),
            Self::Xor2(builder) => builder.count(),
        }
    }
}

/// All of them, by the index in their series.
#[derive(Debug, Default)]
pub(crate) struct Others {
    list: Vec<Option<Other>>,
    free: Vec<u32>,
}

impl Others {
    pub(super) fn get(&self, index: u32) -> Option<&Other> {
        self.list.get(index as usize)?.as_ref()
    }

    fn take(&mut self, index: u32) -> Option<Other> {
        let other = self.list.get_mut(index as usize)?.take()?;
        self.free.push(index);
        Some(other)
    }

    pub(super) fn put(&mut self, other: Other) -> u32 {
        if let Some(index) = self.free.pop()
            && let Some(place) = self.list.get_mut(index as usize)
        {
            *place = Some(other);
            return index;
        }
        self.list.push(Some(other));
        self.list.len() as u32 - 1
    }
}

impl HeadState {
    /// Takes the chunk that is not plain XOR away from a series.
    pub(super) fn take_other(&mut self, slot: u32) -> Option<Other> {
        let series = self.series.get_mut(slot)?;
        let index = std::mem::replace(&mut series.other, NO_OTHER);
        self.others.take(index)
    }

    /// The histogram chunk of a series, if that is what grows.
    pub(super) fn histogram_of(&self, series: &Series) -> Option<&HistogramBuilder> {
        match self.others.get(series.other)? {
            Other::Histogram(builder) => Some(builder),
            Other::Xor2(_) => None,
        }
    }

    /// Ends the growing chunk of a series, if it has one.
    pub(super) fn cut(&mut self, slot: u32) {
        if let Some(other) = self.take_other(slot) {
            self.store_other(slot, &other);
            return;
        }
        let Some(series) = self.series.get_mut(slot) else { return };
        if !series.chunk.is_empty() {
            let (data, len) = series.chunk.take();
            self.store(slot, Encoding::Xor, data.get(..len).unwrap_or_default());
        }
    }

    /// Moves a chunk that was taken away from its series to disk.
    pub(super) fn store_other(&mut self, slot: u32, other: &Other) {
        if other.count() > 0 {
            self.store(slot, other.encoding(), other.bytes());
        }
    }

    /// Moves the bytes of a chunk that starts at the series' `chunk_start` and ends with its newest sample to disk.
    pub(super) fn store(&mut self, slot: u32, encoding: Encoding, data: &[u8]) {
        let Some(series) = self.series.get(slot) else { return };
        self.store_between(slot, (series.chunk_start, series.chunk.last_t()), encoding, data);
    }

    /// Moves the bytes of a chunk with these times to disk, as the newest full chunk of its series.
    pub(super) fn store_between(
        &mut self,
        slot: u32,
        (mint, maxt): (i64, i64),
        encoding: Encoding,
        data: &[u8],
    ) {
        let Some(series) = self.series.get_mut(slot) else { return };
        let place = self.files.push(series.id, mint, maxt, encoding.to_byte(), data);
        series.full = self.chunks.push(FullChunk::new(mint, maxt, place, series.full));
        self.chunks_created += 1;
    }

    /// Whether the series has a growing chunk.
    pub(super) fn is_growing(&self, series: &Series) -> bool {
        series.other != NO_OTHER || !series.chunk.is_empty()
    }

    /// Encoding and a copy of the bytes of the growing chunk.
    pub(super) fn growing(&self, series: &Series) -> Option<(u8, GrowingBytes)> {
        let mut bytes = GrowingBytes::new();
        let encoding = self.copy_growing(series, &mut bytes)?;
        Some((encoding, bytes))
    }

    /// Copies the bytes of the growing chunk behind those of `bytes`; gives the encoding.
    pub(super) fn copy_growing(&self, series: &Series, bytes: &mut GrowingBytes) -> Option<u8> {
        if series.other != NO_OTHER {
            let other = self.others.get(series.other)?;
            bytes.extend_from_slice(other.bytes());
            return Some(other.encoding().to_byte());
        }
        let parts = series.chunk.parts()?;
        bytes.extend_from_slice(&parts.header);
        bytes.extend_from_slice(parts.body);
        bytes.extend_from_slice(parts.tail);
        Some(Encoding::Xor.to_byte())
    }
}
