//! `labels`: the names of labels.

use std::collections::BTreeSet;

use axum::extract::State;
use narthex_storage::LabelHints;

use crate::context::Shared;
use crate::params::{Params, TimeRange, optional_matchers};
use crate::quick::QuickWork;
use crate::respond::{Answer, ApiResult};

/// The endpoint. Parameters: `match[]`, `start`, `end`, `limit`.
pub(crate) async fn labels(State(state): Shared, params: Params) -> ApiResult {
    let limit = params.limit()?;
    let range = TimeRange::parse(&params)?;
    let selectors = optional_matchers(&params)?;
    let asked: Vec<_> = params.all("match[]").collect();
    let key = QuickWork::key(("labels", asked, limit, range.maxt.saturating_sub(range.mint)));
    let shared = std::sync::Arc::clone(&state);
    let look_up = move |_| {
        let querier = shared.storage.querier(range.mint, range.maxt)?;
        let hints = LabelHints { limit: more_than(limit) };
        let mut names = BTreeSet::new();
        for matchers in &selectors {
            names.extend(querier.label_names(hints, matchers)?);
        }
        Ok(list(names, limit))
    };
    state.lookups.run_known(key, state.engine.options().timeout, look_up).await
}

/// The limit to ask for, so that one sees whether there are more.
pub(super) fn more_than(limit: usize) -> usize {
    if limit == 0 { 0 } else { limit.saturating_add(1) }
}

/// A sorted list, cut to `limit` with a warning.
pub(super) fn list(texts: BTreeSet<String>, limit: usize) -> Answer {
    let truncated = limit > 0 && texts.len() > limit;
    let most = if limit == 0 { usize::MAX } else { limit };
    let answer = Answer::new(|out| {
        out.begin_array();
        texts.iter().take(most).for_each(|text| _ = out.string(text));
        out.end_array();
    });
    let warnings = if truncated { vec!["results truncated due to limit".to_owned()] } else { Vec::new() };
    answer.with_warnings(warnings)
}
