//! `heart-disease-api serve`: binds, serves the routes, stops gracefully at Ctrl-C or SIGTERM.

use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::net::TcpListener;

use crate::model::{Model, ModelError};
use crate::routes::{Service, router};

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}; is another service running there?")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
    /// The model file cannot be read.
    #[error("cannot read the model file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The model file is wrong.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The server broke.
    #[error("serving failed: {0}")]
    Serve(std::io::Error),
}

/// Serves until told to stop; `model` replaces the built-in model file.
pub async fn serve(address: SocketAddr, model: Option<PathBuf>) -> Result<(), ServeError> {
    let model = match model {
        None => Model::built_in()?,
        Some(path) => {
            let text = std::fs::read_to_string(&path).map_err(|source| ServeError::Read { path, source })?;
            Model::from_json(&text)?
        }
    };
    let listener =
        TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    tracing::info!(%address, model = model.version(), "serving");
    let service = Service::new(model);
    let stopping = service.clone();
    let stop = async move {
        told_to_stop().await;
        stopping.stop();
        tracing::info!("stopping: what has begun is still answered");
    };
    axum::serve(listener, router(service)).with_graceful_shutdown(stop).await.map_err(ServeError::Serve)
}

/// Resolves at Ctrl-C or SIGTERM.
pub async fn told_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler the signal ends the process, which is a stop as well.
    tokio::signal::ctrl_c().await.ok();
}
