//! The log of out-of-order samples → memory; called by the head's replay behind the write-ahead log, as its samples name
//! series of that one.
//!
//! A marker says that the samples of a series in front of it are in head chunk files, which were read before; it is
//! believed only if the files reach that far. One for the series 0 says that chunks up to it are in blocks.

use std::io;
use std::path::Path;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::chunk::OooValue;
use crate::fs::Fs;
use crate::head::files::Place;
use crate::head::replay::ReplayReport;
use crate::head::state::HeadState;
use crate::wal::record::histograms::HistogramSample;
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
}

impl OooReplay<'_> {
    /// Reads all segments in `dir`; returns the number of the one to start with.
    pub(crate) fn run(&mut self, fs: &dyn Fs, dir: &Path) -> io::Result<u64> {
        if !fs.exists(dir) {
            return Ok(0);
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
        Ok(segments.last().map_or(0, |last| last + 1))
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
            record::MARKERS => markers::decode(body, |marker| {
                if marker.series == 0 {
                    self.state.ooo.forget_up_to(marker.place);
                } else if marker.place <= self.last_place && self.state.refs.get(marker.series).is_none() {
                    self.report.unknown_wbl.markers += 1;
                } else if marker.place <= self.last_place
                    && let Some(id) = self.series(marker.series)
                {
                    self.state.ooo.forget_growing(id);
                }
            }),
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
