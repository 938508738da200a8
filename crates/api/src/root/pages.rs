//! The pages of the user interface: everything that no other route takes.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use crate::context::Shared;

/// Serves a file or the entry page.
pub(crate) async fn page(State(state): Shared, uri: Uri, headers: HeaderMap) -> Response {
    state.ui.respond(uri.path().trim_start_matches('/'), &headers)
}
