//! The V2 records of Prometheus 3.11 and later, which carry start timestamps; written when start timestamps are stored.
//!
//! Types 11 (floats), 12 and 13 (histograms of either schema): the first sample is `ref · t · start`, all varints, later
//! ones are `ref delta to the one before · t delta to the first · marker <1b> · [start delta to the first]`; then the
//! value. Marker: 0 no start, 1 the start of the sample before, 2 a start follows.

use super::histograms::{HistogramSample, put, read};
use super::samples::Sample;
use super::{BadRecord, FLOAT_HISTOGRAMS_V2, HISTOGRAMS_V2, SAMPLES_V2};
use crate::codec::{Cursor, put_varint};

const NO_START: u8 = 0;
const SAME_START: u8 = 1;
const START_FOLLOWS: u8 = 2;

/// What the next sample is told as a difference to.
#[derive(Clone, Copy)]
struct Position {
    first_t: i64,
    first_start: i64,
    series: u64,
    start: i64,
}

/// Series, time and start of a sample.
type Head = (u64, i64, i64);

impl Position {
    /// Appends series, time and start of the next sample.
    fn put(position: &mut Option<Self>, out: &mut Vec<u8>, (series, t, start): Head) {
        let Some(before) = position else {
            [series as i64, t, start].into_iter().for_each(|number| put_varint(out, number));
            *position = Some(Self { first_t: t, first_start: start, series, start });
            return;
        };
        put_varint(out, series.wrapping_sub(before.series) as i64);
        put_varint(out, t.wrapping_sub(before.first_t));
        match start {
            0 => out.push(NO_START),
            _ if start == before.start => out.push(SAME_START),
            _ => {
                out.push(START_FOLLOWS);
                put_varint(out, start.wrapping_sub(before.first_start));
            }
        }
        (before.series, before.start) = (series, start);
    }

    /// Series, time and start of the next sample.
    fn next(position: &mut Option<Self>, cursor: &mut Cursor<'_>) -> Option<Head> {
        let (series, t) = (cursor.varint()?, cursor.varint()?);
        let Some(before) = position else {
            let start = cursor.varint()?;
            *position = Some(Self { first_t: t, first_start: start, series: series as u64, start });
            return Some((series as u64, t, start));
        };
        before.start = match cursor.u8()? {
            NO_START => 0,
            SAME_START => before.start,
            START_FOLLOWS => before.first_start.wrapping_add(cursor.varint()?),
            _ => return None,
        };
        before.series = before.series.wrapping_add(series as u64);
        Some((before.series, before.first_t.wrapping_add(t), before.start))
    }
}

/// Writes the record of floats, replacing what `out` held; `starts` is empty or has the start of each.
pub(crate) fn encode_samples(out: &mut Vec<u8>, samples: &[Sample], starts: &[i64]) {
    out.clear();
    let mut position = None;
    for (index, sample) in samples.iter().enumerate() {
        if index == 0 {
            out.push(SAMPLES_V2);
        }
        let start = starts.get(index).copied().unwrap_or_default();
        Position::put(&mut position, out, (sample.series, sample.t, start));
        out.extend_from_slice(&sample.v.to_bits().to_be_bytes());
    }
}

/// Writes the record of type `kind` with those histograms that belong into it; empty when there are none.
pub(crate) fn encode_histograms(out: &mut Vec<u8>, kind: u8, samples: &[HistogramSample]) {
    out.clear();
    let mut position = None;
    for sample in samples.iter().filter(|sample| record_type(sample) == kind) {
        if position.is_none() {
            out.push(kind);
        }
        Position::put(&mut position, out, (sample.series, sample.t, sample.start));
        put(out, &sample.value);
    }
}

/// The type of the record that a histogram belongs into.
pub(crate) fn record_type(sample: &HistogramSample) -> u8 {
    if sample.value.is_float() { FLOAT_HISTOGRAMS_V2 } else { HISTOGRAMS_V2 }
}

/// Calls `visit` with start and value of every sample of a float record.
pub(crate) fn decode_samples(body: &[u8], mut visit: impl FnMut(i64, Sample)) -> Result<(), BadRecord> {
    let bad = BadRecord { kind: SAMPLES_V2 };
    let mut cursor = Cursor::new(body);
    let mut position = None;
    while !cursor.is_empty() {
        let (series, t, start) = Position::next(&mut position, &mut cursor).ok_or(bad)?;
        visit(start, Sample { series, t, v: cursor.f64().ok_or(bad)? });
    }
    Ok(())
}

/// Calls `visit` with every sample of a histogram record of type `kind`.
pub(crate) fn decode_histograms(
    kind: u8,
    body: &[u8],
    mut visit: impl FnMut(HistogramSample),
) -> Result<(), BadRecord> {
    let bad = BadRecord { kind };
    let mut cursor = Cursor::new(body);
    let mut position = None;
    while !cursor.is_empty() {
        let (series, t, start) = Position::next(&mut position, &mut cursor).ok_or(bad)?;
        let value = read(&mut cursor, kind == FLOAT_HISTOGRAMS_V2).ok_or(bad)?;
        visit(HistogramSample { series, start, t, value });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use narthex_model::{FloatHistogram, Histogram};

    use super::*;
    use crate::wal::record::histograms::AnyHistogram;

    const HEADS: [Head; 6] =
        [(7, 1000, 900), (8, 1000, 900), (3, 990, 0), (3, 1005, 0), (4, 1005, -5), (u64::MAX, i64::MIN, 1)];

    #[test]
    fn floats_round_trip_and_every_cut_is_seen_or_ends_between_samples() {
        let samples = HEADS.map(|(series, t, _)| Sample { series, t, v: t as f64 });
        let starts = HEADS.map(|head| head.2);
        let mut bytes = Vec::new();
        encode_samples(&mut bytes, &samples, &starts);
        // The example of the format document: ref, t and start whole, then differences and a marker.
        assert_eq!(&bytes[..6], [SAMPLES_V2, 14, 0xd0, 0x0f, 0x88, 0x0e]);
        assert_eq!(&bytes[14..17], [2, 0, SAME_START]);
        let mut got = Vec::new();
        assert_eq!(decode_samples(&bytes[1..], |start, s| got.push((s.series, s.t, start))), Ok(()));
        assert_eq!(got, HEADS);
        for cut in 1..bytes.len() {
            let mut count = 0;
            let ended = decode_samples(&bytes[1..cut], |_, _| count += 1).is_ok();
            let mut front = Vec::new();
            encode_samples(&mut front, &samples[..count], &starts[..count]);
            assert_eq!(ended, cut == front.len().max(1), "{cut}");
        }
        encode_samples(&mut bytes, &samples, &[]);
        decode_samples(&bytes[1..], |start, _| assert_eq!(start, 0)).unwrap();
        encode_samples(&mut bytes, &[], &[]);
        assert!(bytes.is_empty());
    }

    #[test]
    fn histograms_go_into_the_record_of_their_kind() {
        let all: Vec<HistogramSample> = HEADS
            .iter()
            .enumerate()
            .map(|(index, (series, t, start))| {
                let value = if index % 2 == 0 {
                    AnyHistogram::Int(Histogram { count: index as u64, ..Histogram::default() })
                } else {
                    AnyHistogram::Float(FloatHistogram { count: index as f64, ..FloatHistogram::default() })
                };
                HistogramSample { series: *series, start: *start, t: *t, value }
            })
            .collect();
        for kind in [HISTOGRAMS_V2, FLOAT_HISTOGRAMS_V2] {
            let (mut bytes, mut got) = (Vec::new(), Vec::new());
            encode_histograms(&mut bytes, kind, &all);
            assert_eq!(decode_histograms(kind, &bytes[1..], |sample| got.push(sample)), Ok(()));
            let want: Vec<_> = all.iter().filter(|sample| record_type(sample) == kind).cloned().collect();
            assert_eq!(got, want);
            encode_histograms(&mut bytes, kind, &[]);
            assert!(bytes.is_empty());
        }
    }
}
