//! The `tombstones` file: deleted ranges by series, and the ranges themselves.
//!
//! File: `magic 0x0130BA30 <4b> · version 1 <1b> · (ref <uvarint> · mint <varint> · maxt <varint>)… · CRC32C <4b>` over
//! the entries. In a block a reference is the series' place in the index.

use std::collections::BTreeMap;
use std::path::Path;

use super::BlockError;
use crate::codec::{Cursor, checksum, put_uvarint, put_varint, sum_is};
use crate::fs::Fs;

/// The file's name.
pub(crate) const FILE: &str = "tombstones";
const MAGIC: u32 = 0x0130_BA30;
const VERSION: u8 = 1;

/// Deleted ranges of one series, inclusive, sorted, apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ranges {
    ranges: Vec<(i64, i64)>,
}

impl Ranges {
    /// Adds a range, joining it with those it touches.
    pub(crate) fn add(&mut self, mint: i64, maxt: i64) {
        let from = self.ranges.partition_point(|range| range.1.saturating_add(1) < mint);
        let to = self.ranges.partition_point(|range| range.0 <= maxt.saturating_add(1));
        let touched = self.ranges.get(from..to).unwrap_or_default();
        let mint = touched.first().map_or(mint, |first| first.0.min(mint));
        let maxt = touched.last().map_or(maxt, |last| last.1.max(maxt));
        self.ranges.splice(from..to, [(mint, maxt)]);
    }

    /// Whether a sample at `t` is deleted.
    pub(crate) fn contains(&self, t: i64) -> bool {
        let index = self.ranges.partition_point(|range| range.1 < t);
        self.ranges.get(index).is_some_and(|range| range.0 <= t)
    }

    /// Whether everything in `[mint, maxt]` is deleted.
    pub(crate) fn covers(&self, mint: i64, maxt: i64) -> bool {
        let index = self.ranges.partition_point(|range| range.1 < mint);
        self.ranges.get(index).is_some_and(|range| range.0 <= mint && maxt <= range.1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Forgets what ends before `mint`.
    pub(crate) fn truncate(&mut self, mint: i64) {
        self.ranges.retain(|range| range.1 >= mint);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, i64)> {
        self.ranges.iter().copied()
    }
}

/// Deleted ranges by series reference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Tombstones {
    pub(crate) series: BTreeMap<u64, Ranges>,
}

impl Tombstones {
    /// Adds a range to a series.
    pub(crate) fn add(&mut self, series: u64, mint: i64, maxt: i64) {
        self.series.entry(series).or_default().add(mint, maxt);
    }

    /// How many ranges.
    pub(crate) fn len(&self) -> u64 {
        self.series.values().map(|ranges| ranges.ranges.len() as u64).sum()
    }

    /// Reads a file, and its length; a missing one has none.
    pub(crate) fn read(fs: &dyn Fs, path: &Path) -> Result<(Self, u64), BlockError> {
        if !fs.exists(path) {
            return Ok(Default::default());
        }
        let bytes = fs.read(path).map_err(BlockError::io(path))?;
        let stones = Self::decode(&bytes)
            .ok_or_else(|| BlockError::corrupt(path, "not a tombstones file of version 1"))?;
        Ok((stones, bytes.len() as u64))
    }

    /// The tombstones in a file's content.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (header, rest) = bytes.split_first_chunk::<5>()?;
        let (entries, crc) = rest.split_last_chunk::<4>()?;
        if header[..4] != MAGIC.to_be_bytes()
            || header[4] != VERSION
            || !sum_is(entries, u32::from_be_bytes(*crc))
        {
            return None;
        }
        let mut cursor = Cursor::new(entries);
        let mut stones = Self::default();
        while !cursor.is_empty() {
            let (series, mint, maxt) = (cursor.uvarint()?, cursor.varint()?, cursor.varint()?);
            if mint <= maxt {
                stones.add(series, mint, maxt);
            }
        }
        Some(stones)
    }

    /// The file's content.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_be_bytes().to_vec();
        out.push(VERSION);
        for (series, ranges) in &self.series {
            for (mint, maxt) in ranges.iter() {
                put_uvarint(&mut out, *series);
                put_varint(&mut out, mint);
                put_varint(&mut out, maxt);
            }
        }
        let crc = checksum(out.get(5..).unwrap_or_default());
        out.extend_from_slice(&crc.to_be_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join() {
        let mut ranges = Ranges::default();
        for (mint, maxt) in [(10, 20), (40, 50), (21, 25), (60, 60), (45, 59)] {
            ranges.add(mint, maxt);
        }
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [(10, 25), (40, 60)]);
        assert!(ranges.contains(10) && ranges.contains(25) && !ranges.contains(26) && !ranges.contains(9));
        assert!(ranges.covers(41, 60) && !ranges.covers(20, 41));
        ranges.add(0, 100);
        assert_eq!(ranges.iter().collect::<Vec<_>>(), [(0, 100)]);
    }

    #[test]
    fn file_round_trip() {
        let mut stones = Tombstones::default();
        stones.add(7, -5, 5);
        stones.add(1 << 40, 1, 2);
        let bytes = stones.encode();
        assert_eq!(Tombstones::decode(&bytes), Some(stones));
        assert_eq!(Tombstones::default().encode().len(), 9);
        for cut in 0..bytes.len() {
            assert_eq!(Tombstones::decode(&bytes[..cut]), None);
        }
    }
}
