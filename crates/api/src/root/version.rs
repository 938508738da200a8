//! `/version`: the version as JSON, without the envelope of the API.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::context::Shared;
use crate::json::Writer;
use crate::respond::json_response;

/// The endpoint.
pub(crate) async fn version(State(state): Shared) -> Response {
    let info = state.server.build_info();
    let mut out = Writer::new();
    out.begin_object().key("version").string(&info.version).key("revision").string(&info.revision);
    out.key("branch").string(&info.branch).key("buildUser").string(&info.user);
    out.key("buildDate").string(&info.date).key("goVersion").string(&info.compiler).end_object();
    json_response(StatusCode::OK, out)
}
