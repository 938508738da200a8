//! The encoding byte in front of chunk data on disk and on the wire.

use crate::ChunkError;

/// How the samples of a chunk are encoded; the discriminant is the byte on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Encoding {
    /// Floats, XOR of neighbours.
    Xor = 1,
    /// Native histograms with integer counts.
    Histogram = 2,
    /// Native histograms with float counts.
    FloatHistogram = 3,
}

impl Encoding {
    /// The encoding with this byte.
    pub fn from_byte(byte: u8) -> Result<Self, ChunkError> {
        match byte {
            1 => Ok(Self::Xor),
            2 => Ok(Self::Histogram),
            3 => Ok(Self::FloatHistogram),
            other => Err(ChunkError::UnknownEncoding(other)),
        }
    }

    /// The byte on disk.
    pub fn to_byte(self) -> u8 {
        self as u8
    }
}
