//! Compression of single records: chosen by the writer, recognised by the reader from a bit of the record header.

use std::io::{self, Read};

use super::record::{Record, samples};
use super::sample_snappy;

/// How records are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all.
    None,
    /// Snappy block format.
    #[default]
    Snappy,
    /// Zstandard frames, fastest level.
    Zstd,
}

/// Header bit of a snappy record.
pub(super) const SNAPPY_BIT: u8 = 1 << 3;
/// Header bit of a zstd record.
pub(super) const ZSTD_BIT: u8 = 1 << 4;
/// No record is larger than this when decompressed; more is taken for damage.
const MAX_RECORD: usize = 1 << 30;
/// Snappy makes at most 64 bytes of 3; a record that announces more is damaged, and gets no memory.
const SNAPPY_RATIO_MAX: usize = 22;

/// Compresses records, keeping its buffers.
pub(super) struct Compressor {
    kind: Compression,
    snappy: snap::raw::Encoder,
    /// A record of samples in its plain form.
    plain: Vec<u8>,
    out: Vec<u8>,
}

/// What is to be written for a record.
pub(super) struct Body<'a> {
    pub(super) bytes: &'a [u8],
    /// The bit in the header that says how to read them.
    pub(super) bit: u8,
    /// Bytes that compression saved.
    pub(super) saved: u64,
}

impl Compressor {
    pub(super) fn new(kind: Compression) -> Self {
        Self { kind, snappy: snap::raw::Encoder::new(), plain: Vec::new(), out: Vec::new() }
    }

    /// What to write for `record`: its plain bytes when compression does not help.
    pub(super) fn compress<'a>(&'a mut self, record: Record<'a>) -> Body<'a> {
        let record = match record {
            Record::Encoded(bytes) => bytes,
            Record::Floats(samples) => {
                if self.kind == Compression::Snappy && !samples.is_empty() {
                    let packed = sample_snappy::pack(samples, &mut self.out);
                    let len = packed.end - packed.start;
                    if len < packed.plain {
                        let bytes = self.out.get(packed.start..packed.end).unwrap_or_default();
                        return Body { bytes, bit: SNAPPY_BIT, saved: (packed.plain - len) as u64 };
                    }
                }
                samples::encode(&mut self.plain, samples);
                &self.plain
            }
        };
        let (len, bit) = match self.kind {
            Compression::None => (None, 0),
            Compression::Snappy => {
                self.out.resize(snap::raw::max_compress_len(record.len()), 0);
                (self.snappy.compress(record, &mut self.out).ok(), SNAPPY_BIT)
            }
            Compression::Zstd => {
                self.out.resize(zstd::zstd_safe::compress_bound(record.len()), 0);
                (zstd::bulk::compress_to_buffer(record, &mut self.out, 1).ok(), ZSTD_BIT)
            }
        };
        match len.and_then(|len| self.out.get(..len)) {
            Some(packed) if packed.len() < record.len() => {
                Body { bytes: packed, bit, saved: (record.len() - packed.len()) as u64 }
            }
            _ => Body { bytes: record, bit: 0, saved: 0 },
        }
    }
}

/// Appends the plain bytes of a record with this header byte to `out`, which is empty.
pub(super) fn decompress(header: u8, data: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    if header & SNAPPY_BIT != 0 {
        let len = snap::raw::decompress_len(data).map_err(|error| invalid(error.to_string()))?;
        if len > MAX_RECORD.min(data.len().saturating_mul(SNAPPY_RATIO_MAX)) {
            return Err(invalid(format!("snappy record announces {len} bytes")));
        }
        out.resize(len, 0);
        snap::raw::Decoder::new().decompress(data, out).map_err(|error| invalid(error.to_string()))?;
    } else if header & ZSTD_BIT != 0 {
        // What a frame announces is not believed: the buffer grows with what is really there.
        zstd::stream::read::Decoder::with_buffer(data)?.take(MAX_RECORD as u64 + 1).read_to_end(out)?;
        if out.len() > MAX_RECORD {
            return Err(invalid(format!("zstd record of more than {MAX_RECORD} bytes")));
        }
    } else {
        out.extend_from_slice(data);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_announces_is_not_believed() {
        let mut out = Vec::new();
        // Snappy: a gigabyte of nothing. Zstandard: a frame header that says the same.
        for (header, data) in [
            (SNAPPY_BIT, &[0x80, 0x80, 0x80, 0x80, 0x04, 0][..]),
            (ZSTD_BIT, &[0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40]),
        ] {
            assert!(decompress(header, data, &mut out).is_err());
            assert!(out.capacity() < 1 << 20, "{}", out.capacity());
        }
        for kind in [Compression::Snappy, Compression::Zstd] {
            let plain = vec![7; 1 << 20];
            let mut compressor = Compressor::new(kind);
            let packed = compressor.compress(Record::Encoded(&plain));
            out.clear();
            decompress(packed.bit, packed.bytes, &mut out).unwrap();
            assert!(out == plain && packed.bytes.len() < plain.len() / 20, "{kind:?}");
        }
    }
}
