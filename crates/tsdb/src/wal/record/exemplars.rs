//! Exemplar records: `4 · first ref <8b> · first t <8b> · (ref delta · t delta · value <8b> · labels)…`, deltas
//! against the first exemplar, labels as in series records.

use super::series::read_labels;
use super::{BadRecord, EXEMPLARS};
use crate::codec::{Cursor, put_str, put_uvarint, put_varint};

/// One exemplar; its labels stay in the record's bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExemplarEntry<'a> {
    pub(crate) series: u64,
    pub(crate) t: i64,
    pub(crate) v: f64,
    pub(crate) labels: &'a [(&'a str, &'a str)],
}

/// Writes the record, replacing what `out` held.
pub(crate) fn encode<'a>(
    out: &mut Vec<u8>,
    exemplars: impl Iterator<Item = (u64, &'a narthex_model::Exemplar)>,
) {
    out.clear();
    let mut base = None;
    for (series, exemplar) in exemplars {
        let t = exemplar.timestamp.unwrap_or_default();
        let (first, start) = *base.get_or_insert_with(|| {
            out.push(EXEMPLARS);
            out.extend_from_slice(&series.to_be_bytes());
            out.extend_from_slice(&t.to_be_bytes());
            (series, t)
        });
        put_varint(out, series.wrapping_sub(first) as i64);
        put_varint(out, t.wrapping_sub(start));
        out.extend_from_slice(&exemplar.value.to_bits().to_be_bytes());
        put_uvarint(out, exemplar.labels.len() as u64);
        for (name, value) in &exemplar.labels {
            put_str(out, name);
            put_str(out, value);
        }
    }
}

/// Calls `visit` with every exemplar of the record's bytes behind the type.
pub(crate) fn decode(body: &[u8], mut visit: impl FnMut(ExemplarEntry<'_>)) -> Result<(), BadRecord> {
    let bad = BadRecord { kind: EXEMPLARS };
    let mut cursor = Cursor::new(body);
    if cursor.is_empty() {
        return Ok(());
    }
    let (Some(first), Some(start)) = (cursor.u64(), cursor.i64()) else { return Err(bad) };
    let mut labels = Vec::new();
    while !cursor.is_empty() {
        let (Some(series), Some(t), Some(v)) = (cursor.varint(), cursor.varint(), cursor.f64()) else {
            return Err(bad);
        };
        read_labels(&mut cursor, &mut labels).ok_or(bad)?;
        let (series, t) = (first.wrapping_add(series as u64), start.wrapping_add(t));
        visit(ExemplarEntry { series, t, v, labels: &labels });
    }
    Ok(())
}
