//! `status/runtimeinfo`: facts about the process. Fields that describe Go's runtime keep their names: threads stand for
//! goroutines, and the garbage collector's settings are empty.

use axum::extract::State;

use crate::context::Shared;
use crate::respond::{Answer, ApiResult};
use crate::time::rfc3339_ns;

/// The endpoint.
pub(crate) async fn runtimeinfo(State(state): Shared) -> ApiResult {
    let info = state.server.runtime_info();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let server_time = rfc3339_ns(i128::try_from(now.as_nanos()).unwrap_or_default());
    Ok(Answer::new(|out| {
        out.begin_object().key("startTime").string(&info.start_time).key("CWD").string(&info.cwd);
        out.key("hostname").string(&info.hostname).key("serverTime").string(&server_time);
        out.key("reloadConfigSuccess").bool(info.reload_success);
        out.key("lastConfigTime").string(&info.last_config_time);
        out.key("corruptionCount").uint(info.corruptions).key("goroutineCount").uint(info.threads);
        out.key("GOMAXPROCS").uint(info.processors).key("GOMEMLIMIT").uint(info.memory_limit);
        out.key("GOGC").string("").key("GODEBUG").string("");
        out.key("storageRetention").string(&info.retention).end_object();
    }))
}
