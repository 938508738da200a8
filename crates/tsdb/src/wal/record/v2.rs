//! The V2 records of Prometheus 3.11 and later, which carry start timestamps; read, never written.
//!
//! Types 11 (floats), 12 and 13 (histograms of either schema): the first sample is `ref · t · start`, all varints, later
//! ones are `ref delta to the one before · t delta to the first · marker <1b> · [start delta to the first]`; then the
//! value. Marker: 0 no start, 1 the start of the sample before, 2 a start follows. Starts are read over: chunks of
//! this version do not hold them.

use super::histograms::{HistogramSample, read};
use super::samples::Sample;
use super::{BadRecord, FLOAT_HISTOGRAMS_V2, SAMPLES_V2};
use crate::codec::Cursor;

const NO_START: u8 = 0;
const SAME_START: u8 = 1;
const START_FOLLOWS: u8 = 2;

/// Where the next sample belongs.
struct Position {
    first_t: i64,
    series: u64,
}

impl Position {
    /// The series and time of the next sample.
    fn next(position: &mut Option<Self>, cursor: &mut Cursor<'_>) -> Option<(u64, i64)> {
        let (series, t) = (cursor.varint()?, cursor.varint()?);
        match position {
            None => {
                cursor.varint()?;
                *position = Some(Self { first_t: t, series: series as u64 });
                Some((series as u64, t))
            }
            Some(position) => {
                match cursor.u8()? {
                    NO_START | SAME_START => {}
                    START_FOLLOWS => drop(cursor.varint()?),
                    _ => return None,
                }
                position.series = position.series.wrapping_add(series as u64);
                Some((position.series, position.first_t.wrapping_add(t)))
            }
        }
    }
}

/// Calls `visit` with every sample of a float record.
pub(crate) fn decode_samples(body: &[u8], mut visit: impl FnMut(Sample)) -> Result<(), BadRecord> {
    let bad = BadRecord { kind: SAMPLES_V2 };
    let mut cursor = Cursor::new(body);
    let mut position = None;
    while !cursor.is_empty() {
        let (series, t) = Position::next(&mut position, &mut cursor).ok_or(bad)?;
        visit(Sample { series, t, v: cursor.f64().ok_or(bad)? });
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
        let (series, t) = Position::next(&mut position, &mut cursor).ok_or(bad)?;
        let value = read(&mut cursor, kind == FLOAT_HISTOGRAMS_V2).ok_or(bad)?;
        visit(HistogramSample { series, t, value });
    }
    Ok(())
}
