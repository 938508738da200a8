//! A body piece by piece, as it comes; called by `stream`.

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::WireError;
use super::chunked::Chunks;
use super::head::Ends;

/// The largest piece.
const PIECE: usize = 16 << 10;

/// How far a body was read.
#[derive(Debug)]
pub(crate) struct Pieces {
    ends: Ends,
    chunks: Chunks,
    /// Bytes that were read and not given out.
    raw: Vec<u8>,
}

impl Pieces {
    /// A body that begins with `raw`.
    pub(crate) fn new(ends: Ends, raw: Vec<u8>) -> Self {
        Self { ends, chunks: Chunks::default(), raw }
    }

    /// The next piece; `None` at the regular end.
    pub(crate) async fn next(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin + ?Sized),
    ) -> Result<Option<Bytes>, WireError> {
        loop {
            if !self.raw.is_empty() {
                let mut piece = std::mem::take(&mut self.raw);
                let len = match &mut self.ends {
                    Ends::WithConnection => piece.len(),
                    Ends::Chunked => self.chunks.unframe(&mut piece)?.0,
                    Ends::After(missing) => {
                        let len = usize::try_from(*missing).unwrap_or(usize::MAX).min(piece.len());
                        *missing -= len as u64;
                        len
                    }
                };
                if len > 0 {
                    piece.truncate(len);
                    return Ok(Some(piece.into()));
                }
            }
            if self.ends == Ends::After(0) || self.chunks.is_finished() {
                return Ok(None);
            }
            self.raw.reserve(PIECE);
            if (&mut *stream).take(PIECE as u64).read_buf(&mut self.raw).await? == 0 {
                let regular = self.ends == Ends::WithConnection;
                return if regular { Ok(None) } else { Err(WireError::ended("a body")) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(ends: Ends, raw: &[u8], rest: &[u8]) -> Result<Vec<u8>, WireError> {
        let mut pieces = Pieces::new(ends, raw.to_vec());
        let (mut stream, mut out) = (rest, Vec::new());
        while let Some(piece) = pieces.next(&mut stream).await? {
            out.extend_from_slice(&piece);
        }
        Ok(out)
    }

    #[tokio::test]
    async fn pieces_make_the_body() {
        for (ends, body) in [
            (Ends::After(5), &b"hello and more"[..]),
            (Ends::WithConnection, b"hello"),
            (Ends::Chunked, b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
        ] {
            for cut in 0..=body.len() {
                let (raw, rest) = body.split_at(cut);
                assert_eq!(all(ends, raw, rest).await.unwrap(), b"hello", "{ends:?} cut at {cut}");
            }
        }
        assert!(all(Ends::After(6), b"hello", b"").await.is_err());
        assert!(all(Ends::Chunked, b"5\r\nhello\r\n", b"").await.is_err());
    }
}
