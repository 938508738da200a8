//! `match[]`: series selectors.

use narthex_model::Matcher;
use narthex_promql::parser::parse_metric_selector;

use super::Params;
use crate::error::ApiError;

/// The selectors of a request, of which each must exclude something.
pub(crate) fn parse_matchers(params: &Params) -> Result<Vec<Vec<Matcher>>, ApiError> {
    params.all("match[]").map(parse_one).collect()
}

fn parse_one(text: &str) -> Result<Vec<Matcher>, ApiError> {
    let matchers = parse_metric_selector(text).map_err(|error| ApiError::bad_data(error.to_string()))?;
    if matchers.iter().all(Matcher::matches_empty) {
        return Err(ApiError::bad_data("match[] must contain at least one non-empty matcher"));
    }
    Ok(matchers)
}

/// The same, at least one; the errors name the parameter.
pub(crate) fn required_matchers(params: &Params) -> Result<Vec<Vec<Matcher>>, ApiError> {
    if params.all("match[]").next().is_none() {
        return Err(ApiError::bad_data("no match[] parameter provided"));
    }
    parse_matchers(params).map_err(|error| ApiError::parameter("match[]", error))
}

/// The selectors of a request, with one empty selector (everything) when there is none.
pub(crate) fn optional_matchers(params: &Params) -> Result<Vec<Vec<Matcher>>, ApiError> {
    let mut sets = parse_matchers(params)?;
    if sets.is_empty() {
        sets.push(Vec::new());
    }
    Ok(sets)
}
