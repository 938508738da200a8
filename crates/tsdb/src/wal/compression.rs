//! Compression of single records: chosen by the writer, recognised by the reader from a bit of the record header.

use std::io;

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

/// Compresses records, keeping its buffers.
pub(super) struct Compressor {
    kind: Compression,
    snappy: snap::raw::Encoder,
    out: Vec<u8>,
}

impl Compressor {
    pub(super) fn new(kind: Compression) -> Self {
        Self { kind, snappy: snap::raw::Encoder::new(), out: Vec::new() }
    }

    /// The bytes to write for `record` and their header bit; as they are when compression does not help.
    pub(super) fn compress<'a>(&'a mut self, record: &'a [u8]) -> (&'a [u8], u8) {
        let (len, bit) = match self.kind {
            Compression::None => return (record, 0),
            Compression::Snappy => {
                let len = sample_snappy::compress(record, &mut self.out).or_else(|| {
                    self.out.resize(snap::raw::max_compress_len(record.len()), 0);
                    self.snappy.compress(record, &mut self.out).ok()
                });
                (len, SNAPPY_BIT)
            }
            Compression::Zstd => {
                self.out.resize(zstd::zstd_safe::compress_bound(record.len()), 0);
                (zstd::bulk::compress_to_buffer(record, &mut self.out, 1).ok(), ZSTD_BIT)
            }
        };
        match len.and_then(|len| self.out.get(..len)) {
            Some(packed) if packed.len() < record.len() => (packed, bit),
            _ => (record, 0),
        }
    }
}

/// Appends the plain bytes of a record with this header byte to `out`, which is empty.
pub(super) fn decompress(header: u8, data: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    if header & SNAPPY_BIT != 0 {
        let len = snap::raw::decompress_len(data).map_err(|error| invalid(error.to_string()))?;
        if len > MAX_RECORD {
            return Err(invalid(format!("snappy record announces {len} bytes")));
        }
        out.resize(len, 0);
        snap::raw::Decoder::new().decompress(data, out).map_err(|error| invalid(error.to_string()))?;
    } else if header & ZSTD_BIT != 0 {
        *out = zstd::bulk::decompress(data, zstd_len(data).unwrap_or(MAX_RECORD))?;
    } else {
        out.extend_from_slice(data);
    }
    Ok(())
}

/// The decompressed length a zstd frame announces, within the limit.
fn zstd_len(data: &[u8]) -> Option<usize> {
    let len = zstd::zstd_safe::get_frame_content_size(data).ok()??;
    usize::try_from(len).ok().filter(|len| *len <= MAX_RECORD)
}
