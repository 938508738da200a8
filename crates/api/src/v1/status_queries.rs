//! `status/queries`: the queries that run now, and those that cost most since the start. An endpoint of our own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::State;

use crate::context::Shared;
use crate::error::ApiError;
use crate::json::Writer;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};
use crate::time::rfc3339_ns;
use crate::top_queries::{Cost, EXPRESSIONS_MAX, Order};

/// How many of the dearest without a `limit`.
const LIMIT_DEFAULT: usize = 20;

/// The endpoint. Parameters: `limit`, `by` (`total`, `max`, `average`, `count`, `samples` or `errors`).
pub(crate) async fn queries(State(state): Shared, params: Params) -> ApiResult {
    let limit = match params.limit()? {
        0 => LIMIT_DEFAULT,
        limit => limit.min(EXPRESSIONS_MAX),
    };
    let by = match params.get("by") {
        "" => "total",
        name => name,
    };
    let order = Order::named(by).ok_or_else(|| {
        let message = format!("{by:?} is none of total, max, average, count, samples, errors");
        ApiError::parameter("by", message)
    })?;
    let running = state.engine.running();
    let (dearest, known) = state.top_queries.dearest(order, limit);
    let now = SystemTime::now();
    Ok(Answer::new(|out| {
        out.begin_object().key("since").string(&state.server.runtime_info().start_time);
        out.key("active").begin_array();
        for one in &running {
            out.begin_object().key("query").string(&one.query);
            out.key("since").string(&when(one.since));
            out.key("seconds").number(now.duration_since(one.since).unwrap_or_default().as_secs_f64());
            out.end_object();
        }
        out.end_array().key("top").begin_array();
        dearest.iter().for_each(|(query, cost)| write_cost(out, query, cost));
        out.end_array().key("expressions").uint(known as u64);
        out.key("forgotten").uint(state.top_queries.forgotten()).end_object();
    }))
}

fn write_cost(out: &mut Writer, query: &str, cost: &Cost) {
    let seconds = |duration: Duration| duration.as_secs_f64();
    out.begin_object().key("query").string(query);
    out.key("count").uint(cost.count).key("errors").uint(cost.errors);
    out.key("totalSeconds").number(seconds(cost.total)).key("maxSeconds").number(seconds(cost.max));
    out.key("averageSeconds").number(seconds(cost.average())).key("samples").uint(cost.samples);
    if let Some(last) = cost.last {
        out.key("last").string(&when(last));
    }
    if let Some(error) = &cost.last_error {
        out.key("lastError").string(error);
    }
    out.end_object();
}

fn when(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    rfc3339_ns(i128::try_from(since.as_nanos()).unwrap_or_default())
}
