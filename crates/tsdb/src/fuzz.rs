//! What the fuzz targets (`fuzz/`) call: one function per thing that is read from disk. Not for other crates.
//!
//! Each takes any bytes, never takes much more memory than they have, and panics only when a promise is broken that is
//! written beside the assertion. With `--cfg fuzzing` every check sum is right.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::block::index::reader::IndexReader;
use crate::block::meta::BlockMeta;
use crate::block::tombstones::Tombstones;
use crate::fs::{ReadFile, Region};
use crate::head::files::{ChunkBytes, End, read as read_chunks};
use crate::wal::record::{self, BadRecord, exemplars, histograms, markers, metadata, samples, series, v2};
use crate::wal::{PAGE_SIZE, SegmentReader, page};

/// A file's content.
#[derive(Clone)]
struct Bytes(Arc<[u8]>);

impl ReadFile for Bytes {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.0.get(offset..)).unwrap_or_default();
        let len = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..len), rest.get(..len)) {
            to.copy_from_slice(from);
        }
        Ok(len)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }
}

impl Region for Bytes {
    fn bytes(&self, offset: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        let end = usize::try_from(offset).ok().and_then(|offset| Some(offset..offset.checked_add(len)?));
        let bytes = end.and_then(|range| self.0.get(range));
        bytes.map(Cow::Borrowed).ok_or(io::ErrorKind::UnexpectedEof.into())
    }

    fn size(&self) -> u64 {
        self.0.len() as u64
    }
}

/// A record of a log, type byte first: what is read of it, written again, reads the same.
pub fn wal_record(bytes: &[u8]) {
    let Some((kind, body)) = bytes.split_first() else { return };
    let (read, once) = encoded(*kind, body);
    let Some((kind, body)) = once.split_first() else { return };
    let (again, twice) = encoded(*kind, body);
    assert!(read.is_err() || again.is_ok());
    assert_eq!(once, twice);
}

/// What is read of a record's body, as a record that this version writes.
fn encoded(kind: u8, body: &[u8]) -> (Result<(), BadRecord>, Vec<u8>) {
    let (mut out, mut floats, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let (mut stones, mut marks, mut meta, mut exemplar) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let result = match kind {
        record::SERIES => {
            series::begin(&mut out);
            series::decode(body, |id, labels| series::push(&mut out, id, labels.iter().copied()))
        }
        record::SAMPLES => samples::decode(body, |sample| floats.push(sample)),
        record::SAMPLES_V2 => v2::decode_samples(body, |_, sample| floats.push(sample)),
        record::HISTOGRAMS_V2 | record::FLOAT_HISTOGRAMS_V2 => {
            v2::decode_histograms(kind, body, |sample| all.push(sample))
        }
        _ if record::HISTOGRAM_RECORDS.contains(&kind) => {
            histograms::decode(kind, body, |sample| all.push(sample))
        }
        record::TOMBSTONES => record::tombstones::decode(body, |stone| stones.push(stone)),
        record::MARKERS => markers::decode(body, |marker| marks.push(marker)),
        record::METADATA => metadata::decode(body, |series, entry| meta.push((series, entry))),
        record::EXEMPLARS => exemplars::decode(body, |entry| {
            let labels = narthex_model::Labels::from_pairs(entry.labels.iter().copied());
            let timestamp = Some(entry.t);
            exemplar.push((entry.series, narthex_model::Exemplar { labels, value: entry.v, timestamp }));
        }),
        _ => Ok(()),
    };
    match kind {
        record::SERIES => {}
        record::TOMBSTONES => record::tombstones::encode(&mut out, &stones),
        record::MARKERS => markers::encode(&mut out, &marks),
        record::METADATA => metadata::encode(&mut out, meta.iter().map(|(series, entry)| (*series, entry))),
        record::EXEMPLARS => {
            exemplars::encode(&mut out, exemplar.iter().map(|(series, entry)| (*series, entry)));
        }
        _ if !floats.is_empty() => samples::encode(&mut out, &floats),
        _ => {
            if let Some(first) = all.first() {
                let kind = first.value.record_type();
                histograms::encode(&mut out, kind, &all);
            }
        }
    }
    (result, out)
}

/// The records of a segment and where the damage is, if there is one.
fn records(bytes: &[u8]) -> (Vec<Vec<u8>>, Option<u64>) {
    let mut reader = SegmentReader::over(Box::new(Bytes(Arc::from(bytes))), Path::new("segment"));
    let mut all = Vec::new();
    loop {
        match reader.next_record() {
            Ok(Some(record)) => all.push(record.to_vec()),
            Ok(None) => return (all, None),
            Err(damage) => return (all, Some(damage.offset)),
        }
    }
}

/// A segment of a log: cut where it is damaged and filled up to a page it is whole and has the same records, and they can be
/// written and read again.
pub fn wal_segment(bytes: &[u8]) {
    let (all, damage) = records(bytes);
    if let Some(offset) = damage {
        let mut repaired = bytes.get(..offset as usize).unwrap_or_default().to_vec();
        assert_eq!(records(&repaired), (all.clone(), None), "cut");
        repaired.resize(repaired.len().next_multiple_of(PAGE_SIZE), 0);
        assert_eq!(records(&repaired), (all.clone(), None), "filled up");
    }
    let mut written = Vec::new();
    for record in &all {
        let used = written.len();
        page::frame(&mut written, record, 0, used);
        assert_eq!(written.len(), used + page::framed_len(record.len(), used));
    }
    assert_eq!(records(&written), (all, None), "written");
}

/// The index of a block: everything that can be asked of it has an answer or an error.
pub fn index(bytes: &[u8]) {
    /// Longer lists are not followed: many entries may share one.
    const FOLLOWED: usize = 1000;
    let Ok(index) = IndexReader::over(Arc::new(Bytes(Arc::from(bytes))), Path::new("index")) else { return };
    let names: Vec<String> = index.names().map(str::to_owned).collect();
    let (mut series, mut followed) = (index.all().unwrap_or_default(), 0);
    for name in names.iter().take(FOLLOWED) {
        let mut values = Vec::new();
        let _ = index.values_from(name, "", |value: &str, offset| {
            values.push((value.to_owned(), offset));
            values.len() < FOLLOWED
        });
        assert!(values.len() <= index.value_count(name));
        for (value, offset) in values.into_iter().take(FOLLOWED - followed) {
            followed += 1;
            let _ = index.postings(name, &value);
            let _ = index.values_from(name, &value, |_, _| false);
            if index.postings_at(offset, &mut series).is_ok() {
                series.truncate(FOLLOWED);
            }
        }
    }
    let (mut labels, mut chunks) = (Vec::new(), Vec::new());
    for reference in series.into_iter().take(FOLLOWED) {
        if index.series(reference, &mut labels, &mut chunks).is_ok() {
            let _ = index.label_texts(&labels, |_, _| {});
        }
    }
    let _ = index.symbols(|_, _| {});
}

/// The tombstones of a block: what is read is written and read the same.
pub fn tombstones(bytes: &[u8]) {
    let Some(stones) = Tombstones::decode(bytes) else { return };
    for ranges in stones.series.values() {
        let apart = |a: &(i64, i64), b: &(i64, i64)| a.0 <= a.1 && a.1.saturating_add(1) < b.0;
        assert!(ranges.iter().collect::<Vec<_>>().is_sorted_by(apart), "sorted and apart");
    }
    assert_eq!(Tombstones::decode(&stones.encode()), Some(stones));
}

/// The description of a block: what is read is written and read the same.
pub fn meta(bytes: &[u8]) {
    let Ok(meta) = BlockMeta::parse(bytes) else { return };
    assert_eq!(BlockMeta::parse(&meta.to_json()), Ok(meta));
}

/// A head chunk file: every chunk it names can be taken from it, and cut where it is damaged it is whole and has the same
/// chunks.
pub fn head_chunks(bytes: &[u8]) {
    let all = |bytes: &[u8]| {
        let mut chunks = Vec::new();
        let file = Bytes(Arc::from(bytes));
        let end = read_chunks(Box::new(file.clone()), 1, &mut |chunk| chunks.push(chunk));
        for chunk in &chunks {
            let place = ChunkBytes::Mapped(Arc::new(file.clone()), chunk.place.offset);
            let found = place.with(|encoding, data| {
                assert_eq!(encoding, chunk.encoding);
                data.len()
            });
            assert!(found.is_ok_and(|len| len < bytes.len()), "a chunk that was named is there");
        }
        let chunks = chunks.into_iter().map(|chunk| (chunk.series, chunk.mint, chunk.maxt, chunk.place));
        (chunks.collect::<Vec<_>>(), end.unwrap_or(End::Empty))
    };
    let (chunks, end) = all(bytes);
    if let End::Damaged(offset @ 1.., _) = end {
        let repaired = bytes.get(..offset as usize).unwrap_or_default();
        assert_eq!(all(repaired), (chunks, End::Whole));
    }
}
