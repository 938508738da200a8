//! The pages of the user interface: everything that no other route takes.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use narthex_web::prefix::normalise;

use crate::context::Shared;
use crate::respond::{found, text_response};

/// Serves a file or the entry page; the way in and the page that graphs once had lead to the page of queries.
pub(crate) async fn page(State(state): Shared, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    // These never were pages, and a client that asks there for something wants to know that it is not there.
    if OTHERS
        .iter()
        .any(|first| path == *first || path.strip_prefix(first).is_some_and(|rest| rest.starts_with('/')))
    {
        return text_response(StatusCode::NOT_FOUND, "404 page not found\n");
    }
    match path {
        "" | "graph" => to_query(&state.settings.external_url, uri.query()),
        _ => state.ui.respond(path, &headers),
    }
}

/// Sends a browser to the page of queries with what it asked for, by the path that it sees.
fn to_query(external: &url::Url, asked: Option<&str>) -> Response {
    let mut place = format!("{}/query", normalise(external.path()));
    if let Some(asked) = asked {
        place.push('?');
        place.push_str(asked);
    }
    found(&place)
}

/// The first parts of paths below which there are no pages.
const OTHERS: [&str; 9] =
    ["api", "-", "metrics", "federate", "version", "debug", "consoles", "user", "classic"];

/// The way in at the route prefix with its slash; there is nothing else outside the prefix.
pub(crate) async fn home(State(state): Shared, uri: Uri) -> Response {
    let below = uri.path().strip_prefix(state.settings.route_prefix.as_str());
    if below == Some("/") {
        return to_query(&state.settings.external_url, uri.query());
    }
    text_response(StatusCode::NOT_FOUND, "404 page not found\n")
}
