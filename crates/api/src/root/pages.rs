//! The pages of the user interface: everything that no other route takes.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};

use crate::context::Shared;
use crate::respond::text_response;

/// Serves a file or the entry page.
pub(crate) async fn page(State(state): Shared, uri: Uri, headers: HeaderMap) -> Response {
    state.ui.respond(uri.path().trim_start_matches('/'), &headers)
}

/// Serves the entry page at the route prefix with its slash; there is nothing else outside the prefix.
pub(crate) async fn home(State(state): Shared, uri: Uri, headers: HeaderMap) -> Response {
    let below = uri.path().strip_prefix(state.settings.route_prefix.as_str());
    if below == Some("/") {
        return state.ui.respond("", &headers);
    }
    text_response(StatusCode::NOT_FOUND, "404 page not found\n")
}
