//! SIGINT and SIGTERM end the server, SIGHUP reloads the configuration.

use std::io;
use std::sync::Arc;

use narthex_api::backend::Server as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::state::ServerState;

/// Follows the signals until shutdown was asked for, by a signal or otherwise.
pub(super) async fn follow(state: Arc<ServerState>, stop: watch::Sender<bool>) -> io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hangup = signal(SignalKind::hangup())?;
    let mut stopped = stop.subscribe();
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            _ = hangup.recv() => {
                let state = Arc::clone(&state);
                // The outcome is in the log and the metrics.
                let _ = tokio::task::spawn_blocking(move || state.reload()).await;
            }
            () = asked(&mut stopped) => return Ok(()),
        }
    }
    tracing::warn!("Received an OS signal, exiting gracefully...");
    stop.send_replace(true);
    Ok(())
}

async fn asked(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|asked| *asked).await;
}
