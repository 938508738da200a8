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
    /// Floats with start timestamps.
    Xor2 = 4,
    /// Native histograms with integer counts and start timestamps.
    HistogramStart = 5,
    /// Native histograms with float counts and start timestamps.
    FloatHistogramStart = 6,
}

impl Encoding {
    /// The encoding with this byte.
    pub fn from_byte(byte: u8) -> Result<Self, ChunkError> {
        match byte {
            1 => Ok(Self::Xor),
            2 => Ok(Self::Histogram),
            3 => Ok(Self::FloatHistogram),
            4 => Ok(Self::Xor2),
            5 => Ok(Self::HistogramStart),
            6 => Ok(Self::FloatHistogramStart),
            other => Err(ChunkError::UnknownEncoding(other)),
        }
    }

    /// Whether the samples are floats.
    pub fn is_float(self) -> bool {
        matches!(self, Self::Xor | Self::Xor2)
    }

    /// Whether the samples are histograms with float counts.
    pub fn is_float_histogram(self) -> bool {
        matches!(self, Self::FloatHistogram | Self::FloatHistogramStart)
    }

    /// Whether the samples have start timestamps.
    pub fn has_starts(self) -> bool {
        matches!(self, Self::Xor2 | Self::HistogramStart | Self::FloatHistogramStart)
    }

    /// How many samples the chunk `data` says it has.
    pub fn count(self, data: &[u8]) -> u16 {
        let count = data.first_chunk::<2>().map_or(0, |count| u16::from_be_bytes(*count));
        match self {
            // The two top bits are the reset header.
            Self::HistogramStart | Self::FloatHistogramStart => count & 0x3fff,
            _ => count,
        }
    }

    /// The byte on disk.
    pub fn to_byte(self) -> u8 {
        self as u8
    }
}
