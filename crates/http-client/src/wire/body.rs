//! Reading a body into the caller's buffer, limited; called by `connection`.

use tokio::io::{AsyncRead, AsyncReadExt};

use super::WireError;
use super::chunked::Chunks;
use super::head::Ends;

/// Free room made before each read when the length is not known.
const STEP: usize = 64 << 10;
/// A liar who announces much gets no more memory than this before it sends.
const OPENING_BID: usize = 1 << 20;

/// Appends the whole body to `out`, whose bytes from `start` on are its beginning already; an error as soon as it is
/// clear that it is larger than `limit` bytes. `Ok(false)` says that more came than the body.
pub(crate) async fn read(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    ends: Ends,
    limit: usize,
    out: &mut Vec<u8>,
    start: usize,
) -> Result<bool, WireError> {
    match ends {
        Ends::After(length) => sized(stream, length, limit, out, start).await,
        Ends::WithConnection => to_the_end(stream, limit, out, start).await.map(|()| true),
        Ends::Chunked => chunked(stream, limit, out, start).await,
    }
}

async fn sized(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    length: u64,
    limit: usize,
    out: &mut Vec<u8>,
    start: usize,
) -> Result<bool, WireError> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > limit {
        return Err(WireError::TooLarge { limit });
    }
    while out.len() - start < length {
        let missing = length - (out.len() - start);
        out.reserve(missing.min(OPENING_BID));
        if (&mut *stream).take(missing as u64).read_buf(out).await? == 0 {
            return Err(WireError::ended("a body"));
        }
    }
    let clean = out.len() - start == length;
    out.truncate(start + length);
    Ok(clean)
}

async fn to_the_end(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    limit: usize,
    out: &mut Vec<u8>,
    start: usize,
) -> Result<(), WireError> {
    loop {
        if out.len() - start > limit {
            return Err(WireError::TooLarge { limit });
        }
        out.reserve(STEP);
        if stream.read_buf(out).await? == 0 {
            return Ok(());
        }
    }
}

async fn chunked(
    stream: &mut (impl AsyncRead + Unpin + ?Sized),
    limit: usize,
    out: &mut Vec<u8>,
    start: usize,
) -> Result<bool, WireError> {
    let mut chunks = Chunks::default();
    let mut plain = start;
    loop {
        let raw = out.get_mut(plain..).unwrap_or_default();
        let (kept, used) = chunks.unframe(raw)?;
        plain += kept;
        let clean = used == raw.len();
        out.truncate(plain);
        if plain - start > limit {
            return Err(WireError::TooLarge { limit });
        }
        if chunks.is_finished() {
            return Ok(clean);
        }
        out.reserve(STEP);
        if stream.read_buf(out).await? == 0 {
            return Err(WireError::ended("a chunked body"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::ReadBuf;

    use super::*;

    /// Gives its bytes out in pieces of a fixed size.
    struct Slow<'a>(&'a [u8], usize);

    impl AsyncRead for Slow<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<std::io::Result<()>> {
            let len = self.1.min(self.0.len()).min(buf.remaining());
            let (piece, rest) = self.0.split_at(len);
            buf.put_slice(piece);
            self.0 = rest;
            Poll::Ready(Ok(()))
        }
    }

    async fn body(raw: &[u8], piece: usize, ends: Ends, limit: usize) -> Result<(Vec<u8>, bool), WireError> {
        let mut out = b"before".to_vec();
        let clean = read(&mut Slow(raw, piece), ends, limit, &mut out, 6).await?;
        assert_eq!(out.drain(..6).collect::<Vec<u8>>(), b"before");
        Ok((out, clean))
    }

    #[tokio::test]
    async fn pieces_of_all_sizes_make_the_same_body() {
        let chunked = b"5\r\nhello\r\n1;note=\"x\"\r\n \r\n00A\r\nworld and \r\n0\r\nTrailer: t\r\n\r\n";
        for piece in 1..=chunked.len() {
            let (text, clean) = body(chunked, piece, Ends::Chunked, 16).await.unwrap();
            assert_eq!((text.as_slice(), clean), (&b"hello world and "[..], true), "{piece}");
        }
        for piece in 1..=5 {
            let (text, clean) = body(b"hello", piece, Ends::After(5), 5).await.unwrap();
            assert_eq!((text.as_slice(), clean), (&b"hello"[..], true));
            assert_eq!(body(b"hello", piece, Ends::WithConnection, 5).await.unwrap().0, b"hello");
        }
    }

    #[tokio::test]
    async fn limits_and_broken_bodies() {
        for (raw, ends) in [
            (&b"hello"[..], Ends::After(5)),
            (b"hello", Ends::WithConnection),
            (b"5\r\nhello\r\n0\r\n\r\n", Ends::Chunked),
        ] {
            let error = body(raw, 3, ends, 4).await.unwrap_err();
            assert!(matches!(error, WireError::TooLarge { limit: 4 }), "{error}");
        }
        for (raw, ends) in
            [(&b"hell"[..], Ends::After(5)), (b"5\r\nhell", Ends::Chunked), (b"5\r\n", Ends::Chunked)]
        {
            assert!(matches!(body(raw, 9, ends, 9).await.unwrap_err(), WireError::Io(_)));
        }
        for raw in [&b"x\r\n"[..], b"\r\n", b"5\r\nhelloXX", b"11111111111111111\r\n", b"5 5\r\nhello"] {
            assert!(matches!(body(raw, 99, Ends::Chunked, 99).await.unwrap_err(), WireError::NotHttp(_)));
        }
    }
}
