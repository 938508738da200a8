//! Series records: `1 · (ref <8b> · labels <uvarint> · (name · value)…)…`, strings behind uvarint lengths.

use super::{BadRecord, SERIES};
use crate::codec::{Cursor, put_str, put_uvarint};

/// Starts a record.
pub(crate) fn begin(out: &mut Vec<u8>) {
    out.clear();
    out.push(SERIES);
}

/// Adds one series.
pub(crate) fn push<'a>(
    out: &mut Vec<u8>,
    series: u64,
    labels: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
) {
    out.extend_from_slice(&series.to_be_bytes());
    put_uvarint(out, labels.len() as u64);
    for (name, value) in labels {
        put_str(out, name);
        put_str(out, value);
    }
}

/// Calls `visit` with every series of the record's bytes behind the type. The label vector is reused.
pub(crate) fn decode(body: &[u8], mut visit: impl FnMut(u64, &[(&str, &str)])) -> Result<(), BadRecord> {
    let mut cursor = Cursor::new(body);
    let mut labels = Vec::new();
    while !cursor.is_empty() {
        one(&mut cursor, &mut labels, &mut visit).ok_or(BadRecord { kind: SERIES })?;
    }
    Ok(())
}

fn one<'a>(
    cursor: &mut Cursor<'a>,
    labels: &mut Vec<(&'a str, &'a str)>,
    visit: &mut impl FnMut(u64, &[(&str, &str)]),
) -> Option<()> {
    let series = cursor.u64()?;
    read_labels(cursor, labels)?;
    visit(series, labels);
    Some(())
}

/// Reads a counted list of label pairs; exemplar records have the same.
pub(crate) fn read_labels<'a>(cursor: &mut Cursor<'a>, labels: &mut Vec<(&'a str, &'a str)>) -> Option<()> {
    labels.clear();
    for _ in 0..cursor.uvarint()? {
        labels.push((cursor.str()?, cursor.str()?));
    }
    Some(())
}
