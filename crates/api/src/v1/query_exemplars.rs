//! `query_exemplars`: exemplars of the series that an expression selects.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use narthex_model::{Exemplar, Labels};
use narthex_promql::ast::Expr;
use narthex_promql::parser::parse_expr;

use crate::context::Shared;
use crate::error::ApiError;
use crate::json::{Writer, write_float, write_labels, write_timestamp};
use crate::params::{Params, TimeRange};
use crate::respond::Answer;

/// The endpoint. Parameters: `query`, `start`, `end`. An expression without a selector has no answer (204).
pub(crate) async fn exemplars(State(state): Shared, params: Params) -> Result<Response, ApiError> {
    let range = TimeRange::parse(&params)?;
    if range.maxt < range.mint {
        return Err(ApiError::bad_data("end timestamp must not be before start timestamp"));
    }
    let expr = parse_expr(params.get("query"), state.engine.options().parser)
        .map_err(|error| ApiError::bad_data(error.to_string()))?;
    let mut selectors = Vec::new();
    expr.walk(&mut |node| match node {
        Expr::Vector(selector) => selectors.push(selector.matchers.clone()),
        Expr::Matrix(selector) => selectors.push(selector.vector.matchers.clone()),
        _ => {}
    });
    if selectors.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let shared = std::sync::Arc::clone(&state);
    let look_up = move |_| {
        let found = shared.database.exemplars(range.mint, range.maxt, &selectors);
        Ok(Answer::new(|out| {
            out.begin_array();
            found.iter().for_each(|(labels, exemplars)| write_series(out, labels, exemplars));
            out.end_array();
        })
        .into_response())
    };
    state.lookups.run(state.engine.options().timeout, look_up).await
}

fn write_series(out: &mut Writer, labels: &Labels, exemplars: &[Exemplar]) {
    out.begin_object().key("seriesLabels");
    write_labels(out, labels);
    out.key("exemplars").begin_array();
    for exemplar in exemplars {
        out.begin_object().key("labels");
        write_labels(out, &exemplar.labels);
        out.key("value");
        write_float(out, exemplar.value);
        out.key("timestamp");
        write_timestamp(out, exemplar.timestamp.unwrap_or_default());
        out.end_object();
    }
    out.end_array().end_object();
}
