//! `meta.json`: what a block is, where it comes from.

use serde::{Deserialize, Serialize};

/// The file's name.
pub(crate) const FILE: &str = "meta.json";

/// The hint of a block that has nothing but samples that came out of order.
pub(crate) const OUT_OF_ORDER: &str = "from-out-of-order";
/// The hint of a block that has nothing but series that left the head because they were stale.
pub(crate) const STALE_SERIES: &str = "from-stale-series";
/// The hints of blocks that have only a part of what the head had in their range.
const PARTIAL: [&str; 3] = [OUT_OF_ORDER, STALE_SERIES, "from-selected-series"];

/// The description of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct BlockMeta {
    /// The block's name.
    pub ulid: String,
    /// First millisecond that may be in the block.
    #[serde(rename = "minTime")]
    pub min_time: i64,
    /// First millisecond behind the block.
    #[serde(rename = "maxTime")]
    pub max_time: i64,
    /// Counts.
    #[serde(default)]
    pub stats: BlockStats,
    /// Where it comes from.
    pub compaction: Compaction,
    /// The version of this file, 1.
    pub version: u32,
}

/// How much a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct BlockStats {
    /// Samples.
    #[serde(rename = "numSamples", default, skip_serializing_if = "is_zero")]
    pub num_samples: u64,
    /// Samples that are floats.
    #[serde(rename = "numFloatSamples", default, skip_serializing_if = "is_zero")]
    pub num_float_samples: u64,
    /// Samples that are histograms.
    #[serde(rename = "numHistogramSamples", default, skip_serializing_if = "is_zero")]
    pub num_histogram_samples: u64,
    /// Series.
    #[serde(rename = "numSeries", default, skip_serializing_if = "is_zero")]
    pub num_series: u64,
    /// Chunks.
    #[serde(rename = "numChunks", default, skip_serializing_if = "is_zero")]
    pub num_chunks: u64,
    /// Deleted ranges.
    #[serde(rename = "numTombstones", default, skip_serializing_if = "is_zero")]
    pub num_tombstones: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A block's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Compaction {
    /// 1 for a block from the head, one more with each compaction.
    pub level: u32,
    /// The level 1 blocks in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The blocks it was made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Parent>,
    /// Whether compacting it failed, so that it is left alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// Whether it may be removed at the next occasion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deletable: bool,
    /// Words such as `from-out-of-order`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// A block that another one was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its name.
    pub ulid: String,
    /// Its first millisecond.
    #[serde(rename = "minTime")]
    pub min_time: i64,
    /// The first millisecond behind it.
    #[serde(rename = "maxTime")]
    pub max_time: i64,
}

impl BlockMeta {
    /// Whether it has only a part of what the head had in its range: samples that came out of order, or series that were
    /// stale or chosen. Then its end says nothing about what the head still has.
    pub(crate) fn is_partial(&self) -> bool {
        self.compaction.hints.iter().any(|hint| PARTIAL.contains(&hint.as_str()))
    }

    /// Reads the file's content.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let meta: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if meta.version != 1 {
            return Err(format!("unknown version {}, expected 1", meta.version));
        }
        Ok(meta)
    }

    /// The file's content, indented by tabs as Prometheus writes it.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
        // Writing plain structures into memory cannot fail.
        let written = self.serialize(&mut serializer);
        debug_assert!(written.is_ok());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let meta = BlockMeta {
            ulid: "01HF7YAT00".to_owned(),
            min_time: 1,
            max_time: 2,
            stats: BlockStats { num_series: 3, ..BlockStats::default() },
            compaction: Compaction { level: 1, sources: vec!["x".to_owned()], ..Compaction::default() },
            version: 1,
        };
        let json = meta.to_json();
        assert!(String::from_utf8_lossy(&json).contains("\n\t\"minTime\": 1,\n"));
        assert_eq!(BlockMeta::parse(&json), Ok(meta));
        assert!(BlockMeta::parse(b"{}").is_err());
    }
}
