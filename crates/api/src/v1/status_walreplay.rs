//! `status/walreplay`: how far the start has read the write-ahead log; answered before the server is ready.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn walreplay(State(state): Shared) -> ApiResult {
    let shown = state.database.wal_replay();
    Ok(Answer::new(|out| {
        out.begin_object().key("min").int(shown.min).key("max").int(shown.max);
        out.key("current").int(shown.current).end_object();
    }))
}
