//! The log of out-of-order samples → memory; called by the head's replay behind the write-ahead log, as its samples name
//! series of that one.
//!
//! A marker says that the samples of a series in front of it are in head chunk files, which were read before; it is
//! believed only if the chunk is there, or its file went because blocks have what was in it. One for the series 0 says that
//! chunks up to it are in blocks.
//!
//! The samples of a chunk that is lost are written into the log anew: later files may reach beyond the old marker, and its
//! file may go.

use std::io;
use std::path::Path;
use std::time::Instant;

use rustc_hash::{FxHashMap, FxHashSet};

use super::chunk::OooValue;
use crate::fs::Fs;
use crate::head::files::Place;
use crate::head::ooo::Accepted;
use crate::head::replay::ReplayReport;
use crate::head::state::HeadState;
use crate::wal::record::histograms::HistogramSample;
use crate::wal::record::markers::Marker;
use crate::wal::record::{self, histograms, markers, samples, v2};
use crate::wal::{SegmentReader, segment};

/// What the records are applied to.
pub(crate) struct OooReplay<'a> {
    pub(crate) state: &'a mut HeadState,
    /// Old references of series and their slots.
    pub(crate) aliases: &'a FxHashMap<u64, u32>,
    pub(crate) report: &'a mut ReplayReport,
    /// The last chunk in the head chunk files.
    pub(crate) last_place: Place,
    /// Series with a chunk that is lost.
    pub(crate) lost: FxHashSet<u64>,
}

impl OooReplay<'_> {
    /// Reads all segments in `dir`; returns the number of the one to start with, and what to write into it first.
    pub(crate) fn run(&mut self, fs: &dyn Fs, dir: &Path) -> io::Result<(u64, Accepted)> {
        if !fs.exists(dir) {
            return Ok((0, Accepted::default()));
        }
        let segments = segment::list(fs, dir)?;
        // A full chunk waits for its marker: behind that its samples are on disk already.
        self.state.ooo.cap += 1;
        for number in &segments {
            let begun = Instant::now();
            self.segment(fs, &segment::path(dir, *number))?;
            let (segment, last_segment) = (*number, segments.last().copied().unwrap_or_default());
            tracing::info!(segment, last_segment, duration = ?begun.elapsed(), "WBL segment loaded");
        }
        self.state.ooo.cap -= 1;
        // What was accepted stands in the log already.
        let _ = self.state.take_accepted();
        self.state.ooo.appended = 0;
        let again = self.state.ooo.growing_of(self.lost.drain());
        Ok((segments.last().map_or(0, |last| last + 1), again))
    }

    fn segment(&mut self, fs: &dyn Fs, path: &Path) -> io::Result<()> {
        self.report.segments += 1;
        let mut reader = SegmentReader::open(fs, path)?;
        loop {
            match reader.next_record() {
                Ok(Some(bytes)) => self.record(bytes, path),
                Ok(None) => return Ok(()),
                Err(damage) => {
                    let damage = damage.repairable()?;
                    tracing::warn!("{damage}; the rest of the segment is cut off");
                    self.report.repairs.push(damage.to_string());
                    return fs.truncate(&damage.path, damage.offset);
                }
            }
        }
    }

    fn record(&mut self, bytes: &[u8], path: &Path) {
        let Some((kind, body)) = bytes.split_first() else { return };
        let result = match *kind {
            record::SAMPLES => samples::decode(body, |s| self.insert(s.series, 0, s.t, OooValue::Float(s.v))),
            record::SAMPLES_V2 => {
                v2::decode_samples(body, |start, s| self.insert(s.series, start, s.t, OooValue::Float(s.v)))
            }
            record::HISTOGRAMS
            | record::FLOAT_HISTOGRAMS
            | record::CUSTOM_HISTOGRAMS
            | record::CUSTOM_FLOAT_HISTOGRAMS => histograms::decode(*kind, body, |s| self.histogram(&s)),
            record::HISTOGRAMS_V2 | record::FLOAT_HISTOGRAMS_V2 => {
                v2::decode_histograms(*kind, body, |s| self.histogram(&s))
            }
            record::MARKERS => markers::decode(body, |marker| self.marker(marker)),
            _ => {
                self.report.skipped_records += 1;
                Ok(())
            }
        };
        if let Err(bad) = result {
            tracing::warn!("{}: {bad}; its rest is left out", path.display());
            self.report.repairs.push(format!("{}: {bad}", path.display()));
        }
    }

    fn marker(&mut self, Marker { series, place }: Marker) {
        if series == 0 {
            return self.state.ooo.forget_up_to(place);
        }
        let Some(id) = self.series(series) else {
            self.report.unknown_wbl.markers += u64::from(place <= self.last_place);
            return;
        };
        let first = self.state.files.first();
        let is_in_blocks = place <= self.last_place && first.is_none_or(|first| place.file < first);
        if is_in_blocks || self.state.ooo.has_chunk(id, place) {
            self.state.ooo.forget_growing(id);
            self.lost.remove(&id);
        } else {
            self.lost.insert(id);
        }
    }

    /// The present reference of a series.
    fn series(&mut self, reference: u64) -> Option<u64> {
        self.state.last_ref = self.state.last_ref.max(reference);
        let slot = self.state.refs.get(reference)?;
        if self.aliases.contains_key(&reference) {
            self.state.ooo.pinned.insert(reference);
        }
        self.state.series.get(slot).map(|series| series.id)
    }

    fn histogram(&mut self, sample: &HistogramSample) {
        self.insert(sample.series, sample.start, sample.t, OooValue::from(&sample.value));
    }

    fn insert(&mut self, reference: u64, start: i64, t: i64, value: OooValue) {
        self.report.out_of_order_samples += 1;
        match self.series(reference) {
            Some(id) => {
                self.state.insert_out_of_order(id, start, t, value);
            }
            None => {
                self.report.unknown_refs += 1;
                match value {
                    OooValue::Float(_) => self.report.unknown_wbl.samples += 1,
                    OooValue::Histogram(_) => self.report.unknown_wbl.histograms += 1,
                }
            }
        }
    }
}
