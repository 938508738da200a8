//! `explain`: what a query would do, operator by operator, without doing it.

use axum::extract::State;
use narthex_promql::PlanNode;
use narthex_promql::parser::parse_expr;

use super::query::now_ms;
use crate::context::Shared;
use crate::error::ApiError;
use crate::json::Writer;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters: `query`; `time`, or `start`, `end` and `step`; `lookback_delta`.
pub(crate) async fn explain(State(state): Shared, params: Params) -> ApiResult {
    let expr = parse_expr(params.get("query"), state.engine.options().parser)
        .map_err(|error| ApiError::parameter("query", error))?;
    let lookback_ms = params.duration("lookback_delta")?.filter(|ms| *ms > 0);
    let (start, range) = if params.get("step").is_empty() {
        (params.time_or("time", now_ms())?, None)
    } else {
        let (start, end) = (params.time("start")?, params.time("end")?);
        let step = params.duration("step")?.unwrap_or_default();
        if end < start {
            return Err(ApiError::parameter("end", "end timestamp must not be before start time"));
        }
        if step <= 0 {
            return Err(ApiError::parameter("step", "the step must be positive"));
        }
        (start, Some((end, step)))
    };
    let plan = state.engine.explain(&expr, start, range, lookback_ms)?;
    Ok(Answer::new(|out| write_node(out, &plan)))
}

fn write_node(out: &mut Writer, node: &PlanNode) {
    out.begin_object().key("operator").string(node.operator).key("expr").string(&node.expr);
    out.key("position").begin_object();
    out.key("start").uint(node.pos.start as u64).key("end").uint(node.pos.end as u64).end_object();
    out.key("mode").string(node.mode.as_str()).key("steps").uint(node.steps as u64);
    out.key("once").bool(node.once);
    if let Some((mint, maxt)) = node.reads {
        out.key("reads").begin_object().key("mint").int(mint).key("maxt").int(maxt).end_object();
    }
    out.key("notes").strings(&node.notes).key("inputs").begin_array();
    node.inputs.iter().for_each(|input| write_node(out, input));
    out.end_array().end_object();
}
