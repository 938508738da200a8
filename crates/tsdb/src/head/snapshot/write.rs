//! Memory → snapshot.

use std::io;
use std::path::Path;
use std::sync::Arc;

use narthex_chunkenc::Encoding;
use narthex_chunkenc::histogram::Decoded;

use super::{EXEMPLARS, SERIES, Snapshot, TOMBSTONES, TOMBSTONES_VERSION, list, remove};
use crate::codec::{put_str, put_uvarint, put_varint};
use crate::fs::Fs;
use crate::head::Head;
use crate::head::series::Series;
use crate::head::state::HeadState;
use crate::wal::record::histograms::AnyHistogram;
use crate::wal::record::{exemplars, histograms};
use crate::wal::{Compression, WalWriter};

/// Series records of so many bytes are written at once.
const BATCH_BYTES: usize = 1 << 20;

impl Head {
    /// Writes a snapshot of the memory into `data_dir` and removes older ones. Does nothing when there is one of this
    /// position of the log.
    pub(crate) fn write_snapshot(
        &self,
        fs: &Arc<dyn Fs>,
        data_dir: &Path,
        segment_size: u64,
        compression: Compression,
    ) -> io::Result<()> {
        let mut log = self.log.lock();
        log.sync()?;
        let mut state = self.state.write();
        state.files.sync()?;
        if !state.ooo.pinned.is_empty() || state.aliases.chunks_until >= state.min_valid_t.max(i64::MIN + 1) {
            tracing::info!(
                "no memory snapshot: chunks or the out-of-order log name series by references of before"
            );
            return Ok(());
        }
        let snapshot = Snapshot::at(data_dir, log.segment(), log.offset());
        let older = list(&**fs, data_dir)?;
        if older.contains(&snapshot) {
            return Ok(());
        }
        let temporary = snapshot.temporary();
        if fs.exists(&temporary) {
            fs.remove_dir_all(&temporary)?;
        }
        fs.create_dir_all(&temporary)?;
        let mut out = WalWriter::create(Arc::clone(fs), temporary.clone(), 0, segment_size, compression)?;
        write_state(&state, &mut out)?;
        out.sync()?;
        fs.rename(&temporary, &snapshot.dir)?;
        fs.sync_dir(data_dir)?;
        remove(&**fs, data_dir, &older)
    }
}

fn write_state(state: &HeadState, out: &mut WalWriter) -> io::Result<()> {
    let mut bytes = Vec::new();
    let mut ends = Vec::new();
    let mut flush = |bytes: &mut Vec<u8>, ends: &mut Vec<usize>| -> io::Result<()> {
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let records = starts.zip(ends.iter()).map(|(from, to)| bytes.get(from..*to).unwrap_or_default());
        out.log(records)?;
        bytes.clear();
        ends.clear();
        Ok(())
    };
    let logged = |slot: &u32| !state.unlogged.contains(slot);
    for slot in (0..state.series.len() as u32).filter(logged) {
        if let Some(series) = state.series.get(slot) {
            push_series(state, series, &mut bytes);
            ends.push(bytes.len());
        }
        if bytes.len() >= BATCH_BYTES {
            flush(&mut bytes, &mut ends)?;
        }
    }
    push_deleted(state, &mut bytes);
    ends.push(bytes.len());
    let mut record = Vec::new();
    exemplars::encode(&mut record, state.exemplars.iter());
    if let Some(kind) = record.first_mut() {
        *kind = EXEMPLARS;
        bytes.extend_from_slice(&record);
        ends.push(bytes.len());
    }
    flush(&mut bytes, &mut ends)
}

fn push_series(state: &HeadState, series: &Series, out: &mut Vec<u8>) {
    out.push(SERIES);
    out.extend_from_slice(&series.id.to_be_bytes());
    let pairs = state.pairs_of(series);
    put_uvarint(out, pairs.len() as u64);
    for pair in pairs {
        let (name, value) = state.pairs.both(*pair);
        put_str(out, name);
        put_str(out, value);
    }
    out.extend_from_slice(&[0; 8]);
    let newest = state.growing(series).and_then(|(encoding, data)| {
        let encoding = Encoding::from_byte(encoding).ok()?;
        if encoding.is_float() {
            return Some((encoding, data, None));
        }
        let builder = state.histogram_of(series)?;
        let (_, last) = builder.samples().ok()?.pop()?;
        let last = match last {
            Decoded::Int(histogram) => AnyHistogram::Int(histogram),
            Decoded::Float(histogram) => AnyHistogram::Float(histogram),
        };
        Some((encoding, data, Some(last)))
    });
    let Some((encoding, data, last)) = newest else {
        put_uvarint(out, 0);
        return;
    };
    put_uvarint(out, 1);
    out.extend_from_slice(&series.chunk_start.to_be_bytes());
    out.extend_from_slice(&series.chunk.last_t().to_be_bytes());
    out.push(encoding.to_byte());
    put_uvarint(out, data.len() as u64);
    out.extend_from_slice(&data);
    match last {
        Some(last) => histograms::put(out, &last),
        None => {
            out.extend_from_slice(&[0; 56]);
            out.extend_from_slice(&series.chunk.last_v().to_bits().to_be_bytes());
        }
    }
}

fn push_deleted(state: &HeadState, out: &mut Vec<u8>) {
    let mut entries = vec![TOMBSTONES_VERSION];
    // An empty range says which references were given away, also those of series that are gone: the log may still have them.
    put_uvarint(&mut entries, state.last_ref);
    put_varint(&mut entries, 1);
    put_varint(&mut entries, 0);
    for (id, ranges) in &state.deleted {
        for (mint, maxt) in ranges.iter() {
            put_uvarint(&mut entries, *id);
            put_varint(&mut entries, mint);
            put_varint(&mut entries, maxt);
        }
    }
    out.push(TOMBSTONES);
    put_uvarint(out, entries.len() as u64);
    out.extend_from_slice(&entries);
}
