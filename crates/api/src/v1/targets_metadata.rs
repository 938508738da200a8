//! `targets/metadata`: what targets say of their metrics, per target.

use axum::extract::State;
use narthex_model::{Labels, Matcher};
use narthex_promql::parser::parse_metric_selector;

use crate::context::Shared;
use crate::error::ApiError;
use crate::json::write_labels;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters: `match_target`, `metric`, `limit` (after so many entries no other target begins).
pub(crate) async fn targets_metadata(State(state): Shared, params: Params) -> ApiResult {
    let limit = match params.get("limit") {
        "" => usize::MAX,
        text => {
            let number: i64 = text.parse().map_err(|_| ApiError::bad_data("limit must be a number"))?;
            usize::try_from(number).unwrap_or(usize::MAX)
        }
    };
    let selector = params.get("match_target");
    let matchers = if selector.is_empty() {
        Vec::new()
    } else {
        parse_metric_selector(selector).map_err(|error| ApiError::parameter("match_target", error))?
    };
    let metric = params.get("metric");
    let wanted = |labels: &Labels| {
        matchers.iter().all(|matcher: &Matcher| matcher.matches(labels.value(matcher.name())))
    };
    let found = state.targets.metadata(Some(metric).filter(|name| !name.is_empty()), &wanted);
    Ok(Answer::new(|out| {
        out.begin_array();
        let mut last = None;
        for (count, entry) in found.iter().enumerate() {
            // The limit never cuts through what one target says.
            if last != Some(&entry.target) && count >= limit {
                break;
            }
            last = Some(&entry.target);
            out.begin_object().key("target");
            write_labels(out, &entry.target);
            if metric.is_empty() {
                out.key("metric").string(&entry.metric);
            }
            out.key("type").string(entry.metadata.metric_type.as_str());
            out.key("help").string(&entry.metadata.help);
            out.key("unit").string(&entry.metadata.unit).end_object();
        }
        out.end_array();
    }))
}
