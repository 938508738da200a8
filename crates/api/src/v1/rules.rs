//! `rules`: groups of recording and alerting rules. None are executed yet, so there are no groups.

use crate::error::ApiError;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters are checked: `type` (`alert`, `record`), `exclude_alerts`.
pub(crate) async fn rules(params: Params) -> ApiResult {
    if !matches!(params.get("type"), "" | "alert" | "record") {
        let message = format!("not supported value \"{}\"", params.get("type"));
        return Err(ApiError::parameter("type", message));
    }
    Ok(Answer::new(|out| {
        out.begin_object().key("groups").begin_array().end_array().end_object();
    }))
}
