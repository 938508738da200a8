//! Tombstone records: `3 · (ref <8b> · mint <varint> · maxt <varint>)…`, the ranges inclusive.

use super::{BadRecord, TOMBSTONES};
use crate::codec::{Cursor, put_varint};

/// A deleted range of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tombstone {
    pub(crate) series: u64,
    pub(crate) mint: i64,
    pub(crate) maxt: i64,
}

/// Writes the record, replacing what `out` held.
pub(crate) fn encode(out: &mut Vec<u8>, tombstones: &[Tombstone]) {
    out.clear();
    out.push(TOMBSTONES);
    for stone in tombstones {
        out.extend_from_slice(&stone.series.to_be_bytes());
        put_varint(out, stone.mint);
        put_varint(out, stone.maxt);
    }
}

/// Calls `visit` with every range of the record's bytes behind the type.
pub(crate) fn decode(body: &[u8], mut visit: impl FnMut(Tombstone)) -> Result<(), BadRecord> {
    let mut cursor = Cursor::new(body);
    while !cursor.is_empty() {
        let (Some(series), Some(mint), Some(maxt)) = (cursor.u64(), cursor.varint(), cursor.varint()) else {
            return Err(BadRecord { kind: TOMBSTONES });
        };
        visit(Tombstone { series, mint, maxt });
    }
    Ok(())
}
