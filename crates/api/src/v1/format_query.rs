//! `format_query`: an expression in its pretty form.

use axum::extract::State;
use narthex_promql::parser::parse_expr;
use narthex_promql::printer::pretty;

use crate::context::Shared;
use crate::error::ApiError;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameter: `query`.
pub(crate) async fn format_query(State(state): Shared, params: Params) -> ApiResult {
    let expr = parse_expr(params.get("query"), state.engine.options().parser)
        .map_err(|error| ApiError::parameter("query", error))?;
    let text = pretty(&expr);
    Ok(Answer::new(|out| _ = out.string(&text)))
}
