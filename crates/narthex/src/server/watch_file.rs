//! Applies changes of the configuration file by itself, with `--enable-feature=auto-reload-config`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use narthex_api::backend::Server as _;

use super::state::ServerState;

/// Looks at the file every `interval` and reloads when its time or size is another one.
pub(super) async fn follow(state: Arc<ServerState>, path: std::path::PathBuf, interval: Duration) {
    let mut seen = stamp(&path);
    let mut ticks = tokio::time::interval(interval.max(Duration::from_secs(1)));
    loop {
        ticks.tick().await;
        let now = stamp(&path);
        if now != seen {
            seen = now;
            let state = Arc::clone(&state);
            // The outcome is in the log and the metrics.
            let _ = tokio::task::spawn_blocking(move || state.reload()).await;
        }
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
