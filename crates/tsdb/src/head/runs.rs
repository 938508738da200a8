//! A transaction's samples as runs in which no series has two kinds of samples: the log and memory take floats before
//! histograms, so a series that has both would otherwise lose the order in which they were appended.
//!
//! A scrape is one run; the work is done only for series that have a histogram in the transaction.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::wal::record::histograms::HistogramSample;
use crate::wal::record::samples::Sample;
use crate::wal::record::{Record, SAMPLES, Version};

/// Where a run ends: the numbers of floats and of histograms up to there.
pub(super) type RunEnd = (usize, usize);

/// The ends of the runs, the last one being the end of the transaction. `floats_before` says for each histogram how many
/// floats were appended before it.
pub(super) fn runs(
    floats: &[Sample],
    histograms: &[HistogramSample],
    floats_before: &[usize],
    version: Version,
) -> Vec<RunEnd> {
    let end = (floats.len(), histograms.len());
    if histograms.is_empty() {
        return vec![end];
    }
    let mixed: FxHashSet<u64> = histograms.iter().map(|sample| sample.series).collect();
    let mut ends = Vec::new();
    let mut kinds: FxHashMap<u64, u8> = FxHashMap::default();
    let mut note = |series: u64, kind: u8, at: RunEnd| {
        if kinds.insert(series, kind).is_some_and(|before| before != kind) {
            ends.push(at);
            kinds.clear();
            kinds.insert(series, kind);
        }
    };
    let mut next_float = 0;
    let places = floats_before.iter().copied().chain([floats.len()]);
    for (index, until) in places.enumerate() {
        for (at, float) in floats.iter().enumerate().take(until).skip(next_float) {
            if mixed.contains(&float.series) {
                note(float.series, SAMPLES, (at, index));
            }
        }
        next_float = next_float.max(until);
        if let Some(sample) = histograms.get(index) {
            note(sample.series, version.record_type(sample), (next_float, index));
        }
    }
    ends.push(end);
    ends
}

/// A record of one run.
pub(super) enum RunRecord<'a> {
    /// Floats, encoded by the log itself.
    Floats(&'a [Sample]),
    /// All others.
    Encoded(Vec<u8>),
}

impl RunRecord<'_> {
    pub(super) fn borrow(&self) -> Record<'_> {
        match self {
            Self::Floats(samples) => Record::Floats(samples),
            Self::Encoded(bytes) => Record::Encoded(bytes),
        }
    }
}

/// The records of the runs that end at `ends`, in order; `starts` are those of the floats, if they are stored.
pub(super) fn records<'a>(
    version: Version,
    ends: &[RunEnd],
    floats: &'a [Sample],
    starts: &[i64],
    histograms: &[HistogramSample],
) -> Vec<RunRecord<'a>> {
    let mut records = Vec::new();
    let mut from = (0, 0);
    for to in ends {
        let floats = floats.get(from.0..to.0).unwrap_or_default();
        if version == Version::V1 {
            records.push(RunRecord::Floats(floats));
        } else if !floats.is_empty() {
            let mut record = Vec::new();
            version.encode_samples(&mut record, floats, starts.get(from.0..to.0).unwrap_or_default());
            records.push(RunRecord::Encoded(record));
        }
        let histograms = histograms.get(from.1..to.1).unwrap_or_default();
        let kinds = version.histogram_records().iter().filter(|_| !histograms.is_empty());
        records.extend(kinds.map(|kind| {
            let mut record = Vec::new();
            version.encode_histograms(&mut record, *kind, histograms);
            RunRecord::Encoded(record)
        }));
        from = *to;
    }
    records
}

#[cfg(test)]
mod tests {
    use narthex_model::{FloatHistogram, Histogram};

    use super::*;
    use crate::wal::record::histograms::AnyHistogram;

    #[test]
    fn a_run_ends_where_a_series_changes_its_kind() {
        // Series and kind: `f` float, `h` histogram, `g` float histogram.
        type Case<'a> = (&'a [(u64, char)], &'a [RunEnd]);
        let cases: [Case<'_>; 6] = [
            (&[], &[(0, 0)]),
            (&[(1, 'f'), (1, 'f'), (2, 'f')], &[(3, 0)]),
            (&[(1, 'f'), (2, 'h'), (3, 'f'), (2, 'h')], &[(2, 2)]),
            (&[(1, 'f'), (2, 'h'), (1, 'h'), (2, 'h')], &[(1, 1), (1, 3)]),
            (&[(1, 'h'), (1, 'f'), (2, 'f'), (1, 'h')], &[(0, 1), (2, 1), (2, 2)]),
            (&[(1, 'g'), (1, 'h'), (5, 'f')], &[(0, 1), (1, 2)]),
        ];
        for (events, want) in cases {
            let (mut floats, mut histograms, mut before) = (Vec::new(), Vec::new(), Vec::new());
            for (series, kind) in events {
                let (series, t) = (*series, 0);
                let value = match kind {
                    'h' => AnyHistogram::Int(Histogram::default()),
                    'g' => AnyHistogram::Float(FloatHistogram::default()),
                    _ => {
                        floats.push(Sample { series, t, v: 0.0 });
                        continue;
                    }
                };
                before.push(floats.len());
                histograms.push(HistogramSample { series, start: 0, t, value });
            }
            assert_eq!(runs(&floats, &histograms, &before, Version::V1), want, "{events:?}");
        }
    }
}
