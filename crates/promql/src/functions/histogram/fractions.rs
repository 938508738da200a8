//! `histogram_fraction(lower, upper, v)`: for each histogram the share of its observations between two values.

use super::classic::Ladder;
use super::gather::HistogramCall;
use super::native;
use crate::annotations::Annotation;
use crate::engine::QueryError;
use crate::operators::{Row, RowMerger};

/// The fractions of all histograms in `rows`; `lower` and `upper` have a value per step.
pub(crate) fn fractions(
    call: &mut HistogramCall<'_>,
    rows: &[Row],
    lower: &[f64],
    upper: &[f64],
) -> Result<Vec<Row>, QueryError> {
    let at = |values: &[f64], step: usize| values.get(step).copied().unwrap_or(f64::NAN);
    let gathered = call.gather(rows);
    let mut merger = RowMerger::new(call.grid.steps, call.memory);
    for native in &gathered.natives {
        let (labels, column) = call.native_column(native, |step, histogram| {
            let (value, has_nan) = native::fraction(at(lower, step), at(upper, step), histogram);
            (value, has_nan.then_some(Annotation::fraction_nan))
        })?;
        if !column.is_empty() {
            merger.put_column(labels, true, column)?;
        }
    }
    let mut ladder = Ladder::default();
    for classic in &gathered.classics {
        let (labels, column) = call.classic_column(classic, &mut ladder, |step, ladder, _| {
            ladder.fraction(at(lower, step), at(upper, step))
        })?;
        if !column.is_empty() {
            merger.put_column(labels, true, column)?;
        }
    }
    Ok(merger.finish())
}
