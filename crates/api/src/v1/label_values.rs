//! `label/{name}/values`: the values of one label.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use narthex_model::names;
use narthex_storage::LabelHints;

use super::labels::{list, more_than};
use crate::context::Shared;
use crate::error::ApiError;
use crate::params::{Params, TimeRange, optional_matchers};
use crate::quick::QuickWork;
use crate::respond::ApiResult;

/// The endpoint. Parameters: `match[]`, `start`, `end`, `limit`. A name may be escaped (`U__a_2e_b` is `a.b`).
pub(crate) async fn label_values(
    State(state): Shared,
    Path(name): Path<String>,
    params: Params,
) -> ApiResult {
    let name = unescape(&name);
    if !names::is_utf8_name(&name) {
        return Err(ApiError::bad_data(format!("invalid label name: \"{name}\"")));
    }
    let limit = params.limit()?;
    let range = TimeRange::parse(&params)?;
    let selectors = optional_matchers(&params)?;
    let asked: Vec<_> = params.all("match[]").collect();
    let key = QuickWork::key((("values", &name), asked, limit, range.maxt.saturating_sub(range.mint)));
    let shared = std::sync::Arc::clone(&state);
    let look_up = move |_| {
        let querier = shared.storage.querier(range.mint, range.maxt)?;
        let hints = LabelHints { limit: more_than(limit) };
        let mut values = BTreeSet::new();
        for matchers in &selectors {
            values.extend(querier.label_values(&name, hints, matchers)?);
        }
        Ok(list(values, limit))
    };
    state.lookups.run_known(key, state.engine.options().timeout, look_up).await
}

/// Reverses the `values` escaping: after `U__`, `__` is `_` and `_2e_` is the character with that code point. What is
/// not well-formed is a name as it stands.
fn unescape(name: &str) -> String {
    name.strip_prefix("U__").and_then(unescape_values).unwrap_or_else(|| name.to_owned())
}

fn unescape_values(mut rest: &str) -> Option<String> {
    let mut out = String::new();
    while let Some(at) = rest.find('_') {
        out.push_str(rest.get(..at)?);
        rest = rest.get(at + 1..)?;
        let (code, tail) = rest.split_once('_')?;
        if code.is_empty() {
            out.push('_');
        } else {
            out.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_names() {
        for (given, name) in [
            ("job", "job"),
            ("U__http_2e_status", "http.status"),
            ("U__a__b", "a_b"),
            ("U__a_zz_", "U__a_zz_"),
        ] {
            assert_eq!(unescape(given), name);
        }
    }
}
