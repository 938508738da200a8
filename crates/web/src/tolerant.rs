//! [`Tolerant`]: a stream whose request lines may have quotes and angle brackets in them, which ought to be encoded there.
//!
//! `curl -g 'http://…/series?match[]=up{job="x"}'` stands in Prometheus' documentation and in many scripts: Go's server takes it,
//! the `http` crate does not. So these characters are encoded on the way to it, in the first line of a request and nowhere else:
//! a line is taken for the first one when no request is under way, the one before has had its answer, and a method and a path begin it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::activity::Activity;

/// A stream as it is, but for the first lines of requests.
#[derive(Debug)]
pub(crate) struct Tolerant<S> {
    stream: S,
    activity: Arc<Activity>,
    place: Place,
    /// What was encoded and found no room.
    pending: Vec<u8>,
}

/// Where in a request the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// To the first line, whose beginning was there.
    Line,
    /// Behind the first line of a request: the next one comes when so many were answered.
    Behind(u64),
}

impl<S> Tolerant<S> {
    pub(crate) fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity, place: Place::Behind(0), pending: Vec::new() }
    }

    /// The bytes that were read with what has to be encoded; `None` where nothing has.
    fn encoded(&mut self, read: &[u8]) -> Option<Vec<u8>> {
        if let Place::Behind(request) = self.place {
            let is_next = self.activity.answered().is_some_and(|answered| answered >= request);
            if !is_next || !begins_request(read) {
                return None;
            }
        }
        let end = read.iter().position(|byte| *byte == b'\n');
        self.place = match end {
            // The service has seen as many requests as were answered, and will see this one.
            Some(_) => Place::Behind(self.activity.begun() + 1),
            None => Place::Line,
        };
        let (line, rest) = read.split_at(end.unwrap_or(read.len()));
        if !line.iter().any(|byte| code(*byte).is_some()) {
            return None;
        }
        let mut encoded = Vec::with_capacity(read.len() + 64);
        for byte in line {
            match code(*byte) {
                Some(code) => encoded.extend_from_slice(code),
                None => encoded.push(*byte),
            }
        }
        encoded.extend_from_slice(rest);
        Some(encoded)
    }
}

/// How a byte is written that cannot stand in a URL.
fn code(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'"' => Some(b"%22"),
        b'<' => Some(b"%3C"),
        b'>' => Some(b"%3E"),
        _ => None,
    }
}

/// Whether a method and a path are the beginning.
fn begins_request(bytes: &[u8]) -> bool {
    let method = bytes.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    method > 0 && bytes.get(method..).is_some_and(|rest| rest.starts_with(b" /"))
}

impl<S: AsyncRead + Unpin> AsyncRead for Tolerant<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.pending.is_empty() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
            let read = buffer.filled().get(before..).unwrap_or_default();
            match this.encoded(read) {
                None => return Poll::Ready(Ok(())),
                Some(encoded) => this.pending = encoded,
            }
            buffer.set_filled(before);
        }
        let room = buffer.remaining().min(this.pending.len());
        buffer.put_slice(this.pending.get(..room).unwrap_or_default());
        this.pending.drain(..room);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tolerant<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// What comes out of a read of at most `room` bytes at a time, for each of the pieces; a request begins and ends after each
    /// piece that ends one.
    async fn through(pieces: &[&str], room: usize) -> String {
        let activity = Arc::new(Activity::default());
        let (mut client, server) = tokio::io::duplex(1 << 16);
        let mut tolerant = Tolerant::new(server, Arc::clone(&activity));
        let mut out = Vec::new();
        for piece in pieces {
            client.write_all(piece.as_bytes()).await.unwrap();
            let mut left = piece.len() + 2 * piece.matches(['"', '<', '>']).count();
            let mut buffer = vec![0; room];
            while left > 0 {
                let Ok(Ok(read)) =
                    tokio::time::timeout(std::time::Duration::from_millis(20), tolerant.read(&mut buffer))
                        .await
                else {
                    break;
                };
                out.extend_from_slice(&buffer[..read]);
                left -= read;
            }
            if piece.ends_with("\r\n\r\n") {
                drop(activity.begin());
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[tokio::test]
    async fn first_lines_are_encoded_and_nothing_else() {
        let request = "GET /a?b=\"c\"<d> HTTP/1.1\r\nIf-None-Match: \"<e>\"\r\n\r\n";
        let encoded = "GET /a?b=%22c%22%3Cd%3E HTTP/1.1\r\nIf-None-Match: \"<e>\"\r\n\r\n";
        for room in [7, 64, 4096] {
            assert_eq!(through(&[request, request], room).await, format!("{encoded}{encoded}"), "{room}");
        }
        // A line in pieces, headers in pieces of their own.
        let pieces =
            ["GET /a?b=", "\"c\"<d", "> HTTP/1.1\r\n", "If-None-Match: \"<e>\"\r\n", "\r\n", request];
        assert_eq!(through(&pieces[..5], 4096).await, encoded);
        // A body is no line, whatever it looks like; nor is what is not HTTP/1.
        let post = "POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\n";
        let activity = Arc::new(Activity::default());
        let mut tolerant = Tolerant::new(tokio::io::empty(), Arc::clone(&activity));
        assert_eq!(tolerant.encoded(post.as_bytes()), None);
        let busy = activity.begin();
        assert_eq!(tolerant.encoded(b"GET /\"<>\""), None);
        drop(busy);
        assert_eq!(tolerant.encoded(b"PRI * HTTP/2.0\"\r\n"), None);
        assert_eq!(tolerant.encoded(b"\x00\x00\"GET /"), None);
        assert_eq!(tolerant.encoded(b"GET /\" "), Some(b"GET /%22 ".to_vec()));
    }
}
