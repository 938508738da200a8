//! Runs an HTTP server over a set of listeners: connection limit, read timeout, graceful shutdown.
//!
//! Called by the binary for the server's front and for the dashboards'.
//!
//! Invariants: at most [`Options::connections_max`] connections are open at once (the next one waits in the kernel's
//! queue); after shutdown was asked for, no new connection is taken, requests under way get [`Options::grace`] to end.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Limits of a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many connections can be open at the same time (`--web.max-connections`).
    pub connections_max: usize,
    /// How long a client may take to send a request's head, and how long an idle connection is kept
    /// (`--web.read-timeout`).
    pub read_timeout: Duration,
    /// How long requests under way may still take after shutdown was asked for.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections_max: 512, read_timeout: Duration::from_secs(300), grace: Duration::from_secs(10) }
    }
}

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address as given.
    pub address: String,
    /// Why.
    pub source: io::Error,
}

/// Listens on `host:port`; `:port` means all addresses of the machine.
pub async fn bind(address: &str) -> Result<TcpListener, BindError> {
    let fail = |source| BindError { address: address.to_owned(), source };
    let Some(port) = address.strip_prefix(':') else {
        return TcpListener::bind(address).await.map_err(fail);
    };
    match TcpListener::bind(format!("[::]:{port}")).await {
        Ok(listener) => Ok(listener),
        // A machine without IPv6.
        Err(_) => TcpListener::bind(format!("0.0.0.0:{port}")).await.map_err(fail),
    }
}

/// Serves `router` on all listeners until `shutdown` says `true`, then waits for requests under way.
pub async fn serve(
    listeners: Vec<TcpListener>,
    router: Router,
    options: Options,
    shutdown: watch::Receiver<bool>,
) {
    let permits = Arc::new(Semaphore::new(options.connections_max));
    let mut accepting = JoinSet::new();
    for listener in listeners {
        let permits = Arc::clone(&permits);
        accepting.spawn(accept(listener, router.clone(), options.clone(), permits, shutdown.clone()));
    }
    while accepting.join_next().await.is_some() {}
}

async fn accept(
    listener: TcpListener,
    router: Router,
    options: Options,
    permits: Arc<Semaphore>,
    mut shutdown: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let permit = tokio::select! {
            permit = Arc::clone(&permits).acquire_owned() => permit,
            () = asked(&mut shutdown) => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = asked(&mut shutdown) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let router = router.clone();
                let read_timeout = options.read_timeout;
                let shutdown = shutdown.clone();
                connections.spawn(async move {
                    let _permit = permit;
                    connection(stream, peer, router, read_timeout, shutdown).await;
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: waiting lets others close.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(options.grace, all).await.is_err() {
        tracing::warn!(open = connections.len(), "requests still under way were cut off");
    }
}

/// Completes once shutdown was asked for (or nobody is left who could ask).
async fn asked(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|asked| *asked).await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    read_timeout: Duration,
    mut shutdown: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(read_timeout);
    let served = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = pin!(served);
    let result = tokio::select! {
        result = served.as_mut() => result,
        () = asked(&mut shutdown) => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%peer, error = %error, "connection ended early");
    }
}
