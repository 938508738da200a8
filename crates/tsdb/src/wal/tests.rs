//! Round trips of the log over page and segment borders, and what is left after cuts.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::fs::{Fs, RealFs};

fn writer(dir: &Path, segment_size: u64, compression: Compression) -> WalWriter {
    WalWriter::create(Arc::new(RealFs), dir.to_owned(), 0, segment_size, compression).unwrap()
}

/// All records of all segments, and the damage that ended the reading of a segment.
fn read_all(dir: &Path) -> (Vec<Vec<u8>>, Vec<Damage>) {
    let (mut records, mut damages) = (Vec::new(), Vec::new());
    for number in segment::list(&RealFs, dir).unwrap() {
        let mut reader = SegmentReader::open(&RealFs, &segment::path(dir, number)).unwrap();
        loop {
            match reader.next_record() {
                Ok(Some(record)) => records.push(record.to_vec()),
                Ok(None) => break,
                Err(damage) => {
                    damages.push(damage);
                    break;
                }
            }
        }
    }
    (records, damages)
}

fn random_records(count: usize, max_len: u64) -> Vec<Vec<u8>> {
    let mut state = 7_u64;
    let mut next = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state >> 33
    };
    (0..count).map(|_| (0..next() % max_len + 1).map(|_| (next() % 7) as u8).collect()).collect()
}

#[test]
fn records_survive_page_and_segment_borders() {
    for compression in [Compression::None, Compression::Snappy, Compression::Zstd] {
        let dir = tempfile::tempdir().unwrap();
        let records = random_records(60, 100_000);
        let mut wal = writer(dir.path(), 10 * 32 * 1024, compression);
        for batch in records.chunks(3) {
            wal.log(batch.iter().map(Vec::as_slice)).unwrap();
        }
        assert!(wal.segment() > 0);
        let (got, damages) = read_all(dir.path());
        assert!(got == records && damages.is_empty(), "{compression:?} {damages:?}");
    }
}

#[test]
fn a_cut_at_any_byte_leaves_the_whole_records_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let records = random_records(40, 3000);
    let mut wal = writer(dir.path(), 1 << 20, Compression::None);
    let mut ends = vec![0];
    for record in &records {
        wal.log([record.as_slice()].into_iter()).unwrap();
        ends.push(wal.offset());
    }
    let path = segment::path(dir.path(), 0);
    let len = wal.offset();
    for cut in (0..len).rev() {
        RealFs.truncate(&path, cut).unwrap();
        if cut % 13 != 0 && cut > 300 && len - cut > 300 {
            continue;
        }
        let (got, damages) = read_all(dir.path());
        let whole = ends.partition_point(|end| *end <= cut) - 1;
        assert_eq!(got, records[..whole], "cut at {cut}");
        for damage in damages {
            assert_eq!(damage.offset, ends[whole], "cut at {cut}");
        }
    }
}

#[test]
fn a_flipped_bit_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut wal = writer(dir.path(), 1 << 20, Compression::None);
    wal.log([&[1_u8; 100][..], &[2; 100], &[3; 100]].into_iter()).unwrap();
    let path = segment::path(dir.path(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[150] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    let (got, damages) = read_all(dir.path());
    assert_eq!((got.len(), damages.len(), damages[0].offset), (1, 1, 107));
    assert!(damages[0].to_string().contains("check sum"), "{}", damages[0]);
}
