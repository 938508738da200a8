//! Why chunk bytes could not be decoded; every decoder of this crate returns it.

/// Bytes that are not a chunk of the encoding they were said to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// The bytes end in the middle of a sample.
    #[error("chunk of {len} bytes ends inside sample {sample} of {count}")]
    Truncated {
        /// Length of the chunk in bytes.
        len: usize,
        /// Index of the sample that is cut.
        sample: usize,
        /// How many samples the header announces.
        count: usize,
    },
    /// The chunk is too short for its header.
    #[error("chunk of {0} bytes is too short for its header")]
    NoHeader(usize),
    /// The encoding byte is not one that exists.
    #[error("unknown chunk encoding {0}")]
    UnknownEncoding(u8),
    /// A field has a value that no writer produces.
    #[error("chunk field {0} has an impossible value")]
    BadField(&'static str),
}
