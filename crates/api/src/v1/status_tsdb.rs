//! `status/tsdb`: the head in numbers, and `status/tsdb/blocks`: the blocks on disk.

use axum::extract::State;

use crate::backend::Count;
use crate::context::Shared;
use crate::error::ApiError;
use crate::json::Writer;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// How many entries of each kind without a `limit`.
const LIMIT_DEFAULT: usize = 10;
/// More entries than this are refused, as they cost time under the head's lock.
const LIMIT_MAX: usize = 10_000;

/// `status/tsdb`. Parameter: `limit`.
pub(crate) async fn tsdb(State(state): Shared, params: Params) -> ApiResult {
    let limit = match params.get("limit") {
        "" => LIMIT_DEFAULT,
        text => text
            .parse()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| ApiError::bad_data("limit must be a positive number"))?,
    };
    if limit > LIMIT_MAX {
        return Err(ApiError::bad_data(format!("limit must not exceed {LIMIT_MAX}")));
    }
    let shared = std::sync::Arc::clone(&state);
    let look_up = move |_| {
        let status = shared.database.status(limit);
        Ok(Answer::new(|out| {
            out.begin_object().key("headStats").begin_object();
            out.key("numSeries").uint(status.series).key("numLabelPairs").uint(status.label_pairs);
            out.key("chunkCount").uint(status.chunks);
            out.key("minTime").int(status.min_time).key("maxTime").int(status.max_time).end_object();
            write_counts(out, "seriesCountByMetricName", &status.series_by_metric_name);
            write_counts(out, "labelValueCountByLabelName", &status.values_by_label_name);
            write_counts(out, "memoryInBytesByLabelName", &status.memory_by_label_name);
            write_counts(out, "seriesCountByLabelValuePair", &status.series_by_label_pair);
            out.end_object();
        }))
    };
    state.lookups.run(state.engine.options().timeout, look_up).await
}

fn write_counts(out: &mut Writer, key: &str, counts: &[Count]) {
    out.key(key).begin_array();
    for count in counts {
        out.begin_object().key("name").string(&count.name).key("value").uint(count.value).end_object();
    }
    out.end_array();
}

/// `status/tsdb/blocks`.
pub(crate) async fn blocks(State(state): Shared) -> ApiResult {
    let shared = std::sync::Arc::clone(&state);
    let look_up = move |_| {
        let blocks = shared.database.blocks()?;
        Ok(Answer::new(|out| {
            out.begin_object().key("blocks").begin_array();
            blocks.iter().for_each(|block| _ = out.raw(block.meta_json.as_bytes()));
            out.end_array().end_object();
        }))
    };
    state.lookups.run(state.engine.options().timeout, look_up).await
}
