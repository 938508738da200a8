//! Why a mechanism could not list its targets. The manager logs it and keeps the groups of before.

use std::fmt;
use std::io;
use std::path::PathBuf;

use narthex_http_client::{ClientError, DecodeError};

/// A failed refresh.
#[derive(Debug, thiserror::Error)]
pub enum DiscoveryError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// What was read is not a list of target groups.
    #[error("{place}: {reason}")]
    Parse {
        /// File or URL.
        place: String,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A request failed.
    #[error("{url}: {source}")]
    Request {
        /// The URL, without credentials.
        url: String,
        /// The client's reason.
        source: ClientError,
    },
    /// The answer's body cannot be decompressed.
    #[error("{url}: {source}")]
    Decode {
        /// The URL, without credentials.
        url: String,
        /// The decoder's reason.
        source: DecodeError,
    },
    /// The server refused.
    #[error("{url}: server returned HTTP status {status}{}", Said(.message))]
    Status {
        /// The URL, without credentials.
        url: String,
        /// What it answered.
        status: http::StatusCode,
        /// The beginning of what it said about it, on one line; often empty.
        message: String,
    },
    /// The server answered, but not with targets.
    #[error("{url}: {reason}")]
    Answer {
        /// The URL, without credentials.
        url: String,
        /// What was got and what was expected.
        reason: String,
    },
    /// No answer in time.
    #[error("{0}: no answer within {1:?}")]
    Timeout(String, std::time::Duration),
}

/// What a server said, after a colon.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}
