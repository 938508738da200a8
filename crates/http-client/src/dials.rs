//! [`Dials`]: how many TCP connections a client tried to open, got, failed to get and lost; counted by `connect`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};

/// Counters of a client's connections; shared by the clients that are to be counted together.
#[derive(Debug, Default)]
pub struct Dials {
    attempted: AtomicU64,
    established: AtomicU64,
    closed: AtomicU64,
    refused: AtomicU64,
    resolution: AtomicU64,
    timeout: AtomicU64,
    other: AtomicU64,
}

/// What [`Dials`] counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DialCounts {
    /// Connections that were tried.
    pub attempted: u64,
    /// Connections that came to be.
    pub established: u64,
    /// Connections that have ended.
    pub closed: u64,
    /// Failures because nobody listens.
    pub refused: u64,
    /// Failures because the name stands for no address.
    pub resolution: u64,
    /// Failures because it took longer than the request may.
    pub timeout: u64,
    /// Failures for other reasons.
    pub other: u64,
}

/// Why no connection came to be.
#[derive(Debug, Clone, Copy)]
enum Failure {
    Refused,
    Resolution,
    Timeout,
    Other,
}

/// An attempt under way; dropped before its end it counts as one that took too long.
struct Attempt<'a> {
    dials: &'a Dials,
    failure: Option<Failure>,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let count = match self.failure {
            None => return,
            Some(Failure::Refused) => &self.dials.refused,
            Some(Failure::Resolution) => &self.dials.resolution,
            Some(Failure::Timeout) => &self.dials.timeout,
            Some(Failure::Other) => &self.dials.other,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

impl Dials {
    /// The counts of this moment.
    pub fn counts(&self) -> DialCounts {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        DialCounts {
            attempted: get(&self.attempted),
            established: get(&self.established),
            closed: get(&self.closed),
            refused: get(&self.refused),
            resolution: get(&self.resolution),
            timeout: get(&self.timeout),
            other: get(&self.other),
        }
    }

    /// Connects to one of the addresses of `host`, in their order.
    pub(crate) async fn dial(self: &Arc<Self>, host: &str, port: u16) -> io::Result<Dialed> {
        self.attempted.fetch_add(1, Ordering::Relaxed);
        let mut attempt = Attempt { dials: self, failure: Some(Failure::Timeout) };
        let result = connect(host, port).await;
        attempt.failure = result.as_ref().err().map(|(failure, _)| *failure);
        drop(attempt);
        let stream = result.map_err(|(_, error)| error)?;
        self.established.fetch_add(1, Ordering::Relaxed);
        Ok(Dialed { stream, dials: Arc::clone(self) })
    }
}

async fn connect(host: &str, port: u16) -> Result<TcpStream, (Failure, io::Error)> {
    let addresses = lookup_host((host, port)).await.map_err(|error| (Failure::Resolution, error))?;
    let none = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    let mut last = (Failure::Resolution, none);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => {
                let failure = match error.kind() {
                    io::ErrorKind::ConnectionRefused => Failure::Refused,
                    io::ErrorKind::TimedOut => Failure::Timeout,
                    _ => Failure::Other,
                };
                last = (failure, error);
            }
        }
    }
    Err(last)
}

/// A counted connection.
pub(crate) struct Dialed {
    pub(crate) stream: TcpStream,
    dials: Arc<Dials>,
}

impl Drop for Dialed {
    fn drop(&mut self) {
        self.dials.closed.fetch_add(1, Ordering::Relaxed);
    }
}

impl AsyncRead for Dialed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Dialed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn every_end_is_counted() {
        let dials = Arc::new(Dials::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = dials.dial("127.0.0.1", port).await.unwrap();
        assert_eq!(dials.counts(), DialCounts { attempted: 1, established: 1, ..DialCounts::default() });
        drop((stream, listener));
        assert!(dials.dial("127.0.0.1", port).await.is_err());
        assert!(dials.dial("no host", port).await.is_err());
        // Names are looked up on another thread: at the first look the attempt is always under way.
        let mut cancelled = Box::pin(dials.dial("localhost", port));
        let pending = poll_fn(|cx| Poll::Ready(cancelled.as_mut().poll(cx).is_pending())).await;
        assert!(pending);
        drop(cancelled);
        let expected = DialCounts {
            attempted: 4,
            established: 1,
            closed: 1,
            refused: 1,
            resolution: 1,
            timeout: 1,
            ..DialCounts::default()
        };
        assert_eq!(dials.counts(), expected);
    }
}
