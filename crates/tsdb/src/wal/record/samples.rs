//! Float sample records: `2 · first ref <8b> · first t <8b> · (ref delta <varint> · t delta <varint> · value <8b>)…`,
//! deltas against the first sample.

use super::{BadRecord, SAMPLES};
use crate::codec::{Cursor, put_varint};

/// One float sample of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    pub(crate) series: u64,
    pub(crate) t: i64,
    pub(crate) v: f64,
}

/// Writes the record of `samples`, replacing what `out` held.
pub(crate) fn encode(out: &mut Vec<u8>, samples: &[Sample]) {
    out.clear();
    let Some(first) = samples.first() else { return };
    out.reserve(17 + samples.len() * 12);
    out.push(SAMPLES);
    out.extend_from_slice(&first.series.to_be_bytes());
    out.extend_from_slice(&first.t.to_be_bytes());
    for sample in samples {
        put_varint(out, sample.series.wrapping_sub(first.series) as i64);
        put_varint(out, sample.t.wrapping_sub(first.t));
        out.extend_from_slice(&sample.v.to_bits().to_be_bytes());
    }
}

/// Calls `visit` with every sample of the record's bytes behind the type.
#[inline]
pub(crate) fn decode(body: &[u8], mut visit: impl FnMut(Sample)) -> Result<(), BadRecord> {
    let bad = BadRecord { kind: SAMPLES };
    let mut cursor = Cursor::new(body);
    if cursor.is_empty() {
        return Ok(());
    }
    let (Some(first), Some(start)) = (cursor.u64(), cursor.i64()) else { return Err(bad) };
    while !cursor.is_empty() {
        let (Some(series), Some(t), Some(v)) = (cursor.varint(), cursor.varint(), cursor.f64()) else {
            return Err(bad);
        };
        visit(Sample { series: first.wrapping_add(series as u64), t: start.wrapping_add(t), v });
    }
    Ok(())
}
