//! `rules`: groups of recording and alerting rules. None are executed yet, so there are no groups.

use crate::error::ApiError;
use crate::params::{Params, parse_matchers};
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters are checked: `type` (`alert`, `record`), `exclude_alerts`, `match[]`, `group_limit`,
/// `group_next_token`; `rule_name[]`, `rule_group[]` and `file[]` take any text.
pub(crate) async fn rules(params: Params) -> ApiResult {
    if !matches!(params.get("type"), "" | "alert" | "record") {
        let message = format!("not supported value \"{}\"", params.get("type"));
        return Err(ApiError::parameter("type", message));
    }
    params.bool("exclude_alerts")?;
    parse_matchers(&params)?;
    let (limit, token) = (params.get("group_limit"), params.get("group_next_token"));
    if !limit.is_empty() {
        let number: i64 = limit.parse().map_err(|_| {
            ApiError::parameter(
                "group_limit",
                format!("group_limit needs to be a valid number, got \"{limit}\""),
            )
        })?;
        if number <= 0 {
            return Err(ApiError::parameter("group_limit", "group_limit needs to be greater than 0"));
        }
    }
    if !token.is_empty() {
        let message = if limit.is_empty() {
            "group_limit needs to be present in order to paginate over the groups".to_owned()
        } else {
            format!("invalid group_next_token '{token}'. were rule groups changed?")
        };
        return Err(ApiError::parameter("group_next_token", message));
    }
    Ok(Answer::new(|out| {
        out.begin_object().key("groups").begin_array().end_array().end_object();
    }))
}
