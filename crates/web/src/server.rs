//! Runs an HTTP server over a set of listeners: connection limit, graceful shutdown; `connection` is the life of one
//! connection.
//!
//! Called by the binary for the server's front and for the dashboards'.
//!
//! Invariants: at most [`Options::connections_max`] connections are open at once (the next one waits in the kernel's
//! queue); after shutdown was asked for, no new connection is taken, requests under way get [`Options::grace`] to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::connection::{Connection, asked};
use crate::secure::{Live, guard};

/// Limits of a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many connections can be open at the same time (`--web.max-connections`).
    pub connections_max: usize,
    /// How long a client may take to send a request's head, how long for its body, and how long an idle connection is
    /// kept (`--web.read-timeout`).
    pub read_timeout: Duration,
    /// How long requests under way may still take after shutdown was asked for.
    pub grace: Duration,
    /// TLS, users and headers (`--web.config.file`); plain HTTP for everybody without it.
    pub secure: Option<Arc<Live>>,
    /// Where connections are counted.
    pub counts: Arc<Counts>,
}

/// How many connections there were.
#[derive(Debug, Default)]
pub struct Counts {
    /// Connections that were taken.
    pub accepted: AtomicU64,
    /// Connections that have ended.
    pub closed: AtomicU64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections_max: 512,
            read_timeout: Duration::from_secs(300),
            grace: Duration::from_secs(10),
            secure: None,
            counts: Arc::default(),
        }
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
    let router = match &options.secure {
        None => router,
        Some(live) => router.layer(from_fn_with_state(Arc::clone(live), guard)),
    };
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
                let connection = Connection {
                    peer,
                    router: router.clone(),
                    read_timeout: options.read_timeout,
                    secure: options.secure.clone(),
                    shutdown: shutdown.clone(),
                };
                let counts = Arc::clone(&options.counts);
                counts.accepted.fetch_add(1, Ordering::Relaxed);
                connections.spawn(async move {
                    let _permit = permit;
                    connection.run(stream).await;
                    counts.closed.fetch_add(1, Ordering::Relaxed);
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
