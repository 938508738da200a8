//! Marker records of the out-of-order log: `5 · (ref <8b> · chunk <8b>)…`.
//!
//! A marker says that all out-of-order samples of the series in front of it are in head chunk files; `chunk` is the place
//! of the last of them (file number × 2³² + offset), 0 when there is none.

use super::{BadRecord, MARKERS};
use crate::codec::Cursor;
use crate::head::files::Place;

/// The samples of a series so far are in chunks up to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) series: u64,
    pub(crate) place: Place,
}

/// Writes the record, replacing what `out` held; empty when there are no markers.
pub(crate) fn encode(out: &mut Vec<u8>, markers: &[Marker]) {
    out.clear();
    if markers.is_empty() {
        return;
    }
    out.push(MARKERS);
    for marker in markers {
        out.extend_from_slice(&marker.series.to_be_bytes());
        out.extend_from_slice(&marker.place.file.to_be_bytes());
        out.extend_from_slice(&marker.place.offset.to_be_bytes());
    }
}

/// Calls `visit` with every marker of the record's bytes behind the type.
pub(crate) fn decode(body: &[u8], mut visit: impl FnMut(Marker)) -> Result<(), BadRecord> {
    let mut cursor = Cursor::new(body);
    while !cursor.is_empty() {
        let (Some(series), Some(file), Some(offset)) = (cursor.u64(), cursor.u32(), cursor.u32()) else {
            return Err(BadRecord { kind: MARKERS });
        };
        visit(Marker { series, place: Place { file, offset } });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_round_trip_and_a_cut_one_is_seen() {
        let markers = [3, 7].map(|n| Marker { series: n, place: Place { file: n as u32, offset: 9 } });
        let mut bytes = Vec::new();
        encode(&mut bytes, &markers);
        assert_eq!((bytes[0], bytes.len()), (MARKERS, 33));
        let mut got = Vec::new();
        assert_eq!(decode(&bytes[1..], |marker| got.push(marker)), Ok(()));
        assert_eq!(got, markers);
        assert!(decode(&bytes[1..20], |_| ()).is_err());
        encode(&mut bytes, &[]);
        assert!(bytes.is_empty());
    }
}
