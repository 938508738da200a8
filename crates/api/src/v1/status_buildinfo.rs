//! `status/buildinfo`: which Prometheus this server behaves as. There must be no member `features` here: Grafana takes a
//! server that has it for another product.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};

/// The endpoint.
pub(crate) async fn buildinfo(State(state): Shared) -> ApiResult {
    let info = state.server.build_info();
    Ok(Answer::new(|out| {
        out.begin_object().key("version").string(&info.version).key("revision").string(&info.revision);
        out.key("branch").string(&info.branch).key("buildUser").string(&info.user);
        out.key("buildDate").string(&info.date).key("goVersion").string(&info.compiler).end_object();
    }))
}
