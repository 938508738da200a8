//! Snapshot → memory; called by the replay before the log, with an empty head that it throws away on an error.

use narthex_chunkenc::{Encoding, HistogramBuilder, Xor2Builder, XorBuilder};
use narthex_model::{Exemplar, Labels, STALE_NAN};
use rustc_hash::FxHashMap;

use super::{EXEMPLARS, SERIES, Snapshot, TOMBSTONES, TOMBSTONES_VERSION};
use crate::codec::Cursor;
use crate::fs::Fs;
use crate::head::growing::Other;
use crate::head::series::range_end;
use crate::head::state::HeadState;
use crate::wal::record::tombstones::Tombstone;
use crate::wal::record::{exemplars, histograms, series};
use crate::wal::{SegmentReader, segment};

/// Reads a whole snapshot; `found` are the full chunks of the head chunk files, taken out as their series come. The error
/// says where it is damaged.
pub(crate) fn read(
    fs: &dyn Fs,
    snapshot: &Snapshot,
    state: &mut HeadState,
    found: &mut FxHashMap<u64, (u32, i64)>,
) -> Result<u64, String> {
    let segments = segment::list(fs, &snapshot.dir).map_err(|error| error.to_string())?;
    if segments.is_empty() {
        return Err(format!("{}: no segments", snapshot.dir.display()));
    }
    let mut load = Load { state, found, count: 0 };
    for number in segments {
        let path = segment::path(&snapshot.dir, number);
        let mut reader = SegmentReader::open(fs, &path).map_err(|error| error.to_string())?;
        while let Some(record) = reader.next_record().map_err(|damage| damage.to_string())? {
            load.record(record).map_err(|reason| format!("{}: {reason}", path.display()))?;
        }
    }
    Ok(load.count)
}

struct Load<'a> {
    state: &'a mut HeadState,
    found: &'a mut FxHashMap<u64, (u32, i64)>,
    count: u64,
}

impl Load<'_> {
    fn record(&mut self, record: &[u8]) -> Result<(), String> {
        match record.split_first() {
            Some((&SERIES, body)) => self.series(body),
            Some((&TOMBSTONES, body)) => {
                self.deleted(body).ok_or_else(|| "the record of deleted ranges is damaged".to_owned())
            }
            Some((&EXEMPLARS, body)) => exemplars::decode(body, |entry| {
                if self.state.exemplars.is_enabled() && self.state.refs.get(entry.series).is_some() {
                    let labels = Labels::from_pairs(entry.labels.iter().copied());
                    let exemplar = Exemplar { labels, value: entry.v, timestamp: Some(entry.t) };
                    self.state.exemplars.add(entry.series, exemplar);
                }
            })
            .map_err(|bad| bad.to_string()),
            Some((kind, _)) => Err(format!("unknown record type {kind}")),
            None => Ok(()),
        }
    }

    fn series(&mut self, body: &[u8]) -> Result<(), String> {
        const CUT: &str = "a series record is damaged";
        let mut cursor = Cursor::new(body);
        let id = cursor.u64().ok_or(CUT)?;
        let mut pairs = Vec::new();
        series::read_labels(&mut cursor, &mut pairs).ok_or(CUT)?;
        let labels = Labels::from_pairs(pairs);
        let hash = labels.hash64();
        if self.state.find(&labels, hash).is_some() || self.state.refs.get(id).is_some() {
            return Err(format!("series {id} stands in it twice"));
        }
        let slot = self.state.create_with_ref(id, &labels, hash).map_err(|full| full.to_string())?;
        self.count += 1;
        if let Some((newest, maxt)) = self.found.remove(&id) {
            self.state.attach(slot, newest, maxt);
        }
        cursor.u64().ok_or(CUT)?;
        if cursor.uvarint().ok_or(CUT)? == 0 {
            return Ok(());
        }
        let (mint, maxt) = (cursor.i64().ok_or(CUT)?, cursor.i64().ok_or(CUT)?);
        let encoding = Encoding::from_byte(cursor.u8().ok_or(CUT)?).map_err(|error| error.to_string())?;
        let data = cursor.prefixed().ok_or(CUT)?;
        if encoding.is_float() {
            cursor.bytes(64).ok_or(CUT)?;
        } else {
            histograms::read(&mut cursor, encoding.is_float_histogram()).ok_or(CUT)?;
        }
        self.growing(slot, (mint, maxt), encoding, data)
    }

    /// Gives a series its growing chunk, unless head chunk files or blocks have it already.
    fn growing(
        &mut self,
        slot: u32,
        (mint, maxt): (i64, i64),
        encoding: Encoding,
        data: &[u8],
    ) -> Result<(), String> {
        let chunk_range = self.state.chunk_range;
        let (before, floor) = (self.state.series.get(slot).map(|s| s.chunk.last_t()), self.state.min_valid_t);
        let Some(before) = before.filter(|before| maxt >= floor && maxt > *before) else { return Ok(()) };
        if mint <= before {
            // The files have chunks of an earlier life of the series as well: only the log tells them apart.
            return Err(format!(
                "a chunk from {mint} on overlaps the head chunk files, which end at {before}"
            ));
        }
        let bad = |error: narthex_chunkenc::ChunkError| error.to_string();
        let mut last_v = 0.0;
        let other = match encoding {
            Encoding::Xor => {
                let chunk = XorBuilder::resume(data).map_err(bad)?;
                if let Some(series) = self.state.series.get_mut(slot).filter(|_| !chunk.is_empty()) {
                    series.chunk = chunk;
                }
                None
            }
            Encoding::Xor2 => {
                let chunk = Xor2Builder::resume(data).map_err(bad)?;
                if chunk.count() > 0 && chunk.last_t() != maxt {
                    return Err(format!("a chunk ends at {}, its record says {maxt}", chunk.last_t()));
                }
                last_v = chunk.last_v();
                Some(Other::Xor2(Box::new(chunk)))
            }
            _ => {
                let chunk = HistogramBuilder::resume(encoding, data).map_err(bad)?;
                last_v = if chunk.ends_stale() { STALE_NAN } else { f64::NAN };
                Some(Other::Histogram(Box::new(chunk)))
            }
        };
        let index = other.filter(|other| other.count() > 0).map(|other| self.state.others.put(other));
        let Some(series) = self.state.series.get_mut(slot) else { return Ok(()) };
        if let Some(index) = index {
            series.other = index;
            series.chunk.set_last(maxt, last_v);
        }
        if series.chunk.last_t() != maxt {
            return Err(format!("a chunk ends at {}, its record says {maxt}", series.chunk.last_t()));
        }
        series.chunk_start = mint;
        series.next_at = range_end(mint, chunk_range);
        self.state.min_t = self.state.min_t.min(mint);
        self.state.max_t = self.state.max_t.max(maxt);
        Ok(())
    }

    fn deleted(&mut self, body: &[u8]) -> Option<()> {
        let mut cursor = Cursor::new(Cursor::new(body).prefixed()?);
        if cursor.u8()? != TOMBSTONES_VERSION {
            return None;
        }
        while !cursor.is_empty() {
            let (series, mint, maxt) = (cursor.uvarint()?, cursor.varint()?, cursor.varint()?);
            self.state.last_ref = self.state.last_ref.max(series);
            self.state.delete(&Tombstone { series, mint, maxt });
        }
        Some(())
    }
}
