//! [`Connection`]: the life of one connection, from the TLS handshake to its end; started by `server`.
//!
//! Invariants: a client that sends nothing, or a head or a body slowly, is gone after the read timeout; a connection
//! without a request under way as well. An answer under way may take as long as it takes.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use crate::activity::{Activity, Deadline};
use crate::secure::Live;
use crate::tolerant::Tolerant;

/// The longest that a TLS handshake may take; shorter when the read timeout is.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// What a client gets that speaks plain HTTP to a TLS port.
const NOT_TLS: &[u8] =
    b"HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n\
    Client sent an HTTP request to an HTTPS server.\n";

/// Who sent a request; among the extensions of every request that came over a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Everything that one connection needs.
pub(crate) struct Connection {
    /// Who is at the other end.
    pub(crate) peer: SocketAddr,
    /// What answers.
    pub(crate) router: Router,
    /// See [`Options::read_timeout`](crate::server::Options::read_timeout).
    pub(crate) read_timeout: Duration,
    /// TLS, if any.
    pub(crate) secure: Option<Arc<Live>>,
    /// Whether the server shall end.
    pub(crate) shutdown: watch::Receiver<bool>,
}

/// Completes once shutdown was asked for (or nobody is left who could ask).
pub(crate) async fn asked(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|asked| *asked).await;
}

impl Connection {
    /// Answers requests until either end has enough.
    pub(crate) async fn run(mut self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.read_timeout);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(250);
        let live = self.secure.take().filter(|live| live.is_tls());
        let Some(live) = live else {
            return self.serve(builder.http1_only(), stream).await;
        };
        let peer = self.peer;
        let shaking = handshake(&live, stream);
        match tokio::time::timeout(self.read_timeout.min(HANDSHAKE_MAX), shaking).await {
            Ok(Ok(stream)) => self.serve(builder, stream).await,
            Ok(Err(reason)) => tracing::debug!(%peer, reason, "TLS handshake failed"),
            Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
        }
    }

    async fn serve<S>(mut self, builder: Builder<TokioExecutor>, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Arc::new(Activity::default());
        let stream = TokioIo::new(Tolerant::new(stream, Arc::clone(&activity)));
        let (router, seen, limit) = (self.router, Arc::clone(&activity), self.read_timeout);
        let peer = self.peer;
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let busy = seen.begin();
            let mut request = request.map(|body| Body::new(Deadline::new(body, limit)));
            request.extensions_mut().insert(Peer(peer));
            let answering = router.clone().call(request);
            async move { answering.await.map(|response| response.map(|body| busy.until_the_end_of(body))) }
        });
        let mut served = pin!(builder.serve_connection(stream, service));
        let result = tokio::select! {
            result = served.as_mut() => result,
            () = asked(&mut self.shutdown) => {
                served.as_mut().graceful_shutdown();
                served.await
            }
            () = activity.idle(limit) => {
                served.as_mut().graceful_shutdown();
                // Nothing is under way: all that is left is to say goodbye.
                match tokio::time::timeout(HANDSHAKE_MAX, served).await {
                    Ok(result) => result,
                    Err(_) => Ok(()),
                }
            }
        };
        if let Err(error) = result {
            tracing::debug!(peer = %self.peer, error = %error, "connection ended early");
        }
    }
}

async fn handshake(
    live: &Live,
    mut stream: TcpStream,
) -> Result<tokio_rustls::server::TlsStream<TcpStream>, String> {
    let mut first = [0];
    stream.peek(&mut first).await.map_err(|error| error.to_string())?;
    if first[0].is_ascii_uppercase() {
        // The client learns its mistake; whether it reads that is its affair.
        let _ = stream.write_all(NOT_TLS).await;
        let _ = stream.shutdown().await;
        return Err("the client does not speak TLS".to_owned());
    }
    let ready = live.current().map_err(|error| error.to_string())?;
    let config = ready.tls.clone().ok_or("the web configuration has no TLS any more")?;
    TlsAcceptor::from(config).accept(stream).await.map_err(|error| error.to_string())
}
