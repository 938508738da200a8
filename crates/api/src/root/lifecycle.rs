//! `/-/reload` and `/-/quit`: only with `--web.enable-lifecycle`, only by POST or PUT.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::context::Shared;
use crate::respond::text_response;

const DISABLED: &str = "Lifecycle API is not enabled.";

/// Reads the configuration again.
pub(crate) async fn reload(State(state): Shared) -> Response {
    if !state.settings.lifecycle {
        return text_response(StatusCode::FORBIDDEN, DISABLED);
    }
    let shared = std::sync::Arc::clone(&state);
    match tokio::task::spawn_blocking(move || shared.server.reload()).await {
        Ok(Ok(())) => text_response(StatusCode::OK, ""),
        Ok(Err(error)) => {
            text_response(StatusCode::INTERNAL_SERVER_ERROR, format!("failed to reload config: {error}\n"))
        }
        Err(error) => {
            tracing::error!(%error, "reloading panicked");
            text_response(
                StatusCode::INTERNAL_SERVER_ERROR,
                "failed to reload config: the log has the details\n",
            )
        }
    }
}

/// Begins a graceful shutdown.
pub(crate) async fn quit(State(state): Shared) -> Response {
    if !state.settings.lifecycle {
        return text_response(StatusCode::FORBIDDEN, DISABLED);
    }
    state.server.quit();
    text_response(StatusCode::OK, "Requesting termination... Goodbye!")
}

/// The answer to a GET.
pub(crate) async fn only_post(State(state): Shared) -> Response {
    if !state.settings.lifecycle {
        return text_response(StatusCode::FORBIDDEN, DISABLED);
    }
    text_response(StatusCode::METHOD_NOT_ALLOWED, "Only POST or PUT requests allowed")
}
