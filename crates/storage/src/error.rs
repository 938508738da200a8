//! What can go wrong while reading.

use std::io;
use std::path::PathBuf;

/// A failed read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Bytes on disk or in memory are not what the format says.
    #[error("{place}: {reason}")]
    Corrupt {
        /// File, segment and offset, or the series.
        place: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// A limit with a name was reached.
    #[error("{0}")]
    Limit(String),
    /// The caller no longer waits.
    #[error("the query was cancelled")]
    Cancelled,
}
