//! HTTP/1.1 on a stream, as far as a client needs it: one request out, one answer in.
//!
//! Our own instead of a general one, because a scrape reads the same large page every few seconds: here the kernel's
//! bytes land in the buffer that the parser reads, without a buffer per connection, a second copy or a second task.
//!
//! * [`request`]: a request as bytes. [`head`]: status and headers of the answer, and how its body ends.
//! * [`body`]: the body in the caller's buffer. [`pieces`]: a body without an end.
//!   [`chunked`]: takes the frames of a chunked body out, in place.
//!
//! Invariants: no more than the limit is kept of a body, no more than [`head::BYTES_MAX`] of a head; an answer that can
//! be understood in two ways is refused.

pub(crate) mod body;
mod chunked;
pub(crate) mod head;
pub(crate) mod pieces;
pub(crate) mod request;

use std::io;

/// Why an exchange broke.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The stream failed or ended.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The peer does not speak HTTP/1.
    #[error("the answer is not HTTP/1: {0}")]
    NotHttp(String),
    /// The body is larger than allowed.
    #[error("the body is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl WireError {
    /// The stream ended inside something.
    fn ended(inside: &str) -> Self {
        Self::Io(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("the server closed the connection inside {inside}"),
        ))
    }
}
