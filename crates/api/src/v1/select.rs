//! Selecting label sets, as `series`, federation and friends need them.

use std::collections::BTreeSet;

use narthex_model::{Labels, Matcher};
use narthex_promql::CancelToken;
use narthex_storage::{Querier, SelectHints, StorageError};

use crate::params::TimeRange;

/// The label sets that satisfy one of the selectors, sorted, each once; one more than `limit` at most (0 = all), so that
/// the caller can see that there are more.
pub(crate) fn select_series(
    querier: &dyn Querier,
    range: TimeRange,
    selectors: &[Vec<Matcher>],
    limit: usize,
    cancel: &CancelToken,
) -> Result<Vec<Labels>, StorageError> {
    let hints = SelectHints {
        start: range.mint,
        end: range.maxt,
        func: Some("series"),
        sorted: true,
        limit: if limit == 0 { 0 } else { limit + 1 },
        ..SelectHints::default()
    };
    if let [matchers] = selectors {
        // Sorted, and each of them once.
        let mut set = querier.select(&hints, matchers)?;
        let mut found = Vec::with_capacity(set.size_hint());
        while let Some(series) = set.next_series() {
            if cancel.is_cancelled() {
                return Err(StorageError::Cancelled);
            }
            found.push(series?.labels());
        }
        return Ok(found);
    }
    let mut found = BTreeSet::new();
    for matchers in selectors {
        let mut set = querier.select(&hints, matchers)?;
        while let Some(series) = set.next_series() {
            if cancel.is_cancelled() {
                return Err(StorageError::Cancelled);
            }
            found.insert(series?.labels());
        }
    }
    Ok(found.into_iter().collect())
}
