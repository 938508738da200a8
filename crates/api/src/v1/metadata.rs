//! `metadata`: what targets say of their metrics, per metric family, each statement once.

use std::collections::BTreeMap;

use axum::extract::State;
use narthex_model::Metadata;

use crate::context::Shared;
use crate::error::ApiError;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters: `metric`, `limit` (families), `limit_per_metric` (statements of one family).
pub(crate) async fn metadata(State(state): Shared, params: Params) -> ApiResult {
    let limit = number(&params, "limit")?;
    let per_metric = number(&params, "limit_per_metric")?.unwrap_or(0);
    let metric = params.get("metric");
    let mut families: BTreeMap<String, Vec<Metadata>> = BTreeMap::new();
    for entry in state.targets.metadata(Some(metric).filter(|name| !name.is_empty()), &|_| true) {
        let statements = families.entry(entry.metric).or_default();
        if !statements.contains(&entry.metadata) && (per_metric == 0 || statements.len() < per_metric) {
            statements.push(entry.metadata);
        }
    }
    Ok(Answer::new(|out| {
        out.begin_object();
        for (name, statements) in families.iter().take(limit.unwrap_or(usize::MAX)) {
            out.key(name).begin_array();
            for statement in statements {
                out.begin_object().key("type").string(statement.metric_type.as_str());
                out.key("unit").string(&statement.unit).key("help").string(&statement.help).end_object();
            }
            out.end_array();
        }
        out.end_object();
    }))
}

/// A count; a negative one means no limit.
fn number(params: &Params, name: &str) -> Result<Option<usize>, ApiError> {
    let text = params.get(name);
    if text.is_empty() {
        return Ok(None);
    }
    let number: i64 = text.parse().map_err(|_| ApiError::bad_data(format!("{name} must be a number")))?;
    Ok(usize::try_from(number).ok())
}
