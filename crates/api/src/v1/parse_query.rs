//! `parse_query`: the syntax tree of an expression, for editors and the explain view.

use axum::extract::State;
use narthex_promql::parser::parse_expr;

use super::tree::write_tree;
use crate::context::Shared;
use crate::error::ApiError;
use crate::params::Params;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameter: `query`.
pub(crate) async fn parse_query(State(state): Shared, params: Params) -> ApiResult {
    let expr = parse_expr(params.get("query"), state.engine.options().parser)
        .map_err(|error| ApiError::parameter("query", error))?;
    Ok(Answer::new(|out| write_tree(out, &expr)))
}
